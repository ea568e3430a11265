/** A test for tools/testing/selftests/kvm of Linux. */
import type { Operation } from '../../models/contract/operation.js';
import { stepInWords } from '../operations/registry.js';
import { comment, constant, constantOf, cString } from './c-text.js';
import { headOf } from './export-head.js';
import type { ExportedStep, ExportInput, ExportTarget } from './export-input.js';
import { type CannotSay, gapsOf, machineGaps } from './gap.js';
import { guestCannotSay, stepRow } from './guest-step.js';

export const selftest: ExportTarget = {
  name: 'selftest',
  of: "a test for the kernel's tools/testing/selftests/kvm",
  extension: 'c',
  expected: 'intel-ept/6.16',
  write,
};

const HOST: CannotSay = (step) => (step.op === 'host-msr' ? null : 'no interface of KVM that a selftest has does it alone');

function write(input: ExportInput): string {
  const { name, scenario } = input;
  const { vcpus } = scenario.machine;
  const gaps = gapsOf(
    input,
    guestCannotSay(HOST),
    machineGaps(input, { width: 'set below, in CPUID.80000008H', vcpus: 'made below', noMtrr: 'cleared below' }),
  );
  const usage = [
    `tools/testing/selftests/kvm/x86/emtdiff_${name}.c (x86_64/ before Linux 6.14); in Makefile.kvm: TEST_GEN_PROGS_x86 += x86/emtdiff_${name}`,
  ];
  return `// SPDX-License-Identifier: MIT
${comment(headOf(input, gaps, usage))}
#include "test_util.h"
#include "kvm_util.h"
#include "processor.h"

enum op { WRITE_MSR, READ_MSR, WRITE_CR0, HOST_READ, HOST_WRITE };

struct step {
	int number;		/* in the scenario, from 0 */
	enum op op;
	int vcpu;
	unsigned int msr;
	unsigned long long value;	/* written, or expected of a read; CR0: bits CD and NW */
	int faults;		/* #GP, or a refusal of the ioctl, is expected */
	int judged;		/* 0: the answer is open */
	const char *words;
};

static const struct step steps[] = {
${gaps.steps.map(row).join('\n')}
};

static void guest_step(const struct step *step)
{
	uint64_t value = 0, cr0;
	int vector = 0;

	switch (step->op) {
	case WRITE_MSR:
		vector = wrmsr_safe(step->msr, step->value);
		break;
	case READ_MSR:
		vector = rdmsr_safe(step->msr, &value);
		break;
	default:
		asm volatile("mov %%cr0, %0" : "=r"(cr0));
		cr0 = (cr0 & ~0x60000000ul) | step->value;
		vector = kvm_asm_safe("mov %[cr0], %%cr0", [cr0]"r"(cr0));
		break;
	}
	if (!step->judged)
		return;
	__GUEST_ASSERT(!!vector == step->faults, "step %d: expected %s, vector %d",
		       step->number, step->faults ? "#GP" : "no fault", vector);
	if (step->op == READ_MSR && !vector)
		__GUEST_ASSERT(value == step->value, "step %d: expected 0x%lx, read 0x%lx",
			       step->number, (unsigned long)step->value,
			       (unsigned long)value);
}

static void guest_code(int vcpu)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (steps[i].vcpu != vcpu || steps[i].op >= HOST_READ)
			continue;
		guest_step(&steps[i]);
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void run_step(struct kvm_vcpu *vcpu, unsigned int i)
{
	const struct step *step = &steps[i];
	struct ucall uc;
	uint64_t value;
	int done;

	if (step->op == HOST_READ) {
		value = vcpu_get_msr(vcpu, step->msr);
		TEST_ASSERT(!step->judged || value == step->value, "step %d, %s: expected 0x%llx, read 0x%lx",
			    step->number, step->words, step->value, (unsigned long)value);
		return;
	}
	if (step->op == HOST_WRITE) {
		done = _vcpu_set_msr(vcpu, step->msr, step->value);
		TEST_ASSERT(!step->judged || (done != 1) == step->faults, "step %d, %s: KVM_SET_MSRS gave %d",
			    step->number, step->words, done);
		return;
	}
	vcpu_run(vcpu);
	switch (get_ucall(vcpu, &uc)) {
	case UCALL_SYNC:
		TEST_ASSERT(uc.args[1] == i, "step %d came, expected step %d",
			    steps[uc.args[1]].number, step->number);
		pr_info("step %d, %s: as expected\\n", step->number, step->words);
		break;
	case UCALL_ABORT:
		pr_info("step %d, %s\\n", step->number, step->words);
		REPORT_GUEST_ASSERT(uc);
		break;
	default:
		TEST_FAIL("step %d, %s: unexpected ucall", step->number, step->words);
	}
}

int main(void)
{
	struct kvm_vcpu *vcpus[${vcpus}];
	struct kvm_vm *vm;
	unsigned int i;

	vm = vm_create(${vcpus});
	for (i = 0; i < ${vcpus}; i++) {
		vcpus[i] = vm_vcpu_add(vm, i, guest_code);
		vcpu_args_set(vcpus[i], 1, i);
${cpuidLines(input)}	}
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		run_step(vcpus[steps[i].vcpu], i);
	kvm_vm_free(vm);
	return 0;
}
`;
}

function cpuidLines({ scenario }: ExportInput): string {
  const { guestMtrr, maxPhysAddr } = scenario.machine;
  return [
    `		vcpu_set_cpuid_property(vcpus[i], X86_PROPERTY_MAX_PHY_ADDR, ${maxPhysAddr});\n`,
    ...(guestMtrr ? [] : ['		vcpu_clear_cpuid_feature(vcpus[i], X86_FEATURE_MTRR);\n']),
  ].join('');
}

function row(exported: ExportedStep): string {
  const { index, step, expected } = exported;
  if (step.op !== 'host-msr') return stepRow(exported);
  const own = step as Extract<Operation, { op: 'host-msr' }>;
  const value = own.value === null ? constantOf(expected.value) : constant(own.value);
  const faults = expected.outcome === 'error' ? 1 : 0;
  return `	{ ${index}, ${own.value === null ? 'HOST_READ' : 'HOST_WRITE'}, ${own.vcpu}, 0x${own.msr.toString(16)}, ${value}, ${faults}, ${expected.outcome === 'undefined' ? 0 : 1},\n	  ${cString(stepInWords(step))} },`;
}
