/** PAT, and MTRRdefType of which E alone acts. vcpu.c. */
import { DEF_TYPE, PAT, PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import { GP, type Observation, OK, openBetween, plain, VM_DEAD } from '../contract/observation.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

const ENABLE = 0x800;

export class GuestMsrs {
  valueHi = 0;
  valueLo = 0;
  /** By vCPU. */
  readonly patHi = new Uint32Array(8);
  readonly patLo = new Uint32Array(8);
  readonly defTypeHi = new Uint32Array(8);
  readonly defTypeLo = new Uint32Array(8);
  private readonly patBy = new Uint16Array(8);
  private readonly defTypeBy = new Uint16Array(8);

  constructor(private readonly version: Version) {}

  reset(): void {
    this.patHi.fill(PAT_RESET_HI);
    this.patLo.fill(PAT_RESET_LO);
    this.defTypeHi.fill(0);
    this.defTypeLo.fill(0);
    this.patBy.fill(RULE.registerAtStart);
    this.defTypeBy.fill(RULE.registerAtStart);
    this.valueHi = 0;
    this.valueLo = 0;
  }

  /** MTRRdefType.E: without it the live PAT is 0. */
  isPatLive(vcpu: number): boolean {
    return (this.defTypeLo[vcpu] & ENABLE) !== 0;
  }

  patType(vcpu: number, index: number): number {
    const half = index < 4 ? this.patLo[vcpu] : this.patHi[vcpu];
    return (half >>> (8 * (index % 4))) & 7;
  }

  read(vcpu: number, msr: number): Observation {
    const isPat = msr === PAT;
    if (!isPat && msr !== DEF_TYPE) return openBetween(0, RULE.otherMtrrRead);
    this.valueHi = (isPat ? this.patHi : this.defTypeHi)[vcpu];
    this.valueLo = (isPat ? this.patLo : this.defTypeLo)[vcpu];
    return plain(OK, (isPat ? this.patBy : this.defTypeBy)[vcpu]);
  }

  write(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) return this.writePat(vcpu, hi, lo);
    if (msr !== DEF_TYPE) {
      return this.version.otherMtrrWrite === 'gp' ? plain(GP, RULE.otherMtrrFaults) : plain(OK, RULE.otherMtrrDropped);
    }
    this.defTypeHi[vcpu] = hi;
    this.defTypeLo[vcpu] = lo;
    this.defTypeBy[vcpu] = RULE.defTypeStored;
    return plain(OK, RULE.defTypeStored);
  }

  private writePat(vcpu: number, hi: number, lo: number): Observation {
    for (let index = 0; index < 8; index++) {
      const type = ((index < 4 ? lo : hi) >>> (8 * (index % 4))) & 0xff;
      if (type > 7 || type >> 1 === 1) return plain(VM_DEAD, RULE.patStopsTheCell);
    }
    this.patHi[vcpu] = hi;
    this.patLo[vcpu] = lo;
    this.patBy[vcpu] = RULE.patStored;
    return plain(OK, RULE.patStored);
  }
}
