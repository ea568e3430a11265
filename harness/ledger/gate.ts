/** What judges a campaign: ledgers of known divergences, a baseline. Their files are read before a campaign, so that a mistake costs none. */
import type { CampaignResult } from '../campaign.js';
import { type LensName, lensesOn } from '../compare/lens.js';
import type { Edge, Panel } from '../compare/panel.js';
import type { Profile } from '../../models/contract/model.js';
import { besideOf } from '../operations/beside.js';
import type { External } from '../panel/external.js';
import { type Guard, Interrupted, Looping, unguarded } from '../run/guard.js';
import { type Answer, answerOf } from '../run/readable.js';
import { faultOf, type ModelFault } from '../panel/faults.js';
import { observationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Baseline } from './baseline.js';
import type { KnownBucket, KnownEntry } from './entry.js';
import { type Ask, movedAnswers, type MovedAnswer } from './pinned.js';
import { type LedgerReview, reviewLedger } from './review.js';
import { sightingOf } from './sighting.js';

/** Who answers: profiles first, then external models that still run. */
export interface Answering {
  readonly profiles: readonly Profile[];
  readonly externals: readonly External[];
  readonly lenses: readonly LensName[];
}

export interface Judgement {
  readonly review: LedgerReview;
  /** Buckets that stand as the baseline has them. */
  readonly inBaseline: ReadonlySet<string>;
  /** Buckets that the baseline has, but with other profiles or rules. */
  readonly unlikeBaseline: readonly string[];
}

export interface Verdict {
  /** Null where neither ledger nor baseline has a say. */
  readonly judgement: Judgement | null;
  /** What is new is what matters: a ledger or a baseline was asked for, or the ledger is made for this panel. */
  readonly gatesNew: boolean;
}

export interface GateOptions {
  readonly entries: readonly KnownEntry[];
  readonly baseline: Baseline | null;
  /** Somebody named a ledger or a baseline. */
  readonly isAsked: boolean;
  /** Profiles that exist, on the panel or not. */
  readonly known: readonly Profile[];
  /** Ends a model that loops; default: nothing does. */
  readonly guard?: Guard;
}

/** Answers that one guard is set for. */
const ANSWERS = 64;
/** A model that fails so often is not asked the rest. */
const MOST_FAILURES = 3;
const LOOPS = 'loops: no answer in time to a scenario of the ledger';

export class LedgerGate {
  /** Models that failed on a scenario of the ledger. */
  readonly faults: ModelFault[] = [];
  private moved: readonly MovedAnswer[] = [];

  constructor(private readonly options: GateOptions) {}

  /** Before the campaign: do the entries of its panel still show what they say? */
  async replay({ profiles, externals }: Answering): Promise<readonly MovedAnswer[]> {
    const panel = new Map<string, Ask>(profiles.map((profile) => [profile.name, this.asker(profile)]));
    // One that has the name of a profile of ours is not who the ledger means.
    const others = externals.filter(({ name }) => !this.options.known.some((profile) => profile.name === name));
    for (const external of others) panel.set(external.name, askExternal(external));
    this.moved = await movedAnswers(this.options.entries, panel);
    return this.moved;
  }

  /** Of a profile of ours: its answers to the scenarios of all entries, computed at its first turn under as few guards as can be. */
  private asker(profile: Profile): Ask {
    const { entries, guard = unguarded } = this.options;
    const scenarios = entries
      .flatMap(({ buckets }) => buckets)
      .filter(({ op, answers, counters }) => Object.hasOwn((op === 'end' ? counters : answers) ?? {}, profile.name))
      .map(({ scenario }) => scenario);
    const answers = new Map<Scenario, Answer | null>();
    let next = 0;
    let failures = 0;
    const some = () => {
      for (const end = next + ANSWERS; next < Math.min(end, scenarios.length); next++)
        answers.set(scenarios[next], answerOf(profile, scenarios[next]));
    };
    return (scenario) => {
      while (next < scenarios.length && !answers.has(scenario)) {
        try {
          guard(some);
        } catch (error) {
          this.faults.push(faultOf(profile.name, error instanceof Interrupted ? new Looping(LOOPS) : error));
          answers.set(scenarios[next++], null);
          if (++failures === MOST_FAILURES) next = scenarios.length;
        }
      }
      return answers.get(scenario) ?? null;
    };
  }

  /** @param today a date, 2026-11-21: what entries expire by */
  async judge({ findings, panel }: CampaignResult, { lenses }: Answering, today: string): Promise<Verdict> {
    const { known, isAsked } = this.options;
    const entries = this.options.entries.filter(({ buckets }) => buckets.some((bucket) => concerns(bucket, panel, lenses)));
    const unhittable = this.options.entries.filter(namesNobody(panel, known));
    const gatesNew = isAsked || isMadeFor(entries, panel, lenses);
    if (entries.length === 0 && !gatesNew) return { judgement: null, gatesNew: false };
    const review = reviewLedger({ findings: findings.map(sightingOf), entries, unhittable, today, moved: this.moved });
    const compared = await this.comparedWithBaseline(findings.map(({ bucket }) => bucket.id));
    return { judgement: { review, ...compared }, gatesNew };
  }

  /** Which buckets stand as the baseline has them, and which of its buckets do not. */
  private async comparedWithBaseline(ids: readonly string[]): Promise<Pick<Judgement, 'inBaseline' | 'unlikeBaseline'>> {
    const { baseline, known } = this.options;
    const inBaseline = new Set<string>();
    const stored = baseline === null ? [] : ids.filter((id) => baseline.has(id));
    for (const id of stored) if (await baseline?.standsAsStored(id, known)) inBaseline.add(id);
    return { inBaseline, unlikeBaseline: stored.filter((id) => !inBaseline.has(id)) };
  }
}

/** Ids of the buckets that neither knows, and of those that one knows otherwise. */
export function freshIn({ review, inBaseline }: Judgement): readonly string[] {
  return review.fresh.filter((id) => !inBaseline.has(id));
}

function askExternal(external: External): Ask {
  return async (scenario) => {
    const answer = await external.answer(scenario);
    if (answer === null) return null;
    const { observations, values, counters, rules } = answer;
    const readable = scenario.steps.map((operation, step) => {
      const beside = besideOf(operation, observations[step], values[2 * step], values[2 * step + 1]);
      return observationJson(observations[step], beside, rules?.[step]);
    });
    return { observations: readable, counters };
  };
}

/** Could a run of this panel in these lenses hit the bucket? */
function concerns(bucket: KnownBucket, panel: Panel, lenses: readonly LensName[]): boolean {
  const isLooked = bucket.lens === 'invariant' || lensesOn(panel, lenses).some(({ name }) => name === bucket.lens);
  return isLooked && panel.edges.some((edge) => isOnEdge(bucket, edge, panel));
}

/** Is none of its pairs of profiles one that exists, here or on this panel? No run of any panel can hit such an entry. */
function namesNobody({ seats }: Panel, known: readonly Profile[]): (entry: KnownEntry) => boolean {
  const names = new Set([...known, ...seats].map(({ name }) => name));
  return ({ buckets }) => !buckets.some(({ profiles }) => profiles.some((pair) => pair.every((name) => names.has(name))));
}

/**
 * Somebody looked at what this panel shows: each of its edges has entries, and each of its lenses has some, though not on every edge (two
 * profiles may never diverge in one). Nobody looked at an external model, whatever its name is.
 */
function isMadeFor(entries: readonly KnownEntry[], panel: Panel, lenses: readonly LensName[]): boolean {
  const buckets = entries.flatMap((entry) => entry.buckets);
  return (
    buckets.length > 0 &&
    panel.seats.every(({ claims }) => claims === undefined) &&
    panel.edges.every((edge) => buckets.some((bucket) => isOnEdge(bucket, edge, panel))) &&
    lensesOn(panel, lenses).every(({ name }) => buckets.some((bucket) => bucket.lens === name))
  );
}

function isOnEdge({ profiles }: KnownBucket, { reference, seat }: Edge, { seats }: Panel): boolean {
  return profiles.some(([expected, got]) => seats[reference].name === expected && seats[seat].name === got);
}
