/** A migration written out: the machine and the steps that make a new VM of what a scenario left, as the format describes `save-restore`. */
import { BACKING_HOST_MTRR, type Machine, RAM, type Region, BACKING_HOST_PAT } from '../../models/contract/machine.js';
import { DEF_TYPE, FIX4K_C0000, FIX16K_80000, FIX16K_A0000, FIX64K_00000, PAT, PHYSBASE0 } from '../../models/contract/msr.js';
import { DEFAULT_HOST_MTRR, type Operation, type OperationOf } from '../../models/contract/operation.js';
import { OK, outcomeOf } from '../../models/contract/observation.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import type { Answer, Subject } from './subject.js';

type Cr0 = Machine['cr0'];

const FIXED = [FIX64K_00000, FIX16K_80000, FIX16K_A0000, ...Array.from({ length: 8 }, (_, index) => FIX4K_C0000 + index)];
const VARIABLE = Array.from({ length: 16 }, (_, index) => PHYSBASE0 + index);
/** In the order in which KVM's userspace loads them. */
const LOADED = [...FIXED, ...VARIABLE, DEF_TYPE, PAT];

/** The registers of every vCPU as RDMSR shows them, by vCPU, in the order of LOADED; null where reading faults. */
function registers(subject: Subject, { machine, steps }: Pick<Scenario, 'machine' | 'steps'>): (Answer | null)[][] {
  const vcpus = Array.from({ length: machine.vcpus }, (_, vcpu) => vcpu);
  const reads = vcpus.flatMap((vcpu) => LOADED.map((msr): Operation => ({ op: 'read-msr', vcpu, msr })));
  const answers = subject.answers({ machine, steps: [...steps, ...reads] }).slice(steps.length);
  return vcpus.map((vcpu) =>
    LOADED.map((_, index) => {
      const answer = answers[vcpu * LOADED.length + index];
      return outcomeOf(answer.observation) === OK ? answer : null;
    }),
  );
}

/** How a subject's saved registers differ from those that RDMSR shows. */
export type Record16 = (msr: number, own: readonly (Answer | null)[]) => Answer | null;
export const asShown: Record16 = (msr, own) => own[LOADED.indexOf(msr)];
/** Every variable pair is pair 0. */
export const pair0: Record16 = (msr, own) => asShown(VARIABLE.includes(msr) ? PHYSBASE0 + (msr % 2) : msr, own);

/** The new VM: its machine, and the steps that load its registers. */
export function migrated(
  subject: Subject,
  scenario: Pick<Scenario, 'machine' | 'steps'>,
  record: Record16,
): { machine: Machine; load: Operation[] } {
  const { machine, steps } = scenario;
  const load = registers(subject, scenario).flatMap((own, vcpu) =>
    LOADED.flatMap((msr): Operation[] => {
      const saved = record(msr, own);
      return saved === null ? [] : [{ op: 'write-msr', vcpu, msr, value: { hi: saved.hi >>> 0, lo: saved.lo >>> 0 } }];
    }),
  );
  const cr0 = cr0After(subject, scenario).map((state, vcpu): Operation => ({ op: 'write-cr0', vcpu, ...state }));
  const devices = steps.filter((step): step is OperationOf<'attach-device'> => /^(at|de)tach-device$/.test(step.op));
  const plain: Machine = {
    ...machine,
    cr0: { pg: true, cd: false, nw: false },
    regions: regionsAfter(machine.regions, steps),
    ioResources: steps.reduce((held, step) => (step.op === 'set-io-resources' ? step.held : held), machine.ioResources),
    noncoherentDevices: noncoherentAfter(machine.noncoherentDevices, devices),
  };
  return { machine: plain, load: [...devices.filter(({ coherent }) => coherent), ...load, ...cr0] };
}

function noncoherentAfter(start: number, steps: readonly { op: string; coherent: boolean }[]): number {
  const changes = steps.filter(({ coherent }) => !coherent);
  return changes.reduce((count, { op }) => Math.min(3, Math.max(0, count + (op === 'attach-device' ? 1 : -1))), start);
}

/** CR0 of every vCPU: what was accepted last, by the model's own word for what INIT does. */
function cr0After(subject: Subject, { machine, steps }: Pick<Scenario, 'machine' | 'steps'>): Cr0[] {
  const answers = subject.answers({ machine, steps });
  const states = Array.from({ length: machine.vcpus }, () => machine.cr0);
  steps.forEach((step, index) => {
    if (step.op === 'write-cr0' && outcomeOf(answers[index].observation) === OK)
      states[step.vcpu] = { pg: step.pg, cd: step.cd, nw: step.nw };
    if (step.op === 'init') states[step.vcpu] = { ...states[step.vcpu], pg: false, ...initBits(subject, answers[index]) };
  });
  return states;
}

function initBits(subject: Subject, init: Answer): Partial<Cr0> {
  const rule = subject.ruleId(init);
  if (/sets-cd/.test(rule)) return { cd: true, nw: true };
  return rule.startsWith('xen-hvm.') ? { cd: false, nw: false } : {};
}

/** The memory layout that the steps leave. */
function regionsAfter(regions: readonly Region[], steps: readonly Operation[]): readonly Region[] {
  let now = regions;
  for (const step of steps) {
    if (step.op !== 'set-backing') continue;
    const { gfn, pages, backing, level } = step;
    const hostMtrr = step.hostMtrr === DEFAULT_HOST_MTRR ? BACKING_HOST_MTRR[backing] : step.hostMtrr;
    const added: Region = {
      gfn,
      pages,
      backing,
      level,
      hostMtrr,
      hostPat: BACKING_HOST_PAT[backing],
      specialOffset: 0,
      specialPages: 0,
    };
    const rest = now.flatMap((region) => [part(region, 0, gfn), part(region, gfn + pages, 2 ** 52)]);
    now = [...rest.filter(({ pages: left }) => left > 0), added].sort((a, b) => a.gfn - b.gfn);
  }
  return now;
}

/** What of a region lies between two frames, special pages included. */
function part(region: Region, start: number, end: number): Region {
  const cut = (from: number, count: number) => {
    const first = Math.max(from, start);
    return { first, count: Math.max(0, Math.min(from + count, end) - first) };
  };
  const whole = cut(region.gfn, region.pages);
  const special = cut(region.gfn + region.specialOffset, region.backing === RAM ? region.specialPages : 0);
  return {
    ...region,
    gfn: whole.first,
    pages: whole.count,
    specialOffset: special.count > 0 ? special.first - whole.first : 0,
    specialPages: special.count,
  };
}
