/** A cause as an issue of a tracker: a title that names it for ever, a body that stands on its own. */
import { visible } from '../../operations/visible.js';
import { anchorOf } from '../anchor.js';
import { plural } from '../plural.js';
import type { RuleLookup } from '../rule-lookup.js';
import type { ReportCause, RunReport } from '../run-report.js';
import { causeSection, code, prose, scenarioSection } from './markdown.js';

/** Trackers take titles of 255 characters and bodies of 65536. */
const LONGEST_TITLE = 250;
const LONGEST_BODY = 60_000;

export interface CauseIssue {
  /** 12 hex digits, a function of the cause's id alone: the issue of a later run with the same key is the same. */
  readonly key: string;
  /** One line; ends with the key in brackets. */
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

export function causeIssue(cause: ReportCause, run: RunReport, lookup: RuleLookup): CauseIssue {
  const { id, severity, title, standing, buckets } = cause;
  const key = anchorOf(id);
  const named = visible(`${severity}: ${title}`).slice(0, LONGEST_TITLE - key.length - 3);
  const cases = buckets.reduce((sum, { count }) => sum + count, 0);
  const fresh = buckets.filter((bucket) => bucket.standing !== 'known').length;
  const body = [
    `## ${severity}: ${prose(title)}`,
    '',
    ...(standing === 'changed'
      ? [`The cause is known; ${plural(fresh, 'bucket')} of it ${fresh === 1 ? 'is' : 'are'} not.`, '']
      : []),
    ...causeSection(cause, lookup),
    '',
    ...scenarioSection(cause),
    '',
    `Seen ${plural(cases, 'time')} in ${plural(run.cases, 'case')} of seed ${code(run.seed)}, emtdiff ${prose(run.version)}.`,
    `Explained by a source? ${code('emtdiff accept FINDING --reason TEXT --source TEXT')} makes it known.`,
    '',
    'This text is written anew by every run that sees the cause: what people have to say goes into comments.',
  ].join('\n');
  return { key, title: `${named} [${key}]`, body: `${shortened(body)}\n` };
}

function shortened(body: string): string {
  return body.length <= LONGEST_BODY ? body : `${body.slice(0, LONGEST_BODY)}\n\n(cut: the finding's file has the rest)`;
}
