/* tests/support/peer_channel.c: the server's half of one session channel: the command that it
 * runs writes support/pattern.h's bytes within the client's window and checks what it reads. */
#include "support/peer_inside.h"

#include <stdio.h>
#include <string.h>

#include "support/pattern.h"

enum {
    /* Other numbers than the client's own, so that a mix-up shows. */
    FIRST_LOCAL_ID = 4242,
    OUTPUT_SOFT = 256 * 1024,
    DATA_MAX = 32 * 1024,
};

static void on_open(struct peer *peer, struct sx_slice payload)
{
    struct peer_channel *channel = &peer->channel;
    struct sx_msg_channel_open_confirmation reply = { 0 };
    struct sx_msg_channel_open_failure failure = { 0 };
    struct sx_msg_channel_open msg;

    if (channel->is_open || !peer->is_logged_on ||
        sx_msg_channel_open_decode(payload, &msg) != SX_OK ||
        !sx_slice_is_text(msg.type, "session") || msg.fields.len != 0) {
        peer_fail(peer, SX_ERR_PEER_CHANNEL_OPEN, "CHANNEL_OPEN");
        return;
    }
    if (peer->config.open_failure != 0) {
        failure.recipient = msg.sender;
        failure.reason = peer->config.open_failure;
        failure.description = sx_slice_text("no more \033[31msessions\n");
        sx_msg_channel_open_failure_encode(peer_begin(peer), &failure);
        peer_end(peer);
        return;
    }
    *channel = (struct peer_channel){
        .is_open = true,
        .local_id = channel->local_id == 0 ? FIRST_LOCAL_ID : channel->local_id + 1,
        .remote_id = msg.sender,
        .local_window = peer->config.window,
        .remote_window = msg.window,
        .remote_packet = msg.max_packet,
    };
    reply.recipient = msg.sender;
    reply.sender = channel->local_id;
    reply.window = peer->config.window;
    reply.max_packet = peer->config.max_packet;
    sx_msg_channel_open_confirmation_encode(peer_begin(peer), &reply);
    peer_end(peer);
}

static void send_number(struct peer *peer, uint8_t number)
{
    sx_msg_channel_number_encode(peer_begin(peer), number, peer->channel.remote_id);
    peer_end(peer);
}

static void on_request(struct peer *peer, struct sx_slice payload)
{
    struct peer_channel *channel = &peer->channel;
    struct sx_msg_channel_request msg;
    struct sx_reader reader;
    struct sx_slice command;

    if (sx_msg_channel_request_decode(payload, &msg) != SX_OK) {
        peer_fail(peer, SX_ERR_PEER_DECODE, "a channel request");
        return;
    }
    sx_reader_init(&reader, msg.fields);
    command = sx_reader_string(&reader);
    if (sx_slice_is_text(msg.type, "signal")) {
        snprintf(peer->signal_name, sizeof peer->signal_name, "%.*s", (int)command.len,
                 (const char *)command.ptr);
        channel->ending = peer->config.command.ending;
        return;
    }
    if (!sx_slice_is_text(msg.type, "exec") || !msg.want_reply || channel->is_running ||
        sx_reader_finish(&reader) != SX_OK) {
        peer_fail(peer, SX_ERR_PEER_CHANNEL_MESSAGE, "another channel request than exec");
        return;
    }
    sx_buffer_clear(&peer->command);
    if (sx_buffer_append(&peer->command, command) != SX_OK)
        peer_fail(peer, SX_ERR_SPACE, "the command has no room");
    if (peer->config.command.is_refused) {
        send_number(peer, SX_MSG_CHANNEL_FAILURE);
        return;
    }
    send_number(peer, SX_MSG_CHANNEL_SUCCESS);
    channel->is_running = true;
    if (!peer->config.command.is_endless)
        channel->ending = peer->config.command.ending;
}

static void on_data(struct peer *peer, struct sx_slice payload)
{
    struct peer_channel *channel = &peer->channel;
    struct sx_msg_channel_window_adjust adjust = { channel->remote_id, 0 };
    struct sx_msg_channel_data msg;

    if (sx_msg_channel_data_decode(payload, &msg) != SX_OK || channel->is_eof_received ||
        msg.data.len == 0 || msg.data.len > channel->local_window ||
        msg.data.len > peer->config.max_packet) {
        peer_fail(peer, SX_ERR_PEER_CHANNEL_DATA, "data beyond window or packet, or after EOF");
        return;
    }
    if (!pattern_is_at(PATTERN_STDIN, channel->stdin_bytes, msg.data))
        peer_fail(peer, SX_ERR_PEER_CHANNEL_DATA, "standard input arrives changed");
    channel->stdin_bytes += msg.data.len;
    channel->local_window -= (uint32_t)msg.data.len;
    adjust.bytes = peer->config.window - channel->local_window;
    if (adjust.bytes <= peer->config.window / 2 || channel->is_close_sent)
        return;
    channel->local_window += adjust.bytes;
    sx_msg_channel_window_adjust_encode(peer_begin(peer), &adjust);
    peer_end(peer);
}

static void on_window_adjust(struct peer *peer, struct sx_slice payload)
{
    struct sx_msg_channel_window_adjust msg;

    if (sx_msg_channel_window_adjust_decode(payload, &msg) != SX_OK || msg.bytes == 0 ||
        msg.bytes > UINT32_MAX - peer->channel.remote_window)
        peer_fail(peer, SX_ERR_PEER_CHANNEL_MESSAGE, "WINDOW_ADJUST");
    else
        peer->channel.remote_window += msg.bytes;
}

static void on_eof(struct peer *peer)
{
    if (peer->channel.is_eof_received)
        peer_fail(peer, SX_ERR_PEER_CHANNEL_MESSAGE, "a second EOF");
    peer->channel.is_eof_received = true;
}

static void on_close(struct peer *peer)
{
    struct peer_channel *channel = &peer->channel;

    if (!channel->is_close_sent)
        send_number(peer, SX_MSG_CHANNEL_CLOSE);
    channel->is_open = false;
    channel->is_running = false;
    channel->ending = NULL;
}

/* All but CHANNEL_OPEN must name the channel that is open. */
static bool is_for_open_channel(const struct peer *peer, struct sx_slice payload)
{
    struct sx_reader reader;

    sx_reader_init(&reader, payload);
    (void)sx_reader_u8(&reader);
    return peer->channel.is_open && sx_reader_u32(&reader) == peer->channel.local_id;
}

void peer_channel_message(struct peer *peer, struct sx_slice payload)
{
    uint8_t number = payload.ptr[0];

    if (number == SX_MSG_CHANNEL_OPEN) {
        on_open(peer, payload);
        return;
    }
    if (number == SX_MSG_REQUEST_FAILURE || number == SX_MSG_CHANNEL_OPEN_FAILURE)
        return; /* answers to what a test asked; they are counted */
    if (!is_for_open_channel(peer, payload)) {
        peer_fail(peer, SX_ERR_PEER_CHANNEL_ID, "the client names a channel that is not open");
        return;
    }
    switch (number) {
    case SX_MSG_CHANNEL_REQUEST: on_request(peer, payload); break;
    case SX_MSG_CHANNEL_DATA: on_data(peer, payload); break;
    case SX_MSG_CHANNEL_WINDOW_ADJUST: on_window_adjust(peer, payload); break;
    case SX_MSG_CHANNEL_EOF: on_eof(peer); break;
    case SX_MSG_CHANNEL_CLOSE: on_close(peer); break;
    case SX_MSG_CHANNEL_FAILURE: break; /* to a request of a test */
    default: peer_fail(peer, SX_ERR_PEER_UNEXPECTED, "a channel message of no use"); break;
    }
}

/* --- The command's own course ----------------------------------------------------------------- */

void peer_send_data(struct peer *peer, uint32_t type, struct sx_slice data)
{
    struct peer_channel *channel = &peer->channel;

    if (type == 0) {
        const struct sx_msg_channel_data msg = { channel->remote_id, data };

        sx_msg_channel_data_encode(peer_begin(peer), &msg);
    } else {
        const struct sx_msg_channel_extended_data msg = { channel->remote_id, type, data };

        sx_msg_channel_extended_data_encode(peer_begin(peer), &msg);
    }
    peer_end(peer);
}

/* One data message of a stream that has total bytes; false when nothing can be sent. */
static bool send_piece(struct peer *peer, uint32_t type, uint64_t total, uint64_t *sent)
{
    struct peer_channel *channel = &peer->channel;
    uint8_t data[DATA_MAX];
    uint64_t n = total - *sent;

    if (n > channel->remote_window)
        n = channel->remote_window;
    if (n > channel->remote_packet)
        n = channel->remote_packet;
    if (peer->config.command.piece != 0 && n > peer->config.command.piece)
        n = peer->config.command.piece;
    if (n > sizeof data)
        n = sizeof data;
    if (n == 0)
        return false;
    pattern_fill(type == 0 ? PATTERN_STDOUT : PATTERN_STDERR, *sent, data, (size_t)n);
    peer_send_data(peer, type, sx_slice_of(data, (size_t)n));
    *sent += n;
    channel->remote_window -= (uint32_t)n;
    return true;
}

void peer_send_ending(struct peer *peer, char letter)
{
    struct peer_channel *channel = &peer->channel;
    const struct peer_command *command = &peer->config.command;

    switch (letter) {
    case 's':
        sx_msg_exit_status_encode(peer_begin(peer), channel->remote_id, command->status);
        peer_end(peer);
        break;
    case 'g':
        sx_msg_exit_signal_encode(peer_begin(peer), channel->remote_id, &command->signal);
        peer_end(peer);
        break;
    case 'e': send_number(peer, SX_MSG_CHANNEL_EOF); break;
    case 'c':
        send_number(peer, SX_MSG_CHANNEL_CLOSE);
        channel->is_close_sent = true;
        break;
    default: peer_fail(peer, SX_ERR_ARGUMENT, "an ending has a letter that means nothing"); break;
    }
}

static bool is_output_done(const struct peer *peer)
{
    const struct peer_command *command = &peer->config.command;
    const struct peer_channel *channel = &peer->channel;

    return channel->stdout_sent == command->stdout_bytes &&
           channel->stderr_sent == command->stderr_bytes &&
           (!command->awaits_eof || channel->is_eof_received);
}

void peer_channel_work(struct peer *peer)
{
    const struct peer_command *command = &peer->config.command;
    struct peer_channel *channel = &peer->channel;
    bool has_moved = true;

    /* As sshd does: no data while a key exchange runs, and none that nobody takes off. */
    while (channel->is_running && has_moved && !peer->kex.is_init_sent &&
           sx_buffer_len(&peer->out) < OUTPUT_SOFT) {
        has_moved = send_piece(peer, 0, command->stdout_bytes, &channel->stdout_sent);
        if (send_piece(peer, 1, command->stderr_bytes, &channel->stderr_sent))
            has_moved = true;
    }
    if (!channel->is_running || channel->ending == NULL || !is_output_done(peer))
        return;
    while (*channel->ending != '\0' && channel->is_running)
        peer_send_ending(peer, *channel->ending++);
}
