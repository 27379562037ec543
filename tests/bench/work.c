#include "work.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

_Noreturn void work_fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void set(struct work *work, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        { "host", &work->host },
        { "user", &work->user },
        { "key", &work->key },
        { "cipher", &work->cipher },
        { "mac", &work->mac },
        { "kex", &work->kex },
        { "host_key_type", &work->host_key_type },
        { "fingerprint", &work->fingerprint },
        { "command", &work->command },
        { "policy", &work->policy },
        { "module", &work->module },
        { "settings", &work->settings },
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = value;
            return;
        }
    }
    if (strcmp(name, "port") == 0)
        work->port = atoi(value);
    else if (strcmp(name, "count") == 0)
        work->count = atoi(value);
    else if (strcmp(name, "size") == 0)
        work->size = strtoull(value, NULL, 10);
    else
        work_fail("no such name", name);
}

void work_parse(struct work *work, int argc, char **argv)
{
    *work = (struct work){ .name = "",
                           .host = "127.0.0.1",
                           .user = "",
                           .key = "",
                           .cipher = "",
                           .mac = "",
                           .kex = "",
                           .host_key_type = "",
                           .fingerprint = "",
                           .command = "true",
                           .policy = "default",
                           .module = "",
                           .settings = "",
                           .count = 1 };
    if (argc < 2)
        exit(2);
    work->name = argv[1];
    for (int i = 2; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (value == NULL)
            exit(2);
        *value = '\0';
        set(work, argv[i], value + 1);
    }
}

static double begun_cpu, begun_wall;

static double cpu_now(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void work_begin(void)
{
    begun_cpu = cpu_now();
    begun_wall = wall_now();
}

void work_end(void)
{
    fprintf(stderr, "cpu %.6f\nwall %.6f\n", cpu_now() - begun_cpu, wall_now() - begun_wall);
}

void work_write(const void *data, size_t length)
{
    const char *at = data;

    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, at, length);

        if (n <= 0)
            work_fail("write", "standard output is gone");
        at += n;
        length -= (size_t)n;
    }
}

size_t work_tiny(void)
{
    static uint32_t state = 20261123;

    state = state * 1664525u + 1013904223u;
    return 1 + (state >> 16) % 100;
}

/* The number behind name in a file of /proc, in KiB. */
static long memory_kib(const char *path, const char *name)
{
    char line[128];
    size_t length = strlen(name);
    long kib = -1;
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return -1;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, length) == 0 && sscanf(line + length, ": %ld", &kib) == 1)
            break;
    }
    fclose(file);
    return kib;
}

long work_memory_kib(void)
{
    return memory_kib("/proc/self/smaps_rollup", "Pss_Anon");
}

double work_cpu(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void work_peak(void)
{
    fprintf(stderr, "peak %ld\n", memory_kib("/proc/self/status", "VmHWM"));
}
