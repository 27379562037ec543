/* sexec/audit.h: audit files: their keys, and who looks at them. Not in the reference.
 *
 * Each function takes an object that is used for nothing else: its policy and provider compute, and
 * it keeps the error's text. Functions return 0 or a code of <sexec/codes.h>.
 *
 * A key comes in two files. The machine's moves on with each record and is named by AuditKeyFile;
 * whoever steals it can forge what comes after, and nothing that was before. The verifier's is what
 * the machine's was at first: keep it away from the machine. */
#ifndef SEXEC_AUDIT_H
#define SEXEC_AUDIT_H

#include <sexec/sexec.h>

#ifdef __cplusplus
extern "C" {
#endif

/* sexec_audit_keygen makes both files, which must not be there yet, for their owner alone. */
SEXEC_API int sexec_audit_keygen(struct sexec *object, const char *machine_key,
                                 const char *verifier_key);

/* What to verify: files in their order, and optional checkpoints with the public key (a line as in
 * OpenSSH's .pub files) that verifies them. */
struct sexec_audit_check {
    const char *const *files; /* NULL-terminated */
    const char *verifier_key;
    const char *checkpoints; /* NULL for none */
    const char *public_key;
    bool is_collected; /* lines as a log collector has them: repeated, mixed, prefixed */
};

/* sexec_audit_verify: 0 when all is whole; 3060 when not, and then the text names the first bad
 * record and what was done: changed, removed, inserted, reordered, cut off, resealed, torn. *out
 * (may be NULL) gets lines "name: value": result, records, first, number, file, line, repeated,
 * covered, head; it lives until the next call. */
SEXEC_API int sexec_audit_verify(struct sexec *object, const struct sexec_audit_check *check,
                                 const char **out);

/* sexec_audit_checkpoint signs how far the chain is, with a private key of one of the forms that
 * ssh_cert_store takes, or by a token's key: then signing_key is a PKCS#11 URI that fits one key, and
 * passphrase its PIN. It records that it did. *out gets the checkpoint as a line: append it to a
 * file that is away from the machine. file is NULL for an audit without a file of its own; an audit that
 * has one, and isn't named, is 3014. */
SEXEC_API int sexec_audit_checkpoint(struct sexec *object, const char *file,
                                     const char *machine_key, const char *signing_key,
                                     const char *passphrase, const char **out);

/* sexec_audit_rotate renames the file to aside and begins the next one; the chain goes on, and
 * programs that are writing follow by themselves. */
SEXEC_API int sexec_audit_rotate(struct sexec *object, const char *file, const char *machine_key,
                                 const char *aside);

/* Gets pieces of a text; returns 0 to go on. */
typedef int (*sexec_audit_text_handler)(const char *text, size_t length, void *context);

/* sexec_audit_show writes sessions for a person to read. filters, NULL-terminated: "host=", "user="
 * (either end's names, with * and ?), "from=" and "to=" (beginnings of a time as records have it,
 * such as 2026-11-23T12), "result=ok" or "result=failed", "session=". It doesn't verify. */
SEXEC_API int sexec_audit_show(struct sexec *object, const char *const *files,
                               const char *const *filters, sexec_audit_text_handler handler,
                               void *context);

/* sexec_audit_report writes counts per day and host, failures, weakenings, policies and modules in
 * use, as text or as one HTML page that needs nothing else. verdict (may be NULL) is what
 * sexec_audit_verify said, to stand at its top. */
SEXEC_API int sexec_audit_report(struct sexec *object, const char *const *files,
                                 const char *const *filters, bool is_html, const char *verdict,
                                 sexec_audit_text_handler handler, void *context);

#ifdef __cplusplus
}
#endif

#endif
