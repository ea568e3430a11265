/** Versions from one list of entries: a version is what its commits changed in the one before it. */
import { by, defineVersions } from '../../../models/contract/define-versions.js';
import { defineRules } from '../../../models/contract/define-rules.js';
import type { Model } from '../../../models/contract/model.js';
import { releases, unmerged } from '../../../models/contract/release.js';
import { choice, type SwitchesOf, toggle, UnknownSwitch } from '../../../models/contract/switch.js';

const SWITCHES = { zaps: toggle('A write zaps.'), leaf: choice('Type of a leaf.', 'WB', 'UC', 'WT') };
type Switches = SwitchesOf<typeof SWITCHES>;
const [rules] = defineRules('toy');
/** The model is the switches that it was made with. */
const FAMILY = {
  lineage: 'toy',
  vendor: 'intel',
  hasLeaf: true,
  rules,
  switches: SWITCHES,
  origin: { zaps: false, leaf: 'WB' } as Switches,
  create: (switches: Switches) => switches as unknown as Model,
} as const;
const entry = (name: string, changes: readonly ReturnType<typeof by<Switches>>[], base?: string) => ({
  name,
  releases: releases('Toy', name),
  changes,
  summary: 'A toy.',
  ...(base === undefined ? {} : { base }),
});

const profiles = defineVersions(
  FAMILY,
  [
    entry('1', []),
    entry('2', [by('aaaa', { zaps: true }), by('bbbb', { leaf: 'UC' })]),
    entry('3', [by('cccc', { leaf: 'WT' }), by('dddd', {})]),
  ],
  [{ ...entry('idea', [by('list', { zaps: false })]), base: '2', releases: unmerged('list') }],
);
const [, second, third, idea] = profiles;

test('a version has what the entries before it changed, and a proposal what its base has', () => {
  expect(profiles.map((profile) => profile.create())).toEqual([
    { zaps: false, leaf: 'WB' },
    { zaps: true, leaf: 'UC' },
    { zaps: true, leaf: 'WT' },
    { zaps: false, leaf: 'UC' },
  ]);
});

test('names, span, commits and what changed what follow from the entry', () => {
  expect(second).toMatchObject({ name: 'toy/2', lineage: 'toy', vendor: 'intel', span: 'Toy 2', commits: ['aaaa', 'bbbb'] });
  expect(profiles.map(({ changedFrom, base }) => [changedFrom, base])).toEqual([
    [undefined, undefined],
    ['toy/1', undefined],
    ['toy/2', undefined],
    ['toy/2', 'toy/2'],
  ]);
  expect(third.changes).toEqual([by('cccc', { leaf: 'WT' }), by('dddd', {})]);
});

test('each switch tells its value and who set it', () => {
  expect(third.switches).toEqual([
    { name: 'zaps', meaning: 'A write zaps.', values: [false, true], value: true, by: 'aaaa' },
    { name: 'leaf', meaning: 'Type of a leaf.', values: ['WB', 'UC', 'WT'], value: 'WT', by: 'cccc' },
  ]);
  expect(profiles[0].switches!.map((found) => found.by)).toEqual([null, null]);
});

test('a profile with switches set otherwise is a proposal to change it, named after them', () => {
  const variant = third.withSwitches!({ leaf: 'UC', zaps: true });
  expect(variant).toMatchObject({ name: 'toy/3+leaf=UC', base: 'toy/3', span: 'Toy 3, with leaf=UC' });
  expect(variant.create()).toEqual({ zaps: true, leaf: 'UC' });
  expect(third.withSwitches!({ leaf: 'WT' }).create()).toEqual(third.create());
});

test.each([
  [{ leave: 'UC' }, 'leave', ['zaps', 'leaf']],
  [{ leaf: 'WP' }, 'leaf=WP', ['WB', 'UC', 'WT']],
  [{ zaps: 'true' }, 'zaps=true', ['false', 'true']],
])('the override %j is refused', (overrides, found, expected) => {
  const refuse = () => idea.withSwitches!(overrides);
  expect(refuse).toThrow(UnknownSwitch);
  expect(refuse).toThrow(expect.objectContaining({ found, expected }));
});

test('a version that is named twice or changes one that does not stand before it is refused', () => {
  expect(() => defineVersions(FAMILY, [entry('1', []), entry('1', [])])).toThrow('toy/1');
  expect(() => defineVersions(FAMILY, [entry('1', [], '2'), entry('2', [])])).toThrow('toy/1');
});
