/** Workflow commands of GitHub Actions: the worst causes beside the change that a reviewer looks at. */
import { partitionText } from '../../compare/partition.js';
import { visible } from '../../operations/visible.js';
import type { RunReport } from '../run-report.js';
import { changedText } from '../verdict.js';
import { LEVELS } from './sarif.js';

/** GitHub shows no more per step. */
const MOST = 10;
const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** At most ten lines: model faults, then what changed, then the worst causes that are not known; empty for a run without any. */
export function githubAnnotations({ causes, modelFaults, ledger }: RunReport): string {
  const faults = modelFaults.map(({ profile, message }) => command('error', `emtdiff: model fault of ${profile}`, message));
  const changed = changedText(ledger);
  const told = causes
    .filter(({ standing }) => standing !== 'known')
    .map(({ severity, title, buckets: [witness] }) =>
      command(
        COMMANDS[LEVELS[severity]],
        `emtdiff: ${severity}, ${title}`,
        `${witness.id}\n${partitionText(witness.partition)}\n${witness.replay}`,
      ),
    );
  const news = changed === null ? [] : [command('warning', 'emtdiff: the ledger', changed)];
  const lines = [...faults, ...news, ...told].slice(0, MOST);
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
