/** What the plain harness keeps of its cases: buckets by text, and how often what was drawn. */
import { bucketId } from '../../../harness/classify/bucket.js';
import type { FrameClass } from '../../../harness/classify/circumstances.js';
import { memtypeSeverity, rankOf, type Severity } from '../../../harness/classify/severity.js';
import type { Lens } from '../../../harness/compare/lens.js';
import { partitionText } from '../../../harness/compare/partition.js';
import type { ObservationJson } from '../../../harness/scenario/observation-json.js';
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import type { Profile } from '../../../models/contract/model.js';
import type { OperationName } from '../../../models/contract/operation.js';
import type { FrameKind } from './naive-memory.js';

const FRAME_KINDS: readonly FrameKind[] = ['coherent RAM', 'RAM beside a device that does not snoop', 'device memory'];

interface Place {
  readonly lens: Lens;
  readonly op: OperationName;
  readonly frame: FrameKind;
}

interface Pair {
  readonly expected: ObservationJson;
  readonly got: ObservationJson;
  readonly expectedFields: ObservationJson;
  readonly gotFields: ObservationJson;
}

export interface NaiveBucket {
  cases: number;
  lastCase: number;
  severity: Severity;
  /** The first of the worst cases. */
  witness: number;
  /** Steps by the pair of answers. */
  readonly pairs: Map<string, number>;
  /** Cases by who sided with whom. */
  readonly sides: Map<string, number>;
}

export class NaiveReport {
  readonly buckets = new Map<string, NaiveBucket>();
  steps = 0;
  cases = 0;
  divergences = 0;
  /** Steps by operation and by the outcome of the first model; by model, how often each rule decided. */
  private readonly drawn = new Map<string, number>();
  private readonly rules: readonly Map<string, number>[];
  /** A rule's cause by its id. */
  private readonly causes = new Map<string, string>();

  constructor(profiles: readonly Profile[]) {
    this.rules = profiles.map(() => new Map());
    for (const rule of profiles.flatMap(({ rules }) => rules)) if (rule !== null) this.causes.set(rule.id, rule.cause ?? rule.id);
  }

  startCase(): void {
    this.cases++;
  }

  count(op: OperationName, answers: readonly ObservationJson[]): void {
    this.steps++;
    increment(this.drawn, `${op} ${answers[0].outcome}`);
    answers.forEach(({ rule }, model) => {
      increment(this.rules[model], rule ?? 'none');
    });
  }

  /** @param groups who agrees with whom at this step */
  add({ lens, op, frame }: Place, { expected, got, expectedFields, gotFields }: Pair, groups: () => string[][]): void {
    this.divergences++;
    const id = bucketId(lens.name, op, this.causeOf(expected), this.causeOf(got));
    let bucket = this.buckets.get(id);
    if (bucket === undefined) {
      bucket = { cases: 0, lastCase: -1, severity: 'none', witness: -1, pairs: new Map(), sides: new Map() };
      this.buckets.set(id, bucket);
    }
    if (bucket.lastCase !== this.cases) {
      bucket.cases++;
      increment(bucket.sides, partitionText(groups()));
    }
    bucket.lastCase = this.cases;
    const severity = severityOf(expectedFields, gotFields, frame);
    if (bucket.witness < 0 || rankOf(severity) < rankOf(bucket.severity)) {
      bucket.severity = severity;
      bucket.witness = this.cases;
    }
    increment(bucket.pairs, JSON.stringify([expectedFields, gotFields]));
  }

  private causeOf({ rule, outcome }: ObservationJson): string {
    return rule === undefined ? outcome : (this.causes.get(rule) ?? rule);
  }
}

function severityOf(expected: ObservationJson, got: ObservationJson, frame: FrameKind): Severity {
  if (expected.memtype === undefined || got.memtype === undefined) return 'architectural';
  return memtypeSeverity(typeNamed(expected.memtype), typeNamed(got.memtype), FRAME_KINDS.indexOf(frame) as FrameClass);
}

function typeNamed(name: string): EffectiveType {
  return MEMORY_TYPE_NAMES.indexOf(name) as EffectiveType;
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
