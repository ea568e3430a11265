import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from '../../../harness/run/readable.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { PROFILES } from '../../../models/registry.js';
import { emtdiff, emtdiffEach, MAIN } from './command.js';

interface Symptom {
  readonly id: string;
  readonly lens: string;
  readonly rules: { readonly id: string; readonly commits: string[] }[];
  readonly answers: { readonly memtype?: string; readonly counters?: object }[];
  readonly scenario: object;
  readonly step: number;
}
interface Bucket {
  readonly id: string;
  readonly cause: { kind: string; op?: string; keeps?: string; rule?: string };
  readonly points: number;
  readonly sequences: number;
  readonly rules: string[];
  readonly commits: string[][];
  readonly scenario: { steps: { op: string }[] };
  readonly symptoms: Symptom[];
}
interface Comparison {
  readonly buckets: Bucket[];
  readonly agreement: {
    counters?: object;
    compared: number;
    alike: number;
    abstained: number;
    rules: Record<string, { id: string; b: number }[]>;
  };
  readonly points: number;
  readonly sequences: number;
}

/** What the buckets below are counted in; the lenses of one family make more of them. */
const LENSES = ['--lens', 'memtype,msr'];
/** Enough for the rarest of the buckets asked for, at every seed. */
const CASES = ['--cases', '1500'];

function compared(a: string, b: string, ...more: string[]): Comparison & { code: number | null } {
  const ran = emtdiff([
    'compare',
    a,
    b,
    '--format',
    'json',
    ...(more.includes('--cases') ? [] : CASES),
    ...(more.includes('--lens') ? [] : LENSES),
    ...more,
  ]);
  return { ...(JSON.parse(ran.stdout) as Comparison), code: ran.code };
}

const ids = ({ buckets }: Comparison) => buckets.map(({ id }) => id).sort();

describe('emtdiff compare', () => {
  const found = compared('intel-ept/6.6', 'intel-ept/6.7');

  test('6.6 and 6.7: CR0.CD honours the PAT, and a non-coherent device that comes or goes zaps; nothing else', () => {
    expect(found.code).toBe(1);
    expect(ids(found)).toEqual([
      'invalidation~attach-device~kept-by-a',
      'invalidation~detach-device~kept-by-a',
      'rule-of-b~intel-ept.cd-write-back',
    ]);
  });

  test.each(['another', 'a third'])('6.6 and 6.7: the same three by %s seed', (seed) => {
    expect(ids(compared('intel-ept/6.6', 'intel-ept/6.7', '--seed', seed))).toEqual(ids(found));
  });

  test('every symptom carries both rules with commits, and a scenario on which both answer so again', () => {
    for (const { symptoms } of found.buckets) {
      for (const { id, rules, scenario, step, answers } of symptoms) {
        expect(rules).toHaveLength(2);
        for (const { commits } of rules) expect(commits.length).toBeGreaterThan(0);
        expect(answers[0]).not.toEqual(answers[1]);
        const parsed = parseScenario(JSON.stringify(scenario), id);
        const replayed = ['intel-ept/6.6', 'intel-ept/6.7'].map((name) => {
          const profile = PROFILES.find((known) => known.name === name)!;
          return answerOf(profile, parsed).observations[step];
        });
        expect(replayed).toEqual(answers);
      }
    }
  });

  test('says what it looked at without finding a difference', () => {
    const { compared: all, alike, rules } = found.agreement;
    expect(found).toMatchObject({ points: 28800, sequences: 1500 });
    expect(alike).toBeGreaterThan(all / 2);
    expect(alike).toBeLessThan(all);
    expect(rules.alike.map(({ id }) => id)).toContain('intel-ept.mmio-uncached');
    expect(rules.different.map(({ id }) => id)).toContain('intel-ept.no-noncoherent-dma');
    expect(rules.onlyA.map(({ id }) => id)).toEqual(['intel-ept.cd-write-back-ipat']);
    expect(rules.onlyB.map(({ id }) => id)).toEqual(['intel-ept.cd-write-back']);
    expect(rules.never).toContain('intel-ept.host-pat-type');
  });

  test('every key of its document is explained in reports/README.md', () => {
    const page = readFileSync(join(__dirname, '../../../reports/README.md'), 'utf8').split('## A comparison')[1].split('\n## ')[0];
    const { code: _, buckets, agreement, ...rest } = found;
    const keys = [rest, ...buckets, ...buckets.flatMap(({ symptoms }) => symptoms), agreement, agreement.rules].flatMap(
      Object.keys,
    );
    const unexplained = [...new Set(keys)].filter((key) => !page.includes(`\`${key}\``) && !['format', 'version'].includes(key));
    expect(unexplained).toEqual([]);
  });

  test('per-VM MTRRs: the disabled type, the vCPU whose registers count, and the writes that no longer zap', () => {
    expect(ids(compared('intel-ept/6.6', 'intel-ept/per-vm-mtrr'))).toEqual([
      'invalidation~write-msr~kept-by-b',
      'registers-of-another-vcpu',
      'rule-of-b~intel-ept.disabled-per-vm',
    ]);
  });

  test('MTRR writes skipped while CR0.CD=1: those zap no longer, and changes of CR0.CD do', () => {
    expect(ids(compared('intel-ept/6.7', 'intel-ept/cd-skip', '--cases', '6000'))).toEqual([
      'invalidation~write-cr0~kept-by-a',
      'invalidation~write-msr~kept-by-b',
    ]);
  });

  test('Xen 4.14.0 and 4.15: special pages and direct MMIO without a frame table entry are two buckets; what asks for direct MMIO later is none', () => {
    const { buckets, agreement } = compared('xen-hvm/ept-4.14.0', 'xen-hvm/ept-4.15');
    const special = buckets.find(({ id }) => id === 'rule-of-b~xen-hvm.special-page-ipat');
    const invalid = buckets.find(({ id }) => id === 'rule-of-b~xen-hvm.invalid-mfn');
    expect(special?.commits[1]).toEqual(['ca24b2ffdb']);
    expect(invalid?.rules).toEqual(['xen-hvm.direct-mmio-first', 'xen-hvm.invalid-mfn']);
    expect(invalid?.commits).toEqual([['30921dc2df'], ['81fd0d3ca4']]);
    const later = agreement.rules.onlyB.find(({ id }) => id === 'xen-hvm.direct-mmio');
    expect(later).toMatchObject({ differs: false, alike: [{ id: 'xen-hvm.direct-mmio-first', steps: later?.b }] });
  });

  test('is plain text of 80 columns, the same each time', () => {
    const text = () => emtdiff(['compare', 'intel-ept/6.11.0', 'intel-ept/6.12', '--cases', '300', ...LENSES]);
    const { stdout, code } = text();
    expect(code).toBe(1);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^emtdiff compare intel-ept\/6.11.0 intel-ept\/6.12: 1 difference\n/);
    expect(stdout.replace(/\s+/g, ' ')).toContain('A decides by intel-ept.self-snoop-honours-pat, which B never reached');
    expect(stdout).toContain('commits 9d70f3fec144');
    expect(text().stdout).toBe(stdout);
  });

  test('exits 0 where nothing differs', () => {
    const { stdout, code } = emtdiff(['compare', 'intel-ept/6.16', 'intel-ept/6.16', '--cases', '100']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/no difference found/);
  });

  test('compares an external model, whose answers stand where a profile has rules', () => {
    const external = ['--external', `mine=${process.execPath} ${MAIN} serve intel-ept/6.11.0`, '--cases', '50'];
    const { code, buckets, agreement } = compared('mine', 'intel-ept/6.12', ...external);
    expect(code).toBe(1);
    expect(buckets.map(({ id }) => id)).toEqual(['rule-of-b~intel-ept.no-noncoherent-dma']);
    expect(buckets[0].symptoms.every(({ rules }) => rules[0].id.startsWith('ok-'))).toBe(true);
    expect(agreement.rules.different.map(({ id }) => id)).toEqual(['intel-ept.no-noncoherent-dma']);
  });

  const MISTAKES: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    ['a side is missing', ['intel-ept/6.6'], /found 1/],
    ['a profile is not known', ['intel-ept/6.6', 'intel-ept/2.6.5'], /"intel-ept\/2.6.5".*close to it: .*intel-ept\/2.6/],
    ['an external is neither side', ['intel-ept/6.6', 'intel-ept/6.7', '--external', 'x=true'], /expected the NAME to be A or B/],
    ['both budgets are given', ['intel-ept/6.6', 'intel-ept/6.7', '--cases', '1', '--time', '1s'], /--time: found beside --cases/],
  ];
  const mistaken = emtdiffEach(MISTAKES.map(([, args]) => ['compare', ...args]));

  test.each(MISTAKES.map(([what, , message], index) => [what, message, mistaken[index]] as const))(
    'exits 2 where %s',
    (_, message, { code, stderr, stdout }) => {
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
      expect(stdout).toBe('');
    },
  );
});

describe('emtdiff compare --lens cost', () => {
  test.each([
    [
      ['intel-ept/6.16', 'sev-snp/6.11', '--lens', 'cost', '--out', 'somewhere'],
      '--out: found without --lens cost of two profiles',
    ],
    [['sev-snp/6.11', 'tdx/6.16', '--lens', 'cost', '--seed', 's'], '--seed: found beside --lens cost'],
    [['sev-snp/6.11', 'tdx/6.16', '--out', 'somewhere'], '--out: found without --lens cost'],
  ])('refuses %j in one sentence', (args, sentence) => {
    const { code, stdout, stderr } = emtdiff(['compare', ...args]);
    expect([code, stdout, stderr.trim().split('\n')]).toEqual([2, '', [expect.stringContaining(sentence)]]);
  });

  test('names the rule of an invalidation that only one side makes, with the commits that brought and gated it', () => {
    const { code, buckets, agreement } = compared('intel-ept/4.3', 'intel-ept/4.4', '--lens', 'cost', '--cases', '200');
    expect(code).toBe(1);
    const [first] = buckets;
    expect(first).toMatchObject({
      id: 'zap-of-a~intel-ept.cd-change-zaps',
      cause: { kind: 'zap', zaps: 'a', rule: 'intel-ept.cd-change-zaps', keptBy: 'intel-ept.cd-change-is-spared' },
      commits: [['b18d5431acc7'], ['879ae1880449']],
      scenario: { steps: [{ op: 'write-cr0' }] },
    });
    expect(first.symptoms[0].answers).toMatchObject([{ counters: { zaps: 1 } }, { counters: { zaps: 0 } }]);
    expect(first.points).toBeGreaterThan(0);
    const different = buckets.reduce((sum, { points, sequences }) => sum + points + sequences, 0);
    expect(agreement).toMatchObject({ compared: 0, counters: { different, alike: 28800 + 200 - different } });
  });

  test('says in words what both sides counted, and finds no difference of a profile from itself', () => {
    const args = (b: string) => ['compare', 'intel-ept/4.3', b, '--lens', 'cost', '--cases', '50'];
    const [different, equal] = emtdiffEach([args('intel-ept/4.4'), args('intel-ept/4.3')]);
    expect(different.stdout).toMatch(/> end {2}counted\n +intel-ept\/4.3 zaps 1, tlbFlushes 1\n +intel-ept\/4.4 nothing\n/);
    expect(equal.code).toBe(0);
    expect(equal.stdout).toMatch(/Counters: 28850 scenarios counted alike, 0 otherwise\./);
  });

  test('compares two of a kind: equal costs are exit code 0, and the document names both sides and every boot', () => {
    const { code, stdout } = emtdiff([
      'compare',
      'sev-snp/rfc-v8+dm-restore-bug',
      'sev-snp/rfc-v8+dm-restore-bug',
      '--lens',
      'cost',
      '--format',
      'json',
    ]);
    expect(code).toBe(0);
    const { format, a, b, guestFrames, boots } = JSON.parse(stdout);
    expect([format, a.name, b.name, guestFrames]).toEqual(['emtdiff-cost/1', 'sev-snp/rfc-v8+dm-restore-bug', a.name, 0x100000]);
    expect(boots.map((boot: Record<string, unknown>) => [boot.kind, boot.percent, boot.acceptedFrames])).toEqual(
      ['at-launch', 'when-accepted'].flatMap((kind) => [
        [kind, 1, 10240],
        [kind, 10, 104960],
        [kind, 100, 1048576],
      ]),
    );
    expect(boots[0].a.ended).toEqual({ step: 0, outcome: 'host-fatal' });
  });
});
