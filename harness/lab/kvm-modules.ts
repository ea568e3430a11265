/** KVM's modules rebuilt from source, patched or not, for a kernel that stays as it is: against the headers of its package. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { cacheFolder } from './cache.js';
import { run } from './command.js';

const KVM = 'arch/x86/kvm';
const PARTS = [KVM, 'virt'];
const BUILT = ['kvm.ko', 'kvm-intel.ko', 'kvm-amd.ko'];

export interface ModulesOptions {
  /** A kernel tree, or Debian's package linux-source-VERSION. */
  readonly source: string;
  /** Applied in order by patch -p1. */
  readonly patches: readonly string[];
  readonly release: string;
  readonly out: string;
  /** One line for people. */
  readonly tell: (line: string) => void;
}

/** Paths of the modules. Only what a patch changes is compiled anew. @throws {UsageError} */
export async function buildModules(options: ModulesOptions): Promise<readonly string[]> {
  const headers = join('/usr/src', `linux-headers-${options.release}`);
  if (!existsSync(headers))
    throw new UsageError(
      `lab modules: found no ${headers}, expected the kernel's headers: apt-get install linux-headers-${options.release}`,
    );
  const key = createHash('sha256')
    .update(`${resolve(options.source)} ${options.release}`)
    .digest('hex')
    .slice(0, 16);
  const tree = cacheFolder('modules', key);
  const fresh = mkdtempSync(join(tmpdir(), 'emtdiff-kvm-'));
  try {
    await unpack(options.source, fresh);
    for (const patch of options.patches)
      await run('patch', ['-p1', '--no-backup-if-mismatch', '-i', resolve(patch)], { cwd: fresh, what: patch });
    prepareMakefile(fresh, tree);
    bring(fresh, tree);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  options.tell(`compiling ${BUILT.join(' ')} for ${options.release}`);
  mkdirSync(join(tree, 'include/trace'), { recursive: true });
  await run('make', ['-s', '-C', headers, `M=${join(tree, KVM)}`, 'KBUILD_MODPOST_WARN=1', 'modules'], { what: 'make' });
  mkdirSync(options.out, { recursive: true });
  return BUILT.map((name) => {
    const path = join(options.out, name);
    copyFileSync(join(tree, KVM, name), path);
    return path;
  });
}

/** The parts of the kernel that KVM is made of. */
async function unpack(source: string, to: string): Promise<void> {
  if (!existsSync(source)) throw new UsageError(`--source: found no ${source}, expected a kernel tree or linux-source-VERSION.deb`);
  if (statSync(source).isDirectory()) {
    if (!existsSync(join(source, KVM))) throw new UsageError(`--source: found no ${KVM} in ${source}, expected a kernel tree`);
    for (const part of PARTS)
      await run('sh', ['-c', 'mkdir -p "$2" && cp -rT "$1" "$2"', 'copy', join(source, part), join(to, part)], { what: source });
    return;
  }
  const script =
    'dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards "./usr/src/linux-source-*.tar.xz" | tar -xJ -C "$2" --strip-components=1 --wildcards "*/arch/x86/kvm" "*/virt"';
  await run('sh', ['-c', script, 'unpack', resolve(source), to], { what: source });
}

/** $(srctree) is the headers' tree, which has none of these files; headers for tracepoints are found relative to include/trace. */
function prepareMakefile(fresh: string, tree: string): void {
  const path = join(fresh, KVM, 'Makefile');
  const text = readFileSync(path, 'utf8')
    .replaceAll('$(srctree)/arch/x86/kvm', `${tree}/${KVM}`)
    .replaceAll('$(srctree)/virt/kvm', `${tree}/virt/kvm`);
  writeFileSync(path, `ccflags-y += -I ${tree}/include/trace\n${text}`);
  const shared = join(fresh, 'virt/kvm/Makefile.kvm');
  if (existsSync(shared)) writeFileSync(shared, readFileSync(shared, 'utf8').replace(/^KVM \?=.*$/m, 'KVM ?= ../../../virt/kvm'));
}

/** Files that differ are copied, so that make sees what changed. */
function bring(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) bring(source, target);
    else if (!existsSync(target) || !readFileSync(source).equals(readFileSync(target))) {
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(source, target);
    }
  }
}
