/** The variants that the folder offers. */
import { profiles } from '../../../models/sev-snp/versions.js';

/** By the code that a variant is about: the switch, and the designs that have the code. */
const VARIANTS: readonly [suffix: string, switchName: string, designs: string[] | null][] = [
  ['skip-zap', 'skipZap', null],
  ['no-invalidation', 'noInvalidation', null],
  ['head-tail', 'headTailAdd', ['6.11']],
  ['update-fails', 'secondUpdateFails', ['rfc-v8', 'in-lock', 'pre-post']],
  ['dm-restore-bug', 'directMapRestoreBug', ['rfc-v8']],
  ['update-on-shared-fault', 'updateOnSharedFault', ['deferred']],
];
const designs = profiles.filter(({ base }) => base === undefined);
const versionOf = (name: string | undefined) => name?.replace('sev-snp/', '');

test.each(VARIANTS)('The variant %s turns %s in the designs whose code it is about, and nothing else', (suffix, switchName, of) => {
  const variants = profiles.filter(({ name }) => name.endsWith(`+${suffix}`));
  expect(variants.map(({ base }) => versionOf(base))).toEqual(of ?? designs.map(({ name }) => versionOf(name)));
  for (const { changes, invariants, base } of variants) {
    expect(changes?.map(({ switches }) => switches)).toEqual([{ [switchName]: true }]);
    // A variant is judged by what holds for the design that it is one of.
    expect(invariants).toEqual(profiles.find(({ name }) => name === base)?.invariants);
  }
});
