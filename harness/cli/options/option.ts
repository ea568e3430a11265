/** An option: one row of the table from which parsing, help, environment, configuration file, its schema and the documentation follow. */
import type { Kind } from './kinds.js';

export type CommandName =
  | 'fuzz'
  | 'replay'
  | 'minimise'
  | 'explain'
  | 'compare'
  | 'history'
  | 'bisect'
  | 'matrix'
  | 'report'
  | 'issues'
  | 'models'
  | 'accept'
  | 'regress'
  | 'conform'
  | 'corpus'
  | 'merge'
  | 'gate'
  | 'map'
  | 'new'
  | 'import'
  | 'export'
  | 'check'
  | 'agent'
  | 'lab'
  | 'serve';

export interface Option {
  /** Without dashes. */
  readonly name: string;
  readonly on: readonly CommandName[];
  readonly kind: Kind;
  /** What stands for the value in the help: `TEXT`, `DIR`; none for a switch. */
  readonly value?: string;
  /** Sentences: what it does. Wrapped by the help. */
  readonly help: string;
  /** What holds without it, as a user reads it. */
  readonly fallback?: string;
  /** Where it stands in a configuration file (`budgets.workers`); it is then a variable of the environment, too. */
  readonly key?: string;
  /** A variable of the environment, though no key of a file. */
  readonly isVariable?: true;
  /** What the documentation says besides. */
  readonly note?: string;
  /** Of mutually exclusive options the strongest layer that sets one wins: options of the same choice. */
  readonly choice?: string;
  /** The switch that `false` in a file stands for. */
  readonly off?: string;
}

/** The variable of an option. */
export function variableOf({ name }: Pick<Option, 'name'>): string {
  return `EMTDIFF_${name.toUpperCase().replaceAll('-', '_')}`;
}
