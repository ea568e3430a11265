/*
 * Self-check: small scenarios that must come out as any processor would have it, one per backing and operation. What does not is
 * withheld with the reason, so that a wrong set-up never looks like a divergence.
 */
#include "agent.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOUCH(gfn, kind, pat) "{\"op\":\"access\",\"vcpu\":0,\"gfn\":\"" gfn "\",\"kind\":\"" kind "\",\"pat\":" pat "}"

/* Runs it; NULL, or why it did not end or does not contain what it has to. */
static const char *try(const char *scenario, const char *expected)
{
    static char reasons[OPERATIONS + BACKINGS][256];
    static int count;
    char *reason = reasons[count % (OPERATIONS + BACKINGS)];
    const char *failure = guarded_run(scenario, true);
    if (!failure && !strstr(out_text(), expected)) {
        snprintf(reason, sizeof reasons[0], "the self-check gave %.120s", out_text());
        count++;
        for (char *c = reason; *c; c++) if (*c == '"') *c = '\'';
        failure = reason;
    } else if (failure) {
        snprintf(reason, sizeof reasons[0], "%s", failure);
        count++;
        failure = reason;
    }
    out_clear();
    return failure;
}

static void check_backings(void)
{
    char scenario[1024];
    for (int i = 0; i < BACKINGS; i++) {
        snprintf(scenario, sizeof scenario,
                 "{\"machine\":{\"regions\":[{\"gfn\":\"0x400\",\"pages\":\"0x10\",\"backing\":\"%s\"}]},\"steps\":[%s,%s,%s]}", BACKING_NAMES[i],
                 TOUCH("0x400", "read", "0"), TOUCH("0x401", "write", "0"),
                 i >= DEVICE && i <= DEVICE_RO && getenv("EMTDIFF_BAR_NO_CODE") ? TOUCH("0x402", "read", "0") : TOUCH("0x402", "execute", "0"));
        backing_missing[i] = try(scenario, host.has_tdp ? "\"faults\":3" : "\"zaps\":0");
    }
}

static void check_operations(void)
{
    static const struct { int operation; const char *steps, *expected; } checks[] = {
        { OP_WRITE_MSR, "{\"op\":\"write-msr\",\"vcpu\":0,\"msr\":\"0x277\",\"value\":\"0x606060606060606\"}", "[{\"outcome\":\"ok\"}]" },
        { OP_READ_MSR, "{\"op\":\"read-msr\",\"vcpu\":0,\"msr\":\"0x277\"}", "\"0x7040600070406\"" },
        { OP_WRITE_CR0, "{\"op\":\"write-cr0\",\"vcpu\":0,\"pg\":false,\"cd\":true,\"nw\":false},{\"op\":\"write-cr0\",\"vcpu\":0,\"pg\":true,\"cd\":false,\"nw\":true}",
          "[{\"outcome\":\"ok\"},{\"outcome\":\"gp\"}]" },
        { OP_INIT, "{\"op\":\"init\",\"vcpu\":0}," TOUCH("0x400", "read", "0"), "[{\"outcome\":\"ok\"},{\"outcome\":\"ok\"" },
        { OP_INVLPG, TOUCH("0x400", "read", "0") ",{\"op\":\"invlpg\",\"vcpu\":0,\"gfn\":\"0x400\"}," TOUCH("0x400", "write", "3"), "\"zaps\":0" },
        { OP_ATTACH, "{\"op\":\"attach-device\",\"coherent\":false},{\"op\":\"detach-device\",\"coherent\":false}", "[{\"outcome\":\"ok\"},{\"outcome\":\"ok\"}]" },
        { OP_ZAP, TOUCH("0x400", "read", "0") ",{\"op\":\"zap\",\"gfn\":\"0x400\",\"pages\":\"0x1\"}," TOUCH("0x400", "read", "0"), "faults 2" },
        { OP_SET_BACKING, TOUCH("0x400", "read", "0") ",{\"op\":\"set-backing\",\"gfn\":\"0x400\",\"pages\":\"0x1\",\"backing\":\"ram\"}," TOUCH("0x400", "read", "0"), "faults 2" },
        { OP_SAVE_RESTORE, "{\"op\":\"write-msr\",\"vcpu\":0,\"msr\":\"0x200\",\"value\":\"0x6\"},{\"op\":\"save-restore\"},{\"op\":\"read-msr\",\"vcpu\":0,\"msr\":\"0x200\"}", "\"0x6\"" },
        { OP_HOST_MSR, "{\"op\":\"host-msr\",\"vcpu\":0,\"msr\":\"0x277\"}", "\"0x7040600070406\"" },
    };
    char scenario[1024];
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        snprintf(scenario, sizeof scenario, "{\"steps\":[%s]}", checks[i].steps);
        const char *expected = strcmp(checks[i].expected, "faults 2") ? checks[i].expected : host.has_tdp ? "\"faults\":2" : "\"zaps\":0";
        operation_missing[checks[i].operation] = try(scenario, expected);
    }
    operation_missing[OP_DETACH] = operation_missing[OP_ATTACH];
}

void self_check(void)
{
    check_backings();
    if (backing_missing[RAM]) refuse("the simplest scenario fails: %s", backing_missing[RAM]);
    check_operations();
}
