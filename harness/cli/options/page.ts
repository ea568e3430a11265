/** What a command says of itself: the part of its help that no option says. */
export interface CommandPage {
  /** Forms of the command line, without `emtdiff`: `replay FILE|-`. */
  readonly usage: readonly string[];
  /** Paragraphs. */
  readonly about?: readonly string[];
  readonly operands: { readonly least: number; readonly most: number };
  /** Command lines, without `emtdiff`, each with what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Paragraphs after the options. */
  readonly notes?: readonly string[];
}
