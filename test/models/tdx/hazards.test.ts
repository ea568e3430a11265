/** The hazards of the specification that a TD can express: each with the variant that has it, and absent without. */
import { WRITE, PAUSE_CHECK, PAUSE_FAULT, PAUSE_LOOKUP, PAUSE_STORE } from '../../../models/contract/operation.js';
import { H, Td } from './td.js';

const PLAIN = ['tdx/6.16', 'tdx/rfc'];

describe('H3: a fault that looked up before a conversion installs after it', () => {
  const race = (td: Td) => {
    td.shared(1, { vcpu: 1, pauseAfter: PAUSE_LOOKUP });
    td.convert(1, 2, 'private');
    return [td.resume(1), td.shared(1, { vcpu: 2 })];
  };
  test.each(PLAIN)('%s: the sequence number makes it retry', (profile) => {
    const td = new Td(profile);
    expect(race(td)).toEqual(['retry', 'memory-fault shared']);
    expect([...td.broken]).toEqual([]);
  });
  test.each(PLAIN)('%s+no-invalidation: the shared page of a private frame stays in use', (profile) => {
    const td = new Td(`${profile}+no-invalidation`);
    expect(race(td)).toEqual(['ok 4K WB shared', 'ok 4K WB shared']);
    expect([...td.broken].sort()).toEqual(['I1', 'I12']);
  });
  test('the other way, a private page of a shared frame stays in the S-EPT', () => {
    const td = new Td('tdx/6.16+no-invalidation');
    td.convert(1, 2, 'private');
    td.private(1, { vcpu: 1, pauseAfter: PAUSE_LOOKUP });
    td.convert(1, 2, 'shared');
    expect(td.resume(1)).toBe('not-validated');
    expect([...td.broken].sort()).toEqual(['I1', 'I10']);
  });
});

describe('H4: a conversion that only flushes', () => {
  const convertBack = (td: Td) => {
    td.convert(1, 2, 'private');
    td.acknowledged(1);
    td.convert(1, 2, 'shared');
    return td.private(1);
  };
  test.each(PLAIN)('%s: the old private page is gone', (profile) => {
    expect(convertBack(new Td(profile))).toBe('memory-fault private');
  });
  test.each(PLAIN)('%s+skip-zap: the old private page serves on', (profile) => {
    const td = new Td(`${profile}+skip-zap`);
    expect(convertBack(td)).toBe('ok 4K WB private');
    expect([...td.broken]).toEqual(expect.arrayContaining(['I1', 'I12']));
  });
  test('it does flush', () => {
    const td = new Td('tdx/6.16+skip-zap');
    td.shared(1);
    td.mark();
    td.convert(1, 2, 'private');
    expect([td.since('tlbFlush'), td.since('zapLeaf'), td.since('zapCall')]).toEqual([1, 0, 0]);
    expect(td.rule).toBe('zap-skipped');
  });
});

describe('H14: a neighbour installs a huge leaf over frames in conversion', () => {
  const race = (td: Td) => {
    td.convert(1, 2, 'private', PAUSE_STORE);
    const neighbour = td.shared(5, { vcpu: 1 });
    td.resumeConversion();
    return [neighbour, td.shared(1)];
  };
  test('tdx/6.16: the whole region retries', () => {
    const td = new Td('tdx/6.16');
    expect(race(td)).toEqual(['retry', 'memory-fault shared']);
    expect([...td.broken]).toEqual([]);
  });
  test('tdx/6.16+no-head-tail: the huge leaf stays', () => {
    const td = new Td('tdx/6.16+no-head-tail');
    expect(race(td)).toEqual(['ok 2M WB shared', 'ok 2M WB shared']);
    expect([...td.broken].sort()).toEqual(['I1', 'I12', 'I1h']);
  });
  test('tdx/6.16+no-head-tail: a fault beside it splits the huge leaf and finds itself served', () => {
    const td = new Td('tdx/6.16+no-head-tail');
    td.shared(7, { vcpu: 2, pauseAfter: PAUSE_FAULT });
    race(td);
    td.mark();
    expect(td.resume(2)).toBe('ok 4K WB shared');
    expect([td.since('spurious'), td.since('zapLeaf')]).toEqual([1, 0]);
    expect(td.shared(9)).toBe('ok 4K WB shared');
    expect(td.since('fault')).toBe(0);
  });
  test('tdx/rfc: the zap comes last and takes it away', () => {
    const td = new Td('tdx/rfc');
    expect(race(td)).toEqual(['ok 2M WB shared', 'memory-fault shared']);
    expect([...td.broken]).toEqual([]);
  });
  test('the tail retries as the head does, the regions between and beyond do not', () => {
    const td = new Td('tdx/6.16', {
      regions: [{ gfn: 0, pages: 8 * H, backing: 0, level: 2, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 }],
    });
    td.convert(H + 1, 3 * H + 1, 'private', PAUSE_STORE);
    const shared = [H - 1, H, 3 * H + 5, 4 * H].map((gfn) => td.shared(gfn));
    expect(shared).toEqual(['ok 2M WB shared', 'retry', 'retry', 'ok 2M WB shared']);
  });
  test('a region that is mixed already cannot get a huge leaf and does not retry', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.convert(3, 4, 'private', PAUSE_STORE);
    expect([td.shared(5), td.shared(3)]).toEqual(['ok 4K WB shared', 'memory-fault shared']);
  });
  test('an unmixed 1G block inside the memslot retries as a whole, whatever the size of mappings', () => {
    const G = 512 * H;
    const td = new Td('tdx/6.16', {
      regions: [{ gfn: 0, pages: 2 * G, backing: 0, level: 1, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 }],
    });
    td.convert(1, 2, 'private', PAUSE_STORE);
    expect([td.shared(G - 1), td.shared(G)]).toEqual(['retry', 'ok 4K WB shared']);
  });
});

describe('H17: a touch before ACCEPT', () => {
  test.each(PLAIN)('%s: ends the TD', (profile) => {
    const td = new Td(profile);
    td.convert(1, 2, 'private');
    expect(td.private(1, { ack: false })).toBe('vm-dead');
    expect(td.since('fault')).toBe(2);
  });
  test('of a page accepted before is none', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.private(1);
    expect(td.private(1, { ack: false })).toBe('ok 4K WB private');
  });
  test('a vCPU that is made to finish it first shows it', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.private(1, { ack: false, pauseAfter: PAUSE_CHECK });
    expect(td.seen(td.model.readMsr(0, 0x277))).toBe('vm-dead');
  });
});

describe('H18: an exit describes a state that a conversion has fixed meanwhile', () => {
  test('the conversion that userspace issues for it does nothing', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private', 1);
    expect(td.private(1)).toBe('memory-fault private');
    td.resumeConversion();
    td.mark();
    expect(td.convert(1, 2, 'private')).toBe('ok');
    expect([td.rule, td.since('attrNoop'), td.since('invalidations')]).toEqual(['already-equal', 1, 0]);
  });
});

describe('H20: a redundant conversion to private removes accepted pages', () => {
  const again = (td: Td) => {
    td.convert(0, H, 'private');
    td.acknowledged(1, { kind: WRITE });
    td.convert(0, H, 'private');
    return td.private(1);
  };
  test('tdx/rfc: contents are lost', () => expect(again(new Td('tdx/rfc'))).toBe('not-validated'));
  test('tdx/6.16: nothing happens', () => expect(again(new Td('tdx/6.16'))).toBe('ok 4K WB private'));
});
