/* client/audit_tools.c: keys, verdicts, checkpoints and rotation for who looks after audits. */
#include <sexec/audit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/checkpoint.h"
#include "audit/key.h"
#include "audit/verify.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/errors.h"
#include "client/session.h"
#include "client/special.h"
#include "keys/key_file.h"
#include "keys/key_store.h"

/* ---- what each of them needs --------------------------------------------------------------- */

static enum sx_err open_crypto(struct sexec *object, struct sx_audit_crypto *out)
{
    struct sx_provider *provider;
    enum sx_err err;

    sx_fault_clear(&object->fault);
    SX_TRY(sx_session_provider(object, &object->fault, &provider));
    err = sx_audit_crypto_open(provider, out);
    sx_provider_close(provider);
    return sx_fault_note(&object->fault, err);
}

static int done(struct sexec *object, enum sx_err err, struct sx_audit_crypto *crypto)
{
    sx_audit_crypto_close(crypto);
    return sx_fail_err(object, err, &object->fault);
}

int sexec_audit_keygen(struct sexec *object, const char *machine_key, const char *verifier_key)
{
    struct sx_audit_crypto crypto = { 0 };
    enum sx_err err = open_crypto(object, &crypto);

    if (err == SX_OK)
        err = sx_audit_key_generate(&crypto, machine_key, verifier_key, &object->fault);
    return done(object, err, &crypto);
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

static enum sx_err load_private(struct sexec *object, struct sx_provider *provider,
                                const char *path, const char *passphrase, struct sx_key **out)
{
    struct sx_secret bytes = { 0 };
    enum sx_err err = sx_key_file_read(path, false, &object->fault, &bytes);

    if (err == SX_OK)
        err = sx_key_decode(provider, sx_secret_slice(&bytes), sx_slice_text(passphrase),
                            &object->fault, out);
    sx_secret_clear(&bytes);
    return err;
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

    sx_buffer_init(&covered, SX_CHECKPOINTS_BYTES_MAX);
    err = open_crypto(object, &crypto);
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
        return done(object, err, &crypto);
    sx_audit_crypto_close(&crypto);
    return code;
}

/* ---- checkpoints and rotation -------------------------------------------------------------- */

/* The record that a checkpoint was made stands behind what it covers. */
static enum sx_err record_checkpoint(struct sexec *object, const struct sx_audit_crypto *crypto,
                                     struct sx_audit_file *file, const struct sx_audit_head *head,
                                     struct sx_slice fingerprint)
{
    char hash[3 * SX_AUDIT_HASH_LEN + 1];
    struct sx_audit_record record = { .type = SX_AUDIT_CHECKPOINT };
    struct sx_audit_place place;
    struct sx_audit_mark mark;

    sx_audit_place_init(&place);
    sx_audit_fill(&place, &record);
    sx_hex_encode(hash, sx_slice_of(head->hash, sizeof head->hash), '\0');
    record.checkpoint.key = fingerprint;
    record.checkpoint.records = head->next;
    record.checkpoint.head = sx_slice_text(hash);
    SX_TRY(sx_audit_file_append_one(file, crypto, &record, &object->fault, &mark));
    return sx_audit_file_commit(file, crypto, mark, &object->fault);
}

static enum sx_err make_checkpoint(struct sexec *object, const struct sx_audit_crypto *crypto,
                                   struct sx_audit_file *file, const struct sx_key *key)
{
    struct sx_audit_state state;
    struct sx_audit_record now = { 0 };
    struct sx_audit_place place;
    struct sx_audit_line line;
    enum sx_err err = sx_audit_file_peek(file, crypto, &object->fault, &state);

    if (err != SX_OK)
        return err;
    sx_audit_place_init(&place);
    sx_audit_fill(&place, &now);
    sx_buffer_clear(&object->lent);
    err = sx_audit_checkpoint_make(crypto->provider, key, &state.head, now.time_us, &object->fault,
                                   &object->lent);
    if (err == SX_OK) {
        struct sx_slice made = sx_buffer_unread(&object->lent);

        err = sx_audit_members_read(sx_slice_of(made.ptr, made.len - 1), &line);
        if (err == SX_OK)
            err = record_checkpoint(object, crypto, file, &state.head, line.members[5].raw);
    }
    if (err == SX_OK)
        err = sx_buffer_append(&object->lent, sx_slice_of("", 1));
    sx_wipe(&state, sizeof state);
    return err;
}

int sexec_audit_checkpoint(struct sexec *object, const char *file, const char *machine_key,
                           const char *signing_key, const char *passphrase, const char **out)
{
    struct sx_audit_crypto crypto = { 0 };
    struct sx_audit_file opened = { .fd = -1, .state_fd = -1 };
    struct sx_key *key = NULL;
    enum sx_err err = open_crypto(object, &crypto);

    if (err == SX_OK)
        err = load_private(object, crypto.provider, signing_key, passphrase, &key);
    if (err == SX_OK)
        err = sx_audit_file_open(&crypto, file, machine_key, &object->fault, &opened);
    if (err == SX_OK)
        err = make_checkpoint(object, &crypto, &opened, key);
    if (err == SX_OK)
        *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    sx_audit_file_close(&opened);
    sx_key_free(key);
    return done(object, err, &crypto);
}

int sexec_audit_rotate(struct sexec *object, const char *file, const char *machine_key,
                       const char *aside)
{
    struct sx_audit_crypto crypto = { 0 };
    struct sx_audit_record like = { 0 };
    struct sx_audit_place place;
    enum sx_err err = open_crypto(object, &crypto);

    sx_audit_place_init(&place);
    sx_audit_fill(&place, &like);
    if (err == SX_OK)
        err = sx_audit_file_rotate(&crypto, file, machine_key, aside, &like, &object->fault);
    return done(object, err, &crypto);
}
