/** From a finding to an entry of the ledger. */
import { isJudged } from '../compare/judge.js';
import type { Panel } from '../compare/panel.js';
import type { Citation } from '../../models/contract/rule.js';
import { Place } from '../operations/usage-error.js';
import { entriesFrom, KNOWN_FORMAT, type KnownEntry, type Pair } from './known-entry.js';

/** A finding file as far as an entry is made of it. */
export interface FoundDivergence {
  readonly file: string;
  readonly id: string;
  readonly lens: string;
  readonly op: string;
  /** Ids of the deciding rules of its scenario. */
  readonly rules: Pair;
  readonly causes: Pair;
  readonly sides: Pair;
  readonly outcomes: Pair;
  /** As JSON. */
  readonly scenario: unknown;
}

/** What the one who accepts has to say. */
export interface Acceptance {
  readonly reason: string;
  readonly citations: readonly string[];
  readonly severity?: string;
  readonly by: string;
  /** A date. */
  readonly on: string;
  readonly expires?: string;
}

/** Parses a finding's JSON. @throws {UsageError} */
export function foundDivergence(json: unknown, file: string): FoundDivergence {
  const place = new Place(file, '$');
  const { bucket, expected, got, step, observations, scenario } = object(json, place);
  const { id, lens, op, rules, causes } = object(bucket, place.at('bucket'));
  const text = (value: unknown, at: Place) => (typeof value === 'string' ? value : at.fail(value, 'a text'));
  const pair = (value: unknown, at: Place): Pair =>
    Array.isArray(value) && value.length === 2 ? [text(value[0], at.at(0)), text(value[1], at.at(1))] : at.fail(value, 'two texts');
  const sides: Pair = [text(expected, place.at('expected')), text(got, place.at('got'))];
  const answers = object(observations, place.at('observations'));
  const outcome = (name: string) => {
    const own = answers[name];
    const at = place.at('observations').at(name);
    return Array.isArray(own) && typeof step === 'number' ? text(own[step]?.outcome, at) : at.fail(own, 'an answer to each step');
  };
  return {
    file,
    id: text(id, place.at('bucket').at('id')),
    lens: text(lens, place.at('bucket').at('lens')),
    op: text(op, place.at('bucket').at('op')),
    rules: pair(rules, place.at('bucket').at('rules')),
    causes: pair(causes, place.at('bucket').at('causes')),
    sides,
    // Counters are compared after the last step, which has no outcome of its own.
    outcomes: op === 'end' ? ['ok', 'ok'] : [outcome(sides[0]), outcome(sides[1])],
    scenario,
  };
}

function object(value: unknown, place: Place): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return place.fail(value, 'an object');
  return value as Record<string, unknown>;
}

/** The entry, as narrow as the cause: the edges of the finding's panel on which both causes can decide. @throws {UsageError} */
export function entryOf(found: FoundDivergence, panel: Panel, acceptance: Acceptance): KnownEntry {
  const { reason, citations, severity, by, on, expires } = acceptance;
  const entry = {
    id: found.id,
    scope: {
      profiles: edgesOf(found, panel),
      lens: found.lens,
      op: found.op,
      rules: found.causes,
      outcomes: [found.outcomes],
    },
    reason,
    citations,
    ...(severity === undefined ? {} : { severity }),
    accepted: { by, on },
    ...(expires === undefined ? {} : { expires }),
    scenario: found.scenario,
  };
  return entriesFrom({ format: KNOWN_FORMAT, entries: [entry] }, found.file)[0];
}

function edgesOf({ lens, causes, sides }: FoundDivergence, { seats, edges }: Panel): Pair[] {
  const decides = (seat: number, cause: string) =>
    seats[seat].rules.some((rule) => rule !== null && (rule.cause ?? rule.id) === cause);
  const states = (seat: number, id: string) => seats[seat].invariants?.some((invariant) => invariant?.id === id) ?? false;
  const able = edges.filter((edge) => {
    if ((lens === 'invariant') !== isJudged(edge)) return false;
    const { reference, seat } = edge;
    return (isJudged(edge) ? states(seat, causes[0]) : decides(reference, causes[0])) && decides(seat, causes[1]);
  });
  const pairs = able.map(({ reference, seat }): Pair => [seats[reference].name, seats[seat].name]);
  return pairs.some(([expected, got]) => expected === sides[0] && got === sides[1]) ? pairs : [...pairs, sides];
}

/** A sentence and the sources that the rules themselves give; null where a side has no rule. */
export function reasonFromRules(divergence: FoundDivergence, panel: Panel): Pick<Acceptance, 'reason' | 'citations'> | null {
  const { lens, rules, sides } = divergence;
  if (lens === 'invariant') return reasonFromInvariant(divergence, panel);
  const found = rules.map((id) => panel.seats.flatMap((seat) => seat.rules).find((rule) => rule?.id === id) ?? null);
  const [expected, got] = found;
  if (expected === null || got === null) return null;
  return {
    reason: `${sides[0]} says ${quoted(expected)}, ${sides[1]} says ${quoted(got)}.`,
    citations: [...new Set([expected, got].map(({ citation }) => sourceText(citation)))],
  };
}

function reasonFromInvariant(
  { rules: [id, ruleId], sides: [, name] }: FoundDivergence,
  { seats }: Panel,
): Pick<Acceptance, 'reason' | 'citations'> | null {
  const seat = seats.find((other) => other.name === name);
  const invariant = seat?.invariants?.find((stated) => stated?.id === id);
  const rule = seat?.rules.find((known) => known?.id === ruleId);
  if (!invariant || !rule) return null;
  const sources = [invariant.citation, rule.citation].filter((citation) => citation !== undefined);
  return {
    reason: `${name} breaks ${quoted(invariant)} where it says ${quoted(rule)}.`,
    citations: [...new Set(sources.map(sourceText))],
  };
}

const quoted = ({ sentence }: { readonly sentence: string }) => `"${sentence.replace(/\.$/, '')}"`;

function sourceText({ document, place, commit }: Citation): string {
  return [document, place, ...(commit === undefined ? [] : [commit])].join(', ');
}

/** An entry that also explains its bucket where another sighting of it was: on other edges, with other outcomes. */
export function widened(entry: KnownEntry, { scope }: KnownEntry): KnownEntry {
  const united = (a: readonly Pair[], b: readonly Pair[]) => [
    ...a,
    ...b.filter((pair) => !a.some((other) => other[0] === pair[0] && other[1] === pair[1])),
  ];
  const { profiles, outcomes } = entry.scope;
  return {
    ...entry,
    scope: { ...entry.scope, profiles: united(profiles, scope.profiles), outcomes: united(outcomes, scope.outcomes) },
  };
}
