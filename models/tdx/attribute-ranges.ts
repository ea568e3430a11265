/**
 * Which frames have KVM_MEMORY_ATTRIBUTE_PRIVATE, as the sorted edges of ranges: private from an even edge to the next one. A range can have
 * 2 ** 40 frames. Source: Linux v6.16 virt/kvm/kvm_main.c, mem_attr_array (an xarray entry a gfn; absent is shared).
 */
export class AttributeRanges {
  private edges = new Float64Array(16);
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  isPrivate(gfn: number): boolean {
    return (this.edgesUpTo(gfn) & 1) === 1;
  }

  /** Do all frames of [start, end) have one attribute? */
  isUniform(start: number, end: number): boolean {
    return this.count === 0 || this.edgesUpTo(start) === this.edgesUpTo(end - 1);
  }

  isAll(start: number, end: number, isPrivate: boolean): boolean {
    return this.isPrivate(start) === isPrivate && this.isUniform(start, end);
  }

  set(start: number, end: number, isPrivate: boolean): void {
    const from = this.edgesUpTo(start - 1);
    const to = this.edgesUpTo(end);
    const opens = ((from & 1) === 1) !== isPrivate;
    const closes = ((to & 1) === 1) !== isPrivate;
    const added = (opens ? 1 : 0) + (closes ? 1 : 0);
    const tail = from + added;
    if (this.count + 2 > this.edges.length) this.grow();
    this.edges.copyWithin(tail, to, this.count);
    this.count += tail - to;
    if (opens) this.edges[from] = start;
    if (closes) this.edges[tail - 1] = end;
  }

  /** Start and end of each private range, in order. Allocates. */
  ranges(): [number, number][] {
    const found: [number, number][] = [];
    for (let i = 0; i + 1 < this.count; i += 2) found.push([this.edges[i], this.edges[i + 1]]);
    return found;
  }

  /** How many edges are at or below a frame. */
  private edgesUpTo(gfn: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.edges[middle] <= gfn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const edges = new Float64Array(this.edges.length * 2);
    edges.set(this.edges);
    this.edges = edges;
  }
}
