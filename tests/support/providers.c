/* tests/support/providers.c: see providers.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/providers.h"

#include <sys/stat.h>
#include <unistd.h>

static bool is_file(const char *dir, const char *name)
{
    char path[MODULE_PATH_MAX + 32];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void add_module(struct modules *modules, const char *dir, size_t n)
{
    char *slot = modules->dirs[modules->count];

    if (modules->count == MODULES_MAX || n >= MODULE_PATH_MAX)
        fail_msg("too many FIPS modules, or a folder's name is too long");
    (void)snprintf(slot, MODULE_PATH_MAX, "%.*s", (int)n, dir);
    if (!is_file(slot, "fips.so") || !is_file(slot, "fipsmodule.cnf"))
        fail_msg("MISSING: no FIPS module in %s; tests/support/modules.sh makes them, "
                 "SEXEC_TEST_MODULES names others, or none",
                 slot);
    modules->count++;
}

const struct modules *modules_at_hand(void)
{
    static struct modules modules;
    static bool is_known;
    const char *list = getenv("SEXEC_TEST_MODULES");

    if (is_known)
        return &modules;
    modules.count = 0;
    if (list == NULL || list[0] == '\0')
        list = SX_TESTS_DIR "/../build/modules/3.0:" SX_TESTS_DIR "/../build/modules/3.5";
    while (strcmp(list, "none") != 0 && list[0] != '\0') {
        size_t n = strcspn(list, ":");

        if (n > 0)
            add_module(&modules, list, n);
        list += n + (list[n] == ':' ? 1 : 0);
    }
    is_known = true;
    return &modules;
}

static void open_one(struct test_provider *tp, const char *name, const char *dir)
{
    struct sx_provider_spec spec = { .name = name, .module_dir = dir };
    struct sx_fault fault = { 0 };

    tp->dir = dir;
    tp->is_fips = strcmp(name, "fips") == 0;
    (void)snprintf(tp->label, sizeof tp->label, "%s%s%s", name, dir[0] != '\0' ? " of " : "", dir);
    if (sx_provider_open(&spec, &fault, &tp->provider) != SX_OK)
        fail_msg("provider %s doesn't open: %s", tp->label, fault.text);
}

const struct test_providers *providers_at_hand(void)
{
    static struct test_providers providers;
    const struct modules *modules = modules_at_hand();

    if (providers.count == 0) {
        open_one(&providers.all[0], "default", "");
        for (size_t i = 0; i < modules->count; i++)
            open_one(&providers.all[i + 1], "fips", modules->dirs[i]);
        providers.count = modules->count + 1;
    }
    return &providers;
}

struct sx_provider *providers_default(void)
{
    static struct test_provider tp;

    if (tp.provider == NULL)
        open_one(&tp, "default", "");
    return tp.provider;
}

void for_each_provider(void (*check)(const struct test_provider *tp))
{
    const struct test_providers *providers = providers_at_hand();

    for (size_t i = 0; i < providers->count; i++) {
        print_message("[ provider ] %s\n", providers->all[i].label);
        check(&providers->all[i]);
    }
}

char *file_read(const char *path, size_t *out_len)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    char *bytes = NULL;

    if (file == NULL || fstat(fileno(file), &st) != 0)
        fail_msg("%s can't be read", path);
    bytes = sx_alloc((size_t)st.st_size + 1);
    if (bytes == NULL || fread(bytes, 1, (size_t)st.st_size, file) != (size_t)st.st_size)
        fail_msg("%s can't be read", path);
    (void)fclose(file);
    *out_len = (size_t)st.st_size;
    return bytes;
}

void file_write(const char *path, const void *bytes, size_t n)
{
    FILE *file;

    (void)unlink(path);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, n, file) != n || fclose(file) != 0)
        fail_msg("%s can't be written", path);
}

static void copy_file(const char *from_dir, const char *name, const char *to)
{
    char path[MODULE_PATH_MAX + 32];
    size_t n;
    char *bytes;

    (void)snprintf(path, sizeof path, "%s/%s", from_dir, name);
    bytes = file_read(path, &n);
    file_write(to, bytes, n);
    sx_free(bytes);
}

void module_copy_make(struct module_copy *copy, const char *from_dir)
{
    const char *tmp = getenv("TMPDIR");

    (void)snprintf(copy->dir, sizeof copy->dir, "%s/sexec-test.XXXXXX",
                   tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
    if (mkdtemp(copy->dir) == NULL)
        fail_msg("no temporary folder %s", copy->dir);
    (void)snprintf(copy->module, sizeof copy->module, "%s/fips.so", copy->dir);
    (void)snprintf(copy->config, sizeof copy->config, "%s/fipsmodule.cnf", copy->dir);
    copy_file(from_dir, "fips.so", copy->module);
    copy_file(from_dir, "fipsmodule.cnf", copy->config);
}

void module_copy_free(struct module_copy *copy)
{
    (void)unlink(copy->module);
    (void)unlink(copy->config);
    (void)rmdir(copy->dir);
}
