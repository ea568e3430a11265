/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by mixing: small integers only, so that a draw allocates nothing. */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /**
   * Starts the stream `stream` of case `index` under a campaign key of two 32-bit words.
   * A pure function of its arguments: case i needs no case before it. `index` may exceed 32 bits.
   */
  seed(keyHi: number, keyLo: number, index: number, stream: number): void {
    const low = (index % 4294967296) | 0;
    const high = Math.floor(index / 4294967296) | 0;
    this.a = mixed(keyHi ^ Math.imul(low, 0x9e3779b1));
    this.b = mixed(keyLo ^ Math.imul(low, 0x85ebca6b) ^ high);
    this.c = mixed(Math.imul(stream + 1, 0xc2b2ae35) ^ this.a);
    this.counter = 1;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** The next 32 bits, as a signed integer. */
  next(): number {
    const result = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0;
    return result;
  }

  /** 0 to n - 1, for n up to 2 ** 15. */
  below(n: number): number {
    return Math.imul(this.next() >>> 17, n) >>> 15;
  }

  /** True in n of 256 cases. */
  chance(n: number): boolean {
    return this.next() >>> 24 < n;
  }
}

/** The finaliser of MurmurHash3. */
function mixed(value: number): number {
  let word = value | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
