/** What may happen to a run folder: no room, no right to write, two runs at once, a damaged journal. Nothing that stood there is lost. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff, MAIN } from './command.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-folder-'));
const at = (...names: string[]) => join(base, ...names);
const CAMPAIGN = ['fuzz', '--seed', 'folder', '--cases', '300', '--models', 'bare-metal/intel,intel-ept/6.6', '--no-ledger'];

function findingsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
/** One sentence, exit 2, no stack. */
function expectRefusal({ code, stderr }: { code: number | null; stderr: string }, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
}

beforeAll(() => {
  expect(emtdiff([...CAMPAIGN, '--out', at('run')]).code).toBe(0);
});

describe('A run folder', () => {
  test('takes one run: another campaign is refused, also where the first was killed before it could report', () => {
    mkdirSync(at('killed'));
    cpSync(at('run', 'journal.json'), at('killed', 'journal.json'));
    for (const name of ['run', 'killed'])
      expectRefusal(
        emtdiff([...CAMPAIGN, '--out', at(name)]),
        /found a run in ".*" already, expected a new or an empty folder \(emtdiff fuzz --resume /,
      );
  });

  test('takes one run at a time: while one lives, a second is refused, and the first ends undisturbed', async () => {
    const first = spawn(process.execPath, [MAIN, ...CAMPAIGN, '--cases', '1000000', '--out', at('busy')]);
    const ended = new Promise((resolve) => first.on('close', resolve));
    while (!existsSync(at('busy', 'journal.json'))) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const args of [
      [...CAMPAIGN, '--out', at('busy')],
      ['fuzz', '--resume', at('busy')],
    ])
      expectRefusal(
        emtdiff(args),
        new RegExp(`busy: found a run in progress there \\(process ${first.pid}\\), expected a folder of one run at a time`),
      );
    first.kill('SIGTERM');
    expect(await ended).toBe(130);
    expect(existsSync(at('busy', 'lock'))).toBe(false);
    expect(existsSync(at('busy', 'summary.json'))).toBe(true);
  });

  test('is rid of what a killed run left half written when the run goes on', () => {
    const half = [at('run', 'journal.json.77.tmp'), at('run', 'findings', 'x.json.77.tmp')];
    for (const file of half) writeFileSync(file, '{"for');
    expect(emtdiff(['fuzz', '--resume', at('run')]).code).toBe(0);
    expect(half.filter(existsSync)).toEqual([]);
  });
});

test('A damaged journal is refused, alone and among shards, and the findings stay', () => {
  cpSync(at('run'), at('damaged'), { recursive: true });
  const journal = at('damaged', 'journal.json');
  writeFileSync(journal, readFileSync(journal, 'utf8').slice(0, -500));
  expectRefusal(emtdiff(['fuzz', '--resume', at('damaged')]), /journal\.json: line 1, column \d+: /);
  expectRefusal(emtdiff(['merge', at('run'), at('damaged'), '--out', at('merged')]), /journal\.json: line 1, column \d+: /);
  expect(findingsIn(at('damaged', 'findings'))).toEqual(findingsIn(at('run', 'findings')));
});

// A file system of its own, in a name space of its own: it is gone with the script, whatever happens.
const hasNamespaces = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', base]).status === 0;
const script = `
  disk=$1; kept=$2; shift 2
  emtdiff() { ${process.execPath} ${MAIN} "$@" >/dev/null 2>"$kept/$name"; echo $? >>"$kept/$name"; }
  mount -t tmpfs -o size=4m tmpfs "$disk"
  name=first; emtdiff "$@" --out "$disk/run"
  cp -r "$disk/run" "$kept/before"
  head -c 8m /dev/zero >"$disk/filler" 2>/dev/null
  name=full-resumed; emtdiff fuzz --resume "$disk/run"
  name=full-new; emtdiff "$@" --out "$disk/other"
  rm "$disk/filler"; head -c $((4 * 1024 * 1024 - $(du -sb "$disk" | cut -f1) - 250000)) /dev/zero >"$disk/filler"
  name=filling; emtdiff "$@" --out "$disk/other"
  name=filling-workers; emtdiff "$@" --workers 2 --out "$disk/more"
  cp -r "$disk/run" "$kept/full"
  mount -o remount,ro "$disk"
  name=readonly-resumed; emtdiff fuzz --resume "$disk/run"
  name=readonly-new; emtdiff "$@" --out "$disk/third"
  cp -r "$disk/run" "$kept/readonly"
`;

(hasNamespaces ? describe : describe.skip)('A disk (needs mount name spaces: unshare -rm)', () => {
  const kept = at('kept');
  const told = (name: string) => {
    const lines = readFileSync(join(kept, name), 'utf8').trim().split('\n');
    return { code: Number(lines.at(-1)), stderr: lines.slice(0, -1).join('\n') };
  };

  beforeAll(() => {
    for (const name of ['disk', 'kept']) mkdirSync(at(name));
    spawnSync('unshare', ['-rm', 'bash', '-c', script, 'disk', at('disk'), kept, ...CAMPAIGN], { encoding: 'utf8' });
    expect(told('first').code).toBe(0);
  });

  test.each([
    ['that is full is an error of one sentence when a run goes on', 'full-resumed', /ENOSPC/],
    ['that is full is an error of one sentence when a run begins', 'full-new', /ENOSPC/],
    [
      'that fills up during a run is one, too',
      'filling',
      /\.json: found no room on the disk \(ENOSPC\) while writing, expected a folder with room/,
    ],
    ['that fills up during a run of several workers is one, too', 'filling-workers', /ENOSPC/],
    ['that is read-only is one when a run goes on', 'readonly-resumed', /EROFS/],
    ['that is read-only is one when a run begins', 'readonly-new', /EROFS/],
  ])('%s', (_, name, sentence) => expectRefusal(told(name), sentence));

  test.each(['full', 'readonly'])('that is %s leaves the earlier run as it was', (name) => {
    for (const folder of ['', 'findings'])
      expect(readdirSync(join(kept, name, folder)).sort()).toEqual(readdirSync(join(kept, 'before', folder)).sort());
    expect(findingsIn(join(kept, name, 'findings'))).toEqual(findingsIn(join(kept, 'before', 'findings')));
    for (const file of ['summary.json', 'journal.json'])
      expect(readFileSync(join(kept, name, file), 'utf8')).toBe(readFileSync(join(kept, 'before', file), 'utf8'));
  });
});
