/* engine/engine.c: composes transport, authentication and connection. */
#include "engine/engine.h"

#include "base/memory.h"

enum {
    /* Reads start small, as most connections run one short command, and double while the peer
     * fills them: in a flood each system call brings many packets. */
    READ_MIN = 8 * 1024,
    READ_MAX = 256 * 1024,
};

struct sx_engine {
    struct sx_transport transport;
    struct sx_auth *auth; /* NULL when it is done and nobody looks at its texts any more */
    struct sx_channel channel;
    struct sx_keepalive keepalive;
    struct sx_event_queue events;
    struct sx_fault fault;       /* what ended the connection */
    struct sx_fault *call_fault; /* why the last call was refused; NULL while none was */
    bool is_ended;               /* by an error or by us; nothing is read any more */
    size_t read_size;
    size_t read_room;
    uint64_t sign_on_steps;
};

/* RFC 4253 section 11.1: what the server is told about the end. */
static enum sx_disconnect_reason reason_of(enum sx_err err)
{
    switch (err) {
    case SX_ERR_PEER_MAC: return SX_DISCONNECT_MAC_ERROR;
    case SX_ERR_PEER_DECOMPRESS: return SX_DISCONNECT_COMPRESSION_ERROR;
    case SX_ERR_PEER_VERSION: return SX_DISCONNECT_VERSION_NOT_SUPPORTED;
    case SX_ERR_HOST_KEY_REJECTED: return SX_DISCONNECT_HOST_KEY_NOT_VERIFIABLE;
    case SX_ERR_NEGOTIATE:
    case SX_ERR_PEER_DH_VALUE:
    case SX_ERR_PEER_EC_POINT:
    case SX_ERR_PEER_SIGNATURE:
    case SX_ERR_PEER_HOST_KEY:
    case SX_ERR_PEER_HOST_KEY_TYPE:
    case SX_ERR_POLICY_KEY_SIZE:
    case SX_ERR_POLICY_GROUP: return SX_DISCONNECT_KEY_EXCHANGE_FAILED;
    case SX_ERR_AUTH_FAILED:
    case SX_ERR_AUTH_NO_CREDENTIALS: return SX_DISCONNECT_NO_MORE_AUTH_METHODS;
    default:
        return sx_err_blame(err) == SX_BLAME_PEER ? SX_DISCONNECT_PROTOCOL_ERROR
                                                  : SX_DISCONNECT_BY_APPLICATION;
    }
}

/* Latches the first error and says good-bye, unless the server did. What it is told is the bare
 * kind of error: details are for our side. */
static enum sx_err latch(struct sx_engine *engine, enum sx_err err)
{
    bool is_left = err == SX_ERR_PEER_DISCONNECT;

    if (err == SX_OK || engine->is_ended)
        return err;
    engine->is_ended = true;
    err = sx_fault_note(&engine->fault, err);
    if (engine->auth != NULL)
        err = sx_auth_left(engine->auth, err);
    if (!is_left)
        sx_transport_disconnect(&engine->transport, reason_of(err), sx_err_name(err));
    return err;
}

/* What calls return after the end: the latched error, or that we left by ourselves. */
static enum sx_err ended(const struct sx_engine *engine)
{
    return engine->fault.err != SX_OK ? engine->fault.err : SX_ERR_NOT_CONNECTED;
}

enum sx_err sx_engine_new(const struct sx_engine_config *config, uint64_t now,
                          struct sx_fault *fault, struct sx_engine **out)
{
    struct sx_engine *engine = sx_alloc(sizeof *engine);
    enum sx_err err;

    if (engine == NULL || (engine->auth = sx_alloc(sizeof *engine->auth)) == NULL) {
        sx_free(engine);
        return SX_ERR_MEMORY;
    }
    engine->read_size = READ_MIN;
    err = sx_transport_init(&engine->transport, &config->transport, &engine->events, &engine->fault,
                            now);
    sx_auth_init(engine->auth, &config->auth, &engine->transport, &engine->events, &engine->fault);
    sx_channel_init(&engine->channel, &config->channel, &engine->transport, &engine->events,
                    &engine->fault);
    sx_keepalive_init(&engine->keepalive, &config->keepalive, &engine->transport, now,
                      &engine->fault);
    if (err != SX_OK) {
        if (fault != NULL && fault->err == SX_OK)
            *fault = engine->fault;
        sx_engine_free(engine);
        return sx_fault_note(fault, err);
    }
    *out = engine;
    return SX_OK;
}

static bool is_auth(const struct sx_engine *engine, enum sx_auth_state state)
{
    return engine->auth != NULL && engine->auth->state == state;
}

static void end_auth(struct sx_engine *engine)
{
    if (engine->auth == NULL)
        return;
    sx_auth_clear(engine->auth);
    sx_free_wiped(engine->auth, sizeof *engine->auth);
    engine->auth = NULL;
}

void sx_engine_free(struct sx_engine *engine)
{
    if (engine == NULL)
        return;
    sx_channel_clear(&engine->channel);
    end_auth(engine);
    sx_free(engine->call_fault);
    sx_transport_clear(&engine->transport);
    sx_free_wiped(engine, sizeof *engine);
}

/* Input that short writes have gathered becomes a packet before anything else is done: a key
 * exchange that begins would hold it back. */
static enum sx_err flush(struct sx_engine *engine)
{
    return latch(engine, sx_channel_flush(&engine->channel));
}

size_t sx_engine_recv_space(struct sx_engine *engine, uint8_t **out_ptr)
{
    struct sx_buffer *in = &engine->transport.in;
    size_t room = SX_RECEIVE_BUFFER_MAX - sx_buffer_len(in);
    size_t n = engine->read_size < room ? engine->read_size : room;

    /* Events that wait may borrow from the buffer, which making room can move. */
    if (engine->is_ended || sx_engine_is_waiting(engine) || engine->events.count > 0 || n == 0)
        return 0;
    if (sx_buffer_reserve(in, n, out_ptr) != SX_OK)
        return 0;
    engine->read_room = n;
    return n;
}

void sx_engine_received(struct sx_engine *engine, size_t n)
{
    sx_buffer_commit(&engine->transport.in, n);
    if (n == engine->read_room && engine->read_size < READ_MAX)
        engine->read_size *= 2;
    if (n > 0)
        sx_keepalive_moved(&engine->keepalive, engine->transport.now, true);
}

struct sx_slice sx_engine_to_send(struct sx_engine *engine)
{
    if (!engine->is_ended) /* an error is latched for the next call */
        (void)flush(engine);
    return sx_buffer_unread(&engine->transport.out);
}

void sx_engine_sent(struct sx_engine *engine, size_t n)
{
    sx_buffer_consume(&engine->transport.out, n);
    if (n > 0)
        sx_keepalive_moved(&engine->keepalive, engine->transport.now, false);
}

void sx_engine_rest(struct sx_engine *engine)
{
    if (engine->events.count > 0)
        return; /* they may borrow from the buffer */
    sx_buffer_trim(&engine->transport.in);
    sx_buffer_trim(&engine->transport.out);
    engine->read_size = READ_MIN;
    if (is_auth(engine, SX_AUTH_STATE_DONE))
        end_auth(engine);
}

bool sx_engine_is_waiting(const struct sx_engine *engine)
{
    return engine->transport.is_host_key_asked || sx_transport_is_asking_gss(&engine->transport) ||
           (engine->auth != NULL && sx_auth_is_waiting(engine->auth));
}

/* Many servers end an exchange whose tokens they can't take without a word. */
static const char *closed_text(const struct sx_engine *engine)
{
    return sx_transport_awaits_gss(&engine->transport)
               ? "the server closed the connection in the key exchange by Kerberos: its keytab may "
                 "have no key, or an old one, for the name that it is called by, or the clocks "
                 "differ too much"
               : "the server closed the connection";
}

/* Handles messages until there is an event, a question, or nothing left. */
static enum sx_err work(struct sx_engine *engine)
{
    SX_TRY(sx_channel_flush(&engine->channel));
    SX_TRY(sx_channel_poll(&engine->channel));
    while (engine->events.count == 0 && !sx_engine_is_waiting(engine)) {
        struct sx_slice payload;
        enum sx_owner owner;

        SX_TRY(sx_transport_read(&engine->transport, &owner, &payload));
        if (owner == SX_OWNER_AUTH) {
            if (engine->auth == NULL)
                return SX_ERR_INTERNAL; /* the acceptance table has none after the sign-on */
            engine->sign_on_steps++;
            SX_TRY(sx_auth_message(engine->auth, payload));
        } else if (owner == SX_OWNER_CONNECTION &&
                   sx_keepalive_takes(&engine->keepalive, payload)) {
            continue;
        } else if (owner == SX_OWNER_CONNECTION) {
            SX_TRY(sx_channel_message(&engine->channel, payload));
            SX_TRY(sx_channel_poll(&engine->channel));
        } else if (engine->events.count == 0) {
            return engine->auth != NULL ? sx_auth_go_ahead(engine->auth) : SX_OK;
        }
    }
    return SX_OK;
}

enum sx_err sx_engine_next_event(struct sx_engine *engine, struct sx_event *out)
{
    enum sx_err err = SX_OK;

    *out = (struct sx_event){ .type = SX_EVENT_NONE };
    if (sx_event_pop(&engine->events, out))
        goto found;
    if (engine->is_ended)
        return ended(engine);
    err = work(engine);
    if (err != SX_OK)
        err = latch(engine, err);
    /* Events of the packet that brought the error come first. */
    if (!sx_event_pop(&engine->events, out))
        return err;
found:
    if (out->type == SX_EVENT_KEYS_IN_USE && is_auth(engine, SX_AUTH_STATE_IDLE) &&
        !engine->is_ended) {
        engine->sign_on_steps++;
        err = sx_auth_start(engine->auth);
        if (err != SX_OK)
            return latch(engine, err);
    }
    return SX_OK;
}

enum sx_err sx_engine_tick(struct sx_engine *engine, uint64_t now)
{
    if (engine->is_ended)
        return ended(engine);
    SX_TRY(flush(engine));
    SX_TRY(latch(engine, sx_transport_tick(&engine->transport, now)));
    if (!sx_engine_is_logged_on(engine))
        return SX_OK;
    SX_TRY(latch(engine, sx_channel_tick(&engine->channel)));
    return latch(engine, sx_keepalive_tick(&engine->keepalive, now));
}

uint64_t sx_engine_deadline(const struct sx_engine *engine)
{
    uint64_t transport, keepalive, channel, first;

    if (engine->is_ended)
        return UINT64_MAX;
    transport = sx_transport_deadline(&engine->transport);
    if (!sx_engine_is_logged_on(engine))
        return transport;
    keepalive = sx_keepalive_deadline(&engine->keepalive);
    channel = sx_channel_deadline(&engine->channel);
    first = keepalive < channel ? keepalive : channel;
    return first < transport ? first : transport;
}

enum sx_err sx_engine_answer_host_key(struct sx_engine *engine, bool is_accepted)
{
    if (engine->is_ended)
        return ended(engine);
    if (!engine->transport.is_host_key_asked)
        return SX_ERR_STATE;
    return latch(engine, sx_transport_accept_host_key(&engine->transport, is_accepted));
}

enum sx_err sx_engine_answer_identities(struct sx_engine *engine, const struct sx_auth_key *keys,
                                        unsigned count, const struct sx_fault *failure)
{
    if (engine->is_ended)
        return ended(engine);
    if (!is_auth(engine, SX_AUTH_STATE_LISTING))
        return SX_ERR_STATE;
    return latch(engine, sx_auth_answer_identities(engine->auth, keys, count, failure));
}

enum sx_err sx_engine_answer_sign(struct sx_engine *engine, struct sx_slice signature)
{
    if (engine->is_ended)
        return ended(engine);
    if (!is_auth(engine, SX_AUTH_STATE_SIGNING))
        return SX_ERR_STATE;
    return latch(engine, sx_auth_answer_sign(engine->auth, signature));
}

enum sx_err sx_engine_answer_gss(struct sx_engine *engine, const struct sx_gss_answer *answer)
{
    if (engine->is_ended)
        return ended(engine);
    if (sx_transport_is_asking_gss(&engine->transport))
        return latch(engine, sx_transport_answer_gss(&engine->transport, answer));
    if (!is_auth(engine, SX_AUTH_STATE_GSS))
        return SX_ERR_STATE;
    return latch(engine, sx_auth_answer_gss(engine->auth, answer));
}

enum sx_err sx_engine_answer_ask(struct sx_engine *engine, const struct sx_slice *answers,
                                 unsigned count)
{
    if (engine->is_ended)
        return ended(engine);
    if (!is_auth(engine, SX_AUTH_STATE_ASKING))
        return SX_ERR_STATE;
    return latch(engine, sx_auth_answer_ask(engine->auth, answers, count));
}

enum sx_err sx_engine_peer_closed(struct sx_engine *engine)
{
    enum sx_err err;

    if (engine->is_ended)
        return ended(engine);
    engine->is_ended = true; /* with nobody to say good-bye to */
    err = sx_fault_set(&engine->fault, SX_ERR_CLOSED, "%s", closed_text(engine));
    return engine->auth != NULL ? sx_auth_left(engine->auth, err) : err;
}

bool sx_engine_is_logged_on(const struct sx_engine *engine)
{
    return (engine->auth == NULL || is_auth(engine, SX_AUTH_STATE_DONE)) && !engine->is_ended;
}

bool sx_engine_is_exchanging(const struct sx_engine *engine)
{
    return sx_transport_is_exchanging(&engine->transport);
}

/* Errors of the caller (wrong state, busy) don't end the connection; others do. */
static enum sx_err after_call(struct sx_engine *engine, enum sx_err err)
{
    if (err == SX_OK || sx_err_blame(err) != SX_BLAME_USAGE)
        return latch(engine, err);
    if (engine->call_fault == NULL)
        engine->call_fault = sx_alloc(sizeof *engine->call_fault);
    if (engine->call_fault != NULL) {
        *engine->call_fault = engine->fault;
        (void)sx_fault_note(engine->call_fault, err);
    }
    sx_fault_clear(&engine->fault);
    return err;
}

enum sx_err sx_engine_execute(struct sx_engine *engine, struct sx_slice command)
{
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    return after_call(engine, sx_channel_execute(&engine->channel, command));
}

enum sx_err sx_engine_write(struct sx_engine *engine, struct sx_slice data, size_t *out_taken)
{
    *out_taken = 0;
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    return after_call(engine, sx_channel_write(&engine->channel, data, out_taken));
}

enum sx_err sx_engine_send_eof(struct sx_engine *engine)
{
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    return after_call(engine, sx_channel_send_eof(&engine->channel));
}

enum sx_err sx_engine_signal(struct sx_engine *engine, struct sx_slice name)
{
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    return after_call(engine, sx_channel_signal(&engine->channel, name));
}

enum sx_err sx_engine_consumed(struct sx_engine *engine, size_t n)
{
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    SX_TRY(flush(engine));
    return after_call(engine, sx_channel_consumed(&engine->channel, n));
}

enum sx_err sx_engine_close_channel(struct sx_engine *engine)
{
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    return after_call(engine, sx_channel_close(&engine->channel));
}

enum sx_err sx_engine_widen(struct sx_engine *engine, uint32_t window)
{
    if (engine->is_ended)
        return SX_OK;
    return after_call(engine, sx_channel_widen(&engine->channel, window));
}

enum sx_channel_state sx_engine_channel_state(const struct sx_engine *engine)
{
    return engine->channel.state;
}

enum sx_err sx_engine_rekey(struct sx_engine *engine)
{
    if (!sx_engine_is_logged_on(engine))
        return SX_ERR_NOT_CONNECTED;
    SX_TRY(flush(engine));
    return after_call(engine, sx_transport_rekey(&engine->transport, SX_REKEY_REQUESTED));
}

void sx_engine_disconnect(struct sx_engine *engine, const char *text)
{
    if (engine->is_ended || flush(engine) != SX_OK)
        return;
    engine->is_ended = true;
    sx_transport_disconnect(&engine->transport, SX_DISCONNECT_BY_APPLICATION, text);
}

/* SERVICE_ACCEPT and the first request's outcome; OpenSSH's host keys (a global request) and the
 * channel's confirmation. */
bool sx_engine_awaits_second(const struct sx_engine *engine)
{
    return (engine->auth != NULL && engine->auth->is_ahead &&
            engine->auth->state == SX_AUTH_STATE_TRYING) ||
           engine->channel.state == SX_CHANNEL_OPENING;
}

uint64_t sx_engine_progress(const struct sx_engine *engine)
{
    return engine->sign_on_steps + engine->channel.progress;
}

uint64_t sx_engine_written(const struct sx_engine *engine)
{
    return engine->channel.written;
}

const struct sx_fault *sx_engine_fault(const struct sx_engine *engine)
{
    return engine->is_ended || engine->call_fault == NULL ? &engine->fault : engine->call_fault;
}

const struct sx_transport *sx_engine_transport(const struct sx_engine *engine)
{
    return &engine->transport;
}
