/*
 * Tracepoints of KVM, by perf events in one ring: which leaf serves a frame, what was zapped. Everything happens in this thread, so its
 * own events are all there is. The layouts are read from tracefs: they differ between releases.
 */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_PAGES 512
#define MAX_LEAVES 8192
const char *tracefs = "/sys/kernel/tracing";

struct field { int at, size; };
struct event { const char *name, *fields[5]; bool is_needed; uint16_t id; struct field at[5]; };
enum { SET_SPTE, SPTE_CHANGED, PAGE_FAULT, ZAP, EVENTS };
static struct event events[EVENTS] = {
    [SET_SPTE] = { "kvmmmu/kvm_mmu_set_spte", { "gfn", "spte", "level" }, true, 0, { { 0, 0 } } },
    [SPTE_CHANGED] = { "kvmmmu/kvm_tdp_mmu_spte_changed", { "gfn", "level", "old_spte", "new_spte", "as_id" }, false, 0, { { 0, 0 } } },
    [PAGE_FAULT] = { "kvm/kvm_page_fault", { "fault_address" }, true, 0, { { 0, 0 } } },
    [ZAP] = { "emtdiff/zap", { "start", "end" }, true, 0, { { 0, 0 } } },
};

static struct perf_event_mmap_page *ring;
static struct leaf leaves[MAX_LEAVES];
static unsigned leaf_count, order;
static uint64_t own_first, own_frames;
struct tally tally;
bool trace_sees_removals;

static bool read_file(const char *path, char *text, size_t room)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got, length = 0;
    if (file < 0) return false;
    while (length < (ssize_t)room - 1 && (got = read(file, text + length, room - 1 - length)) > 0) length += got;
    close(file);
    text[length] = 0;
    return length > 0;
}

/* `field:u64 gfn;	offset:8;	size:8;` and so on. */
static bool find_field(const char *format, const char *name, struct field *found)
{
    size_t length = strlen(name);
    for (const char *line = strstr(format, "field:"); line; line = strstr(line + 1, "field:")) {
        const char *end = strchr(line, ';');
        if (!end || strncmp(end - length, name, length) || (end[-1 - (long)length] != ' ' && end[-1 - (long)length] != '*')) continue;
        return sscanf(end, "; offset:%d; size:%d", &found->at, &found->size) == 2;
    }
    return false;
}

static bool describe(struct event *event)
{
    char path[256], format[8192];
    snprintf(path, sizeof path, "%s/events/%s/format", tracefs, event->name);
    if (!read_file(path, format, sizeof format)) return false;
    const char *id = strstr(format, "ID: ");
    if (!id) return false;
    event->id = (uint16_t)atoi(id + 4);
    for (int i = 0; i < 5 && event->fields[i]; i++)
        if (!find_field(format, event->fields[i], &event->at[i]))
            refuse("tracepoint %s has no field %s: this kernel is not known to the agent", event->name, event->fields[i]);
    return true;
}

/* The arguments of kvm_zap_gfn_range(kvm, start, end). */
static void add_probe(void)
{
    char path[256];
    static const char probe[] = "p:emtdiff/zap kvm_zap_gfn_range start=%si:u64 end=%dx:u64\n";
    snprintf(path, sizeof path, "%s/kprobe_events", tracefs);
    int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0) refuse("%s: %s: the kernel needs kprobe events (CONFIG_KPROBE_EVENTS) and the agent root", path, strerror(errno));
    if (write(file, probe, sizeof probe - 1) < 0 && errno != EEXIST)
        refuse("%s: no probe on kvm_zap_gfn_range (%s): load kvm.ko first", path, strerror(errno));
    close(file);
}

static int open_event(const struct event *event)
{
    struct perf_event_attr attributes = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof attributes, .config = event->id, .sample_period = 1,
                                          .sample_type = PERF_SAMPLE_RAW, .wakeup_events = 1 << 30 };
    int file = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (file < 0) refuse("perf_event_open of %s: %s: the agent needs root or CAP_PERFMON", event->name, strerror(errno));
    return file;
}

void trace_open(void)
{
    int first = -1;
    if (access("/sys/kernel/tracing/events", R_OK) && !access("/sys/kernel/debug/tracing/events", R_OK)) tracefs = "/sys/kernel/debug/tracing";
    if (access("/sys/kernel/tracing/events", R_OK) && mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) && errno != EBUSY)
        if (access(tracefs, R_OK)) refuse("no tracefs at /sys/kernel/tracing: mount -t tracefs tracefs /sys/kernel/tracing, as root");
    add_probe();
    for (int i = 0; i < EVENTS; i++) {
        if (!describe(&events[i])) {
            if (events[i].is_needed) refuse("tracepoint %s is missing: load kvm.ko, or take a kernel that has it (5.2 or later)", events[i].name);
            continue;
        }
        int file = open_event(&events[i]);
        if (first >= 0) {
            if (ioctl(file, PERF_EVENT_IOC_SET_OUTPUT, first)) refuse("perf events: %s", strerror(errno));
            continue;
        }
        first = file;
        ring = mmap(NULL, (1 + RING_PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (ring == MAP_FAILED) refuse("perf ring of %d pages: %s: raise kernel.perf_event_mlock_kb", RING_PAGES, strerror(errno));
    }
}

static uint64_t value(const char *raw, struct field field)
{
    uint64_t found = 0;
    memcpy(&found, raw + field.at, field.size);
    return found;
}

static bool is_own(uint64_t gfn) { return gfn - own_first < own_frames; }

static uint64_t frames_of(int level) { return 1ull << 9 * (level - 1); }

static struct leaf *find_leaf(uint64_t gfn, int level, int context)
{
    for (unsigned i = 0; i < leaf_count; i++)
        if (leaves[i].gfn == gfn && leaves[i].level == level && leaves[i].context == context) return &leaves[i];
    return NULL;
}

static void on_leaf(uint64_t gfn, uint64_t spte, int level, int context)
{
    gfn &= ~(frames_of(level) - 1);
    struct leaf *leaf = find_leaf(gfn, level, context);
    if (!leaf) {
        if (leaf_count == MAX_LEAVES) give_up("more than %d leaves", MAX_LEAVES);
        leaf = &leaves[leaf_count++];
    }
    *leaf = (struct leaf){ .gfn = gfn, .spte = spte, .level = level, .context = context, .order = ++order, .is_alive = true };
}

/* Leaves that a large one takes the place of, or that a page table splits, are not counted: the format has it so. */
static void on_change(uint64_t gfn, int level, uint64_t now, int context)
{
    uint64_t frames = frames_of(level);
    bool is_present = host.is_amd || !host.has_tdp ? now & 1 : now & 7, is_large = level > 1 && is_present && now & 0x80;
    gfn &= ~(frames - 1);
    for (unsigned i = 0; i < leaf_count; i++) {
        struct leaf *leaf = &leaves[i];
        if (!leaf->is_alive || leaf->context != context || leaf->gfn - gfn >= frames || leaf->level > level) continue;
        if (leaf->level < level && !is_large) continue;
        if (leaf->level == level && is_present && (level == 1 || is_large)) continue;
        if (leaf->level == level && !is_present && !is_own(gfn)) tally.zapped_leaves++;
        leaf->is_alive = false;
    }
}

static void on_event(const char *raw, int context)
{
    uint16_t id;
    memcpy(&id, raw, 2);
    int kind = 0;
    while (kind < EVENTS && events[kind].id != id) kind++;
    if (kind == EVENTS) return;
    const struct field *at = events[kind].at;
    if (kind == SET_SPTE) on_leaf(value(raw, at[0]), value(raw, at[1]), (int)value(raw, at[2]), context);
    else if (kind == SPTE_CHANGED) {
        trace_sees_removals = true;
        if (!value(raw, at[4])) on_change(value(raw, at[0]), (int)value(raw, at[1]), value(raw, at[3]), context);
    } else if (kind == PAGE_FAULT) tally.faults += !is_own(value(raw, at[0]) / PAGE);
    else tally.zaps += value(raw, at[1]) > value(raw, at[0]);
}

/* Reads what the ring holds. Samples are `header, u32 size, bytes`; one that wraps is put together first. */
static void drain(int context, bool is_new)
{
    static char copy[65536];
    const char *data = (const char *)ring + PAGE;
    const uint64_t room = RING_PAGES * PAGE;
    uint64_t head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE), tail = ring->data_tail;
    bool is_lost = false;
    while (tail < head) {
        struct perf_event_header header;
        for (size_t i = 0; i < sizeof header; i++) ((char *)&header)[i] = data[(tail + i) % room];
        for (size_t i = 0; i < header.size; i++) copy[i] = data[(tail + i) % room];
        is_lost |= header.type == PERF_RECORD_LOST;
        if (header.type == PERF_RECORD_SAMPLE) on_event(copy + sizeof header + 4, context);
        tail += header.size;
    }
    __atomic_store_n(&ring->data_tail, tail, __ATOMIC_RELEASE);
    if (is_lost && !is_new) give_up("perf events were lost");
}

void trace_drain(int context) { drain(context, false); }

/* What a scenario before this one left, lost events too. */
void trace_settle(void) { drain(0, true); }

void trace_reset(void)
{
    trace_settle();
    leaf_count = 0;
}

void trace_scope(uint64_t own_gfn, uint64_t frames)
{
    own_first = own_gfn;
    own_frames = frames;
}

/* The leaf last written of those that map the frame in this context, or NULL. */
const struct leaf *trace_leaf(uint64_t gfn, int context)
{
    const struct leaf *last = NULL;
    for (unsigned i = 0; i < leaf_count; i++) {
        const struct leaf *leaf = &leaves[i];
        if (!leaf->is_alive || leaf->context != context || gfn - leaf->gfn >= frames_of(leaf->level)) continue;
        if (!last || leaf->order > last->order) last = leaf;
    }
    return last;
}

bool trace_has_small_leaf(uint64_t block)
{
    for (unsigned i = 0; i < leaf_count; i++)
        if (leaves[i].is_alive && leaves[i].level == 1 && leaves[i].gfn - block < BLOCK) return true;
    return false;
}
