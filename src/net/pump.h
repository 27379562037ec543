/* net/pump.h: the thin loop around an engine: socket to engine, engine to socket, events to a
 * handler. work never waits; wait does nothing else. */
#ifndef SX_NET_PUMP_H
#define SX_NET_PUMP_H

#include <poll.h>

#include "engine/engine.h"
#include "net/connect.h"
#include "net/wake.h"

enum sx_pump_state {
    SX_PUMP_IDLE,
    SX_PUMP_CONNECTING, /* lookup and TCP */
    SX_PUMP_RUNNING,    /* bytes flow */
    SX_PUMP_CLOSING,    /* the engine ended; its last bytes go out */
    SX_PUMP_LEFT,       /* they are out; what comes is dropped until the server closes */
    SX_PUMP_CLOSED,
};

/* What answers a request of the engine and takes its time over it without blocking: an agent, at a
 * socket of its own. The pump looks after it together with the connection. */
struct sx_service {
    /* Goes on; *out_did is set when anything moved. Its errors are answers to the engine. */
    void (*work)(void *ctx, bool *out_did);
    /* What it waits for; false when it has nothing under way. */
    bool (*poll)(void *ctx, struct pollfd *out);
    uint64_t (*wakes)(void *ctx); /* UINT64_MAX for never */
    void *ctx;
};

struct sx_pump {
    enum sx_pump_state state;
    struct sx_connect connect;
    int fd;
    struct sx_engine *engine; /* borrowed */
    bool is_peer_closed;      /* the server sent FIN; in LEFT also RST */
    bool has_more;       /* the last work ended for its length, not for lack of anything to do */
    uint64_t rate;       /* MaxTransferRate: bytes a second to the server; 0 for no limit */
    uint64_t rate_left;  /* how many may go out now */
    uint64_t rate_at;    /* when that was counted */
    bool has_begun;      /* something was received */
    bool has_waited;     /* for that */
    bool owes_ack;       /* the last thing was to receive */
    int gather;          /* bytes that a wait is for, see pump.c; 0 before the first look */
    size_t gather_bytes; /* received since gather_began */
    uint64_t gather_began;
    uint64_t gather_written; /* input of the command then */
    /* Called for each event, outside any engine call, so it may call the engine. */
    void (*on_event)(void *ctx, const struct sx_event *event);
    void (*on_connected)(void *ctx);
    const struct sx_service *service; /* borrowed; NULL for none */
    void *ctx;
};

/* Zero the pump but for its handlers, then start. */
SX_MUST_USE enum sx_err sx_pump_start(struct sx_pump *pump, const struct sx_connect_config *config,
                                      struct sx_engine *engine, struct sx_fault *fault);

/* sx_pump_work does what can be done now; *out_did says whether that was anything. An error is
 * the end of the connection: the engine's own (its fault has the text), or SX_ERR_SOCKET,
 * SX_ERR_CONNECT, SX_ERR_RESOLVE with a text in fault. */
SX_MUST_USE enum sx_err sx_pump_work(struct sx_pump *pump, struct sx_fault *fault, bool *out_did);

/* sx_pump_poll fills entries (at most 2) for what it waits for and returns their number. */
size_t sx_pump_poll(const struct sx_pump *pump, struct pollfd *out);

/* The monotonic time at which work is due all the same; UINT64_MAX for none. */
uint64_t sx_pump_wakes(const struct sx_pump *pump);

/* sx_pump_acknowledge stands before each wait, whoever waits. A server's system holds the second of
 * two short answers back until the first is acknowledged (RFC 896), which ours puts off for 40 ms when
 * there is nothing to send along with it. */
void sx_pump_acknowledge(struct sx_pump *pump);

/* sx_pump_wait waits until something of the pump or wake is ready, or the time is until; it drains
 * wake when that was it. In a flood it waits up to a millisecond for a large piece. Signals end it
 * early, which is no error. */
void sx_pump_wait(struct sx_pump *pump, const struct sx_wake *wake, uint64_t until);

/* The addresses of the open connection as text, e.g. "127.0.0.1", and ports; false when closed. */
bool sx_pump_local_address(const struct sx_pump *pump, char *host, size_t cap, int *port);
bool sx_pump_peer_address(const struct sx_pump *pump, char *host, size_t cap, int *port);

/* Closes at once. */
void sx_pump_close(struct sx_pump *pump);

#endif
