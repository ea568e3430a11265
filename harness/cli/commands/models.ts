/** `emtdiff models`: the profiles, what each models, and from which commits. */
import { PROFILES } from '../../../models/registry.js';
import { wrapped } from '../../report/wrapped.js';
import { UsageError } from '../../operations/usage-error.js';
import { kernelAnswers, kernelAnswersText } from '../kernel-answers.js';
import { DEFAULT_PANEL } from '../panel-choice.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';
import { switchedProfiles, switchListText } from '../switch-list.js';

export const page: CommandPage = {
  usage: ['models', 'models --kernel RELEASE', 'models --switches FAMILY|PROFILE'],
  about: [
    '* is on the default panel. Wherever profiles are named, FAMILY/RELEASE is the profile whose span holds that release, and PROFILE+switch=value,switch one with switches set otherwise.',
  ],
  operands: { least: 0, most: 0 },
  examples: [
    ['models', 'names, spans, commits'],
    ['models --kernel 5.15', 'as which profiles Linux 5.15 answers'],
    ['models --switches intel-ept', 'in what its versions differ'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const [kernel, switches] = [found.text('kernel'), found.text('switches')];
  if (kernel !== undefined && switches !== undefined)
    throw new UsageError('--kernel: found --switches beside it, expected one of the two');
  if (kernel !== undefined)
    return printed(format, kernelAnswers(kernel, PROFILES), (answers) => kernelAnswersText(kernel, answers));
  if (switches !== undefined) {
    const profiles = switchedProfiles(switches, PROFILES);
    return printed(format, profiles, switchListText, ({ name, span, switches: own }) => ({ name, span, switches: own }));
  }
  process.stdout.write(format === 'json' ? `${JSON.stringify(PROFILES.map(modelJson), null, 2)}\n` : terminal());
  return 0;
}

function printed<T>(
  format: 'terminal' | 'json',
  rows: readonly T[],
  text: (rows: readonly T[]) => string,
  json: (row: T) => unknown = (row) => row,
): number {
  process.stdout.write(format === 'json' ? `${JSON.stringify(rows.map(json), null, 2)}\n` : text(rows));
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
