/* audit/checkpoint.h: signed statements of how far a chain had come.
 *
 * One line of JSON each, in the form of audit/line.h:
 *
 *   {"v":1,"chain":HEX,"records":N,"head":HEX,"time":TEXT,"key":FINGERPRINT,"algorithm":NAME,
 *    "signature":HEX}
 *
 * The signature (RFC 4253 section 6.6's blob) is over every byte up to the comma before
 * "signature". It says that the chain had N records and what the hash of the last one was: kept
 * away from the machine, it shows a cut tail, and records that were sealed anew with a stolen key. */
#ifndef SX_AUDIT_CHECKPOINT_H
#define SX_AUDIT_CHECKPOINT_H

#include "audit/chain.h"
#include "audit/verify.h"
#include "crypto/key.h"

enum { SX_CHECKPOINTS_BYTES_MAX = 16 * 1024 * 1024 };

/* Who signs. key is the public part at least; sign appends the signature blob as sx_key_sign does,
 * for a key that is elsewhere; NULL: key signs by itself. */
struct sx_audit_signer {
    const struct sx_key *key;
    enum sx_err (*sign)(void *ctx, const struct sx_sig_alg *alg, struct sx_slice message,
                        struct sx_fault *fault, struct sx_buffer *out);
    void *ctx;
};

/* sx_audit_checkpoint_make appends the line with its "\n" to out. RSA signs with SHA-512. */
SX_MUST_USE enum sx_err sx_audit_checkpoint_make(struct sx_provider *provider,
                                                 const struct sx_audit_signer *signer,
                                                 const struct sx_audit_head *head, uint64_t time_us,
                                                 struct sx_fault *fault, struct sx_buffer *out);

/* sx_audit_checkpoint_read checks each line of bytes, which all must be of this chain and signed by
 * key, and appends what they cover (struct sx_audit_covered each) to out. SX_ERR_AUDIT with a text
 * that names the line. */
SX_MUST_USE enum sx_err sx_audit_checkpoint_read(const struct sx_key *key, const uint8_t *chain,
                                                 struct sx_slice bytes, struct sx_fault *fault,
                                                 struct sx_buffer *out);

#endif
