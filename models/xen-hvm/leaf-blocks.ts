/**
 * Part of the optimisation that ept-p2m.ts describes, and no part of Xen.
 * What happened to aligned blocks of frames (2M or 1G) since they were populated: by block number, in the order of first mention.
 * Only blocks that a scenario touched are here; an open-addressing table finds them.
 */
const FIRST_SLOTS = 256;

function grown(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * words.length);
  larger.set(words);
  return larger;
}

export class LeafBlocks {
  count = 0;
  /** Block number: gfn divided by the block's frames; below 2 ** 31. */
  numbers = new Int32Array(FIRST_SLOTS / 2);
  /** Level of the leaves in the block, the event that made them so, and the entry that they hold or were split from. */
  levels = new Int32Array(FIRST_SLOTS / 2);
  events = new Int32Array(FIRST_SLOTS / 2);
  entries = new Int32Array(FIRST_SLOTS / 2);
  /** Of a table of 4K leaves: the event that resolved all of them at once, and what they were computed from. */
  tableEvents = new Int32Array(FIRST_SLOTS / 2);
  tableMtrrs = new Int32Array(FIRST_SLOTS / 2);
  tableInputs = new Int32Array(FIRST_SLOTS / 2);
  /** Record of a slot, and slot of a record: a slot is taken if both agree, so that a reset has nothing to clear. */
  private slots = new Int32Array(FIRST_SLOTS);
  private slotOf = new Int32Array(FIRST_SLOTS / 2);

  reset(): void {
    this.count = 0;
  }

  /** Index of the block's record, or -1. */
  find(block: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash(block) & mask; ; slot = (slot + 1) & mask) {
      const record = this.slots[slot];
      if (record >= this.count || this.slotOf[record] !== slot) return -1;
      if (this.numbers[record] === block) return record;
    }
  }

  /** Index of the block's record, made blank if there was none. */
  touch(block: number): number {
    const found = this.find(block);
    if (found >= 0) return found;
    if (this.count === this.numbers.length) this.grow();
    const record = this.count++;
    this.numbers[record] = block;
    this.levels[record] = 0;
    this.events[record] = 0;
    this.tableEvents[record] = 0;
    this.take(record);
    return record;
  }

  /** The leaves of the block become `level`, with this entry. */
  put(block: number, level: number, entry: number, event: number): void {
    const record = this.touch(block);
    this.levels[record] = level;
    this.entries[record] = entry;
    this.events[record] = event;
  }

  /** All 4K leaves of the block were computed from these. */
  resolveTable(block: number, mtrrs: number, inputs: number, event: number): void {
    const record = this.touch(block);
    this.tableMtrrs[record] = mtrrs;
    this.tableInputs[record] = inputs;
    this.tableEvents[record] = event;
  }

  private take(record: number): void {
    const mask = this.slots.length - 1;
    let slot = hash(this.numbers[record]) & mask;
    while (this.slots[slot] < record && this.slotOf[this.slots[slot]] === slot) slot = (slot + 1) & mask;
    this.slots[slot] = record;
    this.slotOf[record] = slot;
  }

  private grow(): void {
    this.numbers = grown(this.numbers);
    this.levels = grown(this.levels);
    this.events = grown(this.events);
    this.entries = grown(this.entries);
    this.tableEvents = grown(this.tableEvents);
    this.tableMtrrs = grown(this.tableMtrrs);
    this.tableInputs = grown(this.tableInputs);
    this.slotOf = new Int32Array(this.numbers.length);
    this.slots = new Int32Array(2 * this.numbers.length);
    for (let record = 0; record < this.count; record++) this.take(record);
  }
}

function hash(block: number): number {
  const mixed = Math.imul(block, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
