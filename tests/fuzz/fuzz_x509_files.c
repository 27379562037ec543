/* Fuzzes keys/x509_files.h and crypto/x509_trust.h: anchors and revocation lists in all their forms,
 * and a chain that is held against them. The first byte says what the rest is: anchors, revocation
 * lists, or a chain's blob, which is trusted by no anchor as there is but a made-up one. */
#include "fuzz/fuzz_host_key.h"
#include "keys/x509_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(enum sx_x509_kind kind, struct sx_slice text)
{
    struct sx_x509_trust *trust = NULL;
    struct sx_fault fault = { 0 };
    enum sx_err err;

    PROMISE(sx_x509_trust_new(provider_of_all_runs(), NULL, &trust) == SX_OK);
    err = sx_x509_add_text(trust, kind, text, &fault);
    PROMISE(err == SX_OK || err == SX_ERR_KEY_FORMAT);
    PROMISE(err == SX_OK || fault.text[0] != '\0');
    PROMISE(err != SX_OK || kind != SX_X509_ANCHORS || sx_x509_trust_anchors(trust) > 0);
    sx_x509_trust_free(trust);
}

static void check_chain(struct sx_slice blob)
{
    const struct sx_x509_demands demands = { "nobody.invalid", 1700000000, ~0U, 1024, "fuzz" };
    struct sx_x509_chain chain = { .cert_count = 0 };
    struct sx_x509_trust *trust = NULL;
    struct sx_fault fault = { 0 };

    if (sx_x509_chain_decode(&sx_sig_x509v3_ecdsa_nistp256, blob, NULL, &chain) != SX_OK)
        return;
    PROMISE(sx_x509_trust_new(provider_of_all_runs(), NULL, &trust) == SX_OK);
    if (chain.cert_count > 1) /* its last one as the anchor brings it further */
        (void)!sx_x509_trust_add_anchor(trust, chain.certs[chain.cert_count - 1], NULL);
    PROMISE(sx_x509_trust_check(trust, &chain, &demands, &fault) == SX_ERR_HOST_KEY_REJECTED);
    promise_plain_text(fault.text);
    sx_x509_trust_free(trust);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    uint8_t what = fuzz_u8(&bytes) % 3;
    struct sx_slice rest = fuzz_slice(&bytes, size);

    if (what == 2)
        check_chain(rest);
    else
        check_text(what == 0 ? SX_X509_ANCHORS : SX_X509_CRLS, rest);
    return 0;
}
