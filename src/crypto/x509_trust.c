/* crypto/x509_trust.c: the path from a host's certificate to an anchor, by OpenSSL's own path
 * validation, with what SSH asks of the first certificate around it. */
#include "crypto/x509_inside.h"

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_inside.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

/* OpenSSL's level 2: signatures and keys of 112 bits of strength, and so no SHA-1 (SP 800-57). */
enum { AUTH_LEVEL = 2, NAME_MAX_SHOWN = 400 };

struct sx_x509_trust {
    struct sx_provider *provider; /* one reference of our own */
    X509_STORE *store;
    unsigned anchors;
    unsigned crls;
};

X509 *sx_x509_from_der(struct sx_provider *provider, struct sx_slice der)
{
    X509 *x509 = X509_new_ex(provider->libctx, provider->decode_properties);
    const unsigned char *ptr = der.ptr;
    char reason[8];

    if (x509 == NULL || der.len > SX_X509_DER_MAX || d2i_X509(&x509, &ptr, (long)der.len) == NULL ||
        ptr != der.ptr + der.len) {
        X509_free(x509);
        sx_openssl_reason(reason, sizeof reason);
        return NULL;
    }
    return x509;
}

enum sx_err sx_x509_trust_new(struct sx_provider *provider, struct sx_fault *fault,
                              struct sx_x509_trust **out)
{
    struct sx_x509_trust *trust = sx_alloc(sizeof *trust);

    if (trust == NULL)
        return SX_ERR_MEMORY;
    trust->provider = sx_provider_hold(provider);
    trust->store = X509_STORE_new();
    if (trust->store == NULL) {
        sx_x509_trust_free(trust);
        return sx_openssl_fault(fault, SX_ERR_MEMORY, "trust anchors");
    }
    *out = trust;
    return SX_OK;
}

void sx_x509_trust_free(struct sx_x509_trust *trust)
{
    if (trust == NULL)
        return;
    X509_STORE_free(trust->store);
    sx_provider_close(trust->provider);
    sx_free(trust);
}

unsigned sx_x509_trust_anchors(const struct sx_x509_trust *trust)
{
    return trust->anchors;
}

X509_STORE *sx_x509_trust_store(const struct sx_x509_trust *trust)
{
    return trust->store;
}

struct sx_provider *sx_x509_trust_provider(const struct sx_x509_trust *trust)
{
    return trust->provider;
}

bool sx_x509_trust_has_crls(const struct sx_x509_trust *trust)
{
    return trust->crls > 0;
}

enum sx_err sx_x509_trust_add_anchor(struct sx_x509_trust *trust, struct sx_slice der,
                                     struct sx_fault *fault)
{
    X509 *anchor;
    int is_added;

    if (trust->anchors == SX_X509_ANCHORS_MAX)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "there are more than %d trust anchors",
                            SX_X509_ANCHORS_MAX);
    anchor = sx_x509_from_der(trust->provider, der);
    if (anchor == NULL)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "a trust anchor is no X.509 certificate, or is damaged");
    is_added = X509_STORE_add_cert(trust->store, anchor);
    X509_free(anchor);
    if (is_added != 1)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "a trust anchor");
    trust->anchors++;
    return SX_OK;
}

enum sx_err sx_x509_trust_add_crl(struct sx_x509_trust *trust, struct sx_slice der,
                                  struct sx_fault *fault)
{
    const unsigned char *ptr = der.ptr;
    X509_CRL *crl;
    int is_added = 0;

    if (trust->crls == SX_X509_CRLS_MAX || der.len > SX_X509_CRL_BYTES)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "at most %d revocation lists of %d bytes are taken", SX_X509_CRLS_MAX,
                            SX_X509_CRL_BYTES);
    crl = X509_CRL_new_ex(trust->provider->libctx, trust->provider->decode_properties);
    if (crl != NULL && d2i_X509_CRL(&crl, &ptr, (long)der.len) != NULL && ptr == der.ptr + der.len)
        is_added = X509_STORE_add_crl(trust->store, crl);
    X509_CRL_free(crl);
    if (is_added != 1)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT,
                                "a revocation list is none, or is damaged");
    trust->crls++;
    return SX_OK;
}

/* --- The path --------------------------------------------------------------------------------- */

static enum sx_err reject(struct sx_fault *fault, const X509 *cert, const char *why)
{
    char name[NAME_MAX_SHOWN] = "";
    char shown[NAME_MAX_SHOWN];

    if (cert != NULL)
        (void)X509_NAME_oneline(X509_get_subject_name(cert), name, sizeof name);
    return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED, "the server's X.509 certificate (%s): %s",
                        sx_escape(shown, sizeof shown, sx_slice_text(name)), why);
}

/* A revocation list for the host's own certificate must be there; for those above it, it counts
 * where it is. */
static int on_verify(int is_good, X509_STORE_CTX *ctx)
{
    if (is_good == 1)
        return 1;
    return X509_STORE_CTX_get_error(ctx) == X509_V_ERR_UNABLE_TO_GET_CRL &&
           X509_STORE_CTX_get_error_depth(ctx) > 0;
}

static bool set_demands(const struct sx_x509_trust *trust, X509_STORE_CTX *ctx,
                        const struct sx_x509_demands *demands)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    unsigned long flags = X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN;

    if (trust->crls > 0)
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    X509_VERIFY_PARAM_set_time(param, (time_t)demands->now);
    X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
    X509_VERIFY_PARAM_set_depth(param, SX_X509_CHAIN_MAX);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                               X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_STORE_CTX_set_verify_cb(ctx, on_verify);
    /* An address is one of subjectAltName's addresses, everything else is a name. */
    if (X509_VERIFY_PARAM_set1_ip_asc(param, demands->host) != 1 &&
        X509_VERIFY_PARAM_set1_host(param, demands->host, 0) != 1)
        return false;
    return X509_VERIFY_PARAM_set_flags(param, flags) == 1;
}

/* Keys as the policy wants them, those of the authorities too. */
static enum sx_err check_key(struct sx_provider *provider, X509 *cert,
                             const struct sx_x509_demands *demands, struct sx_fault *fault)
{
    EVP_PKEY *pkey = X509_get_pubkey(cert);
    struct sx_key *key = NULL;
    char why[200] = "";
    char reason[8];

    if (pkey == NULL ||
        sx_key_wrap(provider, pkey, false, SX_ERR_PEER_HOST_KEY, NULL, &key) != SX_OK) {
        sx_openssl_reason(reason, sizeof reason);
        return reject(fault, cert, "its key is of a kind that isn't known here");
    }
    if ((demands->key_types & (1U << key->type)) == 0)
        (void)snprintf(why, sizeof why, "policy %s doesn't allow its key's type (as of %s)",
                       demands->policy, sx_key_type_name(key->type));
    else if (key->type == SX_KEY_RSA && key->bits < demands->rsa_min_bits)
        (void)snprintf(why, sizeof why, "its RSA key has %u bits; policy %s wants %u", key->bits,
                       demands->policy, demands->rsa_min_bits);
    sx_key_free(key);
    return why[0] == '\0' ? SX_OK : reject(fault, cert, why);
}

/* RFC 6187 section 2.2.2. */
static enum sx_err check_use(X509 *cert, struct sx_fault *fault)
{
    static const char ssh_server[] = "1.3.6.1.5.5.7.3.22";
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    bool is_allowed = false;
    char oid[64];

    if ((X509_get_key_usage(cert) & X509v3_KU_DIGITAL_SIGNATURE) == 0) {
        EXTENDED_KEY_USAGE_free(uses);
        return reject(fault, cert, "its key usage lacks digitalSignature");
    }
    if (uses == NULL) /* absent; one that can't be decoded failed the path already */
        return SX_OK;
    for (int i = 0; !is_allowed && i < sk_ASN1_OBJECT_num(uses); i++) {
        const ASN1_OBJECT *use = sk_ASN1_OBJECT_value(uses, i);

        is_allowed = OBJ_obj2nid(use) == NID_anyExtendedKeyUsage ||
                     (OBJ_obj2txt(oid, sizeof oid, use, 1) > 0 && strcmp(oid, ssh_server) == 0);
    }
    EXTENDED_KEY_USAGE_free(uses);
    return is_allowed ? SX_OK
                      : reject(fault, cert,
                               "its extended key usages have neither id-kp-secureShellServer nor "
                               "anyExtendedKeyUsage");
}

static enum sx_err explain(X509_STORE_CTX *ctx, X509 *host_cert,
                           const struct sx_x509_demands *demands, struct sx_fault *fault)
{
    int code = X509_STORE_CTX_get_error(ctx);
    X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
    char shown[256];
    char why[400];
    char reason[8];

    sx_openssl_reason(reason, sizeof reason);
    if (code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH)
        (void)snprintf(why, sizeof why, "no subjectAltName of it is %s",
                       sx_escape(shown, sizeof shown, sx_slice_text(demands->host)));
    else
        (void)snprintf(why, sizeof why, "%s", X509_verify_cert_error_string(code));
    return reject(fault, cert != NULL ? cert : host_cert, why);
}

/* What the path was made of, from the host up. */
static enum sx_err check_path(const struct sx_x509_trust *trust, STACK_OF(X509) * path,
                              const struct sx_x509_chain *chain,
                              const struct sx_x509_demands *demands, struct sx_fault *fault)
{
    X509 *host_cert = sk_X509_value(path, 0);

    for (int i = 0; i < sk_X509_num(path); i++)
        SX_TRY(check_key(trust->provider, sk_X509_value(path, i), demands, fault));
    SX_TRY(check_use(host_cert, fault));
    /* Answers stand in the order of the chain; the first speaks of the host's certificate. */
    if (chain->ocsp_count == 0 || chain->ocsp[0].len == 0)
        return SX_OK;
    if (sk_X509_num(path) < 2)
        return reject(fault, host_cert, "an OCSP answer came, but its issuer isn't known here");
    return sx_ocsp_check(trust->provider, chain->ocsp[0], host_cert, sk_X509_value(path, 1),
                         demands->now, fault);
}

static enum sx_err verify(const struct sx_x509_trust *trust, X509 *host_cert,
                          STACK_OF(X509) * others, const struct sx_x509_chain *chain,
                          const struct sx_x509_demands *demands, struct sx_fault *fault)
{
    X509_STORE_CTX *ctx =
        X509_STORE_CTX_new_ex(trust->provider->libctx, trust->provider->decode_properties);
    enum sx_err err;

    if (ctx == NULL || X509_STORE_CTX_init(ctx, trust->store, host_cert, others) != 1 ||
        !set_demands(trust, ctx, demands))
        err = sx_openssl_fault(fault, SX_ERR_MEMORY, "path validation");
    else if (X509_verify_cert(ctx) != 1)
        err = explain(ctx, host_cert, demands, fault);
    else
        err = check_path(trust, X509_STORE_CTX_get0_chain(ctx), chain, demands, fault);
    X509_STORE_CTX_free(ctx);
    return err;
}

enum sx_err sx_x509_trust_check(const struct sx_x509_trust *trust,
                                const struct sx_x509_chain *chain,
                                const struct sx_x509_demands *demands, struct sx_fault *fault)
{
    X509 *host_cert = sx_x509_from_der(trust->provider, chain->certs[0]);
    STACK_OF(X509) *others = sk_X509_new_null();
    enum sx_err err = host_cert == NULL || others == NULL ? SX_ERR_MEMORY : SX_OK;

    if (host_cert == NULL)
        err = reject(fault, NULL, "it can't be decoded");
    for (size_t i = 1; err == SX_OK && i < chain->cert_count; i++) {
        X509 *other = sx_x509_from_der(trust->provider, chain->certs[i]);

        if (other == NULL) {
            err = reject(fault, host_cert, "one of those that came with it can't be decoded");
        } else if (sk_X509_push(others, other) <= 0) {
            X509_free(other);
            err = SX_ERR_MEMORY;
        }
    }
    if (err == SX_OK)
        err = verify(trust, host_cert, others, chain, demands, fault);
    sk_X509_pop_free(others, X509_free);
    X509_free(host_cert);
    return err;
}
