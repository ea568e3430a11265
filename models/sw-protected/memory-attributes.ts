/** KVM_MEMORY_ATTRIBUTE_PRIVATE of every frame, as sorted, disjoint, maximal half-open ranges of private frames. All others are shared. */
export class MemoryAttributes {
  private starts = new Float64Array(16);
  private ends = new Float64Array(16);
  private spareStarts = new Float64Array(16);
  private spareEnds = new Float64Array(16);
  count = 0;

  reset(): void {
    this.count = 0;
  }

  startOf(index: number): number {
    return this.starts[index];
  }
  endOf(index: number): number {
    return this.ends[index];
  }

  isPrivate(gfn: number): boolean {
    return this.meets(gfn, gfn + 1);
  }

  /** kvm_range_has_memory_attributes(): every frame of [start, end) has this attribute. */
  all(start: number, end: number, isPrivate: boolean): boolean {
    if (!isPrivate) return !this.meets(start, end);
    for (let i = 0; i < this.count; i++) if (this.starts[i] <= start && this.ends[i] >= end) return true;
    return false;
  }

  isUniform(start: number, end: number): boolean {
    return this.all(start, end, false) || this.all(start, end, true);
  }

  store(start: number, end: number, isPrivate: boolean): void {
    const before = this.count;
    this.reserve(before + 2);
    let from = start;
    let to = end;
    this.count = 0;
    for (let i = 0; i < before; i++) {
      const first = this.starts[i];
      const last = this.ends[i];
      if (last < start) this.push(first, last);
      else if (first <= end && isPrivate) {
        from = Math.min(from, first);
        to = Math.max(to, last);
      } else if (first < start) this.push(first, Math.min(last, start));
    }
    if (isPrivate) this.push(from, to);
    for (let i = 0; i < before; i++) {
      const first = this.starts[i];
      const last = this.ends[i];
      if (first > end) this.push(first, last);
      else if (!isPrivate && last > end) this.push(Math.max(first, end), last);
    }
    this.swap();
  }

  private meets(start: number, end: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.starts[i] < end && this.ends[i] > start) return true;
    return false;
  }

  private push(start: number, end: number): void {
    this.spareStarts[this.count] = start;
    this.spareEnds[this.count++] = end;
  }

  private swap(): void {
    const { starts, ends } = this;
    this.starts = this.spareStarts;
    this.ends = this.spareEnds;
    this.spareStarts = starts;
    this.spareEnds = ends;
  }

  private reserve(count: number): void {
    if (this.spareStarts.length >= count && this.starts.length >= count) return;
    const grow = (old: Float64Array) => {
      const bigger = new Float64Array(count * 2);
      bigger.set(old);
      return bigger;
    };
    this.starts = grow(this.starts);
    this.ends = grow(this.ends);
    this.spareStarts = new Float64Array(count * 2);
    this.spareEnds = new Float64Array(count * 2);
  }
}
