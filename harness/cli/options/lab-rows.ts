/** Rows of the table of options: what `emtdiff lab` and `emtdiff agent` take. */
import { COUNTER_NAMES } from '../../../models/contract/counters.js';
import { EMULATOR_NAMES } from '../../lab/emulator/emulator.js';
import { count, flag, listOf, oneOf, path, text, texts } from './kinds.js';
import type { Option } from './option.js';

const PANELS = ['fuzz', 'replay', 'minimise', 'explain', 'compare', 'conform', 'merge'] as const;

export const LAB_ROWS: readonly Option[] = [
  {
    name: 'lab',
    on: PANELS,
    kind: texts,
    value: 'EMULATOR',
    help: "a real kernel as the external model lab-EMULATOR: qemu or bochs, with options of emtdiff lab: 'bochs --kernel 7.3'; repeatable",
  },
  {
    name: 'emulator',
    on: ['lab'],
    kind: oneOf(EMULATOR_NAMES),
    value: 'NAME',
    help: 'qemu (kvm_amd) or bochs (kvm_intel)',
    fallback: 'qemu; of doctor, both',
  },
  {
    name: 'kernel',
    on: ['lab'],
    kind: text,
    value: 'WHICH',
    help: 'a release that fetch gets or got (5.10, 6.1, 6.12, newest, a whole one), or the path of boot/vmlinuz-RELEASE with lib/modules beside boot',
    fallback: 'the newest 6.1 fetched',
  },
  {
    name: 'modules',
    on: ['lab'],
    kind: path,
    value: 'DIR',
    help: "kvm.ko, kvm-intel.ko, kvm-amd.ko to load in place of the kernel's own",
  },
  { name: 'kvm-args', on: ['lab'], kind: text, value: 'TEXT', help: 'parameters of kvm_intel or kvm_amd: ept=0, npt=0' },
  { name: 'cpu', on: ['lab'], kind: text, value: 'MODEL', help: 'processor model, as the emulator calls it' },
  { name: 'memory', on: ['lab'], kind: count(512, 65536), value: 'MIB', help: 'memory of the emulated machine', fallback: '2048' },
  {
    name: 'cases',
    on: ['lab'],
    kind: count(1, Number.MAX_SAFE_INTEGER),
    value: 'N',
    help: 'of identify: scenarios',
    fallback: '150',
  },
  { name: 'seed', on: ['lab'], kind: text, value: 'TEXT', help: 'of identify: what they are drawn from', fallback: 'identify' },
  {
    name: 'counters',
    on: ['lab'],
    kind: listOf(['none', ...COUNTER_NAMES]),
    value: 'LIST',
    help: 'of identify: counters compared at the end, or none',
    fallback: 'zaps',
  },
  {
    name: 'details',
    on: ['lab'],
    kind: flag,
    help: 'of identify: the first differences of the best profile and of the one claimed',
  },
  { name: 'record', on: ['lab'], kind: path, value: 'FILE', help: "of identify: keeps the kernel's answers, a JSON line each" },
  { name: 'source', on: ['lab'], kind: path, value: 'PATH', help: 'of modules: a kernel tree, or linux-source-VERSION.deb' },
  { name: 'patch', on: ['lab'], kind: texts, value: 'FILE', help: 'of modules: applied by patch -p1; repeatable' },
  {
    name: 'out',
    on: ['lab'],
    kind: path,
    value: 'DIR',
    help: 'of modules: where they are written (default: ./kvm-modules); of record: the file',
  },
  { name: 'out', on: ['agent'], kind: path, value: 'FILE', help: 'where it is written', fallback: './emtdiff-agent' },
];
