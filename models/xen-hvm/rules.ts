/** Every rule of this folder. The names in RULE are for the code; observations carry its numbers, reports the ids. */
import type { Citation, Rule, RuleTable } from '../contract/rule.js';
import { NPT_CELLS } from './npt-cells.js';

const at =
  (document: string) =>
  (place: string, commit?: string): Citation =>
    commit === undefined ? { document, place } : { document, place, commit };

const p2mEpt = at('Xen 4.21 xen/arch/x86/mm/p2m-ept.c');
const mtrr = at('Xen 4.21 xen/arch/x86/hvm/mtrr.c');
const hvm = at('Xen 4.21 xen/arch/x86/hvm/hvm.c');
const vmx = at('Xen 4.21 xen/arch/x86/hvm/vmx/vmx.c');
const p2mPt = at('Xen 4.21 xen/arch/x86/mm/p2m-pt.c');
const shadow = at('Xen 4.18 xen/arch/x86/mm/shadow/multi.c');
const sdm = at('Intel SDM vol. 3');
const apm = at('AMD APM vol. 2');
const format = at('emtdiff scenario format, version 1');

/** @param test which of its statements, where one commit has several rules of it */
const emt = (commit?: string, test?: string): Citation =>
  p2mEpt(`epte_get_entry_emt()${test === undefined ? '' : `, test of ${test}`}`, commit);
const lookup = mtrr('mtrr_get_type()');
const pinSet = (commit?: string): Citation => mtrr('hvm_set_mem_pinned_cacheattr()', commit);
const propagate = (commit?: string): Citation => shadow('_sh_propagate()', commit);

const rule = (name: string, sentence: string, citation: Citation): Rule => ({ id: `xen-hvm.${name}`, sentence, citation });

/** A rule whose cause is another's: the same input decides, in another shape. */
const sharing = (cause: string, shared: Rule): Rule => ({ ...shared, cause: `xen-hvm.${cause}` });

const named = {
  // The guest's MTRR look-up, where it decided an EPT leaf.
  guestMtrrsDisabled: rule(
    'guest-mtrrs-disabled',
    'With MTRRs disabled every page of the guest is UC, without looking further.',
    lookup,
  ),
  fixedRange: rule('fixed-range', 'Below 1M an enabled fixed range gives a 4K page its type, before any variable range.', lookup),
  variableRange: rule('variable-range', 'One variable range matches the page and gives its type.', lookup),
  variableRangesAgree: sharing(
    'variable-range',
    rule('variable-ranges-agree', 'Several variable ranges of one type match the page.', lookup),
  ),
  superpageTouchedByRange: rule(
    'superpage-touched-by-range',
    'A superpage that variable ranges of one type only touch takes that type as a whole; the default type of the rest does not count.',
    mtrr('mtrr_get_type()', '3d90d6e69f'),
  ),
  ucWins: rule('uc-wins', 'Ranges of several types match a 4K page, and UC among them wins.', lookup),
  wtUnderWb: rule('wt-under-wb', 'WT and WB ranges match a 4K page, which becomes WT.', lookup),
  lastRegisterWins: rule(
    'last-register-wins',
    'Ranges of types that the architecture leaves undefined together match a 4K page: the highest-numbered register wins.',
    lookup,
  ),
  defaultType: rule('default-type', 'No variable range matches the page, which takes the default type.', lookup),
  hostMtrrNarrows: rule(
    'host-mtrr-narrows',
    'The host MTRR type is stricter than the guest MTRR type and becomes the type of the leaf.',
    emt('b99113b9d5'),
  ),
  mtrrTypesConflict: sharing(
    'host-mtrr-narrows',
    rule('mtrr-types-conflict', 'Guest and host MTRR types have only UC in common: WC with WT or WP.', emt('b99113b9d5')),
  ),

  // EPT leaves that do not ask the MTRRs.
  deviceReadOnly: rule(
    'mmio-read-only',
    'An MFN in mmio_ro_ranges is UC with ipat: its read-only mapping is never mapped otherwise.',
    emt('c61a6f74f8'),
  ),
  directMmioFirst: rule(
    'direct-mmio-first',
    'Direct MMIO is UC without ipat before its MFN is asked for anything: neither whether it is valid nor whether it is special.',
    emt('30921dc2df'),
  ),
  directMmio: rule(
    'direct-mmio',
    'Direct MMIO is UC without ipat, so that the guest PAT may make it WC.',
    emt('81fd0d3ca4', 'p2m_mmio_direct'),
  ),
  invalidMfn: rule(
    'invalid-mfn',
    'An MFN without a frame table entry is UC with ipat, direct MMIO included.',
    emt('81fd0d3ca4', 'mfn_valid()'),
  ),
  plainDomain: rule(
    'no-iommu-no-resources',
    'A domain without IOMMU, I/O resources and (from 8333e358e4) devices gets WB with ipat for everything but direct MMIO.',
    emt('3089a6d82b'),
  ),
  specialPage: rule(
    'special-page-ipat',
    'A special page of the hypervisor is WB with ipat wherever the guest maps it.',
    emt('ca24b2ffdb'),
  ),
  specialSuperpage: sharing(
    'special-page-ipat',
    rule('special-superpage-ipat', 'A superpage of which every MFN is special is WB with ipat.', emt('60d1adfa18')),
  ),
  specialFirstFrame: rule(
    'special-first-frame',
    'A leaf whose first MFN is special is WB with ipat, whatever the rest of it is (patch v1, July 2020).',
    at('xen-devel, July 2020: "x86/hvm: set \'ipat\' in EPT for special pages", v1')('epte_get_entry_emt()'),
  ),
  grantOrForeign: rule(
    'grant-or-foreign-ipat',
    "Another domain's page, by grant or foreign mapping, is WB with ipat.",
    emt('8af4b47f06'),
  ),
  pinned: rule(
    'pinned-range',
    'A pinned range that covers the leaf gives its type with ipat; UC- is stored as UC.',
    emt('4d66f069d6'),
  ),

  // From the leaf to the access.
  noFill: rule(
    'cd-no-fill',
    'CR0.CD is emulated by a GUEST_PAT of eight UC entries, so that every leaf without ipat is UC.',
    vmx('vmx_handle_cd()', '62652c00ef'),
  ),
  pagingOff: rule(
    'paging-off',
    'While CR0.PG=0 the PAT type is WB and the EPT type alone applies, CD emulation or not.',
    sdm('"Memory Type Used for Translated Guest-Physical Addresses"'),
  ),
  noBacking: rule(
    'no-backing',
    'A frame that no region covers is emulated MMIO.',
    format('"machine: what exists before the first step"'),
  ),

  // MSRs.
  mtrrsHidden: rule('mtrrs-hidden', 'MTRR MSRs fault if the guest CPUID does not show MTRRs.', hvm('hvm_msr_write_intercept()')),
  mtrrCapReadOnly: rule('mtrrcap-read-only', 'MTRRcap cannot be written.', hvm('hvm_msr_write_intercept()')),
  pairAbsent: rule(
    'pair-absent',
    'A variable pair at or above MTRRcap.VCNT faults.',
    hvm('hvm_msr_write_intercept()', '76159f10b1'),
  ),
  defTypeInvalid: rule(
    'def-type-invalid-type',
    'The default type must be one of UC, WC, WT, WP, WB.',
    mtrr('mtrr_def_type_msr_set()'),
  ),
  defTypeReserved: rule(
    'def-type-reserved-bits',
    'Bits outside 0xcff of the default type register are reserved.',
    mtrr('mtrr_def_type_msr_set()'),
  ),
  fixedInvalid: rule(
    'fixed-invalid-type',
    'Each byte of a fixed range register must be one of UC, WC, WT, WP, WB.',
    mtrr('mtrr_fix_range_msr_set()'),
  ),
  baseInvalid: rule(
    'base-invalid-type',
    'The type of a variable range must be one of UC, WC, WT, WP, WB, valid range or not.',
    mtrr('mtrr_var_range_msr_set()'),
  ),
  baseReserved: rule('base-reserved-bits', 'Bits 11:8 of a range base are reserved.', mtrr('mtrr_var_range_msr_set()')),
  maskReserved: rule('mask-reserved-bits', 'Bits 10:0 of a range mask are reserved.', mtrr('mtrr_var_range_msr_set()')),
  aboveWidth: rule(
    'bits-above-width',
    "Bits at or above the guest's MAXPHYADDR are reserved in range bases and masks.",
    mtrr('mtrr_var_range_msr_set()'),
  ),
  patInvalid: rule('pat-invalid-type', 'Each byte of PAT must be one of UC, WC, WT, WP, WB, UC-.', hvm('hvm_set_guest_pat()')),
  defTypeStored: rule('def-type-written', 'The default type register takes the value.', mtrr('mtrr_def_type_msr_set()')),
  fixedStored: rule('fixed-written', 'The fixed range register takes the value.', mtrr('mtrr_fix_range_msr_set()')),
  fixedRedundant: rule(
    'fixed-unchanged',
    'Writing the stored value to a fixed range register succeeds without checks or effects.',
    mtrr('mtrr_fix_range_msr_set()'),
  ),
  variableStored: rule('variable-written', 'The variable range register takes the value.', mtrr('mtrr_var_range_msr_set()')),
  variableRedundant: rule(
    'variable-unchanged',
    'Writing the stored value to a variable range register succeeds without checks or effects, also if it could not be written anew.',
    mtrr('mtrr_var_range_msr_set()'),
  ),
  patStored: rule('pat-written', 'PAT takes the value and types accesses at once.', hvm('hvm_set_guest_pat()')),
  patDeferred: rule(
    'pat-deferred',
    'While CR0.CD is emulated a PAT write is kept until CD is cleared.',
    hvm('hvm_set_guest_pat()', '62652c00ef'),
  ),
  patForNewShadows: rule(
    'pat-for-new-shadows',
    'PAT takes the value, which only shadow entries made later are typed by.',
    hvm('hvm_set_guest_pat()'),
  ),
  msrRead: rule('msr-read', 'The register is read as stored.', hvm('hvm_msr_read_intercept()')),

  // CR0.
  cr0Written: rule('cr0-written', 'CR0 takes the value; NW=1 with CD=0 is not checked.', hvm('hvm_set_cr0()')),
  cdNotEmulated: rule(
    'cd-not-emulated',
    'CR0.CD changes only what the guest reads: the domain has no IOMMU, or neither I/O resources nor devices.',
    hvm('hvm_set_cr0()', '71e617a6b8'),
  ),
  cdSet: rule(
    'cd-set',
    'Setting CR0.CD saves GUEST_PAT and makes all its entries UC (no-fill mode).',
    vmx('vmx_handle_cd()', '62652c00ef'),
  ),
  cdCleared: rule('cd-cleared', 'Clearing CR0.CD loads GUEST_PAT with the saved PAT.', vmx('vmx_handle_cd()', '62652c00ef')),
  cdClearedWithoutFill: rule(
    'cd-cleared-without-no-fill',
    'Clearing CR0.CD loads GUEST_PAT with a saved PAT that setting CD never updated, as the vCPU was not in no-fill mode.',
    vmx('vmx_handle_cd()', '62652c00ef'),
  ),
  init: rule(
    'init',
    'INIT clears CR0.PG, CD and NW but leaves MTRRs, PAT and the mode of CD emulation.',
    hvm('hvm_vcpu_reset_state()'),
  ),

  // The host.
  domainWithoutIommu: rule(
    'domain-without-iommu',
    'A domain created without IOMMU gets no device assigned.',
    at('Xen 4.21 xen/drivers/passthrough/pci.c')('assign_device()', 'f89f555827'),
  ),
  deviceAssigned: rule(
    'device-assigned',
    'Assigning or removing a device recalculates nothing.',
    at('Xen 4.21 xen/drivers/passthrough/pci.c')('assign_device()', 'f89f555827'),
  ),
  noSuchDevice: rule('no-such-device', 'A kind of device of which none is attached cannot be detached.', format('"steps"')),
  tooManyDevices: rule('too-many-devices', 'There are at most three devices of one kind.', format('"steps"')),
  resourcesSet: rule(
    'io-resources-set',
    "The domain's I/O capabilities are granted or revoked.",
    at('Xen 4.21 xen/arch/x86/domctl.c')('arch_do_domctl()', 'c4e5cc2ccc'),
  ),
  backingReplaced: rule(
    'backing-replaced',
    'The p2m entries of the range are removed and new ones computed with the MTRRs of vCPU 0.',
    p2mEpt('ept_set_entry()'),
  ),
  restored: rule(
    'restored',
    'The domain is populated anew and its registers loaded from the save record, in which every variable pair is a copy of pair 0.',
    mtrr('hvm_save_mtrr_msr()', '343eb57023'),
  ),
  recordReplicatesPair0: rule(
    'save-record-replicates-pair-0',
    'The save record held pair 0 in the place of every variable pair: the register is read as a copy of pair 0, its own value is lost.',
    mtrr('hvm_save_mtrr_msr()', '343eb57023'),
  ),
  mappingInvalidated: rule(
    'guest-mapping-invalidated',
    "The guest's own mappings concern no second-level entry.",
    at('Xen 4.21 xen/arch/x86/hvm/vmx/vmx.c')('vmx_invlpg_intercept()'),
  ),
  noSuchOperation: rule('no-such-operation', 'Xen has no such operation.', format('"steps"')),
  pinStored: rule('pin-stored', 'The range is pinned.', pinSet()),
  pinReplaced: rule('pin-replaced', 'The range was pinned already and changes its type in place.', pinSet('ab2d47eb13')),
  pinDeleted: rule('pin-deleted', 'The pinned range is removed.', pinSet()),
  pinAbsent: rule('pin-absent', 'No pinned range has exactly these bounds.', pinSet()),
  pinOverlaps: rule('pin-overlaps', 'The range overlaps a pinned one with other bounds.', pinSet()),
  pinLimit: rule('pin-limit', 'A domain has at most 64 pinned ranges.', pinSet('d484dcca79')),
  pinNotPermitted: rule(
    'pin-not-permitted',
    'UC, UC- and WC can be pinned only with an IOMMU or where cache flushes are permitted.',
    pinSet('d63b2c60f7'),
  ),

  // NPT.
  nptPagingOff: rule(
    'npt-paging-off',
    'While gCR0.PG=0 the guest PAT type is WB and the nested entry with the host MTRR decides.',
    apm('"Nested Paging", "Nested Table Walk"'),
  ),
  nptCacheDisabled: rule(
    'npt-cache-disabled',
    'CR0.CD of the guest reaches the VMCB and disables caching: CD, or UC where the host MTRR type is UC.',
    apm('"Nested Paging", "Combining Memory Types, MTRRs"'),
  ),
  nptInvalidCr0: rule(
    'npt-cd-clear-nw-set',
    'Xen accepts CR0.NW=1 with CD=0, which VMRUN refuses: the domain is crashed.',
    apm('"VMRUN Instruction", "Canonicalization and Consistency Checks"'),
  ),
  nptBackingReplaced: rule(
    'npt-backing-replaced',
    'The p2m entries of the range are removed and new ones typed by their p2m type.',
    p2mPt('p2m_pt_set_entry()'),
  ),

  // Shadow.
  shadowPinned: rule(
    'shadow-pinned-range',
    'A pinned type becomes the host PAT type of the shadow entry, UC- as UC-, also in UC mode.',
    propagate(),
  ),
  shadowUcMode: rule('shadow-uc-mode', 'While a vCPU has CR0.CD=1 every examined page of the domain is shadowed UC.', propagate()),
  shadowDirectMmio: rule(
    'shadow-direct-mmio',
    'Direct MMIO that the domain holds is shadowed so that guest PAT over a UC guest MTRR results: WC or UC.',
    mtrr('get_pat_flags()'),
  ),
  shadowReadOnly: rule(
    'shadow-mmio-read-only',
    'An MFN in mmio_ro_ranges is shadowed UC and read-only, whatever else applies.',
    propagate('c61a6f74f8'),
  ),
  shadowSpecial: rule('shadow-special-page', 'A special page gets no cache bits: WB by the host PAT.', propagate()),
  shadowDomIo: rule(
    'shadow-dom-io-page',
    'Until 1d99732f2b an MMIO page with a frame table entry passes for a special page and gets no cache bits.',
    propagate('1d99732f2b'),
  ),
  shadowNoCapability: rule(
    'shadow-no-capability',
    "A page outside the domain's iomem_caps gets no cache bits: WB by the host PAT, whatever guest MTRRs and PAT say.",
    propagate('7720401043'),
  ),
  shadowUcModeEntered: rule(
    'shadow-uc-mode-entered',
    'The first vCPU to set CR0.CD puts the domain in UC mode, and all shadows are dropped.',
    hvm('hvm_shadow_handle_cd()'),
  ),
  shadowUcModeHeld: rule(
    'shadow-uc-mode-held',
    'UC mode neither begins nor ends: another vCPU has CR0.CD=1, or its MTRRs or PAT differ.',
    hvm('domain_exit_uc_mode()', 'fc5805daef'),
  ),
  shadowUcModeLeft: rule(
    'shadow-uc-mode-left',
    'The last vCPU to clear CR0.CD, with MTRRs and PAT equal on all, ends UC mode, and all shadows are dropped.',
    hvm('hvm_shadow_handle_cd()'),
  ),
  shadowBackingReplaced: rule(
    'shadow-backing-replaced',
    'The shadow entries of the range are dropped with its p2m entries.',
    at('Xen 4.18 xen/arch/x86/mm/shadow/common.c')('sh_remove_all_mappings()'),
  ),
  shadowDropped: rule(
    'shadow-entry-dropped',
    'The guest invalidates its mapping of the frame, whose shadow entries are dropped.',
    shadow('sh_invlpg()'),
  ),
} as const satisfies Readonly<Record<string, Rule>>;

type RuleName = keyof typeof named;

const NPT_TABLE: RuleTable = {
  id: 'xen-hvm.npt-combining-tables',
  sentence: "The processor combines the guest's PAT type with that of the nested entry, WB, UC- or UC, and the host's MTRR type.",
};

/** Rules by number, as observations carry it. The cells of the NPT tables follow the named ones. */
export const rules: readonly (Rule | null)[] = [
  null,
  ...Object.values(named),
  ...NPT_CELLS.map(({ name, combination, sentence }) => ({
    ...sharing(`npt-${combination}`, rule(`npt-${name}`, sentence, apm('"Nested Paging", "Combining Memory Types, MTRRs"'))),
    table: NPT_TABLE,
  })),
];

/** Numbers of the named rules. */
export const RULE = Object.fromEntries(Object.keys(named).map((name, index) => [name, index + 1])) as Readonly<
  Record<RuleName, number>
>;

/** Number of the rule of `NPT_CELLS[0]`. */
export const FIRST_NPT_CELL = Object.keys(named).length + 1;
