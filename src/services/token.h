/* services/token.h: private keys in PKCS#11 tokens, which sign there and never leave.
 *
 * The module is called through Cryptoki directly, not through an OpenSSL provider for it. Such a
 * provider would sit in the library context beside the FIPS module and be fetched from without
 * fips=yes, so that "every fetch is the FIPS provider's" would no longer hold; and it would hide
 * which of a token's errors came. This way the token is one named place outside of the module: it
 * makes the signature, and everything else (the digest where the token has no mechanism with one,
 * and the check of each signature before it is sent) stays with the provider.
 *
 * A module is loaded once and stays for the life of the process. It is never finalised, as the host
 * program may use it, too; a program that does must have initialised it for threads
 * (CKF_OS_LOCKING_OK), as we do, and mustn't finalise it while a call of ours is inside.
 *
 * Calls that say so block for as long as the token takes, or another call that the module makes them
 * wait for. They belong on a thread, which holds its own reference: whoever gives such a call up drops
 * his, and when the call ends, so does the token. One thread at a time makes calls with a token; two
 * tokens with sessions of their own may be one device. */
#ifndef SX_SERVICES_TOKEN_H
#define SX_SERVICES_TOKEN_H

#include "base/buffer.h"
#include "crypto/key.h"

enum { SX_TOKEN_KEYS_MAX = 16 };

struct sx_token; /* one token with a session, and the keys that were chosen; counted */

/* What is wanted; all is copied. */
struct sx_token_spec {
    struct sx_slice uri;    /* services/token_uri.h */
    struct sx_slice pin;    /* may be empty where the token asks by itself */
    const char *subject;    /* "", "*", or as ssh_cert_subject: of the key's certificate in the
                                token, or else its label */
    struct sx_slice wanted; /* the public blob of the one key that is meant; empty: any */
};

/* sx_token_new calls no module yet. SX_ERR_ARGUMENT for the URI. */
SX_MUST_USE enum sx_err sx_token_new(struct sx_provider *provider, const struct sx_token_spec *spec,
                                     struct sx_fault *fault, struct sx_token **out);

/* sx_token_open loads the module, finds the one token, signs in and lists its keys (RSA, and EC on
 * P-256, P-384, P-521); call it once. Blocks. SX_ERR_TOKEN for a module that can't be had, a token
 * that isn't there, or several that fit; SX_ERR_TOKEN_PIN, SX_ERR_TOKEN_LOCKED,
 * SX_ERR_TOKEN_REMOVED, SX_ERR_TOKEN_SESSION; SX_ERR_KEY_NOT_FOUND when no key fits. */
SX_MUST_USE enum sx_err sx_token_open(struct sx_token *token, struct sx_fault *fault);

/* None before it is open. */
unsigned sx_token_key_count(const struct sx_token *token);

/* The public key; lives as long as the token. */
const struct sx_key *sx_token_key(const struct sx_token *token, unsigned index);

/* sx_token_sign appends the signature blob as sx_key_sign does. A session that was lost is opened
 * anew, once. Blocks. Errors as above, SX_ERR_SIGN. */
SX_MUST_USE enum sx_err sx_token_sign(struct sx_token *token, unsigned index,
                                      const struct sx_sig_alg *alg, struct sx_slice message,
                                      struct sx_fault *fault, struct sx_buffer *out);

/* sx_token_end ends the session and wipes the PIN: it signs no more, its keys stay. Blocks. */
void sx_token_end(struct sx_token *token);

/* A further reference, for another thread. */
struct sx_token *sx_token_hold(struct sx_token *token);

/* Drops a reference; the last one ends the token, which blocks unless it was ended. NULL-safe. */
void sx_token_free(struct sx_token *token);

#endif
