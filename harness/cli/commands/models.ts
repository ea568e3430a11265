/** `emtdiff models`: the profiles, what each models, and from which commits. */
import { PROFILES } from '../../../models/registry.js';
import { wrapped } from '../../report/terminal/scenario-table.js';
import { DEFAULT_PANEL } from '../panel-choice.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['models'],
  about: ['* is on the default panel.'],
  operands: { least: 0, most: 0 },
  examples: [
    ['models', 'names, spans, commits'],
    ['models --format json', 'the same for a program'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  process.stdout.write(format === 'json' ? `${JSON.stringify(PROFILES.map(modelJson), null, 2)}\n` : terminal());
  return 0;
}

function modelJson({ name, lineage, vendor, span, commits, base, summary, rules }: (typeof PROFILES)[number]) {
  return {
    name,
    lineage,
    vendor,
    span,
    commits,
    ...(base === undefined ? {} : { base }),
    summary,
    rules: rules.filter((rule) => rule !== null).length,
    default: DEFAULT_PANEL.includes(name),
  };
}

function terminal(): string {
  const lines = PROFILES.flatMap(({ name, span, commits, summary, vendor }) => [
    `${DEFAULT_PANEL.includes(name) ? '*' : ' '} ${name.padEnd(26)} ${vendor.padEnd(6)} ${span}`,
    ...wrapped(summary, 100, '    ', '    '),
    ...(commits.length === 0 ? [] : wrapped(`commits: ${commits.join(', ')}`, 100, '    ', '      ')),
  ]);
  return `${lines.join('\n')}\n`;
}
