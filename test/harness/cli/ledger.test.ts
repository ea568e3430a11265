import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff, MAIN } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'emtdiff-ledger-'));
const RUN = ['fuzz', '--seed', 'golden', '--cases', '200', '--models', 'bare-metal/intel,intel-ept/6.16'];
const run = join(folder, 'run');
const ledger = join(folder, 'ledger');

interface Summary {
  readonly ledger?: Record<'new' | 'known' | 'inBaseline', number> &
    Record<'unused' | 'notShown' | 'expired' | 'tooWide' | 'changed', unknown[]>;
  readonly buckets: readonly { readonly id: string; readonly known?: { readonly entry: string }; readonly baseline?: boolean }[];
}

/** As `--baseline` reads it. */
interface StoredFinding {
  readonly partition: string[][];
  readonly bucket: { readonly rules: string[] };
  readonly profiles: string[];
}

function judged(...args: readonly string[]): { code: number | null; summary: Summary } {
  const { code, stdout } = emtdiff([...RUN, '--format', 'json', ...args]);
  return { code, summary: JSON.parse(stdout) };
}

/** The ledger with a change of the entry of one bucket: null removes it. */
function changedLedger(
  name: string,
  change: (entry: Record<string, unknown>) => Record<string, unknown> | null,
): { path: string; id: string } {
  const path = mkdtempSync(join(folder, `${name}-`));
  let id = '';
  for (const file of readdirSync(ledger)) {
    const document = JSON.parse(readFileSync(join(ledger, file), 'utf8'));
    if (id === '') {
      id = document.entries[0].id;
      const changed = change(document.entries[0]);
      document.entries.splice(0, 1, ...(changed === null ? [] : [changed]));
    }
    if (document.entries.length > 0) writeFileSync(join(path, file), JSON.stringify(document));
  }
  return { path, id };
}

describe('The ledger in emtdiff fuzz', () => {
  beforeAll(() => {
    expect(emtdiff([...RUN, '--no-ledger', '--out', run]).code).toBe(0);
    const accepted = emtdiff([
      'accept',
      run,
      '--all',
      '--reason-from-rules',
      '--by',
      'a tester',
      '--on',
      '2026-01-01',
      '--ledger',
      ledger,
    ]);
    expect(accepted.code).toBe(0);
  });

  test('knows every bucket that was accepted, and nothing is new', () => {
    const { code, summary } = judged('--ledger', ledger, '--strict');
    expect(summary.buckets.length).toBeGreaterThan(10);
    expect(summary.ledger).toMatchObject({ new: 0, known: summary.buckets.length, notShown: [], expired: [], tooWide: [] });
    expect(code).toBe(0);
  });

  test('makes a bucket new again when its entry is removed', () => {
    const { path, id } = changedLedger('removed', () => null);
    const { code, summary } = judged('--ledger', path);
    expect(summary.buckets.filter(({ known }) => known === undefined).map((bucket) => bucket.id)).toEqual([id]);
    expect(code).toBe(1);
    expect(judged('--ledger', path, '--fail-on', 'none').code).toBe(0);
  });

  test.each<[string, (entry: Record<string, unknown>) => Record<string, unknown>]>([
    ['unused', (entry) => ({ ...entry, scope: { ...(entry.scope as object), profiles: [['bare-metal/intel', 'intel-ept/9.9']] } })],
    ['expired', (entry) => ({ ...entry, expires: '2026-01-02' })],
    ['notShown', (entry) => ({ ...entry, id: 'other', scope: { ...(entry.scope as object), rules: ['no', 'no'] } })],
    ['tooWide', (entry) => ({ ...entry, scope: { ...(entry.scope as object), rules: ['*', '*'] } })],
  ])('calls an entry %s, which is exit 4 under --strict', (what, change) => {
    const kept = changedLedger(what, change).path;
    // The entry that no longer explains its bucket leaves it new.
    const baseline = what === 'notShown' || what === 'unused' ? ['--baseline', run] : [];
    const { code, summary } = judged('--ledger', kept, '--strict', ...baseline);
    expect(summary.ledger?.[what as 'expired']).toHaveLength(1);
    expect(code).toBe(4);
  });

  test('calls an entry expired without --strict, too, and exits 0', () => {
    const kept = changedLedger('told-expired', (entry) => ({ ...entry, expires: '2026-01-02' })).path;
    const { code, stdout } = emtdiff([...RUN, '--ledger', kept]);
    expect(stdout).toMatch(/LEDGER entries expired: 1 /);
    expect(code).toBe(0);
  });

  test('judges shards, united by emtdiff merge, as it judges the whole', () => {
    const { path, id } = changedLedger('united', () => null);
    const at = (name: string) => join(path, '..', `united-${name}`);
    const gate = ['--ledger', path, '--baseline', run, '--fail-on', 'any'];
    expect(emtdiff([...RUN, ...gate, '--out', at('whole')]).code).toBe(1);
    for (const shard of ['0', '1']) emtdiff([...RUN, '--no-ledger', '--shard', `${shard}/2`, '--out', at(shard)]);
    expect(emtdiff(['merge', at('1'), at('0'), '--out', at('both'), ...gate]).code).toBe(1);
    const [whole, both] = ['whole', 'both'].map((name) => JSON.parse(readFileSync(join(at(name), 'summary.json'), 'utf8')));
    expect({ ...both, timing: null }).toEqual({ ...whole, timing: null });
    expect(both.ledger).toMatchObject({ new: 0, inBaseline: both.buckets.length });
    const fresh = emtdiff(['merge', at('0'), at('1'), '--out', at('fresh'), '--ledger', path]);
    expect([fresh.code, /\d+ buckets \((\d+) new\)/.exec(fresh.stdout)?.[1]]).toEqual([1, '1']);
    expect(readFileSync(join(at('fresh'), 'summary.json'), 'utf8')).toContain(id);
  });

  test('takes the buckets of a baseline as old', () => {
    const { code, summary } = judged('--no-ledger', '--baseline', run);
    expect(summary.ledger).toMatchObject({ new: 0, known: 0, inBaseline: summary.buckets.length });
    expect(code).toBe(0);
    const fewer = mkdtempSync(join(folder, 'fewer-'));
    for (const name of readdirSync(join(run, 'findings')).slice(1)) cpSync(join(run, 'findings', name), join(fewer, name));
    const less = judged('--no-ledger', '--baseline', fewer);
    expect([less.summary.ledger?.new, less.code]).toEqual([1, 1]);
  });

  test('takes broken invariants and counters of a baseline as old, too', () => {
    const panel = ['--seed', 'golden', '--cases', '40', '--models', 'sev-snp/6.11,sev-snp/6.11+skip-zap', '--lens', 'private,cost'];
    const stored = mkdtempSync(join(folder, 'private-'));
    expect(emtdiff(['fuzz', ...panel, '--out', stored]).code).toBe(0);
    const kinds = new Set(readdirSync(join(stored, 'findings')).map((name) => name.split('-')[0]));
    expect([...kinds].sort()).toEqual(['cost', 'invariant', 'private']);
    expect(emtdiff(['fuzz', ...panel, '--baseline', stored]).code).toBe(0);
  });

  test('asks outside models and counters, too, whether an entry still holds', () => {
    const external = `mine=${process.execPath} ${MAIN} serve intel-ept/6.16`;
    const panel = [
      '--models',
      'intel-ept/6.6',
      '--external',
      external,
      '--lens',
      'memtype,cost',
      '--seed',
      'golden',
      '--cases',
      '5',
    ];
    const [stored, own] = [mkdtempSync(join(folder, 'outside-')), join(folder, 'outside-ledger')];
    expect(emtdiff(['fuzz', ...panel, '--out', stored]).code).toBe(0);
    const reason = ['--all', '--reason', 'It is so.', '--source', 'a book', '--ledger', own];
    expect(emtdiff(['accept', stored, ...reason]).code).toBe(0);
    const { code, stdout } = emtdiff(['fuzz', ...panel, '--ledger', own, '--strict', '--format', 'json']);
    const { ledger: judged, buckets } = JSON.parse(stdout);
    expect(new Set(buckets.map(({ lens }: { lens: string }) => lens))).toEqual(new Set(['memtype', 'cost']));
    expect([code, judged.new, judged.notShown]).toEqual([0, 0, []]);
  });

  test('takes a bucket of the baseline as new where its stored scenario shows other profiles or rules today', () => {
    const stored = mkdtempSync(join(folder, 'changed-'));
    const names = readdirSync(join(run, 'findings'));
    const changes: ((finding: StoredFinding) => object)[] = [
      ({ partition }) => ({ partition: [partition.flat()] }),
      ({ bucket }) => ({ bucket: { ...bucket, rules: ['another.rule', bucket.rules[1]] } }),
      () => ({ scenario: { format: 'emtdiff-scenario/1', steps: [] } }),
      ({ profiles, partition }) => ({ profiles: [...profiles, 'intel-ept/9.9'], partition: [...partition, ['intel-ept/9.9']] }),
    ];
    const ids = names.map((name, index) => {
      const finding = JSON.parse(readFileSync(join(run, 'findings', name), 'utf8'));
      writeFileSync(join(stored, name), JSON.stringify({ ...finding, ...changes[index]?.(finding) }));
      return finding.bucket.id;
    });
    const { code, summary } = judged('--no-ledger', '--baseline', stored);
    expect(summary.buckets.filter(({ baseline }) => !baseline).map(({ id }) => id)).toHaveLength(3);
    expect([...(summary.ledger?.changed ?? [])].sort()).toEqual(ids.slice(0, 3).sort());
    expect([summary.ledger?.new, code]).toEqual([3, 1]);
  });

  test('speaks of what is new first, and counts what is known', () => {
    const { path, id } = changedLedger('told', () => null);
    const { stdout } = emtdiff([...RUN, '--ledger', path]);
    const known = Number(/1 new; (\d+) known to the ledger/.exec(stdout)?.[1]);
    expect(known).toBeGreaterThan(10);
    const lines = stdout.split('\n').filter((line) => line.includes(' -> ') && /\d+x? \d+ steps?|x \d+ step/.test(line));
    expect(lines).toHaveLength(1);
    expect(stdout.replace(/\s+/g, '')).toContain(id);
  });

  test('exits 0 without a say of ledger or baseline', () => {
    expect(emtdiff([...RUN, '--no-ledger']).code).toBe(0);
    expect(emtdiff([...RUN, '--no-ledger', '--fail-on', 'new']).code).toBe(1);
  });

  test.each([
    [['--no-ledger', '--ledger', 'x'], '--no-ledger: found beside --ledger'],
    [['--ledger', join(folder, 'none')], 'none: found ENOENT, expected a folder of JSON files'],
    [['--baseline', ledger], '$.format: found "emtdiff-known/1", expected "emtdiff-finding/1"'],
  ])('refuses %j', (args, sentence) => {
    const refused = emtdiff([...RUN, ...args]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(sentence);
  });
});

describe('emtdiff accept', () => {
  const finding = () => join(run, 'findings', readdirSync(join(run, 'findings'))[0]);

  test('writes one entry with its reason, sources, who and when; a second time it is known already', () => {
    const path = join(mkdtempSync(join(folder, 'one-')), 'ledger');
    const args = ['accept', finding(), '--ledger', path, '--reason', 'It is so.', '--source', 'a book', '--source', 'a mail'];
    expect(emtdiff([...args, '--by', 'me', '--on', '2026-02-03', '--expires', '2027-02-03', '--severity', 'none']).code).toBe(0);
    const [file] = readdirSync(path);
    const { entries } = JSON.parse(readFileSync(join(path, file), 'utf8'));
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      reason: 'It is so.',
      citations: ['a book', 'a mail'],
      severity: 'none',
      accepted: { by: 'me', on: '2026-02-03' },
      expires: '2027-02-03',
    });
    expect(`${entries[0].scope.rules[1]}.json`).toBe(file);
    const again = emtdiff(args);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('found a bucket that the ledger explains already');
  });

  test.each([
    [['x.json', '--reason', 'a', '--source', 'b'], 'x.json: found ENOENT, expected a finding'],
    [['x.json', '--reason', 'a'], 'expected --reason with --source, or --reason-from-rules'],
    [['x.json', '--all', '--reason-from-rules'], 'x.json: found no folder, expected a run folder (--all)'],
  ])('refuses %j', (args, sentence) => {
    const refused = emtdiff(['accept', '--ledger', ledger, ...args]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(sentence);
  });

  test('refuses a date that is none', () => {
    const refused = emtdiff([
      'accept',
      finding(),
      '--ledger',
      join(folder, 'l'),
      '--reason',
      'a',
      '--source',
      'b',
      '--on',
      'today',
    ]);
    expect(refused.stderr).toContain('--on: found "today", expected a date such as 2026-11-21');
  });
});
