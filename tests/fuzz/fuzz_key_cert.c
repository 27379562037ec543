/* Fuzzes crypto/key_cert.h: OpenSSH's certificates as host keys. */
#include "crypto/key_cert.h"
#include "crypto/legacy.h"
#include "fuzz/fuzz_host_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sx_sig_alg *const algs[] = {
    &sx_sig_rsa_sha2_256_cert,   &sx_sig_rsa_sha2_512_cert,   &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_ecdsa_nistp384_cert, &sx_sig_ecdsa_nistp521_cert, &sx_sig_ed25519_cert,
#if SX_LEGACY
    &sx_sig_ssh_rsa_cert,        &sx_sig_ssh_dss_cert
#endif
};

/* A slice lies inside the blob. */
static void check_inside(struct sx_slice slice, struct sx_slice blob)
{
    if (slice.len != 0)
        PROMISE(slice.ptr >= blob.ptr && slice.len <= blob.len &&
                (size_t)(slice.ptr - blob.ptr) <= blob.len - slice.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    const struct sx_sig_alg *alg = algs[fuzz_u8(&bytes) % (sizeof algs / sizeof algs[0])];
    struct sx_slice blob = fuzz_slice(&bytes, size);
    struct sx_ssh_cert cert;

    if (sx_ssh_cert_decode(alg, blob, NULL, &cert) == SX_OK) {
        const struct sx_slice parts[] = { cert.nonce,       cert.public_fields,
                                          cert.key_id,      cert.principals,
                                          cert.extensions,  cert.critical_options,
                                          cert.signed_part, cert.signature_key,
                                          cert.signature };

        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            check_inside(parts[i], blob);
        PROMISE(cert.signed_part.len + 4 + cert.signature.len == blob.len);
        PROMISE(cert.type == SX_SSH_CERT_USER || cert.type == SX_SSH_CERT_HOST);
    }
    check_host_key(alg, blob);
    return 0;
}
