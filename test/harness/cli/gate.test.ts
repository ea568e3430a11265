import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { emtdiff } from './command.js';

const root = resolve(__dirname, '../../..');
/** A copy of the built package: another version of it. */
const other = mkdtempSync(join(tmpdir(), 'emtdiff-gate-'));

beforeAll(() => {
  for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(other, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
});
afterAll(() => rmSync(other, { recursive: true, force: true }));

/** Runs with one compiled file of the other version changed. */
function with_<T>(file: string, from: string, to: string, run: () => T): T {
  const path = join(other, 'dist', file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  try {
    return run();
  } finally {
    writeFileSync(path, text);
  }
}

const gate = (...args: readonly string[]) => emtdiff(['gate', '--against', other, '--time', '1s', ...args]);
const SEGMENT = ['models/intel-ept/fixed-range.js', 'SEGMENT_4K = 0xc0', 'SEGMENT_4K = 0xc1'] as const;

describe('emtdiff gate', () => {
  test('searches nothing where the compiled code of every profile is the same', () => {
    const { code, stdout } = gate();
    expect(stdout).toContain('no profile changed its answers');
    expect(stdout).toMatch(/^\d+ profiles have the same compiled code in both versions$/m);
    expect(code).toBe(0);
  });

  test('names the profile, both answers and both rules where one changed', () => {
    const { code, stdout } = with_(...SEGMENT, () => gate('--models', 'intel-ept/6.6'));
    expect(code).toBe(1);
    expect(stdout).toContain('intel-ept/6.6 changed its answers: 1 cause\n');
    expect(stdout).toMatch(/then \w+ by intel-ept\.fixed\n {5}now \w+ by intel-ept\.fixed/);
  });

  test('takes versions that pack observations otherwise by the words of the scenario format', () => {
    const words = ['models/contract/address.js', 'export ', '/* another contract */ export '] as const;
    const { code, stdout } = with_(...words, () => with_(...SEGMENT, () => gate('--models', 'intel-ept/6.6', '--format', 'json')));
    expect(JSON.parse(stdout)).toMatchObject({
      changed: [{ profile: 'intel-ept/6.6', faults: [] }],
      unannounced: ['intel-ept/6.6'],
    });
    expect(code).toBe(1);
  });

  test('passes a change that a file announces with its reason, and no other', () => {
    const file = join(other, 'announced.json');
    const announce = (profile: string, rest: object = {}) => {
      const changes = [{ profile, rule: 'intel-ept.fixed', reason: 'the segment was wrong', ...rest }];
      writeFileSync(file, JSON.stringify({ format: 'emtdiff-allowed-changes/1', changes }));
    };
    announce('intel-ept/*');
    const passed = with_(...SEGMENT, () => gate('--models', 'intel-ept/6.6', '--allow', 'intel-ept/6.16:*', '--allow', file));
    expect(passed).toMatchObject({ code: 0, stdout: expect.stringContaining('(announced)') });
    announce('intel-ept/*', { why: 1 });
    expect(gate('--allow', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('why') });
  });

  test('names profiles that are new and profiles that are gone', () => {
    const { stdout } = with_('models/registry.js', '...bareMetal,', '{ ...bareMetal[0], name: "bare-metal/mips" },', () => gate());
    expect(stdout).toContain('new profiles: bare-metal/intel, bare-metal/amd\n');
    expect(stdout).toContain('profiles that are gone: bare-metal/mips\n');
  });

  test.each([
    [['gate'], '--against: found nothing, expected a commit'],
    [['gate', '--against', 'no-such-ref'], 'expected a folder, a tarball (.tgz) or a commit of the repository here'],
    [['gate', '--against', tmpdir()], 'expected a folder with a package emtdiff'],
    [['gate', '--against', 'gone.tgz'], 'found no file "gone.tgz"'],
    [['gate', '--against', '.', '--allow', 'everything'], 'expected PROFILE:RULE or a file (.json)'],
  ])('refuses %j in a sentence', (args, sentence) => {
    expect(emtdiff(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) });
  });
});
