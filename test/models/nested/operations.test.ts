/** Xen and ACRN: registers, pages, and what L1 and L2 do to PAT. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_4K, LEVEL_NAMES } from '../../../models/contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, GRANT, RAM, type Region, RESERVED } from '../../../models/contract/machine.js';
import { UC, WB, WC } from '../../../models/contract/memory-type.js';
import { levelOf } from '../../../models/contract/observation.js';
import { NO_PAUSE, PIN_NONE, READ } from '../../../models/contract/operation.js';
import { run, ScriptedVm } from './l2-script.js';

const SVM = 'nested/xen-svm';
const VMX = 'nested/xen-vmx';
const ACRN = 'nested/acrn';

describe('MSRs of a domain of Xen', () => {
  test.each([
    ['2ff=c06', 'ok'],
    ['2ff=100', 'gp'],
    ['2ff=7', 'gp'],
    ['200=6', 'ok'],
    ['200=106', 'gp'],
    ['201=400000000800', 'gp'],
    ['203=7', 'gp'],
    ['203=3fffc0000800', 'ok'],
    ['210=0', 'gp'],
    ['fe=508', 'gp'],
    ['250=7', 'gp'],
    ['250=6', 'ok'],
    ['277=2', 'gp'],
  ])('answer a write of %s with %s', (write, answer) => {
    for (const name of [SVM, VMX]) {
      expect(run(name, `msr ${write} ?`)).toBe(answer);
      if (!write.startsWith('277')) expect(run(name, `msr ${write} ?`, { guestMtrr: false })).toBe('gp');
    }
  });

  test('become pair 0 eight times in a migration, which a vCPU in L2 refuses', () => {
    const vm = new ScriptedVm(SVM);
    vm.run('msr 200=80000006; msr 201=3fffc0000800; msr 20f=3fffe0000800; save');
    const read = (msr: number) => [vm.model.readMsr(0, msr) & 0x1f, vm.model.valueHi, vm.model.valueLo];
    expect([read(0x20e), read(0x20f), read(0xfe)]).toEqual([
      [0, 0, 0x80000006],
      [0, 0x3fff, 0xc0000800],
      [0, 0, 0x508],
    ]);
    for (const name of [SVM, VMX, ACRN]) expect(run(name, 'enter; save?; exit; save?')).toBe('EOPNOTSUPP ok');
  });
});

test('Pins of a domain are answered as Xen does', () => {
  const { model } = new ScriptedVm(VMX, { iommu: false });
  const errno = (observation: number) => (observation >> 16) & 0x1f;
  expect([model.pinCacheattr(0, 16, WC), model.pinCacheattr(0, 16, WB), model.pinCacheattr(8, 16, WB)].map(errno)).toEqual([
    3, 0, 2,
  ]);
  expect([model.pinCacheattr(0, 15, PIN_NONE), model.pinCacheattr(0, 16, PIN_NONE)].map(errno)).toEqual([4, 0]);
  model.setIoResources(true);
  expect([model.pinCacheattr(0, 16, WC), model.attachDevice(true)].map(errno)).toEqual([0, 7]);
});

describe('A page', () => {
  const regions = (backing: Backing): Region[] => [
    { ...DEFAULT_MACHINE.regions[0], pages: 0x400, level: 3 as const, backing, hostMtrr: backing === DEVICE ? UC : WB },
  ];
  const access = (name: string, backing: Backing, pat: number) => {
    const vm = new ScriptedVm(name, { regions: regions(backing) });
    vm.run('msr 277=LX; vmcb gpat=LX; map to=0 gfn=0 pages=200 2M');
    const level = LEVEL_NAMES[levelOf(vm.model.access(0, 0x10, READ, pat, LEVEL_4K, false, true, NO_PAUSE))];
    return `${level} ${run(name, `msr 277=LX; access gfn=10 pat=${pat} ?`, { regions: regions(backing) }).replace(/@.*/, '')}`;
  };

  test('of a domain is typed by its kind', () => {
    const types = (name: string, pat: number) =>
      ([RAM, DEVICE, RESERVED, DEVICE_RO, GRANT] as const).map((backing) => access(name, backing, pat));
    expect(types(SVM, 0)).toEqual(['2M WB', '2M UC', '2M CD', '4K CD', '4K WB']);
    expect(types(SVM, 1)).toEqual(['2M WC+', '2M WC', '2M WC', '4K WC', '4K WC+']);
    expect(types(VMX, 0)).toEqual(['2M WB', '2M UC', '2M UC', '4K UC', '4K WB']);
    expect(types(VMX, 1)).toEqual(['2M WB', '2M WC', '2M WC', '4K UC', '4K WB']);
  });

  test('of RAM is left open on VMX where guest MTRRs decide', () => {
    expect(run(VMX, 'access gfn=100 ?', { iommu: true })).toBe('undefined');
    expect(run(VMX, 'access gfn=100 ?', { ioResources: true })).toBe('undefined');
  });
});

describe('CR0 of a domain', () => {
  test('reaches the hardware under SVM, where NW alone ends it', () => {
    expect(run(SVM, 'cr0 pg cd; access gfn=100 ?; access gfn=8000 ?')).toBe('CD UC');
    expect(new ScriptedVm(SVM).model.writeCr0(0, true, false, true) & 0x1f).toBe(12);
    expect(run(VMX, 'cr0 pg cd; access gfn=100 ?')).toBe('WB');
  });

  test('keeps paging on for 64-bit code, and each L2 has its own', () => {
    expect(run(SVM, 'cr0 ?', { longMode: true })).toBe('gp');
    expect(run(SVM, 'map index=0; enter; cr0; access pat=3 ?; exit; access gfn=100 pat=3 ?')).toBe('WB CD');
  });
});

describe("Xen's PATs under SVM", () => {
  test('leave open whether a failed VMRUN was the last one', () => {
    const failed = 'vmcb page1 gpat=BAD; enter page1 ?; vmcb page1 gpat=G clean; enter page1 ?; read?';
    expect(run(SVM, failed)).toBe('invalid undefined G');
    expect(run(SVM, 'vmcb gpat=G; enter; exit; vmcb gpat=BAD; enter?; vmcb gpat=A clean; enter?')).toBe('invalid invalid');
  });

  test('leave the rule that decided', () => {
    expect(run(SVM, 'vmcb no-np gpat=BAD; enter??; vmcb gpat=G; enter??; read??')).toBe(
      'xen-svm-invalid xen-svm-vmrun xen-svm-vmrun',
    );
    expect(run(SVM, 'map index=3; enter; access ??')).toBe('xen-svm-l1-leaf-dropped');
  });
});

describe("Xen's PAT under VMX", () => {
  test("is L2's until Xen may have run", () => {
    expect(run(VMX, 'map to=8000; enter; msr 277=LX; read?; access pat=1 ?; read?; exit; l2pat?')).toBe(
      'LX undefined undefined undefined',
    );
    expect(run(VMX, 'map; enter; msr 277=G; access ?; exit; enter; read?')).toBe('WB X');
  });

  test('lets an illegal HOST_PAT be, and an access that L1 handles ends as an exit', () => {
    expect(run(VMX, 'vmcs xl host=BAD; enter; exit; read?; vmcs host=A; enter; access ?; read?')).toBe('D ept-violation A');
  });
});

describe('ACRN', () => {
  test('has fixed ranges and a default type, which types the first megabyte when it changes', () => {
    expect(run(ACRN, 'msr 200=6 ?; msr 201=800 ?; msr 210=0 ?; msr fe=100 ?; msr 2ff=1c06 ?; msr 250=7 ?')).toBe(
      'gp gp gp gp ok ok',
    );
    expect(run(ACRN, 'access gfn=10 ?; msr 2ff=0; access gfn=10 ?; access gfn=200 ?')).toBe('WB UC WB');
    expect(run(ACRN, 'msr 250=0; access gfn=10 ?; msr 2ff=c06; access gfn=10 ?')).toBe('WB UC');
    expect(run(ACRN, 'msr 2ff=c06; msr 250=0; access gfn=10 ?; msr 2ff=c06; access gfn=10 ?; msr 2ff=406; access gfn=10 ?')).toBe(
      'WB WB WB',
    );
    expect(run(ACRN, 'msr 258=101010101010101; msr 2ff=c06; access gfn=80 ?; access gfn=a0 ?; access gfn=c0 ?')).toBe('WC WB WB');
    expect(run(ACRN, 'msr 26f=100000000000000; msr 2ff=c06; access gfn=ff ?; access gfn=fe ?')).toBe('WC UC');
  });

  test('makes CR0.CD a PAT of all UC, and honours the guest PAT', () => {
    expect(
      run(ACRN, 'msr 277=LX; access gfn=100 pat=1 ?; cr0 pg cd; access gfn=100 pat=1 ?; read?; cr0 pg; access gfn=100 pat=1 ?'),
    ).toBe('WC UC LX WC');
    expect(run(ACRN, 'msr 277=LX; access gfn=8000 pat=1 ?; access gfn=8000 pat=0 ?')).toBe('WC UC');
  });

  test("takes L1's leaf as it is, over the host's own type, in 4K", () => {
    expect(run(ACRN, 'map to=8000; enter; access ?')).toBe('WB');
    expect(run(ACRN, 'map gfn=400 pages=200 to=10000 2M; access gfn=10000 ?; enter; access gfn=400 ?')).toBe('WB@2M WB');
    expect(run(ACRN, 'map type=2; enter; access ?; map absent; enter; access ?')).toBe('ept-misconfig ept-violation');
  });

  test('leaves PAT open where it may be this or that', () => {
    expect(run(ACRN, 'map; vmcs eg guest=G; enter; read?; access ?; access pat=3 ?; exit; read?; l2pat?; msr 277=A; read?')).toBe(
      'undefined WB undefined undefined undefined A',
    );
    expect(run(ACRN, 'map; enter; msr 277=W ?; read?; access pat=1 ?; vmcs ?')).toBe('ok undefined undefined EBUSY');
    expect(run(ACRN, 'vmcs eg guest=BAD; enter?; exit?')).toBe('undefined ok');
  });
});
