import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import { importedScenario } from '../../../harness/import/import-document.js';
import { detectedFormat, importText } from '../../../harness/import/import-format.js';
import { fixture, writes } from './fixture.js';

const golden = parseScenario(fixture('golden-proc-dmesg-edk2.json'), 'golden');
const goldenWrites = golden.steps.map((step) =>
  step.op === 'write-msr'
    ? `${step.msr.toString(16)}=${(BigInt(step.value.hi) * 2n ** 32n + BigInt(step.value.lo)).toString(16)}`
    : '',
);
const notesOf = (format: string, text: string) => importText(format, text, 'file').notes.join('\n');

test('Each sample is told by what it holds', () => {
  const found = Object.fromEntries(
    [
      'proc-mtrr.txt',
      'dmesg-mtrr-6.3.txt',
      'dmesg-mtrr-6.6-debug.txt',
      'dmesg-mtrr-6.6-default.txt',
      'pat-memtype-list.txt',
      'xen-D-4.14-to-4.20.txt',
      'xen-D-newer.txt',
      'edk2-debug-2021.log',
      'coreboot-cbmem.txt',
      'coreboot-older.txt',
      'msr-dump.csv',
      'memory-fault.txt',
      'ftrace-kvm.txt',
      'ftrace-kvm-5.10.txt',
      'trace-cmd-report.txt',
    ].map((name) => [name, detectedFormat(fixture(name), name)]),
  );
  expect(found).toEqual({
    'proc-mtrr.txt': 'proc-mtrr',
    'dmesg-mtrr-6.3.txt': 'linux-boot-log',
    'dmesg-mtrr-6.6-debug.txt': 'linux-boot-log',
    'dmesg-mtrr-6.6-default.txt': 'linux-boot-log',
    'pat-memtype-list.txt': 'pat-memtype-list',
    'xen-D-4.14-to-4.20.txt': 'xen-d',
    'xen-D-newer.txt': 'xen-d',
    'edk2-debug-2021.log': 'edk2',
    'coreboot-cbmem.txt': 'coreboot',
    'coreboot-older.txt': 'coreboot',
    'msr-dump.csv': 'msr-dump',
    'memory-fault.txt': 'memory-fault',
    'ftrace-kvm.txt': 'kvm-trace',
    'ftrace-kvm-5.10.txt': 'kvm-trace',
    'trace-cmd-report.txt': 'kvm-trace',
  });
});

test('The boot log of Linux 6.3 holds what was read from it by hand, and a write-combining range', () => {
  const found = writes('linux-boot-log', fixture('dmesg-mtrr-6.3.txt'));
  expect(found.filter((write) => !/^20[67]=/.test(write))).toEqual(goldenWrites);
  expect(found).toContain('206=b8000001');
  expect(found).toContain('207=3ffffc000800');
});

test('The debug log of EDK2 holds what was read from it by hand; it knows no PAT', () => {
  expect(writes('edk2', fixture('edk2-debug-2021.log'))).toEqual(goldenWrites.filter((write) => !write.startsWith('277')));
});

test('/proc/mtrr tells pairs; default type, enables and width are assumed in so many words', () => {
  expect(writes('proc-mtrr', fixture('proc-mtrr.txt'))).toEqual([
    '200=c0000000',
    '201=3fffc0000800',
    '202=800000000',
    '203=3ff800000800',
    '206=b8000001',
    '207=3ffffc000800',
    '208=f0005',
    '209=3fffffff0800',
    '2ff=806',
  ]);
  expect(notesOf('proc-mtrr', fixture('proc-mtrr.txt'))).toMatch(
    /address width of 46 bits.*\n.*default type WB.*\n.*fixed ranges disabled/,
  );
});

test('/proc/mtrr with write-back ranges has the default type UC', () => {
  expect(writes('proc-mtrr', 'reg00: base=0x000000000 (    0MB), size= 2048MB, count=1: write-back\n').at(-1)).toBe('2ff=800');
});

test('The longer fields of Linux 6.4 and later, ten pairs, and what processors did not share', () => {
  const text = fixture('dmesg-mtrr-6.6-debug.txt');
  const { machine, notes } = importText('linux-boot-log', text, 'file');
  expect(machine).toEqual({ vcnt: 10 });
  expect(notes.join('\n')).toMatch(/different variable MTRR settings[\s\S]*different MTRRdefType settings/);
  const found = writes('linux-boot-log', text);
  expect(found.slice(0, 4)).toEqual(['250=606060606060606', '258=606060606060606', '259=0', '268=505050505050505']);
  expect(found.slice(7)).toEqual([
    '26c=404040404040404',
    '26d=404040404040404',
    '26e=404040404040404',
    '26f=404040404040404',
    '200=6',
    '201=3fff80000800',
    '202=80000006',
    '203=3fffc0000800',
    '204=bc000000',
    '205=3ffffc000800',
    '206=100000006',
    '207=3fff00000800',
    '2ff=c00',
    '277=407050600070106',
  ]);
});

test('A boot log without MTRRs says what to switch on', () => {
  expect(() => importText('linux-boot-log', fixture('dmesg-mtrr-6.6-default.txt'), 'log')).toThrow(
    /^log: line 1: found "MTRR map: 4 .*mtrr=debug/,
  );
});

test('A range that Linux 3.5 prints with its end', () => {
  const text =
    'MTRR default type: write-back\nMTRR fixed ranges disabled:\nMTRR variable ranges enabled:\n  0 [00E0000000-00FFFFFFFF] mask FFE0000000 uncachable\n';
  expect(writes('linux-boot-log', text).slice(-3)).toEqual(['200=e0000000', '201=ffe0000800', '2ff=806']);
});

test('TOM2 of AMD becomes SYSCFG and TOP_MEM2', () => {
  const text = `MTRR default type: uncachable\nMTRR variable ranges enabled:\n  0 base 000000000000 mask FFFF80000000 write-back\nTOM2: 0000000840000000 aka 33792M\n`;
  expect(importText('linux-boot-log', text, 'file').machine).toEqual({
    maxPhysAddr: 48,
    syscfg: '0x600000',
    topMem2: '0x840000000',
  });
});

test('coreboot: the final values of the first processor, width as printed, both enables on', () => {
  const { machine, notes } = importText('coreboot', fixture('coreboot-cbmem.txt'), 'file');
  expect(machine).toEqual({ maxPhysAddr: 39 });
  expect(notes[0]).toBe(
    'assumed: 0 (UC) in the fixed MTRRs that the source does not show: 0x269 0x26a 0x26b 0x26c 0x26d 0x26e 0x26f',
  );
  expect(writes('coreboot', fixture('coreboot-cbmem.txt')).slice(4)).toEqual([
    '200=7b000000',
    '201=7fff000800',
    '202=7c000000',
    '203=7ffc000800',
    '204=80000000',
    '205=7f80000800',
    '206=200000000',
    '207=7e00000800',
    '2ff=c06',
  ]);
  expect(writes('coreboot', fixture('coreboot-older.txt')).slice(2)).toEqual([
    '200=7b800000',
    '201=7fff800800',
    '202=7c000000',
    '203=7ffc000800',
    '2ff=c06',
  ]);
});

test('coreboot: temporary ranges give way to the final ones', () => {
  const line = (base: string, type: number) => `MTRR: 0 base 0x00000000${base} mask 0x0000007fff000000 type ${type}\n`;
  expect(
    writes(
      'coreboot',
      `MTRR: TEMPORARY Physical address space:\n${line('ff000000', 5)}MTRR: Physical address space:\n${line('7b000000', 0)}`,
    ),
  ).toEqual(['200=7b000000', '201=7fff000800', '2ff=c00']);
});

test('coreboot: processors that say who they are come after the temporary ranges; the lowest of them counts', () => {
  const line = (who: string, base: string) => `${who}MTRR: 0 base 0x00000000${base} mask 0x0000007fff000000 type 0\n`;
  const text = `MTRR: UC selected as default type.\n${line('', 'ff000000')}MTRR: WB selected as default type.\n${line('apic_id 0x2: ', '7c000000')}${line('apic_id 0x0: ', '7b000000')}`;
  expect(writes('coreboot', text)).toEqual(['200=7b000000', '201=7fff000800', '2ff=c06']);
});

test('Sets of values with other quotes, and processors before a register', () => {
  expect(writes('msr-dump', 'Name, address, set(values)\nMTRRdefType, 0x2ff, {0xc06}\nPAT, 0x277, {"7010600070106"}\n')).toEqual([
    '2ff=c06',
    '277=7010600070106',
  ]);
  expect(writes('msr-dump', 'CPU0: MSR 0x2ff = 0xc06\n')).toEqual(['2ff=c06']);
  expect(() => writes('msr-dump', '0x277 = 0x6\nMSR 0x2ff is c06\n')).toThrow(/^file: line 2: found "MSR 0x2ff is c06"/);
});

test('A binary trace is told what to make of it', () => {
  expect(() => detectedFormat('\x17\x08Dtracing6\0', 'trace.dat')).toThrow(
    /^trace.dat: line 1: found a binary file, expected text: of a trace.dat what trace-cmd report prints/,
  );
});

test('A dump of MSRs of all processors: AMD registers, sets that differ, bits that cannot be written', () => {
  const { machine, notes } = importText('msr-dump', fixture('msr-dump.csv'), 'file');
  expect(machine).toEqual({ maxPhysAddr: 48, syscfg: '0x740000', topMem2: '0x840000000' });
  expect(notes.join('\n')).toMatch(
    /TOP_MEM is 0xc0000000[\s\S]*RdMem and WrMem[\s\S]*0xc00 in MTRRdefType: processors differ \(0xc00 0x0, line 10\)/,
  );
  expect(writes('msr-dump', fixture('msr-dump.csv'))).toEqual([
    '250=606060606060606',
    '200=6',
    '201=ffff80000800',
    '202=80000006',
    '203=ffffc0000800',
    '2ff=c00',
  ]);
});

test('The output of rdmsr -a, one value a processor, and pairs of number and value', () => {
  expect(writes('msr-dump', '# rdmsr -a 0x2ff\nc06\nc06\n# rdmsr -a 0x200\nc0000000\n0\n')).toEqual(['200=c0000000', '2ff=c06']);
  expect(writes('msr-dump', '0x2ff: 0xc06\nMTRRphysBase0 0x200 = 6\n')).toEqual(['200=6', '2ff=c06']);
});

test('An exit with KVM_EXIT_MEMORY_FAULT is a private access to a page that is shared, or the other way round', () => {
  const access = { op: 'access', vcpu: 0, gfn: '0x200', kind: 'read', pat: 0 };
  expect(importText('memory-fault', fixture('memory-fault.txt'), 'file').steps).toEqual([{ ...access, private: true }]);
  expect(importText('memory-fault', 'KVM_EXIT_MEMORY_FAULT: flags=0x0 gpa=0x200000 size=0x1000', 'file').steps).toEqual([
    { op: 'set-attributes', gfn: '0x200', pages: '0x1', to: 'private' },
    access,
  ]);
});

test('pat_memtype_list, old and new, is what drivers requested', () => {
  const { machine, steps } = importText('pat-memtype-list', fixture('pat-memtype-list.txt'), 'file');
  expect(steps.map(({ gfn, type }) => `${gfn} ${type}`)).toEqual([
    '0xbffe0 WB',
    '0xfd000 WC',
    '0xfeb00 UC-',
    '0xfed00 UC-',
    '0x800000 UC-',
  ]);
  expect((machine.regions as unknown[])[2]).toEqual({ gfn: '0xbffe0', pages: '0x4', backing: 'device' });
  const old = importText('pat-memtype-list', 'PAT memtype list:\nuncached-minus @ 0xfed00000-0xfed01000\n', 'file');
  expect(old.steps).toEqual([{ op: 'request', vcpu: 0, gfn: '0xfed00', type: 'UC-' }]);
});

test('The dump of Xen, old and new: regions with their page sizes, what was recorded in words', () => {
  const old = importedScenario(importText('xen-d', fixture('xen-D-4.14-to-4.20.txt'), 'f'), 'xen-d', 'f');
  expect(old.machine.regions.map(({ gfn, pages, backing, level }) => [gfn, pages, backing, level])).toEqual([
    [0, 1, 0, 1],
    [0xa0, 1, 3, 1],
    [0x200, 0x400, 0, 2],
    [0xf2000, 1, 0, 1],
    [0xf3000, 1, 3, 1],
  ]);
  expect(old.origin).toMatch(
    /\[0xa0, 0xa1\) UC\+ipat, \[0x200, 0x400\) WB, \[0x400, 0x600\) WB\?, \[0xf2000, 0xf2001\) WB\+ipat, \[0xf3000, 0xf3001\) UC$/,
  );
  expect(importText('xen-d', fixture('xen-D-newer.txt'), 'f').notes.at(-1)).toBe(
    'recorded: [0x0, 0x1) WB, [0x400, 0x600) WB?, [0x600, 0x800) reserved 3+ipat',
  );
});

test('What an import yields is a scenario that parses, with its source and its assumptions in the origin', () => {
  const scenario = importedScenario(
    importText('proc-mtrr', fixture('proc-mtrr.txt'), 'a/proc-mtrr.txt'),
    'proc-mtrr',
    'a/proc-mtrr.txt',
  );
  expect(scenario.name).toBe('proc-mtrr');
  expect(scenario.origin).toMatch(/^imported from proc-mtrr.txt \(proc-mtrr\); assumed: /);
  expect(parseScenario(printScenario(scenario), 'printed')).toEqual(scenario);
});
