import { backingAt, frameClassAt, noncoherentAt, UNBACKED } from '../../../harness/classify/frame-history.js';
import { BACKING_NAMES, DEVICE, RAM } from '../../../models/contract/machine.js';
import { access, encoded } from '../panel-of-two.js';

const back = (gfn: string, pages: string, backing: string) => ({ op: 'set-backing', gfn, pages, backing });
const attach = { op: 'attach-device', coherent: false };
const detach = { op: 'detach-device', coherent: false };
const NAMES = ['R', 'N', 'D'];

/** The class of frame 0x10, all memory backed thus, at the last of these steps. */
function classAfter(backing: string, machine: object, ...steps: object[]): string {
  const regions = [{ gfn: '0x0', pages: '0x20', backing }];
  return NAMES[frameClassAt(encoded({ regions, ...machine }, [...steps, access('0x10')]), steps.length)];
}

describe('What severity takes a frame for', () => {
  test.each([
    ['ram', 'R', 'N'],
    ['ram-wc', 'N', 'N'],
    ['reserved', 'D', 'D'],
    ['device', 'D', 'D'],
    ['device-wc', 'D', 'D'],
    ['device-ro', 'D', 'D'],
    ['special', 'R', 'N'],
    ['grant', 'R', 'N'],
    ['foreign', 'R', 'N'],
  ])('%s is %s, and %s beside a device that does not snoop', (backing, alone, beside) => {
    expect(BACKING_NAMES).toContain(backing);
    expect(classAfter(backing, {})).toBe(alone);
    expect(classAfter(backing, {}, { op: 'attach-device', coherent: true })).toBe(alone);
    expect(classAfter(backing, { noncoherentDevices: 1 })).toBe(beside);
    expect(classAfter(backing, {}, attach)).toBe(beside);
  });

  test('is coherent RAM where nothing backs it', () => {
    const scenario = encoded({ noncoherentDevices: 1, regions: [{ gfn: '0x0', pages: '0x10', backing: 'device' }] }, [
      access('0x10'),
    ]);
    expect(NAMES[frameClassAt(scenario, 0)]).toBe('R');
    expect(backingAt(scenario, 0, 0x10)).toBe(UNBACKED);
  });

  test('is coherent RAM at a step that is no access', () => {
    const scenario = encoded({ regions: [{ gfn: '0x0', pages: '0x1', backing: 'device' }] }, [
      { op: 'invlpg', vcpu: 0, gfn: '0x0' },
    ]);
    expect(NAMES[frameClassAt(scenario, 0)]).toBe('R');
  });
});

describe('The devices of a step', () => {
  const at = (machine: object, ...steps: object[]) => noncoherentAt(encoded(machine, [...steps, access()]), steps.length);

  test('are those of the machine, and those that came and did not go', () => {
    expect(at({})).toBe(false);
    expect(at({}, attach)).toBe(true);
    expect(at({}, attach, detach)).toBe(false);
    expect(at({ noncoherentDevices: 1 }, detach)).toBe(false);
    expect(at({ noncoherentDevices: 2 }, detach)).toBe(true);
  });

  test('are at most three of a kind and never less than none: what is refused changes nothing', () => {
    expect(at({}, detach, attach)).toBe(true);
    expect(at({ noncoherentDevices: 3 }, attach, detach, detach, detach)).toBe(false);
  });

  test('do not count those of the other kind', () => {
    expect(at({ noncoherentDevices: 1 }, { op: 'detach-device', coherent: true })).toBe(true);
  });

  test('do not count those that come later', () => {
    expect(noncoherentAt(encoded({}, [access(), attach]), 0)).toBe(false);
  });
});

describe('The backing of a step', () => {
  const regions = [
    { gfn: '0x0', pages: '0x10', backing: 'ram' },
    { gfn: '0x20', pages: '0x10', backing: 'device' },
  ];
  const steps = [access(), back('0x8', '0x1c', 'ram-wc'), back('0x10', '0x1', 'reserved'), access()];
  const name = (step: number, gfn: number) =>
    (BACKING_NAMES as readonly string[])[backingAt(encoded({ regions }, steps), step, gfn)];

  test('is what the region says, edges included', () => {
    expect([0, 0xf, 0x10, 0x1f, 0x20, 0x2f, 0x30].map((gfn) => name(0, gfn))).toEqual([
      'ram',
      'ram',
      undefined,
      undefined,
      'device',
      'device',
      undefined,
    ]);
  });

  test('is what the host put there last, edges included', () => {
    expect([7, 8, 0xf, 0x10, 0x11, 0x23, 0x24].map((gfn) => name(3, gfn))).toEqual([
      'ram',
      'ram-wc',
      'ram-wc',
      'reserved',
      'ram-wc',
      'ram-wc',
      'device',
    ]);
  });

  test('does not know of a step itself or of later ones', () => {
    expect([name(1, 8), name(2, 8), name(2, 0x10)]).toEqual(['ram', 'ram-wc', 'ram-wc']);
  });

  test('is found for frames beyond 2 ** 32', () => {
    const machine = { maxPhysAddr: 52, regions: [{ gfn: '0x8000000000', pages: '0x2', backing: 'ram' }] };
    const scenario = encoded(machine, [back('0x8000000001', '0x1', 'device'), access()]);
    expect([0x8000000000, 0x8000000001].map((gfn) => backingAt(scenario, 1, gfn))).toEqual([RAM, DEVICE]);
  });
});
