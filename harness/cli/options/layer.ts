/** One of the places where options come from, the weaker of which give way: defaults < file < environment < flags. */

/** As the command line has it: a text, texts of an option that is repeatable, or a switch. */
export type OptionValue = string | readonly string[] | boolean;

export interface Chosen {
  readonly value: OptionValue;
  /** What an error names: `--workers`, `EMTDIFF_WORKERS`, `emtdiff.config.json: $.budgets.workers`. */
  readonly source: string;
}

/** By option, as the command line names it, without dashes. */
export type Layer = ReadonlyMap<string, Chosen>;
