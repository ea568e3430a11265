import { PROFILES } from '../../../models/registry.js';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff, emtdiffEach } from './command.js';

/** A UC range at 2 GiB, under which a WB range from 0 lies; then an access to it. */
const OVERLAP = JSON.stringify({
  format: 'emtdiff-scenario/1',
  name: 'uc over wb',
  machine: { noncoherentDevices: 1, iommu: true },
  steps: [
    { op: 'write-msr', vcpu: 0, msr: '0x200', value: '0x80000000' },
    { op: 'write-msr', vcpu: 0, msr: '0x201', value: '0x3fff80000800' },
    { op: 'write-msr', vcpu: 0, msr: '0x202', value: '0x6' },
    { op: 'write-msr', vcpu: 0, msr: '0x203', value: '0x3fff00000800' },
    { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x806' },
    { op: 'access', vcpu: 0, gfn: '0x80000', kind: 'read', pat: 0 },
  ],
});
/** WC by the PAT, without a device. */
const WEAK = JSON.stringify({
  format: 'emtdiff-scenario/1',
  machine: { quirks: ['cd-nw-cleared'] },
  steps: [
    { op: 'write-msr', vcpu: 0, msr: '0x277', value: '0x1' },
    { op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 },
  ],
});
const WEAK_FILE = join(mkdtempSync(join(tmpdir(), 'emtdiff-bisect-')), 'weak.json');
writeFileSync(WEAK_FILE, WEAK);

/** The newest release of KVM with EPT. */
const NEWEST = PROFILES.filter(({ lineage, base }) => lineage === 'intel-ept' && base === undefined)
  .at(-1)!
  .name.replace('intel-ept/', '');

describe('emtdiff history', () => {
  test('shows when the UC range was lost, by which commits, and by which rule', () => {
    const { stdout, code } = emtdiff(['history', '-', '--family', 'intel-ept'], OVERLAP);
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim());
    expect(lines[0]).toBe('uc over wb');
    expect(stdout).toMatch(/^intel-ept: \d+ versions, \d+ proposals$/m);
    expect(lines).toContain('step 5  vcpu0 read gfn 0x80000 PAT0');
    expect(lines).toContain('2.6.27 to 2.6.28: WB');
    expect(lines).toContain('* 2.6.29-rc1 to 4.1: UC   (64d4d521757)');
    expect(lines).toContain(`* 4.2-full-mtrr to ${NEWEST}: WB   (06be5eefe119)`);
    expect(lines.some((line) => line.startsWith('from 6.11.0, the same by: '))).toBe(true);
    expect(lines).toContain('per-vm-mtrr on 6.6: WB');
    expect(lines).toContain('cd-skip, wc-mmio on 6.7: WB');
    // Writes of base registers are answered alike by all, and zap in all or in none until the pair counts: no line about them.
    expect(stdout).not.toContain('step 0');
    // All answer this one alike, but not all zap.
    const [, last] = stdout.split('step 4 ');
    expect(last.split('step 5')[0]).toMatch(/ok, invalidates mappings {3}\(\w+\)\n[^*]* zaps: /);
  });

  test('goes through every family without --family', () => {
    const families = JSON.parse(emtdiff(['history', '-', '--format', 'json'], OVERLAP).stdout).families;
    const names = families.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['bare-metal/intel', 'intel-ept', 'amd-npt', 'xen-hvm/ept', 'xen-hvm/npt', 'xen-hvm/shadow']),
    );
  });

  test('--family takes a family or a line of it', () => {
    const names = (family: string) =>
      JSON.parse(emtdiff(['history', '-', '--format', 'json', '--family', family], OVERLAP).stdout).families.map(
        ({ name }: { name: string }) => name,
      );
    expect(names('xen-hvm')).toEqual(['xen-hvm/ept', 'xen-hvm/npt', 'xen-hvm/shadow']);
    expect(names('xen-hvm/shadow')).toEqual(['xen-hvm/shadow']);
    expect(emtdiff(['history', '-', '--family', 'intel'], OVERLAP)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('emtdiff bisect', () => {
  test('finds the release that lets userspace honour the guest PAT', () => {
    const { stdout, code } = emtdiff(['bisect', '-', '--family', 'intel-ept', '--step', '1', '--format', 'json'], WEAK);
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    // Also honoured before 2.6.28, and by 6.11.0 because of self-snoop: it flips more than once.
    expect(found.flipsMoreThanOnce).toBe(true);
    const flips = found.flips.map(({ after }: { after: { profile: string; answer: { memtype: string } } }) => [
      after.profile,
      after.answer.memtype,
    ]);
    expect(flips).toEqual([
      ['intel-ept/2.6.28', 'WB'],
      ['intel-ept/6.11.0', 'WC'],
      ['intel-ept/6.12', 'WB'],
      ['intel-ept/6.16', 'WC'],
    ]);
    expect(found.flips[3]).toMatchObject({ commits: ['c9c1e20b4c7d'], isExact: true });
  });

  test('names the one version where there is one, in words', () => {
    const scenario = JSON.stringify({
      format: 'emtdiff-scenario/1',
      machine: { iommu: true, regions: [{ gfn: '0x0', pages: '0x100', backing: 'special' }] },
      steps: [{ op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 }],
    });
    const { stdout } = emtdiff(['bisect', '-', '--family', 'xen-hvm/ept', '--step', '0'], scenario);
    expect(stdout).toContain('first with the new answer: xen-hvm/ept-ca24b2ffdb');
    expect(stdout).toContain('xen-hvm/ept-4.14.0 UC -> xen-hvm/ept-ca24b2ffdb WB   (ca24b2ffdb)');
  });

  test('says so where the ends agree but not all between', () => {
    const { stdout } = emtdiff(['bisect', '-', '--family', 'intel-ept', '--step', '5'], OVERLAP);
    expect(stdout).toContain(`intel-ept/2.6.27 and intel-ept/${NEWEST} agree, but not all between`);
    expect(stdout).toContain('the answer flips 2 times:');
  });

  const MISTAKES: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    ['no family', ['--step', '1'], /--family: found nothing/],
    ['no step', ['--family', 'intel-ept'], /--step: found nothing/],
    ['a family of several lines', ['--family', 'xen-hvm', '--step', '1'], /several lines, expected one of .*xen-hvm\/ept/],
    ['a family of one version', ['--family', 'bare-metal/intel', '--step', '1'], /single version/],
    ['a step that is not there', ['--family', 'intel-ept', '--step', '2'], /--step: found 2, expected less than 2/],
  ];
  const ran = emtdiffEach(MISTAKES.map(([, args]) => ['bisect', WEAK_FILE, ...args]));

  test.each(MISTAKES.map(([what, , message], index) => [what, message, ran[index]] as const))(
    'exits 2 for %s',
    (_, message, { code, stderr }) => {
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    },
  );
});

describe('emtdiff matrix', () => {
  test('prints equal tables once and marks what differs from the first profile', () => {
    const { stdout, code } = emtdiff(['matrix', 'intel-ept/6.11.0', 'intel-ept/6.12']);
    expect(code).toBe(0);
    expect(stdout).toContain('* differs from');
    // With self-snoop 6.11.0 always honours the guest PAT, 6.12 with a non-coherent device only.
    expect(stdout).toContain('intel-ept/6.11.0  UC   UC   WC   WT   WP   WB');
    expect(stdout).toContain('intel-ept/6.12   *WB  *WB  *WB  *WB  *WB   WB');
  });

  test('gives every point and its rule as JSON', () => {
    const document = JSON.parse(emtdiff(['matrix', 'bare-metal/intel', '--format', 'json']).stdout);
    const size = document.dimensions.reduce((product: number, { values }: { values: string[] }) => product * values.length, 1);
    const [{ name, answers, rules, ruleIds }] = document.profiles;
    expect(name).toBe('bare-metal/intel');
    expect(answers).toHaveLength(size);
    expect(rules).toHaveLength(size);
    expect(Math.max(...rules)).toBe(ruleIds.length - 1);
  });

  test('exits 2 for a profile that is not known, and for none', () => {
    expect(emtdiffEach([['matrix', 'intel-ept/x.y'], ['matrix']]).map(({ code }) => code)).toEqual([2, 2]);
  });
});

describe('--help', () => {
  const COMMANDS = ['compare', 'history', 'bisect', 'matrix'];
  const ran = emtdiffEach(COMMANDS.map((command) => [command, '--help']));

  test.each(COMMANDS.map((command, index) => [command, ran[index]] as const))(
    'of emtdiff %s says what it does',
    (command, { stdout, code }) => {
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^emtdiff ${command}: `));
    },
  );
});
