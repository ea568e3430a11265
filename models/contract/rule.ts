/** A rule is what a decision of a model is taken by: an id, a sentence and a source that a maintainer can open. */
export interface Citation {
  /**
   * `Intel SDM vol. 3`, `Xen 4.21 xen/arch/x86/mm/p2m-ept.c`, `Linux v4.3 arch/x86/kvm/mtrr.c`. A rule that several releases share names no
   * release: `Linux arch/x86/kvm/vmx/vmx.c`.
   */
  readonly document: string;
  /** The heading or function: `vmx_get_mt_mask()`, `"Selecting Memory Types for Pentium III and More Recent Processor Families"`. */
  readonly place: string;
  /** Commit that brought the rule, where one is known. */
  readonly commit?: string;
}

/** A table of a source whose cells are rules. */
export interface RuleTable {
  /** As that of a rule. */
  readonly id: string;
  /** One sentence, present tense, that says what the table decides. */
  readonly sentence: string;
}

/**
 * What a rule is the answer to. `zap`: an invalidation that `counters.zaps` counts. `no-zap`: a decision against one. `clause`: something
 * that takes part in an answer and does not decide it; an observation never carries it, see `Rule.clauses`. Absent: what an observation says.
 */
export type RuleKind = 'zap' | 'no-zap' | 'clause';

export interface Rule {
  /** `<folder of the model>.<name>`, kebab-case, never renamed: `xen-hvm.special-page-ipat`. */
  readonly id: string;
  /** One sentence, present tense, that says what is decided and why. */
  readonly sentence: string;
  readonly citation: Citation;
  /**
   * Id of the cause that buckets use in place of `id`: cells of one table in which the same input decides share one, so that a table
   * of thirty cells does not make thirty findings of one difference. Same form as `id`; absent: the rule is a cause of its own.
   */
  readonly cause?: string;
  /** The table that the rule is a cell of; absent: it is none. For a person the cells that differ are one cause, told by the table's sentence. */
  readonly table?: RuleTable;
  /** It decides the memory type of an access that is served, and nothing else of it: where no type is compared it is no cause. */
  readonly typeOnly?: true;
  readonly kind?: RuleKind;
  /**
   * What else took part where the rule decided, to be told after it: the PAT counts as WB because CR0.PG=0, the fixed ranges gave the MTRR
   * type. Such an answer has a number of its own in `Profile.rules`, under the id of the rule that decided, so that a step costs nothing more.
   */
  readonly clauses?: readonly Rule[];
}

/** Number of "no rule": external models have none. A model's rules are numbered from 1. */
export const NO_RULE = 0;
/** Number of the rule by which a subject answers `n/a` to an operation that it lacks: `<folder>.operation-absent`, the first of each folder. */
export const OPERATION_ABSENT = 1;
/** Rule numbers are below this (the field of a packed observation). */
export const RULE_LIMIT = 1024;
