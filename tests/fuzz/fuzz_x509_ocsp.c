/* Fuzzes crypto/x509_ocsp.c: the input holds the certificate, its issuer and an answer, as an RFC
 * 6187 blob does; only a whole answer that its issuer signed says "good". */
#include "crypto/x509_inside.h"
#include "fuzz/fuzz_host_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_provider *provider = provider_of_all_runs();
    struct sx_x509_chain chain = { .cert_count = 0 };
    struct sx_fault fault = { 0 };
    X509 *cert = NULL;
    X509 *issuer = NULL;
    enum sx_err err;

    if (sx_x509_chain_decode(&sx_sig_x509v3_ecdsa_nistp256, sx_slice_of(data, size), NULL,
                             &chain) != SX_OK ||
        chain.cert_count < 2 || chain.ocsp_count < 1)
        return 0;
    cert = sx_x509_from_der(provider, chain.certs[0]);
    issuer = sx_x509_from_der(provider, chain.certs[1]);
    if (cert != NULL && issuer != NULL) {
        err = sx_ocsp_check(provider, chain.ocsp[0], cert, issuer, 0, &fault);
        PROMISE(err == SX_ERR_HOST_KEY_REJECTED); /* in 1970 no answer counts */
        promise_plain_text(fault.text);
    }
    X509_free(issuer);
    X509_free(cert);
    return 0;
}
