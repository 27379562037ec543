/* connection/channel_receive.c: what the server says on and about the channel. Output, exit
 * status, EOF and CLOSE may come in any order but for data after EOF or CLOSE. */
#include "connection/channel_receive.h"

#include <string.h>

#include "wire/msg_connection.h"
#include "wire/msg_transport.h"

static enum sx_err unexpected(struct sx_channel *channel, uint8_t number)
{
    return sx_fault_set(channel->fault, SX_ERR_PEER_CHANNEL_MESSAGE,
                        "the server sent channel message %u, which has no place in the channel's "
                        "present state",
                        number);
}

/* The number must be our open channel's. */
static enum sx_err check_id(struct sx_channel *channel, uint32_t recipient)
{
    if (channel->state == SX_CHANNEL_NONE || channel->state == SX_CHANNEL_CLOSED ||
        recipient != channel->local_id)
        return sx_fault_set(channel->fault, SX_ERR_PEER_CHANNEL_ID,
                            "the server named channel %u, which is not open", recipient);
    return SX_OK;
}

static enum sx_err on_confirmation(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_open_confirmation msg;

    SX_TRY(sx_msg_channel_open_confirmation_decode(payload, &msg));
    SX_TRY(check_id(channel, msg.recipient));
    if (channel->state != SX_CHANNEL_OPENING)
        return unexpected(channel, payload.ptr[0]);
    if (msg.max_packet < SX_CHANNEL_PACKET_MIN)
        return sx_fault_set(channel->fault, SX_ERR_PEER_CHANNEL_MESSAGE,
                            "the server allows %u bytes in a packet, less than %d", msg.max_packet,
                            SX_CHANNEL_PACKET_MIN);
    channel->remote_id = msg.sender;
    channel->remote_window = msg.window;
    channel->remote_packet = msg.max_packet;
    sx_window_measure(&channel->window, channel->transport->now);
    return sx_channel_send_exec(channel);
}

static enum sx_err on_open_failure(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_open_failure msg;
    struct sx_event event = { .type = SX_EVENT_CHANNEL_CLOSED };

    SX_TRY(sx_msg_channel_open_failure_decode(payload, &msg));
    SX_TRY(check_id(channel, msg.recipient));
    if (channel->state != SX_CHANNEL_OPENING)
        return unexpected(channel, payload.ptr[0]);
    channel->state = SX_CHANNEL_CLOSED;
    channel->progress++;
    event.closed =
        (struct sx_event_closed){ SX_ERR_PEER_CHANNEL_OPEN, msg.reason, msg.description, false };
    return sx_event_push(channel->events, event);
}

static enum sx_err on_window_adjust(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_window_adjust msg;

    SX_TRY(sx_msg_channel_window_adjust_decode(payload, &msg));
    SX_TRY(check_id(channel, msg.recipient));
    if (channel->state == SX_CHANNEL_OPENING)
        return unexpected(channel, payload.ptr[0]);
    if (msg.bytes > UINT32_MAX - channel->remote_window)
        return sx_fault_set(channel->fault, SX_ERR_PEER_CHANNEL_MESSAGE,
                            "the server raised the window beyond 2^32 - 1 bytes");
    channel->remote_window += msg.bytes;
    return SX_OK;
}

/* Output of the command; type is 0 for stdout. */
static enum sx_err on_output(struct sx_channel *channel, uint32_t recipient, uint32_t type,
                             struct sx_slice data)
{
    struct sx_event event = { .type = type == 0 ? SX_EVENT_STDOUT : SX_EVENT_STDERR };

    SX_TRY(check_id(channel, recipient));
    if (channel->state == SX_CHANNEL_OPENING)
        return unexpected(channel, SX_MSG_CHANNEL_DATA);
    if (channel->is_eof_received || channel->is_close_received)
        return sx_fault_set(channel->fault, SX_ERR_PEER_CHANNEL_DATA,
                            "the server sent data after the end of the stream");
    if (data.len > channel->window.left || data.len > channel->config.max_packet)
        return sx_fault_set(channel->fault, SX_ERR_PEER_CHANNEL_DATA,
                            "the server sent %zu bytes of data, beyond the window of %u or the "
                            "packet size of %u",
                            data.len, channel->window.left, channel->config.max_packet);
    sx_window_received(&channel->window, data.len, channel->transport->now);
    if (data.len == 0)
        return SX_OK;
    channel->progress += data.len;
    /* After our CLOSE, and of streams that have no meaning here, data is read and dropped. */
    if (channel->is_close_sent || (type != 0 && type != SX_EXTENDED_DATA_STDERR))
        return sx_channel_consumed(channel, data.len);
    event.text = data;
    return sx_event_push(channel->events, event);
}

static enum sx_err on_data(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_data msg;

    SX_TRY(sx_msg_channel_data_decode(payload, &msg));
    return on_output(channel, msg.recipient, 0, msg.data);
}

static enum sx_err on_extended_data(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_extended_data msg;

    SX_TRY(sx_msg_channel_extended_data_decode(payload, &msg));
    /* Type 0 is no stream of its own: taken for an unknown one, not for stdout. */
    return on_output(channel, msg.recipient, msg.type == 0 ? UINT32_MAX : msg.type, msg.data);
}

static enum sx_err on_close(struct sx_channel *channel)
{
    struct sx_event event = { .type = SX_EVENT_CHANNEL_CLOSED };

    if (channel->is_close_received)
        return unexpected(channel, SX_MSG_CHANNEL_CLOSE);
    channel->is_close_received = true;
    if (!channel->is_close_sent) {
        SX_TRY(sx_channel_flush(channel));
        channel->is_close_sent = true;
        SX_TRY(sx_channel_send_number(channel, SX_MSG_CHANNEL_CLOSE));
    }
    if (channel->is_refused) {
        event.closed.err = SX_ERR_PEER_REQUEST_REFUSED;
        event.closed.is_terminal_refused = channel->is_terminal_asked;
    }
    channel->state = SX_CHANNEL_CLOSED;
    return sx_event_push(channel->events, event);
}

static enum sx_err on_started(struct sx_channel *channel)
{
    channel->state = SX_CHANNEL_RUNNING;
    SX_TRY(sx_event_push(channel->events, (struct sx_event){ .type = SX_EVENT_STARTED }));
    return channel->is_eof_wanted ? sx_channel_send_eof(channel) : SX_OK;
}

/* EOF, CLOSE, SUCCESS and FAILURE. */
static enum sx_err on_number(struct sx_channel *channel, struct sx_slice payload)
{
    uint8_t number = payload.ptr[0];
    uint32_t recipient;

    SX_TRY(sx_msg_channel_number_decode(payload, number, &recipient));
    SX_TRY(check_id(channel, recipient));
    if (channel->state == SX_CHANNEL_OPENING)
        return unexpected(channel, number);
    if (number == SX_MSG_CHANNEL_EOF) {
        if (!channel->is_eof_received) /* a drip of EOFs is no sign of life */
            channel->progress++;
        channel->is_eof_received = true;
        return SX_OK;
    }
    channel->progress++;
    if (number == SX_MSG_CHANNEL_CLOSE)
        return on_close(channel);
    if (channel->state != SX_CHANNEL_STARTING || channel->is_refused)
        return unexpected(channel, number);
    if (number == SX_MSG_CHANNEL_SUCCESS && channel->is_terminal_asked) {
        channel->is_terminal_asked = false;
        return sx_channel_send_exec(channel);
    }
    if (number == SX_MSG_CHANNEL_SUCCESS) {
        sx_window_measure(&channel->window, channel->transport->now);
        return on_started(channel);
    }
    channel->is_refused = true;
    return sx_channel_close(channel); /* the server's CLOSE follows, then the event */
}

static enum sx_err tell_exit(struct sx_channel *channel, const struct sx_event_exit *exit)
{
    struct sx_event event = { .type = SX_EVENT_EXIT };

    /* A second result can't be told from a forged one; the first stands. */
    if (channel->has_exit)
        return unexpected(channel, SX_MSG_CHANNEL_REQUEST);
    channel->has_exit = true;
    channel->progress++;
    event.exit = *exit;
    return sx_event_push(channel->events, event);
}

static enum sx_err on_request(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_request msg;
    struct sx_event_exit exit = { 0 };

    SX_TRY(sx_msg_channel_request_decode(payload, &msg));
    SX_TRY(check_id(channel, msg.recipient));
    if (channel->state == SX_CHANNEL_OPENING)
        return unexpected(channel, payload.ptr[0]);
    if (sx_slice_is_text(msg.type, "exit-status")) {
        exit.kind = SX_EXIT_STATUS;
        SX_TRY(sx_msg_exit_status_decode(msg.fields, &exit.status));
        return tell_exit(channel, &exit);
    }
    if (sx_slice_is_text(msg.type, "exit-signal")) {
        struct sx_msg_exit_signal signal;

        SX_TRY(sx_msg_exit_signal_decode(msg.fields, &signal));
        exit.kind = SX_EXIT_SIGNAL;
        exit.is_core_dumped = signal.core_dumped;
        exit.signal_name = signal.name;
        exit.message = signal.message;
        return tell_exit(channel, &exit);
    }
    /* keepalive@openssh.com and whatever else: we are here, and don't do it. */
    if (msg.want_reply && !channel->is_close_sent)
        return sx_channel_send_number(channel, SX_MSG_CHANNEL_FAILURE);
    return SX_OK;
}

static enum sx_err on_global_request(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_global_request msg;
    struct sx_writer reply;

    SX_TRY(sx_msg_global_request_decode(payload, &msg));
    if (!msg.want_reply)
        return SX_OK;
    SX_TRY(sx_transport_begin(channel->transport, 8, &reply));
    sx_msg_request_failure_encode(&reply);
    return sx_transport_end(channel->transport, &reply);
}

/* A client that asked for no forwarding opens nothing at the server's wish. */
static enum sx_err on_channel_open(struct sx_channel *channel, struct sx_slice payload)
{
    struct sx_msg_channel_open msg;
    struct sx_msg_channel_open_failure refusal = { .reason = SX_OPEN_ADMINISTRATIVELY_PROHIBITED };
    struct sx_writer reply;

    SX_TRY(sx_msg_channel_open_decode(payload, &msg));
    refusal.recipient = msg.sender;
    refusal.description = sx_slice_text("this client accepts no channels");
    SX_TRY(sx_transport_begin(channel->transport, 128, &reply));
    sx_msg_channel_open_failure_encode(&reply, &refusal);
    return sx_transport_end(channel->transport, &reply);
}

/* A server that doesn't know what opens a channel or starts a command never answers it either, and
 * there is nothing else to do on this connection. What else it doesn't know, such as a signal, the
 * command does without. */
static enum sx_err on_unimplemented(struct sx_channel *channel, struct sx_slice payload)
{
    uint32_t sequence;

    SX_TRY(sx_msg_unimplemented_decode(payload, &sequence));
    if (channel->state == SX_CHANNEL_OPENING &&
        sx_transport_was_last(channel->transport, SX_SENT_CHANNEL_OPEN, sequence))
        return sx_fault_set(channel->fault, SX_ERR_PEER_UNIMPLEMENTED,
                            "the server doesn't implement the opening of a channel (our packet "
                            "%u), so no command can run",
                            sequence);
    if (channel->state == SX_CHANNEL_STARTING &&
        sx_transport_was_last(channel->transport, SX_SENT_CHANNEL_REQUEST, sequence))
        return sx_fault_set(channel->fault, SX_ERR_PEER_UNIMPLEMENTED,
                            "the server doesn't implement requests on a channel (our packet %u), "
                            "so the command does not run",
                            sequence);
    return SX_OK;
}

enum sx_err sx_channel_message(struct sx_channel *channel, struct sx_slice payload)
{
    switch (payload.ptr[0]) {
    case SX_MSG_UNIMPLEMENTED: return on_unimplemented(channel, payload);
    case SX_MSG_GLOBAL_REQUEST: return on_global_request(channel, payload);
    case SX_MSG_CHANNEL_OPEN: return on_channel_open(channel, payload);
    case SX_MSG_CHANNEL_OPEN_CONFIRMATION: return on_confirmation(channel, payload);
    case SX_MSG_CHANNEL_OPEN_FAILURE: return on_open_failure(channel, payload);
    case SX_MSG_CHANNEL_WINDOW_ADJUST: return on_window_adjust(channel, payload);
    case SX_MSG_CHANNEL_DATA: return on_data(channel, payload);
    case SX_MSG_CHANNEL_EXTENDED_DATA: return on_extended_data(channel, payload);
    case SX_MSG_CHANNEL_EOF:
    case SX_MSG_CHANNEL_CLOSE:
    case SX_MSG_CHANNEL_SUCCESS:
    case SX_MSG_CHANNEL_FAILURE: return on_number(channel, payload);
    case SX_MSG_CHANNEL_REQUEST: return on_request(channel, payload);
    default:
        /* REQUEST_SUCCESS and REQUEST_FAILURE answer global requests, of which we sent none. */
        return sx_fault_set(channel->fault, SX_ERR_PEER_GLOBAL_REQUEST,
                            "the server answered a global request that was not made");
    }
}
