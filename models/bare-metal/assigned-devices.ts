/** Devices by kind. Bare metal counts them only to answer as the scenario format demands. */
import { ENODEV, ENOSPC, type Observation, OK, plain, refused } from '../contract/observation.js';
import { FORMAT_RULE as RULE } from './rules.js';

const LIMIT = 3;

export class AssignedDevices {
  coherent = 0;
  noncoherent = 0;

  reset(noncoherent: number): void {
    this.coherent = 0;
    this.noncoherent = noncoherent;
  }

  attach(coherent: boolean): Observation {
    if (this.count(coherent) === LIMIT) return refused(ENOSPC, RULE.deviceLimit);
    this.change(coherent, 1);
    return plain(OK, RULE.deviceCounted);
  }

  detach(coherent: boolean): Observation {
    if (this.count(coherent) === 0) return refused(ENODEV, RULE.deviceAbsent);
    this.change(coherent, -1);
    return plain(OK, RULE.deviceCounted);
  }

  private count(coherent: boolean): number {
    return coherent ? this.coherent : this.noncoherent;
  }

  private change(coherent: boolean, by: number): void {
    if (coherent) this.coherent += by;
    else this.noncoherent += by;
  }
}
