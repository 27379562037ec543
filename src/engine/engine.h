/* engine/engine.h: a whole SSH client connection without hands.
 *
 * Bytes and "it is now T" go in; bytes, events and "wake me at T" come out. It touches no socket,
 * file, clock or thread. Around it:
 *
 *     n = recv(fd, sx_engine_recv_space(...))     when readable and !sx_engine_is_waiting
 *     sx_engine_received(engine, n)
 *     while (sx_engine_next_event(engine, &event) == SX_OK && event.type != SX_EVENT_NONE)
 *         handle it, answer it
 *     sx_engine_sent(engine, send(fd, sx_engine_to_send(engine)))
 *     sx_engine_tick(engine, now)                 at sx_engine_deadline at the latest
 *
 * The first error is latched with its context (sx_engine_fault); after it nothing is read any
 * more, a DISCONNECT may wait to be sent, and every call returns that error. */
#ifndef SX_ENGINE_ENGINE_H
#define SX_ENGINE_ENGINE_H

#include "auth/userauth.h"
#include "base/event.h"
#include "connection/channel.h"
#include "connection/keepalive.h"
#include "transport/transport.h"

/* What everything borrows in here must outlive the engine. */
struct sx_engine_config {
    struct sx_transport_config transport;
    struct sx_auth_config auth;
    struct sx_channel_config channel;
    struct sx_keepalive_config keepalive;
};

struct sx_engine;

/* now is in milliseconds of any monotonic clock. On failure fault says why. */
SX_MUST_USE enum sx_err sx_engine_new(const struct sx_engine_config *config, uint64_t now,
                                      struct sx_fault *fault, struct sx_engine **out);
void sx_engine_free(struct sx_engine *engine);

/* Where received bytes go: *out_ptr has room for the number that is returned, which is 0 when
 * nothing may be received now. */
size_t sx_engine_recv_space(struct sx_engine *engine, uint8_t **out_ptr);
void sx_engine_received(struct sx_engine *engine, size_t n);

/* What waits to be sent, and how much of it was. Input that was written in short pieces becomes a
 * packet when it is asked for here. */
struct sx_slice sx_engine_to_send(struct sx_engine *engine);
void sx_engine_sent(struct sx_engine *engine, size_t n);

/* sx_engine_next_event handles what was received until something is to be told; type
 * SX_EVENT_NONE when all is handled. Slices in it live until the next call of any function here
 * that takes a non-const engine. */
SX_MUST_USE enum sx_err sx_engine_next_event(struct sx_engine *engine, struct sx_event *out);

SX_MUST_USE enum sx_err sx_engine_tick(struct sx_engine *engine, uint64_t now);
uint64_t sx_engine_deadline(const struct sx_engine *engine);

/* A request event is unanswered; nothing is read meanwhile. */
bool sx_engine_is_waiting(const struct sx_engine *engine);
SX_MUST_USE enum sx_err sx_engine_answer_host_key(struct sx_engine *engine, bool is_accepted);
SX_MUST_USE enum sx_err sx_engine_answer_identities(struct sx_engine *engine,
                                                    const struct sx_auth_key *keys, unsigned count,
                                                    const struct sx_fault *failure);
SX_MUST_USE enum sx_err sx_engine_answer_sign(struct sx_engine *engine, struct sx_slice signature);
SX_MUST_USE enum sx_err sx_engine_answer_ask(struct sx_engine *engine,
                                             const struct sx_slice *answers, unsigned count);

SX_MUST_USE enum sx_err sx_engine_answer_gss(struct sx_engine *engine,
                                             const struct sx_gss_answer *answer);

/* The server closed the TCP connection, and all it sent before was handled. Returns the error that
 * this is: SX_ERR_CLOSED, or SX_ERR_AUTH_FAILED where it had refused to let the user in before. */
SX_MUST_USE enum sx_err sx_engine_peer_closed(struct sx_engine *engine);

bool sx_engine_is_logged_on(const struct sx_engine *engine);
bool sx_engine_is_exchanging(const struct sx_engine *engine);

/* The channel (connection/channel.h), once logged on. */
SX_MUST_USE enum sx_err sx_engine_execute(struct sx_engine *engine, struct sx_slice command);
SX_MUST_USE enum sx_err sx_engine_write(struct sx_engine *engine, struct sx_slice data,
                                        size_t *out_taken);
SX_MUST_USE enum sx_err sx_engine_send_eof(struct sx_engine *engine);
SX_MUST_USE enum sx_err sx_engine_signal(struct sx_engine *engine, struct sx_slice name);
SX_MUST_USE enum sx_err sx_engine_consumed(struct sx_engine *engine, size_t n);
SX_MUST_USE enum sx_err sx_engine_close_channel(struct sx_engine *engine);
/* The window of MaxWindowSize grows, also of a command that runs. */
SX_MUST_USE enum sx_err sx_engine_widen(struct sx_engine *engine, uint32_t window);
enum sx_channel_state sx_engine_channel_state(const struct sx_engine *engine);

/* sx_engine_rekey starts a key exchange unless one runs. */
SX_MUST_USE enum sx_err sx_engine_rekey(struct sx_engine *engine);

/* sx_engine_rest gives the memory of empty buffers back: for a session that waits for its next
 * command, of which there may be thousands. What was borrowed from the engine is gone. */
void sx_engine_rest(struct sx_engine *engine);

/* Queues DISCONNECT "by application"; the caller sends it and closes. */
void sx_engine_disconnect(struct sx_engine *engine, const char *text);

/* sx_engine_awaits_second says whether what comes next may well be two short messages of the server
 * that it writes apart: answers to requests that were sent in a row, or one of its own and an answer. */
bool sx_engine_awaits_second(const struct sx_engine *engine);

/* Counts what is activity of the session: steps of the sign-on, then data of the command in
 * either direction and its life signs; never IGNORE, DEBUG, key exchanges or keep-alives. */
uint64_t sx_engine_progress(const struct sx_engine *engine);

/* How many bytes of the present command's input were taken. */
uint64_t sx_engine_written(const struct sx_engine *engine);

/* The error that ended the connection; while it lives, why the last call was refused. */
const struct sx_fault *sx_engine_fault(const struct sx_engine *engine);

/* For tests and evidence. */
const struct sx_transport *sx_engine_transport(const struct sx_engine *engine);

#endif
