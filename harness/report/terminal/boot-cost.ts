/** What boots cost two models, for a terminal: a table a kind of boot, a line a counter. */
import { COUNTER_NAMES, type CounterName, counterInWords } from '../../../models/contract/counters.js';
import type { BootCost } from '../../private-boot/boot-cost.js';
import { wrapped } from '../wrapped.js';

/** The widest count, 1048576, and a gap. */
const CELL = 9;

export function bootCostText(costs: readonly BootCost[], [a, b]: readonly string[], guestFrames: number, width: number): string {
  const boots = [...new Set(costs.map(({ says }) => says))];
  const names = shownCounters(costs);
  const heading = `A ${a}, B ${b}: the boot of a guest of ${guestFrames} frames (${guestFrames / 262144} GiB) that accepts a part of its memory, then makes 16 MiB of it bounce buffers`;
  const lines = [
    ...wrapped(heading, width, '', '  '),
    ...boots.flatMap((says) => [
      '',
      ...wrapped(says, width, '', '  '),
      ...table(
        costs.filter((cost) => cost.says === says),
        names,
      ),
    ]),
    '',
    ...names.flatMap((name) => wrapped(`${name}: ${counterInWords(name)}`, width, '', '  ')),
  ];
  return `${lines.join('\n')}\n`;
}

/** What either side counted in any boot. */
function shownCounters(costs: readonly BootCost[]): CounterName[] {
  return COUNTER_NAMES.filter((name) => costs.some(({ a, b }) => (a.counters[name] ?? 0) > 0 || (b.counters[name] ?? 0) > 0));
}

function table(costs: readonly BootCost[], names: readonly CounterName[]): string[] {
  const label = Math.max(...names.map(({ length }) => length));
  const pair = (left: string, right: string) => left.padStart(CELL) + right.padStart(CELL);
  return [
    '  accepted'.padEnd(label + 2) + costs.map(({ percent }) => `${percent} %`.padStart(2 * CELL)).join(''),
    '  frames'.padEnd(label + 2) + costs.map(({ accepted }) => `${accepted}`.padStart(2 * CELL)).join(''),
    ' '.repeat(label + 2) + costs.map(() => pair('A', 'B')).join(''),
    ...names.map((name) => {
      const cells = costs.map(({ a, b }) => pair(String(a.counters[name] ?? '-'), String(b.counters[name] ?? '-')));
      return `  ${name.padEnd(label)}${cells.join('')}`;
    }),
    ...costs.flatMap(({ percent, a, b }) =>
      [a, b].flatMap(({ ended }, side) =>
        ended === null ? [] : [`  ${'AB'[side]} at ${percent} %: ${ended.outcome} at step ${ended.step}, counted up to there`],
      ),
    ),
  ];
}
