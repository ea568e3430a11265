import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LENSES } from '../../../harness/compare/lens.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { divergencesOf } from '../../../harness/finding/divergence.js';
import { WorkingPanel } from '../../../harness/panel/working-panel.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { PROFILES } from '../../../models/registry.js';
import { emtdiff, interrupted } from './command.js';

const temporary = () => mkdtempSync(join(tmpdir(), 'emtdiff-fuzz-'));
const PANEL = 'bare-metal/intel,bare-metal/amd,intel-ept/6.16,intel-ept/6.6,amd-npt/gpat,shadow-paging/kvm-vmx';

/** Enough for every kind of divergence that is looked for below. */
const CASES = '800';

interface Bucket {
  readonly id: string;
  readonly severity: string;
  readonly got: string;
  readonly step: { op: string; index: number };
  readonly partition: string[][];
  readonly abstaining: string[];
  readonly answers: { outcome: string; memtype?: string }[];
  readonly rules: string[];
  readonly causes: string[];
  readonly count: number;
  readonly firstCase: number;
  readonly scenario: { steps: Record<string, unknown>[]; machine?: Record<string, unknown> };
  readonly minimiseEvaluations: number;
}

describe('emtdiff fuzz', () => {
  const ran = emtdiff(['fuzz', '--seed', 'golden', '--cases', CASES, '--format', 'json']);
  const document = JSON.parse(ran.stdout);
  const buckets: Bucket[] = document.buckets;

  test('prints one JSON document, the seed first, and exits 0', () => {
    expect(ran.code).toBe(0);
    expect(document).toMatchObject({
      format: 'emtdiff-fuzz/1',
      seed: 'golden',
      cases: Number(CASES),
      modelFaults: [],
      interrupted: false,
    });
    expect(ran.stderr.split('\n')[0]).toBe('seed golden');
    expect(document.profiles).toHaveLength(9);
  });

  test('gives the same bytes for the same seed, but for the time it took', () => {
    const again = JSON.parse(emtdiff(['fuzz', '--seed', 'golden', '--cases', CASES, '--format', 'json']).stdout);
    expect(JSON.stringify({ ...again, timing: null })).toBe(JSON.stringify({ ...document, timing: null }));
  });

  test('orders buckets worst first, and every bucket carries what a reader needs', () => {
    const order = ['machine-check', 'coherence', 'ordering', 'write-semantics', 'architectural', 'performance', 'none'];
    const ranks = buckets.map(({ severity }) => order.indexOf(severity));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    for (const { partition, answers, rules, scenario, step, minimiseEvaluations } of buckets) {
      expect(answers).toHaveLength(partition.length);
      expect(partition.length).toBeGreaterThan(1);
      expect(rules).toHaveLength(2);
      expect(scenario.steps[step.index].op).toBe(step.op);
      expect(minimiseEvaluations).toBeGreaterThan(0);
    }
    expect(new Set(buckets.map(({ id }) => id)).size).toBe(buckets.length);
  });

  const caused = (expected: RegExp, got: RegExp) => buckets.filter(({ causes }) => expected.test(causes[0]) && got.test(causes[1]));

  test('finds KVM EPT ignoring guest PAT without a non-coherent device', () => {
    const found = caused(/pat-uc$/, /^intel-ept\.no-noncoherent-dma$/);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0].scenario.machine?.noncoherentDevices).toBeUndefined();
  });

  test('finds the UC range at a higher base lost under an overlapping lower WB range', () => {
    expect(caused(/uc-range-wins$/, /^intel-ept\.first-uncached-loses$/).length).toBeGreaterThan(0);
  });

  test('finds guest MTRRs honoured by 6.6 and ignored by 6.16', () => {
    const ignored = buckets.filter(({ got, causes }) => got === 'intel-ept/6.16' && /(range|default-type)/.test(causes[0]));
    expect(ignored.length).toBeGreaterThan(0);
    expect(
      ignored.some(({ partition }) =>
        partition.some((group) => group.includes('intel-ept/6.6') && group.includes('bare-metal/intel')),
      ),
    ).toBe(true);
  });

  test("finds Xen's save record losing ranges 1 to 7", () => {
    expect(
      buckets.some(({ scenario, got }) => got.startsWith('xen-hvm/ept') && scenario.steps.some(({ op }) => op === 'save-restore')),
    ).toBe(true);
  });

  test('finds NPT turning UC- over an MTRR-WC frame into CD', () => {
    expect(caused(/amd-pat-uc-minus-gives-way$/, /^amd-npt\.guest-uc-minus-mtrr-/).length).toBeGreaterThan(0);
  });

  test('finds shadow paging taking PA0 for everything', () => {
    expect(caused(/pat-uc$/, /^shadow-paging\.vmx-guest-pa0$/).length).toBeGreaterThan(0);
  });

  test('keeps a summary and a file a finding that replays by its own command', () => {
    const out = join(temporary(), 'run');
    const kept = emtdiff(['fuzz', '--seed', 'golden', '--cases', '60', '--models', PANEL, '--out', out]);
    expect(kept.code).toBe(0);
    const files = readdirSync(join(out, 'findings'));
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(files).toHaveLength(summary.buckets.length);
    const finding = JSON.parse(readFileSync(join(out, 'findings', files[0]), 'utf8'));
    expect(finding.format).toBe('emtdiff-finding/1');
    const replayed = JSON.parse(emtdiff(['replay', join(out, 'findings', files[0]), '--format', 'json']).stdout);
    for (const [name, observations] of Object.entries(finding.observations))
      expect(replayed.profiles[name].observations).toEqual(observations);
    expect(emtdiff(['fuzz', '--cases', '1', '--out', out])).toMatchObject({ code: 2, stdout: '' });
    const original = JSON.parse(emtdiff([...finding.replay.split(' ').slice(2), '--format', 'json']).stdout);
    const shown = original.divergences.flatMap((divergence: { buckets: { id: string }[] }) =>
      divergence.buckets.map(({ id }) => id),
    );
    expect(shown).toContain(finding.bucket.id);
  });

  test('every minimal scenario shows its bucket at its severity, and does not without any one of its steps', async () => {
    for (const { id, severity, scenario, partition, abstaining } of buckets) {
      const names = new Set([...partition.flat(), ...abstaining]);
      const profiles = PROFILES.filter(({ name }) => names.has(name));
      const work = new WorkingPanel({ profiles, lenses: DEFAULT_LENSES });
      const shows = async (steps: readonly unknown[]) => {
        const candidate = scenarioFrom({ ...scenario, steps }, new Place('candidate', '$'));
        const { divergences } = await divergencesOf(candidate, work);
        return divergences.some((divergence) =>
          divergence.buckets.some((bucket) => bucket.id === id && bucket.severity === severity),
        );
      };
      expect([id, await shows(scenario.steps)]).toEqual([id, true]);
      for (const step of scenario.steps)
        expect([id, step, await shows(scenario.steps.filter((other) => other !== step))]).toEqual([id, step, false]);
    }
  });

  test.each([
    ['any', 1],
    ['correctness', 1],
    ['none', 0],
  ])('--fail-on %s exits %d where a machine check was found', (failOn, code) => {
    expect(
      emtdiff(['fuzz', '--seed', 'golden', '--cases', '10', '--models', 'bare-metal/intel,intel-ept/6.16', '--fail-on', failOn])
        .code,
    ).toBe(code);
  });

  test('exits 0 whatever --fail-on says where nothing diverges', () => {
    expect(emtdiff(['fuzz', '--cases', '50', '--models', 'bare-metal/intel', '--fail-on', 'any']).code).toBe(0);
  });

  test('interrupted, reports and keeps what was found, and exits 130', async () => {
    const out = join(temporary(), 'run');
    const stopped = await interrupted(
      ['fuzz', '--time', '60s', '--models', 'bare-metal/intel,intel-ept/6.16', '--out', out],
      /seed /,
      'SIGINT',
    );
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('Interrupted');
    expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')).interrupted).toBe(true);
  }, 30_000);

  test.each([
    [['--cases', '0'], '--cases: found "0", expected a whole number of at least 1'],
    [['--time', '10'], '--time: found "10", expected a time such as 90s, 10m or 1h'],
    [
      ['--models', 'intel-ept/7'],
      '--models: found the profile "intel-ept/7", expected one that emtdiff models lists; close to it: intel-ept ',
    ],
    [['--lens', 'x'], '--lens: found "x", expected one of memtype msr level private exact cost'],
    [['--format', 'xml'], '--format: found "xml", expected one of terminal json'],
    [['--fail-on', 'x'], '--fail-on: found "x", expected one of new unreviewed correctness any none'],
    [['--external', 'x'], '--external: found "x", expected NAME=COMMAND'],
    [['--case', '3'], 'fuzz: found the option "--case", expected one of emtdiff fuzz; close to it: --cases'],
    [['extra'], 'fuzz: found 1 argument, expected 0'],
  ])('%j is refused in a sentence, exit 2', (args, message) => {
    const refused = emtdiff(['fuzz', ...args]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  });

  test('refuses a folder it cannot write, before the campaign', () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    expect(emtdiff(['fuzz', '--cases', '1', '--out', join(file, 'run')])).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(join(file, 'run'))).toBe(false);
  });
});
