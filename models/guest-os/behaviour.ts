/** What separates the releases of Linux. */
export interface Behaviour {
  /** PAT without MTRRs in use: off; off on hardware but on, as found, in a VM; written and on. */
  readonly patWithoutMtrrs: 'off' | 'kept-in-vm' | 'written';
  /** A TD leaves the PAT as it is and counts it as on. */
  readonly tdKeepsPat: boolean;
  /** The boot processor copies the MTRRs to itself where it sets up the PAT. */
  readonly bootCopiesMtrrs: boolean;
  /** The PAT is written while CR0.CD is set. */
  readonly patInsideSection: boolean;
  /** Variable ranges match by mask, as hardware does, or are intervals. */
  readonly variableRanges: 'masks' | 'intervals';
  /** MTRR state of an SNP or TDX guest of KVM: as read; WB by software; WB with a UC hole below 4 GiB. */
  readonly confidentialState: 'read' | 'write-back' | 'write-back-with-hole';
}
