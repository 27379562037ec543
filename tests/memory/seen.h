/* tests/memory/seen.h: the public object against a peer at a real socket, and what the peer sees of it. */
#ifndef SX_TESTS_MEMORY_SEEN_H
#define SX_TESTS_MEMORY_SEEN_H

#include <stdio.h>

#include "memory/checks.h"
#include "support/served.h"

/* What the server keeps of the client's messages. */
struct seen {
    struct sx_msg_channel_open open;
    char algorithms[256]; /* of public key requests, each with a | behind it */
};

static inline void keep_algorithm(struct seen *seen, struct sx_slice payload)
{
    struct sx_reader reader;
    struct sx_slice name;
    size_t used = strlen(seen->algorithms);

    sx_reader_init(&reader, payload);
    (void)sx_reader_u8(&reader);
    (void)sx_reader_string(&reader); /* user */
    (void)sx_reader_string(&reader); /* service */
    if (!sx_slice_is_text(sx_reader_string(&reader), "publickey"))
        return;
    (void)sx_reader_bool(&reader);
    name = sx_reader_string(&reader);
    (void)snprintf(seen->algorithms + used, sizeof seen->algorithms - used, "%.*s|", (int)name.len,
                   (const char *)name.ptr);
}

static inline bool look(void *ctx, struct peer *peer, struct sx_slice payload)
{
    struct seen *seen = ctx;

    (void)peer;
    if (payload.ptr[0] == SX_MSG_CHANNEL_OPEN &&
        sx_msg_channel_open_decode(payload, &seen->open) != SX_OK)
        seen->open = (struct sx_msg_channel_open){ 0 };
    if (payload.ptr[0] == SX_MSG_USERAUTH_REQUEST)
        keep_algorithm(seen, payload);
    return false;
}

static inline void prepare(void *ctx, struct peer *peer)
{
    peer->on_message = look;
    peer->ctx = ctx;
}

struct session_of {
    struct served_config config;
    struct served *served;
    struct sexec *client;
    struct seen seen;
};

/* Fills in config first, then starts. */
static inline void begin(struct session_of *session)
{
    session->config.prepare = prepare;
    session->config.ctx = &session->seen;
    session->served = served_start(&session->config);
    assert_non_null(session->served);
    session->client = served_client(session->served);
    assert_non_null(session->client);
}

static inline struct session_of plain(void)
{
    struct session_of session = { .config = served_config_default() };

    session.config.peer.command.is_endless = false;
    return session;
}

static inline void set(struct session_of *session, const char *setting)
{
    if (sexec_config(session->client, setting, NULL) != 0)
        print_error("%s: %s\n", setting, sexec_get_last_error(session->client));
    assert_int_equal(sexec_get_last_error_code(session->client), 0);
}

static inline void expect(struct session_of *session, const char *name, const char *value)
{
    const char *found = NULL;

    assert_int_equal(sexec_config(session->client, name, &found), 0);
    assert_string_equal(found, value);
}

static inline const struct peer *run(struct session_of *session)
{
    int code = sexec_execute(session->client, "true");

    if (code != 0)
        print_error("%d: %s\n", code, sexec_get_last_error(session->client));
    assert_int_equal(code, 0);
    return served_end(session->served);
}

static inline void end(struct session_of *session)
{
    sexec_free(session->client);
    served_free(session->served);
}

#endif
