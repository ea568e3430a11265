/** The profiles that the folder offers. */
import { RULE_LIMIT } from '../../../models/contract/rule.js';
import { profiles } from '../../../models/sev-snp/profiles.js';
import { rules } from '../../../models/sev-snp/rules.js';

test('Each design has its variants, and only those whose code it has', () => {
  const variants = (name: string): string[] =>
    profiles.filter((profile) => profile.name.startsWith(`sev-snp/${name}+`)).map((profile) => profile.name.split('+')[1]);
  expect(profiles.slice(0, 5).map((profile) => profile.name)).toEqual([
    'sev-snp/rfc-v8',
    'sev-snp/in-lock',
    'sev-snp/deferred',
    'sev-snp/pre-post',
    'sev-snp/6.11',
  ]);
  expect(Object.fromEntries(['rfc-v8', 'in-lock', 'deferred', 'pre-post', '6.11'].map((name) => [name, variants(name)]))).toEqual({
    'rfc-v8': ['skip-zap', 'no-invalidation', 'update-fails', 'dm-restore-bug'],
    'in-lock': ['skip-zap', 'no-invalidation', 'update-fails'],
    deferred: ['skip-zap', 'no-invalidation', 'update-on-shared-fault'],
    'pre-post': ['skip-zap', 'no-invalidation', 'update-fails'],
    '6.11': ['skip-zap', 'no-invalidation', 'head-tail'],
  });
});

test('Every profile names its family, its vendor, its span and what it models', () => {
  for (const profile of profiles) {
    expect(profile).toMatchObject({ lineage: 'sev-snp', vendor: 'amd', hasLeaf: true, rules });
    expect(profile.span).not.toBe('');
    expect(profile.summary).toMatch(/\.$/);
  }
});

test('Every rule has an id of this folder, a sentence and a source', () => {
  expect(rules[0]).toBeNull();
  expect(rules.length).toBeLessThan(RULE_LIMIT);
  const named = rules.slice(1).map((rule) => rule!);
  expect(new Set(named.map((rule) => rule.id)).size).toBe(named.length);
  for (const rule of named) {
    expect(rule.id).toMatch(/^sev-snp\.[a-z0-9-]+$/);
    expect(rule.sentence).toMatch(/\.$|#GP\.$/);
    expect(rule.citation.document).not.toBe('');
    expect(rule.citation.place).not.toBe('');
  }
});
