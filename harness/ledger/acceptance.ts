/** From findings to entries of the ledger: one entry a cause. */
import { INVARIANT_LENS, LENSES } from '../compare/lens.js';
import { isJudged } from '../compare/judge.js';
import type { Panel, Seat } from '../compare/panel.js';
import { reasonOf } from '../finding/cause.js';
import type { Profile } from '../../models/contract/model.js';
import type { Citation, Rule } from '../../models/contract/rule.js';
import { answerOf } from '../run/readable.js';
import type { KnownBucket, KnownEntry, Pair } from './entry.js';
import type { StoredFinding } from '../finding/finding-file.js';
import { COUNTS, outcomeText } from './sighting.js';

/** What the one who accepts has to say. */
export interface Acceptance {
  /** Null: what the rules say; nobody has reviewed it. */
  readonly reason: { readonly text: string; readonly citations: readonly string[] } | null;
  readonly severity?: KnownEntry['severity'];
  readonly by: string;
  /** A date. */
  readonly on: string;
  readonly expires?: string;
}

/** A finding with what its run saw of its bucket besides. */
export interface AcceptedFinding {
  readonly found: StoredFinding;
  /** Pairs of answers, `UC -> WB`. */
  readonly outcomes: readonly string[];
}

/** The entry of one finding. @param panel the finding's, as far as its profiles exist */
export function entryOf(
  { found, outcomes }: AcceptedFinding,
  panel: Panel,
  profiles: readonly Profile[],
  { reason, severity, by, on, expires }: Acceptance,
): KnownEntry {
  const { id, words, profiles: deviating } = reasonIn(found, panel);
  return {
    id,
    reason: reason?.text ?? `${deviating.join(', ')}: ${words}.`,
    citations: reason?.citations ?? citationsOf(found, panel),
    ...(severity === undefined ? {} : { severity }),
    recorded: { by, on },
    ...(reason === null ? {} : { reviewed: { by, on } }),
    ...(expires === undefined ? {} : { expires }),
    buckets: [bucketOf(found, outcomes, panel, profiles)],
  };
}

/** Two entries of one cause as one. What nobody has looked at as a whole counts as reviewed no more. */
export function widened(entry: KnownEntry, other: KnownEntry): KnownEntry {
  const { reviewed: _, ...recorded } = entry;
  const head = other.reviewed === undefined ? recorded : { ...other, recorded: entry.recorded };
  const own = new Map(entry.buckets.map((bucket) => [bucket.id, bucket]));
  for (const bucket of other.buckets) own.set(bucket.id, unitedBucket(own.get(bucket.id), bucket));
  return { ...head, buckets: [...own.values()] };
}

/** The later one's scenario and answers, for both one's profiles and outcomes. */
function unitedBucket(first: KnownBucket | undefined, second: KnownBucket): KnownBucket {
  if (first === undefined) return second;
  const pairs = new Map([...first.profiles, ...second.profiles].map((pair) => [pair.join(' '), pair]));
  return { ...second, profiles: [...pairs.values()], outcomes: [...new Set([...first.outcomes, ...second.outcomes])].sort() };
}

function bucketOf(found: StoredFinding, outcomes: readonly string[], panel: Panel, profiles: readonly Profile[]): KnownBucket {
  const { id, lens, op, causes, step, scenario, sides, observations } = found;
  const today = profiles.map((profile) => [profile.name, answerOf(profile, scenario)] as const);
  const outside = Object.entries(observations).filter(([name]) => !profiles.some((profile) => profile.name === name));
  const answers = [
    ...today.map(([name, answer]) => [name, answer.observations[step]] as const),
    ...outside.map(([name, own]) => [name, own[step]] as const),
  ];
  const byName = Object.fromEntries(answers);
  const compared = lens === 'invariant' ? INVARIANT_LENS : LENSES[lens];
  const own = op === 'end' ? COUNTS : outcomeText(compared, byName[sides[0]], byName[sides[1]]);
  return {
    id,
    lens,
    op: op as KnownBucket['op'],
    rules: causes,
    profiles: edgesOf(found, panel),
    outcomes: [...new Set([own, ...outcomes])].sort(),
    step,
    ...(op === 'end'
      ? { counters: Object.fromEntries(today.map(([name, { counters }]) => [name, counters as Record<string, number>])) }
      : { answers: byName }),
    scenario,
  };
}

/** The edges of the finding's panel on which both causes can decide. */
function edgesOf({ lens, causes, sides }: StoredFinding, { seats, edges }: Panel): Pair[] {
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

function reasonIn({ op, causes: [expectedSide, gotSide], rules, sides: [expected, got], lens }: StoredFinding, { seats }: Panel) {
  const invariant = lens === 'invariant' ? (invariantOf(seats, got, expectedSide) ?? null) : null;
  // Of counters that differ the rules are those that zap, or spare.
  const zaps = op === 'end' ? rules : null;
  return reasonOf({ bucket: { op, expectedSide, gotSide }, expected, got, invariant, zaps }, seats);
}

function invariantOf(seats: readonly Seat[], name: string, id: string) {
  return seats.find((seat) => seat.name === name)?.invariants?.find((stated) => stated?.id === id);
}

/** Where the rules themselves come from. */
function citationsOf({ lens, rules, sides: [, got], profiles }: StoredFinding, { seats }: Panel): readonly string[] {
  const ruleOf = (id: string): Rule | null | undefined => seats.flatMap((seat) => seat.rules).find((rule) => rule?.id === id);
  const first = lens === 'invariant' ? invariantOf(seats, got, rules[0]) : ruleOf(rules[0]);
  const sources = [first?.citation, ruleOf(rules[1])?.citation].filter((citation) => citation !== undefined);
  const texts = [...new Set(sources.map(sourceText))];
  return texts.length > 0 ? texts : [`emtdiff, answers of ${profiles.join(', ')}`];
}

function sourceText({ document, place, commit }: Citation): string {
  return [document, place, ...(commit === undefined ? [] : [commit])].join(', ');
}
