/* tests/support/peer.c: the peer's life, what it reads, and whose message it is. */
#include "support/peer_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024 };

struct peer_config peer_config_default(struct sx_provider *provider)
{
    return (struct peer_config){
        .provider = provider,
        .greeting = "SSH-2.0-peer_1.0\r\n",
        .is_strict = true,
        .takes_none = true,
        .methods = "publickey,password",
        .window = 1024 * 1024,
        .max_packet = 32 * 1024,
        .command = { .ending = "sec" },
    };
}

void peer_fail(struct peer *peer, enum sx_err err, const char *note)
{
    if (peer->err != SX_OK)
        return;
    peer->err = err;
    snprintf(peer->note, sizeof peer->note, "%.*s", (int)sizeof peer->note - 1, note);
}

/* V_S is the greeting's last line. */
static void keep_server_version(struct peer *peer)
{
    const char *line = peer->config.greeting;
    const char *next;

    while ((next = strchr(line, '\n')) != NULL && next[1] != '\0')
        line = next + 1;
    snprintf(peer->server_version, sizeof peer->server_version, "%.*s", (int)strcspn(line, "\r\n"),
             line);
}

struct peer *peer_new(const struct peer_config *config)
{
    struct peer *peer = sx_alloc(sizeof *peer);

    if (peer == NULL)
        return NULL;
    peer->config = *config;
    peer->factors_left = sx_slice_text(config->factors);
    peer->writer.provider = config->provider;
    sx_buffer_init(&peer->in, OUTPUT_MAX);
    sx_buffer_init(&peer->out, OUTPUT_MAX);
    sx_buffer_init(&peer->held, OUTPUT_MAX);
    sx_buffer_init(&peer->command, OUTPUT_MAX);
    sx_buffer_init(&peer->gss_share, OUTPUT_MAX);
    peer_kex_init(peer);
    keep_server_version(peer);
    return peer;
}

void peer_free(struct peer *peer)
{
    if (peer == NULL)
        return;
    peer_kex_clear(peer);
    sx_buffer_clear(&peer->in);
    sx_buffer_clear(&peer->out);
    sx_buffer_clear(&peer->held);
    sx_buffer_clear(&peer->command);
    sx_buffer_clear(&peer->gss_share);
    sx_packet_reader_clear(&peer->reader);
    sx_packet_writer_clear(&peer->writer);
    sx_packet_keys_clear(&peer->kex.next_in);
    sx_free_wiped(peer, sizeof *peer);
}

void peer_start(struct peer *peer)
{
    if (sx_buffer_append(&peer->out, sx_slice_text(peer->config.greeting)) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "the greeting has no room");
    peer_kex_start(peer);
}

/* The client's version line ends in CR LF and comes first (RFC 4253 section 4.2). */
static bool read_client_version(struct peer *peer)
{
    struct sx_slice all = sx_buffer_unread(&peer->in);
    const uint8_t *end = all.len == 0 ? NULL : memchr(all.ptr, '\n', all.len);
    size_t len;

    if (end == NULL)
        return false;
    len = (size_t)(end - all.ptr);
    if (len < 9 || len > 254 || all.ptr[len - 1] != '\r' || memcmp(all.ptr, "SSH-2.0-", 8) != 0) {
        peer_fail(peer, SX_ERR_PEER_VERSION, "the client's version line is wrong");
        return false;
    }
    memcpy(peer->client_version, all.ptr, len - 1);
    peer->has_client_version = true;
    sx_buffer_consume(&peer->in, len + 1);
    return true;
}

/* RFC 4253 section 7.1: between its KEXINIT and its NEWKEYS a client sends nothing else; under
 * strict rules the first exchange holds not even IGNORE. */
static bool is_in_order(const struct peer *peer, uint8_t number)
{
    if (number >= SX_MSG_KEXINIT && number <= SX_MSG_KEX_LAST)
        return true;
    if (!peer->kex.is_init_received)
        return peer->exchanges > 0 || number == SX_MSG_DISCONNECT;
    if (number == SX_MSG_DISCONNECT || number == SX_MSG_UNIMPLEMENTED)
        return true;
    return number <= SX_MSG_DEBUG && (peer->exchanges > 0 || !peer->is_strict);
}

static void transport_message(struct peer *peer, struct sx_slice payload)
{
    struct sx_msg_disconnect bye;
    struct sx_slice data;

    switch (payload.ptr[0]) {
    case SX_MSG_DISCONNECT:
        if (sx_msg_disconnect_decode(payload, &bye) != SX_OK)
            peer_fail(peer, SX_ERR_PEER_DECODE, "DISCONNECT");
        else
            peer->disconnect_reason = bye.reason;
        break;
    case SX_MSG_IGNORE:
        if (sx_msg_ignore_decode(payload, &data) != SX_OK)
            peer_fail(peer, SX_ERR_PEER_DECODE, "IGNORE");
        break;
    case SX_MSG_UNIMPLEMENTED:
        if (sx_msg_unimplemented_decode(payload, &peer->unimplemented) != SX_OK)
            peer_fail(peer, SX_ERR_PEER_DECODE, "UNIMPLEMENTED");
        break;
    default: peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a transport message of no use"); break;
    }
}

static void dispatch(struct peer *peer, struct sx_slice payload)
{
    uint8_t number = payload.ptr[0];

    if (peer->received_count < PEER_TRACE_MAX)
        peer->received[peer->received_count] = number;
    peer->received_count++;
    peer->counts[number]++;
    if (!is_in_order(peer, number)) {
        peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "the client's message is out of order");
        return;
    }
    if (peer->on_message != NULL && peer->on_message(peer->ctx, peer, payload))
        return;
    if (number == SX_MSG_SERVICE_REQUEST ||
        (number >= SX_MSG_USERAUTH_REQUEST && number <= SX_MSG_USERAUTH_LAST))
        peer_auth_message(peer, payload);
    else if (number >= SX_MSG_KEXINIT && number <= SX_MSG_KEX_LAST)
        peer_kex_message(peer, payload);
    else if (number >= SX_MSG_GLOBAL_REQUEST)
        peer_channel_message(peer, payload);
    else
        transport_message(peer, payload);
}

void peer_receive(struct peer *peer, struct sx_slice bytes)
{
    struct sx_fault fault = { 0 };

    if (sx_buffer_append(&peer->in, bytes) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "the peer's input is full");
    if (!peer->has_client_version && !read_client_version(peer))
        return;
    while (peer->err == SX_OK) {
        struct sx_slice payload;
        uint32_t sequence;
        enum sx_err err;
        bool has;

        err = sx_packet_read(&peer->reader, &peer->in, &fault, &has, &payload, &sequence);
        if (err != SX_OK) {
            peer_fail(peer, err, fault.text);
            return;
        }
        if (!has)
            return;
        dispatch(peer, payload);
    }
}

void peer_work(struct peer *peer)
{
    if (peer->err == SX_OK && !peer->is_stalled)
        peer_channel_work(peer);
}

struct sx_slice peer_output(const struct peer *peer)
{
    return sx_buffer_unread(&peer->out);
}

void peer_taken(struct peer *peer, size_t n)
{
    sx_buffer_consume(&peer->out, n);
}

unsigned peer_count(const struct peer *peer, uint8_t number)
{
    return peer->counts[number];
}
