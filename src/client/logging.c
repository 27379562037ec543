/* client/logging.c: the lines that tell why a logon failed: what was offered, chosen, tried and refused.
 * Every value is a typed field; none is a secret but the command's words, which the rules cover. */
#include "client/logging.h"

#include "client/session.h"
#include "keys/fingerprint.h"

/* In wire order of sx_event_offer, and the kinds of our own offer. */
static const char *const list_names[] = {
    "kex",           "host_key",      "cipher_to_server",      "cipher_to_client",
    "mac_to_server", "mac_to_client", "compression_to_server", "compression_to_client"
};

static void log_offer(const struct sexec *object)
{
    static const struct {
        const char *name;
        enum sx_alg_kind kind;
    } kinds[] = { { "kex", SX_ALG_KEX },           { "host_key", SX_ALG_HOST_KEY },
                  { "cipher", SX_ALG_CIPHER },     { "mac", SX_ALG_MAC },
                  { "user_key", SX_ALG_USER_KEY }, { "compression", SX_ALG_COMPRESSION } };
    char names[SX_LOG_LINE_MAX];

    if (!sx_log_is_on(&object->log, SX_LOG_VERBOSE))
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (sx_offer_names(&object->offer, kinds[i].kind, names, sizeof names) == SX_OK)
            SX_LOG(&object->log, SX_LOG_VERBOSE, "our offer", SX_PUBLIC(kinds[i].name, names));
}

static void log_keys(const struct sexec *object)
{
    unsigned count;
    const struct sx_auth_key *keys = sx_signer_identities(&object->signer, &count);
    char fingerprint[SX_FINGERPRINT_MAX];

    if (!sx_log_is_on(&object->log, SX_LOG_VERBOSE))
        return;
    for (unsigned i = 0; i < count; i++)
        if (sx_fingerprint_openssh(object->provider, keys[i].public_blob, NULL, fingerprint) ==
            SX_OK)
            SX_LOG(&object->log, SX_LOG_VERBOSE, "key to sign on with", SX_NUMBER("key", i + 1),
                   SX_PUBLIC("type", sx_key_type_name(keys[i].type)),
                   SX_PUBLIC("fingerprint", fingerprint),
                   SX_PUBLIC("certificate", keys[i].form == SX_SIG_PLAIN ? "no" : "yes"));
}

void sx_logging_session(const struct sexec *object)
{
    const struct sx_values *values = &object->values;

    SX_LOG(
        &object->log, SX_LOG_INFO, "connecting", SX_PEER("host", sx_slice_text(values->ssh_host)),
        SX_NUMBER("port", values->ssh_port), SX_PEER("user", sx_slice_text(values->ssh_user)),
        SX_NUMBER("auth_mode", values->ssh_auth_mode), SX_PUBLIC("policy", object->served_policy),
        SX_PUBLIC("provider", object->served_provider));
    if (object->proxy.type != SX_PROXY_NONE)
        SX_LOG(&object->log, SX_LOG_INFO, "through a proxy", SX_NUMBER("type", object->proxy.type),
               SX_PEER("host", sx_slice_text(object->proxy.host)),
               SX_NUMBER("port", object->proxy.port),
               SX_PUBLIC("has_user", object->proxy.user[0] == '\0' ? "no" : "yes"));
    log_keys(object);
    log_offer(object);
}

void sx_logging_connected(const struct sexec *object)
{
    SX_LOG(&object->log, SX_LOG_INFO, "connected", SX_PUBLIC("to", object->peer_host),
           SX_PUBLIC("from", object->local_host_shown));
}

static void log_negotiated(const struct sexec *object, const struct sx_event_negotiated *algs)
{
    SX_LOG(&object->log, SX_LOG_INFO, "key exchange", SX_PUBLIC("kex", algs->kex),
           SX_PUBLIC("host_key", algs->host_key), SX_PUBLIC("cipher_to_server", algs->cipher_c2s),
           SX_PUBLIC("cipher_to_client", algs->cipher_s2c),
           SX_PUBLIC("mac_to_server", algs->mac_c2s), SX_PUBLIC("mac_to_client", algs->mac_s2c),
           SX_PUBLIC("compression_to_server", algs->compression_c2s),
           SX_PUBLIC("compression_to_client", algs->compression_s2c),
           SX_PUBLIC("strict", algs->is_strict ? "yes" : "no"),
           SX_PUBLIC("reason", sx_session_reason_text(algs->reason)));
}

static void log_server_offer(const struct sexec *object, const struct sx_event_offer *offer)
{
    for (size_t i = 0; i < SX_EVENT_OFFER_LISTS; i++)
        SX_LOG(&object->log, SX_LOG_VERBOSE, "the server's offer",
               SX_PEER(list_names[i], offer->lists[i]));
}

static void log_auth(const struct sexec *object, const struct sx_event_auth *auth)
{
    if (auth->is_accepted)
        SX_LOG(&object->log, SX_LOG_INFO, "signed on", SX_PUBLIC("method", auth->method),
               SX_PUBLIC("proven", auth->is_unproven ? "no" : "yes"),
               SX_PUBLIC("signed_outside_of_the_provider", auth->is_outside ? "yes" : "no"));
    else
        SX_LOG(&object->log, SX_LOG_INFO, "not signed on", SX_PUBLIC("method", auth->method),
               SX_PUBLIC("outcome", auth->is_partial ? "accepted, more is needed" : "refused"),
               SX_PEER("methods_left", auth->methods_left));
}

static void log_asked(const struct sexec *object, const struct sx_event_ask *ask)
{
    if (ask->kind == SX_ASK_PACKET) {
        SX_LOG(&object->log, SX_LOG_VERBOSE, "the program is asked for a packet",
               SX_NUMBER("answers_message", ask->packet.len == 0 ? 0 : ask->packet.ptr[0]));
        return;
    }
    SX_LOG(&object->log, SX_LOG_VERBOSE,
           ask->kind == SX_ASK_NEW_PASSWORD ? "the server wants a new password" : "the server asks",
           SX_PEER("name", ask->name), SX_PEER("instruction", ask->instruction),
           SX_NUMBER("prompts", ask->count));
    for (unsigned i = 0; i < ask->count; i++)
        SX_LOG(&object->log, SX_LOG_VERBOSE, "prompt", SX_PEER("text", ask->prompts[i].text),
               SX_PUBLIC("echo", ask->prompts[i].is_echoed ? "yes" : "no"));
}

static void log_exit(const struct sexec *object, const struct sx_event_exit *exit)
{
    if (exit->kind == SX_EXIT_SIGNAL)
        SX_LOG(&object->log, SX_LOG_INFO, "the command was ended",
               SX_PEER("signal", exit->signal_name), SX_PEER("message", exit->message));
    else
        SX_LOG(&object->log, SX_LOG_INFO, "the command exited", SX_NUMBER("status", exit->status));
}

static void log_gss(const struct sexec *object, const struct sx_event_gss *gss)
{
    static const char *const actions[] = { [SX_GSS_BEGIN] = "begin",
                                           [SX_GSS_STEP] = "step",
                                           [SX_GSS_GET_MIC] = "make a MIC",
                                           [SX_GSS_VERIFY_MIC] = "verify a MIC" };
    static const char *const contexts[] = { [SX_GSS_CONTEXT_AUTH] = "sign-on",
                                            [SX_GSS_CONTEXT_KEX] = "key exchange",
                                            [SX_GSS_CONTEXT_REKEY] = "later key exchange" };

    SX_LOG(&object->log, SX_LOG_VERBOSE, "Kerberos", SX_PUBLIC("action", actions[gss->action]),
           SX_PUBLIC("context", contexts[gss->context]), SX_NUMBER("input_bytes", gss->input.len));
}

void sx_logging_event(const struct sexec *object, const struct sx_event *event)
{
    const struct sx_log *log = &object->log;

    if (!sx_log_is_on(log, SX_LOG_INFO))
        return;
    switch (event->type) {
    case SX_EVENT_VERSION:
        SX_LOG(log, SX_LOG_INFO, "the server's version", SX_PEER("version", event->version));
        return;
    case SX_EVENT_SERVER_OFFER: log_server_offer(object, &event->offer); return;
    case SX_EVENT_NEGOTIATED: log_negotiated(object, &event->negotiated); return;
    case SX_EVENT_KEYS_IN_USE: sx_log_write(log, SX_LOG_INFO, "keys are in use", NULL, 0); return;
    case SX_EVENT_BANNER: SX_LOG(log, SX_LOG_INFO, "banner", SX_PEER("text", event->text)); return;
    case SX_EVENT_IDENTITIES:
        sx_log_write(log, SX_LOG_VERBOSE, "the agent is asked for its keys", NULL, 0);
        return;
    case SX_EVENT_SIGN:
        SX_LOG(log, SX_LOG_VERBOSE, "signing", SX_NUMBER("key", event->sign.key_index + 1),
               SX_PUBLIC("algorithm", event->sign.algorithm));
        return;
    case SX_EVENT_ASK: log_asked(object, &event->ask); return;
    case SX_EVENT_AUTH_TRIED:
    case SX_EVENT_LOGGED_ON: log_auth(object, &event->auth); return;
    case SX_EVENT_STARTED:
        sx_log_write(log, SX_LOG_INFO, "the command was started", NULL, 0);
        return;
    case SX_EVENT_EXIT: log_exit(object, &event->exit); return;
    case SX_EVENT_CHANNEL_CLOSED:
        sx_log_write(log, SX_LOG_VERBOSE, "the session's channel is closed", NULL, 0);
        return;
    case SX_EVENT_DISCONNECTED:
        SX_LOG(log, SX_LOG_INFO, "the server disconnected",
               SX_NUMBER("reason", event->disconnect.reason),
               SX_PEER("description", event->disconnect.description));
        return;
    case SX_EVENT_GSS: log_gss(object, &event->gss); return;
    case SX_EVENT_NONE:
    case SX_EVENT_HOST_KEY: /* when it was judged */
    case SX_EVENT_STDOUT:
    case SX_EVENT_STDERR:
    case SX_EVENT_STDIN_READY: return;
    }
}

void sx_logging_host_key(const struct sexec *object, const struct sx_event_host_key *key,
                         bool is_accepted)
{
    char fingerprint[SX_FINGERPRINT_MAX];

    if (!sx_log_is_on(&object->log, SX_LOG_INFO))
        return;
    if (sx_fingerprint_openssh(object->provider, key->blob, NULL, fingerprint) != SX_OK)
        fingerprint[0] = '\0';
    SX_LOG(&object->log, SX_LOG_INFO, is_accepted ? "host key accepted" : "host key refused",
           SX_PUBLIC("type", key->key_type), SX_NUMBER("bits", key->bits),
           SX_PUBLIC("fingerprint", fingerprint),
           SX_PUBLIC("by", is_accepted ? sx_host_trust_name(object->host_trust) : ""));
}

void sx_logging_note(const struct sexec *object, const char *what, const char *text)
{
    SX_LOG(&object->log, SX_LOG_INFO, what, SX_PEER("text", sx_slice_text(text)));
}

void sx_logging_command(const struct sexec *object)
{
    SX_LOG(&object->log, SX_LOG_INFO, "command",
           SX_COMMAND("command", sx_slice_text(object->values.command)));
}

void sx_logging_end(const struct sexec *object, int code)
{
    if (code != 0)
        SX_LOG(&object->log, SX_LOG_INFO, "error", SX_NUMBER("code", code),
               SX_PEER("text", sx_slice_text(object->last_text)));
}
