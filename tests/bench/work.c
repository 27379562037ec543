#include "work.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

long work_memory_kib(void)
{
    char line[128];
    long kib = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");

    if (file == NULL)
        return -1;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Pss_Anon: %ld", &kib) == 1)
            break;
    }
    fclose(file);
    return kib;
}
