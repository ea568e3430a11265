/** What is exported: a scenario, what models answer to it, and where it is from. */
import type { Operation } from '../../models/contract/operation.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';

/** What one profile says at every step. */
export interface Side {
  readonly profile: string;
  readonly observations: readonly ObservationJson[];
}

export interface ExportInput {
  /** Of the file: lower-case letters, digits and `_`. */
  readonly name: string;
  readonly scenario: Scenario;
  /** What the exported program holds what it sees against. */
  readonly expected: Side;
  /** Those that answer otherwise somewhere, for whoever reads it. */
  readonly others: readonly Side[];
  /** Of a finding: the step at which the sides differ. */
  readonly step: number | null;
  /** Sentences: where the scenario is from, how it was exported. */
  readonly about: readonly string[];
}

export interface ExportTarget {
  readonly name: string;
  /** As the help says it. */
  readonly of: string;
  readonly extension: string;
  /** Whose answers are expected of a scenario that is no finding. */
  readonly expected: string;
  write(input: ExportInput): string;
}

/** A step that the target does, with what is expected of it. */
export interface ExportedStep {
  readonly index: number;
  readonly step: Operation;
  readonly expected: ObservationJson;
}

const LONGEST_NAME = 40;

/** A name that is a C identifier and a file's. */
export function exportName(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, LONGEST_NAME)
    .replace(/^_+|_+$/g, '');
  return slug === '' ? 'scenario' : slug;
}
