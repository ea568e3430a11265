/** A program that does the steps in a VM of the kernel that it runs on: one C file, on the runtime of the lab's agent. */
import { stepInWords } from '../operations/registry.js';
import { scenarioJson } from '../scenario/print.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { comment, cString } from './c-text.js';
import { headOf } from './export-head.js';
import type { ExportInput, Side } from './export-input.js';
import type { LeafEffect } from './leaf-effect.js';
import type { Gaps } from './gap.js';
import { type SourceFile, singleSource } from './single-source.js';

export interface AgentRuntime {
  /** C files and the header of the agent. */
  readonly sources: readonly SourceFile[];
  /** Text of the header that its build makes. */
  readonly spans: string;
  readonly effects: readonly LeafEffect[];
}

export const KVM_C = {
  name: 'kvm-c',
  of: 'one C file that does the steps in a VM of KVM and reads leaves, levels and zaps by tracepoints',
  expected: 'intel-ept/6.16',
} as const;

/** Rows of a string in the source. */
const PIECE = 100;

export function kvmProgram(input: ExportInput, { sources, spans, effects }: AgentRuntime): string {
  const { scenario, expected, others } = input;
  const gaps: Gaps = {
    steps: [],
    sentences: [
      'tracepoints show leaves, levels, #GP, values and zaps; the effective type is what the models make of the leaf that was seen',
      'what this kernel or host cannot do (a backing, a device, an operation) is said at run time, and its step not judged',
    ],
  };
  const usage = [
    `cc -std=gnu11 -O2 -o ${input.name} ${input.name}.c, then as root on a machine with /dev/kvm and tracefs.`,
    'Exit code: 0 all as expected, 1 something else, 2 not run.',
  ];
  const files = sources.filter(({ name }) => name.endsWith('.c'));
  const headers = Object.fromEntries(sources.filter(({ name }) => name.endsWith('.h')).map(({ name, text }) => [name, text]));
  const ordered = [
    ...files.filter(({ name }) => name !== 'main.c'),
    ...files.filter(({ name }) => name === 'main.c').map(withoutMain),
  ];
  return `${comment(headOf(input, gaps, usage))}
#define _GNU_SOURCE
${singleSource(ordered, { ...headers, 'spans.h': spans })}
/* ---- what is done, and what the models say to it ---- */
static const char scenario[] =
${pieces(JSON.stringify(scenarioJson(scenario)))};

static const char *const words[] = {
${scenario.steps.map((step) => `    ${cString(stepInWords(step))},`).join('\n')}
};

${[expected, ...others].map((side, index) => answers(side, index)).join('\n')}
struct side { const char *profile; const char *const *answers; };
static const struct side sides[] = {
${[expected, ...others].map(({ profile }, index) => `    { ${cString(profile)}, answers_${index} },`).join('\n')}
};

struct effect { int step; const char *mode, *leaf, *memtype; };
static const struct effect effects[] = {
${effects.map(({ step, mode, leaf, memtype }) => `    { ${step}, ${cString(mode)}, ${cString(leaf)}, ${cString(memtype)} },`).join('\n')}
    { -1, "", "", "" },
};

${RUNNER}`;
}

/** The agent's loop over messages is not wanted; what else stands beside it is. */
function withoutMain({ name, text }: SourceFile): SourceFile {
  return { name, text: text.replace(/^int main\(void\)/m, 'int agent_main(void);\nint agent_main(void)') };
}

function answers({ observations }: Side, index: number): string {
  const rows = observations.map(({ rule: _, ...answer }: ObservationJson) => `    ${cString(JSON.stringify(answer))},`);
  return `static const char *const answers_${index}[] = {\n${rows.join('\n')}\n};\n`;
}

function pieces(text: string): string {
  const rows: string[] = [];
  for (let at = 0; at < text.length; at += PIECE) rows.push(`    ${cString(text.slice(at, at + PIECE))}`);
  return rows.join('\n');
}

const RUNNER = `/* The value of a key as text, quotes left out. */
static const char *field(const char *object, const char *key, char *text, size_t size)
{
    const char *value = json_get(object, key);
    size_t length = value ? (size_t)(json_skip(value) - value) : 0;
    if (!value) return NULL;
    if (*value == '"') value++, length -= 2;
    snprintf(text, size, "%.*s", (int)length, value);
    return text;
}

static const char *memtype_of(int step, const char *seen, char *text, size_t size)
{
    const char *mode = !host.has_tdp ? "shadow" : host.is_amd ? "npt" : "ept";
    char leaf[32];
    if (!field(seen, "leaf", leaf, sizeof leaf)) return NULL;
    for (const struct effect *effect = effects; effect->step >= 0; effect++)
        if (effect->step == step && !strcmp(effect->mode, mode) && !strcmp(effect->leaf, leaf)) {
            snprintf(text, size, "%s", effect->memtype);
            return text;
        }
    return NULL;
}

/* Fields that both have. -1: they have none in common, 0: one differs, 1: equal. */
static int agrees(int step, const char *seen, const char *said)
{
    static const char *const keys[] = { "outcome", "value", "level", "leaf", "errno", "memtype" };
    char a[64], b[64];
    int common = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bool is_memtype = !strcmp(keys[i], "memtype");
        const char *own = is_memtype ? memtype_of(step, seen, a, sizeof a) : field(seen, keys[i], a, sizeof a);
        if (!own || !field(said, keys[i], b, sizeof b)) continue;
        if (strcmp(a, b)) return 0;
        common += i > 0 || strcmp(a, "ok");
    }
    return common || !strstr(said, "memtype") ? 1 : -1;
}

static void tell(const char *who, const char *answer, const char *end)
{
    printf("    %s: ", who);
    for (const char *c = answer; *c && *c != '\\n'; c++)
        if (!strchr("{}\\"", *c)) putchar(*c);
    printf("%s\\n", end);
}

static int judge(const char *seen_all)
{
    int count = (int)(sizeof words / sizeof *words), wrong = 0, step = 0;
    for (const char *seen = json_first(json_get(seen_all, "observations")); seen && step < count; seen = json_next(seen), step++) {
        char text[400], memtype[16], outcome[32] = "";
        snprintf(text, sizeof text, "%.*s", (int)(json_skip(seen) - seen), seen);
        field(seen, "outcome", outcome, sizeof outcome);
        bool is_done = strcmp(outcome, "n/a");
        printf("step %d  %s\\n", step, words[step]);
        if (memtype_of(step, seen, memtype, sizeof memtype)) snprintf(text + strlen(text), sizeof text - strlen(text), ", so memtype:%s", memtype);
        tell("saw", text, is_done ? "" : ", not judged");
        for (size_t side = 0; side < sizeof sides / sizeof *sides; side++) {
            const char *said = sides[side].answers[step];
            int same = strstr(said, "\\"undefined\\"") || strstr(said, "\\"n/a\\"") || !is_done ? -1 : agrees(step, text, said);
            tell(sides[side].profile, said, same < 0 ? ", not judged" : same ? ", as seen" : side == 0 ? ", EXPECTED OTHERWISE" : ", otherwise");
            if (side == 0 && same == 0) wrong++;
        }
    }
    printf("%s: %d of %d steps not as %s answers\\n", wrong ? "DIVERGES" : "as expected", wrong, count, sides[0].profile);
    return wrong ? 1 : 0;
}

int main(void)
{
    struct sigaction action = { .sa_handler = on_alarm };
    kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm_fd < 0) refuse("/dev/kvm: %s", strerror(errno));
    sigaction(SIGALRM, &action, NULL);
    run_size = (size_t)ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    host_read(kvm_fd);
    trace_open();
    device_probe();
    self_check();
    out_clear();
    out("{");
    const char *failure = guarded_run(scenario, false);
    if (failure) refuse("step %d: %s", step_number, failure);
    out("}");
    printf("Linux %s\\n", host.release);
    return judge(out_text());
}
`;
