/** Who sided with whom, counted where a campaign counts it: in one table, on its way into the buckets. */
import type { Bucket } from './bucket.js';

/** Words of a record: number of the bucket from 1 (0: free), signature, cases since `settle`. A power of two: a record lies in one cache line. */
const RECORD_WORDS = 4;
const CASES = 2;

/** A hash table in one array, linear probing: a map in each bucket is spread over memory, and a case asks seventeen of them. */
export class SideCounts {
  private records: Float64Array;
  private size = 0;
  private readonly buckets: Bucket[] = [];

  /** @param room records to begin with, a power of two; more are made when half are taken */
  constructor(room = 256) {
    this.records = new Float64Array(room * RECORD_WORDS);
  }

  /** A number for a bucket, from 1. */
  numberOf(bucket: Bucket): number {
    return this.buckets.push(bucket);
  }

  /** Counts a case. @param bucket number of the bucket @param signature below 2 ** 53 */
  add(bucket: number, signature: number): void {
    const at = this.recordOf(bucket, signature);
    const { records } = this;
    records[at + CASES]++;
    if (records[at] !== 0) return;
    records[at] = bucket;
    records[at + 1] = signature;
    this.size++;
    if (2 * RECORD_WORDS * this.size >= records.length) this.grow();
  }

  /** Adds what was counted to the buckets. */
  settle(): void {
    if (this.size === 0) return;
    const { records } = this;
    for (let at = 0; at < records.length; at += RECORD_WORDS) {
      if (records[at + CASES] === 0) continue;
      const { sides } = this.buckets[records[at] - 1];
      sides.set(records[at + 1], (sides.get(records[at + 1]) ?? 0) + records[at + CASES]);
      records[at + CASES] = 0;
    }
  }

  /** Where the record is, or the free one where it belongs. */
  private recordOf(bucket: number, signature: number): number {
    const { records } = this;
    const last = records.length - 1;
    let at = (hashOf(bucket, signature) * RECORD_WORDS) & last;
    while (records[at] !== 0 && (records[at] !== bucket || records[at + 1] !== signature)) at = (at + RECORD_WORDS) & last;
    return at;
  }

  private grow(): void {
    const { records } = this;
    this.records = new Float64Array(2 * records.length);
    for (let at = 0; at < records.length; at += RECORD_WORDS) {
      if (records[at] === 0) continue;
      this.records.set(records.subarray(at, at + RECORD_WORDS), this.recordOf(records[at], records[at + 1]));
    }
  }
}

function hashOf(bucket: number, signature: number): number {
  const mixed = Math.imul(bucket, 0x9e3779b1) ^ Math.imul(signature | 0, 0x85ebca6b) ^ Math.floor(signature / 2 ** 32);
  return mixed ^ (mixed >>> 15);
}
