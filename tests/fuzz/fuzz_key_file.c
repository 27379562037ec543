/* Key files: any bytes give an error with its text, or a key that can sign and verify. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/key_file.h"
#include "keys/key_store.h"
#include "keys/pem.h"

static struct sx_provider *provider;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct sx_provider_spec spec = { .name = "default" };

    (void)argc;
    (void)argv;
    return sx_provider_open(&spec, NULL, &provider) == SX_OK ? 0 : 1;
}

/* An INTEGER of three bytes or more might be a PBKDF2 count of millions, which is right to work off
 * and of no use here. */
static bool may_be_slow(struct sx_slice bytes)
{
    if (memmem(bytes.ptr, bytes.len, "bcrypt", 6) != NULL)
        return true; /* the same of its rounds */
    for (size_t i = 0; i + 1 < bytes.len; i++) {
        if (bytes.ptr[i] == 0x02 && bytes.ptr[i + 1] >= 3)
            return true;
    }
    return false;
}

static bool has_slow_part(struct sx_slice text)
{
    struct sx_pem pem = { 0 };
    bool is_found = false;
    bool is_slow = may_be_slow(text);

    while (!is_slow && sx_pem_next(&text, NULL, &pem, &is_found) == SX_OK && is_found)
        is_slow = may_be_slow(sx_secret_slice(&pem.bytes));
    sx_pem_clear(&pem);
    return is_slow;
}

static void check_key(struct sx_key *key)
{
    static const struct sx_sig_alg *const algs[] = {
        [SX_KEY_RSA] = &sx_sig_rsa_sha2_256,          [SX_KEY_ECDSA_P256] = &sx_sig_ecdsa_nistp256,
        [SX_KEY_ECDSA_P384] = &sx_sig_ecdsa_nistp384, [SX_KEY_ECDSA_P521] = &sx_sig_ecdsa_nistp521,
        [SX_KEY_ED25519] = &sx_sig_ed25519,
    };
    const bool has_alg = (size_t)sx_key_get_type(key) < sizeof algs / sizeof algs[0];
    const struct sx_sig_alg *alg = has_alg ? algs[sx_key_get_type(key)] : NULL;
    struct sx_key *verifier = NULL;
    struct sx_buffer signature;

    if (!sx_key_is_private(key) ||
        sx_key_from_public_blob(provider, sx_key_public_blob(key), NULL, &verifier) != SX_OK)
        abort();
    sx_buffer_init(&signature, 8192);
    if (alg != NULL && sx_key_sign(key, alg, sx_slice_text("m"), NULL, &signature) == SX_OK &&
        sx_key_verify(verifier, alg, sx_slice_text("m"), sx_buffer_unread(&signature), NULL) !=
            SX_OK)
        abort();
    sx_buffer_clear(&signature);
    sx_key_free(verifier);
    sx_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice bytes = sx_slice_of(data, size);
    struct sx_slice passphrase = sx_slice_text(has_slow_part(bytes) ? "" : "opensesame");
    struct sx_fault fault = { 0 };
    struct sx_key *key = NULL;
    enum sx_err err = sx_key_decode(provider, bytes, passphrase, &fault, &key);

    if (err != SX_OK) {
        if (key != NULL || fault.err != err || fault.text[0] == '\0')
            abort();
        return 0;
    }
    check_key(key);
    return 0;
}
