/* tests/support/session_events.c: what the user of an engine does with its events. */
#include "support/session_events.h"

#include <stdio.h>
#include <string.h>

#include "support/mechanism.h"
#include "support/pattern.h"

enum { WRITE_MAX = 64 * 1024 };

void session_note_error(struct session *session, enum sx_err err)
{
    if (session->err == SX_OK)
        session->err = err;
}

static void complain(struct session *session, const char *what)
{
    if (session->problem[0] == '\0')
        snprintf(session->problem, sizeof session->problem, "%s", what);
}

static void keep_text(char *out, size_t cap, struct sx_slice text)
{
    size_t n = text.len < cap - 1 ? text.len : cap - 1;

    if (n > 0)
        memcpy(out, text.ptr, n);
    out[n] = '\0';
}

static void trace(struct session *session, enum sx_event_type type)
{
    static const char letters[] = ".V-NHKBIGATLSoeRXCDg"; /* the offer comes before each first N */
    size_t len = strlen(session->trace);
    char letter = letters[type];

    session->counts[type]++;
    if (letter == '-' || len + 1 >= sizeof session->trace ||
        ((letter == 'o' || letter == 'e' || letter == 'R') && len > 0 &&
         session->trace[len - 1] == letter))
        return;
    session->trace[len] = letter;
}

static void on_host_key(struct session *session, const struct sx_event_host_key *event)
{
    const struct sx_key *expected = NULL;

    for (size_t i = 0; i < PEER_KEYS_MAX && session->config.peer.host_keys[i] != NULL; i++)
        if (sx_slice_is_equal(sx_key_public_blob(session->config.peer.host_keys[i]), event->blob))
            expected = session->config.peer.host_keys[i];
    if (expected == NULL || sx_key_bits(expected) != event->bits ||
        strcmp(sx_key_type_name(sx_key_get_type(expected)), event->key_type) != 0)
        complain(session, "the host key event shows another key than the peer's");
    session->host_key = *event;
    session->host_key.blob = SX_SLICE_NONE;
    if (!session->config.leaves_questions)
        session_note_error(
            session, sx_engine_answer_host_key(session->engine, !session->config.rejects_host_key));
}

static void on_identities(struct session *session)
{
    const struct sx_fault *failure = session->config.agent_failure;

    if (!session->config.leaves_questions)
        session_note_error(session, sx_engine_answer_identities(
                                        session->engine, session->auth_keys,
                                        failure == NULL ? session->key_count : 0, failure));
}

static void on_sign(struct session *session, const struct sx_event_sign *event)
{
    const struct sx_key *key = session->config.keys[event->key_index];
    const struct sx_sig_alg *alg = user_signature_named(sx_slice_text(event->algorithm));
    struct sx_buffer signature;

    if (session->config.leaves_questions)
        return;
    sx_buffer_init(&signature, 8192);
    if (!session->config.cannot_sign &&
        (alg == NULL || sx_key_sign(key, alg, event->message, NULL, &signature) != SX_OK))
        complain(session, "a key of the test can't sign");
    session_note_error(session,
                       sx_engine_answer_sign(session->engine, sx_buffer_unread(&signature)));
    sx_buffer_clear(&signature);
}

static void note_asked(struct session *session, struct sx_slice text, const char *mark)
{
    size_t len = strlen(session->asked);

    snprintf(session->asked + len, sizeof session->asked - len, "%.*s%s", (int)text.len,
             text.len == 0 ? "" : (const char *)text.ptr, mark);
}

static void on_ask(struct session *session, const struct sx_event_ask *ask)
{
    struct sx_slice answers[SX_PROMPTS_MAX];
    const char *const *wanted = session->config.answers;
    unsigned count = 0;

    note_asked(session, ask->name, "/");
    note_asked(session, ask->instruction, "/");
    for (unsigned i = 0; i < ask->count; i++)
        note_asked(session, ask->prompts[i].text, ask->prompts[i].is_echoed ? "*/" : "/");
    if (ask->packet.len > 0) {
        char number[8];

        snprintf(number, sizeof number, "%u", ask->packet.ptr[0]);
        note_asked(session, sx_slice_text(number), "/");
    }
    if (session->config.leaves_questions)
        return;
    if (ask->kind == SX_ASK_PACKET) {
        if (session->packets_given < 4)
            answers[count++] = session->config.packets[session->packets_given++];
    } else if (ask->kind == SX_ASK_NEW_PASSWORD && session->config.new_password != NULL) {
        answers[count++] = sx_slice_text(session->config.new_password);
    } else if (ask->kind == SX_ASK_PROMPTS) {
        while (count < ask->count && wanted != NULL && wanted[session->answered] != NULL)
            answers[count++] = sx_slice_text(wanted[session->answered++]);
        if (count < ask->count)
            count = 0;
    }
    session_note_error(session, sx_engine_answer_ask(session->engine, answers, count));
}

static bool is_mic_right(const struct sx_event_gss *event)
{
    uint8_t expected[MECHANISM_MIC_MAX];

    return sx_slice_is_equal(mechanism_mic(event->input, expected), event->mic);
}

/* The client's half of support/mechanism.h. */
static void on_gss(struct session *session, const struct sx_event_gss *event)
{
    const struct session_config *config = &session->config;
    struct sx_gss_answer answer = { .err = SX_OK, .text = "the mechanism says no" };
    uint8_t mic[MECHANISM_MIC_MAX];
    bool is_last = sx_slice_is_text(event->input, MECHANISM_LAST);
    bool has_ticket = !config->has_no_ticket &&
                      (!config->has_no_ticket_later || event->context != SX_GSS_CONTEXT_REKEY);

    session->gss_contexts |= 1U << event->context;
    if (config->leaves_questions)
        return;
    if (event->action == SX_GSS_BEGIN) {
        answer.output = sx_slice_text(has_ticket ? MECHANISM_FIRST : MECHANISM_ERROR);
        answer.err = has_ticket ? SX_OK : SX_ERR_AUTH_SERVICE;
        answer.is_complete = config->peer.gss.rounds == 0;
    } else if (event->action == SX_GSS_STEP) {
        answer.is_complete = is_last && !config->is_never_complete;
        if (!is_last)
            answer.output = sx_slice_text(MECHANISM_MORE);
        if (!is_last && !sx_slice_is_text(event->input, MECHANISM_MORE)) {
            answer.err = SX_ERR_AUTH_SERVICE;
            answer.output = sx_slice_text(MECHANISM_ERROR);
        }
    } else if (event->action == SX_GSS_GET_MIC) {
        answer.output = mechanism_mic(event->input, mic);
    } else if (config->has_foreign_key || !is_mic_right(event)) {
        answer.err = SX_ERR_AUTH_SERVICE;
    }
    session_note_error(session, sx_engine_answer_gss(session->engine, &answer));
}

static void on_output(struct session *session, enum pattern_stream stream, struct sx_slice text,
                      uint64_t *got)
{
    if (!pattern_is_at(stream, *got, text))
        complain(session, "output arrives changed");
    *got += text.len;
    if (!session->config.holds_output)
        session_note_error(session, sx_engine_consumed(session->engine, text.len));
}

void session_write(struct session *session)
{
    uint8_t data[WRITE_MAX];
    size_t taken = 1;

    while (session->stdin_sent < session->config.stdin_bytes && taken > 0) {
        uint64_t left = session->config.stdin_bytes - session->stdin_sent;
        size_t n = left < sizeof data ? (size_t)left : sizeof data;

        pattern_fill(PATTERN_STDIN, session->stdin_sent, data, n);
        taken = 0;
        session_note_error(session, sx_engine_write(session->engine, sx_slice_of(data, n), &taken));
        session->stdin_sent += taken;
        if (taken < n)
            return; /* SX_EVENT_STDIN_READY says when to go on */
    }
    if (session->config.sends_eof && !session->is_eof_sent &&
        session->stdin_sent == session->config.stdin_bytes) {
        session->is_eof_sent = true;
        session_note_error(session, sx_engine_send_eof(session->engine));
    }
}

static void on_logged_on(struct session *session, const struct sx_event_auth *event)
{
    session->auth = *event;
    if (session->config.command != NULL)
        session_note_error(
            session, sx_engine_execute(session->engine, sx_slice_text(session->config.command)));
}

void session_on_event(struct session *session, const struct sx_event *event)
{
    char *text = session->text;
    size_t cap = sizeof session->text;

    trace(session, event->type);
    switch (event->type) {
    case SX_EVENT_SERVER_OFFER: break;
    case SX_EVENT_NEGOTIATED: session->negotiated = event->negotiated; break;
    case SX_EVENT_HOST_KEY: on_host_key(session, &event->host_key); break;
    case SX_EVENT_BANNER: keep_text(text, cap, event->text); break;
    case SX_EVENT_IDENTITIES: on_identities(session); break;
    case SX_EVENT_SIGN: on_sign(session, &event->sign); break;
    case SX_EVENT_ASK: on_ask(session, &event->ask); break;
    case SX_EVENT_AUTH_TRIED:
        session->auth = event->auth;
        keep_text(text, cap, event->auth.methods_left);
        break;
    case SX_EVENT_LOGGED_ON: on_logged_on(session, &event->auth); break;
    case SX_EVENT_STARTED:
    case SX_EVENT_STDIN_READY: session_write(session); break;
    case SX_EVENT_STDOUT:
        on_output(session, PATTERN_STDOUT, event->text, &session->stdout_got);
        break;
    case SX_EVENT_STDERR:
        on_output(session, PATTERN_STDERR, event->text, &session->stderr_got);
        break;
    case SX_EVENT_EXIT:
        session->exit = event->exit;
        keep_text(session->signal_name, sizeof session->signal_name, event->exit.signal_name);
        break;
    case SX_EVENT_CHANNEL_CLOSED:
        session->closed = event->closed;
        keep_text(text, cap, event->closed.description);
        break;
    case SX_EVENT_DISCONNECTED: keep_text(text, cap, event->disconnect.description); break;
    case SX_EVENT_GSS: on_gss(session, &event->gss); break;
    case SX_EVENT_NONE:
    case SX_EVENT_VERSION:
    case SX_EVENT_KEYS_IN_USE: break;
    }
}
