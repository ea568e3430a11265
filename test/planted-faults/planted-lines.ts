/** One-line bugs as people make them, by folder of models: the kinds that a review finds hardest. */
export interface PlantedLine {
  readonly bug: string;
  readonly family: string;
  /** Of the compiled models. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const line = (bug: string, path: string, from: string, to: string): PlantedLine => {
  const [family, file] = path.split('/');
  return { bug, family, file, from, to };
};

export const PLANTED_LINES: readonly PlantedLine[] = [
  line(
    'a quirk inverted',
    'intel-ept/leaf-memory-type.js',
    'hasIgnoreGuestPatQuirk && !this.quirks.ignoreGuestPat',
    'hasIgnoreGuestPatQuirk && this.quirks.ignoreGuestPat',
  ),
  line('an enable bit ignored', 'xen-hvm/mtrr-lookup.js', 'if ((m.defType & ENABLED) === 0)', 'if (m.defType < 0)'),
  line('a range end off by one', 'intel-ept/mtrr-zap.js', 'this.range(0x80, 0xa0)', 'this.range(0x80, 0x9f)'),
  line('a fixed-range index shifted', 'bare-metal/mtrr-lookup.js', 'return 24 + (gfn - 0xc0)', 'return 25 + (gfn - 0xc0)'),
  line('WT under WB', 'bare-metal/mtrr-lookup.js', 'return setOf(WT);', 'return setOf(WB);'),
  line('a reserved bit accepted', 'intel-ept/mtrr-validity.js', '(lo & 0x7ff) === 0', '(lo & 0x6ff) === 0'),
  line('devices of no account for a zap', 'amd-npt/model.js', 'if (!this.devices.hasNoncoherentDma())', 'if (false)'),
  line(
    'a cell of the combination wrong',
    'shadow-paging/combination.js',
    "WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC'",
    "WB: { UC: 'UC', 'UC-': 'UC', WC: 'UC'",
  ),
  line(
    'a write served read-only',
    'sev-snp/memory-access.js',
    'if (isAssigned && fault.kind === WRITE)',
    'if (isAssigned && fault.kind !== WRITE)',
  ),
  line(
    'the opposite root zapped',
    'tdx/conversion.js',
    'toPrivate ? FILTER_SHARED : FILTER_PRIVATE',
    'toPrivate ? FILTER_PRIVATE : FILTER_SHARED',
  ),
  line('the end of a zap off by one', 'sw-protected/conversion.js', 'leaves.remove(from, to)', 'leaves.remove(from, to - 1)'),
  line('a clean bit ignored', 'nested-svm/nested-run.js', '|| !vmcb12.npClean', '|| vmcb12.npClean'),
  line('a PAT of L1 unchecked', 'nested-vmx/nested-run.js', 'if (vmcs12.loadHostPat && !isLegal(vmcs12.hostPat))', 'if (false)'),
  line(
    'fixed ranges without their enable bit',
    'nested/acrn-mtrrs.js',
    '(value.lo & ENABLES) === ENABLES',
    '(value.lo & ENABLES) !== 0',
  ),
];
