/*
 * The guest's own part: one block of 2 MiB with code, stacks, descriptor tables and page tables. The code is 32-bit code in a
 * compatibility segment of long mode, so that paging can be switched off from it; every stub reads the same in 64-bit mode.
 */
#include "agent.h"
#include <string.h>

/* Pages of the block. */
enum { CODE = 0, TABLES = 1, STACKS = 2, PAGING = 16, PAGING_EACH = 4 };
enum { PML4, PDPT, PD, PT };
#define CODE32 0x08
#define DATA 0x10
#define CODE64 0x18
#define IDT_AT 0x100
#define HANDLERS 0x400
#define PRESENT_RW 0x03u
#define LEAF_BITS 0x63u /* present, writable, accessed, dirty */
#define LARGE 0x80u

static void put(char *at, const char *bytes, size_t count) { memcpy(at, bytes, count); }

static void put32(char *at, uint32_t value) { memcpy(at, &value, 4); }

static void put64(char *at, uint64_t value) { memcpy(at, &value, 8); }

/* Every stub ends in OUT to PORT_DONE. STUB_MAP writes the table entry at ESI (EDX:ECX), drops the translation of EBX and goes on at EDI. */
static void build_stubs(char *code)
{
    put(code + STUB_WRMSR, "\x0f\x30\xe6\x15", 4);
    put(code + STUB_RDMSR, "\x0f\x32\xe6\x15", 4);
    put(code + STUB_CR0, "\x0f\x22\xc0\xe6\x15", 5);  /* mov cr0, eax */
    put(code + STUB_READ, "\x8a\x03\xe6\x15", 4);      /* mov al, [ebx] */
    put(code + STUB_WRITE, "\x88\x03\xe6\x15", 4);     /* mov [ebx], al */
    put(code + STUB_EXECUTE, "\xff\xd3\xe6\x15", 4);   /* call ebx, where a RET stands */
    put(code + STUB_MAP, "\x89\x56\x04\x89\x0e\x0f\x01\x3b\xff\xe7", 10);
    put(code + STUB_DONE, "\xe6\x15", 2);
}

/* A handler tells its vector by OUT and returns to STUB_DONE, whatever mode the fault came from. All three push an error code. */
static void build_handler(const struct guest *guest, int vector)
{
    uint32_t done = (uint32_t)guest->base + STUB_DONE;
    char *wide = guest->hva + HANDLERS + 64 * vector, *narrow = wide + 32;
    char report[2] = { (char)0xe6, (char)(PORT_VECTOR + vector) };
    put(wide, report, 2);
    put(wide + 2, "\x48\x83\xc4\x08\x48\xc7\x04\x24", 8); /* add rsp, 8; mov qword [rsp], done */
    put32(wide + 10, done);
    put(wide + 14, "\x48\xcf", 2); /* iretq */
    put(narrow, report, 2);
    put(narrow + 2, "\x83\xc4\x04\xc7\x04\x24", 6); /* add esp, 4; mov dword [esp], done */
    put32(narrow + 8, done);
    put(narrow + 12, "\xcf", 1);
}

/*
 * Long mode reads gate n at 16n, protected mode at 8n, of one IDT: with paging off only #DF (8) and #GP (13) can come, whose gates lie
 * between those of long mode for #DF, #GP and #PF (14).
 */
static void build_gates(const struct guest *guest)
{
    char *idt = guest->hva + TABLES * PAGE + IDT_AT;
    static const int vectors[] = { 8, 13, 14 };
    for (int i = 0; i < 3; i++) {
        int vector = vectors[i];
        uint32_t wide = (uint32_t)guest->base + HANDLERS + 64 * vector, narrow = wide + 32;
        build_handler(guest, vector);
        put32(idt + 16 * vector, (wide & 0xffff) | CODE64 << 16);
        put32(idt + 16 * vector + 4, (wide & 0xffff0000) | 0x8e00);
        if (vector == 14) continue;
        put32(idt + 8 * vector, (narrow & 0xffff) | CODE32 << 16);
        put32(idt + 8 * vector + 4, (narrow & 0xffff0000) | 0x8e00);
    }
}

static uint64_t table_address(const struct guest *guest, int vcpu, int table)
{
    return guest->base + (PAGING + PAGING_EACH * vcpu + table) * PAGE;
}

static void put_entry(const struct guest *guest, int vcpu, int table, unsigned index, uint64_t value)
{
    put64(guest->hva + (table_address(guest, vcpu, table) - guest->base) + 8 * index, value);
}

/* The block is mapped at its own address in 4 KiB pages, so that shadow paging has no large page to break. Frames are seen in the next GiB. */
static void build_paging(const struct guest *guest, int vcpu)
{
    unsigned gib = guest->base >> 30, window = gib ^ 1;
    uint64_t identity = guest->base + (PAGING + PAGING_EACH * MAX_VCPUS) * PAGE; /* a PD and a PT that all vCPUs share */
    put_entry(guest, vcpu, PML4, 0, table_address(guest, vcpu, PDPT) | PRESENT_RW);
    put_entry(guest, vcpu, PDPT, gib, identity | PRESENT_RW);
    put_entry(guest, vcpu, PDPT, window, table_address(guest, vcpu, PD) | PRESENT_RW);
    put_entry(guest, vcpu, PD, 0, table_address(guest, vcpu, PT) | PRESENT_RW);
    char *pd = guest->hva + (identity - guest->base);
    put64(pd + 8 * (guest->base >> 21 & 511), (identity + PAGE) | PRESENT_RW);
    for (unsigned page = 0; page < 512; page++) put64(pd + PAGE + 8 * page, (guest->base + page * PAGE) | LEAF_BITS);
}

void guest_build(struct guest *guest)
{
    char *gdt = guest->hva + TABLES * PAGE;
    build_stubs(guest->hva);
    put64(gdt + CODE32, 0x00cf9b000000ffff);
    put64(gdt + DATA, 0x00cf93000000ffff);
    put64(gdt + CODE64, 0x00af9b000000ffff);
    build_gates(guest);
    for (int vcpu = 0; vcpu < MAX_VCPUS; vcpu++) build_paging(guest, vcpu);
}

void guest_sregs(const struct guest *guest, struct kvm_sregs *sregs, int vcpu, uint32_t cr0)
{
    bool pages = cr0 >> 31;
    struct kvm_segment code = { .limit = 0xffffffff, .selector = guest->is_long && pages ? CODE64 : CODE32, .type = 11, .present = 1, .s = 1, .g = 1 };
    struct kvm_segment data = { .limit = 0xffffffff, .selector = DATA, .type = 3, .present = 1, .db = 1, .s = 1, .g = 1 };
    code.l = guest->is_long && pages;
    code.db = !code.l;
    sregs->cs = code;
    sregs->ds = sregs->es = sregs->ss = sregs->fs = sregs->gs = data;
    sregs->tr = (struct kvm_segment){ .limit = 0x67, .selector = 0x20, .type = 11, .present = 1 };
    sregs->ldt = (struct kvm_segment){ .unusable = 1, .type = 2 };
    sregs->gdt.base = guest->base + TABLES * PAGE;
    sregs->gdt.limit = 0x2f;
    sregs->idt.base = guest->base + TABLES * PAGE + IDT_AT;
    sregs->idt.limit = 16 * 15 - 1;
    sregs->cr0 = cr0;
    sregs->cr3 = table_address(guest, vcpu, PML4);
    sregs->cr4 = 0x20;                         /* PAE */
    sregs->efer = 0x100 | (pages ? 0x400 : 0); /* LME, LMA */
}

/* The entry of a guest leaf that maps a frame: PWT, PCD and PAT are the bits of the index. */
static uint64_t entry(uint64_t gfn, int level, unsigned pat)
{
    uint64_t attributes = LEAF_BITS | (pat & 1) << 3 | (pat & 2) << 3;
    uint64_t frames = level == 1 ? 1 : level == 2 ? BLOCK : BLOCK * BLOCK;
    if (level > 1) attributes |= LARGE;
    if (pat & 4) attributes |= level == 1 ? 0x80 : 0x1000;
    return (gfn & ~(frames - 1)) * PAGE | attributes;
}

/* Where the guest sees the frame through a page of the level: `slot` is the frame's own number, 1 GiB pages share two places. */
struct window guest_window(const struct guest *guest, int vcpu, uint64_t gfn, int slot, int level, unsigned pat)
{
    unsigned gib = guest->base >> 30, window = gib ^ 1;
    unsigned index = level == 1 ? (unsigned)slot : level == 2 ? 1u + (unsigned)slot : gib ^ (2 + (slot & 1));
    int table = level == 1 ? PT : level == 2 ? PD : PDPT;
    uint64_t at = table_address(guest, vcpu, table) + 8 * index, old;
    struct window found = { .entry = (uint32_t)at, .value = entry(gfn, level, pat) };
    if (level == 1) found.address = (window << 30) + index * PAGE;
    else if (level == 2) found.address = (window << 30) + (index << 21) + (gfn & (BLOCK - 1)) * PAGE;
    else found.address = (index << 30) + (gfn & (BLOCK * BLOCK - 1)) * PAGE;
    memcpy(&old, guest->hva + (at - guest->base), 8);
    found.old = old;
    found.is_stale = old != found.value;
    return found;
}

uint32_t guest_stack(const struct guest *guest, int vcpu) { return (uint32_t)(guest->base + (STACKS + vcpu + 1) * PAGE - 64); }
