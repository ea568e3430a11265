import { answerOf } from '../../../harness/run/readable.js';
import { stepNotes } from '../../../harness/run/step-notes.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import type { GuestOs, GuestOsProfile, GuestPlatform } from '../../../models/contract/guest-os.js';
import { REQUEST_REFUSED } from '../../../models/contract/guest-os.js';
import { UC_MINUS, WC } from '../../../models/contract/memory-type.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { GP, MMIO, NOT_APPLICABLE, type Observation, OK, plain, typed } from '../../../models/contract/observation.js';
import { recordingModel } from '../../recording-model.js';
import { encoded, seat } from '../panel-of-two.js';

const request = (gfn: string, type = 'WC', vcpu = 0) => ({ op: 'request', vcpu, gfn, type });
const WC_ACCESS = typed(1, 2, 0, 0);

/** An OS that notes what it is told and answers what the test says. */
function osProfile(answers: { boots?: boolean; index?: number }, platforms: GuestPlatform[] = []): GuestOsProfile {
  const create = (): GuestOs => ({
    boot(subject, platform) {
      platforms.push(platform);
      subject.writeCr0(1, true, true, false);
      subject.writeMsr(1, 0x277, 0x4070506, 0x70106);
      return answers.boots ?? true;
    },
    request: () => answers.index ?? 1,
    lastRule: () => null,
  });
  return { name: 'linux-6.1', span: '', commits: [], summary: '', create };
}

function profileWith(guestOses: readonly GuestOsProfile[], model: Model): Profile {
  const own = { span: '', commits: [], summary: '', guestOses, create: () => model };
  return { ...seat('xen-hvm/x', { lineage: 'xen-hvm' }), ...own };
}

function run(guestOses: readonly GuestOsProfile[], machine: object, steps: object[], answer?: (index: number) => Observation) {
  const { model, calls } = recordingModel(answer ?? (() => WC_ACCESS));
  const { observations } = answerOf(profileWith(guestOses, model), decodeScenario(encoded(machine, steps)));
  return { observations, calls: calls.filter(([method]) => method !== 'counters') };
}

const MACHINE = { vcpus: 2, guestOs: 'linux-6.1' };

describe('A request', () => {
  test('is a read of a shared page with the index that the guest OS chose, and tells it', () => {
    const { observations, calls } = run([osProfile({ index: 5 })], MACHINE, [request('0xe0000', 'WC', 1)]);
    expect(observations).toEqual([{ outcome: 'ok', index: 5, memtype: 'WC', level: '2M' }]);
    expect(calls.slice(1)).toEqual([
      ['writeCr0', 1, true, true, false],
      ['writeMsr', 1, 0x277, 0x4070506, 0x70106],
      ['access', 1, 0xe0000, 0, 5, 1, false, true, 0],
    ]);
  });

  test('boots the OS once, at the first of them', () => {
    const steps = [{ op: 'init', vcpu: 0 }, request('0x1'), { op: 'save-restore' }, request('0x2')];
    const { calls } = run([osProfile({})], MACHINE, steps);
    expect(calls.map(([method]) => method)).toEqual(['reset', 'init', 'writeCr0', 'writeMsr', 'access', 'saveRestore', 'access']);
  });

  test('hands the wanted type on', () => {
    const asked: unknown[] = [];
    const os = osProfile({});
    const noting = { ...os, create: () => ({ ...os.create(), request: (...args: unknown[]) => asked.push(args) - 1 }) };
    run([noting], MACHINE, [request('0x10', 'UC-'), request('0x11')]);
    expect(asked).toEqual([
      [0x10, UC_MINUS],
      [0x11, WC],
    ]);
  });

  test('tells the index of an access without a type, too', () => {
    const mmio = (index: number) => plain(index === 2 ? MMIO : OK, 0);
    expect(run([osProfile({ index: 2 })], MACHINE, [request('0x1')], mmio).observations).toEqual([{ outcome: 'mmio', index: 2 }]);
  });

  test('is EBUSY and no access where the OS refuses it', () => {
    const { observations, calls } = run([osProfile({ index: REQUEST_REFUSED })], MACHINE, [request('0x1')]);
    expect(observations).toEqual([{ outcome: 'error', errno: 'EBUSY' }]);
    expect(calls.map(([method]) => method)).toEqual(['reset', 'writeCr0', 'writeMsr']);
  });

  test('is ENODEV, again and again, where the OS cannot boot', () => {
    const { observations, calls } = run([osProfile({ boots: false })], MACHINE, [request('0x1'), request('0x1')]);
    expect(observations).toEqual([
      { outcome: 'error', errno: 'ENODEV' },
      { outcome: 'error', errno: 'ENODEV' },
    ]);
    expect(calls).toHaveLength(3);
  });

  test.each([
    ['the machine names none', [osProfile({})], {}],
    ['nobody plays it', [osProfile({})], { guestOs: 'linux-6.18' }],
    ['there are none at all', [], MACHINE],
  ])('is n/a where %s', (_, oses, machine) => {
    const { observations, calls } = run(oses, machine, [request('0x1')]);
    expect(observations).toEqual([{ outcome: 'n/a' }]);
    expect(calls).toHaveLength(1);
  });

  test('keeps no index of a subject without the access', () => {
    const silent = () => plain(NOT_APPLICABLE, 0);
    expect(run([osProfile({})], MACHINE, [request('0x1')], silent).observations).toEqual([{ outcome: 'n/a' }]);
  });
});

describe('The platform that the OS boots on', () => {
  const platformAfter = (steps: object[], machine: object = {}, answer?: (index: number) => Observation): GuestPlatform => {
    const platforms: GuestPlatform[] = [];
    run([osProfile({}, platforms)], { ...MACHINE, ...machine }, [...steps, request('0x1')], answer);
    return platforms[0];
  };

  test('is what CPUID tells of the machine', () => {
    expect(platformAfter([], { maxPhysAddr: 40, guestMtrr: false, selfSnoop: false })).toMatchObject({
      vcpus: 2,
      vendor: 'intel',
      hypervisor: true,
      isolation: 'none',
      mtrr: false,
      selfSnoop: false,
      maxPhysAddr: 40,
    });
  });

  test('has CR0 as accepted writes and INIT left it', () => {
    const write = (vcpu: number, pg: boolean, cd: boolean, nw: boolean) => ({ op: 'write-cr0', vcpu, pg, cd, nw });
    const steps = [write(0, false, true, false), write(1, true, true, true), { op: 'init', vcpu: 1 }, write(0, true, false, true)];
    const { cr0 } = platformAfter(steps, {}, (index) => plain(index === 3 ? GP : OK, 0));
    expect(cr0).toEqual([
      { pg: false, cd: true, nw: false },
      { pg: false, cd: true, nw: true },
    ]);
  });

  test('is the same where the steps are asked one by one, for what each has to say', () => {
    const platforms: GuestPlatform[] = [];
    const { model } = recordingModel(() => WC_ACCESS);
    const steps = [{ op: 'write-cr0', vcpu: 1, pg: true, cd: true, nw: true }, request('0x1')];
    stepNotes(profileWith([osProfile({}, platforms)], model), decodeScenario(encoded(MACHINE, steps)));
    expect(platforms.map(({ cr0 }) => cr0[1])).toEqual([{ pg: true, cd: true, nw: true }]);
  });
});
