/** Devices by kind, counted to answer as the scenario format demands: under SVM no memory type depends on them. */
import { ENODEV, ENOSPC, type Observation, OK, plain, refused } from '../contract/observation.js';
import { RULE } from './rules.js';

const LIMIT = 3;

export class AssignedDevices {
  coherent = 0;
  noncoherent = 0;

  reset(noncoherent: number): void {
    this.coherent = 0;
    this.noncoherent = noncoherent;
  }

  attach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === LIMIT) return refused(ENOSPC, RULE.tooManyDevices);
    return this.count(coherent, 1);
  }

  detach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return refused(ENODEV, RULE.noSuchDevice);
    return this.count(coherent, -1);
  }

  private count(coherent: boolean, change: number): Observation {
    if (coherent) this.coherent += change;
    else this.noncoherent += change;
    return plain(OK, RULE.deviceCounted);
  }
}
