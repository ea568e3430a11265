/** CR0.PG, CD and NW as each guest reads them. */
import type { Machine } from '../contract/machine.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import { RULE } from './rules.js';

interface Bits {
  pg: boolean;
  cd: boolean;
  nw: boolean;
}

export class GuestCr0 {
  private readonly vcpus: readonly Bits[] = Array.from({ length: 8 }, () => ({ pg: true, cd: false, nw: false }));
  private longMode = false;

  reset({ cr0, longMode }: Machine): void {
    this.longMode = longMode;
    for (let vcpu = 0; vcpu < this.vcpus.length; vcpu++) this.load(vcpu, cr0.pg, cr0.cd, cr0.nw);
  }

  write(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.notWriteThroughNeedsCd);
    if (this.longMode && this.vcpus[vcpu].pg && !pg) return plain(GP, RULE.longModeKeepsPaging);
    this.load(vcpu, pg, cd, nw);
    return plain(OK, RULE.cr0Stored);
  }

  init(vcpu: number): Observation {
    this.vcpus[vcpu].pg = false;
    return plain(OK, RULE.initKeepsRegisters);
  }

  isPaging(vcpu: number): boolean {
    return this.vcpus[vcpu].pg;
  }

  isCacheDisabled(vcpu: number): boolean {
    return this.vcpus[vcpu].cd;
  }

  state(vcpu: number): Bits {
    return { ...this.vcpus[vcpu] };
  }

  private load(vcpu: number, pg: boolean, cd: boolean, nw: boolean): void {
    const bits = this.vcpus[vcpu];
    bits.pg = pg;
    bits.cd = cd;
    bits.nw = nw;
  }
}
