/** What bare metal answers to operations that are a hypervisor's. */
import { LEVEL_4K } from '../../../models/contract/address.js';
import { DEVICE, RAM } from '../../../models/contract/machine.js';
import { UC, WB } from '../../../models/contract/memory-type.js';
import { detailOf, ENODEV, ENOSPC } from '../../../models/contract/observation.js';
import { NO_PAUSE, READ } from '../../../models/contract/operation.js';
import { Guest, VENDORS } from './guest.js';
import { program } from './layout.js';

const region = (gfn: number, pages: number) =>
  ({ gfn, pages, backing: RAM, level: LEVEL_4K, hostMtrr: WB, hostPat: WB, specialOffset: 0, specialPages: 0 }) as const;

describe.each(VENDORS)('the format on %s', (_, profile) => {
  test('a frame is MMIO exactly where no region covers it', () => {
    const guest = new Guest(profile, { regions: [region(0x10, 0x10), region(0x30, 1), region(2 ** 30, 2 ** 28)] });
    const mmio = [0xf, 0x20, 0x2f, 0x31, 2 ** 30 - 1, 2 ** 30 + 2 ** 28];
    const backed = [0x10, 0x1f, 0x30, 2 ** 30, 2 ** 30 + 2 ** 28 - 1];
    expect(mmio.map((gfn) => guest.type(gfn))).toEqual(mmio.map(() => 'mmio'));
    expect(backed.map((gfn) => guest.type(gfn))).toEqual(backed.map(() => 'UC'));
    expect([guest.rule(0xf), new Guest(profile, { regions: [] }).type(0)]).toEqual(['no-backing', 'mmio']);
  });

  test('set-backing backs frames, and merges with what it meets', () => {
    const guest = new Guest(profile, { regions: [] });
    const expected = new Set<number>();
    // Disjoint, adjoining on each side, overlapping, enclosed, enclosing, and many.
    const ranges = [
      [40, 4],
      [20, 4],
      [24, 2],
      [18, 2],
      [43, 7],
      [45, 1],
      [10, 3],
      [8, 60],
      [100, 1],
      [120, 1],
    ];
    for (let k = 0; k < 12; k++) ranges.push([200 + 3 * k, 1]);
    ranges.push([0, 1], [202, 20], [119, 1]);
    for (const [gfn, pages] of ranges) {
      expect(guest.words(guest.model.setBacking(gfn, pages, DEVICE, LEVEL_4K, UC))).toBe('ok backing-replaced');
      for (let i = 0; i < pages; i++) expected.add(gfn + i);
      const backed = Array.from({ length: 256 }, (_x, frame) => frame).filter((frame) => guest.type(frame) !== 'mmio');
      expect(backed).toEqual([...expected].sort((a, b) => a - b));
    }
  });

  test('the backing, its host MTRR type and devices change no type', () => {
    const guest = new Guest(profile, { noncoherentDevices: 1 });
    program(guest, [], 'WT');
    guest.model.setBacking(0x100, 0x100, DEVICE, LEVEL_4K, UC);
    guest.model.attachDevice(false);
    expect([guest.type(0x100), guest.type(0x200)]).toEqual(['WT', 'WT']);
  });

  test('devices are counted by kind, those of the machine included', () => {
    const { model } = new Guest(profile, { noncoherentDevices: 2 });
    const words = (observation: number): string => `${new Guest(profile).words(observation)} ${detailOf(observation)}`;
    expect(words(model.attachDevice(false))).toBe('ok device-counted 0');
    expect(words(model.attachDevice(false))).toBe(`error device-limit ${ENOSPC}`);
    expect(words(model.detachDevice(true))).toBe(`error device-absent ${ENODEV}`);
    expect([1, 2, 3, 4].map(() => words(model.attachDevice(true)).split(' ')[0])).toEqual(['ok', 'ok', 'ok', 'error']);
    expect([1, 2, 3, 4].map(() => words(model.detachDevice(false)).split(' ')[0])).toEqual(['ok', 'ok', 'ok', 'error']);
    expect(model.state().devices).toEqual({ coherent: 3, noncoherent: 0 });
  });

  test('what only a hypervisor does is n/a and changes nothing', () => {
    const guest = new Guest(profile);
    const { model } = guest;
    program(guest, [], 'WB');
    const before = model.state();
    expect([model.zap(0, 16), model.setIoResources(true), model.pinCacheattr(0, 16, WB)].map((o) => guest.words(o))).toEqual(
      Array(3).fill('n/a no-hypervisor'),
    );
    const privately = model.access(0, 0, READ, 0, LEVEL_4K, true, true, NO_PAUSE);
    const conversion = [model.setAttributes(0, 1, true, 0), model.resumeAttributes(), model.resumeAccess(0), model.punchHole(0, 1)];
    expect([privately, ...conversion].map((o) => guest.words(o))).toEqual(Array(5).fill('n/a no-private-memory'));
    expect(model.state()).toEqual(before);
  });

  test('save-restore and INVLPG are ok and change nothing', () => {
    const guest = new Guest(profile);
    program(guest, [[0, 4096, 'WP']], 'WB');
    guest.cr0({ cd: true, nw: true });
    const before = guest.model.state();
    expect(guest.words(guest.model.saveRestore())).toBe('ok registers-kept');
    expect(guest.words(guest.model.invlpg(0, 0))).toBe('ok translation-invalidated');
    expect(guest.model.state()).toEqual(before);
    expect(guest.model.counters()).toEqual({});
  });

  test('the state names registers and devices', () => {
    const guest = new Guest(profile, { vcpus: 2, regions: [region(0x10, 0x20)], noncoherentDevices: 1 });
    guest.write(0x20f, 0xff80000800n);
    guest.write(0x268, 0x0605040100060504n);
    expect(guest.model.state()).toMatchObject({
      'vcpu0 MTRRphysMask7': '0xff80000800',
      'vcpu0 MTRRfix4K_C0000': '0x605040100060504',
      'vcpu1 MTRRdefType': '0x0',
      'vcpu1 PAT': '0x7040600070406',
      'vcpu1 CR0': { pg: true, cd: false, nw: false },
      devices: { coherent: 0, noncoherent: 1 },
    });
  });
});
