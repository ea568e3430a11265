import { profiles } from '../../../models/intel-ept/profiles.js';
import { RULE, rules } from '../../../models/intel-ept/rules.js';

test('the eighteen versions are offered under their stable names', () => {
  expect(profiles.map((profile) => profile.name.replace('intel-ept/', ''))).toEqual([
    '2.6.27',
    '2.6.28',
    '2.6.29-rc1',
    '2.6.29',
    '2.6.31',
    '4.1',
    '4.2-full-mtrr',
    '4.3',
    '4.4',
    '6.6',
    '6.7',
    '6.11.0',
    '6.12',
    '6.16',
    'per-vm-mtrr',
    'cd-skip',
    'wc-mmio',
    'host-pat',
  ]);
  for (const profile of profiles) {
    expect(profile).toMatchObject({ lineage: 'intel-ept', vendor: 'intel', hasLeaf: true, rules });
    expect(profile.create()).not.toBe(profile.create());
  }
});

test('rules are numbered from 1 without a gap, and each has its own id, a sentence and a source', () => {
  expect(rules[0]).toBeNull();
  expect(Object.values(RULE)).toEqual(rules.slice(1).map((_, i) => i + 1));
  expect(new Set(rules.slice(1).map((rule) => rule!.id)).size).toBe(rules.length - 1);
  for (const rule of rules.slice(1)) {
    expect(rule!.id).toMatch(/^intel-ept\.[a-z0-9-]+$/);
    expect(rule!.sentence).toMatch(/^[A-Z].*\.$/);
    expect(rule!.citation.document).not.toMatch(/\.md/);
    expect(rule!.citation.place).toMatch(/[a-zA-Z]/);
  }
});
