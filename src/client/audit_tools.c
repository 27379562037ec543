/* client/audit_tools.c: keys and verdicts for who looks after audits. */
#include <sexec/audit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/checkpoint.h"
#include "audit/key.h"
#include "audit/verify.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/auditing.h"
#include "client/audit_tools.h"
#include "client/errors.h"
#include "client/session.h"
#include "client/special.h"
#include "keys/key_file.h"
#include "keys/key_store.h"

/* ---- what each of them needs --------------------------------------------------------------- */

enum sx_err sx_audit_tool_begin(struct sexec *object, struct sx_audit_crypto *out)
{
    struct sx_provider *provider;
    enum sx_err err;

    sx_fault_clear(&object->fault);
    SX_TRY(sx_session_provider(object, &object->fault, &provider));
    err = sx_audit_crypto_open(provider, out);
    sx_provider_close(provider);
    return sx_fault_note(&object->fault, err);
}

int sx_audit_tool_end(struct sexec *object, enum sx_err err, struct sx_audit_crypto *crypto)
{
    sx_audit_crypto_close(crypto);
    return sx_fail_err(object, err, &object->fault);
}

static int audit_keygen(struct sexec *object, const char *machine_key, const char *verifier_key)
{
    struct sx_audit_crypto crypto = { 0 };
    enum sx_err err = sx_audit_tool_begin(object, &crypto);

    if (err == SX_OK)
        err = sx_audit_key_generate(&crypto, machine_key, verifier_key, &object->fault);
    return sx_audit_tool_end(object, err, &crypto);
}

int sexec_audit_keygen(struct sexec *object, const char *machine_key, const char *verifier_key)
{
    return sx_auditing_call(object, "audit_keygen", machine_key,
                            audit_keygen(object, machine_key, verifier_key));
}

/* ---- verifying ----------------------------------------------------------------------------- */

static enum sx_err load_first(struct sexec *object, const char *path, struct sx_audit_head *out)
{
    struct sx_secret bytes = { 0 };
    enum sx_err err = sx_key_file_read(path, false, &object->fault, &bytes);

    if (err == SX_OK)
        err = sx_audit_key_decode(sx_secret_slice(&bytes), &object->fault, out);
    sx_secret_clear(&bytes);
    return err;
}

/* "ssh-rsa AAAA... comment" */
static enum sx_err load_public(struct sexec *object, struct sx_provider *provider, const char *path,
                               struct sx_key **out)
{
    struct sx_secret bytes = { 0 };
    uint8_t blob[8192];
    size_t len = 0;
    const char *start;
    enum sx_err err = sx_key_file_read(path, true, &object->fault, &bytes);

    if (err != SX_OK)
        return err;
    err = SX_ERR_KEY_FORMAT;
    start = memchr(bytes.ptr, ' ', bytes.len);
    if (start != NULL) {
        size_t left = bytes.len - (size_t)(++start - (const char *)bytes.ptr);
        size_t n = 0;

        while (n < left && start[n] != ' ' && start[n] != '\n' && start[n] != '\r')
            n++;
        err = sx_base64_decode(sx_slice_of(start, n), false, true, blob, sizeof blob, &len);
    }
    if (err == SX_OK)
        err = sx_key_from_public_blob(provider, sx_slice_of(blob, len), &object->fault, out);
    sx_secret_clear(&bytes);
    if (err == SX_OK)
        return SX_OK;
    sx_fault_clear(&object->fault);
    return sx_fault_set(&object->fault, SX_ERR_KEY_FORMAT,
                        "%s: no public key as OpenSSH's .pub files have it", path);
}

static enum sx_err read_lines(const char *path, struct sx_fault *fault, struct sx_buffer *out)
{
    const char *const paths[] = { path, NULL };
    struct sx_audit_reader reader;
    enum sx_err err;

    sx_audit_reader_open(&reader, paths);
    for (;;) {
        struct sx_audit_piece piece;
        bool has;

        err = sx_audit_reader_next(&reader, fault, &has, &piece);
        if (err != SX_OK || !has)
            break;
        err = sx_buffer_append(out, piece.line);
        if (err == SX_OK)
            err = sx_buffer_append(out, sx_slice_text(piece.is_whole ? "\n" : ""));
        if (err != SX_OK)
            break;
    }
    sx_audit_reader_close(&reader);
    return sx_fault_note(fault, err);
}

static enum sx_err load_checkpoints(struct sexec *object, const struct sx_audit_crypto *crypto,
                                    const struct sexec_audit_check *check, const uint8_t *chain,
                                    struct sx_buffer *out)
{
    struct sx_buffer bytes;
    struct sx_key *key;
    enum sx_err err;

    if (check->checkpoints == NULL)
        return SX_OK;
    if (check->public_key == NULL)
        return sx_fault_set(&object->fault, SX_ERR_ARGUMENT,
                            "checkpoints need the public key that verifies them");
    SX_TRY(load_public(object, crypto->provider, check->public_key, &key));
    sx_buffer_init(&bytes, SX_CHECKPOINTS_BYTES_MAX);
    err = read_lines(check->checkpoints, &object->fault, &bytes);
    if (err == SX_OK)
        err = sx_audit_checkpoint_read(key, chain, sx_buffer_unread(&bytes), &object->fault, out);
    if (err == SX_OK && sx_buffer_len(out) == 0) /* an emptied file would hide what was cut off */
        err = sx_fault_set(&object->fault, SX_ERR_AUDIT, "%s holds no checkpoint",
                           check->checkpoints);
    sx_buffer_clear(&bytes);
    sx_key_free(key);
    return err;
}

static int tell(struct sexec *object, const struct sx_audit_verdict *verdict, const char **out)
{
    char head[3 * SX_AUDIT_HASH_LEN + 1];
    char text[4096];
    int code = 0;

    sx_hex_encode(head, sx_slice_of(verdict->head, sizeof verdict->head), '\0');
    (void)snprintf(text, sizeof text,
                   "result: %s\nrecords: %llu\nfirst: %llu\nnumber: %llu\nfile: %s\nline: %llu\n"
                   "repeated: %llu\ncovered: %llu\nhead: %s\ntext: %s\n",
                   sx_audit_damage_name(verdict->damage), (unsigned long long)verdict->records,
                   (unsigned long long)verdict->first,
                   (unsigned long long)(verdict->damage == SX_AUDIT_WHOLE
                                            ? verdict->first + verdict->records
                                            : verdict->number),
                   verdict->path == NULL ? "" : verdict->path, (unsigned long long)verdict->line,
                   (unsigned long long)verdict->repeated, (unsigned long long)verdict->covered,
                   head, verdict->text);
    if (out != NULL) {
        sx_buffer_clear(&object->lent);
        code = sx_lend_text(object, &object->lent, text);
        if (code == 0)
            *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    }
    if (code != 0 || verdict->damage == SX_AUDIT_WHOLE)
        return code;
    return sx_fail(object, SEXEC_AUDIT_DAMAGED, "%s (%s, line %llu)", verdict->text,
                   verdict->path == NULL ? "no file" : verdict->path,
                   (unsigned long long)verdict->line);
}

int sexec_audit_verify(struct sexec *object, const struct sexec_audit_check *check,
                       const char **out)
{
    struct sx_audit_crypto crypto = { 0 };
    struct sx_audit_verifying verifying = { .crypto = &crypto,
                                            .paths = check->files,
                                            .is_collected = check->is_collected };
    struct sx_audit_verdict verdict = { 0 };
    struct sx_buffer covered;
    enum sx_err err;
    int code;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    sx_buffer_init(&covered, SX_CHECKPOINTS_BYTES_MAX);
    err = sx_audit_tool_begin(object, &crypto);
    if (err == SX_OK)
        err = load_first(object, check->verifier_key, &verifying.first);
    if (err == SX_OK)
        err = load_checkpoints(object, &crypto, check, verifying.first.chain, &covered);
    if (err == SX_OK) {
        verifying.covered = (const struct sx_audit_covered *)(const void *)sx_buffer_mut(&covered);
        verifying.covered_count = sx_buffer_len(&covered) / sizeof(struct sx_audit_covered);
        err = sx_audit_verify(&verifying, &object->fault, &verdict);
    }
    sx_wipe(&verifying.first, sizeof verifying.first);
    code = err == SX_OK ? tell(object, &verdict, out) : 0;
    sx_buffer_clear(&covered);
    if (err != SX_OK)
        return sx_audit_tool_end(object, err, &crypto);
    sx_audit_crypto_close(&crypto);
    return code;
}
