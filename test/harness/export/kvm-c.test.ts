import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PROFILES } from '../../../models/registry.js';
import type { ExportInput } from '../../../harness/export/export-input.js';
import { kvmProgram } from '../../../harness/export/kvm-c.js';
import { leafEffects } from '../../../harness/export/leaf-effect.js';
import { singleSource } from '../../../harness/export/single-source.js';
import { cpio } from '../../../harness/lab/cpio.js';
import { COMMAND_LINE } from '../../../harness/lab/emulator/emulator.js';
import { initialFilesystem } from '../../../harness/lab/initial-filesystem.js';
import { cachedKernels } from '../../../harness/lab/kernel.js';
import { spansHeader } from '../../../harness/lab/spans.js';
import { answerOf } from '../../../harness/run/readable.js';
import { parseScenario } from '../../../harness/scenario/parse.js';

const AGENT = join(__dirname, '../../../harness/lab/agent');
const folder = mkdtempSync(join(tmpdir(), 'emtdiff-kvm-c-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCENARIO = parseScenario(
  JSON.stringify({
    format: 'emtdiff-scenario/1',
    machine: { regions: [{ gfn: '0x400', pages: '0x10', backing: 'ram' }] },
    steps: [
      { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x800' },
      { op: 'write-msr', vcpu: 0, msr: '0x210', value: '0x6' },
      { op: 'read-msr', vcpu: 0, msr: '0x2ff' },
      { op: 'access', vcpu: 0, gfn: '0x400', kind: 'read', pat: 0 },
    ],
  }),
  'test',
);
const side = (name: string) => ({
  profile: name,
  observations: answerOf(PROFILES.find((profile) => profile.name === name)!, SCENARIO, false).observations,
});

function program(expected: string, other: string): string {
  const input: ExportInput = {
    name: 'sample',
    scenario: SCENARIO,
    expected: side(expected),
    others: [side(other)],
    step: 3,
    about: [],
  };
  const names = readdirSync(AGENT).filter((name) => /\.[ch]$/.test(name));
  const sources = names.map((name) => ({ name: basename(name), text: readFileSync(join(AGENT, name), 'utf8') }));
  return kvmProgram(input, { sources, spans: spansHeader(PROFILES), effects: leafEffects(SCENARIO, PROFILES) });
}

function compiled(text: string, flags: readonly string[]): string {
  const source = join(folder, 'sample.c');
  writeFileSync(source, text);
  execFileSync('gcc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', ...flags, source, '-o', join(folder, 'sample')]);
  return join(folder, 'sample');
}

test('Names that two files have for themselves are kept apart, headers stand once, where they are asked for', () => {
  const sources = [
    { name: 'a.c', text: '#include "x.h"\n#include <stdio.h>\nstatic int count;\nint a(void) { return count; }\n' },
    {
      name: 'b.c',
      text: '#include "x.h"\n#include <stdlib.h>\nstatic int count(void) { return 1; }\nint b(void) { return count(); }\n',
    },
  ];
  const text = singleSource(sources, { 'x.h': '#include <stdint.h>\nint a(void);\nint b(void);' });
  expect(text).toMatch(/^#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n/);
  expect(text.match(/int a\(void\);/g)).toHaveLength(1);
  expect(text).toMatch(/#define count a_count[\s\S]*#undef count[\s\S]*#define count b_count/);
});

test('The program is one file that compiles without a warning, and says why it cannot run', () => {
  const run = spawnSync(compiled(program('intel-ept/6.6', 'bare-metal/intel'), []), { encoding: 'utf8' });
  if (!existsSync('/dev/kvm')) expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('/dev/kvm') });
});

test('What hardware makes of a leaf is told for every leaf that a profile has there', () => {
  const effects = leafEffects(SCENARIO, PROFILES).map(({ step, mode, leaf, memtype }) => `${step} ${mode} ${leaf} ${memtype}`);
  expect(effects).toContain('3 npt WB WB');
  expect(effects).toContain('3 ept WB+ipat WB');
});

const kernel = existsSync('/usr/bin/qemu-system-x86_64')
  ? cachedKernels().find(({ release }) => release.startsWith('6.'))
  : undefined;
// A kernel of the lab's cache (emtdiff lab fetch) and QEMU: without them the program is compiled only.
const inLab = kernel === undefined ? test.skip : test;

inLab(
  'In the lab a finding shows on the real kernel: KVM on SVM gives WB where the processor would give UC',
  async () => {
    const agent = readFileSync(compiled(program('bare-metal/amd', 'amd-npt/gpat'), ['-static']));
    const base = readFileSync(await initialFilesystem(kernel!, PROFILES, { vendor: 'amd', kvmArguments: '' }));
    // The later archive's file takes the place of the lab's agent.
    writeFileSync(join(folder, 'initrd'), Buffer.concat([base, gzipSync(cpio([{ path: 'agent', content: agent }]))]));
    const serial = (name: string) => ['-serial', `file:${join(folder, name)}`];
    const emulator = spawn(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg', '-cpu', 'EPYC,+svm,+npt,phys-bits=46', '-m', '2048', '-display', 'none', '-nodefaults', '-no-reboot'],
        ...serial('console'),
        ...serial('told'),
        ...['-kernel', kernel!.image, '-initrd', join(folder, 'initrd'), '-append', COMMAND_LINE],
      ],
      { stdio: 'ignore' },
    );
    await new Promise((resolve) => emulator.on('exit', resolve));
    expect(readFileSync(join(folder, 'console'), 'utf8')).toMatch(/the agent ended with status 0x100/);
    const told = readFileSync(join(folder, 'told'), 'utf8').replace(/\r/g, '');
    expect(told).toMatch(
      /step 1 {2}vcpu0 wrmsr MTRRphysBase8 = 0x6 WB\n {4}saw: outcome:gp\n {4}bare-metal\/amd: outcome:gp, as seen\n/,
    );
    expect(told).toMatch(
      /saw: outcome:ok,level:4K,leaf:WB, so memtype:WB\n {4}bare-metal\/amd: outcome:ok,memtype:UC, EXPECTED OTHERWISE\n {4}amd-npt\/gpat: .*, as seen\n/,
    );
    expect(told).toMatch(/DIVERGES: 1 of 4 steps not as bare-metal\/amd answers/);
  },
  120_000,
);
