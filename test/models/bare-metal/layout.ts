/** MTRR programming by address, for tests: the values firmware would write. */
import type { Guest } from './guest.js';

export const TYPE = { UC: 0n, WC: 1n, WT: 4n, WP: 5n, WB: 6n } as const;
export type MtrrWord = keyof typeof TYPE;

export const E_FE = 0xc00n;
export const E = 0x800n;

/** [base, size, type]. The size is a power of two and the base aligned to it. */
export type Range = readonly [base: number, size: number, type: MtrrWord];

/** Programs pairs 0, 1, ... and then the default type, at a MAXPHYADDR of 40. */
export function program(guest: Guest, ranges: readonly Range[], defaultType: MtrrWord, enables: bigint = E): void {
  ranges.forEach(([base, size, type], n) => {
    accept(guest, 0x200 + 2 * n, BigInt(base) | TYPE[type]);
    accept(guest, 0x201 + 2 * n, (2n ** 40n - BigInt(size)) | 0x800n);
  });
  accept(guest, 0x2ff, enables | TYPE[defaultType]);
}

/** Writes that must not fault. */
export function accept(guest: Guest, msr: number, value: bigint): void {
  expect(guest.write(msr, value)).toMatch(/^ok/);
}

/** The fixed ranges as SeaBIOS leaves them: RAM WB, VGA UC, ROM WP. */
export function programSeabiosFixed(guest: Guest): void {
  accept(guest, 0x250, 0x0606060606060606n);
  accept(guest, 0x258, 0x0606060606060606n);
  accept(guest, 0x259, 0n);
  for (let msr = 0x268; msr <= 0x26f; msr++) accept(guest, msr, 0x0505050505050505n);
}

export const K = 2 ** 10;
export const M = 2 ** 20;
export const G = 2 ** 30;
