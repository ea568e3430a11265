/** Where a kernel's `struct module` has its parts, read from a module of that kernel: an ELF object with relocations. */
import { UsageError } from '../operations/usage-error.js';

export interface ModuleLayout {
  readonly size: number;
  /** Offsets of the pointers to init and exit functions. */
  readonly init: number;
  readonly exit: number;
}

interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const SECTION = '.gnu.linkonce.this_module';

/** @param path what errors call it */
export function moduleLayout(elf: Buffer, path: string): ModuleLayout {
  const fail = (found: string): never => {
    throw new UsageError(`${path}: found ${found}, expected a kernel module for x86-64 with an init and an exit function`);
  };
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf.readUInt16LE(18) !== 62) return fail('no such object');
  const sections = sectionsOf(elf);
  const own = sections.find(({ name }) => name === SECTION);
  const relocations = sections.find(({ name }) => name === `.rela${SECTION}`);
  if (own === undefined || relocations === undefined) return fail(`no section ${SECTION}`);
  const symbols = symbolNames(elf, sections, relocations.link);
  const at = (symbol: string): number => {
    for (let entry = relocations.offset; entry < relocations.offset + relocations.size; entry += 24)
      if (symbols(elf.readUInt32LE(entry + 12)) === symbol) return Number(elf.readBigUInt64LE(entry));
    return fail(`no relocation to ${symbol}`);
  };
  return { size: own.size, init: at('init_module'), exit: at('cleanup_module') };
}

function sectionsOf(elf: Buffer): readonly Section[] {
  const table = Number(elf.readBigUInt64LE(40));
  const each = elf.readUInt16LE(58);
  const count = elf.readUInt16LE(60);
  const names = Number(elf.readBigUInt64LE(table + each * elf.readUInt16LE(62) + 24));
  return Array.from({ length: count }, (_, index) => {
    const at = table + each * index;
    return {
      name: textAt(elf, names + elf.readUInt32LE(at)),
      offset: Number(elf.readBigUInt64LE(at + 24)),
      size: Number(elf.readBigUInt64LE(at + 32)),
      link: elf.readUInt32LE(at + 40),
    };
  });
}

function symbolNames(elf: Buffer, sections: readonly Section[], table: number): (symbol: number) => string {
  const symbols = sections[table];
  const names = sections[symbols.link];
  return (symbol) => textAt(elf, names.offset + elf.readUInt32LE(symbols.offset + 24 * symbol));
}

function textAt(elf: Buffer, at: number): string {
  return elf.toString('latin1', at, elf.indexOf(0, at));
}

/** `module-layout.h` of the lab's module. */
export function layoutHeader({ size, init, exit }: ModuleLayout): string {
  return `#define THIS_MODULE_SIZE ${size}\n#define INIT_AT ${init}\n#define EXIT_AT ${exit}\n`;
}
