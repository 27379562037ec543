/* unit/crypto/module_checks.h: a test's own copies of FIPS modules, and what becomes of them. */
#ifndef SX_TESTS_MODULE_CHECKS_H
#define SX_TESTS_MODULE_CHECKS_H

#include "unit/crypto/crypto_checks.h"

#include "crypto/provider.h"

/* Opening must fail with a text that holds both words. */
static inline void refuse(const char *dir, const char *config, const char *word, const char *other)
{
    struct sx_provider_spec spec = { .name = "fips", .module_dir = dir, .config_file = config };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    assert_err(sx_provider_open(&spec, &fault, &provider), SX_ERR_PROVIDER);
    assert_null(provider);
    assert_int_equal(fault.err, SX_ERR_PROVIDER);
    if (strstr(fault.text, word) == NULL || strstr(fault.text, other) == NULL)
        fail_msg("\"%s\" and \"%s\" are not both in: %s", word, other, fault.text);
}

static inline struct sx_provider *accept(const char *dir, const char *config)
{
    struct sx_provider_spec spec = { .name = "fips", .module_dir = dir, .config_file = config };
    struct sx_provider *provider = NULL;
    struct sx_fault fault = { 0 };

    assert_no_fault(sx_provider_open(&spec, &fault, &provider), &fault);
    return provider;
}

/* Runs check with a copy of each module that is at hand. */
static inline void for_each_copy(void (*check)(struct module_copy *copy))
{
    const struct modules *modules = modules_at_hand();

    for (size_t i = 0; i < modules->count; i++) {
        struct module_copy copy;

        print_message("[ module ] %s\n", modules->dirs[i]);
        module_copy_make(&copy, modules->dirs[i]);
        check(&copy);
        module_copy_free(&copy);
    }
}

/* The copy's config, with more text behind it. */
static inline void append_config(const struct module_copy *copy, const char *more)
{
    size_t n = 0;
    char *text = file_read(copy->config, &n);
    char *all = sx_alloc(n + strlen(more) + 1);

    assert_non_null(all);
    memcpy(all, text, n);
    memcpy(all + n, more, strlen(more));
    file_write(copy->config, all, n + strlen(more));
    sx_free(all);
    sx_free(text);
}

/* The copy's config line "module-mac = ...". */
static inline void mac_line(const struct module_copy *copy, char *out, size_t cap)
{
    size_t n = 0;
    char *text = file_read(copy->config, &n);
    const char *start = strstr(text, "module-mac");

    assert_non_null(start);
    (void)snprintf(out, cap, "%.*s", (int)strcspn(start, "\n"), start);
    sx_free(text);
}

#endif
