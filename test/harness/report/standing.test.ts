/** What is new, what is in the baseline, what the ledger explains; and what one model breaks alone. */
import { githubAnnotations } from '../../../harness/report/ci/annotations.js';
import { curveText } from '../../../harness/report/curve-text.js';
import { type ReportFormat, reportText } from '../../../harness/report/report-formats.js';
import { runReport } from '../../../harness/report/run-report.js';
import { DOCUMENT, FINDING, HOSTILE } from './hostile-run.js';
import { JUDGED } from './judged-run.js';

const [MILD, WORSE] = DOCUMENT.buckets;
const report = runReport(JUDGED, [FINDING], 'summary.json');
const textOf = (format: ReportFormat) => reportText(format, JUDGED, report, () => undefined);

test('What is new stands first, what what the ledger explains or a baseline has last', () => {
  expect(report.buckets.map(({ id }) => id)).toEqual(['fresh', 'fresh-and-mild', 'known', 'stored']);
});

test('JUnit skips what is known, with the reason, and fails only what is new', () => {
  const text = textOf('junit');
  expect(text.match(/<failure /g)).toHaveLength(1);
  expect(text).toMatch(/name="fresh" time="0"><failure /);
  expect(text).toMatch(/name="known" time="0"><skipped>known to the ledger \(an-entry\): Accepted since 6\.6\./);
  expect(text).toMatch(/name="stored" time="0"><skipped>in the baseline<\/skipped>/);
  expect(text).toMatch(/<testsuite [^>]* skipped="2">/);
});

test('SARIF tells new from unchanged, and suppresses what the ledger explains', () => {
  const [{ results }] = JSON.parse(textOf('sarif')).runs;
  const told = results.map(({ baselineState, suppressions }: { baselineState: string; suppressions?: { kind: string }[] }) => [
    baselineState,
    suppressions?.[0].kind,
  ]);
  expect(told).toEqual([
    ['new', undefined],
    ['new', undefined],
    ['unchanged', 'external'],
    ['unchanged', undefined],
  ]);
});

test('Annotations and Markdown are about what is new', () => {
  expect(githubAnnotations(report)).not.toMatch(/::known|::stored/);
  expect(githubAnnotations(report)).toContain('::fresh%0A');
  expect(textOf('markdown')).toMatch(
    /^# emtdiff: 2 new causes of divergence \(2 buckets\), the worst ordering; 2 known causes\.\n/,
  );
  expect(textOf('markdown').match(/^## /gm)).toHaveLength(2);
});

test('The page names the standing of each bucket and the reason of the ledger as text; without a judgement it does neither', () => {
  expect(textOf('html').match(/data-standing="(\w+)"/g)).toEqual(
    ['new', 'new', 'known', 'known'].map((standing) => `data-standing="${standing}"`),
  );
  expect(textOf('html')).toContain('<select id="standing">');
  expect(textOf('html')).toContain('Known to the ledger: Accepted since 6.6. &lt;/script&gt;');
  const unjudged = reportText('html', DOCUMENT, runReport(DOCUMENT, [], 'summary.json'), () => undefined);
  expect(unjudged).not.toContain('<select id="standing">');
});

test('States are shown line by line, as text', () => {
  const difference = ` {\n-  gfn 0x0: "${HOSTILE}"\n+  gfn 0x0: "UC"\n }`;
  const states = () => [{ majority: 'a', minority: HOSTILE, difference }];
  const text = reportText('html', JUDGED, report, () => undefined, states);
  expect(text.match(/<ins>\+ {2}gfn 0x0: &quot;UC&quot;<\/ins>/g)).toHaveLength(4);
  expect(text).toContain('<del>-  gfn 0x0: &quot;&lt;/script&gt;');
});

test('A curve says when half of the buckets had been seen, and when the last', () => {
  const points = [[1, 64, 10], [2, 128, 30], [3600, 999_999, 40], [9000, 2_000_000, 40]] as const; // biome-ignore format: a table
  expect(curveText({ shard: '0/1', points }, false)).toBe(
    'Half of the 40 buckets were seen within 2 s (128 cases), the last of them within 60 min (999\u202f999 cases).',
  );
  expect(curveText({ shard: '1/2', points: [[5, 64, 0]] }, true)).toBe('Shard 1/2: No bucket in 5 s (64 cases).');
});

describe('An invariant that models break', () => {
  const invariant = {
    id: 'I7',
    sentence: `A free page is not assigned. ${HOSTILE}`,
    citation: { document: 'Linux v6.11', place: 'here()' },
  };
  const broken = {
    ...WORSE,
    class: 'unsafe-host',
    invariant,
    lens: 'invariant',
    expected: 'tdx/6.16',
    got: 'tdx/6.16',
    partition: [['tdx/rfc'], ['tdx/6.16']],
    rules: ['I7', 'tdx.rule'],
    groupRules: [['tdx.rule'], ['tdx.rule']],
  };
  const textWith = (format: ReportFormat, bucket: object) => {
    const document = { ...DOCUMENT, profiles: [...DOCUMENT.profiles, 'tdx/rfc', 'tdx/6.16'], buckets: [bucket], modelFaults: [] };
    return reportText(format, document, runReport(document, [], 'summary.json'), () => undefined).replace(/\s+/g, ' ');
  };

  test.each(['html', 'markdown', 'junit', 'sarif'] as const)(
    'is told with its sentence, its source and its class in %s',
    (format) => {
      const text = textWith(format, broken);
      expect(text.replace(/<\/?\w+>|`/g, '')).toContain('tdx/6.16 breaks I7');
      for (const words of ['A free page is not assigned.', 'Linux v6.11, here()', 'unsafe-host']) expect(text).toContain(words);
      expect(text).not.toMatch(/against <b>|against tdx| vs tdx/);
    },
  );

  test('tells who keeps it and who breaks it', () => {
    expect(textWith('markdown', broken)).toMatch(/keeps I7: `tdx\/rfc`.*breaks I7: `tdx\/6\.16`/);
    expect(textWith('html', broken)).toMatch(/<b>keeps I7<\/b> <i>tdx\/rfc<.*<b>breaks I7<\/b> <i>tdx\/6\.16</);
  });

  test.each(['html', 'markdown', 'junit', 'sarif'] as const)('and that nobody else keeps has nobody against it in %s', (format) => {
    const alone = { ...broken, partition: [['tdx/6.16']], answers: [{ outcome: 'ok' }], groupRules: [['tdx.rule']] };
    expect(textWith(format, alone)).not.toMatch(/against <b>|against tdx| vs tdx/);
  });
});

test('Lines of Markdown fit into a mail, but for names that no space parts; a command is parted as sh reads it', () => {
  const replay = `npx emtdiff replay --seed s --case 7 --models ${'a,'.repeat(60)}b`;
  const document = {
    ...DOCUMENT,
    seed: 's',
    profiles: [...DOCUMENT.profiles, 'a', 'b'],
    modelFaults: [],
    buckets: [{ ...MILD, partition: [['a'], ['b']] }],
  };
  const finding = { ...FINDING, bucket: { ...FINDING.bucket, id: MILD.id }, replay };
  const text = reportText('markdown', document, runReport(document, [finding], 'summary.json'), () => undefined);
  for (const line of text.split('\n'))
    if (line.trim().includes(' ') && !/--models|^## /.test(line)) expect(line.length).toBeLessThanOrEqual(100);
  expect(text).toContain('\n    --case 7 \\\n    --models a,a,');
});

describe('A name with a line of its own in it', () => {
  const name = 'mine\n::error::owned\n# heading\n@user';
  const document = {
    ...JUDGED,
    seed: name,
    profiles: ['bare-metal/intel', name],
    ledger: { new: 1, known: 0, notShown: [name] },
    modelFaults: [{ profile: name, case: 1, message: name }],
    unreachedRules: [name],
    causes: [
      {
        id: name,
        title: name,
        severity: 'ordering',
        profiles: [name],
        rules: [name],
        buckets: [name],
        scenario: WORSE.scenario,
        standing: 'new',
      },
    ],
    buckets: [
      {
        ...WORSE,
        id: name,
        got: name,
        partition: [['bare-metal/intel'], [name]],
        abstaining: [],
        rules: [name, name],
        groupRules: [[name], [name]],
      },
    ],
  };
  const run = runReport(document, [], 'summary.json');

  test.each(['html', 'markdown', 'junit', 'sarif'] as const)('begins no line of %s', (format) => {
    const text = reportText(format, document, run, () => undefined);
    expect(text).not.toMatch(/^\s*(::error::|# heading|@user)/m);
  });

  test('heads every report as a known divergence that no longer reproduces', () => {
    for (const format of ['html', 'markdown', 'junit', 'sarif'] as const)
      expect(reportText(format, document, run, () => undefined).replace(/\s+/g, ' ')).toContain(
        'CHANGED: 1 known divergence no longer reproduces',
      );
    expect(githubAnnotations(run)).toContain('CHANGED: 1 known divergence no longer reproduces');
  });
});

test('JUnit groups the buckets of a cause', () => {
  const cause = {
    id: 'c',
    title: 'One cause',
    severity: 'coherence',
    profiles: [],
    rules: [],
    buckets: DOCUMENT.buckets.map(({ id }) => id),
    scenario: WORSE.scenario,
    standing: 'new',
  };
  const document = { ...DOCUMENT, causes: [cause] };
  const text = reportText('junit', document, runReport(document, [], 'summary.json'), () => undefined);
  expect(text.match(/<testcase classname="One cause" name="memtype-access~a~[bc]"/g)).toHaveLength(2);
});
