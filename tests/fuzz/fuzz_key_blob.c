/* Fuzzes crypto/key.h: public key blobs and signature blobs from a peer. What is accepted as a key
 * gives its own blob back byte for byte; what is accepted as a signature can't have been made. */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "crypto/key.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

static const struct sx_sig_alg *const algs[] = { &sx_sig_rsa_sha2_256,   &sx_sig_rsa_sha2_512,
                                                 &sx_sig_ecdsa_nistp256, &sx_sig_ecdsa_nistp384,
                                                 &sx_sig_ecdsa_nistp521, &sx_sig_ed25519 };

static struct sx_provider *provider_of_all_runs(void)
{
    static struct sx_provider *provider;
    const struct sx_provider_spec spec = { .name = "default" };

    if (provider == NULL)
        PROMISE(sx_provider_open(&spec, NULL, &provider) == SX_OK);
    return provider;
}

/* A key whose signature nobody can make, so that no input verifies except by a fault of ours. Keys
 * from the input may be weak (an exponent of 3, a point of small order): for those anything goes. */
static const struct sx_key *strong_key(enum sx_key_type type)
{
    static struct sx_key *keys[SX_KEY_ED25519 + 1];

    if (keys[type] == NULL)
        PROMISE(sx_key_generate(provider_of_all_runs(), type, 2048, &keys[type]) == SX_OK);
    return keys[type];
}

/* The input: one byte for the algorithm, a string for the key, the rest is the signature. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_provider *provider = provider_of_all_runs();
    struct sx_reader reader;
    const struct sx_sig_alg *alg;
    struct sx_slice blob;
    struct sx_slice signature;
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };

    sx_reader_init(&reader, sx_slice_of(data, size));
    alg = algs[sx_reader_u8(&reader) % (sizeof algs / sizeof algs[0])];
    blob = sx_reader_string(&reader);
    signature = sx_reader_rest(&reader);
    if (sx_reader_is_bad(&reader))
        return 0;

    if (sx_key_from_public_blob(provider, blob, &fault, &key) == SX_OK) {
        PROMISE(sx_slice_is_equal(sx_key_public_blob(key), blob));
        PROMISE(!sx_key_is_private(key));
        (void)(sx_key_verify(key, alg, sx_slice_text("message"), signature, NULL) == SX_OK);
        sx_key_free(key);
    } else {
        PROMISE(fault.err == SX_ERR_PEER_HOST_KEY && fault.text[0] != '\0');
        PROMISE(key == NULL);
    }
    PROMISE(sx_key_verify(strong_key(alg->type), alg, sx_slice_text("message"), signature, NULL) !=
            SX_OK);
    return 0;
}
