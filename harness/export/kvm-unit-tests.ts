/** A test for kvm-unit-tests: what a guest alone can see. */
import { comment } from './c-text.js';
import { headOf } from './export-head.js';
import type { ExportInput, ExportTarget } from './export-input.js';
import { gapsOf, machineGaps } from './gap.js';
import { guestCannotSay, PAT_AT_RESET, RESET_MSRS, STEP_STRUCT, stepRow } from './guest-step.js';

export const kvmUnitTests: ExportTarget = {
  name: 'kvm-unit-tests',
  of: 'a test for kvm-unit-tests: MSRs, #GP, PAT, as a guest sees them',
  extension: 'c',
  expected: 'bare-metal/intel',
  write,
};

function write(input: ExportInput): string {
  const { name, scenario } = input;
  const { vcpus, maxPhysAddr, guestMtrr } = scenario.machine;
  const gaps = gapsOf(
    input,
    guestCannotSay(),
    machineGaps(input, { width: 'phys-bits in extra_params below', vcpus: 'smp below', noMtrr: '-mtrr below' }),
  );
  const usage = [
    `x86/emtdiff_${name}.c; in x86/Makefile.x86_64: tests += $(TEST_DIR)/emtdiff_${name}.$(exe); in x86/unittests.cfg:\n  [emtdiff_${name}]\n  file = emtdiff_${name}.flat\n  smp = ${vcpus}\n  extra_params = -cpu max,phys-bits=${maxPhysAddr}${guestMtrr ? '' : ',-mtrr'}`,
  ];
  return `${comment(headOf(input, gaps, usage))}
#include "libcflat.h"
#include "processor.h"
#include "msr.h"
#include "desc.h"
#include "smp.h"

${STEP_STRUCT}
static const struct step steps[] = {
${gaps.steps.map(stepRow).join('\n')}
};

${RESET_MSRS}
static void reset(void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zeroed); i++)
		wrmsr_safe(zeroed[i], 0);
	wrmsr_safe(0x277, ${PAT_AT_RESET});
}

static void do_step(void *data)
{
	const struct step *step = data;
	int vector = 0;
	u64 value = 0;

	switch (step->op) {
	case WRITE_MSR:
		vector = wrmsr_safe(step->msr, step->value);
		break;
	case READ_MSR:
		vector = rdmsr_safe(step->msr, &value);
		break;
	case WRITE_CR0:
		vector = write_cr0_safe((read_cr0() & ~0x60000000ul) | step->value);
		break;
	}
	if (!step->judged)
		return;
	report(!!vector == step->faults, "step %d, %s: %s", step->number,
	       step->words, step->faults ? "#GP" : "no fault");
	if (step->op == READ_MSR && !step->faults && !vector)
		report(value == step->value, "step %d, %s: 0x%llx, read 0x%llx",
		       step->number, step->words, step->value,
		       (unsigned long long)value);
}

int main(void)
{
	unsigned int i;
	int cpu;

	for (cpu = 0; cpu < ${vcpus}; cpu++)
		on_cpu(cpu, reset, NULL);
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		on_cpu(steps[i].vcpu, do_step, (void *)&steps[i]);
	return report_summary();
}
`;
}
