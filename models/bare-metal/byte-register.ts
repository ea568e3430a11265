/** A 64-bit register that is eight bytes, byte k in bits 8k+7:8k: the PAT and each fixed-range MTRR. */

/** Are all four bytes of a half in the set? Bit t of `allowed`: a byte may be t. */
export function bytesAreIn(allowed: number, half: number): boolean {
  return (
    isIn(allowed, half & 0xff) &&
    isIn(allowed, (half >>> 8) & 0xff) &&
    isIn(allowed, (half >>> 16) & 0xff) &&
    isIn(allowed, half >>> 24)
  );
}

function isIn(allowed: number, byte: number): boolean {
  return byte < 32 && ((allowed >>> byte) & 1) !== 0;
}

/** Stores four bytes of a half at `offset`, lowest first. */
export function storeHalf(bytes: Uint8Array, offset: number, half: number): void {
  for (let k = 0; k < 4; k++) bytes[offset + k] = half >>> (8 * k);
}

/** The unsigned half whose lowest byte is at `offset`. */
export function loadHalf(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24)) >>> 0;
}
