/** The tarball as a user gets it: installed in an empty folder, its command line and a property on its arbitrary run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'emtdiff-pack-'));

/** Unpacks the tarball where npm would, beside the packages that this checkout has installed already: no registry is asked. */
function install(): void {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'emtdiff'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', join(modules, 'emtdiff'), '--strip-components=1']);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
}

const run = (args: readonly string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });

describe('The package', () => {
  beforeAll(install, 60_000);

  test('runs its command line from an empty folder', () => {
    const { status, stdout } = run([
      'node_modules/emtdiff/dist/harness/cli/main.js',
      'fuzz',
      '--seed',
      'pack',
      '--cases',
      '64',
      '--format',
      'json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).cases).toBe(64);
  });

  test("holds a user's property on the arbitrary", () => {
    writeFileSync(
      join(folder, 'property.js'),
      `import fc from 'fast-check';
       import { assertAgreement, PROFILES, scenarioArbitrary } from 'emtdiff';
       const named = (name) => PROFILES.find((profile) => profile.name === name);
       await fc.assert(fc.asyncProperty(scenarioArbitrary(), (scenario) => assertAgreement(scenario, [named('intel-ept/6.16'), named('amd-npt/gpat')], { lenses: ['msr'] })), { numRuns: 50, seed: 1 });
       const { failed, counterexample } = await fc.check(fc.asyncProperty(scenarioArbitrary(), (scenario) => assertAgreement(scenario, [named('bare-metal/intel'), named('intel-ept/6.16')])), { seed: 1 });
       console.log(failed, counterexample[0].steps.length);`,
    );
    const { status, stdout, stderr } = run(['property.js']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^true [12]\n$/);
  });

  test.each([
    ['TypeScript', (text: string) => text],
    ['plain JavaScript', (text: string) => text.replaceAll(')!', ')')],
  ])("runs the library's example of docs/library.md as %s", (language, inLanguage) => {
    const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/library.md'), 'utf8'))!;
    if (language === 'TypeScript') {
      writeFileSync(join(folder, 'example.ts'), inLanguage(example));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', '', '--outDir', 'compiled'];
      expect(run([tsc, ...options, 'example.ts'])).toMatchObject({ status: 0, stdout: '' });
    } else writeFileSync(join(folder, 'example.js'), inLanguage(example));
    expect(run([language === 'TypeScript' ? 'compiled/example.js' : 'example.js'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('contains what is needed and no more', () => {
    const list = execFileSync('tar', ['-tzf', readdirSync(folder).filter((name) => name.endsWith('.tgz'))[0]], {
      cwd: folder,
      encoding: 'utf8',
    })
      .split('\n')
      .filter((name) => name !== '');
    const tops = new Set(list.map((name) => name.split('/')[1]));
    expect([...tops].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'corpora',
      'dist',
      'docs',
      'harness',
      'package.json',
      'reports',
    ]);
    expect(list).toContain('package/docs/configuration.schema.json');
    // Types beside all code: `npm pack` builds anew, so that a file whose source is gone does not go along.
    const code = list.filter((name) => /^package\/dist\/.*\.js$/.test(name));
    expect(code.filter((name) => !list.includes(name.replace(/js$/, 'd.ts')))).toEqual([]);
    expect(list).toEqual(expect.arrayContaining(['package/reports/README.md', 'package/reports/many-machines.md']));
    expect(list.filter((name) => /\.test\.|fixtures|node_modules|\.tsbuildinfo/.test(name))).toEqual([]);
  });
});
