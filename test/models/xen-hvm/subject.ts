/** Scenarios in short for the tests of this folder, and their answers as one word string a step. */
import { Place } from '../../../harness/operations/usage-error.js';
import { answerOf } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import type { Profile } from '../../../models/contract/model.js';
import { ruleOf } from '../../../models/contract/observation.js';
import type { EptSwitches } from '../../../models/xen-hvm/switches.js';
import { profiles } from '../../../models/xen-hvm/versions.js';
import { encodeScenario } from '../../../harness/scenario/encoded.js';
import { STEP_WORDS } from '../../../harness/operations/operation-spec.js';
import { runModel } from '../../../harness/run/run.js';
import { runnerOf } from '../../../harness/run/step-runner.js';
import { Trace } from '../../../harness/run/trace.js';

type Step = Readonly<Record<string, unknown>>;
type MachineJson = Readonly<Record<string, unknown>>;

const hex = (value: number | string): string => (typeof value === 'string' ? value : `0x${value.toString(16)}`);

export const wrmsr = (msr: number, value: string, vcpu = 0): Step => ({ op: 'write-msr', vcpu, msr: hex(msr), value });
export const rdmsr = (msr: number, vcpu = 0): Step => ({ op: 'read-msr', vcpu, msr: hex(msr) });
export const cr0 = (word: string, vcpu = 0): Step => ({
  op: 'write-cr0',
  vcpu,
  pg: word.includes('pg'),
  cd: word.includes('cd'),
  nw: word.includes('nw'),
});
export const init = (vcpu = 0): Step => ({ op: 'init', vcpu });
export const read = (gfn: number, pat = 0, vcpu = 0, more: Step = {}): Step => ({
  op: 'access',
  vcpu,
  gfn: hex(gfn),
  kind: 'read',
  pat,
  ...more,
});
export const pin = (gfn: number, pages: number, type: string): Step => ({
  op: 'pin-cacheattr',
  gfn: hex(gfn),
  pages: hex(pages),
  type,
});
export const setBacking = (gfn: number, pages: number, backing: string, more: Step = {}): Step => ({
  op: 'set-backing',
  gfn: hex(gfn),
  pages: hex(pages),
  backing,
  ...more,
});
export const ioResources = (held: boolean): Step => ({ op: 'set-io-resources', held });
export const attach = (coherent = false): Step => ({ op: 'attach-device', coherent });
export const detach = (coherent = false): Step => ({ op: 'detach-device', coherent });
export const saveRestore: Step = { op: 'save-restore' };
export const region = (gfn: number, pages: number, backing: string, more: Step = {}): Step => ({
  gfn: hex(gfn),
  pages: hex(pages),
  backing,
  ...more,
});

/** E and default type WB; nothing else. */
export const WB_BY_DEFAULT = wrmsr(0x2ff, '0x806');

export function profileOf(version: string): Profile {
  const profile = profiles.find(({ name }) => name === `xen-hvm/${version}`);
  if (profile === undefined) throw new Error(`no profile ${version}`);
  return profile;
}

/** The switches of a version with EPT. */
export function eptSwitches(version: string): EptSwitches {
  return Object.fromEntries(profileOf(version).switches!.map(({ name, value }) => [name, value])) as unknown as EptSwitches;
}

/** One answer of a step: `WB 4K WB+ipat` of an access, `0xc06` of a read, `gp`, `EBUSY`, `ok`. */
export interface Told {
  readonly words: string[];
  readonly rules: (string | undefined)[];
  readonly counters: Readonly<Record<string, number | undefined>>;
}

export function tell(version: string, machine: MachineJson, steps: readonly Step[]): Told {
  const scenario = scenarioFrom({ format: 'emtdiff-scenario/1', name: 'test', machine, steps }, new Place('test', '$'));
  const { observations, counters } = answerOf(profileOf(version), scenario);
  return {
    words: observations.map(({ outcome, memtype, level, leaf, value, errno }) => {
      if (memtype !== undefined) return `${memtype} ${level} ${leaf}`;
      return value ?? errno ?? outcome;
    }),
    rules: observations.map(({ rule }) => rule?.replace('xen-hvm.', '')),
    counters: { ...counters },
  };
}

const short = (id: string) => id.replace('xen-hvm.', '');

/** Of the last step: its rule with its clauses, and the decision on an invalidation that it took, if one. */
export function reasons(version: string, machine: MachineJson, steps: readonly Step[]): { rules: string[]; zap?: string } {
  const scenario = encodeScenario(
    scenarioFrom({ format: 'emtdiff-scenario/1', name: 'test', machine, steps }, new Place('test', '$')),
  );
  const { rules, create } = profileOf(version);
  const model = create();
  const last = steps.length - 1;
  const trace = new Trace(steps.length);
  runModel(model, { ...scenario, steps: last }, trace);
  model.takeZapRule!();
  runnerOf(model, false)(model, null, scenario.words.subarray(last * STEP_WORDS), 1, trace);
  const rule = rules[ruleOf(trace.observations[0])];
  const decided = rules[model.takeZapRule!()];
  return {
    rules: [rule?.id ?? '', ...(rule?.clauses ?? []).map(({ id }) => id)].map(short),
    ...(decided === null ? {} : { zap: `${decided.kind}: ${short(decided.id)}` }),
  };
}

/** The answer to the last step. */
export function last(version: string, machine: MachineJson, steps: readonly Step[]): string {
  return tell(version, machine, steps).words.at(-1)!;
}

/** Variants of versions, which have a plus in their names, have tests of their own. */
export const ALL_VERSIONS = profiles.map(({ name }) => name.replace('xen-hvm/', '')).filter((name) => !name.includes('+'));
/** The patches that no release has, then the releases, oldest first. */
const eptVersions = (isProposal: boolean) =>
  ALL_VERSIONS.filter((version) => version.startsWith('ept-') && (profileOf(version).base !== undefined) === isProposal);
export const EPT_VERSIONS = [...eptVersions(true), ...eptVersions(false)];
