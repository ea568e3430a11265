import { mayImport, rowOf } from './import-table.js';
import { sourceFile, sourceFiles } from './source-files.js';

const files = sourceFiles();

/** What a file with this text may not import. */
const forbidden = (path: string, text: string) =>
  sourceFile(path, text)
    .imports.filter((found) => !mayImport(path, found))
    .map(({ target }) => target);

describe('The import table', () => {
  test('has a row for every file of the product', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.filter(({ path }) => rowOf(path) === null).map(({ path }) => path)).toEqual([]);
  });

  test('is kept by every file of the product', () => {
    const broken = files.flatMap(({ path, imports }) =>
      imports.filter((found) => !mayImport(path, found)).map(({ target }) => `${path} imports ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('is about imports that exist', () => {
    const known = new Set(files.map(({ path }) => path.replace(/\.ts$/, '')));
    const dangling = files.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => /^(models|harness)\//.test(target) && !known.has(target))
        .map(({ target }) => `${path}: ${target}`),
    );
    expect(dangling).toEqual([]);
  });
});

describe('The import table refuses', () => {
  test.each([
    ['a model that reads another model', 'models/amd-npt/x.ts', "import { a } from '../intel-ept/leaf-memory-type.js';"],
    ['a model that knows of the harness', 'models/amd-npt/x.ts', "import type { Trace } from '../../harness/run/trace.js';"],
    ['a model that uses Node', 'models/xen-hvm/x.ts', "import { readFileSync } from 'node:fs';"],
    ['a model that uses a package', 'models/xen-hvm/x.ts', "import fc from 'fast-check';"],
    ['a contract that knows a model', 'models/contract/x.ts', "export { rules } from '../tdx/rules.js';"],
    ["a registry that looks into a model's other files", 'models/registry.ts', "import { rules } from './tdx/rules.js';"],
    ['an operation that knows the format', 'harness/operations/x.ts', "import { a } from '../scenario/parse.js';"],
    ['an operation that knows a stage', 'harness/operations/x.ts', "import type { Trace } from '../run/trace.js';"],
    ['a stage that asks the registry', 'harness/compare/x.ts', "import { PROFILES } from '../../models/registry.js';"],
    ["a stage that takes a model's profiles", 'harness/run/x.ts', "import { profiles } from '../../models/tdx/profiles.js';"],
    ['a stage that imports a later one, for a type even', 'harness/run/x.ts', "import type { Lens } from '../compare/lens.js';"],
    ['a minimiser that knows what a divergence is', 'harness/minimise/x.ts', "import { agree } from '../compare/lens.js';"],
    ['a campaign that asks the clock of Node', 'harness/campaign.ts', "import { performance } from 'node:perf_hooks';"],
    ['a campaign that picks its profiles', 'harness/campaign.ts', "import { PROFILES } from '../models/registry.js';"],
    ['a report that runs campaigns', 'harness/report/x.ts', "import { runCampaign } from '../campaign.js';"],
    ['an engine that picks its profiles', 'harness/engine/x.ts', "import { PROFILES } from '../../models/registry.js';"],
    ['an engine that reads options', 'harness/engine/x.ts', "import type { Settings } from '../cli/options/settings.js';"],
    ['a ledger that prints', 'harness/ledger/x.ts', "import { plural } from '../report/plural.js';"],
    ['a medium of reports that prints by another', 'harness/report/html/x.ts', "import { row } from '../terminal/table.js';"],
    ['a command that looks inside a model', 'harness/cli/x.ts', "import { rules } from '../../models/tdx/rules.js';"],
    ['a late import', 'harness/panel/x.ts', "const { a } = await import('../external/external-model.js');"],
    ['an import of many lines', 'models/tdx/x.ts', "import {\n  type A,\n  b,\n} from '../sev-snp/rmp.js';"],
    ['an import for its effects', 'models/tdx/x.ts', "import '../sev-snp/rmp.js';"],
  ])('%s', (_, path, text) => {
    expect(forbidden(path, text)).toHaveLength(1);
  });

  test('nothing that it allows', () => {
    expect(forbidden('harness/report/x.ts', "import type { CampaignResult } from '../campaign.js';")).toEqual([]);
    expect(forbidden('harness/classify/x.ts', "import type { Trace } from '../run/trace.js';")).toEqual([]);
    expect(forbidden('models/registry.ts', "import { profiles as tdx } from './tdx/profiles.js';")).toEqual([]);
    expect(forbidden('models/tdx/x.ts', "// import { a } from '../sev-snp/rmp.js';\nimport { b } from './y.js';")).toEqual([]);
  });
});

/** Everything that a file imports, directly or not, but for types. */
function reachable(path: string, seen = new Set<string>()): Set<string> {
  const imports = files.find((file) => file.path === path)?.imports ?? [];
  for (const { target, isType } of imports) {
    if (isType || seen.has(target)) continue;
    seen.add(target);
    reachable(`${target}.ts`, seen);
  }
  return seen;
}

test('The pipeline runs anywhere: nothing that campaign.ts reaches is a module of Node or a model', () => {
  const all = [...reachable('harness/campaign.ts')];
  expect(all).toContain('harness/compare/lens');
  expect(all.filter((target) => target.startsWith('node:') || /^models\/(?!contract)/.test(target))).toEqual([]);
});

/** Time, chance and the outside world, by the names under which they are reached. */
const IMPURE =
  /\b(Math\.random|Date|performance|process|console|setTimeout|setInterval|fetch|globalThis|crypto|localeCompare|toLocale\w+|Intl)\b/g;
const PURE = /^(models|harness\/(operations|scenario|generate|run|compare|classify|minimise|panel|finding|explain|campaign\.ts))/;
/** Text in quotes. */
const TEXT = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;

describe('Determinism', () => {
  const impurities = (path: string, code: string) =>
    [...code.replace(TEXT, "''").matchAll(IMPURE)].map(([name]) => `${path}: ${name}`);

  test('no model and no stage names a clock, chance, a locale or the outside world', () => {
    const pure = files.filter(({ path }) => PURE.test(path));
    expect(pure.length).toBeGreaterThan(150);
    expect(pure.flatMap(({ path, code }) => impurities(path, code))).toEqual([]);
  });

  test('the search finds what it looks for', () => {
    expect(impurities('x', "const now = Date.now(); names.sort((a, b) => a.localeCompare(b)); say('Date');")).toEqual([
      'x: Date',
      'x: localeCompare',
    ]);
  });

  test('no model shares state between its instances: no module of a model has a variable that changes', () => {
    const shared = files
      .filter(({ path }) => path.startsWith('models/'))
      .flatMap(({ path, code }) => [...code.matchAll(/^(?:export )?(?:let|var) .*$/gm)].map(([line]) => `${path}: ${line}`));
    expect(shared).toEqual([]);
  });
});
