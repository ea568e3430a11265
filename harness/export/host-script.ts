/** Lines of wrmsr and rdmsr for a host: msr-tools and the msr module. */
import { stepInWords } from '../operations/registry.js';
import { printHex, printValue64 } from '../operations/number.js';
import { wrapped } from './c-text.js';
import { headOf } from './export-head.js';
import type { ExportedStep, ExportInput, ExportTarget } from './export-input.js';
import { type CannotSay, gapsOf, UNSEEN } from './gap.js';

export const hostScript: ExportTarget = {
  name: 'script',
  of: 'wrmsr and rdmsr lines for a host, bare metal or a guest as root',
  extension: 'sh',
  expected: 'bare-metal/intel',
  write,
};

const CANNOT: CannotSay = (step) => {
  if (step.op === 'write-msr' || step.op === 'read-msr') return null;
  return (
    UNSEEN[step.op] ?? (step.op === 'write-cr0' ? 'user space has no access to CR0' : 'a shell on the machine itself cannot do it')
  );
};

function write(input: ExportInput): string {
  const { scenario } = input;
  const gaps = gapsOf(input, CANNOT, [
    `machine: address width ${scenario.machine.maxPhysAddr} bits: masks of another processor are other values`,
    'registers at the start: those that the system has, not those of reset',
  ]);
  const usage = [
    'Needs root, msr-tools and "modprobe msr" (msr.allow_writes=on from Linux 5.9 on). It changes memory types of a running system: on bare metal that can hang it or corrupt data. It does nothing unless called with --do-it; registers are not restored.',
    'Exit code: 0 all as expected, 1 something else, 2 not run.',
  ];
  const head = headOf(input, gaps, usage).flatMap((paragraph, index) => [...(index === 0 ? [] : ['']), ...wrapped(paragraph)]);
  return `#!/bin/sh
${head.map((line) => `# ${line}`.trimEnd()).join('\n')}

[ "$1" = --do-it ] || { echo "$0: read what stands at its top, then call it with --do-it" >&2; exit 2; }
command -v wrmsr >/dev/null && command -v rdmsr >/dev/null || { echo "$0: found no wrmsr or rdmsr, expected msr-tools" >&2; exit 2; }
failed=0

# number, words, processor, register, value, faults or not, judged or not
write_msr() {
	if wrmsr -p "$3" "$4" "$5" 2>/dev/null; then saw=stored; else saw='#GP'; fi
	tell "$1" "$2" "$6" "$saw" "$7"
}

read_msr() {
	saw=$(rdmsr -p "$3" -c "$4" 2>/dev/null) || saw='#GP'
	tell "$1" "$2" "$5" "$saw" "$6"
}

# number, words, expected, seen, judged or not
tell() {
	if [ "$5" = 0 ]; then echo "step $1, $2: $4, not judged"
	elif [ "$3" = "$4" ]; then echo "step $1, $2: $4, as expected"
	else echo "step $1, $2: $4, expected $3"; failed=1
	fi
}

${gaps.steps.map(line).join('\n')}
exit $failed
`;
}

function line({ index, step, expected }: ExportedStep): string {
  const judged = expected.outcome === 'undefined' ? 0 : 1;
  const isFault = expected.outcome === 'gp' || expected.outcome === 'df';
  const words = `'${stepInWords(step).replace(/'/g, '')}'`;
  if (step.op === 'write-msr')
    return `write_msr ${index} ${words} ${step.vcpu} ${printHex(step.msr)} ${printValue64(step.value.hi, step.value.lo)} '${isFault ? '#GP' : 'stored'}' ${judged}`;
  if (step.op === 'read-msr')
    return `read_msr ${index} ${words} ${step.vcpu} ${printHex(step.msr)} '${isFault ? '#GP' : (expected.value ?? '')}' ${judged}`;
  throw new TypeError(`no line for ${step.op}`);
}
