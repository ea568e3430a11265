/** What a first pass over a trace finds out of one VM: what no line says and the machine has to have. */
import { UC } from '../../models/contract/memory-type.js';
import { msrName, PAT, PAT_RESET_HI, PAT_RESET_LO } from '../../models/contract/msr.js';
import { type EntryKind, leafOfEntry, pagesOf } from './leaf-entry.js';
import { NoncoherentEvidence } from './noncoherent-evidence.js';
import type { TracedAccess, TracedStep } from './traced-step.js';

/** Sets of frames are bounded: beyond it a trace tells no more than the first of them. */
const MOST_FRAMES = 1 << 19;
const MTRRCAP = 0xfe;
/** A processor fetches here first; a nested page fault shows the low 16 bits as rip. */
const RESET_RIPS = [0xfff0, 0xfffffff0];
const LARGE_PAGE = 512;
const GIGABYTE = 262144;
const FIRST_ABOVE_4G = 0x100000;
/** Where a machine has its devices below 4 GiB. */
const LOWEST_HOLE = 0x80000;

/** Below the devices, outside the VGA window: RAM, whose leaf is UC without ipat only where guest types are honoured. */
function isSurelyRam(gfn: number): boolean {
  return gfn < LOWEST_HOLE && (gfn < 0xa0 || gfn >= 0xc0);
}

export class VmFacts {
  vcpus = 1;
  top = 0;
  /** Line and what shows that the trace begins with the VM's reset; null: somewhere in its life. */
  reset: string | null = null;
  /** CR0 is as the processor's reset leaves it: CD and NW set. */
  isColdCpu = false;
  readonly noncoherent = new NoncoherentEvidence();
  /** Leaves UC with ipat: CR0.CD decides, which is so only with the quirk disabled. */
  uncachedIpat = 0;
  readonly mmio = new Set<number>();
  readonly large = new Map<number, 2 | 3>();
  /** Registers that were read before they were written, by vCPU and MSR. */
  readonly found = new Map<string, { vcpu: number; msr: number; hi: number; lo: number; line: number }>();
  private readonly touched = new Set<string>();
  private readonly leafed = new Set<number>();
  private readonly leafless = new Set<number>();
  private readonly uncached = new Set<number>();
  private readonly blocks = new Set<number>();
  private readonly cd: boolean[] = [];
  private isFirstFault = true;

  constructor(private readonly kind: EntryKind) {}

  see(step: TracedStep): void {
    if ('vcpu' in step) this.vcpus = Math.max(this.vcpus, step.vcpu + 1);
    if (step.kind === 'access') this.access(step, step.line);
    else if (step.kind === 'write-cr0') this.cd[step.vcpu] = step.cd;
    else if (step.kind === 'write-msr' || step.kind === 'read-msr') this.register(step);
  }

  private register(step: Extract<TracedStep, { kind: 'write-msr' | 'read-msr' }>): void {
    const { vcpu, msr, hi, lo, line } = step;
    if (step.kind === 'write-msr' && step.zaps.length > 0) this.noncoherent.shows(true, line);
    const key = `${vcpu} ${msr}`;
    if (this.touched.has(key) || step.refused || msr === MTRRCAP || msrName(msr) === null) return;
    this.touched.add(key);
    const isReset = msr === PAT ? hi === PAT_RESET_HI && lo === PAT_RESET_LO : hi === 0 && lo === 0;
    if (step.kind === 'read-msr' && !isReset) this.found.set(key, { vcpu, msr, hi, lo, line });
  }

  private access(step: TracedAccess, line: number): void {
    if (this.isFirstFault && step.rip !== null && RESET_RIPS.includes(step.rip)) {
      this.reset ??= `line ${line}: the first fetch after reset`;
      this.isColdCpu = true;
    }
    if (step.code !== null) this.isFirstFault = false;
    this.top = Math.max(this.top, step.gfn);
    if (step.isMmio) this.mmio.add(step.gfn);
    else if (step.leaf !== null) this.leaf(step, line);
    else if (!this.isMapped(step.gfn) && this.leafless.size < MOST_FRAMES) this.leafless.add(step.gfn);
  }

  private isMapped(gfn: number): boolean {
    return this.leafed.has(gfn) || this.large.has(gfn - (gfn % LARGE_PAGE)) || this.large.has(gfn - (gfn % GIGABYTE));
  }

  private leaf({ leaf, vcpu }: TracedAccess, line: number): void {
    if (leaf === null) return;
    const { gfn, level, type, ipat } = leafOfEntry(leaf.gfn, leaf.spte, leaf.level, this.kind);
    this.top = Math.max(this.top, gfn + pagesOf(level) - 1);
    if (this.leafed.size < MOST_FRAMES) this.leafed.add(gfn);
    if (level > 1 && this.large.size < MOST_FRAMES) this.large.set(gfn, level as 2 | 3);
    if (level === 1) this.leafless.delete(gfn);
    else for (const frame of this.leafless) if (frame >= gfn && frame < gfn + pagesOf(level)) this.leafless.delete(frame);
    if (this.kind !== 'ept') return;
    if (ipat && type === UC) this.uncachedIpat++;
    const isCacheDisabled = this.cd[vcpu] ?? this.isColdCpu;
    if (ipat && !isCacheDisabled) this.noncoherent.shows(false, line);
    else if (!ipat && (type !== UC || isSurelyRam(gfn))) this.noncoherent.shows(true, line);
    if (ipat || type !== UC) this.blocks.add(Math.floor(gfn / LARGE_PAGE));
    else if (level === 1 && this.uncached.size < MOST_FRAMES) this.uncached.add(gfn);
  }

  /** Frames that faulted and never got a leaf: emulated, if the trace shows leaves at all. */
  holes(hasLeafEvents: boolean): number[] {
    const silent = hasLeafEvents ? [...this.leafless] : [];
    return [...new Set([...this.mmio, ...silent])].sort((a, b) => a - b);
  }

  /**
   * Frames of a device: UC without ipat while no device makes the VM honour guest types, where machines have devices and no RAM was
   * seen beside.
   */
  devices(): number[] {
    if (this.noncoherent.atStart()) return [];
    const hasRamIn = (gfn: number, pages: number) => {
      const first = Math.floor(gfn / pages) * (pages / LARGE_PAGE);
      for (let block = first; block < first + pages / LARGE_PAGE; block++) if (this.blocks.has(block)) return true;
      return false;
    };
    return [...this.uncached]
      .filter((gfn) => gfn >= LOWEST_HOLE && !hasRamIn(gfn, gfn < FIRST_ABOVE_4G ? LARGE_PAGE : GIGABYTE))
      .sort((a, b) => a - b);
  }
}
