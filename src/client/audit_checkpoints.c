/* client/audit_checkpoints.c: checkpoints, by keys of files and of tokens; rotation. */
#include <sexec/audit.h>

#include <string.h>

#include "audit/audit.h"
#include "audit/checkpoint.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/auditing.h"
#include "client/audit_tools.h"
#include "client/errors.h"
#include "client/rules.h"
#include "keys/key_file.h"
#include "keys/key_store.h"
#include "services/token.h"

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
                                   struct sx_audit_file *file, const struct sx_audit_signer *signer)
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
    err = sx_audit_checkpoint_make(crypto->provider, signer, &state.head, now.time_us,
                                   &object->fault, &object->lent);
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

/* Where the signing key is: in a file, or in a token. */
struct source {
    struct sx_key *key;
    struct sx_token *token;
    struct sx_audit_signer signer;
};

static enum sx_err sign_by_token(void *ctx, const struct sx_sig_alg *alg, struct sx_slice message,
                                 struct sx_fault *fault, struct sx_buffer *out)
{
    return sx_token_sign(ctx, 0, alg, message, fault, out);
}

static enum sx_err open_token(struct sexec *object, struct sx_provider *provider, const char *uri,
                              const char *pin, struct source *out)
{
    const struct sx_token_spec spec = { .uri = sx_slice_text(uri),
                                        .pin = sx_slice_text(pin),
                                        .subject = "" };
    const struct sx_policy *policy;

    SX_TRY(sx_rules_policy(object, &object->fault, &policy));
    if (!policy->may_use_token)
        return sx_fault_set(&object->fault, SX_ERR_POLICY_SETTING,
                            "policy %s doesn't let a token sign", policy->name);
    SX_TRY(sx_token_new(provider, &spec, &object->fault, &out->token));
    SX_TRY(sx_token_open(out->token, &object->fault));
    if (sx_token_key_count(out->token) != 1)
        return sx_fault_set(&object->fault, SX_ERR_TOKEN,
                            "%u keys of the token fit: name one with object= or id= in the URI",
                            sx_token_key_count(out->token));
    out->signer = (struct sx_audit_signer){ .key = sx_token_key(out->token, 0),
                                            .sign = sign_by_token,
                                            .ctx = out->token };
    return SX_OK;
}

static enum sx_err open_file(struct sexec *object, struct sx_provider *provider, const char *path,
                             const char *passphrase, struct source *out)
{
    struct sx_secret bytes = { 0 };
    enum sx_err err = sx_key_file_read(path, false, &object->fault, &bytes);

    if (err == SX_OK)
        err = sx_key_decode(provider, sx_secret_slice(&bytes), sx_slice_text(passphrase),
                            &object->fault, &out->key);
    sx_secret_clear(&bytes);
    out->signer.key = out->key;
    return err;
}

static int audit_checkpoint(struct sexec *object, const char *file, const char *machine_key,
                            const char *signing_key, const char *passphrase, const char **out)
{
    struct sx_audit_crypto crypto = { 0 };
    struct sx_audit_file opened = { .fd = -1, .state_fd = -1 };
    struct source source = { 0 };
    enum sx_err err = sx_audit_tool_begin(object, &crypto);

    if (err == SX_OK)
        err = strncmp(signing_key, "pkcs11:", 7) == 0
                  ? open_token(object, crypto.provider, signing_key, passphrase, &source)
                  : open_file(object, crypto.provider, signing_key, passphrase, &source);
    if (err == SX_OK)
        err = sx_audit_file_open(&crypto, file, machine_key, &object->fault, &opened);
    if (err == SX_OK)
        err = make_checkpoint(object, &crypto, &opened, &source.signer);
    if (err == SX_OK)
        *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    sx_audit_file_close(&opened);
    sx_key_free(source.key);
    sx_token_free(source.token);
    return sx_audit_tool_end(object, err, &crypto);
}

int sexec_audit_checkpoint(struct sexec *object, const char *file, const char *machine_key,
                           const char *signing_key, const char *passphrase, const char **out)
{
    return sx_auditing_call(
        object, "audit_checkpoint", file,
        audit_checkpoint(object, file, machine_key, signing_key, passphrase, out));
}

static int audit_rotate(struct sexec *object, const char *file, const char *machine_key,
                        const char *aside)
{
    struct sx_audit_crypto crypto = { 0 };
    struct sx_audit_record like = { 0 };
    struct sx_audit_place place;
    enum sx_err err = sx_audit_tool_begin(object, &crypto);

    sx_audit_place_init(&place);
    sx_audit_fill(&place, &like);
    if (err == SX_OK)
        err = sx_audit_file_rotate(&crypto, file, machine_key, aside, &like, &object->fault);
    return sx_audit_tool_end(object, err, &crypto);
}

int sexec_audit_rotate(struct sexec *object, const char *file, const char *machine_key,
                       const char *aside)
{
    return sx_auditing_call(object, "audit_rotate", file,
                            audit_rotate(object, file, machine_key, aside));
}
