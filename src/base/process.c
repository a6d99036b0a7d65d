/* process.c -- see process.h. Linux tells it in /proc/self/statm, in pages (the second number is resident),
 * and the peak in /proc/self/status: that of this process's own address space, where getrusage may tell that
 * of whoever started it. */
#include "base/process.h"

#include <stdio.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

size_t process_memory(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    size_t pages = 0;
    if (!f)
        return 0;
    if (fscanf(f, "%*s %zu", &pages) != 1)
        pages = 0;
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t process_peak(void)
{
    char line[256];
    size_t kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "VmHWM: %zu", &kib) != 1)
        ;
    if (f)
        fclose(f);
    return kib * 1024;
}

void process_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
