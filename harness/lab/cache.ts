/** What the lab keeps between runs: kernels, initial file systems, disc images. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `EMTDIFF_LAB_CACHE`, else `emtdiff/lab` in the user's cache folder. Made if missing. */
export function cacheFolder(...parts: readonly string[]): string {
  const { EMTDIFF_LAB_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  const root = own || join(xdg || join(homedir(), '.cache'), 'emtdiff', 'lab');
  const folder = join(root, ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A file that is made once for each content: `make` writes it to the path that it is given. */
export async function madeOnce(
  kind: string,
  extension: string,
  content: readonly (string | Buffer)[],
  make: (path: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const part of content) hash.update(part).update('\0');
  const path = join(cacheFolder('built'), `${kind}-${hash.digest('hex').slice(0, 16)}${extension}`);
  if (!existsSync(path)) await make(path);
  return path;
}
