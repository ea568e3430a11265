/*
 * The agent: does scenarios of emtdiff in VMs of the kernel that it runs on, and says what it saw. It is an external model
 * (scenario.md, "External models") on stdin and stdout. It reports facts only: outcomes, values, leaves, levels, zaps. See README.md.
 */
#ifndef AGENT_H
#define AGENT_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096ull
#define BLOCK 0x200ull /* frames in 2 MiB */
#define MAX_VCPUS 8
#define MAX_REGIONS 512
#define MAX_FRAMES 448

enum backing { RAM, RAM_WC, RESERVED, DEVICE, DEVICE_WC, DEVICE_RO, SPECIAL, GRANT, FOREIGN, BACKINGS };
extern const char *const BACKING_NAMES[BACKINGS];

/* ---- json.c: values inside a line that a correct writer wrote ---- */
const char *json_skip(const char *value);
const char *json_get(const char *object, const char *key);
const char *json_first(const char *array);
const char *json_next(const char *element);
uint64_t json_number(const char *object, const char *key, uint64_t absent);
bool json_is(const char *object, const char *key, const char *text);
bool json_true(const char *object, const char *key, bool absent);
bool json_has_element(const char *array, const char *text);

/* ---- facts.c: the host, as it is ---- */
struct host {
    char release[65], version[65];
    bool is_amd, has_tdp, has_tdp_mmu, has_self_snoop, heeds_self_snoop, has_quirks2;
    int address_bits;
    uint8_t pat[8]; /* types of the host's PAT entries */
    uint64_t quirks; /* those that this kernel lets userspace disable */
    const char *profile;
    bool is_profile_nearest; /* no profile has this release in its span */
};
extern struct host host;
void host_read(int kvm);
void host_print_facts(void);

/* ---- trace.c: what the kernel's tracepoints say ---- */
void trace_open(void);
void trace_reset(void); /* a new VM */
void trace_scope(uint64_t own_gfn, uint64_t frames); /* frames of the agent itself, left out of all counts */
void trace_drain(int context);
void trace_settle(void);
struct leaf { uint64_t gfn, spte; int level, context; unsigned order; bool is_alive; };
const struct leaf *trace_leaf(uint64_t gfn, int context);
bool trace_has_small_leaf(uint64_t block);
extern struct tally { uint64_t faults, zaps, zapped_leaves; } tally;
extern bool trace_sees_removals;

extern const char *tracefs;

/* ---- record.c: the kernel's text of a scenario ---- */
void record_start(void);
void record_end(void);

/* ---- memory.c: what backs the guest's frames ---- */
struct region { uint64_t gfn, pages; enum backing backing; int level; bool is_uncached; };
struct slot { uint64_t gfn, pages; char *hva, *space; size_t length; };
struct memory {
    struct region regions[MAX_REGIONS];
    int region_count;
    struct region ever[MAX_REGIONS]; /* backed at the start or by a step */
    int ever_count;
    uint64_t frames[MAX_FRAMES]; /* those that a step names, sorted */
    int frame_count;
    struct slot slots[MAX_REGIONS];
    int slot_count;
    unsigned maps; /* mappings made, for telling neighbours apart */
};
extern const char *backing_missing[BACKINGS]; /* why this host has none, or NULL */
const struct region *memory_region(const struct memory *, uint64_t gfn);
void memory_replace(struct memory *, struct region);
void memory_populate(struct memory *, int vm);
void memory_release(struct memory *);
const char *memory_set_backing(struct memory *, int vm, struct region);
const char *memory_zap(struct memory *, uint64_t gfn, uint64_t pages);
int set_slot(int vm, uint32_t slot, uint64_t gfn, uint64_t pages, void *hva);

/* ---- guest.c: code, tables and registers inside the guest ---- */
#define STUB_WRMSR 0x000
#define STUB_RDMSR 0x010
#define STUB_CR0 0x020
#define STUB_READ 0x030
#define STUB_WRITE 0x040
#define STUB_EXECUTE 0x050
#define STUB_MAP 0x060
#define STUB_DONE 0x080
#define PORT_DONE 0x15
#define PORT_VECTOR 0x40
#define CR0_BASE 0x31u /* PE, ET, NE */
struct guest {
    uint64_t base; /* guest physical and linear address of the block */
    char *hva;
    bool is_long; /* 64-bit code */
};
struct window { uint32_t address, entry; uint64_t value, old; bool is_stale; }; /* where the guest sees a frame, and the table entry for it */
void guest_build(struct guest *);
void guest_sregs(const struct guest *, struct kvm_sregs *, int vcpu, uint32_t cr0);
struct window guest_window(const struct guest *, int vcpu, uint64_t gfn, int slot, int level, unsigned pat);
uint32_t guest_stack(const struct guest *, int vcpu);

/* ---- vm.c: one VM of the kernel's ---- */
struct vm {
    int fd, vcpus, vcpu[MAX_VCPUS];
    struct kvm_run *run[MAX_VCPUS];
    struct guest guest;
    bool is_paging[MAX_VCPUS];
    int devices[2]; /* by coherent */
    bool has_irqchip;
};
struct exit { bool is_mmio, is_failure; int vector; uint64_t rax, rdx; };
extern int kvm_fd;
extern size_t run_size;
void vm_create(struct vm *, const char *machine, struct memory *, bool needs_irqchip);
void vm_destroy(struct vm *);
struct exit vm_run(struct vm *, int vcpu, struct kvm_regs);
bool device_change(struct vm *, bool attach);
extern const char *device_missing;
void device_probe(void);

/* ---- steps.c, main.c ---- */
void scenario_run(const char *scenario, bool is_for_check);
void scenario_release(void);
extern int step_number;
enum { OP_WRITE_MSR, OP_READ_MSR, OP_WRITE_CR0, OP_INIT, OP_ACCESS, OP_INVLPG, OP_ATTACH, OP_DETACH, OP_ZAP, OP_SET_BACKING, OP_SAVE_RESTORE,
       OP_HOST_MSR, OPERATIONS };
extern const char *const OPERATION_NAMES[OPERATIONS];
extern const char *operation_missing[OPERATIONS];
/* ---- check.c: small scenarios that must come out as any processor would have it ---- */
void self_check(void);

/* Something went wrong that is no answer: the scenario gets an error, the agent goes on. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The host cannot do this scenario: n/a with a reason. */
_Noreturn void stand_aside(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Bad set-up: one sentence on stderr, exit 2. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Output of one message: collected, written whole. */
void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_string(const char *text);
const char *out_text(void);
void out_clear(void);
const char *guarded_run(const char *scenario, bool is_for_check);

#endif
