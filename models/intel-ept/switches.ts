/** In what the versions of KVM on VMX with EPT differ, as named switches. versions.ts says which commit set which. */
import { choice, type SwitchesOf, toggle } from '../contract/switch.js';

export const SWITCHES = {
  // --- MSR surface: arch/x86/kvm/mtrr.c (x86.c before 4.2) ---
  checksMtrrTypes: toggle('Type fields of MTRRs must hold a type that MTRRs encode, MTRRdefType no reserved bit.'),
  checksVariableReservedBits: toggle(
    'Reserved bits of a variable pair are refused; the low byte of a mask is no longer taken for a type.',
  ),
  reservedBitsFaultTwice: toggle('A refused reserved bit queues a #GP of its own besides the one of the exit handler: #DF.'),
  checksPat: toggle('PAT bytes must hold a type that PAT encodes.'),
  patReadsBackLowHalf: toggle('vcpu->arch.pat is a u32 beside a 64-bit VMCS field.'),
  keepsDefTypeInParts: toggle('MTRRdefType is kept as a type byte and two enable bits.'),
  extendsMasks: toggle('A written mask is stored with every bit from MAXPHYADDR on set; both of a pair read back within it.'),

  // --- guest MTRR look-up ---
  lookUp: choice('How a guest type is looked up; `none`: MTRRs are storage only.', 'none', 'get_mtrr_type', 'mtrr_iter'),
  picksWrongFixedSegment: toggle('fixed_mtrr_addr_to_seg() takes the first segment that starts at or above the address.'),
  disabledMtrrs: choice(
    'The type that `mtrr_iter` gives while MTRRdefType.E=0; `cpuid`: WB if CPUID has no MTRRs, else UC.',
    'UC',
    'cpuid',
    'WB',
  ),
  readsMtrrsOfVcpu0: toggle('Look-ups and zaps go by the MTRRs of vCPU 0.'),
  consistencyFollowsStalePointer: toggle(
    'The consistency check takes its fixed-range index for a list pointer when it goes on to the variable ranges.',
  ),

  // --- EPT leaf ---
  leaf: choice(
    'Which text of get_mt_mask() builds a leaf: leaf-memory-type.ts.',
    'write-back',
    'write-back-ipat',
    'guest-mtrr-ipat',
    'mmio-uc-guest-mtrr-ipat',
    'snoop-control',
    'july-2015',
    'classic',
    'no-guest-mtrr',
    'host-pat',
  ),
  ipat: toggle('A leaf that is to ignore the guest PAT has ipat; where it is off the leaf keeps its type and honours the PAT.'),
  cdIgnoresPat: toggle("A leaf built while CR0.CD=1 under KVM_X86_QUIRK_CD_NW_CLEARED ignores the guest's PAT."),
  selfSnoopHonoursPat: toggle('A leaf is WB without IPAT whenever the host has self-snoop.'),
  hasIgnoreGuestPatQuirk: toggle('Userspace may disable KVM_X86_QUIRK_IGNORE_GUEST_PAT, on hosts with self-snoop.'),
  reservedPageIsMmio: toggle(
    "A reserved page is MMIO whatever the host's memory type of it; where it is not, a page that the host maps WB is RAM.",
  ),
  writeCombiningRamIsMmio: toggle('RAM that the host maps WC is MMIO.'),
  levelLimit: choice(
    'How guest MTRRs bound the size of a mapping: mapping-level.ts; `2M-first` always, `largest-first` with non-coherent DMA.',
    'none',
    '2M-first',
    'largest-first',
  ),

  // --- zaps ---
  zapsOnMtrrWrite: toggle('An MTRR write zaps what the MSR covers, with non-coherent DMA.'),
  cdDefersMtrrZap: toggle('An MTRR write while CR0.CD=1 zaps nothing.'),
  cdToggleZaps: choice(
    'When a change of CR0.CD zaps all: `noncoherent...`: with non-coherent DMA; the quirk is KVM_X86_QUIRK_CD_NW_CLEARED.',
    'never',
    'always',
    'noncoherent-without-quirk',
    'noncoherent',
  ),
  noncoherentChangeZaps: choice(
    'When the first non-coherent device coming or the last going zaps all; the quirk is KVM_X86_QUIRK_IGNORE_GUEST_PAT, enabled.',
    'never',
    'always',
    'without-self-snoop',
    'with-ignore-pat-quirk',
  ),

  // --- CR0 ---
  initSetsCdNw: toggle('INIT loads 0x60000010 into CR0; where it does not, CD and NW stay.'),
  longModeKeepsPaging: toggle('A write of CR0 that clears PG in 64-bit code is refused.'),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
