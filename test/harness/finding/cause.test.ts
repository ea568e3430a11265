import { runCampaign } from '../../../harness/campaign.js';
import { rankOf } from '../../../harness/classify/severity.js';
import { type Cause, causesOf, type Standing } from '../../../harness/finding/cause.js';
import { PROFILES } from '../../../models/registry.js';

const PANEL = [
  'bare-metal/intel',
  'bare-metal/amd',
  'intel-ept/6.6',
  'intel-ept/6.16',
  'amd-npt/gpat',
  'shadow-paging/kvm-vmx',
  'xen-hvm/ept-4.21',
  'xen-hvm/npt',
];

async function causesIn(seed: string, cases: number, names: readonly string[] = PANEL, standing?: (id: string) => Standing) {
  const profiles = names.map((name) => PROFILES.find((profile) => profile.name === name) ?? PROFILES[0]);
  const options = { seed, profiles, lenses: ['memtype', 'msr', 'level'] as const, cases, steps: 24 };
  const { findings, panel } = await runCampaign({ ...options, shouldStop: () => false, shouldHurry: () => true });
  return { findings, causes: causesOf(findings, panel.seats, standing && (({ bucket }) => standing(bucket.id))) };
}

const causeOfBucket = (causes: readonly Cause[]) =>
  new Map(causes.flatMap(({ id, findings }) => findings.map(({ bucket }) => [bucket.id, id])));

describe('Causes of a campaign', () => {
  const campaign = causesIn('causes', 1500);

  test('hold every bucket once, in far fewer lines', async () => {
    const { findings, causes } = await campaign;
    const held = causes.flatMap((cause) => cause.findings.map(({ bucket }) => bucket.id));
    expect([...held].sort()).toEqual(findings.map(({ bucket }) => bucket.id).sort());
    expect(findings.length).toBeGreaterThan(200);
    expect(causes.length).toBeLessThan(findings.length / 4);
  });

  test('have each a title of its own that names the profiles that deviate and quotes what they do', async () => {
    const { causes } = await campaign;
    const titles = causes.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles).toContain('intel-ept/6.6: Below 1 MiB with E=1 and FE=1 the fixed range alone decides');
    expect(titles).toContain(
      "xen-hvm/ept-4.21, xen-hvm/npt: Bits at or above the guest's MAXPHYADDR are reserved in range bases and masks",
    );
  });

  test('stand worst first, each as bad as its worst bucket, its simplest witness first', async () => {
    const { causes } = await campaign;
    const ranks = causes.map(({ severity }) => rankOf(severity));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    for (const { severity, findings } of causes) {
      expect(rankOf(severity)).toBe(Math.min(...findings.map((finding) => rankOf(finding.severity))));
      const sizes = findings.map(({ scenario }) => scenario.steps.length);
      expect(sizes[0]).toBe(Math.min(...sizes));
    }
  });

  test('of a bucket are the same whatever else a run found', async () => {
    const known = causeOfBucket((await campaign).causes);
    const other = causeOfBucket((await causesIn('other', 300)).causes);
    const shared = [...other].filter(([bucket]) => known.has(bucket));
    expect(shared.length).toBeGreaterThan(50);
    expect(shared.map(([bucket]) => known.get(bucket))).toEqual(shared.map(([, cause]) => cause));
  });

  test('fold the cells of one table into one', async () => {
    const { causes } = await campaign;
    const cells = causes.find(({ id }) => id === 'amd-npt.combining-tables');
    expect(cells?.findings.length).toBeGreaterThan(10);
    expect(causes.filter(({ rules }) => rules.some((rule) => rule.startsWith('amd-npt.guest-')))).toEqual([cells]);
  });

  test('of several profiles of a family with one rule are one', async () => {
    const { causes } = await campaign;
    const shared = causes.filter(({ profiles }) => profiles.length > 1);
    expect(shared.map(({ profiles }) => profiles)).toContainEqual(['xen-hvm/ept-4.21', 'xen-hvm/npt']);
    for (const { title, profiles } of shared) expect(title.startsWith(`${profiles.join(', ')}: `)).toBe(true);
  });

  test('are new, known, or changed where only some of their buckets are known', async () => {
    const standing = (id: string) => (id.length % 3 === 0 ? 'known' : 'new');
    const { causes } = await causesIn('causes', 300, PANEL, standing);
    for (const cause of causes) {
      const own = new Set(cause.findings.map(({ bucket }) => standing(bucket.id)));
      expect(cause.standing).toBe(own.size > 1 ? 'changed' : [...own][0]);
    }
    expect(new Set(causes.map(({ standing }) => standing))).toEqual(new Set(['new', 'known', 'changed']));
  });
});

test('Broken invariants are causes that name the invariant', async () => {
  const { causes } = await causesIn('invariants', 400, ['sev-snp/6.11', 'sev-snp/in-lock', 'tdx/6.16']);
  const broken = causes.filter(({ findings }) => findings.some(({ invariant }) => invariant !== null));
  expect(broken.length).toBeGreaterThan(0);
  for (const { id, title } of broken) {
    expect(id).toMatch(/~I\d+/);
    expect(title).toMatch(/ I\d+/);
  }
});
