/** Numbers of docs/scenario-format.md: 64-bit values and frame numbers as hex strings, or as JSON numbers where those are exact. */

/** A number below 2 ** 53 written as a hex string or as an exact JSON number; null for anything else. */
export function parseFrameNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0) ? value : null;
  if (typeof value !== 'string' || !/^0x[0-9a-f]+$/i.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** The unsigned halves of a 64-bit value, or null if it is not one. */
export function parseValue64(value: unknown): { hi: number; lo: number } | null {
  if (typeof value === 'number') {
    const exact = parseFrameNumber(value);
    return exact === null ? null : { hi: Math.floor(exact / 2 ** 32), lo: exact % 2 ** 32 };
  }
  if (typeof value !== 'string' || !/^0x[0-9a-f]+$/i.test(value)) return null;
  const digits = value.slice(2).replace(/^0+(?=.)/, '');
  if (digits.length > 16) return null;
  const padded = digits.padStart(16, '0');
  return { hi: Number.parseInt(padded.slice(0, 8), 16), lo: Number.parseInt(padded.slice(8), 16) };
}

export function printHex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A 64-bit value from its halves, signed or unsigned. */
export function printValue64(hi: number, lo: number): string {
  const high = hi >>> 0;
  const low = lo >>> 0;
  return high === 0 ? `0x${low.toString(16)}` : `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`;
}
