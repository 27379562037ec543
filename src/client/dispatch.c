/* client/dispatch.c: what the engine tells becomes what the object tells. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/answers.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/explain.h"
#include "client/io.h"
#include "client/kerberos.h"
#include "client/log_lines.h"
#include "client/logging.h"
#include "client/session.h"
#include "client/signing.h"
#include "client/tokens.h"
#include "client/trust.h"

void sx_status(struct sexec *object, const char *fmt, ...)
{
    char line[SX_TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    sx_fire_ssh_status(object, line);
}

/* An engine call out of an event: its error shows up again in the next round of the pump. */
static void later(enum sx_err err)
{
    (void)err;
}

static void on_version(struct sexec *object, struct sx_slice version)
{
    char shown[3 * SX_IDENT_MAX];

    snprintf(object->server_version, sizeof object->server_version, "%.*s", (int)version.len,
             (const char *)version.ptr);
    sx_status(object, "Server version: %s", sx_escape(shown, sizeof shown, version));
}

const char *sx_session_reason_text(enum sx_rekey_reason reason)
{
    static const char *const texts[] = {
        [SX_REKEY_INITIAL] = "initial",     [SX_REKEY_BYTES] = "bytes",
        [SX_REKEY_PACKETS] = "packets",     [SX_REKEY_TIME] = "time",
        [SX_REKEY_REQUESTED] = "requested", [SX_REKEY_BY_SERVER] = "by the server",
    };

    return texts[reason];
}

static void on_negotiated(struct sexec *object, const struct sx_event_negotiated *algs)
{
    const char *implied = "(part of the cipher)";

    snprintf(object->negotiated, sizeof object->negotiated,
             "kex: %s\nhost key: %s\ncipher to server: %s\ncipher to client: %s\n"
             "MAC to server: %s\nMAC to client: %s\ncompression to server: %s\n"
             "compression to client: %s\nstrict key exchange: %s\nreason: %s\n",
             algs->kex, algs->host_key, algs->cipher_c2s, algs->cipher_s2c,
             algs->mac_c2s == NULL ? implied : algs->mac_c2s,
             algs->mac_s2c == NULL ? implied : algs->mac_s2c, algs->compression_c2s,
             algs->compression_s2c, algs->is_strict ? "yes" : "no",
             sx_session_reason_text(algs->reason));
    sx_status(
        object,
        "Key exchange (%s): kex %s, host key %s, cipher %s/%s, MAC %s/%s, strict key exchange "
        "%s",
        sx_session_reason_text(algs->reason), algs->kex, algs->host_key, algs->cipher_c2s,
        algs->cipher_s2c, algs->mac_c2s == NULL ? "-" : algs->mac_c2s,
        algs->mac_s2c == NULL ? "-" : algs->mac_s2c, algs->is_strict ? "on" : "off");
}

static void on_host_key(struct sexec *object, const struct sx_event_host_key *key)
{
    bool is_accepted = sx_trust_judge(object, key) == SX_OK;

    sx_auditing_host_key(object, key, is_accepted);
    sx_logging_host_key(object, key, is_accepted);
    later(sx_engine_answer_host_key(object->engine, is_accepted));
}

/* What fails here would leave the server waiting: it ends the action. */
static void on_ask(struct sexec *object, const struct sx_event_ask *ask)
{
    enum sx_err err = sx_answer(object, ask);

    if (err != SX_OK && sx_engine_is_waiting(object->engine))
        object->stream_error = sx_fault_note(&object->fault, err);
}

static void on_auth(struct sexec *object, const struct sx_event_auth *auth)
{
    char left[512];

    if (!auth->is_accepted) {
        sx_status(object, "Authentication method %s: %s; methods left: %s", auth->method,
                  auth->is_partial ? "accepted, more is needed" : "refused",
                  sx_escape(left, sizeof left, auth->methods_left));
        return;
    }
    object->is_connected = true;
    sx_tokens_end(object);
    if (auth->is_unproven)
        sx_status(object,
                  "Warning: the server granted access after method %s without asking for the proof "
                  "that the authentication mode demands",
                  auth->method);
    sx_status(object, "Signed on with method %s%s", auth->method,
              auth->is_outside ? ", signed by the agent or a token outside of the provider" : "");
    sx_fire_connection_status(object, "S/Shell handshake complete.", 0, "OK");
}

static void on_exit_event(struct sexec *object, const struct sx_event_exit *exit)
{
    struct sx_result *result = &object->result;

    if (exit->kind == SX_EXIT_STATUS) {
        result->kind = SEXEC_RESULT_EXITED;
        /* The reference's type is a signed 32-bit integer. */
        result->exit_status = exit->status > INT32_MAX ? INT32_MAX : (int)exit->status;
        return;
    }
    result->kind = SEXEC_RESULT_SIGNALED;
    result->exit_status = -1;
    result->is_core_dumped = exit->is_core_dumped;
    sx_escape(result->signal, sizeof result->signal, exit->signal_name);
    sx_escape(result->message, sizeof result->message, exit->message);
}

static void on_closed(struct sexec *object, const struct sx_event_closed *closed)
{
    char shown[300];

    if (closed->err == SX_ERR_PEER_CHANNEL_OPEN) {
        (void)sx_fault_set(&object->fault, closed->err,
                           "the server refused to open a session (reason %u): %s", closed->reason,
                           sx_escape(shown, sizeof shown, closed->description));
    } else if (closed->err != SX_OK) {
        (void)sx_fault_set(&object->fault, closed->err, "%s",
                           closed->is_terminal_refused
                               ? "the server refused a pseudo-terminal for the command"
                               : "the server refused to run the command");
    }
    if (object->result.kind == SEXEC_RESULT_NONE) {
        object->result.kind = SEXEC_RESULT_NO_STATUS;
        object->result.exit_status = -1;
    }
}

void sx_session_event(void *context, const struct sx_event *event)
{
    struct sexec *object = context;
    char shown[SX_TEXT_MAX - 16];

    sx_log_lines_tell(object);
    sx_auditing_event(object, event);
    sx_logging_event(object, event);
    switch (event->type) {
    case SX_EVENT_VERSION: on_version(object, event->version); break;
    case SX_EVENT_NEGOTIATED: on_negotiated(object, &event->negotiated); break;
    case SX_EVENT_HOST_KEY: on_host_key(object, &event->host_key); break;
    case SX_EVENT_BANNER:
        sx_status(object, "Banner: %s", sx_escape(shown, sizeof shown, event->text));
        break;
    case SX_EVENT_IDENTITIES: sx_agent_want_identities(object); break;
    case SX_EVENT_SIGN: sx_signing_request(object, &event->sign); break;
    case SX_EVENT_GSS: sx_kerberos_request(object, &event->gss); break;
    case SX_EVENT_ASK: on_ask(object, &event->ask); break;
    case SX_EVENT_AUTH_TRIED:
    case SX_EVENT_LOGGED_ON: on_auth(object, &event->auth); break;
    case SX_EVENT_STARTED:
        object->result.is_started = true;
        sx_input_ready(object);
        break;
    case SX_EVENT_STDIN_READY: sx_input_ready(object); break;
    case SX_EVENT_STDOUT:
    case SX_EVENT_STDERR:
        sx_output_data(object, event->type == SX_EVENT_STDERR, event->text);
        break;
    case SX_EVENT_EXIT: on_exit_event(object, &event->exit); break;
    case SX_EVENT_CHANNEL_CLOSED: on_closed(object, &event->closed); break;
    case SX_EVENT_SERVER_OFFER: sx_explain_offer(object, &event->offer); break;
    case SX_EVENT_NONE:
    case SX_EVENT_KEYS_IN_USE:
    case SX_EVENT_DISCONNECTED: break;
    }
}
