/* tests/support/session.c: the pump between engine and peer. What events mean is in
 * session_events.c. */
#include "support/session.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/session_events.h"

enum { QUIET_ROUNDS_MAX = 3, ROUNDS_MAX = 4 * 1000 * 1000 };

struct session_config session_config_default(void)
{
    struct session_config config = {
        .provider = fixture_provider(),
        .policy = &sx_policy_default,
        .wishes = { .strict_kex = -1 },
        .version_patterns = "SSH-1.99-*,SSH-2.0-*",
        .mode = SX_AUTH_NONE,
        .user = "someone",
        .window = SX_WINDOW_DEFAULT,
        .max_packet = SX_CHANNEL_PACKET_DEFAULT,
        .command = "true",
    };

    config.peer = peer_config_default(config.provider);
    session_offer(&config, "curve25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com", NULL);
    return config;
}

void session_offer(struct session_config *config, const char *kex, const char *host_key,
                   const char *cipher, const char *mac)
{
    const struct sx_sig_alg *signature = signature_named(sx_slice_text(host_key));

    config->wishes.lists[SX_ALG_KEX] = kex;
    config->wishes.lists[SX_ALG_HOST_KEY] = host_key;
    config->wishes.lists[SX_ALG_CIPHER] = cipher;
    config->wishes.lists[SX_ALG_MAC] = mac;
    config->peer.host_keys[0] =
        signature == NULL ? NULL : fixture_key(config->provider, signature->type, 0);
}

static enum sx_err make_engine(struct session *session)
{
    const struct session_config *config = &session->config;
    struct sx_engine_config engine = {
        .transport = { .offer = &session->offer,
                       .client_version = "SSH-2.0-sexec_test",
                       .version_patterns = config->version_patterns,
                       .is_gss_demanded = config->is_gss_demanded },
        .auth = { .mode = config->mode,
                  .is_trying_all = config->is_trying_all,
                  .can_answer = config->can_answer,
                  .user = sx_slice_text(config->user),
                  .password = sx_slice_text(config->password),
                  .agent = config->agent,
                  .keys = session->auth_keys },
        .channel = { .window = config->window, .max_packet = config->max_packet },
    };

    for (unsigned i = 0; i < PEER_KEYS_MAX && config->keys[i] != NULL; i++) {
        session->auth_keys[i] =
            (struct sx_auth_key){ .type = sx_key_get_type(config->keys[i]),
                                  .public_blob = sx_key_public_blob(config->keys[i]) };
        session->key_count++;
    }
    if (config->agent == SX_AGENT_OFF)
        engine.auth.key_count = session->key_count;
    SX_TRY(sx_offer_make(config->policy, config->provider, &config->wishes, &session->fault,
                         &session->offer));
    if (config->rekey_packets != 0)
        session->offer.rekey_packets = config->rekey_packets;
    return sx_engine_new(&engine, session->now, &session->fault, &session->engine);
}

struct session *session_new(const struct session_config *config)
{
    struct session *session = sx_alloc(sizeof *session);

    if (session == NULL)
        return NULL;
    session->config = *config;
    session->now = 1000;
    session->stop_at = SIZE_MAX;
    session->peer = peer_new(&config->peer);
    session->err = make_engine(session);
    if (session->peer == NULL) {
        session_free(session);
        return NULL;
    }
    return session;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    sx_engine_free(session->engine);
    peer_free(session->peer);
    sx_free_wiped(session, sizeof *session);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool carry_out(struct session *session)
{
    struct sx_slice bytes = sx_engine_to_send(session->engine);

    if (session->config.piece_out != 0)
        bytes.len = smaller(bytes.len, session->config.piece_out);
    if (bytes.len == 0)
        return false;
    peer_receive(session->peer, bytes);
    sx_engine_sent(session->engine, bytes.len);
    return true;
}

static bool carry_in(struct session *session)
{
    struct sx_slice bytes = peer_output(session->peer);
    uint8_t *room = NULL;
    size_t n = smaller(bytes.len, session->stop_at - session->delivered);

    if (session->config.piece_in != 0)
        n = smaller(n, session->config.piece_in);
    if (n == 0)
        return false;
    n = smaller(n, sx_engine_recv_space(session->engine, &room));
    if (n == 0)
        return false;
    memcpy(room, bytes.ptr, n);
    sx_engine_received(session->engine, n);
    peer_taken(session->peer, n);
    session->delivered += n;
    return true;
}

void session_drain(struct session *session)
{
    struct sx_event event;

    for (;;) {
        enum sx_err err = sx_engine_next_event(session->engine, &event);

        if (err != SX_OK) {
            session_note_error(session, err);
            return;
        }
        if (event.type == SX_EVENT_NONE)
            return;
        session_on_event(session, &event);
    }
}

bool session_step(struct session *session)
{
    unsigned before = 0, after = 0;
    bool has_moved;

    if (session->engine == NULL)
        return false;
    if (!session->is_started) {
        session->is_started = true;
        peer_start(session->peer);
    }
    for (size_t i = 0; i <= SX_EVENT_GSS; i++)
        before += session->counts[i];
    has_moved = carry_out(session);
    peer_work(session->peer);
    if (carry_in(session))
        has_moved = true;
    session_drain(session);
    for (size_t i = 0; i <= SX_EVENT_GSS; i++)
        after += session->counts[i];
    return has_moved || before != after;
}

void session_run(struct session *session)
{
    (void)session_run_until(session, '\0');
}

bool session_run_until(struct session *session, char letter)
{
    int quiet = 0;

    for (long round = 0; quiet < QUIET_ROUNDS_MAX; round++) {
        if (letter != '\0' && strchr(session->trace, letter) != NULL)
            return true;
        quiet = session_step(session) ? 0 : quiet + 1;
        if (round == ROUNDS_MAX) {
            snprintf(session->problem, sizeof session->problem, "it never comes to rest");
            return false;
        }
    }
    return false;
}

void session_advance(struct session *session, uint64_t milliseconds)
{
    enum sx_err err;

    session->now += milliseconds;
    err = sx_engine_tick(session->engine, session->now);
    if (err != SX_OK)
        session_note_error(session, err);
}

const char *session_fault_text(const struct session *session)
{
    return session->engine == NULL ? session->fault.text : sx_engine_fault(session->engine)->text;
}
