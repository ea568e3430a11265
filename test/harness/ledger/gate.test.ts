/** What gates a campaign that names neither ledger nor --fail-on: the ledger that comes with the package. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff } from '../cli/command.js';

const root = join(__dirname, '../../..');
const RUN = ['fuzz', '--seed', 'golden', '--cases', '200', '--models', 'bare-metal/intel,intel-ept/6.16', '--format', 'json'];

interface Judged {
  readonly code: number | null;
  readonly summary: {
    readonly ledger?: { readonly new: number; readonly moved: readonly unknown[] };
    readonly buckets: { id: string; known?: { entry: string } }[];
  };
}

const judged = ({ status, stdout }: { status: number | null; stdout: string }): Judged => ({
  code: status,
  summary: JSON.parse(stdout),
});

/** This package with a ledger of its own; what it does without a flag. */
function packageWith(changeLedger: (folder: string) => void): (args: readonly string[]) => Judged {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-gate-'));
  for (const name of ['dist', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  mkdirSync(join(folder, 'corpora'));
  symlinkSync(join(root, 'corpora/boot'), join(folder, 'corpora/boot'));
  cpSync(join(root, 'corpora/known-divergences'), join(folder, 'corpora/known-divergences'), { recursive: true });
  changeLedger(join(folder, 'corpora/known-divergences'));
  const links = ['--preserve-symlinks', '--preserve-symlinks-main'];
  const main = join(folder, 'dist/harness/cli/main.js');
  return (args) =>
    judged(spawnSync(process.execPath, [...links, main, ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 }));
}

/** Removes an entry, with its file. */
function without(entry: string): (folder: string) => void {
  return (folder) => rmSync(join(folder, `${entry}.json`));
}

/** Pins another answer of a profile. */
function moved(entry: string, profile: string): (folder: string) => void {
  return (folder) => {
    const path = join(folder, `${entry}.json`);
    const document = JSON.parse(readFileSync(path, 'utf8'));
    document.entries[0].buckets[0].answers[profile].rule = 'another.rule';
    writeFileSync(path, JSON.stringify(document));
  };
}

describe('The ledger of the package', () => {
  const { code, stdout } = emtdiff(RUN);
  const whole = judged({ status: code, stdout });

  test('gates the panels that it is made for, and explains all that they show', () => {
    expect(whole).toMatchObject({ code: 0, summary: { ledger: { new: 0 } } });
    expect(whole.summary.buckets.length).toBeGreaterThan(10);
  });

  test('with an entry removed makes its cause new again, which is exit 1 without any flag', () => {
    const [{ known }] = whole.summary.buckets;
    const { code, summary } = packageWith(without(known?.entry ?? ''))(RUN);
    expect(code).toBe(1);
    const own = whole.summary.buckets.filter((bucket) => bucket.known?.entry === known?.entry).map(({ id }) => id);
    expect(
      summary.buckets
        .filter((bucket) => bucket.known === undefined)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(own.sort());
  });

  test('whose answers a profile does not give any more names the profile and is exit 1, whatever the run finds', () => {
    const changed = packageWith(moved('intel-ept.no-noncoherent-dma', 'intel-ept/6.16'));
    const { code, summary } = changed([...RUN, '--cases', '1', '--fail-on', 'correctness']);
    expect(summary.ledger?.moved).toMatchObject([{ entry: 'intel-ept.no-noncoherent-dma', profile: 'intel-ept/6.16' }]);
    expect(code).toBe(1);
    expect(changed([...RUN, '--cases', '1', '--fail-on', 'none']).code).toBe(0);
  });

  test('is reviewed: --fail-on unreviewed passes, and fails where a command recorded an entry', () => {
    expect(emtdiff([...RUN, '--fail-on', 'unreviewed']).code).toBe(0);
    const unreviewed = packageWith((folder) => {
      for (const name of readdirSync(folder)) {
        const document = JSON.parse(readFileSync(join(folder, name), 'utf8'));
        for (const entry of document.entries ?? []) delete entry.reviewed;
        writeFileSync(join(folder, name), JSON.stringify(document));
      }
    });
    expect(unreviewed([...RUN, '--fail-on', 'unreviewed']).code).toBe(1);
  });

  test.each([
    ['a lens without entries', ['--lens', 'memtype,level,exact']],
    ['an edge without entries', ['--models', 'bare-metal/intel,intel-ept/6.16,intel-ept/4.4']],
    [
      'an external model, whatever its name',
      [
        '--models',
        'bare-metal/intel',
        '--cases',
        '5',
        '--external',
        `intel-ept/6.16=${process.execPath} ${root}/dist/harness/cli/main.js serve xen-hvm/ept-4.21`,
      ],
    ],
  ])('does not gate %s: what is new is told, exit 0', (_, args) => {
    const { code, stdout } = emtdiff([...RUN, ...args]);
    expect(JSON.parse(stdout).ledger.new).toBeGreaterThan(0);
    expect(code).toBe(0);
  });
});
