/* crypto/tls_client.c: libssl over two memory buffers. */
#include "crypto/tls_client.h"

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_inside.h"
#include "crypto/libssl.h"
#include "crypto/x509_inside.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <limits.h>
#include <stdio.h>

/* Level 2: 112 bits of strength and no SHA-1 (SP 800-57). The rest is what FIPS 140-3, NIAP and
 * CNSA have in common for TLS clients; any collector of today speaks one of each list. */
enum { SECURITY_LEVEL = 2, CHUNK = 16 * 1024, PENDING_MAX = 64 * 1024 * 1024 };

static const char suites_13[] = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
static const char suites_12[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
static char groups[] = "P-256:P-384:P-521";
static char signatures[] = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:"
                           "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
                           "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:"
                           "RSA+SHA256:RSA+SHA384:RSA+SHA512";

struct sx_tls_client {
    const struct sx_libssl *libssl;
    struct sx_provider *provider; /* one reference of our own */
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *from_server; /* the SSL's own */
    BIO *to_server;
    struct sx_buffer pending;
    char described[96];
};

/* --- Making ----------------------------------------------------------------------------------- */

static enum sx_err limit(struct sx_tls_client *tls, struct sx_fault *fault)
{
    const struct sx_libssl *lib = tls->libssl;
    /* SSL_CTX_set1_groups_list and its like are macros over this call. */
    bool is_set =
        lib->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL) == 1 &&
        lib->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_SET_MAX_PROTO_VERSION, 0, NULL) == 1 &&
        lib->SSL_CTX_set_cipher_list(tls->ctx, suites_12) == 1 &&
        lib->SSL_CTX_set_ciphersuites(tls->ctx, suites_13) == 1 &&
        lib->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_SET_GROUPS_LIST, 0, groups) == 1 &&
        lib->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_SET_SIGALGS_LIST, 0, signatures) == 1;

    if (!is_set)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "the provider's TLS can't be limited");
    lib->SSL_CTX_set_security_level(tls->ctx, SECURITY_LEVEL);
    lib->SSL_CTX_set_options(tls->ctx,
                             SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    return SX_OK;
}

/* The anchors are those that were given, and no others that a configuration file of OpenSSL's may
 * name. */
static enum sx_err set_trust(struct sx_tls_client *tls, const struct sx_x509_trust *trust,
                             struct sx_fault *fault)
{
    X509_STORE *store = sx_x509_trust_store(trust);

    tls->libssl->SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER, NULL);
    if (tls->libssl->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_SET_VERIFY_CERT_STORE, 1, store) != 1 ||
        tls->libssl->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_SET_CHAIN_CERT_STORE, 1, store) != 1)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "TLS trust anchors");
    return SX_OK;
}

static enum sx_err add_certificate(struct sx_tls_client *tls, struct sx_slice der, bool is_own,
                                   struct sx_fault *fault)
{
    X509 *cert = sx_x509_from_der(tls->provider, der);
    bool is_added;

    if (cert == NULL)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "a certificate of the TLS client's is none, or is damaged");
    is_added = is_own ? tls->libssl->SSL_CTX_use_certificate(tls->ctx, cert) == 1
                      : tls->libssl->SSL_CTX_ctrl(tls->ctx, SSL_CTRL_CHAIN_CERT, 1, cert) == 1;
    X509_free(cert);
    return is_added ? SX_OK
                    : sx_openssl_fault(fault, SX_ERR_KEY_FORMAT, "the TLS client's certificate");
}

static enum sx_err set_identity(struct sx_tls_client *tls, const struct sx_tls_demands *demands,
                                struct sx_fault *fault)
{
    if (demands->key == NULL)
        return SX_OK;
    if (demands->chain_count == 0)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the TLS client's key has no certificate");
    for (size_t i = 0; i < demands->chain_count; i++)
        SX_TRY(add_certificate(tls, demands->chain[i], i == 0, fault));
    if (tls->libssl->SSL_CTX_use_PrivateKey(tls->ctx, demands->key->pkey) != 1 ||
        tls->libssl->SSL_CTX_check_private_key(tls->ctx) != 1)
        return sx_openssl_fault(fault, SX_ERR_KEY_FORMAT,
                                "the TLS client's key isn't its certificate's");
    return SX_OK;
}

/* Path, time, use by libssl; the name here: an address is one of subjectAltName's addresses. */
static enum sx_err set_name(struct sx_tls_client *tls, const struct sx_tls_demands *demands,
                            struct sx_fault *fault)
{
    X509_VERIFY_PARAM *param = tls->libssl->SSL_get0_param(tls->ssl);
    unsigned long flags = X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN;
    bool is_address = X509_VERIFY_PARAM_set1_ip_asc(param, demands->name) == 1;

    if (sx_x509_trust_has_crls(demands->trust))
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                               X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set_depth(param, SX_X509_CHAIN_MAX);
    if (demands->name[0] == '\0' || X509_VERIFY_PARAM_set_flags(param, flags) != 1 ||
        (!is_address && X509_VERIFY_PARAM_set1_host(param, demands->name, 0) != 1))
        return sx_openssl_fault(fault, SX_ERR_ARGUMENT, "the TLS server's name");
    if (!is_address &&
        tls->libssl->SSL_ctrl(tls->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                              (void *)(uintptr_t)demands->name) != 1)
        return sx_openssl_fault(fault, SX_ERR_ARGUMENT, "the TLS server's name");
    return SX_OK;
}

static enum sx_err make_connection(struct sx_tls_client *tls, struct sx_fault *fault)
{
    tls->ssl = tls->libssl->SSL_new(tls->ctx);
    tls->from_server = BIO_new(BIO_s_mem());
    tls->to_server = BIO_new(BIO_s_mem());
    if (tls->ssl == NULL || tls->from_server == NULL || tls->to_server == NULL) {
        BIO_free(tls->from_server);
        BIO_free(tls->to_server);
        return sx_openssl_fault(fault, SX_ERR_MEMORY, "a TLS connection");
    }
    /* An empty buffer means "nothing yet", not the end. */
    BIO_set_mem_eof_return(tls->from_server, -1);
    tls->libssl->SSL_set0_rbio(tls->ssl, tls->from_server);
    tls->libssl->SSL_set0_wbio(tls->ssl, tls->to_server);
    tls->libssl->SSL_set_connect_state(tls->ssl);
    return SX_OK;
}

static enum sx_err make(struct sx_tls_client *tls, const struct sx_tls_demands *demands,
                        struct sx_fault *fault)
{
    SX_TRY(sx_libssl_get(fault, &tls->libssl));
    tls->ctx = tls->libssl->SSL_CTX_new_ex(tls->provider->libctx, tls->provider->decode_properties,
                                           tls->libssl->TLS_client_method());
    if (tls->ctx == NULL)
        return sx_openssl_fault(fault, SX_ERR_PROVIDER, "TLS under this provider");
    SX_TRY(limit(tls, fault));
    SX_TRY(set_trust(tls, demands->trust, fault));
    SX_TRY(set_identity(tls, demands, fault));
    SX_TRY(make_connection(tls, fault));
    return set_name(tls, demands, fault);
}

enum sx_err sx_tls_client_new(const struct sx_tls_demands *demands, struct sx_fault *fault,
                              struct sx_tls_client **out)
{
    struct sx_tls_client *tls = sx_alloc(sizeof *tls);
    enum sx_err err;

    if (tls == NULL)
        return SX_ERR_MEMORY;
    tls->provider = sx_provider_hold(sx_x509_trust_provider(demands->trust));
    sx_buffer_init(&tls->pending, PENDING_MAX);
    err = make(tls, demands, fault);
    if (err != SX_OK) {
        sx_tls_client_free(tls);
        return sx_fault_note(fault, err);
    }
    *out = tls;
    return SX_OK;
}

void sx_tls_client_free(struct sx_tls_client *tls)
{
    if (tls == NULL)
        return;
    if (tls->ssl != NULL)
        tls->libssl->SSL_free(tls->ssl); /* and the buffers */
    if (tls->ctx != NULL)
        tls->libssl->SSL_CTX_free(tls->ctx);
    sx_buffer_clear(&tls->pending);
    sx_provider_close(tls->provider);
    sx_free_wiped(tls, sizeof *tls);
}

/* --- Bytes ------------------------------------------------------------------------------------ */

enum sx_err sx_tls_client_take(struct sx_tls_client *tls, struct sx_slice bytes)
{
    int n = bytes.len > INT_MAX ? -1 : BIO_write(tls->from_server, bytes.ptr, (int)bytes.len);

    return n == (int)bytes.len ? SX_OK : sx_openssl_fault(NULL, SX_ERR_MEMORY, "a TLS record");
}

enum sx_err sx_tls_client_pending(struct sx_tls_client *tls, struct sx_slice *out)
{
    while (BIO_ctrl_pending(tls->to_server) > 0) {
        uint8_t *room;
        int n;

        SX_TRY(sx_buffer_reserve(&tls->pending, CHUNK, &room));
        n = BIO_read(tls->to_server, room, CHUNK);
        if (n <= 0)
            return sx_openssl_fault(NULL, SX_ERR_INTERNAL, "a TLS record");
        sx_buffer_commit(&tls->pending, (size_t)n);
    }
    *out = sx_buffer_unread(&tls->pending);
    return SX_OK;
}

void sx_tls_client_sent(struct sx_tls_client *tls, size_t len)
{
    sx_buffer_consume(&tls->pending, len);
}

/* --- The connection --------------------------------------------------------------------------- */

static enum sx_err handshake_fault(struct sx_tls_client *tls, struct sx_fault *fault)
{
    long verdict = tls->libssl->SSL_get_verify_result(tls->ssl);
    char reason[160];

    sx_openssl_reason(reason, sizeof reason);
    if (verdict != X509_V_OK)
        return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED, "the TLS server's certificate: %s",
                            X509_verify_cert_error_string(verdict));
    return sx_fault_set(fault, SX_ERR_SOCKET, "TLS: %s", reason);
}

enum sx_err sx_tls_client_shake_hands(struct sx_tls_client *tls, struct sx_fault *fault,
                                      bool *out_is_done)
{
    int n;

    ERR_clear_error();
    n = tls->libssl->SSL_do_handshake(tls->ssl);
    *out_is_done = n == 1;
    if (n == 1) {
        (void)snprintf(
            tls->described, sizeof tls->described, "%s %s", tls->libssl->SSL_get_version(tls->ssl),
            tls->libssl->SSL_CIPHER_get_name(tls->libssl->SSL_get_current_cipher(tls->ssl)));
        return SX_OK;
    }
    return tls->libssl->SSL_get_error(tls->ssl, n) == SSL_ERROR_WANT_READ
               ? SX_OK
               : handshake_fault(tls, fault);
}

enum sx_err sx_tls_client_write(struct sx_tls_client *tls, struct sx_slice bytes,
                                struct sx_fault *fault)
{
    size_t written = 0;

    ERR_clear_error();
    if (bytes.len == 0 ||
        (tls->libssl->SSL_write_ex(tls->ssl, bytes.ptr, bytes.len, &written) == 1 &&
         written == bytes.len))
        return SX_OK;
    return sx_openssl_fault(fault, SX_ERR_SOCKET, "TLS");
}

enum sx_err sx_tls_client_listen(struct sx_tls_client *tls, struct sx_fault *fault)
{
    uint8_t thrown_away[1024];
    size_t n;
    int got;

    ERR_clear_error();
    do
        got = tls->libssl->SSL_read_ex(tls->ssl, thrown_away, sizeof thrown_away, &n);
    while (got == 1);
    switch (tls->libssl->SSL_get_error(tls->ssl, got)) {
    case SSL_ERROR_WANT_READ: return SX_OK;
    case SSL_ERROR_ZERO_RETURN: return SX_ERR_CLOSED;
    default: return sx_openssl_fault(fault, SX_ERR_SOCKET, "TLS");
    }
}

void sx_tls_client_leave(struct sx_tls_client *tls)
{
    char reason[8];

    if (tls->described[0] != '\0' && tls->libssl->SSL_shutdown(tls->ssl) < 0)
        sx_openssl_reason(reason, sizeof reason);
}

const char *sx_tls_client_describe(const struct sx_tls_client *tls)
{
    return tls->described;
}
