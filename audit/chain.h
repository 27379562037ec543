/* audit/chain.h: records become lines, each bound to the one before and sealed.
 *
 *   line  = sealed  ,"tag":"<64 hex digits>"}
 *   prev  = SHA-256 of the line before, all its bytes without its "\n"; null in the first
 *   tag   = HMAC-SHA-256 of sealed, which is every byte of the line up to the comma before "tag",
 *           under the key of this record (crypto/seal.h), which then moves forward
 *
 * So a changed, removed, inserted or moved record shows by prev to everybody, and to who has the
 * first key by tag, whoever recomputed the hashes. What has been sealed can't be sealed anew with
 * any later key. */
#ifndef SX_AUDIT_CHAIN_H
#define SX_AUDIT_CHAIN_H

#include "audit/line.h"
#include "crypto/digest.h"
#include "crypto/seal.h"

enum { SX_AUDIT_CHAIN_ID_LEN = 16 };

/* Where a chain stands. The key is a secret: wipe it. */
struct sx_audit_head {
    uint8_t chain[SX_AUDIT_CHAIN_ID_LEN]; /* the key pair's name */
    uint64_t next;                        /* number of the next record: how many there are */
    uint8_t hash[SX_AUDIT_HASH_LEN];      /* of the last line; no meaning while next is 0 */
    uint8_t key[SX_SEAL_KEY_LEN];         /* of the next record */
};

/* What sealing and checking compute with. */
struct sx_audit_crypto {
    struct sx_provider *provider;
    struct sx_sealer *sealer;
    struct sx_digest *digest;
};
SX_MUST_USE enum sx_err sx_audit_crypto_open(struct sx_provider *provider,
                                             struct sx_audit_crypto *out);
void sx_audit_crypto_close(struct sx_audit_crypto *crypto);

/* SHA-256 of a line without its "\n". */
SX_MUST_USE enum sx_err sx_audit_hash(const struct sx_audit_crypto *crypto, struct sx_slice line,
                                      uint8_t out[SX_AUDIT_HASH_LEN]);

/* sx_audit_seal_body gives a body (sx_audit_body_encode) its number and prev, appends the line with
 * "\n" to out, and moves head on. On failure head and out are untouched. */
SX_MUST_USE enum sx_err sx_audit_seal_body(const struct sx_audit_crypto *crypto,
                                           struct sx_audit_head *head, struct sx_slice body,
                                           struct sx_buffer *out);

/* sx_audit_seal does so with a record's body. */
SX_MUST_USE enum sx_err sx_audit_seal(const struct sx_audit_crypto *crypto,
                                      struct sx_audit_head *head,
                                      const struct sx_audit_record *record, struct sx_buffer *out);

/* How a line stands to the head that it should follow. */
enum sx_audit_fit {
    SX_AUDIT_FITS,
    SX_AUDIT_NO_LINE,      /* not of a record's form */
    SX_AUDIT_OTHER_NUMBER, /* another record's number */
    SX_AUDIT_OTHER_BEFORE, /* prev isn't the line before */
    SX_AUDIT_BAD_TAG,      /* not sealed with this record's key */
};

/* sx_audit_follow checks a line (without its "\n") against head; when it fits, head moves on, else
 * it stays. *out_line is filled unless the line has no form. */
SX_MUST_USE enum sx_err sx_audit_follow(const struct sx_audit_crypto *crypto,
                                        struct sx_audit_head *head, struct sx_slice bytes,
                                        struct sx_audit_line *out_line, enum sx_audit_fit *out_fit);

#endif
