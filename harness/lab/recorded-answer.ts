/** A real kernel's answer to keep: a line of JSON that can be replayed against a profile without any emulator. */
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import type { LiveAnswer } from './answer-difference.js';
import type { LabHello } from './lab-client.js';

/** `Linux 6.1.192 kvm-intel in bochs`: release as it was built, module, emulator or host. */
export function originOf({ name, facts }: LabHello): string {
  const version = /Debian (\d+\.\d+\.\d+)/.exec(facts.build ?? '')?.[1];
  const module = facts.npt === undefined ? 'kvm-intel' : 'kvm-amd';
  const parameters = facts.kvmArguments === undefined ? '' : ` ${facts.kvmArguments}`;
  return `${version === undefined ? name : `Linux ${version}`} ${module}${parameters} in ${facts.emulator ?? facts.host ?? 'hardware'}`;
}

/** With the counter that every release reports alike. */
export function recordedLine(scenario: Scenario, { observations, counters }: LiveAnswer, hello: LabHello): string {
  const kept = counters?.zaps === undefined ? {} : { counters: { zaps: counters.zaps } };
  const line = { profile: hello.profile, origin: originOf(hello), scenario: scenarioJson(scenario), observations, ...kept };
  return `${JSON.stringify(line)}\n`;
}
