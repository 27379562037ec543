/* fuzz/fuzz_host_key.h: what the fuzz targets of host keys in a frame share. The input's first byte
 * chooses the algorithm, the rest is the blob. */
#ifndef SX_TESTS_FUZZ_HOST_KEY_H
#define SX_TESTS_FUZZ_HOST_KEY_H

#include <stdint.h>
#include <string.h>

#include "crypto/key.h"
#include "fuzz/fuzz_bytes.h"

static inline struct sx_provider *provider_of_all_runs(void)
{
    static struct sx_provider *provider;
    const struct sx_provider_spec spec = { .name = "default" };

    if (provider == NULL)
        PROMISE(sx_provider_open(&spec, NULL, &provider) == SX_OK);
    return provider;
}

/* A key comes out whole and of the negotiated type, and its plain blob is one that is read back; or
 * there is none, and a text that says why. No signature of three bytes is right. */
static inline void check_host_key(const struct sx_sig_alg *alg, struct sx_slice blob)
{
    struct sx_provider *provider = provider_of_all_runs();
    struct sx_key *key = NULL;
    struct sx_key *again = NULL;
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_key_from_host_blob(provider, alg, blob, &fault, &key);

    if (err != SX_OK) {
        PROMISE(err == SX_ERR_PEER_HOST_KEY || err == SX_ERR_PEER_HOST_KEY_TYPE);
        PROMISE(key == NULL && fault.err == err && fault.text[0] != '\0');
        promise_plain_text(fault.text);
        return;
    }
    PROMISE(sx_key_get_type(key) == alg->type && !sx_key_is_private(key));
    PROMISE(sx_key_bits(key) >= alg->min_bits);
    PROMISE(sx_key_from_public_blob(provider, sx_key_public_blob(key), NULL, &again) == SX_OK);
    PROMISE(sx_slice_is_equal(sx_key_public_blob(key), sx_key_public_blob(again)));
    if (sx_key_cert_names(key) != NULL) {
        const struct sx_cert_names *names = sx_key_cert_names(key);

        for (size_t i = 0; names->subject[i] != '\0'; i++)
            PROMISE(names->subject[i] >= ' ' && names->subject[i] <= '~');
        for (size_t i = 0; names->issuer[i] != '\0'; i++)
            PROMISE(names->issuer[i] >= ' ' && names->issuer[i] <= '~');
    }
    PROMISE(sx_key_verify(key, alg, sx_slice_text("message"), sx_slice_of("\0\0\0", 3), NULL) !=
            SX_OK);
    sx_key_free(again);
    sx_key_free(key);
}

#endif
