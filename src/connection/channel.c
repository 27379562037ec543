/* connection/channel.c: our side of the channel: what we ask for and send. What the server sends
 * is in channel_receive.c. */
#include "connection/channel.h"

#include <string.h>

#include "connection/channel_receive.h"
#include "wire/msg_connection.h"

enum {
    /* Largest data packet that we send, whatever the server allows: bigger ones save nothing and
     * cost memory on both ends. */
    DATA_MAX = 32 * 1024,
    DATA_HEAD = 1 + 4 + 4,
    /* Shorter writes are gathered until something is to be sent, and share a packet: one of its
     * own costs 2 microseconds here and as much there, a hundred times what copying 50 bytes does.
     * Nobody waits for it: what is gathered goes when the socket is next asked to take bytes. */
    GATHER_BELOW = 2 * 1024,
    /* Longer ones are encrypted from the caller's memory: what the copy costs, up to 5 % of a GiB's
     * CPU, is more than the cipher's two calls in addition. */
    BORROW_FROM = 8 * 1024,
};

void sx_channel_init(struct sx_channel *channel, const struct sx_channel_config *config,
                     struct sx_transport *transport, struct sx_event_queue *events,
                     struct sx_fault *fault)
{
    memset(channel, 0, sizeof *channel);
    channel->config = *config;
    channel->transport = transport;
    channel->events = events;
    channel->fault = fault;
    sx_buffer_init(&channel->command, SX_CHANNEL_COMMAND_MAX);
    sx_buffer_init(&channel->gathered, DATA_MAX);
}

void sx_channel_clear(struct sx_channel *channel)
{
    sx_buffer_clear(&channel->command);
    sx_buffer_clear(&channel->gathered);
}

/* A fresh channel: all of the last one's state goes but for the number, which moves on, so that
 * late messages of the old channel can't be taken for the new one's. */
static void restart(struct sx_channel *channel)
{
    const struct sx_channel_config config = channel->config; /* init clears what it points into */
    uint32_t next = channel->state == SX_CHANNEL_NONE ? 0 : channel->local_id + 1;
    uint64_t progress = channel->progress;

    sx_channel_clear(channel);
    sx_channel_init(channel, &config, channel->transport, channel->events, channel->fault);
    channel->local_id = next;
    channel->progress = progress;
}

enum sx_err sx_channel_execute(struct sx_channel *channel, struct sx_slice command)
{
    struct sx_msg_channel_open msg = { .type = sx_slice_text("session") };
    struct sx_writer payload;

    if (channel->state != SX_CHANNEL_NONE && channel->state != SX_CHANNEL_CLOSED)
        return SX_ERR_BUSY;
    if (command.len > SX_CHANNEL_COMMAND_MAX)
        return sx_fault_set(channel->fault, SX_ERR_ARGUMENT,
                            "the command has %zu bytes, more than %d", command.len,
                            SX_CHANNEL_COMMAND_MAX);
    restart(channel);
    SX_TRY(sx_buffer_append(&channel->command, command));
    sx_window_init(&channel->window, channel->config.window, channel->transport->now);
    msg.sender = channel->local_id;
    msg.window = channel->window.size;
    msg.max_packet = channel->config.max_packet;
    SX_TRY(sx_transport_begin(channel->transport, 64, &payload));
    sx_msg_channel_open_encode(&payload, &msg);
    SX_TRY(sx_transport_end(channel->transport, &payload));
    channel->state = SX_CHANNEL_OPENING;
    return SX_OK;
}

/* The command is only sent once the terminal is there: it would run without one else. */
static enum sx_err ask_terminal(struct sx_channel *channel)
{
    const struct sx_channel_config *config = &channel->config;
    bool in_pixels = config->is_terminal_in_pixels;
    const struct sx_terminal_modes none = { { 0 }, 1 };
    const struct sx_terminal_modes *modes =
        config->terminal_modes == NULL || config->terminal_modes->len == 0 ? &none
                                                                           : config->terminal_modes;
    const struct sx_msg_pty_req msg = {
        .recipient = channel->remote_id,
        .want_reply = true,
        .term = sx_slice_text(config->terminal_type),
        .columns = in_pixels ? 0 : config->terminal_width,
        .rows = in_pixels ? 0 : config->terminal_height,
        .width_pixels = in_pixels ? config->terminal_width : 0,
        .height_pixels = in_pixels ? config->terminal_height : 0,
        .modes = sx_slice_of(modes->bytes, modes->len),
    };
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(channel->transport, 128 + msg.term.len + msg.modes.len, &payload));
    sx_msg_pty_req_encode(&payload, &msg);
    SX_TRY(sx_transport_end(channel->transport, &payload));
    channel->state = SX_CHANNEL_STARTING;
    channel->is_terminal_asked = true;
    return SX_OK;
}

enum sx_err sx_channel_send_exec(struct sx_channel *channel)
{
    struct sx_slice command = sx_buffer_unread(&channel->command);
    struct sx_writer payload;

    if (channel->is_close_wanted) { /* given up before the server opened it: nothing is run */
        channel->state = SX_CHANNEL_STARTING;
        sx_buffer_clear(&channel->command);
        return sx_channel_close(channel);
    }
    if (channel->config.has_terminal && channel->state == SX_CHANNEL_OPENING)
        return ask_terminal(channel);
    SX_TRY(sx_transport_begin(channel->transport, 64 + command.len, &payload));
    sx_msg_exec_encode(&payload, channel->remote_id, true, command);
    SX_TRY(sx_transport_end(channel->transport, &payload));
    sx_buffer_clear(&channel->command); /* it may hold a password */
    channel->state = SX_CHANNEL_STARTING;
    return SX_OK;
}

static bool is_writable(const struct sx_channel *channel)
{
    return channel->state == SX_CHANNEL_RUNNING && !channel->is_eof_wanted &&
           !channel->is_close_sent && !channel->is_close_received;
}

/* What can still be put into the packet that is being gathered, or into a new one. */
static size_t write_room(const struct sx_channel *channel)
{
    size_t limit = channel->remote_packet < DATA_MAX ? channel->remote_packet : DATA_MAX;
    size_t gathered = sx_buffer_len(&channel->gathered);

    if (channel->remote_window < limit)
        limit = channel->remote_window;
    return limit > gathered ? limit - gathered : 0;
}

static enum sx_err send_data(struct sx_channel *channel, struct sx_slice data)
{
    const struct sx_msg_channel_data msg = { channel->remote_id, data };
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(channel->transport, DATA_HEAD + data.len, &payload));
    if (data.len < BORROW_FROM)
        sx_msg_channel_data_encode(&payload, &msg);
    else
        sx_msg_channel_data_encode_borrowed(&payload, &msg);
    SX_TRY(sx_transport_end(channel->transport, &payload));
    channel->remote_window -= (uint32_t)data.len;
    return SX_OK;
}

enum sx_err sx_channel_flush(struct sx_channel *channel)
{
    struct sx_slice data = sx_buffer_unread(&channel->gathered);

    if (data.len == 0)
        return SX_OK;
    if (channel->state == SX_CHANNEL_RUNNING)
        SX_TRY(send_data(channel, data));
    sx_buffer_consume(&channel->gathered, data.len);
    return SX_OK;
}

/* Takes data, which there is room for, into a packet of its own or with others. */
static enum sx_err take(struct sx_channel *channel, struct sx_slice data)
{
    bool fills = data.len == write_room(channel);

    if (sx_buffer_len(&channel->gathered) == 0 && (fills || data.len >= GATHER_BELOW))
        return send_data(channel, data);
    SX_TRY(sx_buffer_append(&channel->gathered, data));
    return fills ? sx_channel_flush(channel) : SX_OK;
}

enum sx_err sx_channel_write(struct sx_channel *channel, struct sx_slice data, size_t *out_taken)
{
    size_t taken = 0;

    *out_taken = 0;
    if (!is_writable(channel))
        return SX_ERR_STATE;
    while (taken < data.len && write_room(channel) > 0 &&
           sx_transport_can_send_data(channel->transport)) {
        size_t room = write_room(channel);
        size_t n = data.len - taken < room ? data.len - taken : room;

        SX_TRY(take(channel, sx_slice_of(data.ptr + taken, n)));
        taken += n;
        *out_taken = taken;
    }
    channel->written += taken;
    channel->progress += taken;
    if (data.len > 0) /* of no data at all nobody waits for the rest */
        channel->is_blocked = taken < data.len;
    return SX_OK;
}

enum sx_err sx_channel_send_number(struct sx_channel *channel, uint8_t number)
{
    struct sx_writer payload;

    SX_TRY(sx_transport_begin(channel->transport, 16, &payload));
    sx_msg_channel_number_encode(&payload, number, channel->remote_id);
    return sx_transport_end(channel->transport, &payload);
}

enum sx_err sx_channel_send_eof(struct sx_channel *channel)
{
    if (channel->state == SX_CHANNEL_NONE || channel->state == SX_CHANNEL_CLOSED)
        return SX_ERR_STATE;
    channel->is_eof_wanted = true;
    if (channel->state != SX_CHANNEL_RUNNING || channel->is_eof_sent || channel->is_close_sent)
        return SX_OK; /* sent as soon as the command runs */
    SX_TRY(sx_channel_flush(channel));
    sx_buffer_clear(&channel->gathered);
    channel->is_eof_sent = true;
    return sx_channel_send_number(channel, SX_MSG_CHANNEL_EOF);
}

enum sx_err sx_channel_signal(struct sx_channel *channel, struct sx_slice name)
{
    struct sx_writer payload;

    if (channel->state != SX_CHANNEL_RUNNING || channel->is_close_sent)
        return SX_ERR_STATE;
    SX_TRY(sx_channel_flush(channel));
    SX_TRY(sx_transport_begin(channel->transport, 64 + name.len, &payload));
    sx_msg_signal_encode(&payload, channel->remote_id, name);
    return sx_transport_end(channel->transport, &payload);
}

/* A stream that ended, or will be cut off, needs no window, and no clock wakes for it. */
static bool may_give(const struct sx_channel *channel)
{
    return (channel->state == SX_CHANNEL_STARTING || channel->state == SX_CHANNEL_RUNNING) &&
           !channel->is_close_received && !channel->is_close_sent && !channel->is_eof_received;
}

/* Gives the server what window there is to give, if that is enough for a message. */
static enum sx_err give_window(struct sx_channel *channel)
{
    struct sx_msg_channel_window_adjust msg = { .recipient = channel->remote_id };
    struct sx_writer payload;

    msg.bytes = sx_window_grant(&channel->window, channel->transport->now);
    if (msg.bytes == 0)
        return SX_OK;
    SX_TRY(sx_transport_begin(channel->transport, 16, &payload));
    sx_msg_channel_window_adjust_encode(&payload, &msg);
    return sx_transport_end(channel->transport, &payload);
}

enum sx_err sx_channel_consumed(struct sx_channel *channel, size_t n)
{
    if (!may_give(channel))
        return SX_OK;
    sx_window_consumed(&channel->window, n);
    return give_window(channel);
}

uint64_t sx_channel_deadline(const struct sx_channel *channel)
{
    return may_give(channel) ? sx_window_deadline(&channel->window) : UINT64_MAX;
}

enum sx_err sx_channel_tick(struct sx_channel *channel)
{
    return sx_channel_deadline(channel) <= channel->transport->now ? give_window(channel) : SX_OK;
}

enum sx_err sx_channel_widen(struct sx_channel *channel, uint32_t window)
{
    if (window > channel->config.window)
        channel->config.window = window;
    if (channel->state == SX_CHANNEL_NONE || channel->state == SX_CHANNEL_CLOSED)
        return SX_OK;
    sx_window_widen(&channel->window, channel->config.window);
    return may_give(channel) ? give_window(channel) : SX_OK;
}

enum sx_err sx_channel_close(struct sx_channel *channel)
{
    channel->is_close_wanted = true;
    if (channel->is_close_sent || channel->state == SX_CHANNEL_NONE ||
        channel->state == SX_CHANNEL_OPENING || channel->state == SX_CHANNEL_CLOSED)
        return SX_OK; /* while it opens, the wish is kept */
    SX_TRY(sx_channel_flush(channel));
    channel->is_close_sent = true;
    return sx_channel_send_number(channel, SX_MSG_CHANNEL_CLOSE);
}

enum sx_err sx_channel_poll(struct sx_channel *channel)
{
    if (!channel->is_blocked || !is_writable(channel) || channel->remote_window == 0 ||
        !sx_transport_can_send_data(channel->transport))
        return SX_OK;
    channel->is_blocked = false;
    return sx_event_push(channel->events, (struct sx_event){ .type = SX_EVENT_STDIN_READY });
}
