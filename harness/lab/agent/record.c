/* The kernel's own text of what a scenario caused, for people and for `emtdiff import`: events in the trace buffer, read when it is done. */
#include "agent.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const EVENTS[] = { "kvm/kvm_msr", "kvm/kvm_cr", "kvm/kvm_page_fault", "kvmmmu/kvm_mmu_set_spte", "kvmmmu/mark_mmio_spte", "emtdiff/zap" };

static void put(const char *name, const char *text, int flags)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", tracefs, name);
    int file = open(path, O_WRONLY | O_CLOEXEC | flags);
    if (file < 0) return; /* an event that this kernel lacks */
    if (write(file, text, strlen(text)) < 0) give_up("%s cannot be written", path);
    close(file);
}

static void enable(const char *value)
{
    char name[128];
    for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++) {
        snprintf(name, sizeof name, "events/%s/enable", EVENTS[i]);
        put(name, value, 0);
    }
}

void record_start(void)
{
    put("trace", "", O_TRUNC);
    enable("1");
}

/* Adds the text to the message. */
void record_end(void)
{
    char path[256], *line = NULL;
    size_t room = 0;
    enable("0");
    snprintf(path, sizeof path, "%s/trace", tracefs);
    FILE *file = fopen(path, "re");
    out(",\"trace\":[");
    for (bool first = true; file && getline(&line, &room, file) > 0; first = false) {
        line[strcspn(line, "\n")] = 0;
        if (!first) out(",");
        out_string(line);
    }
    out("]");
    if (file) fclose(file);
    free(line);
}
