import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEVERITIES } from '../../../harness/classify/severity.js';
import { emtdiff, MAIN } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'emtdiff-ledger-'));
const RUN = ['fuzz', '--seed', 'golden', '--cases', '200', '--models', 'bare-metal/intel,intel-ept/6.16'];
const run = join(folder, 'run');
const ledger = join(folder, 'ledger');

interface Summary {
  readonly ledger?: Record<'new' | 'known' | 'inBaseline', number> &
    Record<'unused' | 'notShown' | 'expired' | 'moved' | 'changed', unknown[]>;
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

/** The ledger with a change of its first entry: null removes it. @returns its buckets, too */
function changedLedger(
  name: string,
  change: (entry: Record<string, unknown>) => Record<string, unknown> | null,
): { path: string; id: string; ids: string[] } {
  const path = mkdtempSync(join(folder, `${name}-`));
  let id = '';
  let ids: string[] = [];
  for (const file of readdirSync(ledger).sort()) {
    const document = JSON.parse(readFileSync(join(ledger, file), 'utf8'));
    if (id === '') {
      id = document.entries[0].id;
      ids = document.entries[0].buckets.map((bucket: { id: string }) => bucket.id);
      const changed = change(document.entries[0]);
      document.entries.splice(0, 1, ...(changed === null ? [] : [changed]));
    }
    if (document.entries.length > 0) writeFileSync(join(path, file), JSON.stringify(document));
  }
  return { path, id, ids: ids.sort() };
}

const inBucketsOf = (change: object) => (entry: Record<string, unknown>) => ({
  ...entry,
  buckets: (entry.buckets as object[]).map((bucket) => ({ ...bucket, ...change })),
});

describe('The ledger in emtdiff fuzz', () => {
  beforeAll(() => {
    expect(emtdiff([...RUN, '--no-ledger', '--out', run]).code).toBe(0);
    const accepted = emtdiff([
      'accept',
      run,
      '--all',
      '--reason-from-rules',
      '--yes',
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
    expect(summary.ledger).toMatchObject({ new: 0, known: summary.buckets.length, notShown: [], expired: [], moved: [] });
    expect(code).toBe(0);
  });

  test('makes a bucket new again when its entry is removed', () => {
    const { path, ids } = changedLedger('removed', () => null);
    const { code, summary } = judged('--ledger', path);
    const fresh = summary.buckets.filter(({ known }) => known === undefined).map((bucket) => bucket.id);
    expect(fresh.sort()).toEqual(ids);
    expect(code).toBe(1);
    expect(judged('--ledger', path, '--fail-on', 'none').code).toBe(0);
  });

  test.each<[string, (entry: Record<string, unknown>) => Record<string, unknown>]>([
    ['unused', inBucketsOf({ profiles: [['bare-metal/intel', 'intel-ept/9.9']] })],
    ['expired', (entry) => ({ ...entry, expires: '2026-01-02' })],
  ])('calls an entry %s, which is exit 4 under --strict', (what, change) => {
    const kept = changedLedger(what, change).path;
    // The entry that no longer explains its bucket leaves it new.
    const baseline = what === 'unused' ? ['--baseline', run] : [];
    const { code, summary } = judged('--ledger', kept, '--strict', ...baseline);
    expect(summary.ledger?.[what as 'expired']).toHaveLength(1);
    expect(code).toBe(4);
  });

  test('takes a bucket of known rules with an answer that its entry does not have as new', () => {
    const { path } = changedLedger('answers', inBucketsOf({ outcomes: ['UC -> WC'] }));
    const { code, summary } = judged('--ledger', path);
    expect(summary.ledger?.new).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  test('calls an entry expired without --strict, too, and exits 0', () => {
    const kept = changedLedger('told-expired', (entry) => ({ ...entry, expires: '2026-01-02' })).path;
    const { code, stdout } = emtdiff([...RUN, '--ledger', kept]);
    expect(stdout).toMatch(/LEDGER known causes that expired: 1 /);
    expect(code).toBe(0);
  });

  test('judges shards, united by emtdiff merge, as it judges the whole', () => {
    const { path, ids } = changedLedger('united', () => null);
    const at = (name: string) => join(path, '..', `united-${name}`);
    const gate = ['--ledger', path, '--baseline', run, '--fail-on', 'any'];
    expect(emtdiff([...RUN, ...gate, '--out', at('whole')]).code).toBe(1);
    for (const shard of ['1', '2']) emtdiff([...RUN, '--no-ledger', '--shard', `${shard}/2`, '--out', at(shard)]);
    expect(emtdiff(['merge', at('2'), at('1'), '--out', at('both'), ...gate]).code).toBe(1);
    const [whole, both] = ['whole', 'both'].map((name) => JSON.parse(readFileSync(join(at(name), 'summary.json'), 'utf8')));
    expect({ ...both, timing: null }).toEqual({ ...whole, timing: null });
    expect(both.ledger).toMatchObject({ new: 0, inBaseline: both.buckets.length });
    const fresh = emtdiff(['merge', at('1'), at('2'), '--out', at('fresh'), '--ledger', path]);
    expect([fresh.code, /\d+ buckets \((\d+) new\)/.exec(fresh.stdout)?.[1]]).toEqual([1, `${ids.length}`]);
    for (const id of ids) expect(readFileSync(join(at('fresh'), 'summary.json'), 'utf8')).toContain(id);
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

  test('asks external models and counters, too, whether an entry still holds', () => {
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
    const reason = ['--all', '--yes', '--reason', 'It is so.', '--source', 'a book', '--ledger', own];
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
      ({ partition }) => ({ partition: partition.slice(1) }),
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
    const { path, ids } = changedLedger('told', () => null);
    const { stdout } = emtdiff([...RUN, '--ledger', path]);
    const known = Number(/(?:1 new cause|new or changed buckets? of 1 known cause).*?\b(\d+) known buckets/s.exec(stdout)?.[1]);
    expect(known).toBeGreaterThan(10);
    expect(stdout.replace(/\s+/g, ' ').match(/\((?:\d+ new of )?\d+ buckets?, \d+ steps?\)/g)).toHaveLength(1);
    expect(ids.some((id) => stdout.replace(/\s+/g, '').includes(id))).toBe(true);
  });

  test('exits 0 without a say of ledger or baseline', () => {
    expect(emtdiff([...RUN, '--no-ledger']).code).toBe(0);
    expect(emtdiff([...RUN, '--no-ledger', '--fail-on', 'new']).code).toBe(1);
  });

  test.each([
    [['--no-ledger', '--ledger', 'x'], '--no-ledger: found beside --ledger'],
    [['--ledger', join(folder, 'none')], 'none: found no such file or folder, expected a folder of JSON files'],
    [['--baseline', ledger], '$.format: found "emtdiff-known/2", expected "emtdiff-finding/1"'],
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
      recorded: { by: 'me', on: '2026-02-03' },
      reviewed: { by: 'me', on: '2026-02-03' },
      expires: '2027-02-03',
    });
    expect(`${entries[0].id}.json`).toBe(file);
    expect(entries[0].buckets[0].outcomes[0]).toMatch(/^\S+ -> \S+/);
    const again = emtdiff(args);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('found a bucket that the ledger explains already');
  });

  test.each([
    [['x.json', '--reason', 'a', '--source', 'b'], 'x.json: found no such file or folder, expected a finding'],
    [['x.json', '--reason', 'a'], 'expected --reason with --source, or --reason-from-rules'],
    [['x.json', '--all', '--reason-from-rules'], 'x.json: found no folder, expected a run folder (--all)'],
  ])('refuses %j', (args, sentence) => {
    const refused = emtdiff(['accept', '--ledger', ledger, ...args]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(sentence);
  });

  test('lists all of a run, the worst first, and takes them only with --yes', () => {
    const path = join(folder, 'asked');
    const args = ['accept', run, '--all', '--reason-from-rules', '--ledger', path];
    const asked = emtdiff(args);
    expect([asked.code, existsSync(path)]).toEqual([2, false]);
    expect(asked.stderr).toContain('accept --all: found no --yes and nobody to ask, expected --yes to take these ');
    const ranks = asked.stdout
      .trim()
      .split('\n')
      .map((line) => SEVERITIES.indexOf(line.split(' ')[0] as 'none'));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(ranks.length).toBeGreaterThan(5);
  });

  test('writes into corpora of the working directory, lists the files, and the next run reads them', () => {
    const cwd = mkdtempSync(join(folder, 'project-'));
    const taken = emtdiff(['accept', run, '--all', '--reason-from-rules', '--yes'], '', { cwd });
    const files = readdirSync(join(cwd, 'corpora/known-divergences'));
    expect(taken.code).toBe(0);
    for (const file of files) expect(taken.stdout).toContain(`corpora/known-divergences/${file}\n`);
    const { stdout } = emtdiff([...RUN.slice(0, 4), '1', ...RUN.slice(5), '--print-config'], '', { cwd });
    expect(JSON.parse(stdout).settings.ledger.value).toContain('corpora/known-divergences');
  });

  test('has the reason of a person take the place of what a command recorded', () => {
    const path = mkdtempSync(join(folder, 'reviewed-'));
    for (const file of readdirSync(ledger)) cpSync(join(ledger, file), join(path, file));
    const [file] = readdirSync(path).sort();
    const read = () => JSON.parse(readFileSync(join(path, file), 'utf8')).entries[0];
    expect(read().reviewed).toBeUndefined();
    const args = ['accept', read().id, '--ledger', path, '--reason', 'It has to be so.', '--source', 'a book', '--by', 'me'];
    expect(emtdiff(args).code).toBe(0);
    expect(read()).toMatchObject({
      reason: 'It has to be so.',
      citations: ['a book'],
      reviewed: { by: 'me' },
      recorded: { by: 'a tester' },
    });
  });

  test('pins with --update what profiles answer today, and lists what moved', () => {
    const { path } = changedLedger('update', inBucketsOf({ answers: { 'intel-ept/6.16': { outcome: 'gp' } } }));
    const updated = emtdiff(['accept', path, '--update']);
    expect(updated.code).toBe(0);
    expect(updated.stdout).toMatch(/intel-ept\/6\.16, step \d+ of .*: then \{"outcome":"gp"\}, now /);
    expect(emtdiff(['accept', path, '--update']).stdout).toBe('0 answers moved\n');
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
