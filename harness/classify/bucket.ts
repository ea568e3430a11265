/** Divergences with one cause: lens, operation, the deciding rules of the two sides. */
import type { Observation } from '../../models/contract/observation.js';
import type { OperationName } from '../../models/contract/operation.js';
import type { Lens } from '../compare/lens.js';
import type { Signature } from '../compare/signature.js';
import { SEVERITIES } from './severity.js';

/** Where a bucket was seen: the case that its minimal scenario is made from. */
export interface Witness {
  readonly case: number;
  readonly edge: number;
  readonly step: number;
}

/** One pair of answers seen in a bucket. */
export interface AnswerPair {
  readonly expected: Observation;
  readonly got: Observation;
  steps: number;
}

export class Bucket {
  readonly id: string;
  /** Number that the table knows it by, from 1; 0: of answers that no lens compares. */
  number = 0;
  /** Cases in which it shows. */
  count = 0;
  firstCase = -1;
  lastCase = -1;
  /** Worst rank in SEVERITIES seen. */
  rank: number = SEVERITIES.length;
  witness: Witness = { case: -1, edge: -1, step: -1 };
  /** By the two answers. */
  readonly pairs = new Map<number, AnswerPair>();
  /** Who sided with whom, in cases: by the signature of the partition at the first such step of a case. */
  readonly sides = new Map<Signature, number>();

  constructor(
    readonly lens: Lens,
    readonly op: OperationName | 'end',
    readonly expectedSide: string,
    readonly gotSide: string,
  ) {
    this.id = bucketId(lens.name, op, expectedSide, gotSide);
  }
}

/** `memtype-access~bare-metal.intel-wb-uc~intel-ept.no-noncoherent-dma`: safe as a file name. */
export function bucketId(lens: string, op: string, expected: string, got: string): string {
  return `${lens}-${op}~${expected}~${got}`.replace(/[^\w.~+-]/g, '_');
}
