export async function run(_args: readonly string[]): Promise<number> {
  throw new Error('not written yet');
}
