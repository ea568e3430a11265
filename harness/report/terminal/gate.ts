/** What a change moved, profile by profile: as many lines as a reviewer reads. */
import type { GateResult, SelfComparison } from '../../gate/self-comparison.js';
import type { Difference } from '../../comparison/difference.js';
import { seenText } from '../answer-text.js';
import { comparedSides, symptomRules } from '../comparison-sides.js';
import { plural } from '../plural.js';
import { scenarioTable } from './scenario-table.js';
import { wrapped } from '../wrapped.js';

const WIDTH = 80;

export interface GateText {
  readonly against: string;
  /** Profiles whose change nobody announced. */
  readonly unannounced: readonly string[];
  /** Buckets of the default panel that appeared and vanished; null: not looked for. */
  readonly buckets: { readonly appeared: readonly string[]; readonly vanished: readonly string[] } | null;
}

export function gateText(result: GateResult, { against, unannounced, buckets }: GateText): string {
  const { comparisons, unchanged, added, gone } = result;
  const moved = comparisons.length === 0 ? 'no profile changed its answers' : `${plural(comparisons.length, 'profile')} changed`;
  const lines = [
    ...wrapped(`emtdiff gate against ${against}: ${moved}`, WIDTH, '', '  '),
    ...wrapped(`${plural(unchanged.length, 'profile')} have the same compiled code in both versions`, WIDTH, '', '  '),
    ...listed('new profiles', added),
    ...listed('profiles that are gone', gone),
    ...alike(comparisons).flatMap(([first, ...rest]) => comparisonLines(first, rest, (name) => unannounced.includes(name))),
    ...(buckets === null ? [] : ['', 'What follows for the default panel', ...bucketLines(buckets)]),
  ];
  return `${lines.join('\n')}\n`;
}

function listed(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : wrapped(`${what}: ${names.join(', ')}`, WIDTH, '', '  ');
}

/** Profiles that changed by the same rules: one of them tells for all. */
function alike(comparisons: readonly SelfComparison[]): SelfComparison[][] {
  const groups = new Map<string, SelfComparison[]>();
  for (const comparison of comparisons) {
    const { differences, modelFaults } = comparison.result;
    const causes = differences.map(({ id, severity, symptoms }) => [
      id,
      severity,
      symptoms.map(({ finding }) => finding.bucket.id),
    ]);
    const key = JSON.stringify([causes, modelFaults.map(({ message }) => message)]);
    groups.set(key, [...(groups.get(key) ?? []), comparison]);
  }
  return [...groups.values()];
}

function comparisonLines(
  { profile, result }: SelfComparison,
  others: readonly SelfComparison[],
  isUnannounced: (profile: string) => boolean,
): string[] {
  const { differences, modelFaults } = result;
  const announced = (name: string) => (isUnannounced(name) ? '' : ' (announced)');
  const head = `${profile} changed its answers: ${plural(differences.length, 'cause')}${announced(profile)}`;
  const same = others.map((other) => `${other.profile}${announced(other.profile)}`);
  return [
    '',
    ...wrapped(head, WIDTH, '', '  '),
    ...(same.length === 0 ? [] : wrapped(`and so did, for the same causes: ${same.join(', ')}`, WIDTH, '  ', '    ')),
    ...modelFaults
      .slice(0, 2)
      .flatMap((fault) => wrapped(`model fault of ${fault.profile}: ${fault.message}`, WIDTH, '  ', '    ')),
    ...differences.flatMap((difference, index) => differenceLines(difference, index + 1, { profile, result })),
  ];
}

function differenceLines(difference: Difference, number: number, { result }: SelfComparison): string[] {
  const [first] = difference.symptoms;
  const sides = comparedSides(result);
  const [then, now] = symptomRules(first, sides);
  const { finding } = first;
  const answer = (side: 0 | 1) => {
    const given = finding.observations[sides[side].name]?.[finding.step];
    return given === undefined ? 'other counters' : seenText(given);
  };
  const sentence = (text: string | undefined) => (text === undefined ? [] : wrapped(text, WIDTH, '     ', '     '));
  const buckets = difference.symptoms.length === 1 ? '' : `, in ${plural(difference.symptoms.length, 'bucket')}`;
  return [
    ...wrapped(`${number}. ${difference.severity}${buckets}`, WIDTH, '  ', '     '),
    ...wrapped(`then ${answer(0)} by ${then.id}`, WIDTH, '     ', '       '),
    ...wrapped(`now ${answer(1)} by ${now.id}`, WIDTH, '     ', '       '),
    ...sentence(now.rule?.sentence),
    ...scenarioTable(finding.scenario, finding.observations, { width: WIDTH, marked: finding.step }).map((line) => `  ${line}`),
  ];
}

function bucketLines({ appeared, vanished }: NonNullable<GateText['buckets']>): string[] {
  const part = (what: string, ids: readonly string[]) => [
    `  ${plural(ids.length, 'bucket')} ${what}${ids.length > MOST ? `, first ${MOST}` : ''}`,
    ...ids.slice(0, MOST).flatMap((id) => wrapped(id, WIDTH, '    ', '      ')),
  ];
  return [...part('appeared', appeared), ...part('vanished', vanished)];
}

const MOST = 5;
