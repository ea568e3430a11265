/** The tables of nested paging on AMD, typed again transposed: columns are guest PAT types, rows nested types; then the MTRR. */
import { run } from '../nested/l2-script.js';
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_4K } from '../../../models/contract/address.js';
import { NESTED_SVM, NESTED_VMX } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { memtypeOf } from '../../../models/contract/observation.js';
import { type EptLeafType, KEEP, NO_PAUSE, READ } from '../../../models/contract/operation.js';
import { profiles } from '../../../models/bare-metal/versions.js';

const TYPES = ['UC', 'UC-', 'WC', 'WP', 'WT', 'WB'];
/** Indices 0 to 5 hold the types in the order above. */
const HI = 0x00000604;
const LO = 0x05010700;

function l2Type(vendor: 'amd' | 'intel', guest: number, leaf: number, mtrr: number): string {
  const model = profiles.find(({ name }) => name === `bare-metal/${vendor}`)!.create();
  model.reset({ ...DEFAULT_MACHINE, nested: vendor === 'amd' ? NESTED_SVM : NESTED_VMX });
  model.writeMsr(0, 0x2ff, 0, 0x800 | mtrr);
  model.writeMsr(0, 0x277, HI, LO);
  if (vendor === 'amd') model.writeVmcb12!(0, 0, KEEP, true, HI, LO, KEEP);
  model.mapL2!(0x10, 1, 0x100, leaf, leaf as EptLeafType, false, LEVEL_4K, false);
  model.enterL2!(0, 0);
  return MEMORY_TYPE_NAMES[memtypeOf(model.access(0, 0x10, READ, guest, LEVEL_4K, false, true, NO_PAUSE))!];
}

/** On WB memory: by the type of L1's leaf, columns guest UC UC- WC WP WT WB. */
const ON_WB = {
  UC: 'CD CD WC CD CD CD',
  'UC-': 'CD CD WC CD CD CD',
  WC: 'CD WC WC CD CD WC',
  WP: 'CD CD WC+ WP CD WP',
  WT: 'CD CD WC+ CD WT WT',
  WB: 'CD CD WC+ WP WT WB',
};

test.each(Object.entries(ON_WB))('A nested leaf of type %s on WB memory gives, by guest type, %s', (leaf, row) => {
  expect(TYPES.map((_, guest) => l2Type('amd', guest, TYPES.indexOf(leaf), 6)).join(' ')).toBe(row);
});

/** With guest and leaf of a type: columns MTRR UC WC WP WT WB. */
const BY_MTRR = {
  'UC UC': 'UC CD CD CD CD',
  'UC- UC-': 'UC WC CD CD CD',
  'WC UC': 'WC WC WC WC WC',
  'WC WB': 'WC WC WC+ WC+ WC+',
  'WP WP': 'UC CD WP CD WP',
  'WT WT': 'UC CD CD WT WT',
  'WB WB': 'UC WC WP WT WB',
};

test.each(Object.entries(BY_MTRR))('Guest and leaf types %s give, by MTRR type, %s', (pair, row) => {
  const [guest, leaf] = pair.split(' ').map((name) => TYPES.indexOf(name));
  expect([0, 1, 5, 4, 6].map((mtrr) => l2Type('amd', guest, leaf, mtrr)).join(' ')).toBe(row);
});

/** Through EPT, whatever the MTRR: by PAT type, columns leaf UC WC WP WT WB. */
const THROUGH_EPT = {
  UC: 'UC UC UC UC UC',
  'UC-': 'UC WC WC UC UC',
  WC: 'WC WC WC WC WC',
  WP: 'UC UC WP WP WP',
  WT: 'UC UC WT WT WT',
  WB: 'UC WC WP WT WB',
};

test.each(Object.entries(THROUGH_EPT))('PAT type %s gives, by the type of an EPT leaf, %s', (pat, row) => {
  const leaves = [0, 1, 5, 4, 6];
  for (const mtrr of [0, 6]) {
    expect(leaves.map((leaf) => l2Type('intel', TYPES.indexOf(pat), leaf, mtrr)).join(' ')).toBe(row);
  }
});

describe('The NP clean bit on AMD', () => {
  const answers = (script: string) => run('bare-metal/amd', script);

  test('leaves a PAT open that went through an open run, until L2 or L1 writes it', () => {
    const open = 'vmcb gpat=G; enter; exit; vmcb gpat=A clean; enter; ';
    expect(answers(`${open}read?; exit; l2pat?; enter; read?`)).toBe('undefined undefined undefined');
    expect(answers(`${open}msr 277=W; read?; exit; l2pat?; enter; read?`)).toBe('W W W');
    expect(answers(`${open}exit; vmcb gpat=A no-clean; enter; read?`)).toBe('A');
    expect(answers(`map index=0; ${open}access pat=0 ?; access gfn=11 ?; read?`)).toBe('undefined npf D');
  });

  test('is trusted at the first VMRUN, where nothing changed, and without nested paging before and after', () => {
    expect(answers('vmcb gpat=G clean; enter; read?')).toBe('G');
    expect(answers('vmcb gpat=G; enter; exit; vmcb gpat=G clean; enter; read?')).toBe('G');
    expect(answers('vmcb no-np gpat=G; enter; exit; vmcb gpat=BAD clean; enter?; read?')).toBe('ok D');
  });

  test('says nothing after a failed VMRUN', () => {
    expect(answers('vmcb gpat=G; enter; exit; vmcb gpat=BAD; enter?; vmcb gpat=G clean; enter?; read?')).toBe(
      'invalid ok undefined',
    );
  });

  test("leaves L1's own PAT open if L2 wrote it while nested paging may have been off", () => {
    expect(answers('vmcb no-np; enter; exit; vmcb np clean; enter; msr 277=W; read?; exit; read?; msr 277=A; read?')).toBe(
      'W undefined A',
    );
  });
});

describe('Who is in L2', () => {
  test.each(['amd', 'intel'])('cannot be asked twice to enter or leave on %s', (vendor) => {
    expect(run(`bare-metal/${vendor}`, 'exit?; enter?; enter?; l2pat?; exit?; exit?')).toBe('EINVAL ok EBUSY EBUSY ok EINVAL');
  });

  test('has a CR0.PG of its own in each VMCB', () => {
    expect(run('bare-metal/amd', 'map index=0; enter; cr0; access pat=3 ?; exit; enter; access pat=3 ?')).toBe('WB WB');
    expect(run('bare-metal/amd', 'map index=0; enter; cr0; exit; access gfn=100 pat=3 ?; enter page1; access pat=3 ?')).toBe(
      'CD CD',
    );
  });

  test('keeps CR0.CD of L1 under VMX; whether SVM does is open', () => {
    expect(run('bare-metal/intel', 'map; cr0 pg cd; enter; access ?')).toBe('UC');
    expect(run('bare-metal/amd', 'map; cr0 pg cd; enter; access ?')).toBe('undefined');
  });

  test('is nobody where the machine offers the other extension, or none', () => {
    expect(run('bare-metal/amd', 'enter?; exit?; l2pat?; map?; vmcb?; vmcs?', { nested: NESTED_VMX })).toBe(
      'n/a n/a n/a n/a n/a n/a',
    );
    expect(run('bare-metal/intel', 'vmcb?; host?')).toBe('n/a n/a');
  });
});

test("L1's table keeps what a later mapping leaves, a large leaf in 4K", () => {
  const map = 'map gfn=200 pages=400 to=10000 index=0 2M; ';
  const at = (gfn: string) => `access gfn=${gfn} ?`;
  const all = [at('1ff'), at('200'), at('2ff'), at('3ff'), at('400'), at('5ff'), at('600')];
  const types = (change: string) => {
    return all.map((access) => run('bare-metal/amd', `${map}${change}enter; ${access}`)).join(' ');
  };
  expect(types('')).toBe('npf WB WB WB WB WB npf');
  expect(types('map gfn=200 pages=100 to=10000 absent; map gfn=3ff pages=2 to=10000 index=3; ')).toBe('npf npf npf CD CD WB npf');
});
