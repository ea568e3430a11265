/** Registers, levels, and what a migration of a vCPU in L2 does. */
import { LEVEL_4K, LEVEL_NAMES } from '../../../models/contract/address.js';
import { DEVICE, RAM } from '../../../models/contract/machine.js';
import { UC, WB } from '../../../models/contract/memory-type.js';
import { levelOf } from '../../../models/contract/observation.js';
import { NO_PAUSE, READ } from '../../../models/contract/operation.js';
import { run, ScriptedVm } from '../nested/l2-script.js';

const NAME = 'nested-svm/7.2';
const SEPARATE = { nestedSharedPat: false };

describe('MSRs of L1', () => {
  test.each([
    ['2ff=1000', 'gp'],
    ['2ff=802', 'gp'],
    ['2ff=c06', 'ok'],
    ['200=106', 'gp'],
    ['200=400000000006', 'gp'],
    ['200=3', 'gp'],
    ['201=7ff', 'gp'],
    ['201=3fffc0000800', 'ok'],
    ['201=7fffc0000800', 'gp'],
    ['210=0', 'gp'],
    ['fe=508', 'gp'],
    ['250=606060606060606', 'ok'],
    ['26f=606060606060706', 'gp'],
    ['277=2', 'gp'],
    ['277=0400000000000006', 'ok'],
  ])('answer a write of %s with %s', (write, answer) => {
    expect(run(NAME, `msr ${write} ?`)).toBe(answer);
  });

  test('read back what was written', () => {
    const vm = new ScriptedVm(NAME);
    vm.run('msr 2ff=c06; msr 201=3fffc0000800');
    const read = (msr: number) => [vm.model.readMsr(0, msr) & 0x1f, vm.model.valueHi, vm.model.valueLo];
    expect([read(0x2ff), read(0x201), read(0xfe), read(0x250)]).toEqual([
      [0, 0, 0xc06],
      [0, 0x3fff, 0xc0000800],
      [0, 0, 0x508],
      [0, 0, 0],
    ]);
    expect(read(0x210)[0]).toBe(1);
  });
});

describe('The level of an access of L2', () => {
  const levelIn = (script: string, gfn: number) => {
    const vm = new ScriptedVm(NAME);
    vm.run(script);
    return LEVEL_NAMES[levelOf(vm.model.access(0, gfn, READ, 0, LEVEL_4K, false, true, NO_PAUSE))];
  };

  test("is the smaller one of L1's leaf and the host's", () => {
    const map = 'map gfn=400 pages=400 to=10000 2M; enter';
    expect([levelIn(map, 0x400), levelIn('map gfn=400 pages=400 to=10000; enter', 0x400)]).toEqual(['2M', '4K']);
    expect(levelIn('map gfn=400 pages=400 to=400 2M; enter', 0x400)).toBe('4K');
    expect(levelIn('map gfn=400 pages=400 to=10001 2M; enter', 0x400)).toBe('4K');
    expect(levelIn('vmcb no-np; enter', 0x10000)).toBe('2M');
  });

  test('is 4K where a part of the large leaf was mapped anew', () => {
    const map = 'map gfn=400 pages=400 to=10000 2M; map gfn=401 to=10001; enter';
    expect([levelIn(map, 0x400), levelIn(map, 0x600)]).toEqual(['4K', '2M']);
  });
});

describe('A migration in L2', () => {
  test('forgets the last vmcb12, so that the clean bit keeps nothing', () => {
    const script = 'vmcb gpat=G; enter; exit; vmcb gpat=A clean; ';
    expect([run(NAME, `${script}enter; read?`, SEPARATE), run(NAME, `${script}save; enter; read?`, SEPARATE)]).toEqual(['G', 'A']);
  });

  test('without g_pat in the nested state makes the PAT 0, until a VMRUN loads it', () => {
    const script = 'vmcb gpat=G; enter; save legacy; read?; exit; l2pat?; vmcb gpat=G; enter; read?';
    expect([run(NAME, script, SEPARATE), run(NAME, script)]).toEqual(['Z Z G', 'D G D']);
  });
});

test('Userspace may set no MSR to what the guest could not', () => {
  expect(run(NAME, 'host set=BAD ?; enter; host set=BAD ?')).toBe('EINVAL EINVAL');
});

test('CR0.CD of L1 reaches the hardware in L1 only, and without the quirk only', () => {
  const script = 'map index=0; cr0 pg cd; access gfn=100 ?; access gfn=8000 ?; enter; access ?';
  expect([run(NAME, script, { quirkCdNwCleared: false }), run(NAME, script)]).toEqual(['CD UC WB', 'WB UC WB']);
});

test('The rule says whether L1 lost its leaf type, its PAT, or nothing', () => {
  const rule = (script: string) => run(NAME, script, SEPARATE);
  expect(rule('map index=3; enter; access ??')).toBe('l1-cache-bits-dropped');
  expect(rule('map index=0; vmcb gpat=G; enter; access ??; cr0; access ??')).toBe('vmrun-loads-g-pat paging-off');
  expect(rule('vmcb no-np; enter; exit; vmcb np clean; map index=0; enter; access ??')).toBe('clean-bit-keeps-shared-pat');
  expect(rule('map to=8000 index=0; enter; access ??')).toBe('host-mtrr-restricts');
  expect(run(NAME, 'enter; msr 277=W; exit; access gfn=100 ??; read??')).toBe('l2-writes-shared-pat l2-writes-shared-pat');
});

test('A frame that the host backs anew has the type of its new page', () => {
  const vm = new ScriptedVm(NAME);
  vm.run('map index=0; enter');
  vm.model.setBacking(0x100, 1, DEVICE, LEVEL_4K, UC);
  expect(vm.run('access ?')).toBe('UC');
  vm.model.setBacking(0xff, 3, RAM, LEVEL_4K, WB);
  expect(vm.run('access ?')).toBe('WB');
});
