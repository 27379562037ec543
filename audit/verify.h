/* audit/verify.h: whether audit files are whole, and if not, what was done to them first. */
#ifndef SX_AUDIT_VERIFY_H
#define SX_AUDIT_VERIFY_H

#include "audit/chain.h"
#include "audit/reader.h"

enum sx_audit_damage {
    SX_AUDIT_WHOLE,
    SX_AUDIT_CHANGED,   /* a record isn't what was sealed */
    SX_AUDIT_REMOVED,   /* records are missing between others */
    SX_AUDIT_INSERTED,  /* a line that isn't the next record, which follows it */
    SX_AUDIT_REORDERED, /* the next record stands further on */
    SX_AUDIT_CUT_OFF,   /* records are missing at the end, as a checkpoint proves */
    SX_AUDIT_RESEALED,  /* the hashes were recomputed over a change, without the key; or with a
                           stolen key, against what a checkpoint signed */
    SX_AUDIT_TORN,      /* the file ends inside of a record: a writer was killed, or a tail was cut
                           there */
};

/* "whole", "changed" ... */
const char *sx_audit_damage_name(enum sx_audit_damage damage);

/* What a checkpoint says: this many records, and the hash of the last of them. */
struct sx_audit_covered {
    uint64_t records;
    uint8_t head[SX_AUDIT_HASH_LEN];
};

struct sx_audit_verifying {
    const struct sx_audit_crypto *crypto;
    const char *const *paths;   /* NULL-terminated, in order */
    struct sx_audit_head first; /* of the chain: its name and first key; the rest is zero */
    const struct sx_audit_covered *covered; /* sorted by records, or NULL */
    size_t covered_count;
    /* Lines as a collector has them: in any order, perhaps twice, perhaps with something before
     * the record's brace. What is missing at the beginning is missing. */
    bool is_collected;
};

struct sx_audit_verdict {
    enum sx_audit_damage damage;
    uint64_t first;    /* number of the first record in the files */
    uint64_t records;  /* good ones, up to the damage */
    uint64_t repeated; /* collected: lines that were there already */
    uint64_t number;   /* of the first bad or missing record */
    const char *path;  /* where it is, or should be; borrowed from paths */
    uint64_t line;     /* in that file, from 1 */
    uint64_t covered;  /* how many records checkpoints cover; 0 for none */
    uint8_t head
        [SX_AUDIT_HASH_LEN]; /* of the last good record; zeros where a checkpoint is against it */
    char text[512];          /* a sentence for a person */
};

/* sx_audit_verify reads it all. SX_OK with a verdict, whole or not; else an error that kept it from
 * looking: SX_ERR_FILE, SX_ERR_MEMORY. */
SX_MUST_USE enum sx_err sx_audit_verify(const struct sx_audit_verifying *verifying,
                                        struct sx_fault *fault, struct sx_audit_verdict *out);

/* Private to verify.c, diagnose.c and collected.c. */

/* Where the files stop following the chain. */
struct sx_audit_break {
    const struct sx_audit_verifying *verifying;
    struct sx_audit_head head; /* what should have followed */
    uint64_t *seen;            /* beginnings of the hashes of the records before, from .first */
    uint64_t first;
    enum sx_audit_fit fit; /* why the line doesn't follow */
};

/* sx_audit_diagnose reads on behind the break (the reader has just given the line that is bad) and
 * says what was done. Only damage and number are set. */
SX_MUST_USE enum sx_err sx_audit_diagnose(const struct sx_audit_break *at,
                                          struct sx_audit_reader *reader, struct sx_slice bad,
                                          struct sx_fault *fault, struct sx_audit_verdict *out);

SX_MUST_USE enum sx_err sx_audit_verify_collected(const struct sx_audit_verifying *verifying,
                                                  struct sx_fault *fault,
                                                  struct sx_audit_verdict *out);

/* sx_audit_verdict_end judges a chain that follows up to head: checkpoints, and that any is there. */
void sx_audit_verdict_end(const struct sx_audit_verifying *verifying,
                          const struct sx_audit_head *head, struct sx_audit_verdict *verdict);

/* sx_audit_verdict_checkpoint compares a record's hash with the checkpoint that ends with it. False
 * and a verdict when they differ. */
bool sx_audit_verdict_checkpoint(const struct sx_audit_verifying *verifying,
                                 const struct sx_audit_head *head,
                                 struct sx_audit_verdict *verdict);

#endif
