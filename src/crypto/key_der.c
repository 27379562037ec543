/* crypto/key_der.c: private keys in DER: PKCS#8 and the traditional forms. */
#include "crypto/key_inside.h"

#include "base/memory.h"
#include "crypto/legacy.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>

enum {
    SX_RSA_BITS_APPROVED = 2048, /* SP 800-131A, to sign */
};

/* A key whose parts don't belong together signs nothing that anybody accepts; better said when it
 * is loaded than as "authentication failed". A damaged RSA prime can make signing fail, too. A
 * small RSA key or a DSA key that a module refuses to sign with passes: the policy says why it is
 * refused. OpenSSL's own provider refuses neither, so there it is damage. */
static bool is_consistent(const struct sx_key *key)
{
    static const struct sx_sig_alg *const algs[SX_KEY_TYPE_COUNT] = {
        [SX_KEY_RSA] = &sx_sig_rsa_sha2_256,
        [SX_KEY_ECDSA_P256] = &sx_sig_ecdsa_nistp256,
        [SX_KEY_ECDSA_P384] = &sx_sig_ecdsa_nistp384,
        [SX_KEY_ECDSA_P521] = &sx_sig_ecdsa_nistp521,
        [SX_KEY_ED25519] = &sx_sig_ed25519,
#if SX_LEGACY
        [SX_KEY_DSA] = &sx_sig_ssh_dss,
#endif
    };
    const struct sx_sig_alg *alg = algs[key->type];
    const struct sx_slice message = sx_slice_text("pairwise consistency");
    struct sx_buffer signature;
    bool is_ok =
        strcmp(key->provider->info.name, "default") != 0 &&
        (key->type == SX_KEY_DSA || (key->type == SX_KEY_RSA && key->bits < SX_RSA_BITS_APPROVED));

    sx_buffer_init(&signature, 2 * SX_RSA_BITS_MAX / 8);
    if (sx_key_sign(key, alg, message, NULL, &signature) == SX_OK)
        is_ok = sx_key_verify(key, alg, message, sx_buffer_unread(&signature), NULL) == SX_OK;
    sx_buffer_clear(&signature);
    return is_ok;
}

/* No private number of RSA is longer than the modulus. Longer ones would be slow to calculate with,
 * and are not what anybody's key generation makes. */
static bool is_bounded(const struct sx_key *key)
{
    static const char *const names[] = {
        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
    };
    bool is_ok = true;

    for (size_t i = 0; key->type == SX_KEY_RSA && i < sizeof names / sizeof names[0]; i++) {
        BIGNUM *number = NULL;

        is_ok = is_ok && EVP_PKEY_get_bn_param(key->pkey, names[i], &number) == 1 &&
                BN_num_bits(number) <= (int)key->bits;
        BN_clear_free(number);
    }
    return is_ok;
}

enum sx_err sx_key_wrap_private(struct sx_provider *provider, EVP_PKEY *take_pkey,
                                struct sx_fault *fault, struct sx_key **out)
{
    struct sx_key *key = NULL;

    SX_TRY(sx_key_wrap(provider, take_pkey, true, SX_ERR_KEY_FORMAT, fault, &key));
    if (!is_bounded(key) || !is_consistent(key)) {
        sx_key_free(key);
        (void)sx_openssl_fault(NULL, SX_ERR_KEY_FORMAT, "");
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the private key doesn't fit its own public part: it is damaged");
    }
    *out = key;
    return SX_OK;
}

enum sx_err sx_key_from_der(struct sx_provider *provider, struct sx_slice der,
                            struct sx_fault *fault, struct sx_key **out)
{
    EVP_PKEY *pkey = NULL;
    const unsigned char *ptr = der.ptr;
    size_t left = der.len;
    OSSL_DECODER_CTX *ctx;

    if (der.len == 0 || der.len > SX_DER_MAX)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the private key has %zu bytes", der.len);
    ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, "DER", NULL, NULL, EVP_PKEY_KEYPAIR,
                                        provider->libctx, provider->decode_properties);
    if (ctx == NULL || OSSL_DECODER_from_data(ctx, &ptr, &left) != 1 || left != 0) {
        OSSL_DECODER_CTX_free(ctx);
        EVP_PKEY_free(pkey);
        return sx_openssl_fault(
            fault, SX_ERR_KEY_FORMAT,
            "the private key is damaged, no PKCS#8, RSA or EC private key in DER, or "
            "of a type that the crypto provider doesn't have");
    }
    OSSL_DECODER_CTX_free(ctx);
    return sx_key_wrap_private(provider, pkey, fault, out);
}
