/** Every rule of this folder: how a Linux guest boots, what its requests become. Ids are never renamed. */
import { defineRules, type RuleText, rule } from '../contract/define-rules.js';

const PAT = 'Linux arch/x86/mm/pat/memtype.c';
const GENERIC = 'Linux arch/x86/kernel/cpu/mtrr/generic.c';
const LOOK_UP = 'mtrr_type_lookup()';
const RESERVE = 'memtype_reserve(), reserve_memtype()';
const FORCED = ['Linux v6.13 arch/x86/kernel/kvm.c', 'kvm_init_platform()', '8e690b817e38'] as const;

const clause = (text: RuleText): RuleText => ({ ...text, kind: 'clause' });

export const [rules, RULE] = defineRules('guest-os', {
  // Boot.
  mtrrsOnWritesPat: rule('With MTRRs in use and a PAT that is not 0 the OS writes its own PAT on every CPU.', PAT, 'pat_bp_init()'),
  patOfZero: rule(
    'A PAT that reads as 0 counts as disabled by the firmware: it is not written, and PAT is off.',
    PAT,
    'pat_bp_init()',
  ),
  mtrrsOffDisablesPat: rule('Without MTRRs in use the OS leaves the PAT as it is and PAT is off.', PAT, 'init_cache_modes()'),
  mtrrsOffKeepsPat: rule(
    'In a VM without MTRRs in use the OS leaves the PAT as it is and counts PAT as on.',
    PAT,
    'pat_enabled()',
    '72cbc8f04fe2',
  ),
  mtrrsOffWritesPat: rule(
    'PAT is set up whether MTRRs are in use or not: the OS writes its own PAT on every CPU.',
    'Linux series "x86: make PAT and MTRR independent from each other"',
    'pat_bp_init()',
  ),
  tdKeepsPat: rule(
    'Up to 6.8 the OS does not set CR0.CD in a TD: it leaves the PAT as it is there and counts PAT as on.',
    PAT,
    'pat_bp_init()',
    'ffc92cf3db62',
  ),
  patWithoutWriteBack: rule(
    'The first entry of the PAT that the OS found is not WB: update_cache_mode_entry() is a BUG and the OS does not boot.',
    PAT,
    'update_cache_mode_entry()',
  ),

  // What the look-up of a wish for WB found; told after the rule that used it.
  lookUpUnused: clause(rule('MTRRs are not in use, so the look-up finds no WB.', GENERIC, LOOK_UP)),
  lookUpFixed: clause(rule('A fixed range gives the type below 1 MiB.', GENERIC, LOOK_UP)),
  lookUpSingle: clause(rule('Variable ranges of one type cover the page and give the type.', GENERIC, LOOK_UP)),
  lookUpUncached: clause(rule('One of several variable ranges over the page is UC, and UC wins.', GENERIC, LOOK_UP)),
  lookUpWriteThrough: clause(rule('WT and WB variable ranges over one page make WT.', GENERIC, LOOK_UP)),
  lookUpMixed: clause(rule('Other variable ranges of different types over one page make UC.', GENERIC, LOOK_UP)),
  lookUpDefault: clause(rule('No range covers the page, so the default type decides.', GENERIC, LOOK_UP)),
  lookUpTopOfMemory: clause(rule('AMD processors make [4 GiB, TOP_MEM2) WB where SYSCFG says so.', GENERIC, LOOK_UP)),
  lookUpForced: clause(
    rule('An SNP or TDX guest of KVM sets its MTRR state itself: default WB, whatever the registers hold.', ...FORCED),
  ),
  lookUpForcedHole: clause(
    rule(
      'An SNP or TDX guest of KVM sets its MTRR state itself: UC from the end of low RAM to 4 GiB.',
      'Linux v6.18 arch/x86/kernel/kvm.c',
      'kvm_init_platform()',
      '0dccbc75e18d',
    ),
  ),
  typeNotInPat: clause(
    rule('The PAT has no entry of that type, so the index is the one that the table starts with.', PAT, '__init_cache_modes()'),
  ),

  // Requests.
  patOff: rule('With PAT off the wanted type is used as it is, without a look-up, and is not tracked.', PAT, RESERVE),
  isaHole: rule('Frames 0xa0 to 0xff are mapped WB, whatever is wanted, and are not tracked.', PAT, RESERVE),
  writeBackBecomesUncachedMinus: rule(
    'WB is wanted and the MTRR look-up does not find WB, so the mapping is UC-.',
    PAT,
    'pat_x_mtrr_type()',
  ),
  writeBackConfirmed: rule('WB is wanted and the MTRR look-up finds WB, so the mapping is WB.', PAT, 'pat_x_mtrr_type()'),
  passedOn: rule('A wish for another type than WB is passed on without a look at the MTRRs.', PAT, 'pat_x_mtrr_type()'),
  trackedType: rule(
    'The frame is tracked with another type that suits the caller, so the mapping gets the tracked type.',
    PAT,
    'is_new_memtype_allowed()',
  ),
  trackedTypeRefused: rule(
    'The frame is tracked with a type that the caller cannot take, so the mapping is refused.',
    PAT,
    'is_new_memtype_allowed()',
  ),
});
