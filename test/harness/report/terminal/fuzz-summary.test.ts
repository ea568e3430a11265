/** What a person reads after `emtdiff fuzz`: the verdict first, a cause once, nothing wider than the terminal. */
import { type CampaignResult, runCampaign } from '../../../../harness/campaign.js';
import { causesOf } from '../../../../harness/finding/cause.js';
import type { Acquaintance } from '../../../../harness/report/acquaintance.js';
import { fuzzSummary } from '../../../../harness/report/terminal/fuzz-summary.js';
import { PROFILES } from '../../../../models/registry.js';

const NAMES = ['bare-metal/intel', 'intel-ept/6.16', 'xen-hvm/ept-4.21'];
const FACTS = { version: '0.0.0', milliseconds: 1000, interrupted: false };
const OPTIONS = { width: 80, shown: 2, pathOf: () => null };

let result: CampaignResult;
beforeAll(async () => {
  const profiles = NAMES.map((name) => PROFILES.find((profile) => profile.name === name)!);
  result = await runCampaign({ seed: 'summary', profiles, lenses: ['memtype', 'msr'], cases: 40, shouldStop: () => false });
});

/** A ledger that explains the buckets of these causes. */
function ledgerOf(isKnown: (cause: number) => boolean, change: Partial<Acquaintance> = {}): Acquaintance {
  const known = causesOf(result.findings, result.panel.seats).flatMap(({ findings }, index) => (isKnown(index) ? findings : []));
  const ids = known.map(({ bucket }) => bucket.id);
  const fresh = result.findings.map(({ bucket }) => bucket.id).filter((id) => !ids.includes(id));
  return {
    ledgers: ['corpora/known'],
    known: new Map(ids.map((id) => [id, { entry: id, reason: 'Looked at.', reviewed: true }])),
    baseline: new Set(),
    changed: [],
    fresh,
    notHit: [],
    unused: [],
    expired: [],
    unreviewed: [],
    moved: [],
    ...change,
  };
}
const summary = (acquaintance: Acquaintance | null) => fuzzSummary(result, { ...FACTS, acquaintance }, OPTIONS).split('\n');

test('Nothing is new: the verdict says so, three causes of different models are told with a command each', () => {
  const lines = summary(ledgerOf(() => true));
  const causes = causesOf(result.findings, result.panel.seats);
  expect(lines[0]).toBe(`No new cause of divergence; ${causes.length} known causes.`);
  const told = lines.filter((line) => /^ {6}npx emtdiff replay --seed summary --case \d+$/.test(line));
  expect(told).toHaveLength(Math.min(3, new Set(causes.map(({ profiles }) => profiles[0].split('/')[0])).size));
  expect(lines.slice(-5)).toContain('  npx emtdiff fuzz --seed summary --no-ledger');
});

test('One cause is new: it is told first and in full, the known ones are counted', () => {
  const causes = causesOf(result.findings, result.panel.seats);
  const text = summary(ledgerOf((cause) => cause !== 1)).join('\n');
  expect(text.replace(/\s+/g, ' ')).toMatch(
    new RegExp(
      `^1 new cause of divergence \\(${causes[1].findings.length} buckets?\\), the worst ${causes[1].severity}; ${causes.length - 1} known causes\\. `,
    ),
  );
  expect(text.replace(/\s+/g, ' ')).toContain(`${causes[1].severity} ${causes[1].title} (${causes[1].findings.length} bucket`);
  expect(text.replace(/\s+/g, ' ')).not.toContain(causes[0].title);
});

test('Known divergences that no longer reproduce stand in the second line', () => {
  const moved = (bucket: string) => ({ entry: 'e', bucket, profile: 'xen-hvm/npt', step: 2, was: 'UC', is: 'WB' });
  const lines = summary(ledgerOf(() => true, { moved: [moved('a'), moved('b')] }));
  expect(lines.slice(1, 3)).toEqual([
    'CHANGED: 2 known divergences no longer reproduce; xen-hvm/npt moved',
    '  xen-hvm/npt, step 2 of a: then UC, now WB',
  ]);
  expect(summary(ledgerOf(() => true, { moved: [moved('a')] }))[1]).toBe(
    'CHANGED: 1 known divergence no longer reproduces; xen-hvm/npt moved',
  );
});

test('Without a ledger every cause has a line of its own, no two of them the same', () => {
  const causes = causesOf(result.findings, result.panel.seats);
  const text = summary(null).join('\n');
  const flat = text.replace(/\s+/g, ' ');
  expect(flat).toContain(
    `${causes.length} causes of divergence (${result.findings.length} buckets), the worst ${causes[0].severity}.`,
  );
  for (const { title, findings } of causes) expect(flat).toContain(`${title} (${findings.length} bucket`);
});

test('No line is wider than the terminal but for one word, and no control character gets through', () => {
  const hostile: CampaignResult = {
    ...result,
    seed: '\u001b[31m\u009b\u202e',
    modelFaults: [{ profile: 'x\u001b', case: 1, seed: 's', message: '\u009b\u007f', setAside: false } as never],
  };
  const lines = fuzzSummary(hostile, { ...FACTS, acquaintance: null }, OPTIONS).split('\n');
  for (const line of lines) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    if (line.length > 80 && !line.includes('npx emtdiff')) expect(line.trim()).not.toMatch(/\S \S/);
  }
});
