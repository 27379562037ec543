/* Fuzzes keys/host_cert.h: no certificate names a host that nobody has, whatever it claims, and the
 * reason can be read. The first byte chooses the algorithm. */
#include "fuzz/fuzz_host_key.h"
#include "keys/host_cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sx_sig_alg *const algs[] = {
    &sx_sig_rsa_sha2_256_cert,   &sx_sig_ecdsa_nistp256_cert, &sx_sig_ecdsa_nistp384_cert,
    &sx_sig_ecdsa_nistp521_cert, &sx_sig_ed25519_cert,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sx_host_cert_rules rules = { &sx_policy_default, "nobody.invalid", 1700000000 };
    struct fuzz_bytes bytes = { data, size };
    const struct sx_sig_alg *alg = algs[fuzz_u8(&bytes) % (sizeof algs / sizeof algs[0])];
    struct sx_slice blob = fuzz_slice(&bytes, size);
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_host_cert_check(provider_of_all_runs(), alg, blob, &rules, &fault);

    PROMISE(err == SX_ERR_HOST_KEY_REJECTED || err == SX_ERR_PEER_HOST_KEY ||
            err == SX_ERR_PEER_HOST_KEY_TYPE);
    PROMISE(fault.err == err && fault.text[0] != '\0');
    return 0;
}
