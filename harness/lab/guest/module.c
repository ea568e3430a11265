/*
 * The lab's kernel module: counts a device whose DMA does not snoop in and out of a VM, as the kernel's VFIO device does. Interface:
 * the number of a VM's file descriptor, written to /sys/module/emtdiff_lab/parameters/attach or detach.
 *
 * It is compiled without the kernel's headers, for any release: size and places of `struct module` come from a module of that kernel
 * (module-layout.h, by the build), the place of `private_data` in `struct file` from a file of our own. The few layouts written down here
 * (kprobe, kernel_param) are the same from Linux 4.16 to 7.3. Loaded by finit_module with MODULE_INIT_IGNORE_MODVERSIONS and _VERMAGIC.
 */
#include "module-layout.h"

typedef unsigned long size;
struct file;
struct kprobe { void *lists[4]; size missed; void *address; const char *symbol; unsigned offset; void *rest[16]; };
struct kernel_param;
struct kernel_param_ops { unsigned flags; int (*set)(const char *, const struct kernel_param *); int (*get)(char *, const struct kernel_param *); void (*free)(void *); };
struct kernel_param { const char *name; void *module; const struct kernel_param_ops *ops; unsigned short mode; signed char level; unsigned char flags; void *argument; };

extern struct file *fget(unsigned fd);
extern void fput(struct file *);
extern struct file *anon_inode_getfile(const char *name, const void *operations, void *private_data, int flags);
extern int register_kprobe(struct kprobe *);
extern void unregister_kprobe(struct kprobe *);
extern int kstrtouint(const char *, unsigned base, unsigned *);

#define EBADF 9
#define EINVAL 22
#define ENOENT 2
#define IS_ERROR(pointer) ((size)(pointer) >= (size)-4095)

static void (*register_dma)(void *kvm), (*unregister_dma)(void *kvm);
static unsigned private_data_at;
static size no_operations[128];
static char mark;

/* The address of a function, exported or not. */
static void *address_of(const char *symbol)
{
    struct kprobe probe = { .symbol = symbol };
    if (register_kprobe(&probe)) return 0;
    unregister_kprobe(&probe);
    return probe.address;
}

static int find_private_data(void)
{
    struct file *file = anon_inode_getfile("[emtdiff]", no_operations, &mark, 0);
    if (IS_ERROR(file)) return -EINVAL;
    for (unsigned at = 0; at < 232 && !private_data_at; at += sizeof(size))
        if (*(void **)((char *)file + at) == &mark) private_data_at = at;
    fput(file);
    return private_data_at ? 0 : -EINVAL;
}

static int change(const char *text, void (*count)(void *))
{
    unsigned fd;
    struct file *file;
    if (kstrtouint(text, 10, &fd)) return -EINVAL;
    file = fget(fd);
    if (!file) return -EBADF;
    count(*(void **)((char *)file + private_data_at));
    fput(file);
    return 0;
}

static int attach(const char *text, const struct kernel_param *parameter) { (void)parameter; return change(text, register_dma); }
static int detach(const char *text, const struct kernel_param *parameter) { (void)parameter; return change(text, unregister_dma); }
static const struct kernel_param_ops attach_ops = { 0, attach, 0, 0 }, detach_ops = { 0, detach, 0, 0 };

int init_module(void)
{
    register_dma = address_of("kvm_arch_register_noncoherent_dma");
    unregister_dma = address_of("kvm_arch_unregister_noncoherent_dma");
    return register_dma && unregister_dma ? find_private_data() : -ENOENT;
}

void cleanup_module(void) {}

/* What modpost would write. */
int init_module(void);
struct this_module {
    char before[24], name[56], between[INIT_AT - 80];
    int (*init)(void);
    char middle[EXIT_AT - INIT_AT - 8];
    void (*exit)(void);
    char rest[THIS_MODULE_SIZE - EXIT_AT - 8];
} __this_module __attribute__((section(".gnu.linkonce.this_module"), aligned(64))) = { .name = "emtdiff_lab", .init = init_module, .exit = cleanup_module };
#define INFORMATION(name, text) \
    static const char information_##name[] __attribute__((section(".modinfo"), used, aligned(1))) = #name "=" text
INFORMATION(license, "Dual MIT/GPL");
INFORMATION(name, "emtdiff_lab");
INFORMATION(description, "Counts devices with non-coherent DMA for emtdiff");
#define PARAMETER(name) \
    static const struct kernel_param parameter_##name __attribute__((section("__param"), used, aligned(8))) = \
        { #name, &__this_module, &name##_ops, 0200, -1, 0, 0 }
PARAMETER(attach);
PARAMETER(detach);
