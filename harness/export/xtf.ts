/** A test for the Xen Test Framework: what a guest of Xen alone can see. */
import type { Operation } from '../../models/contract/operation.js';
import { comment } from './c-text.js';
import { headOf } from './export-head.js';
import type { ExportInput, ExportTarget } from './export-input.js';
import { type CannotSay, gapsOf, machineGaps } from './gap.js';
import { guestCannotSay, PAT_AT_RESET, RESET_MSRS, STEP_STRUCT, stepRow } from './guest-step.js';

export const xtf: ExportTarget = {
  name: 'xtf',
  of: 'a test for the Xen Test Framework: MSRs, #GP, PAT, as a guest sees them',
  extension: 'c',
  expected: 'bare-metal/intel',
  write,
};

function write(input: ExportInput): string {
  const { name, scenario, expected } = input;
  const cannot = guestCannotSay();
  const alone: CannotSay = (step) => ('vcpu' in step && step.vcpu > 0 ? 'xtf starts no second vCPU' : cannot(step));
  // XTF has no write of CR0 that may fault.
  const faulting = new Set<Operation>(
    scenario.steps.flatMap((step, index) =>
      step.op === 'write-cr0' && expected.observations[index].outcome !== 'ok' ? [step] : [],
    ),
  );
  const cannotSay: CannotSay = (step) =>
    alone(step) ?? (faulting.has(step) ? 'a write of CR0 that faults, which xtf has no call for' : null);
  const gaps = gapsOf(
    input,
    cannotSay,
    machineGaps(input, {
      width: 'the domain gets what Xen gives it',
      vcpus: 'see above',
      noMtrr: 'cpuid in the domain configuration',
    }),
  );
  const usage = [
    `tests/emtdiff_${name}/main.c, and beside it a Makefile:\n  include $(ROOT)/build/common.mk\n  NAME      := emtdiff_${name}\n  CATEGORY  := functional\n  TEST-ENVS := hvm64\n  obj-perenv += main.o\n  include $(ROOT)/build/gen.mk`,
  ];
  return `${comment(headOf(input, gaps, usage))}
#include <xtf.h>

const char test_title[] = "emtdiff: ${name}";

${STEP_STRUCT}
static const struct step steps[] = {
${gaps.steps.map(stepRow).join('\n')}
};

${RESET_MSRS}
static void reset(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zeroed); ++i)
		wrmsr_safe(zeroed[i], 0);
	wrmsr_safe(0x277, ${PAT_AT_RESET});
}

static void do_step(const struct step *step)
{
	bool fault = false;
	uint64_t value = 0;

	switch (step->op) {
	case WRITE_MSR:
		fault = wrmsr_safe(step->msr, step->value);
		break;
	case READ_MSR:
		fault = rdmsr_safe(step->msr, &value);
		break;
	case WRITE_CR0:
		write_cr0((read_cr0() & ~0x60000000ul) | step->value);
		break;
	}
	if (!step->judged)
		return;
	if (fault != step->faults)
		xtf_failure("Fail: step %d, %s: expected %s\\n", step->number,
			    step->words, step->faults ? "#GP" : "no fault");
	else if (step->op == READ_MSR && !fault && value != step->value)
		xtf_failure("Fail: step %d, %s: expected %#llx, read %#llx\\n",
			    step->number, step->words, step->value,
			    (unsigned long long)value);
}

void test_main(void)
{
	unsigned int i;

	reset();
	for (i = 0; i < ARRAY_SIZE(steps); ++i)
		do_step(&steps[i]);
	xtf_success(NULL);
}
`;
}
