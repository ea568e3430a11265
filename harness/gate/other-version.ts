/** Another version of this package: a folder, a tarball, or a commit of the repository that the user stands in; built where it has to be. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../operations/usage-error.js';

/** This package's own folder. */
const HERE = fileURLToPath(new URL('../../../', import.meta.url));

export interface OtherVersion {
  /** As the user named it. */
  readonly name: string;
  /** Absolute path of the package, built. */
  readonly folder: string;
}

/**
 * @param against a folder or a tarball (`npm pack`), else a commit, branch or tag
 * @param say what takes its time: `building main`
 * @throws {UsageError}
 */
export function otherVersion(against: string, say: (text: string) => void): OtherVersion {
  if (/\.tgz$|\.tar\.gz$/.test(against)) return { name: against, folder: unpacked(against, say) };
  if (existsSync(against)) return { name: against, folder: built(resolve(against), against, say) };
  return { name: against, folder: checkedOut(against, say) };
}

function isPackage(folder: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'emtdiff';
  } catch {
    return false;
  }
}

/** A folder that holds the package, and its build. */
function built(folder: string, name: string, say: (text: string) => void): string {
  if (!isPackage(folder))
    throw new UsageError(`--against: found ${JSON.stringify(name)}, expected a folder with a package emtdiff`);
  if (existsSync(join(folder, 'dist/models/registry.js'))) return folder;
  say(`building ${name}`);
  if (!existsSync(join(folder, 'node_modules'))) provideModules(folder, name);
  must(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], folder, `building ${name}`);
  return folder;
}

/** The modules of this package where both lock the same, else its own. */
function provideModules(folder: string, name: string): void {
  const lock = (at: string) =>
    existsSync(join(at, 'package-lock.json')) ? readFileSync(join(at, 'package-lock.json'), 'utf8') : '';
  const own = join(HERE, 'node_modules');
  if (lock(folder) === lock(HERE) && existsSync(own)) symlinkSync(own, join(folder, 'node_modules'));
  else must('npm', ['ci', '--ignore-scripts'], folder, `npm ci of ${name}`);
}

/** A commit's files, kept by its hash so that the next gate finds them built. */
function checkedOut(name: string, say: (text: string) => void): string {
  const parsed = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { encoding: 'utf8' });
  const commit = parsed.stdout?.trim() ?? '';
  if (parsed.status !== 0 || commit === '')
    throw new UsageError(
      `--against: found ${JSON.stringify(name)}, expected a folder, a tarball (.tgz) or a commit of the repository here`,
    );
  return cached(commit, name, (folder) => {
    must('sh', ['-c', `git archive ${commit} | tar -x -C "$0"`, folder], '.', `git archive of ${name}`);
    built(folder, name, say);
  });
}

function unpacked(tarball: string, say: (text: string) => void): string {
  if (!existsSync(tarball))
    throw new UsageError(`--against: found no file ${JSON.stringify(tarball)}, expected a tarball of npm pack`);
  const folder = mkdtempSync(join(cacheFolder(), 'tarball-'));
  say(`unpacking ${tarball}`);
  must('tar', ['-xzf', resolve(tarball), '-C', folder, '--strip-components=1'], '.', `unpacking ${tarball}`);
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return built(folder, tarball, say);
}

/** Made whole in a folder of its own first: a gate that was interrupted leaves nothing that looks built. */
function cached(key: string, name: string, make: (folder: string) => void): string {
  const folder = join(cacheFolder(), key);
  if (existsSync(join(folder, 'dist/models/registry.js'))) return folder;
  const scratch = mkdtempSync(join(cacheFolder(), 'scratch-'));
  try {
    make(scratch);
    rmSync(folder, { recursive: true, force: true });
    renameSync(scratch, folder);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
  if (!isPackage(folder)) throw new UsageError(`--against: found no package emtdiff at ${JSON.stringify(name)}`);
  return folder;
}

/** Below the modules of this package, as other tools keep theirs. */
function cacheFolder(): string {
  const modules = existsSync(join(HERE, 'node_modules')) ? join(HERE, 'node_modules') : dirname(HERE);
  const folder = join(modules, '.cache', 'emtdiff');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function must(command: string, args: readonly string[], folder: string, what: string): void {
  const { status, stderr, stdout, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status === 0) return;
  const said = (error?.message ?? (stderr || stdout)).trim().split('\n').slice(-3).join(' ');
  throw new UsageError(`--against: ${what} failed: ${said}`);
}
