import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateXML } from 'xmllint-wasm';
import { emtdiff } from './command.js';

const shipped = join(__dirname, '../../../corpora/regressions');
const temporary = () => mkdtempSync(join(tmpdir(), 'emtdiff-regress-'));
const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

function corpus(): string {
  const folder = temporary();
  cpSync(shipped, folder, { recursive: true });
  return folder;
}

const SCENARIO = `{"format": "emtdiff-scenario/1", "steps": [
  {"op": "read-msr", "vcpu": 0, "msr": "0x2ff"},
  {"op": "access", "vcpu": 0, "gfn": "0x10", "kind": "write", "pat": 0}]}`;

describe('emtdiff regress', () => {
  test('passes on what is shipped', () => {
    expect(emtdiff(['regress'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^(note: [\s\S]*\n)?\d+ regressions, \d+ recorded scenarios of \d+ profiles: no answer changed\n$/,
      ),
    });
  });

  test('shows a changed answer as a diff, exits 1, and --update touches that answer alone', () => {
    const folder = corpus();
    const file = join(folder, 'kvm-ept-ignores-guest-pat.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"leaf": "WB+ipat"', '"leaf": "WB"'));
    const untouched = join(folder, 'kvm-shadow-svm-pa0.json');
    const before = statSync(untouched);
    const changed = emtdiff(['regress', folder]);
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatch(/intel-ept\/6\.16[\s\S]*- +leaf: "WB"\n +\+ +leaf: "WB\+ipat"/);
    expect(JSON.parse(emtdiff(['regress', folder, '--format', 'json']).stdout).changed).toHaveLength(1);
    expect(emtdiff(['regress', folder, '--update']).code).toBe(0);
    expect(contents(folder)).toEqual(contents(shipped));
    expect(statSync(untouched).ino).toBe(before.ino);
    expect(emtdiff(['regress', folder]).code).toBe(0);
  });

  test('writes JUnit with a case per regression, the changed one failing with its diff', async () => {
    const folder = corpus();
    const file = join(folder, 'kvm-ept-ignores-guest-pat.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"leaf": "WB+ipat"', '"leaf": "WB"'));
    const report = join(temporary(), 'junit.xml');
    expect(emtdiff(['regress', folder, '--report', `junit=${report}`]).code).toBe(1);
    const text = readFileSync(report, 'utf8');
    expect(text.match(/<testcase /g)).toHaveLength(readdirSync(folder).length);
    expect(text.match(/<failure /g)).toHaveLength(1);
    expect(text).toMatch(/- +leaf: &quot;WB&quot;\n +\+ +leaf: &quot;WB\+ipat&quot;/);
    const schema = readFileSync(join(__dirname, '../../fixtures/report-schemas/jenkins-junit.xsd'), 'utf8');
    expect((await validateXML({ xml: text, schema })).errors).toEqual([]);
    expect(emtdiff(['regress', folder, '--report', `html=${report}`]).stderr).toContain(
      'found the format html, expected junit=FILE',
    );
  });

  test('refuses a folder that there is none of, and a file that is no regression', () => {
    expect(emtdiff(['regress', '/none']).stderr).toContain('/none: found no such file or folder, expected a folder of JSON files');
    const folder = temporary();
    writeFileSync(join(folder, 'x.json'), SCENARIO);
    expect(emtdiff(['regress', folder])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('emtdiff corpus', () => {
  test('add makes a regression of a scenario, keeps the smaller witness, and minimise finds it', () => {
    const [folder, inputs] = [temporary(), temporary()];
    const file = join(inputs, 'long.json');
    writeFileSync(file, SCENARIO);
    expect(emtdiff(['corpus', 'add', file, folder, '--name', 'first', '--note', 'A note.']).stdout).toContain('first.json: added');
    expect(emtdiff(['corpus', 'add', file, folder]).stdout).toContain('first.json: kept, its witness of memtype-access~');
    expect(emtdiff(['corpus', 'minimise', folder]).stdout).toBe('1 regressions, 1 made smaller\n');
    const made = JSON.parse(contents(folder)['first.json']);
    expect(made).toMatchObject({ name: 'first', note: 'A note.' });
    expect(made.scenario.steps).toHaveLength(1);
    expect(emtdiff(['regress', folder]).code).toBe(0);
  });

  test('merge keeps one witness a bucket, in whatever order, and a second time changes nothing', () => {
    const [a, b] = [corpus(), corpus()];
    expect(emtdiff(['corpus', 'minimise', b]).code).toBe(0);
    const [ab, ba] = [join(temporary(), 'ab'), join(temporary(), 'ba')];
    expect(emtdiff(['corpus', 'merge', a, b, '--out', ab]).code).toBe(0);
    expect(emtdiff(['corpus', 'merge', b, a, '--out', ba]).code).toBe(0);
    expect(contents(ab)).toEqual(contents(ba));
    expect(contents(ab)).toEqual(contents(b));
    expect(emtdiff(['corpus', 'merge', ab, a, '--out', ab]).code).toBe(0);
    expect(contents(ab)).toEqual(contents(b));
  });

  test('migrate leaves canonical files alone and makes regressions of scenarios', () => {
    const folder = corpus();
    writeFileSync(join(folder, 'mine.json'), SCENARIO);
    expect(emtdiff(['corpus', 'migrate', folder]).stdout).toBe(`${readdirSync(folder).length} files, 1 rewritten\n`);
    expect(JSON.parse(contents(folder)['mine.json'])).toMatchObject({ format: 'emtdiff-regression/1', name: 'mine' });
    expect(emtdiff(['corpus', 'migrate', folder]).stdout).toContain(' 0 rewritten');
  });

  test.each([
    [['polish'], 'corpus: found "polish", expected one of add minimise merge migrate'],
    [['add'], 'corpus add: found 0 arguments, expected FILE and perhaps DIR'],
    [['merge', '/none'], 'corpus merge: found no --out or no folder'],
    [['merge', '/none', '--out', shipped], '--out: found regressions in'],
  ])('refuses %j', (args, sentence) => {
    const refused = emtdiff(['corpus', ...args]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(sentence);
  });
});
