/** A kernel to boot: its image and its modules, from an unpacked package or from this machine. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { cacheFolder } from './cache.js';
import { run } from './command.js';

export interface Kernel {
  readonly release: string;
  readonly image: string;
  /** `lib/modules/RELEASE`. */
  readonly modules: string;
}

/** Kernels of the cache by release, the newest last. */
export function cachedKernels(): readonly Kernel[] {
  const root = cacheFolder('kernels');
  const found = readdirSync(root).flatMap((name) => {
    const kernel = kernelIn(join(root, name));
    return kernel === null ? [] : [kernel];
  });
  return found.sort((a, b) => byRelease(a.release, b.release));
}

/** Numbers of a release as numbers: 6.1.0-9 is before 6.1.0-56. */
export function byRelease(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** What a folder holds into which packages were unpacked; null: no kernel. */
export function kernelIn(root: string): Kernel | null {
  const images = existsSync(join(root, 'boot'))
    ? readdirSync(join(root, 'boot')).filter((name) => name.startsWith('vmlinuz-'))
    : [];
  return images.length === 0 ? kernelBesideModules(root) : kernelOf(join(root, 'boot', images[0]), root);
}

/** From 7.x on the image lies among the modules. */
function kernelBesideModules(root: string): Kernel | null {
  const folder = join(root, 'usr/lib/modules');
  const release = existsSync(folder) ? readdirSync(folder).find((name) => existsSync(join(folder, name, 'vmlinuz'))) : undefined;
  return release === undefined ? null : { release, image: join(folder, release, 'vmlinuz'), modules: join(folder, release) };
}

function kernelOf(image: string, root: string): Kernel | null {
  const release = basename(image).replace(/^vmlinuz-/, '');
  const modules = [join(root, 'usr/lib/modules', release), join(root, 'lib/modules', release)].find((folder) => existsSync(folder));
  return modules === undefined ? null : { release, image, modules };
}

/**
 * @param asked a path to a kernel image whose modules lie in the lib/modules beside its boot, or the first numbers of a release that was
 *   fetched; undefined: the newest 6.1 that was fetched, else the newest
 */
export function chosenKernel(asked: string | undefined): Kernel {
  if (asked?.includes('/')) {
    const isFile = existsSync(asked) && statSync(asked).isFile();
    const kernel = isFile ? kernelOf(asked, dirname(dirname(asked))) : null;
    if (kernel !== null) return kernel;
    throw new UsageError(
      `--kernel: found ${isFile ? `no modules for ${asked}` : `no file ${asked}`}, expected boot/vmlinuz-RELEASE with lib/modules/RELEASE beside boot`,
    );
  }
  const kernels = cachedKernels();
  const named = kernels.filter(({ release }) => isNamed(release, asked ?? '6.1'));
  const chosen = named.at(-1) ?? (asked === undefined || asked === 'newest' ? kernels.at(-1) : undefined);
  if (chosen !== undefined) return chosen;
  const have = kernels.map(({ release }) => release).join(' ') || 'no kernel';
  throw new UsageError(
    `--kernel: found ${have} in ${cacheFolder('kernels')}, expected ${asked ?? 'one'}: emtdiff lab fetch --kernel ${asked ?? '6.1'}`,
  );
}

/** `6.1` names 6.1.0-56-cloud-amd64, and not 6.12. */
export function isNamed(release: string, asked: string): boolean {
  return release === asked || (release.startsWith(asked) && !/^\d/.test(release.slice(asked.length)));
}

/** A module's bytes, unpacked where the package has it packed; null: this kernel has none of that name. */
export async function moduleBytes(kernel: Kernel, path: string): Promise<Buffer | null> {
  const file = join(kernel.modules, 'kernel', `${path}.ko`);
  if (existsSync(file)) return readFileSync(file);
  if (!existsSync(`${file}.xz`)) return null;
  const unpacked = await run('sh', ['-c', 'xz -dc "$0" | base64 -w 0', `${file}.xz`], { what: `${file}.xz` });
  return Buffer.from(unpacked, 'base64');
}
