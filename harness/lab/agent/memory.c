/* What backs the guest's frames: memory slots over the 2 MiB blocks that steps touch, and mappings of the right kind in them. */
#define _GNU_SOURCE
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

const char *const BACKING_NAMES[BACKINGS] = { "ram", "ram-wc", "reserved", "device", "device-wc", "device-ro", "special", "grant", "foreign" };
const char *backing_missing[BACKINGS];

const struct region *memory_region(const struct memory *memory, uint64_t gfn)
{
    for (int i = 0; i < memory->region_count; i++)
        if (gfn - memory->regions[i].gfn < memory->regions[i].pages) return &memory->regions[i];
    return NULL;
}

static void add(struct region *list, int *count, struct region region)
{
    if (*count == MAX_REGIONS) stand_aside("more than %d regions", MAX_REGIONS);
    if (region.pages) list[(*count)++] = region;
}

/* Backs the range anew; what remains of the regions around it are regions of their own. */
void memory_replace(struct memory *memory, struct region fresh)
{
    static struct region list[MAX_REGIONS];
    int count = 0;
    uint64_t end = fresh.gfn + fresh.pages;
    for (int i = 0; i < memory->region_count; i++) {
        struct region old = memory->regions[i], part = old;
        uint64_t old_end = old.gfn + old.pages;
        if (old.gfn < fresh.gfn) part.pages = (old_end < fresh.gfn ? old_end : fresh.gfn) - old.gfn, add(list, &count, part);
        part.gfn = old.gfn > end ? old.gfn : end;
        part.pages = old_end > part.gfn ? old_end - part.gfn : 0;
        add(list, &count, part);
    }
    add(list, &count, fresh);
    memcpy(memory->regions, list, count * sizeof *list);
    memory->region_count = count;
}

static bool is_ram(enum backing backing) { return backing == RAM || backing >= SPECIAL; }

/* Reserved pages: EMTDIFF_RESERVED, `START:BYTES` that the kernel was told to leave alone, else the VGA window. */
static void find_reserved(off_t *start, uint64_t *pages)
{
    const char *range = getenv("EMTDIFF_RESERVED");
    char *end = NULL;
    *start = range ? (off_t)strtoull(range, &end, 0) : 0xa0000;
    *pages = (range && *end == ':' ? strtoull(end + 1, NULL, 0) : 0x20000) / PAGE;
}

/* The file behind a backing that is no anonymous memory, where it starts in it and how long it is. O_SYNC: the host maps it uncached. */
static int open_source(const struct region *region, off_t *start, uint64_t *pages)
{
    char path[128] = "/dev/mem";
    enum backing backing = region->backing;
    const char *bar = getenv("EMTDIFF_BAR"); /* /sys/bus/pci/devices/.../resource2 */
    if (backing == RAM_WC) stand_aside("ram-wc needs pages of a driver");
    if (backing == RESERVED) find_reserved(start, pages);
    else if (!bar) stand_aside("%s: EMTDIFF_BAR names no resource of a PCI device", BACKING_NAMES[backing]);
    else snprintf(path, sizeof path, "%s%s", bar, backing == DEVICE_WC ? "_wc" : "");
    int file = open(path, O_RDWR | O_CLOEXEC | (backing != RESERVED || region->is_uncached ? O_SYNC : 0));
    if (file < 0) stand_aside("%s: %s: %s", BACKING_NAMES[backing], path, strerror(errno));
    if (backing == RESERVED) return file;
    off_t size = lseek(file, 0, SEEK_END);
    *start = 0;
    *pages = size > 0 ? size / PAGE : 0x1000;
    return file;
}

/* A device's pages, over and over where the range is longer than the device. */
static void map_source(char *at, uint64_t count, const struct region *region)
{
    off_t start;
    uint64_t pages;
    int file = open_source(region, &start, &pages);
    for (uint64_t done = 0; done < count;) {
        uint64_t part = count - done < pages ? count - done : pages;
        if (mmap(at + done * PAGE, part * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, start) == MAP_FAILED)
            stand_aside("%s cannot be mapped: %s", BACKING_NAMES[region->backing], strerror(errno));
        done += part;
    }
    close(file);
}

static void map_ram(struct memory *memory, char *at, uint64_t count, int level)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (mmap(at, count * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) give_up("RAM: %s", strerror(errno));
    madvise(at, count * PAGE, level > 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    if (memory->maps++ & 1) madvise(at, count * PAGE, MADV_DONTDUMP); /* neighbours stay areas of their own: no large page spans two regions */
}

/* Writes the frames that steps name, a RET each, for `execute`: the host's entries are then there and writable, so that no fault changes them. */
static void touch(const struct memory *memory, const struct slot *slot, uint64_t first, uint64_t end)
{
    for (int i = 0; i < memory->frame_count; i++)
        if (memory->frames[i] >= first && memory->frames[i] < end) *(volatile char *)(slot->hva + (memory->frames[i] - slot->gfn) * PAGE) = (char)0xc3;
}

/* Maps the part of a region that lies in a slot. */
static void map_part(struct memory *memory, const struct slot *slot, const struct region *region)
{
    uint64_t first = region->gfn > slot->gfn ? region->gfn : slot->gfn;
    uint64_t end = region->gfn + region->pages, slot_end = slot->gfn + slot->pages;
    if (end > slot_end) end = slot_end;
    if (first >= end) return;
    char *at = slot->hva + (first - slot->gfn) * PAGE;
    if (is_ram(region->backing)) map_ram(memory, at, end - first, region->backing == RAM ? region->level : 1);
    else map_source(at, end - first, region);
    touch(memory, slot, first, end);
}

int set_slot(int vm, uint32_t slot, uint64_t gfn, uint64_t pages, void *hva)
{
    struct kvm_userspace_memory_region region = { .slot = slot, .guest_phys_addr = gfn * PAGE, .memory_size = pages * PAGE, .userspace_addr = (uintptr_t)hva };
    return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* A new slot, with address space that is as aligned as the guest's. */
static struct slot *add_slot(struct memory *memory, uint64_t gfn, uint64_t pages)
{
    if (memory->slot_count == MAX_REGIONS) stand_aside("more than %d memory slots", MAX_REGIONS);
    struct slot *slot = &memory->slots[memory->slot_count++];
    size_t length = (pages + 2 * BLOCK) * PAGE;
    char *space = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) give_up("address space: %s", strerror(errno));
    uintptr_t aligned = ((uintptr_t)space + BLOCK * PAGE - 1) & ~(BLOCK * PAGE - 1);
    *slot = (struct slot){ gfn, pages, (char *)aligned + (gfn & (BLOCK - 1)) * PAGE, space, length };
    return slot;
}

static void install(struct memory *memory, int vm, struct slot *slot)
{
    for (int i = 0; i < memory->region_count; i++) map_part(memory, slot, &memory->regions[i]);
    if (set_slot(vm, (uint32_t)(slot - memory->slots) + 1, slot->gfn, slot->pages, slot->hva)) give_up("memory slot: %s", strerror(errno));
}

static int by_gfn(const void *a, const void *b)
{
    const struct region *x = a, *y = b;
    return x->gfn < y->gfn ? -1 : x->gfn > y->gfn;
}

static void finish_run(struct memory *memory, int vm, struct region run)
{
    if (run.pages) install(memory, vm, add_slot(memory, run.gfn, run.pages));
}

/* One slot for each run of backed frames in the blocks that steps touch. */
void memory_populate(struct memory *memory, int vm)
{
    struct region run = { .pages = 0 };
    qsort(memory->regions, memory->region_count, sizeof *memory->regions, by_gfn);
    for (int i = 0; i < memory->frame_count; i++) {
        uint64_t block = memory->frames[i] & ~(BLOCK - 1);
        if (i > 0 && block == (memory->frames[i - 1] & ~(BLOCK - 1))) continue;
        for (int r = 0; r < memory->region_count; r++) {
            const struct region *region = &memory->regions[r];
            uint64_t first = region->gfn > block ? region->gfn : block, end = region->gfn + region->pages;
            if (end > block + BLOCK) end = block + BLOCK;
            if (first >= end) continue;
            if (run.pages && run.gfn + run.pages != first) finish_run(memory, vm, run), run.pages = 0;
            if (!run.pages) run.gfn = first;
            run.pages = end - run.gfn;
        }
    }
    finish_run(memory, vm, run);
}

void memory_release(struct memory *memory)
{
    for (int i = 0; i < memory->slot_count; i++) munmap(memory->slots[i].space, memory->slots[i].length);
    memory->slot_count = 0;
}

/* Returns a reason where it cannot be done as the format means it, else NULL. */
const char *memory_set_backing(struct memory *memory, int vm, struct region fresh)
{
    int before = memory->slot_count;
    memory_replace(memory, fresh);
    for (int i = 0; i < memory->frame_count; i++) {
        uint64_t gfn = memory->frames[i], block = gfn & ~(BLOCK - 1);
        if (gfn - fresh.gfn >= fresh.pages) continue;
        bool is_covered = false, has_neighbour = false;
        bool needs_whole = fresh.level > 1 && block >= fresh.gfn && block + BLOCK <= fresh.gfn + fresh.pages;
        for (int s = 0; s < memory->slot_count; s++) {
            const struct slot *slot = &memory->slots[s];
            bool is_whole = slot->gfn <= block && slot->gfn + slot->pages >= block + BLOCK;
            is_covered |= gfn - slot->gfn < slot->pages && (is_whole || !needs_whole);
            has_neighbour |= slot->gfn < block + BLOCK && slot->gfn + slot->pages > block;
        }
        if (is_covered) continue;
        if (has_neighbour) return "set-backing beside a memory slot in the same 2 MiB";
        uint64_t first = fresh.gfn > block ? fresh.gfn : block, end = fresh.gfn + fresh.pages;
        struct slot *slot = add_slot(memory, first, (end > block + BLOCK ? block + BLOCK : end) - first);
        install(memory, vm, slot);
    }
    for (int s = 0; s < before; s++) map_part(memory, &memory->slots[s], &fresh);
    return NULL;
}

/* A large page that is zapped in part would be split by it: it is zapped whole, which is the same while KVM maps it by one leaf. */
static bool widen(const struct memory *memory, uint64_t *first, uint64_t *end)
{
    uint64_t ends[2] = { *first, *end - 1 };
    for (int i = 0; i < 2; i++) {
        const struct region *region = memory_region(memory, ends[i]);
        uint64_t block = ends[i] & ~(BLOCK - 1);
        if (!region || region->backing != RAM || region->level == 1) continue;
        if (block < region->gfn || block + BLOCK > region->gfn + region->pages || (*first <= block && *end >= block + BLOCK)) continue;
        if (trace_has_small_leaf(block)) return false;
        if (*first > block) *first = block;
        if (*end < block + BLOCK) *end = block + BLOCK;
    }
    return true;
}

/* Invalidates by changing the protection there and back. Returns a reason where it cannot be done exactly, else NULL. */
const char *memory_zap(struct memory *memory, uint64_t gfn, uint64_t pages)
{
    for (int s = 0; s < memory->slot_count; s++) {
        const struct slot *slot = &memory->slots[s];
        uint64_t first = gfn > slot->gfn ? gfn : slot->gfn, end = gfn + pages, slot_end = slot->gfn + slot->pages;
        if (end > slot_end) end = slot_end;
        if (first >= end) continue;
        if (!widen(memory, &first, &end)) return "zap of a part of a large page that small leaves map";
        char *hva = slot->hva + (first - slot->gfn) * PAGE;
        mprotect(hva, (end - first) * PAGE, PROT_NONE);
        mprotect(hva, (end - first) * PAGE, PROT_READ | PROT_WRITE);
        touch(memory, slot, first, end);
    }
    return NULL;
}
