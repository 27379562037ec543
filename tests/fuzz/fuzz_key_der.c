/* Fuzzes crypto/key.h: private keys in DER, plain and under a passphrase. A key that is accepted
 * can sign, and its own public part accepts what it signed. */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "crypto/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

static const struct sx_sig_alg *const algs[] = {
    [SX_KEY_RSA] = &sx_sig_rsa_sha2_512,          [SX_KEY_ECDSA_P256] = &sx_sig_ecdsa_nistp256,
    [SX_KEY_ECDSA_P384] = &sx_sig_ecdsa_nistp384, [SX_KEY_ECDSA_P521] = &sx_sig_ecdsa_nistp521,
    [SX_KEY_ED25519] = &sx_sig_ed25519,
};

static struct sx_provider *provider_of_all_runs(void)
{
    static struct sx_provider *provider;
    const struct sx_provider_spec spec = { .name = "default" };

    if (provider == NULL)
        PROMISE(sx_provider_open(&spec, NULL, &provider) == SX_OK);
    return provider;
}

static void promise_whole(struct sx_key *key)
{
    const struct sx_slice text = sx_slice_text("signed by what was read");
    const struct sx_sig_alg *alg = algs[sx_key_get_type(key)];
    struct sx_key *public_part = NULL;
    struct sx_buffer made;

    sx_buffer_init(&made, 8192);
    PROMISE(sx_key_is_private(key));
    PROMISE(sx_key_from_public_blob(provider_of_all_runs(), sx_key_public_blob(key), NULL,
                                    &public_part) == SX_OK);
    if (sx_key_sign(key, alg, text, NULL, &made) == SX_OK)
        PROMISE(sx_key_verify(public_part, alg, text, sx_buffer_unread(&made), NULL) == SX_OK);
    sx_buffer_clear(&made);
    sx_key_free(public_part);
    sx_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_provider *provider = provider_of_all_runs();
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };

    if (sx_key_from_der(provider, sx_slice_of(data, size), &fault, &key) == SX_OK)
        promise_whole(key);
    else
        PROMISE(key == NULL && fault.err != SX_OK && fault.text[0] != '\0');

    key = NULL;
    sx_fault_clear(&fault);
    if (sx_key_from_encrypted_der(provider, sx_slice_of(data, size), sx_slice_text("open sesame"),
                                  &fault, &key) == SX_OK)
        promise_whole(key);
    else
        PROMISE(key == NULL && fault.err != SX_OK && fault.text[0] != '\0');
    return 0;
}
