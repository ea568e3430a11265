import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff } from './command.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-judging-'));
const at = (name: string) => join(base, name);
const PROFILE = 'sev-snp/rfc-v8';
const fuzz = (name: string, ...more: string[]) =>
  emtdiff(['fuzz', '--models', PROFILE, '--seed', 'judging', '--cases', '100', '--no-ledger', '--out', at(name), ...more]);
const BUCKET = 'invariant-punch-hole~I7~sev-snp.freed-while-assigned';
const FINDING = join(at('whole'), 'findings', `${BUCKET}.json`);

/** Findings as file name and text. */
function findingsOf(name: string): Record<string, string> {
  const folder = join(at(name), 'findings');
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

beforeAll(() => {
  expect(fuzz('whole', '--format', 'json').code).toBe(0);
});

describe('A campaign over one profile', () => {
  test('reports each invariant that it breaks as a bucket, with its sentence, source, class and scenario', () => {
    const { buckets, profiles, modelFaults } = JSON.parse(readFileSync(join(at('whole'), 'summary.json'), 'utf8'));
    expect([profiles, modelFaults]).toEqual([[PROFILE], []]);
    const bucket = buckets.find(({ id }: { id: string }) => id === BUCKET);
    expect(bucket).toMatchObject({
      severity: 'machine-check',
      class: 'unsafe-host',
      invariant: { id: 'I7', sentence: expect.stringMatching(/^A free page /), citation: { document: expect.any(String) } },
      lens: 'invariant',
      step: { op: 'punch-hole', index: 2 },
      expected: PROFILE,
      got: PROFILE,
      partition: [[PROFILE]],
      answers: [{ outcome: 'host-fatal' }],
      rules: ['I7', 'sev-snp.freed-while-assigned'],
      causes: ['I7', 'sev-snp.freed-while-assigned'],
      scenario: { machine: { privateMemory: true } },
    });
    expect(bucket.count).toBeGreaterThan(0);
    expect(bucket.scenario.steps).toHaveLength(3);
    expect(bucket.minimiseEvaluations).toBeGreaterThan(0);
  });

  test('has in its files what the summary has', () => {
    const finding = JSON.parse(readFileSync(FINDING, 'utf8'));
    expect(finding).toMatchObject({
      format: 'emtdiff-finding/1',
      bucket: { id: BUCKET, lens: 'invariant', class: 'unsafe-host', invariant: { id: 'I7' } },
      step: 2,
      observations: { [PROFILE]: [{ outcome: 'ok' }, { outcome: 'ok' }, { outcome: 'host-fatal' }] },
    });
  });

  test('says the same in shards that are united, in worker threads, and when it goes on after an end', () => {
    const whole = findingsOf('whole');
    expect(Object.keys(whole).length).toBeGreaterThan(3);
    for (const shard of ['1', '2']) fuzz(`shard-${shard}`, '--shard', `${shard}/2`);
    expect(emtdiff(['merge', at('shard-1'), at('shard-2'), '--no-ledger', '--out', at('united')]).code).toBe(0);
    expect(findingsOf('united')).toEqual(whole);
    expect(fuzz('workers', '--workers', '2').code).toBe(0);
    expect(findingsOf('workers')).toEqual(whole);
    expect(emtdiff(['fuzz', '--resume', at('workers'), '--no-ledger']).code).toBe(0);
    expect(findingsOf('workers')).toEqual(whole);
  });

  test('exits by the classes: unsafe for the host is correctness', () => {
    expect(
      emtdiff(['fuzz', '--models', PROFILE, '--seed', 'judging', '--cases', '100', '--no-ledger', '--fail-on', 'correctness']).code,
    ).toBe(1);
    expect(
      emtdiff(['fuzz', '--models', 'tdx/6.16', '--seed', 'judging', '--cases', '100', '--no-ledger', '--fail-on', 'any']).code,
    ).toBe(0);
  });
});

describe('A finding of a broken invariant', () => {
  test('is replayed: which invariant breaks at which step', () => {
    const text = emtdiff(['replay', FINDING]).stdout;
    const words = text.replace(/\s+/g, ' ');
    expect(words).toContain('step 2 breaks I7: A free page is not assigned');
    expect(words).toContain(`machine-check ${BUCKET} (unsafe-host, ${PROFILE})`);
    const { divergences } = JSON.parse(emtdiff(['replay', FINDING, '--format', 'json']).stdout);
    expect(divergences).toMatchObject([
      { step: 2, lens: 'invariant', invariant: { id: 'I7' }, buckets: [{ id: BUCKET, class: 'unsafe-host', got: PROFILE }] },
    ]);
  });

  test('is explained: the invariant and the rule of the step', () => {
    const text = emtdiff(['explain', FINDING]).stdout.replace(/\s+/g, ' ');
    expect(text).toContain('invariant: sev-snp/rfc-v8: broken: I7: A free page is not assigned');
    expect(text).toContain('rule sev-snp.freed-while-assigned');
  });

  test('is minimised again, from a longer scenario, to itself', () => {
    const { scenario } = JSON.parse(readFileSync(FINDING, 'utf8'));
    const noise = { op: 'write-msr', vcpu: 0, msr: '0x277', value: '0x0' };
    const longer = JSON.stringify({ ...scenario, steps: [noise, ...scenario.steps, noise] });
    const found = JSON.parse(emtdiff(['minimise', '-', '--models', PROFILE, '--format', 'json'], longer).stdout);
    expect(found).toMatchObject({ bucket: { id: BUCKET, class: 'unsafe-host' }, scenario: { steps: scenario.steps } });
  });

  test('is accepted into a ledger, which then explains it', () => {
    const ledger = at('ledger');
    const accepted = emtdiff([
      'accept',
      FINDING,
      '--reason-from-rules',
      '--ledger',
      ledger,
      '--by',
      'a test',
      '--on',
      '2026-11-21',
    ]);
    expect([accepted.code, accepted.stderr]).toEqual([0, '']);
    expect(readdirSync(ledger)).toHaveLength(1);
    const run = emtdiff([
      'fuzz',
      '--models',
      PROFILE,
      '--seed',
      'judging',
      '--cases',
      '100',
      '--ledger',
      ledger,
      '--format',
      'json',
      '--strict',
    ]);
    const { buckets, ledger: review } = JSON.parse(run.stdout);
    expect(buckets.find(({ id }: { id: string }) => id === BUCKET).known.reason).toMatch(
      /^sev-snp\/rfc-v8: .*; this breaks I7, "A free page /,
    );
    expect(review).toMatchObject({ known: 1, expired: [], notShown: [] });
  });
});
