/** Runs of types below 1 MiB as the eleven fixed-range MTRRs. SDM vol. 3, "Fixed Range MTRRs". */

export interface FixedRun {
  /** Addresses, the last included. */
  readonly first: number;
  readonly last: number;
  readonly type: number;
}

/** First address and bytes of one field, by MSR. */
const REGISTERS: readonly { readonly msr: number; readonly base: number; readonly step: number }[] = [
  { msr: 0x250, base: 0, step: 0x10000 },
  { msr: 0x258, base: 0x80000, step: 0x4000 },
  { msr: 0x259, base: 0xa0000, step: 0x4000 },
  ...Array.from({ length: 8 }, (_, index) => ({ msr: 0x268 + index, base: 0xc0000 + 0x8000 * index, step: 0x1000 })),
];

export function fixedRangeValues(runs: readonly FixedRun[]): { values: Map<number, bigint>; gaps: boolean } {
  const values = new Map<number, bigint>();
  let gaps = false;
  for (const { msr, base, step } of REGISTERS) {
    let value = 0n;
    for (let field = 0; field < 8; field++) {
      const address = base + field * step;
      const run = runs.find(({ first, last }) => first <= address && address <= last);
      if (run === undefined) gaps = true;
      else value |= BigInt(run.type) << BigInt(8 * field);
    }
    values.set(msr, value);
  }
  return { values, gaps };
}
