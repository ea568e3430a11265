import type { Scenario } from '../../harness/scenario/scenario.js';
import { type Operation, SAVE_ALL_MSRS } from '../../models/contract/operation.js';
import { cases } from './cases.js';
import { exceptionOf, LOST_IN_MIGRATION, TYPED_WHEN_MADE } from './exceptions.js';
import { asShown, migrated, pair0 } from './migrated.js';
import { LOST, TYPED_EARLY } from './witnesses.js';
import { different, EVERY_PROFILE, seen, type Subject } from './subject.js';

const CASES = cases(16, ({ machine }) => !machine.privateMemory);
const SAVE_RESTORE: Operation = { op: 'save-restore', legacyState: false, msrs: SAVE_ALL_MSRS };

/** A case cut in two. */
interface Cut {
  readonly machine: Scenario['machine'];
  readonly before: readonly Operation[];
  readonly rest: readonly Operation[];
}
const cutAt = ({ machine, steps }: Scenario, at: number): Cut => ({ machine, before: steps.slice(0, at), rest: steps.slice(at) });
const HALVES = CASES.map((scenario) => cutAt(scenario, Math.floor(scenario.steps.length / 2)));

/** Answers to the second part after the first part and some steps between. */
function restAfter(subject: Subject, { machine, before, rest }: Cut, ...between: Operation[]) {
  const first = [...before, ...between];
  return subject.answers({ machine, steps: [...first, ...rest] }).slice(first.length);
}

const setsCd = ({ machine, before }: Cut) => machine.cr0.cd || before.some((step) => step.op === 'write-cr0' && step.cd);

/** Families whose save record is not what RDMSR shows, by the rule that says so. */
const RECORDS = [
  {
    // "every variable pair is a copy of pair 0"; CR0 comes back without the emulation of CD, which no guest write brings about.
    rule: 'xen-hvm.restored',
    profiles: /^xen-hvm\//,
    record: pair0,
    covers: (cut: Cut) => !setsCd(cut),
  },
  { rule: 'nested.xen-restored', profiles: /^nested\/xen-/, record: pair0, covers: (cut: Cut) => !setsCd(cut) },
];

describe.each(EVERY_PROFILE)('%s', (name, subject) => {
  const exception = RECORDS.find(({ profiles }) => profiles.test(name));

  test('answers after a save and restore as a new VM into which the registers were loaded', () => {
    const covered = HALVES.filter((cut) => exception?.covers(cut) ?? true);
    const wrong = covered.flatMap((cut) => {
      const { machine, load } = migrated(subject, { machine: cut.machine, steps: cut.before }, exception?.record ?? asShown);
      return different(
        subject,
        restAfter(subject, { machine, before: load, rest: cut.rest }),
        restAfter(subject, cut, SAVE_RESTORE),
        seen,
      );
    });
    expect(covered.length).toBeGreaterThan(HALVES.length / 4);
    expect(wrong.slice(0, 4)).toEqual([]);
  });

  test('answers after a second save and restore at once as after the first', () => {
    const wrong = HALVES.flatMap((cut) =>
      different(subject, restAfter(subject, cut, SAVE_RESTORE), restAfter(subject, cut, SAVE_RESTORE, SAVE_RESTORE), seen),
    );
    expect(wrong.slice(0, 4)).toEqual([]);
  });
});

const changed = (subject: Subject, cuts: readonly Cut[]) =>
  cuts.flatMap((cut) => different(subject, restAfter(subject, cut), restAfter(subject, cut, SAVE_RESTORE), seen));
const EXCEPTIONS = [...LOST_IN_MIGRATION, ...TYPED_WHEN_MADE];

describe('A save and restore changes nothing that a guest sees later', () => {
  test.each(EVERY_PROFILE.filter(([name]) => exceptionOf(EXCEPTIONS, name) === undefined))('of %s', (_, subject) => {
    expect(changed(subject, HALVES).slice(0, 3)).toEqual([]);
  });

  test.each(EVERY_PROFILE.filter(([name]) => exceptionOf(EXCEPTIONS, name) !== undefined))(
    'but of %s, which loses something or makes its mappings anew',
    (_, subject) => {
      expect(changed(subject, [...LOST, ...TYPED_EARLY])).not.toEqual([]);
    },
  );
});

describe('The exceptions', () => {
  const rules = new Set(EVERY_PROFILE.flatMap(([, { profile }]) => profile.rules.map((rule) => rule?.id)));

  test.each(EXCEPTIONS)('are by a rule that exists, of profiles that exist: $rule', ({ rule, profiles }) => {
    expect(rules).toContain(rule);
    expect(EVERY_PROFILE.filter(([name]) => profiles.test(name))).not.toEqual([]);
  });
});
