/** The file system that a kernel of the lab starts with: first process, agent, modules. Built once for each content. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import type { Profile } from '../../models/contract/model.js';
import { UsageError } from '../operations/usage-error.js';
import { buildAgent, compile } from './agent-build.js';
import { cacheFolder, madeOnce } from './cache.js';
import { run } from './command.js';
import { cpio, type Entry } from './cpio.js';
import { type Kernel, moduleBytes } from './kernel.js';
import { layoutHeader, moduleLayout } from './module-layout.js';
import { sourcesOf } from './package-sources.js';
import { spansHeader } from './spans.js';

/** In the order in which they are loaded. A release may have one of them built in, or not at all. */
const MODULES = ['arch/x86/kernel/msr', 'virt/lib/irqbypass', 'drivers/crypto/ccp/ccp', 'arch/x86/kvm/kvm'];
const VENDOR_MODULES = { intel: 'arch/x86/kvm/kvm-intel', amd: 'arch/x86/kvm/kvm-amd' } as const;

export interface FilesystemOptions {
  readonly vendor: 'intel' | 'amd';
  /** Parameters of kvm_intel or kvm_amd, `npt=0`. */
  readonly kvmArguments: string;
  /** A folder with kvm.ko, kvm-intel.ko, kvm-amd.ko to load in place of the kernel's own. */
  readonly modules?: string | undefined;
}

/** The path of a gzipped archive. */
export async function initialFilesystem(kernel: Kernel, profiles: readonly Profile[], options: FilesystemOptions): Promise<string> {
  const [init, agent] = [await builtInit(), await builtAgent(profiles)];
  const loaded = await modulesOf(kernel, options);
  const layoutSource = loaded.find(({ name }) => name === 'kvm.ko')!;
  const own = await labModule(kernel, layoutSource.content);
  const list = [
    ...loaded.map(({ name }) =>
      name.startsWith('kvm-') ? `/modules.d/${name} ${options.kvmArguments}`.trim() : `/modules.d/${name}`,
    ),
    '!/modules.d/emtdiff-lab.ko',
  ];
  const entries: Entry[] = [
    { path: 'dev' },
    { path: 'modules.d' },
    { path: 'init', content: readFileSync(init) },
    { path: 'agent', content: readFileSync(agent) },
    { path: 'modules', content: Buffer.from(`${list.join('\n')}\n`) },
    ...loaded.map(({ name, content }) => ({ path: `modules.d/${name}`, content })),
    { path: 'modules.d/emtdiff-lab.ko', content: readFileSync(own) },
  ];
  const archive = cpio(entries);
  return madeOnce('initial', '.gz', [archive], async (path) => writeFileSync(path, gzipSync(archive, { level: 1 })));
}

async function modulesOf(kernel: Kernel, options: FilesystemOptions): Promise<{ name: string; content: Buffer }[]> {
  const found: { name: string; content: Buffer }[] = [];
  for (const path of [...MODULES, VENDOR_MODULES[options.vendor]]) {
    const name = `${path.split('/').at(-1)}.ko`;
    const own = options.modules === undefined ? null : join(options.modules, name);
    const content = own !== null && existsSync(own) ? readFileSync(own) : await moduleBytes(kernel, path);
    if (content !== null) found.push({ name, content });
    else if (name.startsWith('kvm'))
      throw new UsageError(`${kernel.modules}: found no ${path}.ko, expected a kernel whose KVM is made of modules`);
  }
  return found;
}

function builtInit(): Promise<string> {
  const sources = sourcesOf('guest').filter((path) => path.endsWith('init.c'));
  return madeOnce('init', '', sources.map(readText), (path) => compile(sources, path, {}, ['-static']));
}

function builtAgent(profiles: readonly Profile[]): Promise<string> {
  return madeOnce('agent', '', [...sourcesOf('agent').map(readText), spansHeader(profiles)], (path) => buildAgent(path, profiles));
}

/** What makes an object for the kernel, without its headers. */
export const MODULE_FLAGS: readonly string[] = [
  ...['-ffreestanding', '-mcmodel=kernel', '-mno-red-zone', '-fno-pic', '-fno-pie', '-fno-stack-protector', '-mgeneral-regs-only'],
  ...['-fcf-protection=none', '-fno-asynchronous-unwind-tables', '-fno-common', '-r', '-nostdlib'],
];

function labModule(kernel: Kernel, kvm: Buffer): Promise<string> {
  const header = layoutHeader(moduleLayout(kvm, `${kernel.modules}: kvm.ko`));
  const sources = sourcesOf('guest').filter((path) => path.endsWith('module.c'));
  return madeOnce('module', '.ko', [...sources.map(readText), header], (path) =>
    compile(sources, path, { 'module-layout.h': header }, MODULE_FLAGS),
  );
}

const readText = (path: string) => readFileSync(path, 'utf8');

/** A disc that GRUB boots, for emulators that take no kernel by themselves. */
export function bootDisc(kernel: Kernel, archive: string, commandLine: string): Promise<string> {
  const menu = `set timeout=0\nmenuentry lab {\n  linux /vmlinuz ${commandLine.replaceAll('$', '\\$')}\n  initrd /initial.gz\n}\n`;
  const content = [readFileSync(kernel.image), readFileSync(archive), menu];
  return madeOnce('disc', '.iso', content, async (path) => {
    const script =
      'set -e; d=$(mktemp -d); trap \'rm -rf "$d"\' EXIT; mkdir -p "$d/boot/grub"; cp "$1" "$d/vmlinuz"; cp "$2" "$d/initial.gz"; printf %s "$3" > "$d/boot/grub/grub.cfg"; grub-mkrescue -o "$4.part" "$d"; mv "$4.part" "$4"';
    await run('sh', ['-c', script, 'disc', kernel.image, archive, menu, path], { what: 'grub-mkrescue', cwd: cacheFolder() });
  });
}
