/** Devices assigned to the VM. Linux v6.16, arch/x86/kvm/x86.c; how many there may be is a rule of the scenario format. */
import { ENODEV, ENOSPC, type Observation, OK, plain, refused } from '../contract/observation.js';
import { NO_RULE } from '../contract/rule.js';
import { RULE } from './rules.js';

const MOST_OF_ONE_KIND = 3;

export class AssignedDevices {
  /** kvm->arch.noncoherent_dma_count */
  noncoherent = 0;
  coherent = 0;
  /** By which rule the last start or stop zaps or not. */
  zapRule = NO_RULE;

  /** @param ignoreGuestPatQuirk kvm_check_has_quirk(kvm, KVM_X86_QUIRK_IGNORE_GUEST_PAT). */
  constructor(private readonly ignoreGuestPatQuirk: boolean) {}

  reset(noncoherent: number): void {
    this.noncoherent = noncoherent;
    this.coherent = 0;
    this.zapRule = NO_RULE;
  }

  /** kvm_arch_register_noncoherent_dma(). The caller zaps if the rule is `noncoherentStartOrStop`. */
  attach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === MOST_OF_ONE_KIND) return refused(ENOSPC, RULE.tooManyDevices);
    if (coherent) this.coherent += 1;
    else this.noncoherent += 1;
    return this.changed(!coherent && this.noncoherent === 1);
  }

  /** kvm_arch_unregister_noncoherent_dma(). The caller zaps if the rule is `noncoherentStartOrStop`. */
  detach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return refused(ENODEV, RULE.noDeviceOfThisKind);
    if (coherent) this.coherent -= 1;
    else this.noncoherent -= 1;
    return this.changed(!coherent && this.noncoherent === 0);
  }

  private changed(isStartOrStop: boolean): Observation {
    this.zapRule = isStartOrStop ? this.startOrStopRule() : NO_RULE;
    return plain(OK, this.zapRule === RULE.noncoherentStartOrStop ? RULE.noncoherentStartOrStop : RULE.deviceWithoutEffect);
  }

  /** kvm_noncoherent_dma_assignment_start_or_stop() */
  private startOrStopRule(): number {
    return this.ignoreGuestPatQuirk ? RULE.noncoherentStartOrStop : RULE.startOrStopWithoutQuirk;
  }
}
