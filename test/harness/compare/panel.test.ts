import { externalSeat, panelOf, seatOf } from '../../../harness/compare/panel.js';
import { PROFILES } from '../../../models/registry.js';
import { seat } from '../panel-of-two.js';

/** Who is compared with whom: `seat > reference`. */
const edges = (...names: string[]) => {
  const { seats, edges: found } = panelOf(names.map((name) => seat(name)));
  return found.map(({ reference, seat: index }) => `${seats[index].name} > ${seats[reference].name}`);
};

describe('The reference of a profile', () => {
  test('is the bare metal of its vendor where that is in the panel, wherever it stands', () => {
    expect(edges('intel-ept/6.16', 'bare-metal/amd', 'amd-npt/gpat', 'bare-metal/intel', 'xen-hvm/npt')).toEqual([
      'intel-ept/6.16 > bare-metal/intel',
      'bare-metal/amd > intel-ept/6.16',
      'amd-npt/gpat > bare-metal/amd',
      'bare-metal/intel > intel-ept/6.16',
      'xen-hvm/npt > bare-metal/amd',
    ]);
  });

  test("is the panel's first where the bare metal of its vendor is missing; the first has none", () => {
    expect(edges('xen-hvm/ept-4.21', 'intel-ept/6.16', 'bare-metal/amd', 'amd-npt/gpat')).toEqual([
      'intel-ept/6.16 > xen-hvm/ept-4.21',
      'bare-metal/amd > xen-hvm/ept-4.21',
      'amd-npt/gpat > bare-metal/amd',
    ]);
  });

  test("of the second bare metal is the panel's first, as the default panel has it", () => {
    expect(edges('bare-metal/intel', 'bare-metal/amd', 'intel-ept/6.16')).toEqual([
      'bare-metal/amd > bare-metal/intel',
      'intel-ept/6.16 > bare-metal/intel',
    ]);
  });

  test('does not exist in a panel of one', () => expect(edges('intel-ept/6.16')).toEqual([]));
});

describe('An external model', () => {
  const known = PROFILES;
  const own = seatOf(known.find(({ name }) => name === 'amd-npt/gpat')!);
  const metal = ['bare-metal/intel', 'bare-metal/amd'].map((name) => seat(name));
  const edgeOf = (claims: string | undefined, others = [...metal, own]) => {
    const external = externalSeat('my-patch', claims, known);
    const panel = panelOf([...others, external]);
    return panel.seats[panel.edges[panel.edges.length - 1].reference].name;
  };

  test('stands against the profile that it claims to be, not against bare metal', () => {
    expect(edgeOf('amd-npt/gpat')).toBe('amd-npt/gpat');
  });

  test("stands against the panel's first where its claim is unknown, absent, or not in the panel", () => {
    expect(edgeOf('intel-ept/my-fork')).toBe('bare-metal/intel');
    expect(edgeOf(undefined, [own, ...metal])).toBe('amd-npt/gpat');
    expect(edgeOf('amd-npt/gpat', [metal[0], metal[1]])).toBe('bare-metal/intel');
  });

  test('takes family, vendor and fields of its claim, and has no rules', () => {
    expect(externalSeat('my-patch', 'amd-npt/gpat', known)).toEqual({
      name: 'my-patch',
      lineage: 'amd-npt',
      vendor: 'amd',
      hasLeaf: true,
      rules: [],
      claims: 'amd-npt/gpat',
    });
    expect(externalSeat('my-patch', 'bare-metal/amd', known)).toMatchObject({ lineage: 'bare-metal', hasLeaf: false });
  });

  test('is a family of its own if it claims nothing known', () => {
    expect(externalSeat('my-patch', undefined, known)).toEqual({
      name: 'my-patch',
      lineage: 'my-patch',
      vendor: 'intel',
      hasLeaf: true,
      rules: [],
      claims: null,
    });
  });
});
