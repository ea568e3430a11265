/* What the host is: release, module parameters, processor; and the profile whose span holds that release. */
#include "agent.h"
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

struct host host;

/* By `emtdiff agent build`: the spans of emtdiff's profiles, oldest first. Releases are 1000000 * major + 1000 * minor + patch. */
struct span { const char *mode; int from, to; const char *profile; };
static const struct span spans[] = {
#if __has_include("spans.h")
#include "spans.h"
#endif
    { NULL, 0, 0, NULL }
};

static void read_text(const char *path, char *text, size_t room)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? 0 : read(file, text, room - 1);
    if (file >= 0) close(file);
    text[got < 0 ? 0 : got] = 0;
    text[strcspn(text, "\n")] = 0;
}

static const char *parameter(const char *module, const char *name)
{
    static char text[64];
    char path[128];
    snprintf(path, sizeof path, "/sys/module/%s/parameters/%s", module, name);
    read_text(path, text, sizeof text);
    return text;
}

static bool is_on(const char *module, const char *name)
{
    const char *text = parameter(module, name);
    return *text == 'Y' || *text == '1';
}

/* The host's PAT, which Linux writes alike on every processor that has one. */
static void read_pat(void)
{
    static const uint8_t linux_pat[8] = { 6, 1, 7, 0, 6, 5, 7, 4 };
    uint64_t value;
    int file = open("/dev/cpu/0/msr", O_RDONLY | O_CLOEXEC);
    memcpy(host.pat, linux_pat, 8);
    if (file < 0) return;
    if (pread(file, &value, 8, 0x277) == 8) memcpy(host.pat, &value, 8);
    close(file);
}

static bool cpuinfo_has(const char *flag)
{
    static char text[16384];
    FILE *file = fopen("/proc/cpuinfo", "re");
    size_t length = strlen(flag);
    bool found = false;
    while (file && !found && fgets(text, sizeof text, file)) {
        if (strncmp(text, "flags", 5)) continue;
        for (const char *at = strstr(text, flag); at && !found; at = strstr(at + 1, flag)) found = at[-1] == ' ' && strchr(" \n", at[length]);
    }
    if (file) fclose(file);
    return found;
}

/* Debian's release names leave the stable release out: uname -v has it, `Debian 6.1.192-2`. */
static int release_number(const char *release, const char *version)
{
    int major = 0, minor = 0, patch = 0;
    const char *debian = strstr(version, "Debian ");
    sscanf(debian ? debian + 7 : release, "%d.%d.%d", &major, &minor, &patch);
    return 1000000 * major + 1000 * minor + (patch < 999 ? patch : 999);
}

/* The last profile whose span holds the release; else the newest one before it. */
static void choose_profile(int release)
{
    const char *mode = host.is_amd ? (host.has_tdp ? "npt" : "svm-shadow") : host.has_tdp ? "ept" : "vmx-shadow";
    host.is_profile_nearest = true;
    for (const struct span *span = spans; span->mode; span++) {
        if (strcmp(span->mode, mode)) continue;
        bool holds = span->from <= release && release <= span->to;
        if (holds || !host.profile || (host.is_profile_nearest && span->from <= release)) host.profile = span->profile;
        if (holds) host.is_profile_nearest = false;
    }
}

void host_read(int kvm)
{
    struct utsname name;
    unsigned a, b = 0, c = 0, d = 0;
    uname(&name);
    snprintf(host.release, sizeof host.release, "%.64s", name.release);
    snprintf(host.version, sizeof host.version, "%.64s", name.version);
    __cpuid(0, a, b, c, d);
    host.is_amd = b == 0x68747541 || b == 0x6f677948; /* "Auth", "Hygo" */
    __cpuid(0x80000008, a, b, c, d);
    host.address_bits = (int)(a & 0xff);
    if (access(host.is_amd ? "/sys/module/kvm_amd" : "/sys/module/kvm_intel", F_OK))
        refuse("%s is not loaded: modprobe %s (the processor needs %s)", host.is_amd ? "kvm_amd" : "kvm_intel", host.is_amd ? "kvm_amd" : "kvm_intel",
               host.is_amd ? "SVM" : "VMX");
    host.has_tdp = host.is_amd ? is_on("kvm_amd", "npt") : is_on("kvm_intel", "ept");
    host.has_tdp_mmu = host.has_tdp && is_on("kvm", "tdp_mmu");
    host.has_self_snoop = cpuinfo_has("ss");
    int quirks = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_DISABLE_QUIRKS2);
    host.has_quirks2 = quirks > 0;
    host.quirks = quirks > 0 ? (uint64_t)quirks : 3;
    read_pat();
    int release = release_number(name.release, name.version);
    host.heeds_self_snoop = release >= 6011000;
    choose_profile(release);
}

static void fact(const char *name, const char *value)
{
    out(",\"%s\":", name);
    out_string(value);
}

void host_print_facts(void)
{
    static const char *const kvm_parameters[] = { "tdp_mmu", "mmio_caching" };
    static const char *const intel[] = { "ept", "unrestricted_guest", "vpid", "pml", "eptad" }, *const amd[] = { "npt", "nested", "nrips" };
    char text[32];
    out("\"facts\":{\"kernel\":");
    out_string(host.release);
    fact("build", host.version);
    for (int i = 0; i < 2; i++) fact(kvm_parameters[i], parameter("kvm", kvm_parameters[i]));
    for (int i = 0; i < (host.is_amd ? 3 : 5); i++) fact(host.is_amd ? amd[i] : intel[i], parameter(host.is_amd ? "kvm_amd" : "kvm_intel", host.is_amd ? amd[i] : intel[i]));
    fact("selfSnoop", host.has_self_snoop ? "Y" : "N");
    snprintf(text, sizeof text, "%d", host.address_bits);
    fact("physicalAddressBits", text);
    snprintf(text, sizeof text, "0x%02x%02x%02x%02x%02x%02x%02x%02x", host.pat[7], host.pat[6], host.pat[5], host.pat[4], host.pat[3], host.pat[2], host.pat[1], host.pat[0]);
    fact("hostPat", text);
    if (getenv("EMTDIFF_HOST")) fact("host", getenv("EMTDIFF_HOST"));
    if (host.is_profile_nearest) fact("profile", "no profile has this release in its span: the nearest one is named");
    if (getenv("EMTDIFF_BAR_NO_CODE")) fact("deviceExecute", "this emulator ends by code in a device");
    if (device_missing) fact("noncoherentDevices", device_missing);
    for (int i = 0; i < BACKINGS; i++)
        if (backing_missing[i]) fact(BACKING_NAMES[i], backing_missing[i]);
    for (int i = 0; i < OPERATIONS; i++)
        if (operation_missing[i]) fact(OPERATION_NAMES[i], operation_missing[i]);
    out("}");
}
