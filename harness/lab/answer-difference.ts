/** Where a kernel's answer and a profile's differ: only what the kernel shows is compared, so that no memory type is. */
import type { Scenario } from '../scenario/scenario.js';

/** An answer as it comes over the wire. */
export interface LiveAnswer {
  readonly observations: readonly Readonly<Record<string, unknown>>[];
  readonly counters?: Readonly<Record<string, number>>;
  /** Lines of the kernel's trace, where they were asked for. */
  readonly trace?: readonly string[];
}

export interface Difference {
  /** -1: a counter, after the last step. */
  readonly step: number;
  readonly field: string;
  readonly kernel: string;
  readonly profile: string;
}

const FIELDS = ['outcome', 'value', 'level', 'leaf', 'errno'] as const;

/** Every step that differs, by its first field, then counters of `counters` that do. `undefined` and `n/a` of either side abstain. */
export function differences(
  scenario: Scenario,
  kernel: LiveAnswer,
  profile: LiveAnswer,
  counters: readonly string[],
): readonly Difference[] {
  const found: Difference[] = [];
  for (let step = 0; step < scenario.steps.length; step++) {
    const [a, b] = [kernel.observations[step], profile.observations[step]];
    if (abstains(a) || abstains(b)) continue;
    const field = FIELDS.find((name) => a[name] !== undefined && a[name] !== b[name]);
    if (field !== undefined) found.push({ step, field, kernel: String(a[field]), profile: String(b[field]) });
  }
  for (const name of counters) {
    const [a, b] = [kernel.counters?.[name], profile.counters?.[name]];
    if (a !== undefined && b !== undefined && a !== b) found.push({ step: -1, field: name, kernel: `${a}`, profile: `${b}` });
  }
  return found;
}

function abstains(observation: Readonly<Record<string, unknown>>): boolean {
  return observation.outcome === 'n/a' || observation.outcome === 'undefined';
}
