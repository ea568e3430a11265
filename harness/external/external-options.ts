/** How patient the harness is with an external model. */

export interface ExternalOptions {
  /** Longest silence while an answer is due, in milliseconds, the hello included. Default 5000 (docs/scenario-format.md). */
  readonly timeoutMs?: number;
  /** After so many failures, recovered ones included, the model is set aside. Default 20. */
  readonly mostFailures?: number;
  /** Scenarios sent ahead of the oldest one without an answer, itself included, at least 1. Default 16. */
  readonly inFlight?: number;
  /** Called with what the process writes to its stderr, as it comes. */
  readonly onLog?: (text: string) => void;
}

export const DEFAULTS: Required<ExternalOptions> = { timeoutMs: 5000, mostFailures: 20, inFlight: 16, onLog: () => {} };
