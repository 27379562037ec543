/* tests/support/peer_send.c: how the peer's messages go out: held back during a key exchange,
 * tampered with, sealed. */
#include "support/peer_inside.h"

#include <string.h>

/* The whole of a packet that was appended to out at mark. */
static void flip_sealed(struct peer *peer, size_t mark, const struct peer_tamper *tamper)
{
    uint8_t *packet = sx_buffer_mut(&peer->out) + mark;
    size_t n = sx_buffer_len(&peer->out) - mark;
    size_t at = tamper->offset >= 0 ? (size_t)tamper->offset : n - (size_t)(-tamper->offset);

    if (at < n)
        packet[at] ^= tamper->mask;
}

/* What follows SUCCESS is compressed, both ways. A client whose NEWKEYS is still on its way sent that
 * before it knew of the SUCCESS: there the new keys bring it. */
static void start_delayed_compression(struct peer *peer)
{
    peer->is_success_sent = true;
    if (sx_packet_writer_authenticated(&peer->writer) != SX_OK ||
        (!peer->kex.is_init_received && sx_packet_reader_authenticated(&peer->reader) != SX_OK))
        peer_fail(peer, SX_ERR_MEMORY, "delayed compression");
}

static void seal(struct peer *peer, struct sx_slice payload)
{
    struct sx_writer writer;

    peer->last_sequence = peer->writer.sequence;
    if (sx_packet_begin(&peer->writer, &peer->out, payload.len, &writer) != SX_OK) {
        peer_fail(peer, SX_ERR_SPACE, "the peer's output is full");
        return;
    }
    sx_writer_bytes(&writer, payload);
    if (sx_packet_end(&peer->writer, &peer->out, &writer) != SX_OK)
        peer_fail(peer, SX_ERR_ENCRYPT, "the peer can't seal a packet");
    if (payload.len > 0 && payload.ptr[0] == SX_MSG_USERAUTH_SUCCESS)
        start_delayed_compression(peer);
}

/* Only the first n bytes of what follows mark leave, and nothing after them. */
static void cut(struct peer *peer, size_t mark, size_t n)
{
    size_t len = sx_buffer_len(&peer->out) - mark;

    peer->is_stalled = true;
    if (n < len)
        peer->out.end -= len - n;
}

static void append(struct peer *peer, struct sx_slice bytes)
{
    if (sx_buffer_append(&peer->out, bytes) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "the peer's output is full");
}

static void replay(struct peer *peer, size_t mark)
{
    size_t n = sx_buffer_len(&peer->out) - mark;
    uint8_t *room;

    if (sx_buffer_reserve(&peer->out, n, &room) != SX_OK) {
        peer_fail(peer, SX_ERR_SPACE, "the peer's output is full");
        return;
    }
    memcpy(room, sx_buffer_mut(&peer->out) + mark, n);
    sx_buffer_commit(&peer->out, n);
}

static struct sx_slice flip_plain(struct peer *peer, struct sx_slice payload,
                                  const struct peer_tamper *tamper)
{
    size_t at =
        tamper->offset >= 0 ? (size_t)tamper->offset : payload.len - (size_t)(-tamper->offset);

    memcpy(peer->edited, payload.ptr, payload.len);
    if (at < payload.len)
        peer->edited[at] ^= tamper->mask;
    return sx_slice_of(peer->edited, payload.len);
}

static struct sx_slice edit(struct peer *peer, struct sx_slice payload,
                            const struct peer_tamper *tamper)
{
    struct sx_writer writer;
    struct sx_slice edited = payload;

    sx_writer_init(&writer, peer->edited, sizeof peer->edited);
    tamper->edit(tamper->ctx, payload, &writer);
    if (sx_writer_finish(&writer, &edited) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "an edit needs more room");
    return edited;
}

static void send_tampered(struct peer *peer, struct sx_slice payload,
                          const struct peer_tamper *tamper)
{
    size_t mark = sx_buffer_len(&peer->out);

    switch (tamper->kind) {
    case TAMPER_STALL: peer->is_stalled = true; return;
    case TAMPER_DROP: return;
    case TAMPER_REPLACE: seal(peer, tamper->bytes); return;
    case TAMPER_INSERT: seal(peer, tamper->bytes); break;
    case TAMPER_REPEAT: seal(peer, payload); break;
    case TAMPER_EDIT: seal(peer, edit(peer, payload, tamper)); return;
    case TAMPER_FLIP_PLAIN: seal(peer, flip_plain(peer, payload, tamper)); return;
    case TAMPER_LENGTH: peer_seal_odd(peer, payload, tamper->value, -1); return;
    case TAMPER_PADDING: peer_seal_odd(peer, payload, -1, tamper->value); return;
    case TAMPER_RAW: append(peer, tamper->bytes); return;
    case TAMPER_FLIP_SEALED:
        seal(peer, payload);
        flip_sealed(peer, mark, tamper);
        return;
    case TAMPER_LOSE:
        seal(peer, payload);
        peer->out.end = peer->out.start + mark;
        return;
    case TAMPER_REPLAY:
        seal(peer, payload);
        replay(peer, mark);
        return;
    case TAMPER_CUT:
        seal(peer, payload);
        cut(peer, mark, tamper->value);
        return;
    case TAMPER_NONE: break;
    }
    seal(peer, payload);
}

/* The tamper for the next message, if there is one; used up by this. */
static struct peer_tamper take_tamper(struct peer *peer, uint8_t number)
{
    struct peer_tamper found = { .kind = TAMPER_NONE };

    for (size_t i = 0; i < PEER_TAMPERS_MAX; i++) {
        struct peer_tamper *tamper = &peer->tampers[i];

        if (tamper->kind == TAMPER_NONE ||
            (tamper->index != PEER_ANY && tamper->index != (int)peer->sent_count) ||
            (tamper->number != PEER_ANY && tamper->number != number))
            continue;
        found = *tamper;
        if (!tamper->is_repeated)
            tamper->kind = TAMPER_NONE;
        break;
    }
    return found;
}

void peer_emit(struct peer *peer, struct sx_slice payload)
{
    struct peer_tamper tamper;

    if (peer->is_stalled || payload.len == 0)
        return;
    tamper = take_tamper(peer, payload.ptr[0]);
    if (peer->sent_count < PEER_TRACE_MAX)
        peer->sent[peer->sent_count] = payload.ptr[0];
    peer->sent_count++;
    send_tampered(peer, payload, &tamper);
}

void peer_inject(struct peer *peer, struct sx_slice payload)
{
    seal(peer, payload);
}

/* RFC 4253 section 7.1: what may go out while our KEXINIT waits for our NEWKEYS. */
static bool is_for_any_time(uint8_t number)
{
    return number <= SX_MSG_DEBUG || (number >= SX_MSG_KEXINIT && number <= SX_MSG_KEX_LAST);
}

static void hold(struct peer *peer, struct sx_slice payload)
{
    uint8_t head[4];
    struct sx_writer writer;

    sx_writer_init(&writer, head, sizeof head);
    sx_writer_u32(&writer, (uint32_t)payload.len);
    if (sx_buffer_append(&peer->held, sx_slice_of(head, sizeof head)) != SX_OK ||
        sx_buffer_append(&peer->held, payload) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "the peer holds too much back");
}

struct sx_writer *peer_begin(struct peer *peer)
{
    sx_writer_init(&peer->writing, peer->scratch, sizeof peer->scratch);
    return &peer->writing;
}

void peer_end(struct peer *peer)
{
    struct sx_slice payload;

    if (sx_writer_finish(&peer->writing, &payload) != SX_OK || payload.len == 0)
        peer_fail(peer, SX_ERR_SPACE, "a message of the peer needs more room");
    else if (peer->kex.is_init_sent && !is_for_any_time(payload.ptr[0]))
        hold(peer, payload);
    else
        peer_emit(peer, payload);
}

void peer_flush_held(struct peer *peer)
{
    struct sx_reader reader;

    sx_reader_init(&reader, sx_buffer_unread(&peer->held));
    while (reader.left > 0 && !sx_reader_is_bad(&reader))
        peer_emit(peer, sx_reader_string(&reader));
    sx_buffer_clear(&peer->held);
}

struct peer_tamper *peer_tamper(struct peer *peer, enum peer_tamper_kind kind, int index,
                                int number)
{
    size_t i = 0;

    while (i + 1 < PEER_TAMPERS_MAX && peer->tampers[i].kind != TAMPER_NONE)
        i++;
    peer->tampers[i] = (struct peer_tamper){ .kind = kind, .index = index, .number = number };
    return &peer->tampers[i];
}
