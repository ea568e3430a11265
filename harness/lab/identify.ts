/** Which profile a kernel answers as: the same scenarios to the kernel and to every profile of its way to page. */
import type { Profile } from '../../models/contract/model.js';
import { campaignKey } from '../generate/campaign-key.js';
import { Generator } from '../generate/generator.js';
import { answerOf } from '../run/readable.js';
import { decodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Difference, differences, type LiveAnswer } from './answer-difference.js';
import { type LabClient, type LabHello, reachOf } from './lab-client.js';
import { modeOf, type PagingMode } from './spans.js';
import { withinReach } from './scope.js';

export interface Identification {
  readonly hello: LabHello;
  readonly scenarios: number;
  readonly steps: number;
  /** Scenarios that the kernel's side could not do, with the reason of the first. */
  readonly aside: { readonly count: number; readonly reason: string | null };
  readonly errors: readonly string[];
  /** By the number of differing steps and counters; the best first. */
  readonly profiles: readonly Row[];
}

export interface Row {
  readonly profile: string;
  readonly steps: number;
  readonly counters: number;
  /** The first of them. */
  readonly examples: readonly { readonly case: number; readonly difference: Difference }[];
}

export interface IdentifyOptions {
  readonly seed: string;
  readonly cases: number;
  readonly counters: readonly string[];
  /** Called with each answer, in order. */
  readonly onAnswer?: (index: number, scenario: Scenario, answer: LiveAnswer, hello: LabHello) => void;
}

const AHEAD = 8;
/** Of steps, and of counters. */
const EXAMPLES = 8;

/** How the kernel pages, from its facts. */
export function modeOfFacts({ facts }: LabHello): PagingMode {
  if (facts.npt !== undefined) return facts.npt === 'Y' || facts.npt === '1' ? 'npt' : 'svm-shadow';
  return facts.ept === 'Y' ? 'ept' : 'vmx-shadow';
}

export async function identify(client: LabClient, profiles: readonly Profile[], options: IdentifyOptions): Promise<Identification> {
  const hello = await client.hello();
  const tallies = profiles.filter((profile) => modeOf(profile) === modeOfFacts(hello)).map((profile) => new Tally(profile));
  const reach = reachOf(hello);
  const generator = new Generator();
  const key = campaignKey(options.seed);
  const errors: string[] = [];
  const aside = { count: 0, reason: null as string | null };
  let scenarios = 0;
  let steps = 0;
  const ask = async (index: number): Promise<void> => {
    const scenario = withinReach(decodeScenario(generator.generate(key, index)), reach);
    const reply = await client.ask(scenario);
    if ('error' in reply) {
      errors.push(`case ${index}: ${reply.error}`);
      return;
    }
    const reason = asideReason(reply.answer);
    if (reason !== null) {
      aside.count++;
      aside.reason ??= `case ${index}: ${reason}`;
      return;
    }
    scenarios++;
    steps += scenario.steps.length;
    options.onAnswer?.(index, scenario, reply.answer, hello);
    for (const tally of tallies) tally.add(index, scenario, reply.answer, options.counters);
  };
  const asked: Promise<void>[] = [];
  for (let index = 0; index < options.cases; index++) {
    if (index >= AHEAD) await asked[index - AHEAD];
    asked.push(ask(index));
  }
  await Promise.all(asked);
  const rows = tallies.map((tally) => tally.row()).sort((a, b) => a.steps + a.counters - b.steps - b.counters);
  return { hello, scenarios, steps, aside, errors, profiles: rows };
}

/** Why the agent did not do a scenario at all, or null. */
function asideReason({ observations }: LiveAnswer): string | null {
  const [first] = observations;
  if (first === undefined || observations.some(({ outcome }) => outcome !== 'n/a')) return null;
  return typeof first.rule === 'string' ? first.rule : null;
}

/** One profile's differences. */
class Tally {
  private readonly found: { case: number; difference: Difference }[] = [];
  private steps = 0;
  private counters = 0;

  constructor(private readonly profile: Profile) {}

  add(index: number, scenario: Scenario, answer: LiveAnswer, counters: readonly string[]): void {
    const own = answerOf(this.profile, scenario, false) as unknown as LiveAnswer;
    for (const difference of differences(scenario, answer, own, counters)) {
      if (difference.step < 0) this.counters++;
      else this.steps++;
      const alike = this.found.filter((other) => other.difference.step < 0 === difference.step < 0);
      if (alike.length < EXAMPLES) this.found.push({ case: index, difference });
    }
  }

  row(): Row {
    return { profile: this.profile.name, steps: this.steps, counters: this.counters, examples: this.found };
  }
}

export function identificationText({ hello, scenarios, steps, aside, errors, profiles }: Identification, details: boolean): string {
  const width = Math.max(...profiles.map(({ profile }) => profile.length));
  const [best] = profiles;
  const lines = [
    `${hello.name} (${hello.facts.build ?? ''}), ${modeOfFacts(hello)}, claims ${hello.profile ?? 'no profile'}`,
    `${scenarios} scenarios, ${steps} steps; ${aside.count} not done${aside.reason === null ? '' : ` (first: ${aside.reason})`}; ${errors.length} errors${errors.length === 0 ? '' : ` (first: ${errors[0]})`}`,
    '',
    `${'profile'.padEnd(width)}  differing steps  differing counters`,
    ...profiles.map((row) => `${row.profile.padEnd(width)}  ${`${row.steps}`.padStart(15)}  ${`${row.counters}`.padStart(18)}`),
    '',
    best === undefined
      ? 'No profile pages this way.'
      : `Answers as ${best.profile}${best.steps + best.counters === 0 ? '' : ', which differs too'}.`,
  ];
  const shown = details ? profiles.filter((row) => row === best || row.profile === hello.profile) : [];
  return `${[...lines, ...shown.flatMap(exampleLines)].join('\n')}\n`;
}

function exampleLines({ profile, examples }: Row): string[] {
  return examples.map(({ case: index, difference: { step, field, kernel, profile: own } }) => {
    const where = step < 0 ? 'the end' : `step ${step}`;
    return `  case ${index}, ${where}, ${field}: the kernel ${kernel}, ${profile} ${own}`;
  });
}
