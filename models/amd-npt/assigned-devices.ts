/** Devices that userspace has assigned: kvm->arch.assigned_device_count and noncoherent_dma_count. At most three of a kind. */
import { ENODEV, ENOSPC, OK, type Observation, plain, refused } from '../contract/observation.js';
import { RULE } from './rules.js';

const MOST_OF_A_KIND = 3;

export class AssignedDevices {
  coherent = 0;
  noncoherent = 0;

  reset(noncoherent: number): void {
    this.coherent = 0;
    this.noncoherent = noncoherent;
  }

  /** kvm_arch_has_assigned_device(). */
  hasAny(): boolean {
    return this.coherent + this.noncoherent > 0;
  }
  /** kvm_arch_has_noncoherent_dma(). */
  hasNoncoherentDma(): boolean {
    return this.noncoherent > 0;
  }

  attach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === MOST_OF_A_KIND) return refused(ENOSPC, RULE.deviceLimit);
    return this.change(coherent, 1);
  }

  detach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return refused(ENODEV, RULE.deviceAbsent);
    return this.change(coherent, -1);
  }

  private change(coherent: boolean, by: 1 | -1): Observation {
    if (coherent) this.coherent += by;
    else this.noncoherent += by;
    return plain(OK, RULE.deviceCounted);
  }
}
