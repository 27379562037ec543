/* unit/crypto/legacy_checks.h: what the tests of the legacy algorithms share. */
#ifndef SX_TESTS_LEGACY_CHECKS_H
#define SX_TESTS_LEGACY_CHECKS_H

#include "unit/crypto/crypto_checks.h"

/* OpenSSL's default provider with its legacy provider beside it. */
static inline struct sx_provider *provider_with_legacy(void)
{
    static struct sx_provider *provider;
    const struct sx_provider_spec spec = { .name = "default", .is_legacy_allowed = true };
    struct sx_fault fault = { 0 };

    if (provider == NULL)
        assert_no_fault(sx_provider_open(&spec, &fault, &provider), &fault);
    return provider;
}

#endif
