/* The first process of the emulated machine: loads the modules of /modules in order, finds a device to map, starts the agent on ttyS1. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define IGNORE_VERSIONS 3 /* MODULE_INIT_IGNORE_MODVERSIONS, MODULE_INIT_IGNORE_VERMAGIC */

/* A line is `FILE [PARAMETER...]`; one that starts with ! is the lab's own module, made without the kernel's headers. */
static void load_modules(void)
{
    char line[512];
    FILE *list = fopen("/modules", "re");
    while (list && fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = 0;
        char *path = line + (*line == '!'), *space = strchr(path, ' ');
        if (space) *space = 0;
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || syscall(SYS_finit_module, file, space ? space + 1 : "", *line == '!' ? IGNORE_VERSIONS : 0))
            printf("emtdiff-lab: module %s: %s\n", path, strerror(errno));
        if (file >= 0) close(file);
    }
    if (list) fclose(list);
}

static void put(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    if (write(file, text, strlen(text)) < 0) printf("emtdiff-lab: %s: %s\n", path, strerror(errno));
    close(file);
}

static unsigned long number_in(const char *folder, const char *name)
{
    char path[512], text[32] = "";
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (file && !fgets(text, sizeof text, file)) *text = 0;
    if (file) fclose(file);
    return strtoul(text, NULL, 16);
}

/* QEMU's ivshmem has memory in its second BAR, the VGA card of Bochs in its first. */
static void find_device(void)
{
    static const struct { unsigned long vendor, device; const char *resource; } known[] = { { 0x1af4, 0x1110, "resource2" }, { 0x1234, 0x1111, "resource0" } };
    DIR *devices = opendir("/sys/bus/pci/devices");
    for (struct dirent *entry; devices && (entry = readdir(devices));) {
        char folder[300], path[400];
        snprintf(folder, sizeof folder, "/sys/bus/pci/devices/%s", entry->d_name);
        for (int i = 0; i < 2; i++) {
            if (number_in(folder, "vendor") != known[i].vendor || number_in(folder, "device") != known[i].device) continue;
            snprintf(path, sizeof path, "%s/enable", folder);
            put(path, "1");
            snprintf(path, sizeof path, "%s/%s", folder, known[i].resource);
            setenv("EMTDIFF_BAR", path, 1);
            if (i == 1) setenv("EMTDIFF_BAR_NO_CODE", "1", 1); /* Bochs ends where code is fetched from its VGA card */
        }
    }
    if (devices) closedir(devices);
}

static void take_port(void)
{
    struct termios mode;
    int port = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
    if (port < 0 || tcgetattr(port, &mode)) {
        printf("emtdiff-lab: /dev/ttyS1: %s\n", strerror(errno));
        return;
    }
    cfmakeraw(&mode);
    mode.c_cflag = (mode.c_cflag | CLOCAL | CREAD) & ~(tcflag_t)HUPCL;
    cfsetspeed(&mode, B115200);
    tcsetattr(port, TCSANOW, &mode);
    dup2(port, 0);
    dup2(port, 1);
    close(port);
}

static void start_agent(void)
{
    pid_t child = fork();
    int status = 0;
    if (child == 0) {
        take_port();
        execl("/agent", "agent", (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    printf("emtdiff-lab: the agent ended with status 0x%x\n", status);
}

int main(void)
{
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
    setvbuf(stdout, NULL, _IONBF, 0);
    put("/proc/sys/kernel/printk", "4");
    load_modules();
    setenv("EMTDIFF_RESERVED", "0x60000000:0x400000", 1); /* memmap= of the command line */
    find_device();
    start_agent();
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
