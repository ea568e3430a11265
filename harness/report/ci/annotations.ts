/** Workflow commands of GitHub Actions: the worst buckets beside the change that a reviewer looks at. */
import { partitionText } from '../../compare/partition.js';
import { visible } from '../../operations/visible.js';
import { severityText, sidesText } from '../bucket-text.js';
import type { RunReport } from '../run-report.js';
import { LEVELS } from './sarif.js';

/** GitHub shows no more per step. */
const MOST = 10;
const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** At most ten lines, model faults first, then the worst of the new buckets; empty for a run without either. */
export function githubAnnotations({ buckets, modelFaults }: RunReport): string {
  const faults = modelFaults.map(({ profile, message }) => command('error', `emtdiff: model fault of ${profile}`, message));
  const fresh = buckets.filter(({ standing }) => standing === 'new');
  const found = fresh.map((bucket) =>
    command(
      COMMANDS[LEVELS[bucket.severity]],
      `emtdiff: ${severityText(bucket)}, ${sidesText(bucket)}`,
      `${bucket.id}\n${partitionText(bucket.partition)}\n${bucket.replay}`,
    ),
  );
  const lines = [...faults, ...found].slice(0, MOST);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function command(name: string, title: string, message: string): string {
  return `::${name} title=${property(title)}::${data(message)}`;
}

/** Source: actions/toolkit, packages/core/src/command.ts, escapeData(). */
function data(text: string): string {
  return text
    .split('\n')
    .map((line) => visible(line).replaceAll('%', '%25'))
    .join('%0A');
}

/** The same file, escapeProperty(). */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
