/** A finding as the JSON that stands in one file: nothing in it depends on time, worker or shard. */
import type { HazardClass } from '../classify/hazard-class.js';
import { FINDING_FORMAT } from '../finding/finding-format.js';
import type { Invariant } from '../../models/contract/invariant.js';
import { type Finding, sideRules } from '../finding/finding.js';
import { scenarioJson } from '../scenario/print.js';

export { FINDING_FORMAT };

export interface FindingOrigin {
  readonly seed: string;
  readonly version: string;
  readonly profiles: readonly string[];
}

export function findingJson(finding: Finding, origin: FindingOrigin): Record<string, unknown> {
  const { bucket } = finding;
  return {
    format: FINDING_FORMAT,
    bucket: {
      id: bucket.id,
      lens: bucket.lens.name,
      op: bucket.op,
      rules: sideRules(finding),
      causes: [bucket.expectedSide, bucket.gotSide],
      severity: finding.severity,
      ...hazardJson(finding),
    },
    seed: origin.seed,
    case: finding.case,
    ...(finding.slippedFrom === null ? {} : { slippedFrom: finding.slippedFrom }),
    versions: { emtdiff: origin.version, scenario: 1, finding: 1 },
    replay: `npx emtdiff replay --seed ${shellWord(origin.seed)} --case ${finding.case} --models ${origin.profiles.join(',')}`,
    profiles: origin.profiles,
    step: finding.step,
    expected: finding.expected,
    got: finding.got,
    partition: finding.partition,
    abstaining: finding.abstaining,
    answers: finding.answers,
    ...(finding.alias === null ? {} : { alias: finding.alias }),
    scenario: scenarioJson(finding.scenario),
    observations: finding.observations,
  };
}

/** Only where private memory has a part in it: the class of hazard, and the invariant that is broken. */
export function hazardJson({ hazard, invariant }: Finding): { class?: HazardClass; invariant?: Omit<Invariant, 'event'> } {
  if (invariant === null) return hazard === null ? {} : { class: hazard };
  const { id, sentence, citation } = invariant;
  return {
    ...(hazard === null ? {} : { class: hazard }),
    invariant: { id, sentence, ...(citation === undefined ? {} : { citation }) },
  };
}

/** A word as `sh` reads it back. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
