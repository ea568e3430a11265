/** What laws do not hold for, as data: which profiles, by which rule of theirs (whose citation says so), and why in short. */
export interface Exception {
  readonly profiles: RegExp;
  /** Id of the rule. */
  readonly rule: string;
  readonly because: string;
}

/** Answers depend on when a mapping was made, and on which vCPU made it: it is typed once and for all when it is made. */
export const TYPED_WHEN_MADE: readonly Exception[] = [
  {
    profiles: /^intel-ept\/(2\.6\.29-rc1|2\.6\.29|2\.6\.31|4\.1)$/,
    rule: 'intel-ept.old-single-range',
    because: 'get_mtrr_type() is asked when the leaf is built, and no MTRR write invalidates it',
  },
  {
    profiles: /^intel-ept\/(4\.2-full-mtrr|4\.2\.8|4\.3|4\.4|4\.9|4\.16|5\.17|6\.6|6\.7|per-vm-mtrr|cd-skip|wc-mmio)$/,
    rule: 'intel-ept.default-type',
    because: 'kvm_mtrr_get_guest_memory_type() is asked for the vCPU that faults; the leaf serves all',
  },
  {
    profiles: /^amd-npt\/4\.2-npt-pat$/,
    rule: 'amd-npt.mtrrs-disabled',
    because: 'svm_get_mt_mask() asks for the guest MTRR type when the nested leaf is built',
  },
  {
    profiles: /^amd-npt\/(4\.2\.8|4\.3|4\.4)$/,
    rule: 'amd-npt.stale-list-pointer',
    because: 'the check of a large mapping can crash the host where a leaf that is already there is not checked',
  },
];

/** What a save and restore loses. */
export const LOST_IN_MIGRATION: readonly Exception[] = [
  {
    profiles: /^intel-ept\/(2\.6\.29-rc1|2\.6\.29|2\.6\.31)$/,
    rule: 'intel-ept.pat-reads-back-low-half',
    because: 'what RDMSR shows of PAT is loaded, and vcpu->arch.pat had 32 bits: entries 4 to 7 become UC',
  },
  {
    profiles: /^amd-npt\/(4\.2-npt-pat|4\.2\.8|4\.3|4\.4|4\.12)$/,
    rule: 'amd-npt.migrated-pat-waits-for-init',
    because: 'KVM_SET_MSRS changes arch.pat only; g_pat is as the creation of the vCPU left it',
  },
  {
    profiles: /^xen-hvm\//,
    rule: 'xen-hvm.save-record-replicates-pair-0',
    because: 'the record holds pair 0 eight times; pins and the emulation of CR0.CD are not in it',
  },
  {
    profiles: /^nested\/xen-/,
    rule: 'nested.xen-restored',
    because: 'the record holds pair 0 eight times; pins are not in it',
  },
  {
    profiles: /^acrn\//,
    rule: 'acrn.registers-restored',
    because:
      'fixed ranges come back before MTRRdefType, whose write puts them in force: one that was written after it no longer waits',
  },
];

/** Frames below 1 MiB are typed by a byte of what stands beside the fixed ranges in memory: the variable pairs. */
export const READS_PAIRS_AS_FIXED: readonly Exception[] = [
  {
    profiles: /^intel-ept\/(4\.2-full-mtrr|4\.2\.8|4\.3)$/,
    rule: 'intel-ept.fixed-slot-in-list-node',
    because: 'fixed_mtrr_addr_to_seg() finds the wrong segment, and the slot lies in a list node of a variable range',
  },
  {
    profiles: /^intel-ept\/(4\.2-full-mtrr|4\.2\.8|4\.3)$/,
    rule: 'intel-ept.fixed-slot-in-variable-register',
    because: 'fixed_mtrr_addr_to_seg() finds the wrong segment, and the slot lies in the last variable pair',
  },
  {
    profiles: /^amd-npt\/4\.2-npt-pat$/,
    rule: 'amd-npt.fixed-range-misread',
    because: 'fixed_mtrr_addr_to_seg() finds the wrong segment, and the slot lies in another fixed range or a variable pair',
  },
  {
    profiles: /^amd-npt\/4\.2-npt-pat$/,
    rule: 'amd-npt.fixed-range-outside',
    because: 'fixed_mtrr_addr_to_seg() finds the wrong segment, and the slot lies behind the fixed ranges',
  },
];

export function exceptionOf(exceptions: readonly Exception[], name: string): Exception | undefined {
  return exceptions.find(({ profiles }) => profiles.test(name));
}
