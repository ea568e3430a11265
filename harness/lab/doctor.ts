/** What the lab needs, what of it is here, and the one line that installs the rest. */
import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { whereIs } from './command.js';
import { cachedKernels } from './kernel.js';
import type { Emulator } from './emulator/emulator.js';

export interface Finding {
  readonly what: string;
  readonly isThere: boolean;
  /** Debian package that has it. */
  readonly package?: string;
  /** What to do where no package helps. */
  readonly remedy?: string;
  /** The lab works without it. */
  readonly isOptional?: boolean;
}

/** Of the machine and of the emulators asked for. */
export function examine(emulators: readonly Emulator[]): readonly Finding[] {
  const program = (name: string, from: string): Finding => ({ what: name, isThere: whereIs(name) !== null, package: from });
  const file = (path: string, from: string): Finding => ({ what: path, isThere: existsSync(path), package: from });
  return [
    {
      what: `x86-64 Linux (this is ${arch()} ${platform()})`,
      isThere: arch() === 'x64' && platform() === 'linux',
      remedy: 'use such a machine',
    },
    program('cc', 'gcc'),
    file('/usr/lib/x86_64-linux-gnu/libc.a', 'libc6-dev'),
    program('setpriv', 'util-linux'),
    program('xz', 'xz-utils'),
    program('dpkg-deb', 'dpkg'),
    program('apt-get', 'apt'),
    ...emulators.flatMap(({ needs, files }) => [
      ...needs.map((need) => program(need.program, need.package)),
      ...files.map((need) => file(need.path, need.package)),
    ]),
    ...kernels(),
    {
      what: `/dev/kvm (a machine that has it needs no emulator: emtdiff agent build)`,
      isThere: hasKvm(),
      isOptional: true,
    },
  ];
}

function kernels(): readonly Finding[] {
  const found = cachedKernels();
  if (found.length === 0) return [{ what: 'a kernel', isThere: false, remedy: 'emtdiff lab fetch' }];
  return found.map(({ release }) => ({ what: `kernel ${release}`, isThere: true }));
}

function hasKvm(): boolean {
  return existsSync('/dev/kvm') && ['kvm_intel', 'kvm_amd'].some((module) => existsSync(`/sys/module/${module}`));
}

export const isMissing = ({ isThere, isOptional }: Finding) => !isThere && isOptional !== true;

/** The table, and under it what to do: at most one line to install, and one a remedy. */
export function doctorText(findings: readonly Finding[]): string {
  const lines = findings.map(
    (finding) => `${finding.isThere ? 'ok     ' : finding.isOptional ? 'absent ' : 'MISSING'}  ${finding.what}`,
  );
  const missing = findings.filter(isMissing);
  const packages = [...new Set(missing.flatMap((finding) => finding.package ?? []))];
  const remedies = [...new Set(missing.flatMap(({ remedy }) => remedy ?? []))];
  const install = packages.length === 0 ? [] : [`apt-get install --no-install-recommends ${packages.join(' ')}`];
  const todo = [...install, ...remedies];
  const end =
    todo.length === 0
      ? ['', 'Everything is here: emtdiff fuzz --lab qemu']
      : ['', 'What to do:', ...todo.map((line) => `  ${line}`)];
  return `${[...lines, ...end].join('\n')}\n`;
}
