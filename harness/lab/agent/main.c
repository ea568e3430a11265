/* Messages: hello, run, bye in; hello, result, error out. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

static jmp_buf scenario_end;
enum { DONE, FAILED, STOOD_ASIDE };
static char reason[256], text_of_error[300];
static char *text;
static size_t length, room;

void out(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (room - length < 4096) text = realloc(text, room = 2 * room + 8192);
    if (!text) refuse("no memory for an answer of %zu bytes", room);
    length += (size_t)vsnprintf(text + length, room - length, format, arguments);
    va_end(arguments);
}

void out_string(const char *s)
{
    out("\"");
    for (; *s; s++) *s == '"' || *s == '\\' ? out("\\%c", *s) : (unsigned char)*s < 32 ? out(" ") : out("%c", *s);
    out("\"");
}

const char *out_text(void) { return text; }
void out_clear(void) { length = 0; out("%s", ""); }

static void out_send(void)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t part = write(1, text + sent, length - sent);
        if (part < 0 && errno != EINTR) exit(0);
        if (part > 0) sent += (size_t)part;
    }
    length = 0;
}

void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    longjmp(scenario_end, FAILED);
}

void stand_aside(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    longjmp(scenario_end, STOOD_ASIDE);
}

void refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("emtdiff-agent: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(2);
}

/* A guest that hangs ends its KVM_RUN. */
static void on_alarm(int signal) { (void)signal; }

static void limit_time(int seconds)
{
    struct itimerval time = { .it_value = { seconds, 0 } };
    setitimer(ITIMER_REAL, &time, NULL);
}

static int attempt(const char *scenario, bool is_for_check)
{
    int end = setjmp(scenario_end);
    if (end == DONE) {
        limit_time(20);
        scenario_run(scenario, is_for_check);
    } else scenario_release();
    limit_time(0);
    return end;
}

/* NULL, or why the scenario was not done. */
const char *guarded_run(const char *scenario, bool is_for_check) { return attempt(scenario, is_for_check) == DONE ? NULL : reason; }

static void hello(void)
{
    out("{\"type\":\"hello\",\"protocol\":1,\"name\":\"Linux %s\",", host.release);
    if (host.profile) out("\"profile\":\"%s\",", host.profile);
    const char *comma = "";
    out("\"operations\":[");
    for (int i = 0; i < OPERATIONS; i++) {
        if (operation_missing[i]) continue;
        out("%s\"%s\"", comma, OPERATION_NAMES[i]);
        comma = ",";
    }
    out("],");
    host_print_facts();
    out("}\n");
    out_send();
}

/* A scenario that this host cannot do is n/a in every step, with the reason as the rule. */
static void print_aside(const char *scenario)
{
    const char *steps = json_first(json_get(scenario, "steps"));
    out("\"observations\":[");
    for (const char *step = steps; step; step = json_next(step)) {
        out("%s{\"outcome\":\"n/a\",\"rule\":", step == steps ? "" : ",");
        out_string(reason);
        out("}");
    }
    out("]");
}

static void run(const char *line)
{
    const char *id = json_get(line, "id"), *scenario = json_get(line, "scenario");
    int id_length = id ? (int)(json_skip(id) - id) : 4;
    if (!id) id = "null";
    out("{\"type\":\"result\",\"id\":%.*s,", id_length, id);
    size_t start = length;
    bool is_recorded = json_true(line, "trace", false);
    if (is_recorded) record_start();
    int end = attempt(scenario, false);
    if (is_recorded && end == DONE) record_end();
    if (end == FAILED) {
        length = 0;
        out("{\"type\":\"error\",\"id\":%.*s,\"message\":", id_length, id);
        snprintf(text_of_error, sizeof text_of_error, "step %d: %s", step_number, reason);
        out_string(text_of_error);
    } else if (end == STOOD_ASIDE) {
        length = start;
        print_aside(scenario);
    }
    out("}\n");
    out_send();
}

int main(void)
{
    struct sigaction action = { .sa_handler = on_alarm };
    char *line = NULL;
    size_t line_room = 0;
    kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm_fd < 0) refuse("/dev/kvm: %s: %s", strerror(errno), errno == ENOENT ? "load kvm_intel or kvm_amd on a processor with virtualisation, or use emtdiff lab serve" : "run the agent as root");
    sigaction(SIGALRM, &action, NULL);
    run_size = (size_t)ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    host_read(kvm_fd);
    trace_open();
    device_probe();
    self_check();
    fputs("emtdiff-agent: ready\n", stderr);
    while (getline(&line, &line_room, stdin) > 0 && !json_is(line, "type", "bye")) {
        if (json_is(line, "type", "hello")) hello();
        else if (json_is(line, "type", "run") && json_get(line, "scenario")) run(line);
        else out("{\"type\":\"error\",\"id\":null,\"message\":\"expected hello, run or bye\"}\n"), out_send();
    }
    return 0;
}
