/* client/auditing_session.c: sessions and what the engine tells in them, as records. */
#include <string.h>

#include "base/mask.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/auditing_inside.h"
#include "client/errors.h"
#include "client/rules.h"
#include "keys/fingerprint.h"
#include "net/clock.h"

static bool is_on(const struct sexec *object)
{
    return object->auditing != NULL && object->auditing->audit != NULL;
}

/* NULL and "" are both nothing. */
static struct sx_slice said(const char *text)
{
    return text == NULL || text[0] == '\0' ? SX_SLICE_NONE : sx_slice_text(text);
}

/* ---- begin and end ------------------------------------------------------------------------- */

enum sx_err sx_auditing_session_begin(struct sexec *object, struct sx_fault *fault)
{
    struct sx_audit_record record = { .type = SX_AUDIT_SESSION_BEGIN };
    const struct sx_values *values = &object->values;
    enum sx_err err;

    if (!is_on(object))
        return SX_OK;
    err = sx_audit_session_new(object->auditing->audit);
    if (err != SX_OK)
        return sx_fault_note(fault, err);
    object->auditing->is_in_session = true;
    object->auditing->was_logged_on = false;
    object->auditing->is_end_durable = false;
    object->auditing->session_at = sx_clock_now();
    object->auditing->sessions++;
    memset(object->auditing->counts, 0, sizeof object->auditing->counts);
    record.session_begin = (struct sx_audit_session_begin){
        .host = sx_slice_text(values->ssh_host),
        .port = (uint64_t)values->ssh_port,
        .user = said(values->ssh_user),
        .auth_mode = (uint64_t)values->ssh_auth_mode,
        .policy = sx_slice_text(values->policy),
    };
    return sx_auditing_put(object, &record, fault);
}

/* A good end behind a command whose own end is durable goes without waiting for the disk: it is in
 * the file when the method returns, and on disk with the next commit or when the kernel writes. */
static bool needs_commit(const struct sx_auditing *auditing, int code)
{
    return code != 0 || auditing->sync == SX_AUDIT_SYNC_SESSION || !auditing->is_end_durable;
}

void sx_auditing_session_end(struct sexec *object, int code, const char *text)
{
    struct sx_audit_record record = { .type = SX_AUDIT_SESSION_END };
    struct sx_auditing *auditing = object->auditing;
    struct sx_fault ignored = { 0 }; /* kept for the action's end */

    if (!is_on(object) || !auditing->is_in_session)
        return;
    auditing->is_in_session = false;
    auditing->is_in_command = false;
    record.session_end = (struct sx_audit_session_end){
        .niap = sx_slice_text(auditing->was_logged_on ? "termination"
                              : code != 0             ? "connection failure"
                                                      : NULL),
        .code = (uint64_t)code,
        .reason = code == 0 ? SX_SLICE_NONE : sx_slice_text(text),
        .address = said(object->peer_host),
        .sends = auditing->counts[SX_COUNTED_SEND],
        .holds = auditing->counts[SX_COUNTED_HOLD],
        .do_events = auditing->counts[SX_COUNTED_DO_EVENTS],
        .getters = auditing->counts[SX_COUNTED_GETTER],
        .unapproved = object->provider == NULL
                          ? 0
                          : sx_provider_unapproved_count(object->provider) - auditing->unapproved,
        .duration_us = (sx_clock_now() - auditing->session_at) * 1000,
    };
    if (sx_auditing_put(object, &record, &ignored) == SX_OK && needs_commit(auditing, code))
        (void)!sx_auditing_commit(object, &ignored);
    sx_audit_session_none(auditing->audit);
}

void sx_auditing_refusal(struct sexec *object, enum sx_err err, const struct sx_fault *fault)
{
    struct sx_audit_record record = { .type = SX_AUDIT_POLICY_REFUSAL };
    struct sx_fault ignored = { 0 }; /* kept for the action's end */

    if (!is_on(object))
        return;
    if (err == SX_ERR_PEER_LENGTH) {
        record.type = SX_AUDIT_PACKET_DROPPED;
        record.packet_dropped =
            (struct sx_audit_packet_dropped){ .niap = sx_slice_text("packet dropped"),
                                              .address = said(object->peer_host),
                                              .size = fault->packet_length,
                                              .reason = said(fault->text) };
    } else if (sx_err_blame(err) == SX_BLAME_POLICY || sx_err_blame(err) == SX_BLAME_CRYPTO ||
               err == SX_ERR_AUTH_UNPROVEN) {
        record.policy_refusal =
            (struct sx_audit_policy_refusal){ .policy = sx_slice_text(object->values.policy),
                                              .error = sx_slice_text(sx_err_name(err)),
                                              .reason = said(fault->text) };
    } else {
        return;
    }
    (void)!sx_auditing_put(object, &record, &ignored);
}

/* ---- events -------------------------------------------------------------------------------- */

static const char *reason_name(enum sx_rekey_reason reason)
{
    static const char *const names[] = {
        [SX_REKEY_INITIAL] = "initial",     [SX_REKEY_BYTES] = "bytes",
        [SX_REKEY_PACKETS] = "packets",     [SX_REKEY_TIME] = "time",
        [SX_REKEY_REQUESTED] = "requested", [SX_REKEY_BY_SERVER] = "by the server",
    };

    return (unsigned)reason < sizeof names / sizeof names[0] ? names[reason] : NULL;
}

/* What happens while a command runs, and what fails, is in the file at once; steps of a sign-on
 * that go well together, before its end is told or the command begins. A record that is lost in the
 * middle of an action ends it. */
static void put_event(struct sexec *object, struct sx_audit_record *record, bool is_good)
{
    enum sx_err err = sx_auditing_put(object, record, &object->fault);

    if (err == SX_OK && (object->auditing->is_in_command || !is_good))
        err = sx_auditing_flush(object, &object->fault);

    if (err != SX_OK && object->stream_error == SX_OK)
        object->stream_error = err;
}

static void put_exchange(struct sexec *object, const struct sx_event_negotiated *algs)
{
    struct sx_audit_record record = { .type = SX_AUDIT_KEY_EXCHANGE };

    record.key_exchange = (struct sx_audit_key_exchange){
        .reason = said(reason_name(algs->reason)),
        .kex = said(algs->kex),
        .host_key = said(algs->host_key),
        .cipher_c2s = said(algs->cipher_c2s),
        .cipher_s2c = said(algs->cipher_s2c),
        .mac_c2s = said(algs->mac_c2s),
        .mac_s2c = said(algs->mac_s2c),
        .compression_c2s = said(algs->compression_c2s),
        .compression_s2c = said(algs->compression_s2c),
        .is_strict = algs->is_strict,
    };
    put_event(object, &record, true);
}

/* Whose ticket it was, with a method that used one. */
static void put_kerberos(struct sexec *object)
{
    const struct sx_gss_facts *facts = &object->kerberos.facts;
    struct sx_audit_record record = { .type = SX_AUDIT_KERBEROS };

    if (facts->client[0] == '\0')
        return;
    record.kerberos = (struct sx_audit_kerberos){ .principal = sx_slice_text(facts->client),
                                                  .service = said(facts->server),
                                                  .is_delegated = facts->is_delegated };
    put_event(object, &record, true);
}

static void put_auth(struct sexec *object, const struct sx_event_auth *auth)
{
    struct sx_audit_record record = { .type = SX_AUDIT_AUTH_ATTEMPT };

    record.auth_attempt = (struct sx_audit_auth_attempt){
        .method = said(auth->method),
        .is_accepted = auth->is_accepted,
        .is_partial = auth->is_partial,
        .methods_left = auth->methods_left.len == 0 ? SX_SLICE_NONE : auth->methods_left,
    };
    put_event(object, &record, auth->is_accepted || auth->is_partial);
    if (auth->is_accepted || strncmp(auth->method, "gssapi", 6) == 0)
        put_kerberos(object);
    if (!auth->is_accepted)
        return;
    record = (struct sx_audit_record){ .type = SX_AUDIT_LOGGED_ON };
    record.logged_on = (struct sx_audit_logged_on){ .niap = sx_slice_text("establishment"),
                                                    .method = said(auth->method),
                                                    .is_unproven = auth->is_unproven,
                                                    .address = said(object->peer_host) };
    object->auditing->was_logged_on = true;
    put_event(object, &record, true);
}

static void note_stream(struct sexec *object, int stream, struct sx_slice data)
{
    struct sx_auditing *auditing = object->auditing;

    auditing->bytes[stream] += data.len;
    if (auditing->streams[stream] == NULL)
        return;
    if (sx_digest_update(auditing->streams[stream], data) != SX_OK) {
        sx_digest_free(auditing->streams[stream]); /* no digest rather than a wrong one */
        auditing->streams[stream] = NULL;
    }
}

void sx_auditing_event(struct sexec *object, const struct sx_event *event)
{
    if (!is_on(object))
        return;
    switch (event->type) {
    case SX_EVENT_NEGOTIATED: put_exchange(object, &event->negotiated); break;
    case SX_EVENT_AUTH_TRIED:
    case SX_EVENT_LOGGED_ON: put_auth(object, &event->auth); break;
    case SX_EVENT_STDOUT: note_stream(object, SX_STREAM_OUT, event->text); break;
    case SX_EVENT_STDERR: note_stream(object, SX_STREAM_ERR, event->text); break;
    default: break;
    }
}

void sx_auditing_host_key(struct sexec *object, const struct sx_event_host_key *key,
                          bool is_accepted)
{
    struct sx_audit_record record = { .type = SX_AUDIT_HOST_KEY };
    char fingerprint[SX_FINGERPRINT_MAX];

    if (!is_on(object))
        return;
    if (sx_fingerprint_openssh(object->provider, key->blob, NULL, fingerprint) != SX_OK)
        fingerprint[0] = '\0';
    record.host_key = (struct sx_audit_host_key){
        .algorithm = said(key->algorithm),
        .key_type = said(key->key_type),
        .bits = key->bits,
        .fingerprint = said(fingerprint),
        .is_rekey = key->is_rekey,
        .is_accepted = is_accepted,
        .ground = is_accepted ? said(sx_host_trust_name(object->host_trust)) : SX_SLICE_NONE,
    };
    put_event(object, &record, is_accepted);
}

/* ---- commands ------------------------------------------------------------------------------ */

static enum sx_err open_streams(struct sexec *object, struct sx_fault *fault)
{
    struct sx_auditing *auditing = object->auditing;
    bool is_wanted =
        auditing->digests < 0 ? object->policy->is_stream_digested : auditing->digests > 0;

    for (int i = 0; i < SX_STREAM_COUNT; i++) {
        auditing->bytes[i] = 0;
        sx_digest_free(auditing->streams[i]);
        auditing->streams[i] = NULL;
        if (is_wanted)
            SX_TRY(sx_fault_note(
                fault, sx_digest_new(object->provider, SX_HASH_SHA256, &auditing->streams[i])));
    }
    return SX_OK;
}

/* As given, but for the secrets that its words show. */
static enum sx_err put_command(struct sexec *object, struct sx_fault *fault)
{
    struct sx_audit_record record = { .type = SX_AUDIT_COMMAND_BEGIN };
    const struct sx_mask_rules rules = sx_rules_mask(object);
    char *masked = sx_mask_command(sx_slice_text(object->values.command), &rules);
    enum sx_err err;

    if (masked == NULL)
        return sx_fault_note(fault, SX_ERR_MEMORY);
    record.command_begin.command = sx_slice_text(masked);
    err = sx_auditing_put(object, &record, fault);
    sx_text_free_wiped(masked);
    return err;
}

enum sx_err sx_auditing_command_begin(struct sexec *object, struct sx_fault *fault,
                                      bool *out_is_ready)
{
    struct sx_auditing *auditing = object->auditing;
    bool is_grouped;

    *out_is_ready = true;
    if (!is_on(object))
        return SX_OK;
    if (!auditing->is_waiting) {
        SX_TRY(open_streams(object, fault));
        SX_TRY(put_command(object, fault));
        auditing->is_in_command = true;
        auditing->is_end_durable = false;
        auditing->command_at = sx_clock_now();
        auditing->commands++;
        is_grouped = auditing->sync != SX_AUDIT_SYNC_SESSION || auditing->must_keep;
        if (!is_grouped)
            return sx_auditing_flush(object, fault);
        auditing->is_waiting = object->values.timeout == 0;
        *out_is_ready = !auditing->is_waiting;
        return auditing->is_waiting ? SX_OK : sx_auditing_commit(object, fault);
    }
    auditing->is_waiting = false;
    return sx_auditing_commit(object, fault);
}

bool sx_auditing_is_waiting(const struct sexec *object)
{
    return object->auditing != NULL && object->auditing->is_waiting;
}

void sx_auditing_input(struct sexec *object, struct sx_slice data)
{
    if (is_on(object) && object->auditing->is_in_command)
        note_stream(object, SX_STREAM_IN, data);
}

/* The digest as text; null when there is none. */
static struct sx_slice digest_text(struct sx_auditing *auditing, int stream,
                                   char out[3 * SX_DIGEST_MAX + 1])
{
    uint8_t digest[SX_DIGEST_MAX];
    struct sx_slice text = SX_SLICE_NONE;
    size_t len;

    if (auditing->streams[stream] != NULL &&
        sx_digest_final(auditing->streams[stream], digest, &len) == SX_OK)
        text = sx_slice_text(sx_hex_encode(out, sx_slice_of(digest, len), '\0'));
    sx_digest_free(auditing->streams[stream]);
    auditing->streams[stream] = NULL;
    return text;
}

static const char *state_name(enum sexec_result kind)
{
    return kind == SEXEC_RESULT_EXITED     ? "exited"
           : kind == SEXEC_RESULT_SIGNALED ? "signalled"
                                           : "no_status";
}

enum sx_err sx_auditing_command_end(struct sexec *object, int code, struct sx_fault *fault)
{
    struct sx_audit_record record = { .type = SX_AUDIT_COMMAND_END };
    const struct sx_result *result = &object->result;
    struct sx_auditing *auditing = object->auditing;
    char hex[SX_STREAM_COUNT][3 * SX_DIGEST_MAX + 1];

    if (!is_on(object) || !auditing->is_in_command)
        return SX_OK;
    auditing->is_in_command = auditing->is_waiting = false;
    record.command_end = (struct sx_audit_command_end){
        .state = sx_slice_text(state_name(result->kind)),
        .status = result->kind == SEXEC_RESULT_EXITED ? result->exit_status : -1,
        .signal = said(result->signal),
        .is_core_dumped = result->is_core_dumped,
        .may_still_run = sexec_get_may_still_run(object),
        .code = (uint64_t)code,
        .stdin_bytes = auditing->bytes[SX_STREAM_IN],
        .stdout_bytes = auditing->bytes[SX_STREAM_OUT],
        .stderr_bytes = auditing->bytes[SX_STREAM_ERR],
        .stdin_sha256 = digest_text(auditing, SX_STREAM_IN, hex[SX_STREAM_IN]),
        .stdout_sha256 = digest_text(auditing, SX_STREAM_OUT, hex[SX_STREAM_OUT]),
        .stderr_sha256 = digest_text(auditing, SX_STREAM_ERR, hex[SX_STREAM_ERR]),
        .duration_us = (sx_clock_now() - auditing->command_at) * 1000,
    };
    SX_TRY(sx_auditing_put(object, &record, fault));
    /* The session's end follows and commits both. */
    if (object->is_auto_logoff || auditing->sync == SX_AUDIT_SYNC_SESSION)
        return SX_OK;
    SX_TRY(sx_auditing_commit(object, fault));
    auditing->is_end_durable = true;
    return SX_OK;
}
