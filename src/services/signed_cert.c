/* services/signed_cert.c: one line, as ssh-keygen writes it into KEY-cert.pub. */
#include "services/signed_cert.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/key_cert.h"

/* The type's name of RSA certificates, which is an algorithm's as well. */
static const char rsa_name[] = "ssh-rsa-cert-v01@openssh.com";

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct sx_slice word_next(struct sx_slice *rest)
{
    size_t start = 0;
    size_t end;
    struct sx_slice word;

    while (start < rest->len && is_blank(rest->ptr[start]))
        start++;
    end = start;
    while (end < rest->len && !is_blank(rest->ptr[end]))
        end++;
    if (end == 0)
        return SX_SLICE_NONE;
    word = sx_slice_of(rest->ptr + start, end - start);
    *rest = sx_slice_of(rest->ptr + end, rest->len - end);
    return word;
}

/* The algorithm by its name; for RSA's type name also the first of the list for such keys. */
static const struct sx_sig_alg *find_algorithm(const struct sx_sig_alg *const *algs,
                                               struct sx_slice name)
{
    const struct sx_sig_alg *rsa = NULL;

    for (; *algs != NULL; algs++) {
        if ((*algs)->form != SX_SIG_OPENSSH_CERT)
            continue;
        if (sx_slice_is_text(name, (*algs)->name))
            return *algs;
        if (rsa == NULL && (*algs)->type == SX_KEY_RSA)
            rsa = *algs;
    }
    return sx_slice_is_text(name, rsa_name) ? rsa : NULL;
}

static enum sx_err decode(struct sx_slice coded, struct sx_fault *fault, struct sx_signed_cert *out)
{
    size_t cap = SX_CERT_BLOB_MAX;
    size_t len;

    out->storage = sx_alloc(cap);
    if (out->storage == NULL)
        return SX_ERR_MEMORY;
    if (coded.len == 0 || sx_base64_decode(coded, false, true, out->storage, cap, &len) != SX_OK)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "SignedSSHCert is not understood; expected one line as in a -cert.pub "
                            "file (\"ssh-ed25519-cert-v01@openssh.com AAAA...\")");
    out->blob = sx_slice_of(out->storage, len);
    return SX_OK;
}

static enum sx_err read_line(struct sx_provider *provider, const struct sx_sig_alg *const *algs,
                             struct sx_slice line, struct sx_fault *fault,
                             struct sx_signed_cert *out)
{
    struct sx_slice name = word_next(&line);
    struct sx_fault reason = { 0 };
    char shown[80];

    SX_TRY(decode(word_next(&line), fault, out));
    out->alg = find_algorithm(algs, name);
    if (out->alg == NULL)
        return sx_fault_set(fault, SX_ERR_POLICY_ALGORITHM,
                            "SignedSSHCert: \"%s\" is no certificate algorithm that policy, "
                            "provider and SSHPubKeyAuthSigAlgorithms leave",
                            sx_escape(shown, sizeof shown, name));
    out->algorithm = sx_slice_is_text(name, out->alg->name) ? out->alg->name : NULL;
    if (sx_key_from_user_blob(provider, out->alg, out->blob, &reason, &out->key) != SX_OK)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "SignedSSHCert: %s", reason.text);
    return SX_OK;
}

enum sx_err sx_signed_cert_read(struct sx_provider *provider, const struct sx_sig_alg *const *algs,
                                struct sx_slice line, struct sx_fault *fault,
                                struct sx_signed_cert *out)
{
    struct sx_signed_cert cert = { 0 };
    enum sx_err err = read_line(provider, algs, line, fault, &cert);

    if (err != SX_OK) {
        sx_signed_cert_clear(&cert);
        return err;
    }
    *out = cert;
    return SX_OK;
}

void sx_signed_cert_clear(struct sx_signed_cert *cert)
{
    sx_key_free(cert->key);
    sx_free(cert->storage);
    memset(cert, 0, sizeof *cert);
}
