/** The result of `bisect` for a terminal. */
import type { Asked, Bisection, Flip } from '../../history/bisection.js';
import { stepInWords } from '../../operations/registry.js';
import type { Scenario } from '../../scenario/scenario.js';
import { commitsText, ruleLines, versionText } from './change.js';
import { wrapped } from '../wrapped.js';

export function bisectionText(family: string, scenario: Scenario, step: number, bisection: Bisection, width: number): string {
  const { asked, open, flips } = bisection;
  const lines = [
    ...wrapped(`${family}, step ${step}: ${stepInWords(scenario.steps[step])}`, width, '', '  '),
    ...wrapped(`asked ${asked.map(seen).join(', ')}`, width, '  ', '    '),
    ...verdictLines(bisection, width),
    ...(flips.length > 1 ? [`  the answer flips ${flips.length} times:`, ...flips.flatMap((flip) => flipLines(flip, width))] : []),
    ...(open.length === 0 ? [] : wrapped(`left open by ${open.map(({ name }) => name).join(', ')}`, width, '  ', '    ')),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictLines({ oldest, newest, found, flips }: Bisection, width: number): string[] {
  if (oldest === null || newest === null) return ['  no version has an answer'];
  if (found === null) {
    const between = flips.length === 0 ? 'and so do all between' : 'but not all between';
    return wrapped(`${oldest.profile.name} and ${newest.profile.name} agree, ${between}`, width, '  ', '    ');
  }
  const isOnly =
    flips.length === 1
      ? 'all older versions have the old answer, all newer ones the new'
      : 'by a search that the flips below mislead';
  return [
    ...wrapped(`first with the new answer: ${found.after.profile.name} (${isOnly})`, width, '  ', '    '),
    ...flipLines(found, width),
  ];
}

function flipLines({ before, after, change, between }: Flip, width: number): string[] {
  const commits = commitsText(change);
  return [
    ...wrapped(`${seen(before)} -> ${seen(after)}${commits === '' ? '' : `   (${commits})`}`, width, '    ', '      '),
    ...(between.length === 0
      ? []
      : wrapped(
          `or in a version between, which leave it open: ${between.map(({ name }) => name).join(', ')}`,
          width,
          '      ',
          '      ',
        )),
    ...ruleLines(change.rule, width, '      '),
  ];
}

function seen({ profile, answer }: Asked): string {
  return `${profile.name} ${versionText(answer)}`;
}
