/** What the OS writes on every CPU while it boots. Linux arch/x86/kernel/cpu/cacheinfo.c and mtrr/generic.c, cache_cpu_init(). */
import type { GuestPlatform, GuestSubject } from '../contract/guest-os.js';
import { DEF_TYPE, PAT, PHYSBASE0, PHYSMASK0 } from '../contract/msr.js';
import type { Behaviour } from './behaviour.js';
import { FIXED_MSRS, hideFixedDramBits, type MtrrState } from './mtrr-state.js';
import { LINUX_PAT } from './pat-set-up.js';
import { read, write, writeIfDifferent } from './register.js';

export interface Wanted {
  /** MTRRs of the boot processor that every CPU gets; null: none are in use. */
  readonly mtrrs: MtrrState | null;
  readonly writesPat: boolean;
}

/** MTRRdefType: E, FE and the type. */
const DEF_TYPE_FIELDS = 0xcff;

export class BootWrites {
  constructor(
    private readonly subject: GuestSubject,
    private readonly platform: GuestPlatform,
    private readonly behaviour: Behaviour,
    private readonly wanted: Wanted,
  ) {}

  /** The boot processor first, then, at the end of the SMP bring-up, every CPU and the first one again. */
  run(): void {
    this.cpu(0, this.behaviour.bootCopiesMtrrs);
    for (let vcpu = 0; vcpu < this.platform.vcpus; vcpu++) this.cpu(vcpu, true);
  }

  private cpu(vcpu: number, copies: boolean): void {
    const { mtrrs, writesPat } = this.wanted;
    const { patInsideSection } = this.behaviour;
    if (mtrrs !== null || (writesPat && patInsideSection)) {
      this.section(vcpu, copies ? mtrrs : null, writesPat && patInsideSection);
    }
    if (writesPat && !patInsideSection) write(this.subject, vcpu, PAT, LINUX_PAT);
  }

  /** cache_disable(), cache_enable(): CR0.CD is set and MTRRs are off while the registers change. */
  private section(vcpu: number, mtrrs: MtrrState | null, writesPat: boolean): void {
    const { pg, nw } = this.platform.cr0[vcpu];
    this.subject.writeCr0(vcpu, pg, true, nw);
    const before = this.platform.mtrr ? read(this.subject, vcpu, DEF_TYPE) : null;
    if (before !== null) write(this.subject, vcpu, DEF_TYPE, { hi: before.hi, lo: (before.lo & ~DEF_TYPE_FIELDS) >>> 0 });
    if (mtrrs !== null) this.copy(vcpu, mtrrs);
    if (writesPat) write(this.subject, vcpu, PAT, LINUX_PAT);
    if (before !== null) {
      const after = mtrrs === null ? before.lo : (before.lo & ~DEF_TYPE_FIELDS) | defTypeOf(mtrrs);
      write(this.subject, vcpu, DEF_TYPE, { hi: before.hi, lo: after >>> 0 });
    }
    this.subject.writeCr0(vcpu, pg, false, nw);
  }

  /** set_mtrr_state(). */
  private copy(vcpu: number, { pairs, fixed }: MtrrState): void {
    pairs.forEach(({ base, mask }, pair) => {
      writeIfDifferent(this.subject, vcpu, PHYSBASE0 + 2 * pair, base);
      writeIfDifferent(this.subject, vcpu, PHYSMASK0 + 2 * pair, mask);
    });
    if (fixed.length > 0 && this.platform.vendor === 'amd') hideFixedDramBits(this.subject, vcpu);
    for (const [index, value] of fixed.entries()) writeIfDifferent(this.subject, vcpu, FIXED_MSRS[index], value);
  }
}

function defTypeOf({ defaultType, isEnabled, fixedEnabled }: MtrrState): number {
  return defaultType | (isEnabled ? 0x800 : 0) | (fixedEnabled ? 0x400 : 0);
}
