/** The history of a scenario for a terminal: per line of versions and step the runs of equal answers. */
import { stepInWords } from '../../operations/registry.js';
import type { Run, StepTimeline, Timeline } from '../../history/timeline.js';
import type { Scenario } from '../../scenario/scenario.js';
import { visible } from '../../operations/visible.js';
import { commitsText, ruleLines, versionText } from './change.js';
import { wrapped } from '../wrapped.js';

export function historyText(scenario: Scenario, timelines: readonly Timeline[], width: number): string {
  const heading = [scenario.name, scenario.origin].filter((text) => text !== undefined).map(visible);
  const lines = [
    ...(heading.length === 0 ? [] : wrapped(heading.join(': '), width, '', '  ')),
    '* the answer changed',
    ...timelines.flatMap((timeline) => ['', ...timelineLines(scenario, timeline, width)]),
  ];
  return `${lines.join('\n')}\n`;
}

function timelineLines(scenario: Scenario, { line, steps }: Timeline, width: number): string[] {
  const { versions, proposals } = line;
  const count = `${versions.length} version${versions.length === 1 ? '' : 's'}`;
  const proposed = proposals.length === 0 ? '' : `, ${proposals.length} proposal${proposals.length === 1 ? '' : 's'}`;
  return [
    `${line.name}: ${count}${proposed}`,
    ...(steps.length === 0 ? ['  no access, and every other step answered alike'] : []),
    ...steps.flatMap((step) => stepLines(scenario, step, width)),
  ];
}

function stepLines(scenario: Scenario, { step, runs, proposals }: StepTimeline, width: number): string[] {
  return [
    '',
    ...wrapped(`step ${step}  ${stepInWords(scenario.steps[step])}`, width, '  ', '          '),
    ...runs.flatMap((run) => runLines(run, width)),
    ...(proposals.length === 0 ? [] : ['    never merged']),
    ...proposals.flatMap(({ versions, base, isChanged, answer, rule }) => [
      ...wrapped(`${versions.join(', ')} on ${base}: ${versionText(answer)}`, width, isChanged ? '    * ' : '      ', '        '),
      ...ruleLines(rule, width, '        '),
    ]),
  ];
}

function runLines({ versions, answer, rules, zapRules, change }: Run, width: number): string[] {
  const span = versions.length === 1 ? versions[0] : `${versions[0]} to ${versions[versions.length - 1]}`;
  const commits = change === null ? '' : commitsText(change);
  return [
    ...wrapped(
      `${span}: ${versionText(answer)}${commits === '' ? '' : `   (${commits})`}`,
      width,
      change === null ? '    ' : '  * ',
      '        ',
    ),
    ...rules.flatMap(({ from, rule }, index) =>
      ruleLines(rule, width, '        ', index === 0 ? '' : `from ${from}, the same by: `),
    ),
    ...zapRules.flatMap(({ from, rule }, index) =>
      ruleLines(
        rule,
        width,
        '        ',
        `${index === 0 ? '' : `from ${from} `}${rule?.kind === 'zap' ? 'zaps' : 'zaps nothing'}: `,
      ),
    ),
  ];
}
