/** The hazards of conversions that the format can express: each a regression, and what shows it typed here a second time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { regressionFrom } from '../../harness/regressions/regression.js';
import { readRegressions } from '../../harness/regressions/regression-folder.js';
import { answerOf } from '../../harness/run/readable.js';
import { PROFILES } from '../../models/registry.js';

const FOLDER = join(__dirname, '../../corpora/regressions');
const FILES = readRegressions(FOLDER).filter(({ regression }) => regression.name.startsWith('hazard-'));

const wanted = (outcome: string) => ({ outcome });
const servedBy = (page: string) => ({ outcome: 'ok', page });

interface Hazard {
  readonly file: string;
  readonly step: number;
  /** What the profiles that have the hazard answer at the step, and what those without it do. */
  readonly has: readonly [profiles: string, answer: object];
  readonly hasNot: readonly [profiles: string, answer: object];
}

const HAZARDS: readonly Hazard[] = [
  {
    file: 'h01-rmp-fault-before-update',
    step: 1,
    has: ['sev-snp/rfc-v8', wanted('rmp-loop')],
    hasNot: ['sev-snp/in-lock sev-snp/deferred sev-snp/pre-post sev-snp/6.11', wanted('not-validated')],
  },
  {
    file: 'h02-direct-map-under-mmu-lock',
    step: 0,
    has: ['sev-snp/in-lock', wanted('sleep-in-atomic')],
    hasNot: ['sev-snp/rfc-v8 sev-snp/deferred sev-snp/pre-post sev-snp/6.11', wanted('ok')],
  },
  {
    file: 'h03-no-invalidation',
    step: 2,
    has: [
      'sev-snp/rfc-v8+no-invalidation sev-snp/6.11+no-invalidation tdx/rfc+no-invalidation tdx/6.16+no-invalidation sw-protected/6.8+no-invalidation',
      servedBy('shared'),
    ],
    hasNot: ['sev-snp/rfc-v8 sev-snp/6.11 tdx/rfc tdx/6.16 sw-protected/6.8', wanted('retry')],
  },
  {
    file: 'h04-no-zap-to-shared',
    step: 4,
    has: ['sev-snp/rfc-v8+skip-zap', servedBy('private')],
    hasNot: ['sev-snp/rfc-v8 sev-snp/6.11 tdx/6.16 sw-protected/6.8', servedBy('shared')],
  },
  {
    file: 'h04-no-zap-to-private',
    step: 2,
    has: [
      'sev-snp/rfc-v8+skip-zap sev-snp/in-lock+skip-zap sev-snp/deferred+skip-zap sev-snp/pre-post+skip-zap sev-snp/6.11+skip-zap',
      wanted('rmp-loop'),
    ],
    hasNot: ['sev-snp/rfc-v8 sev-snp/in-lock sev-snp/deferred sev-snp/pre-post sev-snp/6.11', wanted('not-validated')],
  },
  {
    file: 'h05-update-fails',
    step: 2,
    has: ['sev-snp/rfc-v8+update-fails sev-snp/in-lock+update-fails sev-snp/pre-post+update-fails', wanted('rmp-loop')],
    hasNot: ['sev-snp/rfc-v8 sev-snp/in-lock sev-snp/pre-post sev-snp/6.11', wanted('not-validated')],
  },
  {
    file: 'h06-punch-before-update',
    step: 4,
    has: ['sev-snp/rfc-v8', wanted('host-fatal')],
    hasNot: ['sev-snp/in-lock sev-snp/deferred sev-snp/pre-post sev-snp/6.11', wanted('ok')],
  },
  {
    file: 'h07-punch-and-refault',
    step: 4,
    has: ['sev-snp/rfc-v8 sev-snp/in-lock sev-snp/pre-post', wanted('rmp-loop')],
    hasNot: ['sev-snp/deferred sev-snp/6.11', wanted('not-validated')],
  },
  {
    file: 'h10-redundant-conversion',
    step: 4,
    has: ['sev-snp/rfc-v8 sev-snp/in-lock sev-snp/pre-post', wanted('not-validated')],
    hasNot: ['sev-snp/deferred sev-snp/6.11', servedBy('private')],
  },
  {
    file: 'h11-direct-map-restored',
    step: 0,
    has: ['sev-snp/rfc-v8+dm-restore-bug', wanted('host-fatal')],
    hasNot: ['sev-snp/rfc-v8', wanted('ok')],
  },
  {
    file: 'h12-late-update-at-shared-fault',
    step: 5,
    has: ['sev-snp/deferred+update-on-shared-fault', wanted('rmp-loop')],
    hasNot: ['sev-snp/deferred sev-snp/6.11', servedBy('private')],
  },
  {
    file: 'h13-punch-between-hooks',
    step: 3,
    has: ['sev-snp/pre-post', wanted('rmp-loop')],
    hasNot: ['sev-snp/rfc-v8 sev-snp/in-lock sev-snp/deferred sev-snp/6.11', wanted('not-validated')],
  },
  {
    file: 'h14-neighbour-in-huge-page',
    step: 3,
    has: ['sev-snp/6.11 tdx/6.16+no-head-tail sw-protected/6.8', servedBy('shared')],
    hasNot: ['sev-snp/rfc-v8 sev-snp/6.11+head-tail tdx/rfc tdx/6.16', wanted('memory-fault')],
  },
  {
    file: 'h17-touch-before-accept',
    step: 1,
    has: ['tdx/rfc tdx/6.16', wanted('vm-dead')],
    hasNot: ['', {}],
  },
  {
    file: 'h18-exit-during-conversion',
    step: 1,
    has: ['sev-snp/6.11 tdx/6.16', wanted('memory-fault')],
    hasNot: ['sw-protected/6.8', wanted('retry')],
  },
  {
    file: 'h19-conversion-overtakes-rmp-fault',
    step: 3,
    has: ['sev-snp/6.11', wanted('not-validated')],
    hasNot: ['', {}],
  },
  {
    file: 'h20-redundant-conversion-removes',
    step: 4,
    has: ['tdx/rfc', wanted('not-validated')],
    hasNot: ['tdx/6.16', servedBy('private')],
  },
];

const regressionNamed = (name: string) => {
  const path = join(FOLDER, `${name}.json`);
  return regressionFrom(JSON.parse(readFileSync(path, 'utf8')), path);
};

describe.each(HAZARDS)('The hazard $file', ({ file, step, has, hasNot }) => {
  const { scenario, expected } = regressionNamed(`hazard-${file}`);

  test.each(
    [has, hasNot].flatMap(([names, answer]) =>
      names
        .split(' ')
        .filter(Boolean)
        .map((name) => [name, answer] as const),
    ),
  )('is answered by %s with %j', (name, answer) => {
    const profile = PROFILES.find((known) => known.name === name)!;
    expect(answerOf(profile, scenario, false).observations[step]).toMatchObject(answer);
    expect(Object.keys(expected)).toContain(name);
  });
});

test('Every regression of a hazard stands in this table, and every hazard of the index has its files', () => {
  const files = FILES.map(({ regression }) => regression.name).sort();
  expect(HAZARDS.map(({ file }) => `hazard-${file}`).sort()).toEqual(files);
  const index = readFileSync(join(__dirname, '../../reports/trophies/README.md'), 'utf8');
  const linked = [...index.matchAll(/\.\.\/\.\.\/corpora\/regressions\/([\w-]+)\.json/g)].map(([, name]) => name);
  expect(linked.filter((name) => name.startsWith('hazard-')).sort()).toEqual(files);
  const rows = [...index.matchAll(/^\| (H\d+) \|/gm)].map(([, id]) => id);
  expect(rows).toEqual(Array.from({ length: 20 }, (_, number) => `H${number + 1}`));
});
