/* connection/channel.h: one session channel of RFC 4254, without I/O: open, exec, streams, window,
 * signals, exit result, close. One channel at a time; a connection serves many, one after another. */
#ifndef SX_CONNECTION_CHANNEL_H
#define SX_CONNECTION_CHANNEL_H

#include "connection/terminal.h"
#include "connection/window.h"
#include "transport/transport.h"

enum {
    SX_CHANNEL_COMMAND_MAX = 200 * 1024, /* bytes: with its head well inside one packet */
    SX_CHANNEL_PACKET_DEFAULT = 32 * 1024,
    SX_CHANNEL_PACKET_MIN = 1024, /* a peer that allows less makes no sense */
};

struct sx_channel_config {
    uint32_t window;     /* bytes that the server may send ahead, at most */
    uint32_t max_packet; /* bytes of data in one packet to us */
    /* A pseudo-terminal for the command (RFC 4254 section 6.2). All is borrowed. */
    bool has_terminal;
    bool is_terminal_in_pixels; /* what width and height count, instead of characters */
    uint32_t terminal_width;
    uint32_t terminal_height;
    const char *terminal_type;                      /* of TERM */
    const struct sx_terminal_modes *terminal_modes; /* NULL: none */
};

enum sx_channel_state {
    SX_CHANNEL_NONE,
    SX_CHANNEL_OPENING,  /* CHANNEL_OPEN sent */
    SX_CHANNEL_STARTING, /* exec sent, not answered */
    SX_CHANNEL_RUNNING,
    SX_CHANNEL_CLOSED, /* CLOSE both sent and received */
};

struct sx_channel {
    struct sx_channel_config config;
    struct sx_transport *transport;
    struct sx_event_queue *events;
    struct sx_fault *fault;
    enum sx_channel_state state;
    struct sx_buffer command;
    struct sx_buffer gathered; /* short pieces of input that will share a packet */
    uint32_t local_id;
    uint32_t remote_id;
    struct sx_window window; /* what the server may send */
    uint32_t remote_window;
    uint32_t remote_packet;
    bool is_eof_wanted; /* by the caller, after what was written */
    bool is_eof_sent;
    bool is_eof_received;
    bool is_close_wanted;
    bool is_close_sent;
    bool is_close_received;
    bool is_blocked; /* a write took less than all: say when it can go on */
    bool has_exit;
    bool is_terminal_asked; /* pty-req is not answered yet, exec follows */
    bool is_refused;        /* the server said no to exec, or to the terminal before it */
    uint64_t written;       /* bytes of input taken */
    uint64_t progress;      /* data and life signs of the command: what counts as activity */
};

void sx_channel_init(struct sx_channel *channel, const struct sx_channel_config *config,
                     struct sx_transport *transport, struct sx_event_queue *events,
                     struct sx_fault *fault);

/* sx_channel_execute opens a channel and has command run on it. SX_ERR_BUSY while one is open. */
SX_MUST_USE enum sx_err sx_channel_execute(struct sx_channel *channel, struct sx_slice command);

/* sx_channel_write takes as much of data as window and send buffer have room for; *out_taken says
 * how much. When that is less than all, SX_EVENT_STDIN_READY follows. */
SX_MUST_USE enum sx_err sx_channel_write(struct sx_channel *channel, struct sx_slice data,
                                         size_t *out_taken);

/* sx_channel_flush puts what short writes have gathered into a packet. */
SX_MUST_USE enum sx_err sx_channel_flush(struct sx_channel *channel);

/* Standard input ends after what was written. */
SX_MUST_USE enum sx_err sx_channel_send_eof(struct sx_channel *channel);

/* name without "SIG", RFC 4254 section 6.9. */
SX_MUST_USE enum sx_err sx_channel_signal(struct sx_channel *channel, struct sx_slice name);

/* sx_channel_consumed says that n bytes of output are dealt with; the window reopens by them. */
SX_MUST_USE enum sx_err sx_channel_consumed(struct sx_channel *channel, size_t n);

/* What is to be done by the clock, at sx_channel_deadline at the latest: a growing window is given
 * bit by bit. */
SX_MUST_USE enum sx_err sx_channel_tick(struct sx_channel *channel);
uint64_t sx_channel_deadline(const struct sx_channel *channel);

/* sx_channel_widen raises config.window, and gives a running command what its first window lacked. */
SX_MUST_USE enum sx_err sx_channel_widen(struct sx_channel *channel, uint32_t window);

/* Closes our side; what still comes is dropped. A channel that is not open yet is closed as soon
 * as it is, and its command is not run. */
SX_MUST_USE enum sx_err sx_channel_close(struct sx_channel *channel);

/* A message that the acceptance table gives to the connection, or an UNIMPLEMENTED. */
SX_MUST_USE enum sx_err sx_channel_message(struct sx_channel *channel, struct sx_slice payload);

/* sx_channel_poll does what waited for room: events when standard input can go on. */
SX_MUST_USE enum sx_err sx_channel_poll(struct sx_channel *channel);

void sx_channel_clear(struct sx_channel *channel);

#endif
