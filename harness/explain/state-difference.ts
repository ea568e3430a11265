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

export interface StateDifference {
  /** Names of the two models compared. */
  readonly majority: string;
  readonly minority: string;
  /** As json-diff writes it: `-` what the majority holds, `+` what the minority holds. */
  readonly difference: string;
}

/**
 * Each smaller group's first model against the first of the largest; a family counts once when groups are sized. Groups whose state
 * is not known, or no other than the majority's, are left out.
 */
export async function stateDifferences(
  partition: readonly (readonly string[])[],
  stateOf: (name: string) => State | undefined,
  lineageOf: (name: string) => string,
): Promise<StateDifference[]> {
  const families = (group: readonly string[]) => new Set(group.map(lineageOf)).size;
  const bySize = [...partition].sort((a, b) => families(b) - families(a) || b.length - a.length);
  const found: StateDifference[] = [];
  for (const group of bySize.slice(1)) {
    const [majority, minority] = [bySize[0][0], group[0]];
    const [from, to] = [stateOf(majority), stateOf(minority)];
    if (from === undefined || to === undefined) continue;
    const difference = await stateDifference({ name: majority, state: from }, { name: minority, state: to });
    if (difference !== '') found.push({ majority, minority, difference });
  }
  return found;
}

/** Registers that both have, and mappings that either has: what one subject does not keep is no difference of two registers. */
function comparable(a: State, b: State): [Record<string, unknown>, Record<string, unknown>] {
  const isMapping = (key: string) => key.startsWith('gfn ');
  const shown = (of: State, other: State) =>
    Object.fromEntries(
      Object.keys(of)
        .filter((key) => isMapping(key) || Object.hasOwn(other, key))
        .sort()
        .map((key) => [key, of[key]]),
    );
  return [shown(a, b), shown(b, a)];
}
