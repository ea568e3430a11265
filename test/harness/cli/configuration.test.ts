import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeJournal } from '../../../harness/engine/journal.js';
import { emtdiff, MAIN, type Ran, type Surroundings } from './command.js';

/** A new folder with files; texts as they are, all else as JSON. */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-configuration-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

interface Shown {
  readonly file: string | null;
  readonly settings: Readonly<Record<string, { readonly value: unknown; readonly from: string; readonly source?: string }>>;
}

function printed(cwd: string, args: readonly string[] = [], env: Surroundings['env'] = {}): Shown {
  const { code, stdout, stderr } = emtdiff(['fuzz', '--print-config', ...args], '', { cwd, env });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const SMALL = { panel: ['bare-metal/intel', 'intel-ept/6.16'], seed: 'golden', budgets: { cases: 5 } };

describe('A configuration', () => {
  test('holds in emtdiff fuzz where neither environment nor flags say otherwise, and --print-config says so without a run', () => {
    const folder = folderWith({
      'emtdiff.config.json': { panel: ['bare-metal'], budgets: { cases: 7, workers: 2 }, ledger: false, out: 'runs' },
      'known/schema.json': {},
    });
    const env = { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4', EMTDIFF_FAIL_ON: 'any', EMTDIFF_LEDGER: 'known' };
    const { file, settings } = printed(folder, ['--time', '2m', '--seed', 'night'], env);
    expect(file).toBe('emtdiff.config.json');
    expect(settings).toMatchObject({
      panel: { value: ['bare-metal/intel', 'bare-metal/amd'], from: 'file', source: 'emtdiff.config.json: $.panel' },
      externals: { value: {}, from: 'default' },
      'budgets.cases': { value: null, from: 'default' },
      'budgets.time': { value: '2m', from: 'flag', source: '--time' },
      'budgets.workers': { value: 2, from: 'file', source: 'emtdiff.config.json: $.budgets.workers' },
      ledger: { value: 'known', from: 'environment', source: 'EMTDIFF_LEDGER' },
      failOn: { value: 'any', from: 'environment', source: 'EMTDIFF_FAIL_ON' },
      out: { value: 'runs', from: 'file', source: 'emtdiff.config.json: $.out' },
      shard: { value: '2/4', from: 'environment', source: 'CI_NODE_INDEX, CI_NODE_TOTAL' },
    });
    expect(existsSync(join(folder, 'runs'))).toBe(false);
    const defaults = printed(folder, ['--no-config']);
    expect(defaults.file).toBe(null);
    expect([...new Set(Object.values(defaults.settings).map(({ from }) => from))]).toEqual(['default']);
  });

  test.each([
    ['emtdiff.config.js', { 'emtdiff.config.js': `export default { seed: 'a' + 'b' };`, 'package.json': { type: 'module' } }, []],
    ['package.json', { 'package.json': { name: 'x', emtdiff: { seed: 'ab' } } }, []],
    [
      'sub/night.mjs',
      { 'emtdiff.config.json': {}, 'sub/night.mjs': `export default { seed: 'ab' };` },
      ['--config', 'sub/night.mjs'],
    ],
  ])('may be %s', (name, files, args) => {
    const { file, settings } = printed(folderWith(files), args);
    expect([file, settings.seed.value]).toEqual([name, 'ab']);
  });

  test.each<[Record<string, unknown>, Record<string, string>, string]>([
    [
      { 'emtdiff.config.js': 'throw new Error("no\\nway")' },
      {},
      'emtdiff.config.js: found no, expected a module whose default export',
    ],
    [{ 'emtdiff.config.js': 'module.exports = 7' }, {}, 'emtdiff.config.js: $: found 7, expected an object with the keys'],
    [
      { 'emtdiff.config.json': { panel: ['intel-ept/9'] } },
      {},
      'emtdiff.config.json: $.panel: found the profile "intel-ept/9", expected one',
    ],
    [{}, { EMTDIFF_CASES: '1', EMTDIFF_TIME: '1s' }, 'EMTDIFF_TIME: found beside EMTDIFF_CASES, expected one of the two'],
    [
      {},
      { EMTDIFF_WORKERS: '2', EMTDIFF_EXTERNAL: 'a=b' },
      'EMTDIFF_WORKERS: found more than 1 beside EMTDIFF_EXTERNAL, expected 1',
    ],
    [
      {},
      { EMTDIFF_CASE: '1' },
      'EMTDIFF_CASE: found the variable "EMTDIFF_CASE", expected one that docs/configuration.md lists; close to it: EMTDIFF_CASES',
    ],
  ])('%j, or %j in the environment, is refused in a sentence, exit 2', (files, env, sentence) => {
    const refused = emtdiff(['fuzz'], '', { cwd: folderWith(files), env });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`emtdiff: ${sentence}`);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('makes the run that flags make', () => {
    const configured = folderWith({
      'emtdiff.config.json': { ...SMALL, ledger: false, failOn: 'any', out: 'run', reporters: { html: 'page.html' } },
    });
    expect(emtdiff(['fuzz'], '', { cwd: configured }).code).toBe(1);
    const flags = ['--models', SMALL.panel.join(), '--seed', 'golden', '--cases', '5', '--no-ledger', '--out', 'run'];
    const other = folderWith({});
    expect(emtdiff(['fuzz', ...flags], '', { cwd: other }).code).toBe(0);
    const summary = (folder: string) => ({ ...JSON.parse(readFileSync(join(folder, 'run/summary.json'), 'utf8')), timing: null });
    expect(summary(configured)).toEqual(summary(other));
    expect(readFileSync(join(configured, 'page.html'), 'utf8')).toContain('</html>');
  });
});

describe('External models that are configured', () => {
  const serve = (profile: string) => `${process.execPath} ${MAIN} serve ${profile}`;
  const folder = folderWith({
    'emtdiff.config.json': { ...SMALL, panel: ['intel-ept/6.16'], ledger: false, externals: { mine: serve('intel-ept/6.6') } },
    'scenario.json': { format: 'emtdiff-scenario/1', steps: [{ op: 'read-msr', vcpu: 0, msr: '0x2ff' }] },
  });
  const ran = (...args: string[]): Ran => emtdiff(args, '', { cwd: folder });
  const panelOf = ({ stdout }: Ran) => Object.keys(JSON.parse(stdout).profiles);

  test('sit on the panel of a campaign, of its continuation, of its union, and of a replay', () => {
    expect(ran('fuzz', '--out', 'run').code).toBe(0);
    expect(ran('fuzz', '--resume', 'run').code).toBe(0);
    expect(ran('merge', 'run', '--out', 'union').code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'union/summary.json'), 'utf8')).profiles).toEqual(['intel-ept/6.16', 'mine']);
    expect(panelOf(ran('replay', 'scenario.json', '--format', 'json'))).toEqual(['intel-ept/6.16', 'mine']);
    const [finding] = readdirSync(join(folder, 'run/findings'));
    expect(panelOf(ran('replay', `run/findings/${finding}`, '--format', 'json'))).toEqual(['intel-ept/6.16', 'mine']);
    expect(printed(folder, ['--resume', 'run']).settings).toMatchObject({
      seed: { value: 'golden', from: 'journal', source: 'run/journal.json' },
      externals: { from: 'file' },
      out: { value: 'run', from: 'flag', source: '--resume' },
    });
  });

  test('give way to those of flags, and stay out where a finding or a comparison is not of them', () => {
    const other = ran('replay', 'scenario.json', '--external', `other=${serve('intel-ept/6.7')}`, '--format', 'json');
    expect(panelOf(other)).toEqual(['intel-ept/6.16', 'other']);
    const alien = emtdiff(['fuzz', '--no-config', '--cases', '5', '--models', SMALL.panel.join(), '--out', 'alien'], '', {
      cwd: folder,
    });
    expect(alien.code).toBe(0);
    const [finding] = readdirSync(join(folder, 'alien/findings'));
    expect(panelOf(ran('replay', `alien/findings/${finding}`, '--format', 'json'))).toEqual(SMALL.panel);
  });

  test('are missed in a sentence where a run had others', () => {
    const refused = ran('fuzz', '--resume', 'run', '--no-config');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(
      '--resume: found externals [], expected [mine] by --external NAME=COMMAND or in a configuration',
    );
  });
});

describe('A command', () => {
  test('comes from configuration, environment or flags alone: no corpus, finding, ledger or run folder names one', () => {
    const marker = join(folderWith({}), 'marker');
    const command = `touch ${marker}`;
    const bait = { externals: { evil: command }, external: [`evil=${command}`], command, commands: { evil: command } };
    const scenario = { format: 'emtdiff-scenario/1', steps: [{ op: 'read-msr', vcpu: 0, msr: '0x2ff' }] };
    const folder = folderWith({});
    expect(emtdiff(['fuzz', '--cases', '5', '--models', SMALL.panel.join(), '--out', 'run'], '', { cwd: folder }).code).toBe(0);
    const [name] = readdirSync(join(folder, 'run/findings'));
    const readJson = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
    const finding = readJson(`run/findings/${name}`);
    const evil = `evil=${command}`;
    const regression = {
      format: 'emtdiff-regression/1',
      name: 'r',
      scenario,
      expected: { [evil]: [{ outcome: 'ok', value: '0x0' }] },
    };
    const baits = folderWith({
      'scenario.json': { ...scenario, ...bait },
      'finding.json': { ...finding, ...bait, profiles: [...finding.profiles, evil], replay: command },
      'regressions/r.json': regression,
      'regressions/emtdiff.config.js': `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`,
      'regressions/package.json.bak': { emtdiff: bait },
      'baited/r.json': { ...regression, ...bait },
      'ledger/l.json': { format: 'emtdiff-known/1', entries: [bait], ...bait },
      'run/summary.json': {},
    });
    // With a checksum that fits: as somebody would write it who means it.
    const { sha256, ...journal } = readJson('run/journal.json');
    writeJournal(join(baits, 'run'), { ...journal, ...bait, externals: [evil], profiles: [...journal.profiles, evil] });
    const ran = [
      ['replay', 'scenario.json'],
      ['replay', 'finding.json'],
      ['regress', 'regressions'],
      ['corpus', 'minimise', 'regressions'],
      ['regress', 'baited'],
      ['fuzz', '--cases', '1', '--models', SMALL.panel.join(), '--ledger', 'ledger'],
      ['fuzz', '--resume', 'run'],
      ['merge', 'run', '--out', 'union'],
      ['accept', 'finding.json', '--reason', 'a', '--source', 'b', '--ledger', 'accepted'],
    ].map((args) => emtdiff(args, '', { cwd: baits }));
    expect(existsSync(marker)).toBe(false);
    // An answer, or a sentence that says what is wrong; never a crash.
    expect(ran.filter(({ code }) => code === null || ![0, 1, 2].includes(code))).toEqual([]);
    expect(ran[0].stderr).toContain('expected only the keys format name origin machine steps');
    for (const refused of [ran[6], ran[7]])
      expect(refused.stderr).toContain(
        'run/journal.json: $: found the unknown key "external", expected only the keys format version',
      );
  });
});
