/* One VM: made in the order that works (quirks, slots, vCPUs, CPUID, registers, devices), run one stub at a time by this thread. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define QUIRK_CD_NW_CLEARED (1u << 1)
#define QUIRK_IGNORE_GUEST_PAT (1u << 9)
#define CPUID_MTRR (1u << 12)
#define CPUID_PAT (1u << 16)

int kvm_fd;
size_t run_size;
const char *device_missing;

/* Non-coherent devices are counted by the lab's module (guest/module.c); without it none can be attached. */
#define PARAMETERS "/sys/module/emtdiff_lab/parameters/"
void device_probe(void)
{
    if (access(PARAMETERS "attach", W_OK)) device_missing = "the lab's module is not loaded";
}

bool device_change(struct vm *vm, bool attach)
{
    char number[16];
    int file = device_missing ? -1 : open(attach ? PARAMETERS "attach" : PARAMETERS "detach", O_WRONLY | O_CLOEXEC);
    bool is_done = file >= 0 && write(file, number, (size_t)snprintf(number, sizeof number, "%d", vm->fd)) > 0;
    if (file >= 0) close(file);
    return is_done;
}

static void disable_quirks(const struct vm *vm, const char *machine)
{
    const char *enabled = json_get(machine, "quirks");
    uint64_t disabled = 0;
    if (!enabled) return;
    if (!json_has_element(enabled, "cd-nw-cleared")) disabled |= QUIRK_CD_NW_CLEARED;
    if (!json_has_element(enabled, "ignore-guest-pat")) disabled |= QUIRK_IGNORE_GUEST_PAT;
    struct kvm_enable_cap cap = { .cap = host.has_quirks2 ? KVM_CAP_DISABLE_QUIRKS2 : KVM_CAP_DISABLE_QUIRKS, .args = { disabled & host.quirks } };
    if (cap.args[0] && ioctl(vm->fd, KVM_ENABLE_CAP, &cap)) stand_aside("quirks 0x%llx cannot be disabled: %s", cap.args[0], strerror(errno));
}

static void set_cpuid(int vcpu, const char *machine)
{
    static struct { struct kvm_cpuid2 head; struct kvm_cpuid_entry2 entries[256]; } cpuid, supported;
    if (!supported.head.nent) {
        supported.head.nent = 256;
        if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, &supported)) give_up("KVM_GET_SUPPORTED_CPUID: %s", strerror(errno));
    }
    cpuid = supported;
    for (unsigned i = 0; i < cpuid.head.nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid.entries[i];
        if (entry->function == 1 || entry->function == 0x80000001) {
            bool counts = entry->function == 1 || host.is_amd;
            if (counts) entry->edx |= CPUID_PAT | CPUID_MTRR;
            if (counts && !json_true(machine, "guestMtrr", true)) entry->edx &= ~CPUID_MTRR;
        }
        if (entry->function == 0x80000008) entry->eax = (entry->eax & ~0xffu) | (uint32_t)json_number(machine, "maxPhysAddr", 46);
    }
    if (ioctl(vcpu, KVM_SET_CPUID2, &cpuid)) give_up("KVM_SET_CPUID2: %s", strerror(errno));
}

/* The first block below 4 GiB that no step touches: outside the regions if there is one, 0x200 and up first. */
static uint64_t free_block(const struct memory *memory)
{
    for (int inside = 0; inside < 2; inside++)
        for (uint64_t block = BLOCK; block < 0x100000; block += BLOCK) {
            bool is_taken = false;
            for (int i = 0; i < memory->frame_count; i++) is_taken |= (memory->frames[i] & ~(BLOCK - 1)) == block;
            for (int i = 0; i < memory->ever_count && !inside; i++)
                is_taken |= memory->ever[i].gfn < block + BLOCK && memory->ever[i].gfn + memory->ever[i].pages > block;
            if (!is_taken) return block;
        }
    stand_aside("steps touch all blocks of 2 MiB below 4 GiB");
}

static void place_guest(struct vm *vm, const char *machine, const struct memory *memory)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (!vm->guest.base) vm->guest.base = free_block(memory) * PAGE; /* else that of the VM whose state is restored */
    vm->guest.is_long = json_true(machine, "longMode", false);
    vm->guest.hva = mmap(NULL, BLOCK * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (vm->guest.hva == MAP_FAILED) give_up("the guest's own block: %s", strerror(errno));
    madvise(vm->guest.hva, BLOCK * PAGE, MADV_NOHUGEPAGE);
    guest_build(&vm->guest);
    if (set_slot(vm->fd, 0, vm->guest.base / PAGE, BLOCK, vm->guest.hva)) give_up("the guest's own slot: %s", strerror(errno));
    trace_scope(vm->guest.base / PAGE, BLOCK);
}

static void create_vcpu(struct vm *vm, int number, const char *machine)
{
    const char *cr0 = json_get(machine, "cr0");
    bool pages = json_true(cr0, "pg", true);
    uint32_t value = CR0_BASE | (uint32_t)pages << 31 | (uint32_t)json_true(cr0, "cd", false) << 30 | (uint32_t)json_true(cr0, "nw", false) << 29;
    struct kvm_sregs sregs;
    int vcpu = vm->vcpu[number] = ioctl(vm->fd, KVM_CREATE_VCPU, number);
    if (vcpu < 0) give_up("KVM_CREATE_VCPU: %s", strerror(errno));
    vm->run[number] = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (vm->run[number] == MAP_FAILED) give_up("kvm_run: %s", strerror(errno));
    set_cpuid(vcpu, machine);
    struct kvm_mp_state runnable = { KVM_MP_STATE_RUNNABLE };
    if (vm->has_irqchip && number > 0 && ioctl(vcpu, KVM_SET_MP_STATE, &runnable)) give_up("KVM_SET_MP_STATE: %s", strerror(errno));
    if (ioctl(vcpu, KVM_GET_SREGS, &sregs)) give_up("KVM_GET_SREGS: %s", strerror(errno));
    guest_sregs(&vm->guest, &sregs, number, value);
    if (ioctl(vcpu, KVM_SET_SREGS, &sregs)) give_up("KVM_SET_SREGS: %s", strerror(errno));
    vm->is_paging[number] = pages;
}

/* Devices are those of `vm->devices`. */
void vm_create(struct vm *vm, const char *machine, struct memory *memory, bool needs_irqchip)
{
    vm->fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
    if (vm->fd < 0) give_up("KVM_CREATE_VM: %s", strerror(errno));
    trace_reset();
    disable_quirks(vm, machine);
    vm->has_irqchip = needs_irqchip;
    if (needs_irqchip && ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0)) give_up("KVM_CREATE_IRQCHIP: %s", strerror(errno));
    place_guest(vm, machine, memory);
    memory_populate(memory, vm->fd);
    vm->vcpus = (int)json_number(machine, "vcpus", 1);
    for (int vcpu = 0; vcpu < vm->vcpus; vcpu++) create_vcpu(vm, vcpu, machine);
    for (int i = 0; i < vm->devices[0]; i++)
        if (!device_change(vm, true)) stand_aside("non-coherent device: %s", device_missing ? device_missing : strerror(errno));
    trace_settle();
}

void vm_destroy(struct vm *vm)
{
    for (int vcpu = 0; vcpu < vm->vcpus; vcpu++) {
        if (vm->run[vcpu]) munmap(vm->run[vcpu], run_size);
        if (vm->vcpu[vcpu] > 0) close(vm->vcpu[vcpu]);
    }
    if (vm->guest.hva) munmap(vm->guest.hva, BLOCK * PAGE);
    for (int i = 0; i < vm->devices[0] && vm->fd > 0; i++) device_change(vm, false);
    if (vm->fd > 0) close(vm->fd);
    memset(vm, 0, offsetof(struct vm, devices));
}

/* Runs from the registers given until the stub says that it is done. */
struct exit vm_run(struct vm *vm, int vcpu, struct kvm_regs regs)
{
    struct kvm_run *run = vm->run[vcpu];
    struct exit found = { .vector = -1 };
    regs.rflags = 2;
    regs.rsp = guest_stack(&vm->guest, vcpu);
    run->s.regs.regs = regs;
    run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    run->kvm_valid_regs = KVM_SYNC_X86_REGS;
    for (int turns = 0; turns < 64; turns++) {
        if (ioctl(vm->vcpu[vcpu], KVM_RUN, 0)) give_up("KVM_RUN: %s", errno == EINTR ? "the guest hangs" : strerror(errno));
        if (run->exit_reason == KVM_EXIT_IO && run->io.port == PORT_DONE) {
            found.rax = run->s.regs.regs.rax;
            found.rdx = run->s.regs.regs.rdx;
            return found;
        }
        if (run->exit_reason == KVM_EXIT_IO) found.vector = run->io.port - PORT_VECTOR;
        else if (run->exit_reason == KVM_EXIT_MMIO) found.is_mmio = true, memset(run->mmio.data, 0xc3, sizeof run->mmio.data);
        else if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR) { found.is_failure = true; return found; }
        else give_up("exit reason %u", run->exit_reason);
    }
    give_up("a step that does not end");
}
