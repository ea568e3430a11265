/** A Debian kernel, whatever this machine's own release of Debian is: downloaded by apt with a configuration of its own, and unpacked. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { scratch } from './agent-build.js';
import { cacheFolder } from './cache.js';
import { run } from './command.js';
import { byRelease, isNamed, type Kernel, kernelIn } from './kernel.js';

/** Where a release of Linux is first looked for. */
const SUITES = ['bookworm', 'bullseye', 'trixie', 'bookworm-backports', 'trixie-backports', 'sid'] as const;
type Suite = (typeof SUITES)[number];
const LIKELY: Readonly<Record<string, readonly Suite[]>> = {
  '5.10': ['bullseye'],
  '6.1': ['bookworm'],
  '6.12': ['trixie', 'bookworm-backports'],
  newest: ['trixie-backports', 'sid'],
};
const MIRROR = 'http://deb.debian.org';
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** The image; from 7.x on a nearly empty package beside two that hold image and modules. */
const PACKAGE = /^linux-(?:image|binary)-(\d\S*-cloud-amd64)$/;

/** @param asked `6.1`, a whole release, or `newest` @param tell one line for people @throws {UsageError} if no suite has it */
export async function fetchKernel(asked: string, tell: (line: string) => void): Promise<Kernel> {
  const likely = LIKELY[asked] ?? [];
  const suites = [...likely, ...(asked === 'newest' ? [] : SUITES.filter((suite) => !likely.includes(suite)))];
  let best: { suite: Suite; release: string } | null = null;
  for (const suite of suites) {
    tell(`looking for ${asked} in ${suite}`);
    const releases = (await releasesIn(suite)).filter((release) => asked === 'newest' || isNamed(release, asked));
    const newest = releases.sort(byRelease).at(-1);
    if (newest !== undefined && (best === null || byRelease(newest, best.release) > 0)) best = { suite, release: newest };
    if (best !== null && asked !== 'newest') break;
  }
  if (best === null)
    throw new UsageError(
      `--kernel: found no cloud kernel ${asked} in ${suites.join(' ')}, expected a release that Debian has, such as 6.1`,
    );
  return download(best.suite, best.release, tell);
}

async function releasesIn(suite: Suite): Promise<string[]> {
  await apt(suite, 'apt-get', ['update', '-qq']);
  const names = (await apt(suite, 'apt-cache', ['pkgnames', 'linux-'])).split('\n');
  return [...new Set(names.flatMap((name) => PACKAGE.exec(name)?.[1] ?? []))];
}

async function download(suite: Suite, release: string, tell: (line: string) => void): Promise<Kernel> {
  const target = join(cacheFolder('kernels'), release);
  const there = existsSync(target) ? kernelIn(target) : null;
  if (there !== null) return there;
  const known = new Set((await apt(suite, 'apt-cache', ['pkgnames', 'linux-'])).split('\n'));
  const packages = ['image', 'binary', 'modules'].map((part) => `linux-${part}-${release}`).filter((name) => known.has(name));
  tell(`downloading ${packages.join(' ')} from ${suite}`);
  const folder = scratch(cacheFolder('kernels'));
  try {
    await apt(suite, 'apt-get', ['download', '-qq', ...packages], folder);
    const unpacked = join(folder, 'unpacked');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb')))
      await run('dpkg-deb', ['-x', join(folder, file), unpacked], { what: file });
    const image = kernelIn(unpacked);
    if (image === null)
      throw new UsageError(`${packages.join(' ')}: found no kernel with modules, expected boot/vmlinuz-${release}`);
    rmSync(target, { recursive: true, force: true });
    renameSync(unpacked, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return kernelIn(target)!;
}

/** apt with lists, cache and sources apart from the machine's. */
async function apt(suite: Suite, program: string, args: readonly string[], cwd?: string): Promise<string> {
  const root = cacheFolder('apt', suite);
  for (const part of ['lists/partial', 'archives/partial', 'parts']) mkdirSync(join(root, part), { recursive: true });
  const line = (path: string, name: string) => `deb [signed-by=${KEYS}] ${MIRROR}/${path} ${name} main\n`;
  const isStable = suite !== 'sid' && !suite.endsWith('-backports');
  writeFileSync(join(root, 'sources.list'), line('debian', suite) + (isStable ? line('debian-security', `${suite}-security`) : ''));
  const settings = {
    'Dir::State::lists': join(root, 'lists'),
    'Dir::Cache': root,
    'Dir::Cache::archives': join(root, 'archives'),
    'Dir::Etc::sourcelist': join(root, 'sources.list'),
    'Dir::Etc::sourceparts': join(root, 'parts'),
    'Dir::State::status': '/dev/null',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'APT::Architecture': 'amd64',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return run(program, [...options, ...args], { what: `${program} ${args[0]} (${suite})`, cwd: cwd ?? root });
}
