/** All buckets of a campaign, found by small integers while cases stream by. */
import type { Observation } from '../../models/contract/observation.js';
import { INVARIANT_LENS, LENSES, type Lens } from '../compare/lens.js';
import type { Panel } from '../compare/panel.js';
import { type Signature, SignatureTaker } from '../compare/signature.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import type { Trace } from '../run/trace.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { Bucket } from './bucket.js';
import { type BucketState, restore, stateOf } from './bucket-state.js';
import { type DivergenceKind, kindIn } from './divergence-kind.js';
import { circumstancesAt } from './conversion-history.js';
import { LikeAnswers } from './like-answers.js';
import { KnownKinds, MORE_OF_THE_SAME } from './known-kinds.js';
import type { Circumstances } from './circumstances.js';
import { divergenceRank, invariantRank } from './severity.js';
import { Sides, sideName } from './side.js';
import { SideCounts } from './side-counts.js';
import { StepMemo } from './step-memo.js';

export class BucketTable {
  private readonly table = new Map<number, Bucket>();
  /** Buckets that no lens of answers makes: counters that differ, broken invariants. */
  private readonly others = new Map<string, Bucket>();
  private readonly kinds = new KnownKinds();
  private readonly sideCounts = new SideCounts();
  private readonly sides: Sides;
  /** Of the case counted now: the circumstances of a step; by lens, who sides with whom at a step. */
  private case = -1;
  private readonly circumstances = new StepMemo<Circumstances>();
  private readonly signaturesAt: readonly StepMemo<Signature>[];
  private readonly likes: LikeAnswers;
  /** By lens. */
  readonly signatures: readonly SignatureTaker[];

  constructor(
    private readonly panel: Panel,
    private readonly lenses: readonly Lens[],
  ) {
    this.sides = new Sides(panel.seats);
    this.likes = new LikeAnswers(panel.seats, lenses);
    this.signaturesAt = lenses.map(() => new StepMemo());
    this.signatures = lenses.map((lens) => new SignatureTaker(panel.seats, lens));
  }

  /** In the order of ids, whatever the order in which they were found. */
  buckets(): Bucket[] {
    this.kinds.settle();
    this.sideCounts.settle();
    return [...this.table.values(), ...this.others.values()]
      .filter(({ count }) => count > 0)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The bucket of a divergence, made if it is new; nothing is counted. */
  bucketOf(lens: number, edge: number, code: number, expected: Observation, got: Observation): Bucket {
    const { reference, seat } = this.panel.edges[edge];
    const kind = this.lenses[lens];
    const key = this.keyOf(lens, code, this.sides.of(reference, expected, kind), this.sides.of(seat, got, kind));
    let bucket = this.table.get(key);
    if (bucket === undefined) {
      const { seats } = this.panel;
      bucket = new Bucket(
        kind,
        OPERATION_NAMES[code],
        sideName(seats[reference], expected, kind),
        sideName(seats[seat], got, kind),
      );
      bucket.number = this.sideCounts.numberOf(bucket);
      this.table.set(key, bucket);
    }
    return bucket;
  }

  get size(): number {
    return this.table.size + this.others.size;
  }

  /** Everything counted so far, in the order of ids. */
  state(): BucketState[] {
    return this.buckets().map(stateOf);
  }

  /** Takes over what was counted before, into a table that has counted nothing. */
  restore(states: readonly BucketState[]): void {
    for (const state of states) restore(this.named(state), state);
  }

  private named({ lens, op, expected, got }: BucketState): Bucket {
    if (op === 'end') return this.costBucket(expected, got);
    if (lens === 'invariant') return this.other(INVARIANT_LENS, op, expected, got);
    const index = this.lenses.findIndex(({ name }) => name === lens);
    const key = this.keyOf(index, OPERATION_NAMES.indexOf(op), this.sides.numberOf(expected), this.sides.numberOf(got));
    const known = this.table.get(key);
    if (known !== undefined) return known;
    const bucket = new Bucket(this.lenses[index], op, expected, got);
    bucket.number = this.sideCounts.numberOf(bucket);
    this.table.set(key, bucket);
    return bucket;
  }

  private keyOf(lens: number, code: number, expected: number, got: number): number {
    return ((lens * 64 + code) * 8192 + expected) * 8192 + got;
  }

  /** A bucket that `bucketOf` made. @throws if there is none */
  knownById(id: string): Bucket {
    this.kinds.settle();
    this.sideCounts.settle();
    for (const bucket of [...this.table.values(), ...this.others.values()]) if (bucket.id === id) return bucket;
    throw new Error(`no bucket ${id}`);
  }

  /** Who sided with whom in a bucket, in cases; most frequent first. */
  sidesOf(bucket: Bucket): { readonly partition: readonly (readonly string[])[]; readonly cases: number }[] {
    const lens = this.lenses.indexOf(bucket.lens);
    return [...bucket.sides]
      .map(([signature, cases]) => ({ partition: this.signatures[lens].read(signature), cases }))
      .sort((a, b) => b.cases - a.cases || (JSON.stringify(a.partition) < JSON.stringify(b.partition) ? -1 : 1));
  }

  /** The bucket of counters that differ at the end. */
  costBucket(expected: string, got: string): Bucket {
    return this.other(LENSES.cost, 'end', expected, got);
  }

  /** The bucket of an invariant that a step broke; `code`: the operation. */
  invariantBucket(edge: number, invariant: number, code: number, observation: Observation): Bucket {
    const seat = this.panel.seats[this.panel.edges[edge].seat];
    const id = seat.invariants?.[invariant]?.id ?? `invariant-${invariant}`;
    return this.other(INVARIANT_LENS, OPERATION_NAMES[code], id, sideName(seat, observation, INVARIANT_LENS));
  }

  private other(lens: Lens, op: Bucket['op'], expected: string, got: string): Bucket {
    const key = `${lens.name} ${op} ${expected} ${got}`;
    const known = this.others.get(key);
    if (known !== undefined) return known;
    const bucket = new Bucket(lens, op, expected, got);
    this.others.set(key, bucket);
    return bucket;
  }

  /** Counts a case in a bucket; its witness is the worst case, and of equals the first: an order, so that shards unite to the same. */
  count(bucket: Bucket, index: number, edge: number, step: number, rank: number): void {
    if (bucket.lastCase !== index) {
      bucket.lastCase = index;
      bucket.count++;
      if (bucket.firstCase < 0 || index < bucket.firstCase) bucket.firstCase = index;
    }
    if (rank < bucket.rank) {
      bucket.rank = rank;
      bucket.witness = { case: index, edge, step };
    }
  }

  /** Counts one divergence of case `index`. The divergences of a case come one after the other, those of no other case between them. */
  add(index: number, lens: number, edge: number, step: number, scenario: EncodedScenario, traces: readonly Trace[]): void {
    const { reference, seat } = this.panel.edges[edge];
    const expected = this.likes.of(lens, reference, traces[reference].observations[step]);
    const got = this.likes.of(lens, seat, traces[seat].observations[step]);
    const place = (edge * this.lenses.length + lens) * OPERATION_NAMES.length + scenario.words[step * STEP_WORDS];
    const slot = this.kinds.count(place, expected, got, index);
    // Most divergences of a case are more of the same.
    if (slot !== MORE_OF_THE_SAME) this.addKind(slot, index, lens, edge, step, scenario, traces);
  }

  /** A kind of divergence that may matter to case `index`: a bucket's first, or worse than what the bucket has seen. */
  private addKind(
    slot: number,
    index: number,
    lens: number,
    edge: number,
    step: number,
    scenario: EncodedScenario,
    traces: readonly Trace[],
  ): void {
    if (index !== this.case) this.startCase(index);
    const { kinds } = this;
    const known = kinds.at(slot);
    const kind = known ?? this.newKind(lens, edge, step, scenario, traces);
    const at = known === null ? kinds.keep(slot, kind) : slot;
    const { bucket, worstRank, expected, got } = kind;
    if (bucket.lastCase !== index) {
      const signature = this.signatureAt(step, lens, traces);
      if (typeof signature === 'number') this.sideCounts.add(bucket.number, signature);
      else bucket.sides.set(signature, (bucket.sides.get(signature) ?? 0) + 1);
    }
    const couldBeWorse = worstRank < bucket.rank;
    const rank = couldBeWorse ? divergenceRank(bucket.lens.name, expected, got, this.circumstancesOf(step, scenario)) : bucket.rank;
    this.count(bucket, index, edge, step, rank);
    // The bucket's severity only gets worse, so that what cannot worsen it now never will.
    kinds.setDone(at, worstRank >= bucket.rank);
  }

  private newKind(lens: number, edge: number, step: number, scenario: EncodedScenario, traces: readonly Trace[]): DivergenceKind {
    const { reference, seat } = this.panel.edges[edge];
    const expected = this.likes.of(lens, reference, traces[reference].observations[step]);
    const got = this.likes.of(lens, seat, traces[seat].observations[step]);
    return kindIn(this.bucketOf(lens, edge, scenario.words[step * STEP_WORDS], expected, got), expected, got);
  }

  /** Counts an invariant that a step of case `index` broke. */
  addBroken(
    index: number,
    edge: number,
    invariant: number,
    step: number,
    scenario: EncodedScenario,
    traces: readonly Trace[],
  ): void {
    const observation = traces[this.panel.edges[edge].seat].observations[step];
    const bucket = this.invariantBucket(edge, invariant, scenario.words[step * STEP_WORDS], observation);
    this.count(bucket, index, edge, step, invariantRank(bucket.expectedSide));
  }

  private startCase(index: number): void {
    this.case = index;
    this.circumstances.forget();
    for (const signatures of this.signaturesAt) signatures.forget();
  }

  private circumstancesOf(step: number, scenario: EncodedScenario): Circumstances {
    return this.circumstances.knows(step)
      ? this.circumstances.at(step)
      : this.circumstances.keep(step, circumstancesAt(scenario, step));
  }

  private signatureAt(step: number, lens: number, traces: readonly Trace[]): Signature {
    const known = this.signaturesAt[lens];
    return known.knows(step) ? known.at(step) : known.keep(step, this.signatures[lens].take(step, traces));
  }
}
