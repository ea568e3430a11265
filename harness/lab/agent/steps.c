/* The steps of a scenario, each as one KVM_RUN or one call of the host. */
#include "agent.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

const char *const OPERATION_NAMES[OPERATIONS] = { "write-msr", "read-msr", "write-cr0", "init", "access", "invlpg", "attach-device", "detach-device",
                                                  "zap", "set-backing", "save-restore", "host-msr" };
const char *operation_missing[OPERATIONS];

static struct vm vm;
static struct memory memory;
static const char *machine;
static bool is_checking, has_mmio;
int step_number; /* of the step that is done, for errors */

/* Shadow paging keeps leaves by what the guest maps the frame with; with TDP all vCPUs share one table. */
static int context_of(int vcpu, int level) { return host.has_tdp ? 0 : vm.is_paging[vcpu] ? level : 4; }

static uint64_t pages_of(const char *step) { return json_number(step, "pages", 1); }

static int level_of(const char *object, const char *key) { return json_is(object, key, "2M") ? 2 : json_is(object, key, "1G") ? 3 : 1; }

static struct region region_of(const char *object)
{
    struct region region = { json_number(object, "gfn", 0), pages_of(object), BACKINGS, level_of(object, "level"), json_is(object, "hostPat", "UC-") };
    for (int i = 0; i < BACKINGS; i++)
        if (json_is(object, "backing", BACKING_NAMES[i])) region.backing = (enum backing)i;
    if (region.backing == BACKINGS) stand_aside("a backing that the agent does not know");
    if (backing_missing[region.backing] && !is_checking) stand_aside("backing %s: %s", BACKING_NAMES[region.backing], backing_missing[region.backing]);
    if (json_is(object, "hostPat", "WC")) stand_aside("reserved pages that the host maps WC");
    if (region.backing != RAM && region.backing != RAM_WC) region.level = 1;
    return region;
}

static bool names_frame(const char *step) { return json_is(step, "op", "access") || json_is(step, "op", "invlpg"); }

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int frame_slot(uint64_t gfn)
{
    const uint64_t *found = bsearch(&gfn, memory.frames, memory.frame_count, sizeof gfn, by_number);
    return found ? (int)(found - memory.frames) : 0;
}

static void read_frames(const char *steps)
{
    for (const char *step = json_first(steps); step; step = json_next(step)) {
        uint64_t gfn = json_number(step, "gfn", 0);
        bool is_known = !names_frame(step);
        for (int i = 0; i < memory.frame_count; i++) is_known |= memory.frames[i] == gfn;
        if (is_known) continue;
        if (memory.frame_count == MAX_FRAMES) stand_aside("more than %d frames", MAX_FRAMES);
        if (gfn >> (host.address_bits - 12)) stand_aside("frame 0x%llx is beyond the %d address bits of this processor", (unsigned long long)gfn, host.address_bits);
        memory.frames[memory.frame_count++] = gfn;
    }
    qsort(memory.frames, memory.frame_count, sizeof *memory.frames, by_number);
}

/* A 1 GiB page would be needed where a touched frame lies in a whole one. */
static void check_levels(struct region region)
{
    uint64_t whole = BLOCK * BLOCK;
    for (int i = 0; i < memory.frame_count && region.level == 3; i++) {
        uint64_t base = memory.frames[i] & ~(whole - 1);
        if (base >= region.gfn && base + whole <= region.gfn + region.pages) stand_aside("1 GiB pages");
    }
    for (int i = 0; i < memory.frame_count && region.level > 1 && region.backing == RAM_WC; i++) {
        uint64_t base = memory.frames[i] & ~(BLOCK - 1);
        if (base >= region.gfn && base + BLOCK <= region.gfn + region.pages) stand_aside("large pages of ram-wc");
    }
}

static void note_backing(struct region region)
{
    check_levels(region);
    if (memory.ever_count == MAX_REGIONS) stand_aside("more than %d ranges that are backed", MAX_REGIONS);
    memory.ever[memory.ever_count++] = region;
}

/* What this host cannot be is found out before the first step. */
static void prepare(const char *scenario)
{
    const char *steps = json_get(scenario, "steps"), *regions = json_get(machine, "regions");
    bool needs_irqchip = false;
    memset(&memory, 0, sizeof memory);
    if (json_true(machine, "privateMemory", false)) stand_aside("private memory");
    if (json_get(machine, "nested") && !json_is(machine, "nested", "none")) stand_aside("nested guests");
    if (!host.is_amd && host.has_tdp && host.heeds_self_snoop && json_true(machine, "selfSnoop", true) != host.has_self_snoop)
        stand_aside("self-snoop %s on this processor", host.has_self_snoop ? "is there" : "is missing");
    read_frames(steps);
    if (!regions) memory_replace(&memory, (struct region){ 0, 0x100000, RAM, 1, false });
    for (const char *region = json_first(regions); region; region = json_next(region)) memory_replace(&memory, region_of(region));
    for (int i = 0; i < memory.region_count; i++) note_backing(memory.regions[i]);
    for (const char *step = json_first(steps); step; step = json_next(step)) {
        if (json_is(step, "op", "set-backing")) note_backing(region_of(step));
        needs_irqchip |= json_is(step, "op", "init");
    }
    vm.devices[0] = (int)json_number(machine, "noncoherentDevices", 0);
    vm.devices[1] = 0;
    vm_create(&vm, machine, &memory, needs_irqchip);
}

static struct exit run_stub(int vcpu, uint32_t stub, struct kvm_regs regs)
{
    regs.rip = vm.guest.base + stub;
    return vm_run(&vm, vcpu, regs);
}

static void write_msr(const char *step, int vcpu)
{
    uint64_t value = json_number(step, "value", 0);
    struct exit end = run_stub(vcpu, STUB_WRMSR, (struct kvm_regs){ .rcx = json_number(step, "msr", 0), .rax = (uint32_t)value, .rdx = value >> 32 });
    out("{\"outcome\":\"%s\"}", end.vector == 13 ? "gp" : end.vector == 8 ? "df" : "ok");
}

static void read_msr(const char *step, int vcpu)
{
    struct exit end = run_stub(vcpu, STUB_RDMSR, (struct kvm_regs){ .rcx = json_number(step, "msr", 0) });
    if (end.vector == 13) out("{\"outcome\":\"gp\"}");
    else out("{\"outcome\":\"ok\",\"value\":\"0x%llx\"}", (unsigned long long)(end.rdx << 32 | (uint32_t)end.rax));
}

static void write_cr0(const char *step, int vcpu)
{
    bool pages = json_true(step, "pg", false);
    uint32_t value = CR0_BASE | (uint32_t)pages << 31 | (uint32_t)json_true(step, "cd", false) << 30 | (uint32_t)json_true(step, "nw", false) << 29;
    struct exit end = run_stub(vcpu, STUB_CR0, (struct kvm_regs){ .rax = value });
    if (end.vector < 0) vm.is_paging[vcpu] = pages;
    out("{\"outcome\":\"%s\"}", end.vector < 0 ? "ok" : "gp");
}

/* INIT by the local APIC; then the registers that the guest's own start-up code would load, CD and NW as INIT left them. */
static void init(int vcpu)
{
    struct kvm_vcpu_events events;
    struct kvm_mp_state state;
    struct kvm_sregs sregs;
    int fd = vm.vcpu[vcpu];
    if (ioctl(fd, KVM_GET_VCPU_EVENTS, &events)) give_up("KVM_GET_VCPU_EVENTS: %s", strerror(errno));
    events.flags = KVM_VCPUEVENT_VALID_SMM;
    events.smi.latched_init = 1;
    if (ioctl(fd, KVM_SET_VCPU_EVENTS, &events) || ioctl(fd, KVM_GET_MP_STATE, &state)) give_up("INIT: %s", strerror(errno));
    state.mp_state = KVM_MP_STATE_RUNNABLE;
    if (ioctl(fd, KVM_SET_MP_STATE, &state) || ioctl(fd, KVM_GET_SREGS, &sregs)) give_up("after INIT: %s", strerror(errno));
    if (sregs.cr0 & 1) give_up("INIT did not reach the vCPU");
    guest_sregs(&vm.guest, &sregs, vcpu, CR0_BASE | ((uint32_t)sregs.cr0 & 0x60000000));
    if (ioctl(fd, KVM_SET_SREGS, &sregs)) give_up("KVM_SET_SREGS after INIT: %s", strerror(errno));
    vm.is_paging[vcpu] = false;
    out("{\"outcome\":\"ok\"}");
}

/* Rewrites the guest's entry for the frame where it has to, or `always`, then goes on at the stub; with paging off there is none. */
static struct exit run_mapped(const char *step, int vcpu, uint32_t stub, bool always)
{
    uint64_t gfn = json_number(step, "gfn", 0);
    struct kvm_regs regs = { .rbx = gfn * PAGE, .rax = 0xc3 }; /* what `write` writes is the RET that stands there */
    if (!vm.is_paging[vcpu]) {
        if (gfn >> 20) stand_aside("frame 0x%llx is above 4 GiB, where 32-bit code without paging has no address", (unsigned long long)gfn);
        return run_stub(vcpu, stub, regs);
    }
    struct window window = guest_window(&vm.guest, vcpu, gfn, frame_slot(gfn), level_of(step, "pageSize"), (unsigned)json_number(step, "pat", 0));
    if (always) window.value = window.old;
    regs.rbx = window.address;
    if (!always && !window.is_stale) return run_stub(vcpu, stub, regs);
    regs.rsi = window.entry;
    regs.rcx = (uint32_t)window.value;
    regs.rdx = window.value >> 32;
    regs.rdi = vm.guest.base + stub;
    return run_stub(vcpu, STUB_MAP, regs);
}

static void print_leaf(const struct leaf *leaf)
{
    static const char *const types[] = { "UC", "WC", "2", "3", "WT", "WP", "WB", "UC-" }, *const levels[] = { "", "4K", "2M", "1G" };
    unsigned type, pat_bit = leaf->level == 1 ? 7 : 12;
    bool is_ept = !host.is_amd && host.has_tdp;
    if (is_ept) type = leaf->spte >> 3 & 7;
    else type = host.pat[(leaf->spte >> 3 & 3) | (leaf->spte >> pat_bit & 1) << 2];
    out("{\"outcome\":\"ok\",\"level\":\"%s\",\"leaf\":\"%s%s\"}", levels[leaf->level], types[type], is_ept && leaf->spte >> 6 & 1 ? "+ipat" : "");
}

static void access_frame(const char *step, int vcpu)
{
    uint64_t gfn = json_number(step, "gfn", 0);
    uint32_t stub = json_is(step, "kind", "write") ? STUB_WRITE : json_is(step, "kind", "execute") ? STUB_EXECUTE : STUB_READ;
    int context = context_of(vcpu, level_of(step, "pageSize"));
    const struct region *region = memory_region(&memory, gfn);
    if (stub == STUB_EXECUTE && region && region->backing >= DEVICE && region->backing <= DEVICE_RO && getenv("EMTDIFF_BAR_NO_CODE"))
        stand_aside("execute on a device: this emulator ends by it");
    if (json_true(step, "private", false)) { out("{\"outcome\":\"n/a\"}"); return; }
    struct exit end = run_mapped(step, vcpu, stub, false);
    trace_drain(context);
    const struct leaf *leaf = trace_leaf(gfn, context);
    /* Guest pages of 2 MiB and 1 GiB share shadow pages: a leaf that is there already is not written again. */
    if (!leaf && (context == 2 || context == 3)) leaf = trace_leaf(gfn, 5 - context);
    if (!region && (end.is_mmio || end.is_failure)) {
        has_mmio = true;
        out("{\"outcome\":\"mmio\"}");
    } else if (end.is_mmio || end.is_failure || !leaf) give_up("access of frame 0x%llx: %s", (unsigned long long)gfn, end.is_mmio ? "MMIO" : end.is_failure ? "internal error" : "no leaf seen");
    else print_leaf(leaf);
}

static void invlpg(const char *step, int vcpu)
{
    if (vm.is_paging[vcpu]) run_mapped(step, vcpu, STUB_DONE, true);
    out("{\"outcome\":\"ok\"}");
}

static void change_devices(const char *step, bool attach)
{
    int *count = &vm.devices[json_true(step, "coherent", false)];
    /* A rule of the format, of no kernel. */
    if (*count == (attach ? 3 : 0)) { out("{\"outcome\":\"error\",\"errno\":\"%s\"}", attach ? "ENOSPC" : "ENODEV"); return; }
    if (count == vm.devices && !device_change(&vm, attach)) stand_aside("non-coherent device: %s", device_missing ? device_missing : strerror(errno));
    *count += attach ? 1 : -1;
    out("{\"outcome\":\"ok\"}");
}

static void host_msr(const char *step, int vcpu)
{
    struct { struct kvm_msrs head; struct kvm_msr_entry entry; } msrs = { .head = { .nmsrs = 1 } };
    bool writes = json_get(step, "value") != NULL;
    msrs.entry.index = (uint32_t)json_number(step, "msr", 0);
    msrs.entry.data = json_number(step, "value", 0);
    if (ioctl(vm.vcpu[vcpu], writes ? KVM_SET_MSRS : KVM_GET_MSRS, &msrs) != 1) out("{\"outcome\":\"error\",\"errno\":\"EINVAL\"}");
    else if (writes) out("{\"outcome\":\"ok\"}");
    else out("{\"outcome\":\"ok\",\"value\":\"0x%llx\"}", (unsigned long long)msrs.entry.data);
}

/* Fixed ranges, variable pairs in order, default type, PAT; CR0 comes with the other system registers. */
#define SAVED (11 + 16 + 2)
struct saved { struct kvm_msrs head; struct kvm_msr_entry entries[SAVED]; struct kvm_sregs sregs; bool is_paging; };

static void list_saved(struct saved *saved)
{
    static const uint16_t fixed[] = { 0x250, 0x258, 0x259 };
    struct kvm_msr_entry *entry = saved->entries;
    saved->head.nmsrs = SAVED;
    for (int i = 0; i < 3; i++) entry++->index = fixed[i];
    for (uint32_t msr = 0x268; msr <= 0x26f; msr++) entry++->index = msr;
    for (uint32_t msr = 0x200; msr < 0x210; msr++) entry++->index = msr;
    entry++->index = 0x2ff;
    entry->index = 0x277;
}

static void save_restore(void)
{
    static struct saved saved[MAX_VCPUS];
    int vcpus = vm.vcpus;
    for (int i = 0; i < vcpus; i++) {
        list_saved(&saved[i]);
        saved[i].is_paging = vm.is_paging[i];
        if (ioctl(vm.vcpu[i], KVM_GET_MSRS, &saved[i].head) != SAVED || ioctl(vm.vcpu[i], KVM_GET_SREGS, &saved[i].sregs)) give_up("save: %s", strerror(errno));
    }
    bool has_irqchip = vm.has_irqchip;
    uint64_t base = vm.guest.base;
    vm_destroy(&vm);
    vm.guest.base = base;
    memory_release(&memory);
    vm_create(&vm, machine, &memory, has_irqchip);
    for (int i = 0; i < vcpus; i++) {
        if (ioctl(vm.vcpu[i], KVM_SET_SREGS, &saved[i].sregs) || ioctl(vm.vcpu[i], KVM_SET_MSRS, &saved[i].head) != SAVED) give_up("restore: %s", strerror(errno));
        vm.is_paging[i] = saved[i].is_paging;
    }
    out("{\"outcome\":\"ok\"}");
}

static void host_step(int operation, const char *step)
{
    const char *reason = NULL;
    if (operation == OP_SAVE_RESTORE) { save_restore(); return; }
    if (operation == OP_ZAP) reason = memory_zap(&memory, json_number(step, "gfn", 0), pages_of(step));
    else reason = memory_set_backing(&memory, vm.fd, region_of(step));
    if (reason) stand_aside("%s", reason);
    out("{\"outcome\":\"ok\"}");
}

static void do_step(int operation, const char *step)
{
    int vcpu = (int)json_number(step, "vcpu", 0);
    switch (operation) {
    case OP_WRITE_MSR: write_msr(step, vcpu); break;
    case OP_READ_MSR: read_msr(step, vcpu); break;
    case OP_WRITE_CR0: write_cr0(step, vcpu); break;
    case OP_INIT: init(vcpu); break;
    case OP_ACCESS: access_frame(step, vcpu); break;
    case OP_INVLPG: invlpg(step, vcpu); break;
    case OP_ATTACH: case OP_DETACH: change_devices(step, operation == OP_ATTACH); break;
    case OP_HOST_MSR: host_msr(step, vcpu); break;
    default: host_step(operation, step);
    }
}

/* Zaps count where a guest's register write or a device caused them; host operations have none to count. */
static void one_step(const char *step)
{
    int operation = 0;
    while (operation < OPERATIONS && !json_is(step, "op", OPERATION_NAMES[operation])) operation++;
    if (operation == OPERATIONS || (operation_missing[operation] && !is_checking)) { out("{\"outcome\":\"n/a\"}"); return; }
    bool is_host = operation == OP_ZAP || operation == OP_SET_BACKING || operation == OP_SAVE_RESTORE || operation == OP_HOST_MSR;
    struct tally before = tally;
    do_step(operation, step);
    trace_drain(0);
    if (is_host) tally.zaps = before.zaps;
    if (operation == OP_SAVE_RESTORE) tally = before; /* the end of the old VM is none of it */
}

void scenario_release(void)
{
    vm_destroy(&vm);
    memory_release(&memory);
}

/* Writes observations and counters; leaves by give_up or stand_aside where it cannot. */
void scenario_run(const char *scenario, bool is_for_check)
{
    is_checking = is_for_check;
    machine = json_get(scenario, "machine");
    prepare(scenario);
    tally = (struct tally){ 0 };
    has_mmio = false;
    out("\"observations\":[");
    const char *steps = json_first(json_get(scenario, "steps"));
    step_number = 0;
    for (const char *step = steps; step; step = json_next(step), step_number++) {
        if (step != steps) out(",");
        one_step(step);
    }
    out("],\"counters\":{\"zaps\":%llu", (unsigned long long)tally.zaps);
    /* With shadow paging faults of the guest's own tables are among them; whether emulated MMIO counts depends on who reads the format. */
    if (host.has_tdp && !has_mmio) out(",\"faults\":%llu", (unsigned long long)tally.faults);
    if (host.has_tdp_mmu) out(",\"zappedLeaves\":%llu", (unsigned long long)tally.zapped_leaves);
    out("}");
    scenario_release();
}
