/** Devices assigned to the guest. On nested paging no leaf depends on them. */
import { ENODEV, ENOSPC, type Observation, OK, plain, refused } from '../contract/observation.js';
import { RULE } from './rules.js';

const OF_A_KIND = 3;

export class AssignedDevices {
  private coherent = 0;
  private noncoherent = 0;

  /** @param noncoherent devices that the machine starts with. */
  reset(noncoherent: number): void {
    this.coherent = 0;
    this.noncoherent = noncoherent;
  }

  attach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === OF_A_KIND) return refused(ENOSPC, RULE.noMoreDevices);
    return this.change(coherent, 1);
  }

  detach(coherent: boolean): Observation {
    if ((coherent ? this.coherent : this.noncoherent) === 0) return refused(ENODEV, RULE.noSuchDevice);
    return this.change(coherent, -1);
  }

  private change(coherent: boolean, by: number): Observation {
    if (coherent) this.coherent += by;
    else this.noncoherent += by;
    return plain(OK, RULE.hostOperationDone);
  }
}
