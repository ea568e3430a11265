import { join } from 'node:path';
import { readScenario } from '../../../harness/cli/scenario-input.js';
import { bisect } from '../../../harness/history/bisection.js';
import { changeBetween } from '../../../harness/history/change.js';
import { timelineOf } from '../../../harness/history/timeline.js';
import { versionLines, versionName } from '../../../harness/history/version-line.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { UC, WB, WC } from '../../../models/contract/memory-type.js';
import { compareReleases } from '../../../models/contract/release.js';
import { PROFILES } from '../../../models/registry.js';
import { versionOf } from './version-of.js';

const scenario = parseScenario(
  '{"format": "emtdiff-scenario/1", "steps": [{"op": "access", "vcpu": 0, "gfn": "0x10", "kind": "read", "pat": 0}]}',
  'one access',
);

describe('Lines of versions', () => {
  const lines = versionLines(PROFILES);
  const line = (name: string) => lines.find((known) => known.name === name);
  const names = (name: string) => line(name)?.versions.map(versionName);

  test('KVM with EPT: the releases in their order, proposals beside them', () => {
    // The first range: a stable branch may have taken a patch before the release that brought it.
    const own = line('intel-ept')!.versions.map(({ releases }) => releases!.ranges[0].first);
    expect(own).toEqual([...own].sort(compareReleases));
    expect(own.length).toBeGreaterThan(10);
    const proposals = PROFILES.filter(
      ({ name, lineage, base }) => lineage === 'intel-ept' && base !== undefined && !name.includes('+'),
    );
    expect(line('intel-ept')?.proposals.map(({ name }) => name)).toEqual(proposals.map(({ name }) => name));
  });

  test('Xen: EPT, NPT and shadow paging are lines of their own', () => {
    expect(names('xen-hvm/ept')).toEqual('ept-4.14.0 ept-ca24b2ffdb ept-4.15 ept-4.16 ept-4.17 ept-4.19 ept-4.21'.split(' '));
    expect(line('xen-hvm/ept')?.proposals.map(versionName)).toEqual(['ept-special-v1']);
    expect(names('xen-hvm/shadow')).toEqual(['shadow-4.14', 'shadow-4.18']);
    expect(names('xen-hvm/npt')).toEqual(['npt']);
  });

  test('Vendors are no versions of each other', () => {
    expect(names('bare-metal/intel')).toEqual(['intel']);
    expect(names('shadow-paging/kvm-svm')).toEqual(['kvm-svm']);
  });

  test('every profile is in exactly one line, variants with an injected defect in none', () => {
    const all = lines.flatMap(({ versions, proposals }) => [...versions, ...proposals]).map(({ name }) => name);
    expect([...all].sort()).toEqual(
      PROFILES.map(({ name }) => name)
        .filter((name) => !name.includes('+'))
        .sort(),
    );
  });

  test('proposals stand in the order of the versions that they change, whatever order they are listed in', () => {
    const on = (base: string, name: string) => ({ ...versionOf(name, UC, 2), base: `test/${base}` });
    const [a, b] = [versionOf('a', UC, 2), versionOf('b', UC, 2)];
    const create = a.create;
    const all = [on('b', 'late'), a, b, on('a', 'early')].map((profile) => ({ ...profile, create }));
    const [{ versions, proposals }] = versionLines(all);
    expect([versions.map(versionName), proposals.map(versionName)]).toEqual([
      ['a', 'b'],
      ['early', 'late'],
    ]);
  });

  test('what a proposal changes is a version of its line, and its span says that no release has it', () => {
    for (const { versions, proposals } of lines) {
      for (const { name, base, span } of proposals) {
        expect(versions.map((version) => version.name)).toContain(base);
        expect({ name, span }).toEqual({ name, span: expect.stringMatching(/^(unmerged|never committed)\b/) });
      }
      for (const { span } of versions) expect(span).not.toMatch(/^(unmerged|never committed)\b/);
    }
  });
});

describe('A change of an answer', () => {
  const from = versionOf('1', WB, 1, ['aaaa1111', 'cccc3333']);
  /** These versions say not which commit did what: nobody asks what they answer. */
  const unasked = () => '';

  test("is the new rule's commit where the newer version brought it", () => {
    const to = versionOf('2', UC, 2, ['cccc3333', 'bbbb2222dddd', 'eeee4444']);
    expect(changeBetween([from, to], 'test.new', unasked)).toMatchObject({ commits: ['bbbb2222'], isExact: true });
  });

  test('is one of the new commits where the rule is older than they are', () => {
    const to = versionOf('2', UC, 1, ['aaaa1111', 'eeee4444', 'ffff5555']);
    expect(changeBetween([from, to], 'test.old', unasked)).toMatchObject({ commits: ['eeee4444', 'ffff5555'], isExact: false });
  });

  test('is not known where the newer version names no new commit', () => {
    expect(changeBetween([from, versionOf('2', UC, 1, ['aaaa1111'])], 'test.old', unasked)).toMatchObject({
      commits: [],
      isExact: false,
    });
  });
});

describe('A timeline', () => {
  const versions = [
    versionOf('1', WB, 1, ['aaaa1111']),
    versionOf('2', WB, 2, ['bbbb2222']),
    versionOf('3', UC, 2, ['cccc3333']),
    versionOf('4', WB, 1, ['dddd4444']),
  ];
  const on = (base: string, name: string) => ({ ...versionOf(name, UC, 2), base: `test/${base}` });
  const proposals = [on('2', 'p'), on('2', 'q'), on('3', 'r')];
  const [{ runs, proposals: proposed }] = timelineOf({ name: 'test', versions, proposals }, scenario).steps;

  test('joins neighbours with one answer, and no others', () => {
    expect(runs.map((run) => [run.versions.join(), run.answer.memtype])).toEqual([
      ['1,2', 'WB'],
      ['3', 'UC'],
      ['4', 'WB'],
    ]);
  });

  test('names within a run the versions from which another rule gives the same answer', () => {
    expect(runs[0].rules.map(({ from, rule }) => [from, rule?.id])).toEqual([
      ['1', 'test.old'],
      ['2', 'test.new'],
    ]);
  });

  test('has a change before every run but the oldest', () => {
    expect(runs.map(({ change }) => change?.commits ?? null)).toEqual([null, ['cccc3333'], ['dddd4444']]);
  });

  test('joins proposals to change one version that answer alike, and says whether they do change its answer', () => {
    expect(proposed.map(({ versions: names, base, isChanged }) => [names.join(), base, isChanged])).toEqual([
      ['p,q', '2', true],
      ['r', '3', false],
    ]);
  });
});

describe('Bisection', () => {
  const line = (types: readonly (typeof WB | typeof UC | typeof WC | null)[]) =>
    types.map((type, index) => versionOf(String(index), type, 1, [`c${index}`]));
  const names = (found: { profile: { name: string } }[]) => found.map(({ profile }) => profile.name.slice(5)).join(' ');

  test('finds the first version with the new answer, asking few', () => {
    const found = bisect(line([WB, WB, WB, WB, WB, UC, UC, UC, UC, UC, UC, UC, UC, UC, UC, UC]), scenario, 0);
    expect(found.found?.after.profile.name).toBe('test/5');
    expect(found.found?.before.profile.name).toBe('test/4');
    expect(found.found?.change.commits).toEqual(['c5']);
    expect(found.flips).toEqual([found.found]);
    expect(found.asked.length).toBeLessThanOrEqual(6);
  });

  test('lists every flip where there are several', () => {
    const { found, flips } = bisect(line([WB, UC, WB, WB, UC]), scenario, 0);
    expect(flips.map(({ after }) => after.profile.name)).toEqual(['test/1', 'test/2', 'test/4']);
    expect(flips).toContain(found);
  });

  test('finds nothing where the ends agree, and still lists what flips between', () => {
    const { found, flips } = bisect(line([WB, UC, WB]), scenario, 0);
    expect(found).toBeNull();
    expect(flips).toHaveLength(2);
    expect(bisect(line([WB, WB]), scenario, 0)).toMatchObject({ found: null, flips: [] });
  });

  test('leaves out versions that leave the answer open, and says which stand between', () => {
    const { found, open, oldest } = bisect(line([null, WB, WB, null, null, UC, UC]), scenario, 0);
    expect(oldest?.profile.name).toBe('test/1');
    expect(found?.after.profile.name).toBe('test/5');
    expect(found?.between.map(({ name }) => name)).toEqual(['test/3', 'test/4']);
    expect(open.map(({ name }) => name)).toEqual(['test/0', 'test/3', 'test/4']);
  });

  test('says so where no version has an answer', () => {
    expect(bisect(line([null, null]), scenario, 0)).toMatchObject({ oldest: null, newest: null, found: null, flips: [] });
  });

  test('takes a third answer for old: the search is for the newest one', () => {
    const { found, flips, asked } = bisect(line([WB, WC, WC, UC]), scenario, 0);
    expect(found?.after.profile.name).toBe('test/3');
    expect(flips).toHaveLength(2);
    expect(names([...asked])).toBe('0 3 1 2');
  });
});

describe('Of versions that say what each commit changed', () => {
  const fixture = (name: string) => readScenario(join(__dirname, '../../fixtures/cases', `${name}.json`)).scenario;
  const [line] = versionLines(PROFILES).filter(({ name }) => name === 'intel-ept');

  test('the commit is that which brings the answer: without guest MTRRs, not without non-coherent DMA', () => {
    const disabled = parseScenario(
      JSON.stringify({
        format: 'emtdiff-scenario/1',
        machine: { noncoherentDevices: 1 },
        steps: [{ op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 }],
      }),
      'a test',
    );
    const { runs } = timelineOf(line, disabled).steps[0];
    const changed = runs.find(({ versions }) => versions[0] === '6.11.0');
    expect(changed?.answer.memtype).toBe('WB');
    expect(changed?.change).toMatchObject({ commits: ['0a7b73559b39'], isExact: true });
  });

  test('without CPUID.MTRR the PAT reads as at reset, RAM is WB but for 4.2 and 4.3, a device is UC whatever the PAT', () => {
    const runs = timelineOf(line, fixture('ch-1752-no-mtrr-no-pat')).steps.map((step) => step.runs);
    expect(runs[0].at(-1)?.answer.value).toBe('0x7040600070406');
    expect(runs.slice(1).map((own) => own.at(-1)?.answer.memtype)).toEqual(['UC', 'UC', 'WB']);
    expect(runs[3].map(({ answer, change }) => [answer.memtype, change?.commits[0]])).toEqual([
      ['WB', undefined],
      ['UC', '06be5eefe119'],
      ['WB', 'e24dea2afc6a'],
    ]);
  });

  test('a step that invalidates in some versions only is another answer there, by the rule of the invalidation and its commit', () => {
    const cost = fixture('small-cost-lens-not-compared');
    const [, cr0] = timelineOf(line, cost).steps;
    const run = (version: string) => cr0.runs.find(({ versions }) => versions.includes(version))!;
    expect(['4.1', '4.3', '4.4'].map((version) => run(version).answer.zaps)).toEqual([undefined, true, undefined]);
    const told = ['4.1', '4.2-full-mtrr', '4.3', '4.4'].map((version) => run(version).zapRules[0].rule);
    expect(told.map((rule) => [rule?.kind, rule?.citation.commit])).toEqual([
      ['no-zap', undefined],
      ['zap', 'b18d5431acc7'],
      ['zap', 'b18d5431acc7'],
      ['no-zap', '879ae1880449'],
    ]);
    expect(run('4.2-full-mtrr').change).toMatchObject({ commits: ['b18d5431acc7'], rule: { kind: 'zap' } });
    const pair = line.versions.filter((profile) => ['4.3', '4.4'].includes(versionName(profile)));
    const { found } = bisect(pair, cost, 1);
    expect(found?.change).toMatchObject({ commits: ['879ae1880449'], isExact: true, rule: { kind: 'no-zap' } });
    // It is the invalidation that differs, the answer is the same.
    expect([found?.before.answer.outcome, found?.after.answer.outcome]).toEqual(['ok', 'ok']);
  });

  test('the frame buffer of an emulated VGA is UC in 6.11.0 alone, by the commit that 6.12 reverted', () => {
    const between = (from: string, to: string) => {
      const versions = line.versions.map(versionName);
      return line.versions.slice(versions.indexOf(from), versions.indexOf(to) + 1);
    };
    const framebuffer = fixture('kvm-6.11-bochs-framebuffer');
    const bad = bisect(between('6.7', '6.11.0'), framebuffer, 4);
    expect([bad.oldest?.answer.memtype, bad.newest?.answer.memtype]).toEqual(['WB', 'UC']);
    expect(bad.found?.change).toMatchObject({ commits: ['377b2f359d1f'], isExact: true });
    const good = bisect(between('6.11.0', '6.12'), framebuffer, 4);
    expect(good.found?.change).toMatchObject({ commits: ['9d70f3fec144'], isExact: true });
  });
});
