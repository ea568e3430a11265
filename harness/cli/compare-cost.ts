/** `emtdiff compare A B --lens cost`: what the boot of a large guest with private memory costs two profiles. */
import { writeWhole } from '../files/writing.js';
import { join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { bootScenario, GUEST_FRAMES } from '../private-boot/boot.js';
import { type BootCost, bootCosts } from '../private-boot/boot-cost.js';
import { bootCostJson } from '../report/boot-cost-json.js';
import { bootCostText } from '../report/terminal/boot-cost.js';
import { decodeScenario } from '../scenario/encoded.js';
import { printScenario } from '../scenario/print.js';
import type { Profile } from '../../models/contract/model.js';
import type { Settings } from './options/settings.js';
import { terminalWidth } from './panel-session.js';
import { packageVersion } from './version.js';

/** Options of a search: the boots are always the same. */
const OF_THE_SEARCH = ['cases', 'time', 'seed', 'external', 'details'];

/** Exit code 0: equal costs, 1: different. @throws {UsageError} */
export function compareCost([a, b]: readonly Profile[], found: Settings, format: 'terminal' | 'json'): number {
  const unused = OF_THE_SEARCH.find((option) => found.value(option) !== undefined);
  if (unused !== undefined)
    throw new UsageError(`--${unused}: found beside --lens cost, expected none: it runs the same boots every time`);
  const costs = bootCosts(a, b);
  const out = found.text('out');
  if (out !== undefined) writeScenarios(costs, out);
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify(bootCostJson(costs, [a, b], GUEST_FRAMES, packageVersion()))}\n`
      : bootCostText(costs, [a.name, b.name], GUEST_FRAMES, terminalWidth()),
  );
  return costs.every((cost) => JSON.stringify(cost.a) === JSON.stringify(cost.b)) ? 0 : 1;
}

function writeScenarios(costs: readonly BootCost[], folder: string): void {
  for (const { kind, percent, accepted } of costs) {
    const name = `boot-${kind}-${percent}-percent`;
    const scenario = decodeScenario(bootScenario(kind, accepted, GUEST_FRAMES));
    writeWhole(join(folder, `${name}.json`), printScenario({ name, ...scenario }));
  }
}
