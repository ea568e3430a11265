/** Devices of each kind. For a TD, whose guest PAT is never ignored, their coming and going zaps nothing. */
import { ENODEV, ENOSPC, type Observation, OK, plain, refused } from '../contract/observation.js';
import { RULE } from './rules.js';

/** Of one kind (a rule of the scenario format). */
const MOST_DEVICES = 3;

export class AssignedDevices {
  private noncoherent = 0;
  private coherent = 0;

  reset(noncoherent: number): void {
    this.noncoherent = noncoherent;
    this.coherent = 0;
  }

  get hasNoncoherent(): boolean {
    return this.noncoherent > 0;
  }

  attach(isCoherent: boolean): Observation {
    if ((isCoherent ? this.coherent : this.noncoherent) === MOST_DEVICES) return refused(ENOSPC, RULE.deviceLimit);
    if (isCoherent) this.coherent++;
    else this.noncoherent++;
    return plain(OK, RULE.deviceCounted);
  }

  detach(isCoherent: boolean): Observation {
    if ((isCoherent ? this.coherent : this.noncoherent) === 0) return refused(ENODEV, RULE.noDeviceToDetach);
    if (isCoherent) this.coherent--;
    else this.noncoherent--;
    return plain(OK, RULE.deviceCounted);
  }
}
