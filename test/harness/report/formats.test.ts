import { githubAnnotations } from '../../../harness/report/ci/annotations.js';
import { disagreements } from '../../../harness/report/html/heat-map.js';
import { code } from '../../../harness/report/ci/markdown.js';
import { memoryRanges } from '../../../harness/report/html/memory-ranges.js';
import { REPORT_FORMATS, type ReportFormat, reportList, reportText } from '../../../harness/report/report-formats.js';
import { ruleLookup } from '../../../harness/report/rule-lookup.js';
import { runReport } from '../../../harness/report/run-report.js';
import { DOCUMENT, FINDING, HOSTILE } from './hostile-run.js';

const REPORT = runReport(DOCUMENT, [FINDING], 'summary.json');
const LOOKUP = ruleLookup([
  [
    null,
    {
      id: 'intel-ept.no-noncoherent-dma',
      sentence: 'Write back <b>without</b> such a device.',
      citation: { document: 'Linux v6.16', place: 'vmx_get_mt_mask()', commit: '377b2f359d1f' },
    },
  ],
]);
const textOf = (format: ReportFormat) => reportText(format, DOCUMENT, REPORT, LOOKUP);

test('The worst bucket stands first, whatever the order of the run', () => {
  expect(REPORT.buckets.map(({ severity }) => severity)).toEqual(['coherence', 'performance']);
});

test.each(['html', 'junit'] as const)('Hostile text is text in %s: no tag of it survives, no control character', (format) => {
  const text = textOf(format);
  expect(text).not.toContain('<img');
  expect(text).not.toContain('<b>without');
  expect(text).toContain('&lt;img src=x onerror=&quot;');
  expect(text).not.toMatch(/\p{Cf}|\p{Cc}(?<!\n)/u);
});

test('The HTML asks for nothing from a network and runs only its own script', () => {
  const text = textOf('html');
  expect(text).not.toMatch(/<[^>]+\s(src|srcset|action)=(?!x)/);
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).toMatch(/default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'/);
  expect(text).not.toMatch(/<[^>]+ (style|on\w+)="/);
});

test('A rule stands with its sentence and its citation in every format for people', () => {
  for (const format of ['html', 'markdown', 'junit'] as const) {
    expect(textOf(format).replace(/\s+/g, ' ')).toContain('vmx_get_mt_mask(), 377b2f359d1f');
  }
});

test('A code span of Markdown ends where it should, whatever backticks are inside', () => {
  expect(code('a')).toBe('`a`');
  expect(code('a``b`')).toBe('``` a``b` ```');
});

test('Markdown has no line that hostile text began', () => {
  expect(textOf('markdown')).not.toMatch(/\p{Cf}|\p{Cc}(?<!\n)/u);
  expect(textOf('markdown')).not.toMatch(/^(- evil|<)/m);
});

test('JUnit has a case per bucket and model fault; what only costs time does not fail', () => {
  const text = textOf('junit');
  expect(text.match(/<testcase /g)).toHaveLength(3);
  expect(text.match(/<failure /g)).toHaveLength(1);
  expect(text).toContain('tests="3" failures="1" errors="1"');
});

test('SARIF has a result per cause with the cause as fingerprint, and rules that the results point to', () => {
  const { version, runs } = JSON.parse(textOf('sarif'));
  expect(version).toBe('2.1.0');
  const [{ results, tool }] = runs;
  expect(
    results.map((result: { level: string; partialFingerprints: object }) => [result.level, result.partialFingerprints]),
  ).toEqual([
    ['error', { 'emtdiffCause/v1': 'memtype-access~a~b' }],
    ['note', { 'emtdiffCause/v1': 'memtype-access~a~c' }],
  ]);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
});

test('The JSON is the summary', () => {
  expect(JSON.parse(textOf('json'))).toEqual(DOCUMENT);
});

test('Every format is a function of the run alone', () => {
  for (const format of REPORT_FORMATS) expect(textOf(format)).toBe(textOf(format));
});

test('At most ten annotations, and no text begins a command of its own', () => {
  const bucket = { ...REPORT.buckets[0], id: 'x\n::error::y%0A' };
  const many = { ...REPORT, causes: Array.from({ length: 30 }, () => ({ ...REPORT.causes[0], buckets: [bucket] })) };
  const lines = githubAnnotations(many).trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.filter((line) => /^::(error|warning|notice) title=[^:,]+::/.test(line))).toHaveLength(10);
  expect(lines[1]).toContain('x%0A::error::y%250A');
});

test('The heat map tells in how many buckets two profiles stand apart, how bad the worst is, how many are new; nothing of one that abstains', () => {
  const cells = disagreements(
    ['a', 'b', 'c', 'd'],
    [
      { partition: [['a', 'b'], ['c']], severity: 'ordering', standing: 'known' },
      { partition: [['a'], ['b', 'c']], severity: 'coherence', standing: 'new' },
    ],
  );
  const shown = cells.map((row) => row.map((cell) => (cell === null ? '-' : `${cell.count} ${cell.worst} +${cell.news}`)));
  expect(shown).toEqual([
    ['-', '1 coherence +1', '2 coherence +1', '-'],
    ['1 coherence +1', '-', '1 ordering +0', '-'],
    ['2 coherence +1', '1 ordering +0', '-', '-'],
    ['-', '-', '-', '-'],
  ]);
});

test('The memory map has the region, the MTRR as written and the frame touched', () => {
  const ranges = memoryRanges(REPORT.buckets[0].scenario, 2);
  expect(ranges.map(({ lane, first, end, label }) => [lane, first, end, label])).toEqual([
    ['backing', 0, 0x100, 'ram'],
    ['mtrr', 0x10, 0x11, '0 WC'],
    ['step', 0x10, 0x11, '#2'],
  ]);
});

test('What stands after the divergent step is not drawn', () => {
  expect(memoryRanges(REPORT.buckets[0].scenario, 0).map(({ lane }) => lane)).toEqual(['backing']);
});

test('A broken summary is a sentence with the path in it', () => {
  const broken = { ...DOCUMENT, buckets: [{ ...DOCUMENT.buckets[0], severity: HOSTILE }] };
  expect(() => runReport(broken, [], 'summary.json')).toThrow(
    /summary\.json: \$\.buckets\[0\]\.severity: found .*expected one of machine-check/,
  );
});

test('A list of reports names known formats and files', () => {
  expect(reportList('html=a=b.html,junit=c.xml')).toEqual([
    { format: 'html', file: 'a=b.html' },
    { format: 'junit', file: 'c.xml' },
  ]);
  for (const wrong of ['', 'html', 'html=', 'pdf=a', `html=${__dirname}`])
    expect(() => reportList(wrong)).toThrow('--report: found');
});

test('What the script reads of profiles is JSON and names them as the filters do, a bucket by their numbers, hostile ones too', () => {
  const text = textOf('html')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  const [, names] = /data-profiles="(\[.*?\])" data-rules=/.exec(text)!;
  expect(JSON.parse(names)).toHaveLength(2);
  for (const name of JSON.parse(names)) expect(text).toContain(`<option value="${name}">`);
  expect(text.match(/data-sides="0,1"/g)).toHaveLength(2);
});
