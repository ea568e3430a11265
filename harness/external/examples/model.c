/*
 * An external model for emtdiff in C: PAT, the MTRRs and their default type as an Intel processor combines them.
 *
 *     gcc -O2 -o model model.c && emtdiff fuzz --external mine=./model
 *
 * Every message is one line of JSON on stdin or stdout; anything for people goes to stderr. What this little model does not know (fixed
 * and variable ranges in use, large pages, what CR0 or the backing became) it answers with "n/a": it stands aside, which beats a guess.
 * Source: Intel SDM vol. 3, "Memory Cache Control", by heading below.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON: enough to walk a line that a correct writer wrote. A pointer stands at the first character of a value. ---- */

static const char *blank(const char *s) { return s + strspn(s, " \t\r\n"); }

static const char *skip(const char *s) /* past the value at s: to the comma, colon or bracket behind it */
{
    int depth = 0;
    do {
        if (*s == '"') for (s++; *s && *s != '"'; s++) s += *s == '\\' && s[1];
        depth += (*s == '[' || *s == '{') - (*s == ']' || *s == '}');
        s += *s != 0;
    } while (*s && (depth > 0 || !strchr(",:]}", *s)));
    return s;
}

static const char *get(const char *s, const char *key) /* the value of a key in the object at s, or NULL */
{
    while (s && *s && *(s = blank(s + 1)) == '"') {
        const char *value = blank(skip(s) + 1);
        if (!strncmp(s + 1, key, strlen(key)) && s[strlen(key) + 1] == '"') return value;
        s = skip(value);
    }
    return NULL;
}

static const char *element(const char *s) /* the object after '[' or ',' at s, or NULL */
{
    return s && (*s == '[' || *s == ',') && *blank(s + 1) == '{' ? blank(s + 1) : NULL;
}

static uint64_t number(const char *object, const char *key, uint64_t absent) /* a JSON number or a hex string, "0xc06" */
{
    const char *value = get(object, key);
    return value ? strtoull(value + (*value == '"'), NULL, 0) : absent;
}

static int is(const char *object, const char *key, const char *json)
{
    const char *value = get(object, key);
    return value && !strncmp(value, json, strlen(json));
}

/* ---- The model ---- */

enum { MTRRCAP = 0xfe, PAT = 0x277, DEF_TYPE = 0x2ff, UC = 0, WC = 1, WT = 4, WP = 5, WB = 6, UC_MINUS = 7 };
static const char *const NAMES[] = { "UC", "WC", NULL, NULL, "WT", "WP", "WB" };
static uint64_t msrs[8][0x300]; /* by vCPU */
static int width, is_lost;      /* MAXPHYADDR; whether machine or steps are such that this model does not follow */

static int is_variable(unsigned msr) { return msr >= 0x200 && msr < 0x210; }
static int is_fixed(unsigned msr) { return msr == 0x250 || msr == 0x258 || msr == 0x259 || (msr >= 0x268 && msr <= 0x26f); }
static int exists(unsigned msr) { return is_variable(msr) || is_fixed(msr) || msr == PAT || msr == DEF_TYPE; }
static int is_type(unsigned byte) { return byte <= WB && NAMES[byte]; }

static int accepts(unsigned msr, uint64_t value) /* WRMSR does not #GP. "Variable Range MTRRs", "IA32_PAT MSR" and their neighbours */
{
    if (!exists(msr)) return 0; /* IA32_MTRRCAP is read-only, pairs from VCNT on are absent */
    if (msr == DEF_TYPE) return is_type(value & 0xff) && !(value & ~0xcffull);
    if (is_variable(msr)) return !(value >> width) && (msr & 1 ? !(value & 0x7ff) : is_type(value & 0xff) && !(value & 0xf00));
    for (int bit = 0; bit < 64; bit += 8)
        if (!is_type(value >> bit & 0xff) && !(msr == PAT && (value >> bit & 0xff) == UC_MINUS)) return 0;
    return 1;
}

static const char *memory_type(const uint64_t *msr, uint64_t gfn, unsigned pat_index) /* or NULL where this model does not know it */
{
    int mtrr = msr[DEF_TYPE] & 0x800 ? (int)(msr[DEF_TYPE] & 0xff) : UC, pat = msr[PAT] >> 8 * pat_index & 7;
    if (msr[DEF_TYPE] & 0x800) {
        if (gfn < 0x100 && msr[DEF_TYPE] & 0x400) return NULL;
        for (int mask = 0x201; mask < 0x210; mask += 2) if (msr[mask] & 0x800) return NULL;
    }
    /* "Selecting Memory Types for Pentium III and More Recent Processor Families", column by column. */
    if (pat == WB) return NAMES[mtrr];
    if (pat == UC_MINUS) return mtrr == WC || mtrr == WP ? "WC" : "UC";
    return NAMES[(pat == WT || pat == WP) && (mtrr == UC || mtrr == WC) ? UC : pat];
}

static int is_backed(const char *regions, uint64_t gfn) /* the default machine has 4 GiB of RAM */
{
    if (!regions) return gfn < 0x100000;
    for (const char *r = element(regions); r; r = element(skip(r)))
        if (gfn - number(r, "gfn", 0) < number(r, "pages", 0)) return 1;
    return 0;
}

static void answer(const char *step, const char *machine)
{
    uint64_t *own = msrs[number(step, "vcpu", 0) & 7], gfn = number(step, "gfn", 0), value = number(step, "value", 0);
    unsigned msr = number(step, "msr", 0) % 0x300;
    is_lost |= is(step, "op", "\"write-cr0\"") || is(step, "op", "\"init\"") || is(step, "op", "\"set-backing\"");
    if (is_lost) {
        printf("{\"outcome\":\"n/a\"}");
    } else if (is(step, "op", "\"access\"")) {
        const char *type = get(step, "pageSize") ? NULL : memory_type(own, gfn, number(step, "pat", 0) & 7);
        if (!is_backed(get(machine, "regions"), gfn)) printf("{\"outcome\":\"mmio\"}");
        else printf(type ? "{\"outcome\":\"ok\",\"memtype\":\"%s\"}" : "{\"outcome\":\"n/a\"}", type);
    } else if (is(step, "op", "\"read-msr\"") && (exists(msr) || msr == MTRRCAP)) {
        printf("{\"outcome\":\"ok\",\"value\":\"0x%llx\"}", msr == MTRRCAP ? 0x508 : (unsigned long long)own[msr]);
    } else if (is(step, "op", "\"write-msr\"") && accepts(msr, value)) {
        own[msr] = value;
        printf("{\"outcome\":\"ok\"}");
    } else {
        printf("{\"outcome\":\"gp\"}"); /* of what the hello does not list emtdiff makes "n/a", whatever stands here */
    }
}

static void run(const char *id, const char *scenario)
{
    const char *machine = get(scenario, "machine"), *steps = element(get(scenario, "steps"));
    memset(msrs, 0, sizeof msrs);
    for (int vcpu = 0; vcpu < 8; vcpu++) msrs[vcpu][PAT] = 0x0007040600070406;
    width = number(machine, "maxPhysAddr", 46);
    is_lost = get(machine, "cr0") != NULL || is(machine, "guestMtrr", "false");
    printf("{\"type\":\"result\",\"id\":%.*s,\"observations\":[", (int)(skip(id) - id), id);
    for (const char *step = steps; step; step = element(skip(step))) {
        if (step != steps) putchar(',');
        answer(step, machine);
    }
    printf("]}\n");
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0 && !is(line, "type", "\"bye\"")) {
        if (is(line, "type", "\"run\"")) run(get(line, "id"), get(line, "scenario"));
        else printf("{\"type\":\"hello\",\"protocol\":1,\"name\":\"model.c\",\"profile\":\"bare-metal/intel\","
                    "\"operations\":[\"write-msr\",\"read-msr\",\"access\"]}\n");
        fflush(stdout); /* or emtdiff waits for a line that stays in a buffer */
    }
    return 0;
}
