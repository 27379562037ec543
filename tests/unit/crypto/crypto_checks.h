/* unit/crypto/crypto_checks.h: what the tests of this room share. */
#ifndef SX_TESTS_CRYPTO_CHECKS_H
#define SX_TESTS_CRYPTO_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/provider.h>

#include "base/memory.h"
#include "base/slice.h"
#include "base/text.h"
#include "support/providers.h"

enum { BYTES_MAX = 2048 };

/* Bytes written as hex, of at most BYTES_MAX. */
struct bytes {
    uint8_t data[BYTES_MAX];
    size_t len;
};

static inline struct bytes from_hex(const char *hex)
{
    struct bytes b = { .len = 0 };

    if (hex[0] != '\0' && sx_hex_decode(sx_slice_text(hex), b.data, sizeof b.data, &b.len) != SX_OK)
        fail_msg("a vector is no hex: %s", hex);
    return b;
}

static inline struct sx_slice slice_of(const struct bytes *b)
{
    return sx_slice_of(b->data, b->len);
}

/* The error's name is shown, where a number would say little. */
#define assert_err(call, expected) assert_string_equal(sx_err_name(call), sx_err_name(expected))
#define assert_ok(call) assert_err(call, SX_OK)

/* A group's setup and teardown: OpenSSL's default context gets a provider that has nothing, so that whatever
 * goes there, instead of to the provider that was asked for, fails. */
static inline int empty_default_context(void **state)
{
    *state = OSSL_PROVIDER_load(NULL, "null");
    return *state != NULL ? 0 : -1;
}

static inline int restore_default_context(void **state)
{
    return OSSL_PROVIDER_unload(*state) == 1 ? 0 : -1;
}

/* Fails with the fault's text. */
static inline void assert_no_fault(enum sx_err err, const struct sx_fault *fault)
{
    if (err != SX_OK)
        fail_msg("%s: %s", sx_err_name(err), fault->text);
}

#endif
