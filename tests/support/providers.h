/* tests/support/providers.h: the providers that a test runs over: OpenSSL's default, and the FIPS
 * provider of each module at hand.
 *
 * SEXEC_TEST_MODULES holds the folders, separated by colons; without it build/modules/3.0 and 3.5
 * of the source tree are taken. A folder without its module fails the test and is named MISSING;
 * only SEXEC_TEST_MODULES=none does without FIPS modules. */
#ifndef SX_TESTS_PROVIDERS_H
#define SX_TESTS_PROVIDERS_H

#include "crypto/provider.h"

enum { MODULES_MAX = 8, MODULE_PATH_MAX = 512 };

/* Folders that hold fips.so and fipsmodule.cnf. */
struct modules {
    char dirs[MODULES_MAX][MODULE_PATH_MAX];
    size_t count;
};

/* modules_at_hand fails the running test when one is missing. */
const struct modules *modules_at_hand(void);

struct test_provider {
    char label[MODULE_PATH_MAX + 16]; /* "default", "fips of /folder" */
    bool is_fips;
    const char *dir; /* the module's folder; "" for default */
    struct sx_provider *provider;
};

struct test_providers {
    struct test_provider all[MODULES_MAX + 1];
    size_t count;
};

/* providers_at_hand opens them on first use; all[0] is the default provider. */
const struct test_providers *providers_at_hand(void);

/* providers_default is all[0]'s provider, without the need for any module. */
struct sx_provider *providers_default(void);

/* for_each_provider runs check once for each, and says which one it was when the check fails. */
void for_each_provider(void (*check)(const struct test_provider *tp));

/* A test's own copy of a module, which it may damage. */
struct module_copy {
    char dir[MODULE_PATH_MAX]; /* holds fips.so and fipsmodule.cnf; removed by module_copy_free */
    char module[MODULE_PATH_MAX + 16];
    char config[MODULE_PATH_MAX + 16];
};

void module_copy_make(struct module_copy *copy, const char *from_dir);
void module_copy_free(struct module_copy *copy);

/* file_read gives a file's bytes and a NUL behind them; free with sx_free. file_write
 * makes a new file in its place, as a module may still be mapped from the old one. */
char *file_read(const char *path, size_t *out_len);
void file_write(const char *path, const void *bytes, size_t n);

#endif
