/** Registers, leaves by version, and PAT over entries, exits and migrations. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_4K, LEVEL_NAMES } from '../../../models/contract/address.js';
import { DEVICE, RAM, RESERVED } from '../../../models/contract/machine.js';
import { UC, UC_MINUS, WB } from '../../../models/contract/memory-type.js';
import { levelOf } from '../../../models/contract/observation.js';
import { NO_PAUSE, READ } from '../../../models/contract/operation.js';
import { run, ScriptedVm } from '../nested/l2-script.js';

const NAME = 'nested-vmx/6.16';
const NONCOHERENT = { noncoherentDevices: 1 };

describe('MSRs of L1', () => {
  test.each([
    ['2ff=c06', 'ok'],
    ['2ff=1000', 'gp'],
    ['2ff=807', 'gp'],
    ['200=6', 'ok'],
    ['200=206', 'gp'],
    ['202=400000000006', 'gp'],
    ['201=400', 'gp'],
    ['20f=3fffc0000800', 'ok'],
    ['211=800', 'gp'],
    ['fe=508', 'gp'],
    ['259=101010101010101', 'ok'],
    ['268=0200000000000000', 'gp'],
    ['277=30000', 'gp'],
  ])('answer a write of %s with %s', (write, answer) => {
    expect(run(NAME, `msr ${write} ?`)).toBe(answer);
  });

  test('read back what was written', () => {
    const vm = new ScriptedVm(NAME);
    vm.run('msr 20e=80000006; msr 259=101010101010101');
    const read = (msr: number) => [vm.model.readMsr(0, msr) & 0x1f, vm.model.valueHi, vm.model.valueLo];
    expect([read(0x20e), read(0x259), read(0xfe)]).toEqual([
      [0, 0, 0x80000006],
      [0, 0x01010101, 0x01010101],
      [0, 0, 0x508],
    ]);
    expect(read(0x21f)[0]).toBe(1);
  });
});

test('A leaf is the same for L1 and L2, by version, devices, quirk and self-snoop', () => {
  const types = (name: string, keys: object) => run(name, 'map; access gfn=100 pat=3 ?; enter; access pat=3 ?', keys);
  expect(types('nested-vmx/6.11.0', {})).toBe('UC UC');
  expect(types('nested-vmx/6.11.0', { selfSnoop: false })).toBe('WB WB');
  expect(types('nested-vmx/6.12', { quirkIgnoreGuestPat: false })).toBe('WB WB');
  expect(types(NAME, { quirkIgnoreGuestPat: false })).toBe('UC UC');
  expect(types(NAME, { quirkIgnoreGuestPat: false, selfSnoop: false })).toBe('WB WB');
  expect(types(NAME, NONCOHERENT)).toBe('UC UC');
});

test('A reserved page is MMIO unless the host maps it WB', () => {
  const region = { ...DEFAULT_MACHINE.regions[0], pages: 0x200, backing: RESERVED } as const;
  const type = (hostPat: typeof WB | typeof UC_MINUS) => run(NAME, 'access gfn=100 ?', { regions: [{ ...region, hostPat }] });
  expect([type(WB), type(UC_MINUS)]).toEqual(['WB', 'UC']);
});

describe('PAT', () => {
  test('of vmcs01 follows arch.pat after a restore in L1, and is reset by one in L2', () => {
    const stale = 'vmcs eg guest=G no-xl; enter; exit; ';
    expect(run(NAME, `${stale}access gfn=100 pat=3 ?; save; access gfn=100 pat=3 ?`, NONCOHERENT)).toBe('UC WB');
    expect(run(NAME, 'msr 277=G; enter; save; exit; read?; access gfn=100 pat=3 ?', NONCOHERENT)).toBe('G UC');
  });

  test('of vmcs12 takes what a restore in L2 writes, with "save IA32_PAT"', () => {
    expect(run(NAME, 'vmcs no-eg xs guest=G; enter; save; exit; l2pat??; l2pat?')).toBe('l2-write-is-saved D');
  });

  test('is that of the host after a failed entry with "load IA32_PAT" at exit; both illegal is the host state', () => {
    expect(run(NAME, 'vmcs eg guest=BAD xl host=A; enter?; read?; vmcs host=BAD; enter?; read?')).toBe(
      'guest-state A host-state A',
    );
  });

  test('is set by userspace as by the guest in its mode', () => {
    expect(run(NAME, 'vmcs xs; enter; host set=A; read?; exit; l2pat?; host set=BAD ?')).toBe('A A EINVAL');
  });
});

test('An access that L1 has to handle leaves L2 as an exit does', () => {
  expect(run(NAME, 'vmcs eg guest=G xl host=A; enter; access ?; exit?; read?')).toBe('ept-violation EINVAL A');
  expect(run(NAME, 'map; map absent; enter; access ?')).toBe('ept-violation');
  expect(run(NAME, 'map type=2; enter; access ?; enter; map type=7; access ?')).toBe('ept-misconfig ept-misconfig');
});

test('Without EPT an access of L2 names a frame of L1; CR0.PG of L2 is its own', () => {
  const script = 'vmcs no-ept; enter; access gfn=100 pat=3 ?; cr0; access gfn=100 pat=3 ?; exit; access gfn=100 pat=3 ?';
  expect(run(NAME, script, NONCOHERENT)).toBe('UC WB UC');
});

test('The rule says whether the type of L1 was lost, or its PAT is stale', () => {
  expect(run(NAME, 'map type=UC; enter; access ??')).toBe('l1-leaf-type-ignored');
  expect(run(NAME, 'map; enter; access ??')).toBe('ignores-pat');
  expect(run(NAME, 'vmcs eg guest=G no-xl; enter; exit; access gfn=100 pat=3 ??', NONCOHERENT)).toBe('vmcs01-keeps-pat');
  expect(run(NAME, 'vmcs xs guest=G; enter; exit; l2pat??')).toBe('exit-saves-nothing');
});

describe('The level of an access of L2', () => {
  const levels = (script: string, ...gfns: number[]) => {
    const vm = new ScriptedVm(NAME);
    vm.run(script);
    return gfns.map((gfn) => LEVEL_NAMES[levelOf(vm.model.access(0, gfn, READ, 0, LEVEL_4K, false, true, NO_PAUSE))]).join(' ');
  };

  test("is the smaller one of L1's leaf and the host's", () => {
    expect(levels('map gfn=400 pages=400 to=10000 2M; enter', 0x400, 0x7ff)).toBe('2M 2M');
    expect(levels('map gfn=400 pages=400 to=400 2M; enter', 0x400)).toBe('4K');
    expect(levels('map gfn=401 pages=3ff to=10001 2M; enter', 0x401, 0x600)).toBe('4K 2M');
  });

  test('is 4K where a part of the large leaf was mapped anew', () => {
    expect(levels('map gfn=400 pages=400 to=10000 2M; map gfn=5ff to=101ff type=UC; enter', 0x400, 0x5ff, 0x600)).toBe('4K 4K 2M');
  });
});

test('A frame that the host backs anew has the type of its new page', () => {
  const vm = new ScriptedVm(NAME);
  vm.run('map; enter');
  vm.model.setBacking(0x100, 1, DEVICE, LEVEL_4K, UC);
  expect(vm.run('access ?')).toBe('UC');
  vm.model.setBacking(0xff, 3, RAM, LEVEL_4K, WB);
  expect(vm.run('access ?; exit; access gfn=101 ?')).toBe('WB WB');
});
