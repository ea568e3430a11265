/** Level-1 shadow entries: one for each guest mapping (frame, cache bits, page size) that was touched. Shared by all vCPUs. */

/** Mappings of one frame that differ in their bits. */
const MAPPINGS = 64;
const FIRST_SLOTS = 256;

/** Bits of the one mapping of a frame without paging: Xen shadows a page table of its own, whose entries have no cache bits. */
export const UNPAGED = 0;

/** Answer of `find`. */
export const NO_ENTRY = -1;

/** Key of a mapping: `bits` below 64 tell the mappings of one frame apart. */
export function mappingKey(gfn: number, bits: number): number {
  return gfn * MAPPINGS + bits;
}

export class ShadowEntries {
  private count = 0;
  private keys = new Float64Array(FIRST_SLOTS / 2);
  private entries = new Int32Array(FIRST_SLOTS / 2);
  /** Record of a slot, and slot of a record: a slot is taken if both agree, so that dropping all has nothing to clear. */
  private slots = new Int32Array(FIRST_SLOTS);
  private slotOf = new Int32Array(FIRST_SLOTS / 2);

  /** The entry of a mapping, or NO_ENTRY. */
  find(key: number): number {
    const record = this.recordOf(key);
    return record < 0 ? NO_ENTRY : this.entries[record];
  }

  put(key: number, entry: number): void {
    const found = this.recordOf(key);
    if (found >= 0) {
      this.entries[found] = entry;
      return;
    }
    if (this.count === this.keys.length) this.grow();
    const record = this.count++;
    this.keys[record] = key;
    this.entries[record] = entry;
    this.take(record);
  }

  /** Drops the entries of the frames and returns their number. */
  drop(gfn: number, pages: number): number {
    let dropped = 0;
    for (let record = 0; record < this.count; record++) {
      const frame = Math.floor(this.keys[record] / MAPPINGS);
      if (frame < gfn || frame >= gfn + pages || this.entries[record] === NO_ENTRY) continue;
      this.entries[record] = NO_ENTRY;
      dropped++;
    }
    return dropped;
  }

  /** Drops every entry and returns their number. */
  dropAll(): number {
    let dropped = 0;
    for (let record = 0; record < this.count; record++) if (this.entries[record] !== NO_ENTRY) dropped++;
    this.count = 0;
    return dropped;
  }

  /** Entries by key, in ascending order, for the state. */
  living(): { gfn: number; bits: number; entry: number }[] {
    return Array.from(this.keys.subarray(0, this.count), (key, record) => ({ key, entry: this.entries[record] }))
      .filter(({ entry }) => entry !== NO_ENTRY)
      .sort((a, b) => a.key - b.key)
      .map(({ key, entry }) => ({ gfn: Math.floor(key / MAPPINGS), bits: key % MAPPINGS, entry }));
  }

  private recordOf(key: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash(key) & mask; ; slot = (slot + 1) & mask) {
      const record = this.slots[slot];
      if (record >= this.count || this.slotOf[record] !== slot) return -1;
      if (this.keys[record] === key) return record;
    }
  }

  private take(record: number): void {
    const mask = this.slots.length - 1;
    let slot = hash(this.keys[record]) & mask;
    while (this.slots[slot] < record && this.slotOf[this.slots[slot]] === slot) slot = (slot + 1) & mask;
    this.slots[slot] = record;
    this.slotOf[record] = slot;
  }

  private grow(): void {
    const size = 2 * this.keys.length;
    const keys = new Float64Array(size);
    keys.set(this.keys);
    this.keys = keys;
    const entries = new Int32Array(size);
    entries.set(this.entries);
    this.entries = entries;
    this.slotOf = new Int32Array(size);
    this.slots = new Int32Array(2 * size);
    for (let record = 0; record < this.count; record++) this.take(record);
  }
}

function hash(key: number): number {
  const mixed = Math.imul(key | 0, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
