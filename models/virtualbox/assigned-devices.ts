/** Devices passed through. They are counted because the format limits them; no memory type depends on them. */
import { ENODEV, ENOSPC, type Observation, OK, plain, refused } from '../contract/observation.js';
import { RULE } from './rules.js';

const MOST_OF_A_KIND = 3;

export class AssignedDevices {
  coherent = 0;
  noncoherent = 0;

  reset(noncoherent: number): void {
    this.coherent = 0;
    this.noncoherent = noncoherent;
  }

  attach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === MOST_OF_A_KIND) return refused(ENOSPC, RULE.tooManyDevices);
    return this.changed(coherent, 1);
  }

  detach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return refused(ENODEV, RULE.noSuchDevice);
    return this.changed(coherent, -1);
  }

  private changed(coherent: boolean, by: number): Observation {
    if (coherent) this.coherent += by;
    else this.noncoherent += by;
    return plain(OK, RULE.deviceCounted);
  }
}
