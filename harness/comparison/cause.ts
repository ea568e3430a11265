/**
 * Answers what would remove a difference of two sides, by running its minimal scenario again without one circumstance after the other.
 * (finding/cause.ts answers which rule of the deviating profile a finding of any panel is put down to.)
 */
import { levelOf, memtypeOf, type Observation, outcomeOf, ruleOf, UNDEFINED } from '../../models/contract/observation.js';
import type { OperationName } from '../../models/contract/operation.js';
import { LENSES, type Lens } from '../compare/lens.js';
import type { Finding } from '../finding/finding.js';
import type { Scenario } from '../scenario/scenario.js';
import { type CounterCause, counterCause } from './counter-cause.js';
import { withEqualVcpus, withMappingsRenewed, withPaging } from './counterfactual.js';
import type { Rerun, Said } from './rerun.js';

export type SideName = 'a' | 'b';

/** Names of the rules of both sides, as buckets have them. */
interface Rules {
  readonly a: string;
  readonly b: string;
}

export type Cause =
  /** One side invalidates at an operation, the other keeps what it mapped before. `step` is that of the minimal scenario. */
  | { readonly kind: 'invalidation'; readonly op: OperationName; readonly keeps: SideName; readonly step: number }
  /** Both invalidate as often, but one keeps what it mapped before: the invalidation reaches less. */
  | { readonly kind: 'mapping'; readonly keeps: SideName }
  /** The sides go by the registers of different vCPUs. */
  | { readonly kind: 'vcpu' }
  /** The sides map the frame in pages of different size, and what types or renews one does not reach the other. */
  | { readonly kind: 'size' }
  /** The sides decide by these rules; `sizesDiffer`: for mappings of different size. */
  | ({ readonly kind: 'rules'; readonly sizesDiffer: boolean } & Rules)
  | CounterCause;

/** The cause of a finding, whose scenario is minimal. */
export async function causeOf(finding: Finding, rerun: Rerun): Promise<Cause> {
  const { scenario, step, bucket } = finding;
  if (bucket.op === 'end') return counterCause(finding, rerun.pair);
  const upTo = cut(scenario, step);
  const rules = { a: bucket.expectedSide, b: bucket.gotSide };
  const refused = await firstDifference(upTo, rerun, (op) => op !== 'access');
  if (refused !== null) return refused;
  if (scenario.steps[step]?.op !== 'access') return { kind: 'rules', sizesDiffer: false, ...rules };
  const renewed = await rerun.last(withMappingsRenewed(scenario, step), bucket.lens);
  return renewed.differ ? freshCause(upTo, bucket.lens, rules, rerun) : keptCause(upTo, bucket.lens, renewed, rules, rerun);
}

/** Steps 0 to `step`. */
function cut(scenario: Scenario, step: number): Scenario {
  return { ...scenario, steps: scenario.steps.slice(0, step + 1) };
}

/** With every mapping new the sides differ, too, at the scenario's last step: they decide differently. */
async function freshCause(scenario: Scenario, lens: Lens, rules: Rules, rerun: Rerun): Promise<Cause> {
  const fresh = (of: Scenario) => withMappingsRenewed(of, of.steps.length - 1);
  if (await goByOtherVcpus(scenario, fresh, lens, rerun)) return { kind: 'vcpu' };
  for (const shown of [fresh(withPaging(scenario)), fresh(scenario)]) {
    const said = await rerun.last(shown, lens);
    if (said.differ) return { kind: 'rules', sizesDiffer: sizesDiffer(said), ...(namedRules(said, rerun) ?? rules) };
  }
  return { kind: 'rules', sizesDiffer: false, ...rules };
}

/** Whether one side's answer depends on the registers of vCPUs that do not make the access, and the other side's does not. */
async function goByOtherVcpus(scenario: Scenario, fresh: (of: Scenario) => Scenario, lens: Lens, rerun: Rerun): Promise<boolean> {
  if (scenario.machine.vcpus === 1) return false;
  const own = await rerun.last(fresh(scenario), lens);
  const equal = await rerun.last(fresh(withEqualVcpus(scenario)), lens);
  return isSameDecision(own.a, equal.a) !== isSameDecision(own.b, equal.b);
}

function isSameDecision(one: Observation, other: Observation): boolean {
  return memtypeOf(one) === memtypeOf(other) && ruleOf(one) === ruleOf(other) && levelOf(one) === levelOf(other);
}

function sizesDiffer({ a, b }: Said): boolean {
  return levelOf(a) !== 0 && levelOf(b) !== 0 && levelOf(a) !== levelOf(b);
}

/** With every mapping new the sides would agree: one of them kept an old one. */
async function keptCause(scenario: Scenario, lens: Lens, renewed: Said, rules: Rules, rerun: Rerun): Promise<Cause> {
  const counted = await countedInvalidation(scenario, rerun);
  if (counted !== null) return counted;
  const earlier = await firstDifference(scenario, rerun, (op) => op === 'access');
  if (earlier !== null) return earlier;
  const kept = await rerun.last(scenario, lens);
  if (sizesDiffer(kept)) return { kind: 'size' };
  if (kept.a === renewed.a && kept.b === renewed.b) return { kind: 'rules', sizesDiffer: false, ...rules };
  return { kind: 'mapping', keeps: ((kept.a ^ renewed.a) & lens.mask) === 0 ? 'b' : 'a' };
}

/** Null if a side has no rules. */
function namedRules(said: Said, rerun: Rerun): Rules | null {
  const { a, b } = rerun.rulesOf(said);
  return a === null || b === null ? null : { a, b };
}

/** The last step before the scenario's last at which one side counts an invalidation that the other does not; null if there is none. */
async function countedInvalidation(scenario: Scenario, rerun: Rerun): Promise<Cause | null> {
  const ahead = [{ zaps: 0, tlbFlushes: 0 }];
  for (let step = 0; step < scenario.steps.length - 1; step++) ahead.push(await rerun.ahead(cut(scenario, step)));
  for (const counter of ['zaps', 'tlbFlushes'] as const) {
    for (let step = scenario.steps.length - 2; step >= 0; step--) {
      const more = ahead[step + 1][counter] - ahead[step][counter];
      if (more !== 0) return { kind: 'invalidation', step, op: scenario.steps[step].op, keeps: more < 0 ? 'a' : 'b' };
    }
  }
  return null;
}

/** The cause of the first step before the last, of these operations, that the sides answer differently in any way; null if there is none. */
async function firstDifference(scenario: Scenario, rerun: Rerun, asks: (op: OperationName) => boolean): Promise<Cause | null> {
  for (let step = 0; step < scenario.steps.length - 1; step++) {
    const { op } = scenario.steps[step];
    if (!asks(op)) continue;
    const said = await rerun.last(cut(scenario, step), LENSES.exact);
    const rules = namedRules(said, rerun);
    if (rules === null || !(said.differ || isOpenOnOneSide(said))) continue;
    return op === 'access' && said.differ
      ? freshCause(cut(scenario, step), LENSES.exact, rules, rerun)
      : { kind: 'rules', sizesDiffer: false, ...rules };
  }
  return null;
}

/** One side leaves open what it mapped, if anything. */
function isOpenOnOneSide({ a, b }: Said): boolean {
  return (outcomeOf(a) === UNDEFINED) !== (outcomeOf(b) === UNDEFINED);
}
