/** Steps that a guest does with instructions of its own, as rows of a C table. */
import { stepInWords } from '../operations/registry.js';
import { constant, constantOf, cString } from './c-text.js';
import type { ExportedStep } from './export-input.js';
import type { CannotSay } from './gap.js';
import { UNSEEN } from './gap.js';

const NOT_A_GUEST = 'the host or the hypervisor does it';

/** For guests in 64-bit mode. @param extra what a target does besides */
export function guestCannotSay(extra: CannotSay = () => NOT_A_GUEST): CannotSay {
  return (step) => {
    if (step.op === 'write-msr' || step.op === 'read-msr') return null;
    if (step.op === 'write-cr0') return step.pg ? null : 'a 64-bit guest cannot turn paging off';
    return UNSEEN[step.op] ?? extra(step);
  };
}

export const STEP_STRUCT = `enum op { WRITE_MSR, READ_MSR, WRITE_CR0 };

struct step {
	int number;		/* in the scenario, from 0 */
	enum op op;
	int vcpu;
	unsigned int msr;
	unsigned long long value;	/* written, or expected of a read; CR0: bits CD and NW */
	int faults;		/* #GP is expected */
	int judged;		/* 0: the answer is open */
	const char *words;
};
`;

const CD = 0x40000000;
const NW = 0x20000000;

/** One row of `struct step`. */
export function stepRow({ index, step, expected }: ExportedStep): string {
  const faults = expected.outcome === 'gp' || expected.outcome === 'df' ? 1 : 0;
  const judged = expected.outcome === 'undefined' ? 0 : 1;
  const row = (op: string, vcpu: number, msr: number, value: string) =>
    `	{ ${index}, ${op}, ${vcpu}, 0x${msr.toString(16)}, ${value}, ${faults}, ${judged},\n	  ${cString(stepInWords(step))} },`;
  if (step.op === 'write-msr') return row('WRITE_MSR', step.vcpu, step.msr, constant(step.value));
  if (step.op === 'read-msr') return row('READ_MSR', step.vcpu, step.msr, constantOf(expected.value));
  if (step.op === 'write-cr0')
    return row('WRITE_CR0', step.vcpu, 0, constant({ hi: 0, lo: (step.cd ? CD : 0) + (step.nw ? NW : 0) }));
  throw new TypeError(`no row for ${step.op}`);
}

/** MTRRs and PAT as after reset: firmware has been at them. */
export const RESET_MSRS = `static const unsigned int zeroed[] = {
	0x2ff, 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d,
	0x26e, 0x26f, 0x200, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207,
	0x208, 0x209, 0x20a, 0x20b, 0x20c, 0x20d, 0x20e, 0x20f,
};
`;
export const PAT_AT_RESET = '0x0007040600070406ull';
