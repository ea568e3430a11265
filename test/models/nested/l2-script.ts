/**
 * A guest that is a hypervisor, driven by scripts of one line: `vmcb gpat=G; enter; read?`. Steps with a question mark are answered in the
 * result, by words: a PAT by its letter, a memory type, an outcome with its errno or reason.
 */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_2M, LEVEL_4K, LEVEL_NAMES, type Level } from '../../../models/contract/address.js';
import { DEVICE, type Machine, NESTED_SVM, NESTED_VMX, RAM, type Region } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, UC, UC_MINUS, WB } from '../../../models/contract/memory-type.js';
import type { Model } from '../../../models/contract/model.js';
import {
  detailOf,
  ENTRY_FAILED,
  ERRNO_NAMES,
  ERROR,
  L1_EXIT,
  leafOf,
  levelOf,
  memtypeOf,
  type Observation,
  OK,
  OUTCOME_NAMES,
  outcomeOf,
  REASON_NAMES,
  ruleOf,
} from '../../../models/contract/observation.js';
import { type EptLeafType, KEEP, NO_PAUSE, READ, type VmcbPage } from '../../../models/contract/operation.js';
import { PROFILES } from '../../../models/registry.js';

/** Values of PAT by their letters. */
export const PATS: Readonly<Record<string, bigint>> = {
  D: 0x0007040600070406n,
  A: 0x0007040600070404n,
  G: 0x0606060606060606n,
  W: 0x0606060606060604n,
  Z: 0n,
  BAD: 0x0808080808080808n,
  LX: 0x0407050600070106n,
  X: 0x0000050100070406n,
};
const halves = (value: bigint) => [Number(value >> 32n), Number(value & 0xffffffffn)] as const;

const region = (gfn: number, pages: number, backing: Region['backing'], level: Level = LEVEL_4K): Region => ({
  gfn,
  pages,
  backing,
  level,
  hostMtrr: backing === DEVICE ? UC : WB,
  hostPat: backing === DEVICE ? UC_MINUS : WB,
  specialOffset: 0,
  specialPages: 0,
});

/** RAM up to 1 GiB in 4K pages; a BAR at 0x8000; RAM in 2M pages from 0x10000. */
const REGIONS = [region(0, 0x8000, RAM), region(0x8000, 0x200, DEVICE), region(0x10000, 0x30000, RAM, LEVEL_2M)];

export function machine(name: string, keys: Partial<Machine>): Machine {
  const { vendor } = PROFILES.find((profile) => profile.name === name)!;
  return { ...DEFAULT_MACHINE, regions: REGIONS, nested: vendor === 'amd' ? NESTED_SVM : NESTED_VMX, vcpus: 2, ...keys };
}

/** What the profile answers to the steps with a question mark. The MTRRs make all memory WB first. */
export function run(name: string, script: string, keys: Partial<Machine> = {}): string {
  const vm = new ScriptedVm(name, keys);
  return vm.run(`msr 2ff=806; ${script}`);
}

export class ScriptedVm {
  readonly model: Model;
  private readonly rules;

  constructor(name: string, keys: Partial<Machine> = {}) {
    const profile = PROFILES.find((candidate) => candidate.name === name)!;
    this.rules = profile.rules;
    this.model = profile.create();
    this.model.reset(machine(name, keys));
  }

  run(script: string): string {
    const answers: string[] = [];
    for (const text of script.split(';')) {
      const [op, ...words] = text.trim().replaceAll('?', '').split(/\s+/);
      const observation = this.step(op, words);
      if (text.includes('?')) answers.push(this.words(op, observation, text.includes('??')));
    }
    return answers.join(' ');
  }

  private step(op: string, words: readonly string[]): Observation {
    const { model } = this;
    const value = (key: string) => words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
    const flag = (key: string) => (words.includes(key) ? 1 : words.includes(`no-${key}`) ? 0 : KEEP);
    const pat = (key: string) => halves(PATS[value(key) ?? 'D']);
    const page = words.includes('page1') ? 1 : 0;
    const gfn = (key: string, otherwise: number) => Number.parseInt(value(key) ?? otherwise.toString(16), 16);
    switch (op) {
      case 'msr': {
        const [number, hex] = words[0].split('=');
        return model.writeMsr(0, Number.parseInt(number, 16), ...halves(PATS[hex] ?? BigInt(`0x${hex}`)));
      }
      case 'vmcb':
        return model.writeVmcb12!(0, page as VmcbPage, flag('np'), value('gpat') !== undefined, ...pat('gpat'), flag('clean'));
      case 'vmcs':
        return model.writeVmcs12!(
          0,
          flag('ept'),
          flag('eg'),
          flag('xs'),
          flag('xl'),
          value('guest') !== undefined,
          ...pat('guest'),
          value('host') !== undefined,
          ...pat('host'),
        );
      case 'enter':
        return model.enterL2!(0, page as VmcbPage);
      case 'exit':
        return model.exitL2!(0);
      case 'read':
        return model.readMsr(0, 0x277);
      case 'l2pat':
        return model.readL2Pat!(0, page as VmcbPage);
      case 'host':
        return model.hostMsr!(0, 0x277, value('set') !== undefined, ...pat('set'));
      case 'save':
        return model.saveRestore(words.includes('legacy'), 0);
      case 'cr0':
        return model.writeCr0(0, words.includes('pg'), words.includes('cd'), false);
      case 'map': {
        const type = value('type') ?? 'WB';
        const code = /^\d$/.test(type) ? Number(type) : MEMORY_TYPE_NAMES.indexOf(type);
        const level = words.includes('2M') ? LEVEL_2M : LEVEL_4K;
        const target = gfn('to', 0x100);
        return model.mapL2!(
          gfn('gfn', 0x10),
          gfn('pages', 1),
          target,
          Number(value('index') ?? 0),
          code as EptLeafType,
          words.includes('ipat'),
          level,
          words.includes('absent'),
        );
      }
      case 'access':
        return model.access(0, gfn('gfn', 0x10), READ, Number(value('pat') ?? 0), LEVEL_4K, false, true, NO_PAUSE);
      default:
        throw new Error(`no step ${op}`);
    }
  }

  private words(op: string, observation: Observation, wantsAll: boolean): string {
    if (wantsAll) return this.rules[ruleOf(observation)]!.id.replace(/^.*\./, '');
    const outcome = outcomeOf(observation);
    const detail = detailOf(observation);
    if (outcome === ERROR) return ERRNO_NAMES[detail];
    if (outcome === ENTRY_FAILED || outcome === L1_EXIT) return REASON_NAMES[detail];
    if (outcome !== OK) return OUTCOME_NAMES[outcome];
    if (op === 'access') return this.typeWords(observation);
    if (op !== 'read' && op !== 'l2pat' && op !== 'host') return 'ok';
    const value = (BigInt(this.model.valueHi) << 32n) | BigInt(this.model.valueLo);
    return Object.keys(PATS).find((letter) => PATS[letter] === value) ?? value.toString(16);
  }

  private typeWords(observation: Observation): string {
    const type = MEMORY_TYPE_NAMES[memtypeOf(observation) ?? 0];
    const leaf = leafOf(observation);
    if (leaf === null || levelOf(observation) === 1) return type;
    return `${type}@${LEVEL_NAMES[levelOf(observation)]}`;
  }
}
