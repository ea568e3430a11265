/** A map from a number below 2 ** 53 (a frame, or a frame with its level) to a pfn and a byte of marks: dense entries under an open-addressed index. */
const FIRST_CAPACITY = 64;
/** The upper half of a number of up to 53 bits. */
const HALF = 2 ** 32;

export class FrameMap {
  /** Entries 0 to count - 1 are in use. */
  count = 0;
  keys = new Float64Array(FIRST_CAPACITY / 2);
  pfns = new Float64Array(FIRST_CAPACITY / 2);
  marks = new Uint8Array(FIRST_CAPACITY / 2);
  /** Where the entry stands in `slots`. */
  private places = new Int32Array(FIRST_CAPACITY / 2);
  /** Entry + 1, or 0 where free; twice as many as entries at least. */
  private slots = new Int32Array(FIRST_CAPACITY);

  /** The entry of a key, or -1. */
  find(key: number): number {
    if (this.count === 0) return -1;
    const slots = this.slots;
    const last = slots.length - 1;
    for (let slot = hash(key) & last; slots[slot] !== 0; slot = (slot + 1) & last) {
      const entry = slots[slot] - 1;
      if (this.keys[entry] === key) return entry;
    }
    return -1;
  }

  /** Adds a key that is not in the map; returns its entry. */
  insert(key: number, pfn: number, mark: number): number {
    if (this.count === this.keys.length) this.grow();
    const entry = this.count++;
    this.keys[entry] = key;
    this.pfns[entry] = pfn;
    this.marks[entry] = mark;
    this.place(entry);
    return entry;
  }

  /** Removes an entry; the last entry takes its number. */
  removeAt(entry: number): void {
    this.free(this.places[entry]);
    const last = --this.count;
    if (entry === last) return;
    this.keys[entry] = this.keys[last];
    this.pfns[entry] = this.pfns[last];
    this.marks[entry] = this.marks[last];
    this.places[entry] = this.places[last];
    this.slots[this.places[entry]] = entry + 1;
  }

  clear(): void {
    for (let entry = 0; entry < this.count; entry++) this.slots[this.places[entry]] = 0;
    this.count = 0;
  }

  private place(entry: number): void {
    const last = this.slots.length - 1;
    let slot = hash(this.keys[entry]) & last;
    while (this.slots[slot] !== 0) slot = (slot + 1) & last;
    this.slots[slot] = entry + 1;
    this.places[entry] = slot;
  }

  /** Frees a slot and moves back the entries behind it that a look-up would no longer reach. */
  private free(slot: number): void {
    const last = this.slots.length - 1;
    let hole = slot;
    for (let next = (hole + 1) & last; this.slots[next] !== 0; next = (next + 1) & last) {
      const home = hash(this.keys[this.slots[next] - 1]) & last;
      if (((next - home) & last) < ((next - hole) & last)) continue;
      this.slots[hole] = this.slots[next];
      this.places[this.slots[hole] - 1] = hole;
      hole = next;
    }
    this.slots[hole] = 0;
  }

  private grow(): void {
    const capacity = this.keys.length * 2;
    this.keys = longer(this.keys, new Float64Array(capacity));
    this.pfns = longer(this.pfns, new Float64Array(capacity));
    const marks = new Uint8Array(capacity);
    marks.set(this.marks);
    this.marks = marks;
    this.places = new Int32Array(capacity);
    this.slots = new Int32Array(capacity * 2);
    for (let entry = 0; entry < this.count; entry++) this.place(entry);
  }
}

function longer(from: Float64Array, to: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  to.set(from);
  return to;
}

function hash(key: number): number {
  const mixed = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / HALF) | 0, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
