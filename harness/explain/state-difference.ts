/** The states of the models at a step: each minority against the majority, as json-diff shows it. */
import type { State } from '../../models/contract/model.js';

export interface NamedState {
  readonly name: string;
  readonly state: State;
}

/**
 * Text of the difference between two states; empty where they are equal. json-diff only shows: whether states differ is decided on
 * their canonical text. Loaded when it is needed, as it costs a cold start more than the rest of the command.
 */
export async function stateDifference(majority: NamedState, minority: NamedState): Promise<string> {
  const [from, to] = comparable(majority.state, minority.state);
  if (JSON.stringify(from) === JSON.stringify(to)) return '';
  const { diffString } = await import('json-diff');
  return diffString(from, to, { color: false }).trimEnd();
}

/** The keys that both have: what one subject does not keep is no difference of two registers. */
function comparable(a: State, b: State): [Record<string, unknown>, Record<string, unknown>] {
  const keys = Object.keys(a).filter((key) => Object.hasOwn(b, key));
  const sorted = keys.sort();
  return [Object.fromEntries(sorted.map((key) => [key, a[key]])), Object.fromEntries(sorted.map((key) => [key, b[key]]))];
}
