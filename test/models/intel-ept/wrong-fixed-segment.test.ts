/** Linux 4.3, fixed_mtrr_addr_to_seg(): the first segment that starts at or above the address. */
import { DrivenVm } from './driven-vm.js';

/** Each fixed byte has its own type where it can; the variable pairs stay disabled unless a test says so. */
const at = (setup: string, gpa: number): string => {
  const vm = new DrivenVm('4.3');
  vm.writeAll(setup);
  const observation = vm.observe(gpa / 4096);
  return `${vm.leaf(gpa / 4096)} ${vm.ruleOf(observation)}`;
};
// Neighbouring bytes differ.
const FIXED = '250=605040100060504 258=405060001040506 259=1 268=5 2ff=c04';

describe('fixed ranges in 4.3', () => {
  test.each([
    [0x0, 'WT fixed'],
    [0x1000, 'UC fixed-slot-in-variable-register'],
    [0x1f000, 'UC fixed-slot-in-variable-register'],
    [0x20000, 'UC fixed-slot-in-unused-list-node'],
    [0x5f000, 'UC fixed-slot-in-unused-list-node'],
    [0x60000, 'WT wrong-fixed-slot'],
    [0x64000, 'WP wrong-fixed-slot'],
    [0x68000, 'WB wrong-fixed-slot'],
    [0x6c000, 'UC wrong-fixed-slot'],
    [0x70000, 'WC wrong-fixed-slot'],
    // By chance the right slot.
    [0x7f000, 'WB fixed'],
    [0x80000, 'WB fixed'],
    [0x81000, 'UC fixed-slot-in-unused-list-node'],
    [0x87000, 'UC fixed-slot-in-unused-list-node'],
    [0x88000, 'UC fixed-slot-in-variable-register'],
    [0x98000, 'UC fixed-slot-in-unused-list-node'],
    [0xa7000, 'UC fixed-slot-in-unused-list-node'],
    [0xa8000, 'WT wrong-fixed-slot'],
    [0xa9000, 'WP wrong-fixed-slot'],
    [0xb0000, 'WB wrong-fixed-slot'],
    [0xb8000, 'WC wrong-fixed-slot'],
    [0xbf000, 'UC fixed'],
    [0xc0000, 'WP fixed'],
    [0xc1000, 'WT default-type'],
    [0xff000, 'WT default-type'],
  ])('at %d are %s', (gpa, answer) => expect(at(FIXED, gpa)).toBe(answer));

  test('read the bytes of the last mask, least significant first', () => {
    // Pair 7 disabled: mask 0x0605040000, so that bytes 2, 3 and 4 are types.
    const setup = `20f=605040000 ${FIXED}`;
    expect([0x8000, 0xc000, 0x10000].map((gpa) => at(setup, gpa))).toEqual([
      'WT fixed-slot-in-variable-register',
      'WP fixed-slot-in-variable-register',
      'WB fixed-slot-in-variable-register',
    ]);
    expect([0x92000, 0x93000, 0x94000].map((gpa) => at(setup, gpa).split(' ')[0])).toEqual(['WT', 'WP', 'WB']);
  });

  test('read the bytes of the last base', () => {
    const setup = `20e=605040006 ${FIXED}`;
    expect([0x88000, 0x89000, 0x8a000, 0x8b000, 0x8c000, 0x8d000].map((gpa) => at(setup, gpa).split(' ')[0])).toEqual([
      'WB',
      'UC',
      'WT',
      'WP',
      'WB',
      'UC',
    ]);
  });

  test('read host pointers once the last pairs were enabled, which leaves the type open, also after they are disabled', () => {
    const seventh = `20f=fc0000800 20f=0 ${FIXED}`;
    expect(at(seventh, 0x20000)).toBe('undefined fixed-slot-in-list-node');
    expect(at(seventh, 0x98000)).toBe('undefined fixed-slot-in-list-node');
    expect(at(seventh, 0x81000)).toBe('UC fixed-slot-in-unused-list-node');
    const sixth = `20d=fc0000800 ${FIXED}`;
    expect(at(sixth, 0x81000)).toBe('undefined fixed-slot-in-list-node');
    expect(at(sixth, 0x20000)).toBe('UC fixed-slot-in-unused-list-node');
  });

  test('read a V bit as a type that does not exist', () => {
    expect(at(`20f=800 20f=800 ${FIXED}`, 0x4000)).toBe('undefined type-is-no-memory-type');
  });
});
