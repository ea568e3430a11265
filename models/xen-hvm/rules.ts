/** Every rule of this folder: number, id, sentence, source. Ids are never renamed. */
import { defineRules, formatRule, rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';
import type { RuleTable } from '../contract/rule.js';
import { NPT_CELLS, type NptCell } from './npt-cells.js';

/** Rules that several releases share name the file, and the commit that brought them. */
const P2M_EPT = 'Xen xen/arch/x86/mm/p2m-ept.c';
const MTRR = 'Xen xen/arch/x86/hvm/mtrr.c';
const HVM = 'Xen xen/arch/x86/hvm/hvm.c';
const VMX = 'Xen xen/arch/x86/hvm/vmx/vmx.c';
const P2M_PT = 'Xen xen/arch/x86/mm/p2m-pt.c';
const SHADOW = 'Xen xen/arch/x86/mm/shadow/multi.c';
const PASSTHROUGH = 'Xen xen/drivers/passthrough/pci.c';
const SDM = 'Intel SDM vol. 3';
const APM = 'AMD APM vol. 2';
const EMT = 'epte_get_entry_emt()';
const LOOK_UP = [MTRR, 'mtrr_get_type()'] as const;
const PIN_SET = [MTRR, 'hvm_set_mem_pinned_cacheattr()'] as const;
const PROPAGATE = [SHADOW, '_sh_propagate()'] as const;

const zap = (text: RuleText): RuleText => ({ ...text, kind: 'zap' });
const noZap = (text: RuleText): RuleText => ({ ...text, kind: 'no-zap' });
const clause = (text: RuleText): RuleText => ({ ...text, kind: 'clause' });

/** Of EPT leaves that honour the guest PAT. */
const HONOURING = {
  withoutIpat: rule(
    'No entry has ipat, which cannot be used beside memory encryption with keys: the type stays, and the guest PAT is honoured.',
    'xen-devel, 2020-07-31, thread "x86/hvm: set \'ipat\' in EPT for special pages"',
    'that ipat corrupts data of guests under MKTME',
  ),
  guestMtrrsDisabled: rule('With MTRRs disabled every page of the guest is UC, without looking further.', ...LOOK_UP),
  fixedRange: rule('Below 1M an enabled fixed range gives a 4K page its type, before any variable range.', ...LOOK_UP),
  variableRange: rule('One variable range matches the page and gives its type.', ...LOOK_UP),
  variableRangesAgree: { cause: 'variable-range', ...rule('Several variable ranges of one type match the page.', ...LOOK_UP) },
  superpageTouchedByRange: rule(
    'A superpage that variable ranges of one type only touch takes that type as a whole; the default type of the rest does not count.',
    MTRR,
    'mtrr_get_type()',
    '3d90d6e69f',
  ),
  ucWins: rule('Ranges of several types match a 4K page, and UC among them wins.', ...LOOK_UP),
  wtUnderWb: rule('WT and WB ranges match a 4K page, which becomes WT.', ...LOOK_UP),
  lastRegisterWins: rule(
    'Ranges of types that the architecture leaves undefined together match a 4K page: the highest-numbered register wins.',
    ...LOOK_UP,
  ),
  defaultType: rule('No variable range matches the page, which takes the default type.', ...LOOK_UP),
  hostMtrrNarrows: rule(
    'The host MTRR type is stricter than the guest MTRR type and becomes the type of the leaf.',
    P2M_EPT,
    EMT,
    'b99113b9d5',
  ),
  mtrrTypesConflict: {
    cause: 'host-mtrr-narrows',
    ...rule('Guest and host MTRR types have only UC in common: WC with WT or WP.', P2M_EPT, EMT, 'b99113b9d5'),
  },
  directMmioFirst: rule(
    'Direct MMIO is UC without ipat before its MFN is asked for anything: neither whether it is valid nor whether it is special.',
    P2M_EPT,
    EMT,
    '30921dc2df',
  ),
  directMmio: rule(
    'Direct MMIO is UC without ipat, so that the guest PAT may make it WC.',
    P2M_EPT,
    'epte_get_entry_emt(), test of p2m_mmio_direct',
    '81fd0d3ca4',
  ),
} satisfies RuleTexts;
type Honouring = keyof typeof HONOURING;

const NO_FILL: RuleText = {
  name: 'cd-no-fill',
  ...rule(
    'CR0.CD is emulated by a GUEST_PAT of eight UC entries, so that every leaf without ipat is UC.',
    VMX,
    'vmx_handle_cd()',
    '62652c00ef',
  ),
};
const SHADOW_DIRECT_MMIO = rule(
  'Direct MMIO that the domain holds is shadowed so that guest PAT over a UC guest MTRR results: WC or UC.',
  MTRR,
  'get_pat_flags()',
);

const NPT_TABLE: RuleTable = {
  id: 'xen-hvm.npt-combining-tables',
  sentence: "The processor combines the guest's PAT type with that of the nested entry, WB, UC- or UC, and the host's MTRR type.",
};

const cellText = ({ combination, sentence }: NptCell): RuleText => ({
  ...rule(sentence, APM, '"Nested Paging", "Combining Memory Types, MTRRs"'),
  cause: `npt-${combination}`,
  table: NPT_TABLE,
});
const cellTexts = (cells: readonly NptCell[], clauses?: readonly string[]): RuleTexts =>
  Object.fromEntries(cells.map((cell) => [`npt-${cell.name}`, { ...cellText(cell), ...(clauses && { clauses }) }]));

/** Texts by the keys of HONOURING. */
const forHonouring = (textOf: (key: Honouring) => RuleText) =>
  Object.fromEntries(Object.keys(HONOURING).map((key) => [key, textOf(key as Honouring)])) as Record<Honouring, RuleText>;

const [all, named, noFill, unpaged, cells, unpagedCells, unpagedShadow] = defineRules(
  'xen-hvm',
  {
    ...HONOURING,

    // EPT leaves that do not ask the MTRRs.
    mmioReadOnly: rule(
      'An MFN in mmio_ro_ranges is UC with ipat: its read-only mapping is never mapped otherwise.',
      P2M_EPT,
      EMT,
      'c61a6f74f8',
    ),
    invalidMfn: rule(
      'An MFN without a frame table entry is UC with ipat, direct MMIO included.',
      P2M_EPT,
      'epte_get_entry_emt(), test of mfn_valid()',
      '81fd0d3ca4',
    ),
    noIommuNoResources: rule(
      'A domain without IOMMU, I/O resources and (from 8333e358e4) devices gets WB with ipat for everything but direct MMIO.',
      P2M_EPT,
      EMT,
      '3089a6d82b',
    ),
    specialPageIpat: rule(
      'A special page of the hypervisor is WB with ipat wherever the guest maps it.',
      P2M_EPT,
      EMT,
      'ca24b2ffdb',
    ),
    specialSuperpageIpat: {
      cause: 'special-page-ipat',
      ...rule('A superpage of which every MFN is special is WB with ipat.', P2M_EPT, EMT, '60d1adfa18'),
    },
    specialFirstFrame: rule(
      'A leaf whose first MFN is special is WB with ipat, whatever the rest of it is (patch v1, July 2020).',
      'xen-devel, July 2020: "x86/hvm: set \'ipat\' in EPT for special pages", v1',
      'epte_get_entry_emt()',
    ),
    grantOrForeignIpat: rule("Another domain's page, by grant or foreign mapping, is WB with ipat.", P2M_EPT, EMT, '8af4b47f06'),
    pinnedRange: rule(
      'A pinned range that covers the leaf gives its type with ipat; UC- is stored as UC.',
      P2M_EPT,
      EMT,
      '4d66f069d6',
    ),

    // From the leaf to the access.
    pagingOff: clause(
      rule(
        'While CR0.PG=0 the PAT type is WB, CD emulation or not.',
        SDM,
        '"Memory Type Used for Translated Guest-Physical Addresses"',
      ),
    ),
    noBacking: formatRule('A frame that no region covers is emulated MMIO.', '"machine: what exists before the first step"'),

    // MSRs. A read carries the rule of the write that put the value there.
    mtrrsHidden: rule('MTRR MSRs fault if the guest CPUID does not show MTRRs.', HVM, 'hvm_msr_write_intercept()'),
    mtrrcapReadOnly: rule('MTRRcap cannot be written.', HVM, 'hvm_msr_write_intercept()'),
    pairAbsent: rule('A variable pair at or above MTRRcap.VCNT faults.', HVM, 'hvm_msr_write_intercept()', '76159f10b1'),
    defTypeInvalidType: rule('The default type must be one of UC, WC, WT, WP, WB.', MTRR, 'mtrr_def_type_msr_set()'),
    defTypeReservedBits: rule('Bits outside 0xcff of the default type register are reserved.', MTRR, 'mtrr_def_type_msr_set()'),
    fixedInvalidType: rule(
      'Each byte of a fixed range register must be one of UC, WC, WT, WP, WB.',
      MTRR,
      'mtrr_fix_range_msr_set()',
    ),
    baseInvalidType: rule(
      'The type of a variable range must be one of UC, WC, WT, WP, WB, valid range or not.',
      MTRR,
      'mtrr_var_range_msr_set()',
    ),
    baseReservedBits: rule('Bits 11:8 of a range base are reserved.', MTRR, 'mtrr_var_range_msr_set()'),
    maskReservedBits: rule('Bits 10:0 of a range mask are reserved.', MTRR, 'mtrr_var_range_msr_set()'),
    bitsAboveWidth: rule(
      "Bits at or above the guest's MAXPHYADDR are reserved in range bases and masks.",
      MTRR,
      'mtrr_var_range_msr_set()',
    ),
    patInvalidType: rule('Each byte of PAT must be one of UC, WC, WT, WP, WB, UC-.', HVM, 'hvm_set_guest_pat()'),
    defTypeWritten: rule('The default type register takes the value.', MTRR, 'mtrr_def_type_msr_set()'),
    fixedWritten: rule('The fixed range register takes the value.', MTRR, 'mtrr_fix_range_msr_set()'),
    fixedUnchanged: rule(
      'Writing the stored value to a fixed range register succeeds without checks or effects.',
      MTRR,
      'mtrr_fix_range_msr_set()',
    ),
    variableWritten: rule('The variable range register takes the value.', MTRR, 'mtrr_var_range_msr_set()'),
    variableUnchanged: rule(
      'Writing the stored value to a variable range register succeeds without checks or effects, also if it could not be written anew.',
      MTRR,
      'mtrr_var_range_msr_set()',
    ),
    patWritten: rule('PAT takes the value and types accesses at once.', HVM, 'hvm_set_guest_pat()'),
    patDeferred: rule(
      'While CR0.CD is emulated a PAT write is kept until CD is cleared.',
      HVM,
      'hvm_set_guest_pat()',
      '62652c00ef',
    ),
    patForNewShadows: rule('PAT takes the value, which only shadow entries made later are typed by.', HVM, 'hvm_set_guest_pat()'),
    msrRead: rule('The register is read as the vCPU was created with it: nothing was written.', HVM, 'hvm_msr_read_intercept()'),

    // CR0.
    cr0Written: rule('CR0 takes the value; NW=1 with CD=0 is not checked.', HVM, 'hvm_set_cr0()'),
    cdNotEmulated: rule(
      'CR0.CD changes only what the guest reads: the domain has no IOMMU, or neither I/O resources nor devices.',
      HVM,
      'hvm_set_cr0()',
      '71e617a6b8',
    ),
    cdSet: rule(
      'Setting CR0.CD saves GUEST_PAT and makes all its entries UC (no-fill mode).',
      VMX,
      'vmx_handle_cd()',
      '62652c00ef',
    ),
    cdCleared: rule('Clearing CR0.CD loads GUEST_PAT with the saved PAT.', VMX, 'vmx_handle_cd()', '62652c00ef'),
    cdClearedWithoutNoFill: rule(
      'Clearing CR0.CD loads GUEST_PAT with a saved PAT that setting CD never updated, as the vCPU was not in no-fill mode.',
      VMX,
      'vmx_handle_cd()',
      '62652c00ef',
    ),
    init: rule('INIT clears CR0.PG, CD and NW but leaves MTRRs, PAT and the mode of CD emulation.', HVM, 'hvm_vcpu_reset_state()'),

    // The host.
    domainWithoutIommu: rule(
      'A domain created without IOMMU gets no device assigned.',
      PASSTHROUGH,
      'assign_device()',
      'f89f555827',
    ),
    deviceAssigned: rule('A device is assigned to the domain or taken from it.', PASSTHROUGH, 'assign_device()', 'f89f555827'),
    noSuchDevice: formatRule('A kind of device of which none is attached cannot be detached.'),
    tooManyDevices: formatRule('There are at most three devices of one kind.'),
    ioResourcesSet: rule(
      "The domain's I/O capabilities are granted or revoked.",
      'Xen xen/arch/x86/domctl.c',
      'arch_do_domctl()',
      'c4e5cc2ccc',
    ),
    backingReplaced: rule(
      'The p2m entries of the range are removed and new ones computed with the MTRRs of vCPU 0.',
      P2M_EPT,
      'ept_set_entry()',
    ),
    restored: rule(
      'The domain is populated anew and its registers loaded from the save record, in which every variable pair is a copy of pair 0.',
      MTRR,
      'hvm_save_mtrr_msr()',
      '343eb57023',
    ),
    saveRecordReplicatesPair0: {
      name: 'save-record-replicates-pair-0',
      ...rule(
        'The save record held pair 0 in the place of every variable pair: the register is read as a copy of pair 0, its own value is lost.',
        MTRR,
        'hvm_save_mtrr_msr()',
        '343eb57023',
      ),
    },
    guestMappingInvalidated: rule("The guest's own mappings concern no second-level entry.", VMX, 'vmx_invlpg_intercept()'),
    noSuchOperation: formatRule('Xen has no such operation.'),
    pinStored: rule('The range is pinned.', ...PIN_SET),
    pinReplaced: rule('The range was pinned already and changes its type in place.', ...PIN_SET, 'ab2d47eb13'),
    pinDeleted: rule('The pinned range is removed.', ...PIN_SET),
    pinAbsent: rule('No pinned range has exactly these bounds.', ...PIN_SET),
    pinOverlaps: rule('The range overlaps a pinned one with other bounds.', ...PIN_SET),
    pinLimit: rule('A domain has at most 64 pinned ranges.', ...PIN_SET, 'd484dcca79'),
    pinNotPermitted: rule(
      'UC, UC- and WC can be pinned only with an IOMMU or where cache flushes are permitted.',
      ...PIN_SET,
      'd63b2c60f7',
    ),

    // NPT.
    nptPagingOff: clause(rule('While gCR0.PG=0 the guest PAT type is WB.', APM, '"Nested Paging", "Nested Table Walk"')),
    nptCacheDisabled: rule(
      'CR0.CD of the guest reaches the VMCB and disables caching: CD, or UC where the host MTRR type is UC.',
      APM,
      '"Nested Paging", "Combining Memory Types, MTRRs"',
    ),
    nptCdClearNwSet: rule(
      'Xen accepts CR0.NW=1 with CD=0, which VMRUN refuses: the domain is crashed.',
      APM,
      '"VMRUN Instruction", "Canonicalization and Consistency Checks"',
    ),
    nptBackingReplaced: rule(
      'The p2m entries of the range are removed and new ones typed by their p2m type.',
      P2M_PT,
      'p2m_pt_set_entry()',
    ),

    // Shadow.
    shadowDirectMmio: SHADOW_DIRECT_MMIO,
    shadowUnpaged: clause(
      rule(
        'While CR0.PG=0 Xen shadows a page table of its own, whose entries select PAT entry 0.',
        'Xen xen/arch/x86/mm/shadow/common.c',
        'sh_update_paging_modes(), unpaged_pagetable',
      ),
    ),
    shadowPinnedRange: rule(
      'A pinned type becomes the host PAT type of the shadow entry, UC- as UC-, also in UC mode.',
      ...PROPAGATE,
    ),
    shadowUcMode: rule('While a vCPU has CR0.CD=1 every examined page of the domain is shadowed UC.', ...PROPAGATE),
    shadowMmioReadOnly: rule(
      'An MFN in mmio_ro_ranges is shadowed UC and read-only, whatever else applies.',
      ...PROPAGATE,
      'c61a6f74f8',
    ),
    shadowSpecialPage: rule('A special page gets no cache bits: WB by the host PAT.', ...PROPAGATE),
    shadowDomIoPage: rule(
      'Until 1d99732f2b an MMIO page with a frame table entry passes for a special page and gets no cache bits.',
      ...PROPAGATE,
      '1d99732f2b',
    ),
    shadowNoCapability: rule(
      "A page outside the domain's iomem_caps gets no cache bits: WB by the host PAT, whatever guest MTRRs and PAT say.",
      ...PROPAGATE,
      '7720401043',
    ),
    shadowUcModeEntered: rule(
      'The first vCPU to set CR0.CD puts the domain in UC mode, and all shadows are dropped.',
      HVM,
      'hvm_shadow_handle_cd()',
    ),
    shadowUcModeHeld: rule(
      'UC mode neither begins nor ends: another vCPU has CR0.CD=1, or its MTRRs or PAT differ.',
      HVM,
      'domain_exit_uc_mode()',
      'fc5805daef',
    ),
    shadowUcModeLeft: rule(
      'The last vCPU to clear CR0.CD, with MTRRs and PAT equal on all, ends UC mode, and all shadows are dropped.',
      HVM,
      'hvm_shadow_handle_cd()',
    ),
    shadowBackingReplaced: rule(
      'The shadow entries of the range are dropped with its p2m entries.',
      'Xen xen/arch/x86/mm/shadow/common.c',
      'sh_remove_all_mappings()',
    ),
    shadowEntryDropped: rule(
      'The guest invalidates its mapping of the frame, whose shadow entries are dropped.',
      SHADOW,
      'sh_invlpg()',
    ),

    // Invalidations by guest writes: memory_type_changed() and who calls it.
    mtrrWriteRecalculates: zap(
      rule(
        'An MTRR write that changes types makes every EPT entry be recalculated, as the domain has I/O resources or (from 8333e358e4) devices.',
        MTRR,
        'memory_type_changed()',
        'f3d880bf2b',
      ),
    ),
    mtrrWriteRecalculatesForIommu: zap(
      rule(
        'Until 2d779cabdd an MTRR write that changes types makes every EPT entry be recalculated wherever the domain has an IOMMU.',
        MTRR,
        'memory_type_changed()',
        'f3d880bf2b',
      ),
    ),
    plainDomainSpares: noZap(
      rule(
        'An MTRR write recalculates nothing: the domain has neither IOMMU nor I/O resources nor devices.',
        MTRR,
        'memory_type_changed()',
        'f3d880bf2b',
      ),
    ),
    iommuAloneSpares: noZap(
      rule(
        'From 2d779cabdd an MTRR write recalculates nothing in a domain that has an IOMMU, but neither I/O resources nor devices.',
        MTRR,
        'memory_type_changed()',
        '2d779cabdd',
      ),
    ),
    withoutHookSpares: noZap(
      rule(
        'An MTRR write recalculates nothing: only EPT entries depend on MTRRs, and NPT and shadow paging have no hook for it.',
        MTRR,
        'memory_type_changed()',
        '50bbacacb8',
      ),
    ),
    disabledRangeSpares: noZap(
      rule(
        'A write of a range register recalculates nothing while the MTRRs, or the fixed ranges that it is one of, are disabled.',
        MTRR,
        'mtrr_fix_range_msr_set(), mtrr_var_range_msr_set()',
        '4e34e0586f',
      ),
    ),
    redundantWriteSpares: noZap(
      rule(
        'Writing the stored value to an MTRR recalculates nothing.',
        MTRR,
        'mtrr_def_type_msr_set(), mtrr_fix_range_msr_set(), mtrr_var_range_msr_set()',
      ),
    ),
    cdSpares: noZap(rule('A change of CR0.CD swaps GUEST_PAT and recalculates no entry.', VMX, 'vmx_handle_cd()', '62652c00ef')),
    cdReachesVmcb: noZap(rule('A change of CR0.CD reaches the VMCB and recalculates no entry.', HVM, 'hvm_set_cr0()')),
    cdUnseenSpares: noZap(
      rule('A change of CR0.CD that is not emulated recalculates nothing.', HVM, 'hvm_set_cr0()', '71e617a6b8'),
    ),
    deviceSpares: noZap(
      rule('From f89f555827 a device that comes or goes recalculates nothing.', PASSTHROUGH, 'assign_device()', 'f89f555827'),
    ),
    shadowUcModeDrops: zap(rule('Entering or leaving UC mode drops all shadows of the domain.', HVM, 'hvm_set_uc_mode()')),
    shadowUcModeSpares: noZap(
      rule(
        'UC mode neither begins nor ends with this change of CR0.CD, and no shadow is dropped.',
        HVM,
        'hvm_shadow_handle_cd()',
        'fc5805daef',
      ),
    ),
  },
  // While CR0.CD is emulated.
  forHonouring((key) => ({ ...NO_FILL, clauses: [key] })),
  // While CR0.PG=0.
  forHonouring((key) => ({ ...HONOURING[key], clauses: ['pagingOff'] })),
  cellTexts(NPT_CELLS),
  cellTexts(
    NPT_CELLS.filter(({ isWriteBack }) => isWriteBack),
    ['nptPagingOff'],
  ),
  { shadowDirectMmio: { ...SHADOW_DIRECT_MMIO, clauses: ['shadowUnpaged'] } },
);

export const rules = all;
export const RULE = named;

/** By the rule of a leaf that honours the guest PAT: the rule of an access through it while CR0.PG=0, and while CR0.CD is emulated. */
export const UNPAGED = byLeaf(unpaged);
export const IN_NO_FILL = byLeaf(noFill);

function byLeaf(numbers: Readonly<Record<Honouring, number>>): Uint16Array {
  const table = new Uint16Array(all.length);
  for (const key of Object.keys(HONOURING) as Honouring[]) table[named[key]] = numbers[key];
  return table;
}

/** The rule of each cell of NPT_CELLS, and the same while CR0.PG=0, when the guest PAT type is WB. */
export const CELL_RULE = Uint16Array.from(NPT_CELLS, ({ name }) => cells[`npt-${name}`]);
export const UNPAGED_CELL_RULE = Uint16Array.from(NPT_CELLS, ({ name }) => unpagedCells[`npt-${name}`] ?? 0);

/** Of a shadow entry that was made while CR0.PG=0. */
export const UNPAGED_SHADOW_DIRECT_MMIO = unpagedShadow.shadowDirectMmio;
