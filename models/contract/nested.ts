/** What a subject answers whose guest, L1, may run a guest of its own, L2. */
import type { Gfn, Level } from './address.js';
import type { Observation } from './observation.js';
import type { EptLeafType, FlagOrKeep, VmcbPage } from './operation.js';

export interface NestedGuests {
  /** KEEP leaves a flag as it is; g_pat is stored if `setsPat`. */
  writeVmcb12(
    vcpu: number,
    page: VmcbPage,
    np: FlagOrKeep,
    setsPat: boolean,
    patHi: number,
    patLo: number,
    npClean: FlagOrKeep,
  ): Observation;
  writeVmcs12(
    vcpu: number,
    ept: FlagOrKeep,
    loadGuestPat: FlagOrKeep,
    saveGuestPat: FlagOrKeep,
    loadHostPat: FlagOrKeep,
    setsGuestPat: boolean,
    guestPatHi: number,
    guestPatLo: number,
    setsHostPat: boolean,
    hostPatHi: number,
    hostPatLo: number,
  ): Observation;
  /** The value is left in `Model.valueHi` and `Model.valueLo`. */
  readL2Pat(vcpu: number, page: VmcbPage): Observation;
  /** Maps L2 frames to L1's frames from `target` on: `index` is the PAT index of an NPT leaf, `type` and `ipat` are of an EPT leaf. */
  mapL2(
    gfn: Gfn,
    pages: number,
    target: Gfn,
    index: number,
    type: EptLeafType,
    ipat: boolean,
    level: Level,
    invalid: boolean,
  ): Observation;
  enterL2(vcpu: number, page: VmcbPage): Observation;
  exitL2(vcpu: number): Observation;
}
