import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROFILES } from '../../../models/registry.js';
import { emtdiff, emtdiffEach } from './command.js';

const scenario = {
  format: 'emtdiff-scenario/1',
  name: 'higher-uc-range',
  machine: { noncoherentDevices: 1 },
  steps: [
    { op: 'write-msr', vcpu: 0, msr: '0x200', value: '0x6' },
    { op: 'write-msr', vcpu: 0, msr: '0x201', value: '0x3fff00000800' },
    { op: 'read-msr', vcpu: 0, msr: '0x201' },
    { op: 'write-msr', vcpu: 0, msr: '0x202', value: '0xc0000000' },
    { op: 'write-msr', vcpu: 0, msr: '0x203', value: '0x3fffc0000800' },
    { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x800' },
    { op: 'access', vcpu: 0, gfn: '0xc0000', kind: 'read', pat: 0 },
  ],
};
const file = join(mkdtempSync(join(tmpdir(), 'emtdiff-cli-')), 'scenario.json');
writeFileSync(file, JSON.stringify(scenario));
const MODELS = 'bare-metal/intel,intel-ept/6.6,intel-ept/6.16';

describe('emtdiff replay', () => {
  test('says step by step what each model answered', () => {
    const { code, stdout } = emtdiff(['replay', file, '--models', MODELS]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
"higher-uc-range
    machine {"noncoherentDevices": 1}
      0  vcpu0 wrmsr MTRRphysBase0 = 0x6 WB   ok
      1  vcpu0 wrmsr MTRRphysMask0 = 0x3fff00000800 valid   ok
      2  vcpu0 rdmsr MTRRphysMask0   = 0x3fff00000800
      3  vcpu0 wrmsr MTRRphysBase1 = 0xc0000000 UC   ok
      4  vcpu0 wrmsr MTRRphysMask1 = 0x3fffc0000800 valid   ok
      5  vcpu0 wrmsr MTRRdefType = 0x800 (UC, E)   ok
      6  vcpu0 read gfn 0xc0000 PAT0
           UC        bare-metal/intel
           WB        intel-ept/6.6, intel-ept/6.16

1 divergence
  step 6 (memtype): [bare-metal/intel] vs [intel-ept/6.6, intel-ept/6.16]
    coherence       memtype-access~bare-metal.intel-uc-range-wins~intel-ept.first-uncached-loses  (intel-ept/6.6)
    coherence       memtype-access~bare-metal.intel-uc-range-wins~intel-ept.noncoherent-honours-pat  (intel-ept/6.16)

counters          faults    zaps  zappedLeaves  tlbFlushes
bare-metal/intel       -       -             -           -
intel-ept/6.6          1       1             0           1
intel-ept/6.16         1       0             0           0
"
`);
  });

  test('reads a scenario from stdin and prints observations, counters and divergences as JSON', () => {
    const { code, stdout } = emtdiff(['replay', '-', '--models', MODELS, '--format', 'json'], JSON.stringify(scenario));
    expect(code).toBe(0);
    const { profiles, divergences } = JSON.parse(stdout);
    expect(Object.keys(profiles)).toEqual(MODELS.split(','));
    expect(profiles['intel-ept/6.6'].observations[6]).toMatchObject({ outcome: 'ok', memtype: 'WB', level: '4K', leaf: 'WB' });
    expect(profiles['intel-ept/6.6'].counters.zaps).toBe(1);
    expect(divergences).toHaveLength(1);
    expect(divergences[0]).toMatchObject({
      step: 6,
      op: 'access',
      lens: 'memtype',
      partition: [['bare-metal/intel'], ['intel-ept/6.6', 'intel-ept/6.16']],
    });
  });

  test('replays the case of a seed', () => {
    const first = emtdiff(['replay', '--seed', 'x', '--case', '123', '--format', 'json']).stdout;
    expect(JSON.parse(first).scenario.origin).toBe('seed x case 123');
    expect(emtdiff(['replay', '--seed', 'x', '--case', '123', '--format', 'json']).stdout).toBe(first);
  });
});

describe('emtdiff minimise', () => {
  test('prints the smallest scenario with the same divergence', () => {
    const { code, stdout, stderr } = emtdiff(['minimise', file, '--models', 'bare-metal/intel,intel-ept/6.6']);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
"{
  "format": "emtdiff-scenario/1",
  "name": "higher-uc-range",
  "machine": {"noncoherentDevices": 1},
  "steps": [
    {"op": "write-msr", "vcpu": 0, "msr": "0x200", "value": "0x6"},
    {"op": "write-msr", "vcpu": 0, "msr": "0x201", "value": "0x800"},
    {"op": "write-msr", "vcpu": 0, "msr": "0x202", "value": "0x80000000"},
    {"op": "write-msr", "vcpu": 0, "msr": "0x203", "value": "0x3fff80000800"},
    {"op": "write-msr", "vcpu": 0, "msr": "0x2ff", "value": "0x800"},
    {"op": "access", "vcpu": 0, "gfn": "0x80000", "kind": "read", "pat": 0}
  ]
}
"
`);
    expect(stderr).toMatch(/from 7 to \d steps in \d+ evaluations/);
  });

  test('says so where nothing diverges', () => {
    const { code, stderr } = emtdiff(['minimise', file, '--models', 'bare-metal/intel']);
    expect(code).toBe(0);
    expect(stderr).toContain('no divergence: nothing to minimise');
  });
});

describe('emtdiff explain', () => {
  test('names the rule, its source and the steps it goes back to, per model', () => {
    const { code, stdout } = emtdiff(['explain', file, '--step', '6', '--models', MODELS]);
    expect(code).toBe(0);
    expect(stdout).toContain('rule intel-ept.first-uncached-loses');
    expect(stdout).toContain('set by step 3: vcpu0 wrmsr MTRRphysBase1 = 0xc0000000 UC');
    expect(stdout).toContain('Linux');
    expect(stdout).not.toContain('set by step 2');
  });

  test('gives the models states as JSON', () => {
    const { models } = JSON.parse(emtdiff(['explain', file, '--models', MODELS, '--format', 'json']).stdout);
    expect(models.map(({ profile }: { profile: string }) => profile)).toEqual(MODELS.split(','));
    for (const { rule, state } of models) {
      expect(rule.citation.place).not.toBe('');
      expect(Object.keys(state).length).toBeGreaterThan(0);
    }
  });

  test('refuses a step that the scenario does not have', () => {
    expect(emtdiff(['explain', file, '--step', '7'])).toMatchObject({
      code: 2,
      stderr: 'emtdiff: --step: found 7, expected 0 to 6: the scenario has 7 steps\n',
    });
  });
});

describe('emtdiff models', () => {
  test('lists every profile with its span', () => {
    const { code, stdout } = emtdiff(['models']);
    expect(code).toBe(0);
    for (const { name, span } of PROFILES) {
      expect(stdout).toContain(name.padEnd(26));
      expect(stdout).toContain(span);
    }
    expect(JSON.parse(emtdiff(['models', '--format', 'json']).stdout)).toHaveLength(PROFILES.length);
  });
});

describe('The command line', () => {
  const CODES: readonly (readonly [args: readonly string[], code: number])[] = [
    [[], 2],
    [['--help'], 0],
    [['help'], 0],
    [['help', 'fuzz'], 0],
    [['help', 'fuz'], 2],
    [['--version'], 0],
    [['frobnicate'], 2],
    [['fuzz', '--help'], 0],
    [['replay', '--help'], 0],
    [['minimise', '--help'], 0],
    [['explain', '--help'], 0],
    [['models', '--help'], 0],
    [['serve', '--help'], 0],
    [['serve', 'no-such/profile'], 2],
    [['replay'], 2],
    [['replay', '/no/such/file'], 2],
    [['replay', '--seed', 'x'], 2],
    [['replay', '/'], 2],
    [['minimise'], 2],
  ];
  const ran = emtdiffEach(CODES.map(([args]) => args));

  test.each(CODES.map(([args, code], index) => [args, code, ran[index]] as const))(
    '%j exits %d',
    (_, code, { code: got, stderr }) => {
      expect(got).toBe(code);
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );

  test('helps with a command as the command itself does, and says its version', () => {
    const [help, own, version, typo] = emtdiffEach([['help', 'fuzz'], ['fuzz', '--help'], ['--version'], ['reply', 'x']]);
    expect(help).toEqual(own);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(typo.stderr).toBe(
      'emtdiff: found the command "reply", expected one that emtdiff --help lists; close to it: replay report map merge new\n',
    );
  });

  test('names the file, the path, what was found and what was expected', () => {
    const bad = JSON.stringify({ ...scenario, steps: [{ op: 'init', vcpu: 3 }] });
    expect(emtdiff(['replay', '-'], bad)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'emtdiff: stdin: $.steps[0].vcpu: found 3, expected a vCPU number below machine.vcpus (1)\n',
    });
  });
});
