/** A bucket as an issue of a tracker: a title that names it for ever, a body that stands on its own. */
import { createHash } from 'node:crypto';
import { visible } from '../../operations/visible.js';
import { bucketSection, code, prose } from './markdown.js';
import type { RuleLookup } from '../rule-lookup.js';
import type { ReportBucket } from '../report-bucket.js';
import type { RunReport } from '../run-report.js';

/** Trackers take titles of 255 characters and bodies of 65536. */
const LONGEST_TITLE = 250;
const LONGEST_BODY = 60_000;

export interface BucketIssue {
  /** 12 hex digits, a function of the bucket's id alone: the issue of a later run with the same key is the same. */
  readonly key: string;
  /** One line; ends with the key in brackets. */
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

export function bucketIssue(bucket: ReportBucket, run: RunReport, lookup: RuleLookup): BucketIssue {
  const key = bucketKey(bucket.id);
  const { severity, lens, op, expected, got, count } = bucket;
  const where = lens === 'memtype' ? op : `${lens} ${op}`;
  const named = visible(`${severity}: ${got} against ${expected}, ${where}`).slice(0, LONGEST_TITLE - key.length - 3);
  const body = [
    ...bucketSection(bucket, lookup),
    '',
    `Seen in ${count} of ${run.cases} cases of seed ${code(run.seed)}, emtdiff ${prose(run.version)}.`,
    `Explained by a source? ${code('emtdiff accept FINDING --reason TEXT --source TEXT')} makes it known.`,
    '',
    'This text is written anew by every run that sees the bucket: what people have to say goes into comments.',
  ].join('\n');
  return { key, title: `${named} [${key}]`, body: `${shortened(body)}\n` };
}

export function bucketKey(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12);
}

function shortened(body: string): string {
  return body.length <= LONGEST_BODY ? body : `${body.slice(0, LONGEST_BODY)}\n\n(cut: the finding's file has the rest)`;
}
