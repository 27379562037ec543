/* Fuzzes crypto/key_x509.h: X.509 certificates as host keys, in the frame of RFC 6187 and without. */
#include "crypto/key_x509.h"
#include "crypto/legacy.h"
#include "fuzz/fuzz_host_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sx_sig_alg *const algs[] = {
    &sx_sig_x509v3_rsa2048_sha256, &sx_sig_x509v3_ecdsa_nistp256,
    &sx_sig_x509v3_ecdsa_nistp384, &sx_sig_x509v3_ecdsa_nistp521,
#if SX_LEGACY
    &sx_sig_x509v3_ssh_rsa,        &sx_sig_x509v3_ssh_dss,
    &sx_sig_x509v3_sign_rsa,       &sx_sig_x509v3_sign_dss
#endif
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    const struct sx_sig_alg *alg = algs[fuzz_u8(&bytes) % (sizeof algs / sizeof algs[0])];
    struct sx_slice blob = fuzz_slice(&bytes, size);
    struct sx_x509_chain chain;

    if (sx_x509_chain_decode(alg, blob, NULL, &chain) == SX_OK) {
        PROMISE(chain.cert_count >= 1 && chain.cert_count <= SX_X509_CHAIN_MAX);
        PROMISE(chain.ocsp_count <= chain.cert_count);
        for (size_t i = 0; i < chain.cert_count; i++)
            PROMISE(chain.certs[i].ptr > data && chain.certs[i].len > 0 &&
                    chain.certs[i].len <= (size_t)(data + size - chain.certs[i].ptr));
        for (size_t i = 0; i < chain.ocsp_count; i++)
            PROMISE(chain.ocsp[i].len <= (size_t)(data + size - chain.ocsp[i].ptr));
    }
    check_host_key(alg, blob);
    return 0;
}
