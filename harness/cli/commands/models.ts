/** `emtdiff models`: the profiles, what each models, and from which commits. */
import { PROFILES } from '../../../models/registry.js';
import { wrapped } from '../../report/terminal/scenario-table.js';
import { readArguments, word } from '../options/arguments.js';
import { DEFAULT_PANEL } from '../panel-choice.js';

const HELP = `emtdiff models: the profiles, their spans and commits (* is on the default panel)

  --format FORMAT        terminal or json
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('models', args, { format: { type: 'string' } }, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'terminal', ['terminal', 'json'] as const);
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
