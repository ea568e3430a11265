import { parseScenario } from '../../../harness/scenario/parse.js';
import { stepInWords } from '../../../harness/operations/registry.js';
import { importedTrace } from '../../../harness/import/trace-import.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { fixture } from './fixture.js';
import { traceFile, traceText } from './trace-fixture.js';

const imported = (text: string, vm = 1): Scenario =>
  parseScenario([...importedTrace(traceFile(text), vm, {})].join(''), 'imported');
const steps = (text: string, vm = 1) => imported(text, vm).steps.map(stepInWords);
const FTRACE = fixture('ftrace-kvm.txt');

test('A trace of ftrace holds what the guest did: registers, CR0, faults, by vCPU', () => {
  expect(steps(FTRACE)).toEqual([
    'vcpu0 execute gfn 0xfffff PAT0',
    'vcpu0 mov CR0: PG=0 CD=0 NW=0',
    'vcpu0 wrmsr MTRRdefType = 0x0 (UC)',
    'vcpu0 wrmsr MTRRfix64K_00000 = 0x606060606060606 (all WB)',
    'vcpu0 wrmsr MTRRphysBase0 = 0xc0000000 UC',
    'vcpu0 wrmsr MTRRphysMask0 = 0x3fffc0000800 valid',
    'vcpu0 wrmsr MTRRdefType = 0xc06 (WB, E, FE)',
    'vcpu0 write gfn 0x800 PAT0',
    'vcpu1 rdmsr MTRRcap',
    'vcpu1 wrmsr MTRRphysBase8 = 0x6 WB',
    'vcpu1 write gfn 0xfd000 PAT0',
  ]);
});

test('The machine is what the trace shows: vCPUs, large pages, the width of the masks, CR0 after reset', () => {
  const { machine } = imported(FTRACE);
  expect(machine).toMatchObject({ vcpus: 2, maxPhysAddr: 46, cr0: { pg: false, cd: true, nw: true } });
  expect(machine.regions.find(({ level }) => level === 2)).toMatchObject({ gfn: 0x800, pages: 0x200 });
  expect(imported(traceText('linux-6.1-ept-seabios')).machine).toMatchObject({ maxPhysAddr: 40, noncoherentDevices: 1 });
});

test('The form of Linux 5.10, whose faults name no vCPU, says that the vCPU is assumed', () => {
  const scenario = imported(fixture('ftrace-kvm-5.10.txt'));
  expect(scenario.steps.map(stepInWords)).toEqual([
    'vcpu0 read gfn 0xfee00 PAT0',
    'vcpu0 wrmsr PAT = 0x407050600070106 (WB WC UC- UC WB WP UC- WT)',
    'vcpu0 mov CR0: PG=1 CD=1 NW=0',
    'vcpu0 mov CR0: PG=1 CD=0 NW=0',
  ]);
  expect(scenario.origin).toMatch(/assumed: thread qemu-system-x86-2210 \(line \d+\) is vCPU 0/);
});

test('trace-cmd report pads event names and has no flags', () => {
  expect(steps(fixture('trace-cmd-report.txt'))).toEqual([
    'vcpu0 wrmsr MTRRdefType = 0x0 (UC)',
    'vcpu0 wrmsr MTRRdefType = 0xc06 (WB, E, FE)',
    'vcpu0 write gfn 0x800 PAT0',
    'vcpu1 wrmsr MTRRphysBase8 = 0x6 WB',
  ]);
});

const eachRecord = (text: string, change: (line: string) => string) =>
  text
    .split('\n')
    .map((line) => (line.startsWith('#') || line === '' ? line : change(line)))
    .join('\n');

test.each([
  ['replied to', eachRecord(FTRACE, (line) => `> > ${line}`)],
  ['wrapped by mail', eachRecord(FTRACE, (line) => line.replace(/^(.{60}\S*) /, '$1\n'))],
  ['replied to and wrapped', eachRecord(FTRACE, (line) => `> ${line.replace(/^(.{60}\S*) /, '$1\n> ')}`)],
  ['in one line', FTRACE.replace(/^#.*\n/gm, '').replace(/\s+/g, ' ')],
  ['quoted-printable', FTRACE.replace(/=/g, '=3D').replace(/^(.{70})(.)/gm, '$1=\n$2')],
  ['with DOS line ends', FTRACE.replace(/\n/g, '\r\n')],
  ['with TGIDs', eachRecord(FTRACE, (line) => line.replace(/(-\d+) +\[/, '$1    (   4300) ['))],
  ['without flags', eachRecord(FTRACE, (line) => line.replace(/(\[\d+\]) \S{5} /, '$1 '))],
  ['with counter clocks', eachRecord(FTRACE, (line) => line.replace(/(\d+)\.(\d+): /, '$1$2: '))],
])('A trace %s reads as the bare one', (_, dressed) => {
  expect(steps(dressed)).toEqual(steps(FTRACE));
});

test('Of three VMs one after the other each is a scenario of its own', () => {
  const text = traceText('linux-6.1-ept-agent');
  const written = [1, 2, 3].map((vm) => steps(text, vm).filter((step) => step.includes('wrmsr')).length);
  expect(written).toEqual([4, 5, 6]);
  expect(imported(text, 3).machine.vcpus).toBe(2);
  expect(() => steps(text, 4)).toThrow(/^--vm: found 4, expected 1 to 3/);
});

test('Lines with equal stamps that changed places are put back: the leaf of a fault comes before the next instruction', () => {
  const found = steps(traceText('linux-6.1-ept-seabios'));
  const smi = found.indexOf('vcpu0 execute gfn 0x38 PAT0');
  expect(found.slice(smi, smi + 2)).toEqual(['vcpu0 execute gfn 0x38 PAT0', 'vcpu0 mov CR0: PG=0 CD=0 NW=0']);
});

test('A trace of a guest that ran before restores the registers that it reads first', () => {
  const line = (text: string) => `       CPU 0/KVM-1 [000] .....   1.0: kvm_msr: ${text}\n`;
  const text = `${line('msr_read 2ff = 0xc06')}${line('msr_read 200 = 0x6')}${line('msr_write 201 = 0x3fff80000800')}`;
  expect(steps(text).slice(0, 2)).toEqual(['vcpu0 wrmsr MTRRphysBase0 = 0x6 WB', 'vcpu0 wrmsr MTRRdefType = 0xc06 (WB, E, FE)']);
});

test('Damaged records, traces of two VMs at once, and traces without KVM are refused in a sentence with the line', () => {
  expect(() => steps(FTRACE.replace('msr_write 250 = 0x606060606060606', 'msr_write 250 = '))).toThrow(
    /^trace.txt: line 18: found "kvm_msr: msr_write 250 =", expected "kvm_msr: msr_write 2ff = 0xc06"$/,
  );
  const msr = (pid: number) => `       CPU 0/KVM-${pid} [000] .....   1.0: kvm_msr: msr_read fe = 0x508\n`;
  expect(() => steps(`${msr(1)}${msr(2)}${msr(1)}`)).toThrow(/^trace.txt: line 3: found threads 1 and 2 both as vCPU 0/);
  expect(() => steps('   bash-7 [000] .....   1.0: sched_switch: x\n')).toThrow(/^trace.txt: line 1: found no event of KVM/);
});

test('Lost events are told', () => {
  expect(imported(FTRACE.replace(/( {7}CPU 1)/, 'CPU:2 [LOST 118 EVENTS]\n$1')).origin).toMatch(/line 25: events were lost/);
});
