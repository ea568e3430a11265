/** `emtdiff map`: the physical address space as ranges, as the models have it after some steps. */
import { addressMap } from '../../explain/address-map.js';
import { UsageError } from '../../operations/usage-error.js';
import { addressMapJson } from '../../report/address-map-json.js';
import { addressMapText } from '../../report/terminal/address-map.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';
import { chosenProfiles } from '../panel-choice.js';
import { terminalWidth } from '../panel-session.js';
import { readScenario } from '../scenario-input.js';

export const page: CommandPage = {
  usage: ['map SCENARIO|- [--models LIST]'],
  about: [
    'What an access of each range would get after the steps of the scenario, with PAT index 0: the effective type, and the registers or the rule that give it. Bare metal tells the MTRR type where nothing is behind the frame, too; hypervisors say mmio there. A leaf that an earlier step built is still used.',
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ['map scenario.json --models bare-metal/intel,intel-ept/6.6', 'what the guest expects beside what it gets'],
    ['map scenario.json --step 30 --format json', 'after step 30, for a program'],
  ],
};

const FALLBACK = ['bare-metal/intel', 'intel-ept/6.6', 'intel-ept/6.16'];

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const profiles = chosenProfiles(found.text('models'), FALLBACK);
  const { scenario } = readScenario(found.operands[0]);
  const { length } = scenario.steps;
  const step = found.number('step') ?? length - 1;
  if (step >= length && length > 0)
    throw new UsageError(`--step: found ${step}, expected 0 to ${length - 1}: the scenario has ${length} steps`);
  const vcpu = found.number('vcpu') ?? 0;
  if (vcpu >= scenario.machine.vcpus)
    throw new UsageError(`--vcpu: found ${vcpu}, expected a number below machine.vcpus (${scenario.machine.vcpus})`);
  const map = addressMap(profiles, scenario, Math.min(length, step + 1), vcpu);
  process.stdout.write(format === 'json' ? `${JSON.stringify(addressMapJson(map))}\n` : addressMapText(map, terminalWidth()));
  return 0;
}
