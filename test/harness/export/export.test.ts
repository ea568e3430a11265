import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROFILES } from '../../../models/registry.js';
import { exportName, type ExportInput } from '../../../harness/export/export-input.js';
import { TARGETS } from '../../../harness/export/export-targets.js';
import { answerOf } from '../../../harness/run/readable.js';
import { parseScenario } from '../../../harness/scenario/parse.js';

const STUBS = join(__dirname, '../../fixtures/export-stubs');
const folder = mkdtempSync(join(tmpdir(), 'emtdiff-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const side = (name: string, scenario: ExportInput['scenario']) => ({
  profile: name,
  observations: answerOf(PROFILES.find((profile) => profile.name === name)!, scenario, false).observations,
});
const inputOf = (
  machine: object,
  steps: readonly object[],
  expected = 'bare-metal/intel',
  others: readonly string[] = [],
  step: number | null = null,
): ExportInput => {
  const scenario = parseScenario(JSON.stringify({ format: 'emtdiff-scenario/1', machine, steps }), 'test');
  return {
    name: 'sample',
    scenario,
    expected: side(expected, scenario),
    others: others.map((name) => side(name, scenario)),
    step,
    about: ['Origin: a test */ of comments'],
  };
};
const target = (name: string) => TARGETS.find((known) => known.name === name)!;

const STEPS = [
  { op: 'write-msr', vcpu: 0, msr: '0x200', value: '0xc0000006' },
  { op: 'write-msr', vcpu: 1, msr: '0x2ff', value: '0xc06' },
  { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x1000' },
  { op: 'write-cr0', vcpu: 0, pg: true, cd: true, nw: false },
  { op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 },
  { op: 'read-msr', vcpu: 1, msr: '0x2ff' },
  { op: 'read-msr', vcpu: 0, msr: '0x210' },
  { op: 'read-msr', vcpu: 0, msr: '0xfe' },
  { op: 'write-msr', vcpu: 0, msr: '0x277', value: '0x7010600070106' },
  { op: 'read-msr', vcpu: 0, msr: '0x277' },
  { op: 'zap', gfn: '0x0', pages: '0x10' },
];
const INPUT = inputOf({ vcpus: 2, noncoherentDevices: 1 }, STEPS);

/** Compiles without a warning and runs. */
function built(name: string, text: string, flags: readonly string[] = []): string {
  const source = join(folder, `${name}.c`);
  const program = join(folder, name);
  writeFileSync(source, text);
  execFileSync('gcc', [
    '-std=gnu11',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-unused-parameter',
    '-Wno-sign-compare',
    '-I',
    join(STUBS, name),
    source,
    '-o',
    program,
    ...flags,
  ]);
  return program;
}

test.each(['kvm-unit-tests', 'xtf'])(
  '%s: compiles, passes on a processor that answers so, fails at the read that is wrong',
  (name) => {
    const program = built(name, target(name).write(INPUT));
    const right = spawnSync(program, { encoding: 'utf8' });
    expect(right.status).toBe(0);
    const wrong = spawnSync(program, { encoding: 'utf8', env: { STUB_WRONG: '1' } });
    // XTF starts no second processor: the wrong register is that of one.
    if (name === 'xtf') expect(wrong.status).toBe(0);
    else
      expect(wrong).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('FAIL: step 5, vcpu1 rdmsr MTRRdefType: 0xc06, read 0xc07'),
      });
  },
);

test('kvm-unit-tests: an #GP that is missing fails, too', () => {
  const own = inputOf({}, [{ op: 'read-msr', vcpu: 0, msr: '0x20f' }]);
  const faulting = { ...own, expected: { ...own.expected, observations: [{ outcome: 'gp' as const }] } };
  const found = spawnSync(built('kvm-unit-tests', target('kvm-unit-tests').write(faulting)), { encoding: 'utf8' });
  expect(found).toMatchObject({ status: 1, stdout: expect.stringContaining('FAIL: step 0, vcpu0 rdmsr MTRRphysMask7: #GP') });
});

test('selftest: compiles against the interface of the tree, host steps included', () => {
  const steps = [...STEPS, { op: 'host-msr', vcpu: 1, msr: '0x277' }, { op: 'host-msr', vcpu: 0, msr: '0x2ff', value: '0x806' }];
  const own = inputOf({ vcpus: 2, guestMtrr: false }, steps, 'intel-ept/6.6');
  const host = [{ outcome: 'ok' as const, value: '0x7040600070406' }, { outcome: 'ok' as const }];
  const text = target('selftest').write({
    ...own,
    expected: { ...own.expected, observations: [...own.expected.observations.slice(0, -2), ...host] },
  });
  built('selftest', text, ['-c']);
  expect(text).toMatch(/\{ 11, HOST_READ, 1, 0x277, 0x7040600070406ull, 0, 1,/);
  expect(text).toMatch(/vcpu_clear_cpuid_feature\(vcpus\[i\], X86_FEATURE_MTRR\)/);
});

test('script: a shell reads it, and it runs nothing unless it is told to', () => {
  const path = join(folder, 'sample.sh');
  writeFileSync(path, target('script').write(INPUT));
  execFileSync('sh', ['-n', path]);
  expect(spawnSync('sh', [path], { encoding: 'utf8' })).toMatchObject({ status: 2, stderr: expect.stringContaining('--do-it') });
  writeFileSync(join(folder, 'wrmsr'), '#!/bin/sh\n[ "$4" != 0x1000 ]\n', { mode: 0o755 });
  writeFileSync(
    join(folder, 'rdmsr'),
    '#!/bin/sh\ncase $4 in 0x2ff) echo 0xc06;; 0xfe) echo 0x508;; 0x277) echo 0x7010600070100;; *) exit 4;; esac\n',
    { mode: 0o755 },
  );
  const run = spawnSync('sh', [path, '--do-it'], { encoding: 'utf8', env: { PATH: `${folder}:${process.env.PATH}` } });
  expect(run.status).toBe(1);
  expect(run.stdout.split('\n').filter((line) => !line.endsWith('as expected'))).toEqual([
    'step 9, vcpu0 rdmsr PAT: 0x7010600070100, expected 0x7010600070106',
    '',
  ]);
});

test('What a target cannot express stands at the top of its file, with the steps', () => {
  const text = target('kvm-unit-tests').write(INPUT);
  const head = text.slice(0, text.indexOf('*/')).replace(/\n \* +/g, ' ');
  expect(head).toMatch(/- step 4: left out, access: the memory type of an access shows to nobody who makes it/);
  expect(head).toMatch(/- step 10: left out, zap: the host or the hypervisor does it/);
  expect(head).toMatch(/- machine: 2 vCPUs \(smp below\)/);
  expect(head).toMatch(/assigned devices whose DMA does not snoop \(1\): assign them yourself/);
  expect(target('xtf').write(INPUT)).toMatch(/- step 1: left out, write-msr: xtf starts no second vCPU/);
});

test('A finding names both sides, and says when its own step does not show', () => {
  const machine = { noncoherentDevices: 1 };
  const steps = [
    { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x806' },
    { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x0' },
    { op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 },
  ];
  const text = target('kvm-unit-tests')
    .write(inputOf(machine, steps, 'bare-metal/intel', ['intel-ept/6.16'], 2))
    .replace(/\n \* +/g, ' ');
  expect(text).toMatch(
    /intel-ept\/6.16 answers otherwise:\n? ?\*? ?- step 2, vcpu0 read gfn 0x10 PAT0: expected UC, intel-ept\/6.16 says WB/,
  );
  expect(text).toMatch(/the divergence itself, at step 2, does not show in it/);
});

test('CR0 that the machine starts with is written first', () => {
  const text = target('kvm-unit-tests').write(inputOf({ cr0: { pg: true, cd: true, nw: false } }, [STEPS[0]]));
  expect(text).toMatch(/static const struct step steps\[\] = \{\n\t\{ -1, WRITE_CR0, 0, 0x0, 0x40000000ull, 0, 0,/);
});

test('A target that can do no step is refused: it would test nothing', () => {
  const only = inputOf({}, [{ op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 }]);
  expect(() => target('xtf').write(only)).toThrow(/^--to: found a target that can do none of the 1 steps \(access: /);
});

test('A name is an identifier', () => {
  expect(exportName('memtype-access~bare-metal.intel UC')).toBe('memtype_access_bare_metal_intel_uc');
  expect(exportName('~~')).toBe('scenario');
});
