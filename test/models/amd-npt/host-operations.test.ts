import { OUTCOME_NAMES, outcomeOf } from '../../../models/contract/observation.js';
import { Guest, VERSIONS } from './guest.js';

const LARGE = [{ gfn: 0, pages: 0x1000, level: '2M' as const }];

describe('what the host does to its mappings', () => {
  test('a zap removes every leaf that meets the range, a large one whole, and counts no zap of the guest', () => {
    const guest = new Guest('gpat', {}, LARGE);
    for (const gfn of [0, 0x200, 0x400, 0x600]) guest.observe(gfn);
    guest.model.zap(0x3ff, 2);
    expect(guest.counters()).toEqual({ faults: 4, zaps: 0, zappedLeaves: 2 });
    guest.observe(0);
    guest.observe(0x3ff);
    expect(guest.counters().faults).toBe(5);
    guest.model.zap(0x800, 0x100);
    expect(guest.counters().zappedLeaves).toBe(2);
  });
  test('INVLPG of the guest keeps the nested leaves', () => {
    const guest = new Guest('gpat');
    guest.observe(1);
    expect(OUTCOME_NAMES[outcomeOf(guest.model.invlpg(0, 1))]).toBe('ok');
    guest.observe(1);
    expect(guest.counters().faults).toBe(1);
  });
  test('a new backing splits the region around it, and mappings stay inside the parts', () => {
    const guest = new Guest('gpat', {}, LARGE);
    guest.observe(0x400);
    guest.observe(0x200);
    expect(guest.setBacking({ gfn: 0x500, pages: 0x10, backing: 'device' })).toBe('ok');
    expect(guest.counters().zappedLeaves).toBe(1);
    expect([0x4ff, 0x500, 0x50f, 0x510].map((gfn) => guest.type(gfn))).toEqual(['WB', 'UC', 'UC', 'WB']);
    expect([0x200, 0x4ff, 0x500, 0x510, 0x600].map((gfn) => guest.level(gfn))).toEqual(['2M', '4K', '4K', '4K', '2M']);
  });
  test('a new backing may cover several regions, the gaps between them, and their ends', () => {
    const guest = new Guest('gpat', {}, [
      { gfn: 0x10, pages: 0x10, hostMtrr: 'WT' },
      { gfn: 0x30, pages: 0x10, backing: 'device' },
      { gfn: 0x50, pages: 0x10, hostMtrr: 'WP' },
    ]);
    guest.setBacking({ gfn: 0x18, pages: 0x40, hostMtrr: 'WC' });
    expect([0xf, 0x10, 0x17, 0x18, 0x20, 0x30, 0x40, 0x57, 0x58, 0x5f, 0x60].map((gfn) => guest.type(gfn)).join(' ')).toBe(
      'mmio WT WT WC WC WC WC WC WP WP mmio',
    );
    guest.setBacking({ gfn: 0x100, pages: 1 });
    guest.setBacking({ gfn: 0, pages: 1, hostMtrr: 'WP' });
    guest.setBacking({ gfn: 0x10, pages: 0x50, hostMtrr: 'WT' });
    expect([0, 1, 0x10, 0x5f, 0x60, 0xff, 0x100, 0x101].map((gfn) => guest.type(gfn)).join(' ')).toBe(
      'WP mmio WT WT mmio mmio WB mmio',
    );
  });
  test('what remains of a region that lost its head maps no block across its new start', () => {
    const guest = new Guest('gpat', {}, LARGE);
    guest.setBacking({ gfn: 0x3f0, pages: 0x20 });
    expect([0x3ef, 0x410, 0x600].map((gfn) => guest.level(gfn))).toEqual(['4K', '4K', '2M']);
    const heads = new Guest('gpat', {}, [{ gfn: 0x200, pages: 0x400, level: '2M' }]);
    heads.setBacking({ gfn: 0x1f0, pages: 0x20 });
    expect([0x210, 0x400].map((gfn) => heads.level(gfn))).toEqual(['4K', '2M']);
  });
  test('twenty regions and two hundred leaves are no more than one', () => {
    const regions = Array.from({ length: 20 }, (_, i) => ({ gfn: 0x100 * i, pages: 0x80, hostMtrr: i % 2 === 0 ? 'WB' : 'WP' }));
    const guest = new Guest('gpat', {}, regions);
    const gfns = Array.from({ length: 200 }, (_, i) => 0x100 * (i % 20) + Math.floor(i / 20));
    const types = () => gfns.map((gfn) => guest.type(gfn));
    expect(types()).toEqual(gfns.map((_, i) => (i % 2 === 0 ? 'WB' : 'WP')));
    expect(types()).toEqual(gfns.map((_, i) => (i % 2 === 0 ? 'WB' : 'WP')));
    expect(guest.counters().faults).toBe(200);
    guest.model.zap(0x100, 0x80);
    expect(guest.counters().zappedLeaves).toBe(10);
    expect(guest.setBacking({ gfn: 0x40, pages: 0x700 })).toBe('ok');
    expect([guest.type(0x100), guest.type(0x700), guest.type(0x740)]).toEqual(['WB', 'WB', 'WP']);
  });
});

describe.each(VERSIONS)('devices on amd-npt/%s', (version) => {
  test('three of a kind are the most, and none cannot be detached', () => {
    const guest = new Guest(version, { noncoherentDevices: 2 });
    expect([guest.attach(), guest.attach(), guest.attach(true)]).toEqual(['ok', 'ENOSPC', 'ok']);
    expect([guest.detach(), guest.detach(), guest.detach(), guest.detach()]).toEqual(['ok', 'ok', 'ok', 'ENODEV']);
    expect([guest.detach(true), guest.detach(true)]).toEqual(['ok', 'ENODEV']);
  });
});

describe.each(VERSIONS)('a migration on amd-npt/%s', (version) => {
  test('keeps MTRRs, CR0, backing and devices, and leaves no nested leaf', () => {
    const guest = new Guest(version, { noncoherentDevices: 1 });
    guest.writes([0x250, 0x0106010601060106n], [0x203, 0xfc0000800n], [0x202, 0x40000005n], [0x2ff, 0xc06n]);
    guest.cr0({ cd: true, nw: true });
    guest.setBacking({ gfn: 0x1000, pages: 1, hostMtrr: 'UC' });
    guest.attach(true);
    guest.observe(0x1000);
    const { 'gfn 0x1000': leaf, ...before } = guest.model.state();
    const counted = guest.counters();
    guest.model.saveRestore();
    expect(leaf).toBeDefined();
    expect(guest.model.state()).toEqual(before);
    expect(guest.counters()).toEqual(counted);
    expect(guest.type(0x1000)).toBe('UC');
  });
});

test('the list of variable ranges of a migrated guest is sorted as before', () => {
  const guest = new Guest('4.2-npt-pat', { noncoherentDevices: 1 });
  guest.writes([0x202, 0n], [0x203, 0x3fffc0000800n], [0x200, 6n], [0x201, 0x3fff80000800n], [0x2ff, 0x804n]);
  const seen = () => [0x1000, 0x50000, 0x90000].map((gfn) => `${guest.leaf(gfn)} ${guest.rule(gfn)}`);
  const before = seen();
  guest.model.saveRestore();
  expect(seen()).toEqual(before);
  expect(before).toEqual(['UC uc-wins', 'WB single-range', 'WT default-type']);
});

describe.each(VERSIONS)('operations that amd-npt/%s does not have', (version) => {
  test('are not applicable and change nothing', () => {
    const { model } = new Guest(version);
    const before = JSON.stringify([model.state(), model.counters()]);
    const steps = [
      model.setIoResources(true),
      model.pinCacheattr(0, 1, 6),
      model.resumeAccess(0),
      model.setAttributes(0, 1, true, 0),
      model.resumeAttributes(),
      model.punchHole(0, 1),
      model.access(0, 1, 0, 0, 1, true, true, 0),
    ];
    expect(steps.map((step) => OUTCOME_NAMES[outcomeOf(step)])).toEqual(steps.map(() => 'n/a'));
    expect(JSON.stringify([model.state(), model.counters()])).toBe(before);
  });
});

describe('profiles', () => {
  test('a reused model starts anew', () => {
    for (const version of VERSIONS) {
      const fresh = new Guest(version, { noncoherentDevices: 1 });
      const state = JSON.stringify(fresh.model.state());
      fresh.writes([0x200, 6n], [0x201, 0x3ffffc000800n], [0x20f, 0x800n], [0x250, 6n], [0x2ff, 0xc06n], [0x277, 1n]);
      fresh.cr0({ cd: true });
      fresh.attach(true);
      fresh.observe(5);
      expect(JSON.stringify(fresh.model.state())).not.toBe(state);
      fresh.model.reset(fresh.machine);
      expect(JSON.stringify(fresh.model.state())).toBe(state);
      expect(fresh.counters()).toEqual({ faults: 0, zaps: 0, zappedLeaves: 0 });
    }
  });
  test('variable ranges of the scenario before leave nothing behind', () => {
    const used = (version: string) => {
      const guest = new Guest(version, { noncoherentDevices: 1 });
      guest.writes([0x2ff, 0x806n], [0x20e, 6n], [0x20f, 0x3fff80000800n], [0x200, 0x80000004n], [0x201, 0x3fff80000800n]);
      guest.model.reset(guest.machine);
      return guest;
    };
    const old = used('4.2-npt-pat');
    old.writes([0x26f, 6n], [0x2ff, 0xc01n]);
    expect([old.leaf(0x98), old.leaf(0x90000)]).toEqual(['UC', 'WC']);
    const newer = used('4.12');
    newer.writes([0x2ff, 0x801n], [0x200, 6n]);
    expect(newer.counters().zaps).toBe(1);
    expect(newer.level(0x1000)).toBe('4K');
  });
});
