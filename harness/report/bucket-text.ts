/** A bucket in the words that all reports share. */
import { stepInWords } from '../operations/registry.js';
import { machineJson, oneLine } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import type { ReportBucket } from './report-bucket.js';
import { plural } from './plural.js';
import { ruleInWords, type RuleLookup } from './rule-lookup.js';

export function caseText({ count, case: index }: Pick<ReportBucket, 'count' | 'case'>): string {
  return count === 0 ? `found while minimising case ${index}` : plural(count, 'case');
}

export function stepsText({ steps }: Scenario): string {
  return plural(steps.length, 'step');
}

export function machineText({ machine }: Scenario): string {
  const json = machineJson(machine);
  return Object.keys(json).length === 0 ? 'default' : oneLine(json);
}

/** `access`, `msr: write-msr`: the operation, and the lens unless it is the usual one. */
export function whereText({ lens, op }: Pick<ReportBucket, 'lens' | 'op'>): string {
  return lens === 'memtype' ? op : `${lens}: ${op}`;
}

/** Who against whom; of an invariant, which a model breaks on its own, who breaks which. */
export function sidesText({ expected, got, invariant }: Pick<ReportBucket, 'expected' | 'got' | 'invariant'>): string {
  if (invariant !== null) return `${got} breaks ${invariant.id}`;
  return expected === got ? got : `${expected} against ${got}`;
}

/** Of an invariant, what the group does about it. */
export function conductText({ invariant, got }: Pick<ReportBucket, 'invariant' | 'got'>, group: readonly string[]): string | null {
  if (invariant === null) return null;
  return `${group.includes(got) ? 'breaks' : 'keeps'} ${invariant.id}`;
}

/** `I7: A free page is not assigned. [source]`; null where no invariant is broken. */
export function statementText({ invariant }: Pick<ReportBucket, 'invariant'>): string | null {
  if (invariant === null) return null;
  const { id, sentence, source } = invariant;
  return `${id}: ${sentence}${source === null ? '' : ` [${source}]`}`;
}

/** The severity, and the class of hazard where there is one. */
export function severityText({ severity, hazard }: Pick<ReportBucket, 'severity' | 'hazard'>): string {
  return hazard === null ? severity : `${severity} (${hazard})`;
}

/** Why nobody has to look at it tonight; null for a bucket that is new or changed. */
export function knownText({ standing, known }: Pick<ReportBucket, 'standing' | 'known'>): string | null {
  if (known !== null) return `known to the ledger (${known.entry}): ${known.reason}`;
  return standing === 'known' ? 'in the baseline' : null;
}

/** Members of the group whose answer that rule decided; empty where they need not be named, or the finding's file is missing. */
export function deciders({ observations, step }: ReportBucket, group: readonly string[], id: string): readonly string[] {
  return group.length < 2 ? [] : group.filter((name) => observations?.[name]?.[step]?.rule === id);
}

/** Rules, the minimal scenario and the command that replays its case, as lines: none of them has a line's end in it. */
export function detailLines(bucket: ReportBucket, lookup: RuleLookup): string[] {
  const { rules, scenario, step, replay } = bucket;
  const statement = statementText(bucket);
  const said = rules.map((rule, side) => `${side === 0 ? 'expected' : 'got'}: ${ruleInWords(rule, lookup)}`);
  const lines = [
    ...(statement === null ? said : [`breaks ${statement}`, ...said.slice(1)]),
    `machine ${machineText(scenario)}`,
    ...scenario.steps.map((operation, index) => `${index === step ? '>' : ' '} ${index}  ${stepInWords(operation)}`),
    replay,
  ];
  return lines.map((line) => line.replaceAll('\n', ' '));
}
