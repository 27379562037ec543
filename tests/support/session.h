/* tests/support/session.h: an engine and a peer, joined by memory, with a clock that stands still.
 *
 * session_new makes both; session_run carries bytes to and fro, in pieces of any size, and answers
 * the engine's questions until nothing moves any more. What the engine told is kept: the order of
 * events as one letter each, and the contents of the last one of each kind. */
#ifndef SX_TESTS_SESSION_H
#define SX_TESTS_SESSION_H

#include "engine/engine.h"
#include "policy/offer.h"
#include "support/fixture.h"
#include "support/peer.h"

enum { SESSION_TRACE_MAX = 256, SESSION_TEXT_MAX = 512 };

/* Texts and keys are borrowed. */
struct session_config {
    struct sx_provider *provider;
    const struct sx_policy *policy;
    struct sx_offer_wishes wishes;
    uint64_t rekey_packets; /* 0: the policy's */
    const char *version_patterns;

    enum sx_auth_mode mode;
    const char *user;
    const char *password;
    const struct sx_key *keys[PEER_KEYS_MAX];
    bool is_trying_all;
    bool can_answer;
    const char *const *answers; /* to prompts, one after another, NULL for none and at the end */
    const char *new_password;
    struct sx_slice packets[4];           /* of custom authentication, one after another */
    bool cannot_sign;                     /* every request to sign is answered with nothing */
    enum sx_agent_use agent;              /* the keys are told when they are asked for ... */
    const struct sx_fault *agent_failure; /* ... or this is; NULL */

    uint32_t window;
    uint32_t max_packet;
    const char *command; /* run as soon as the session is logged on; NULL for none */
    uint64_t stdin_bytes;
    bool sends_eof;    /* after the last byte of standard input */
    bool holds_output; /* output is not consumed */
    bool rejects_host_key;
    bool leaves_questions;    /* requests are not answered */
    bool is_gss_demanded;     /* as in mode gssapi-keyex */
    bool has_no_ticket;       /* GSSAPI can't begin, with an error token */
    bool has_no_ticket_later; /* nor, after the first key exchange, any more */
    bool has_foreign_key;     /* GSSAPI finds the server's MICs wrong */
    bool is_never_complete;   /* GSSAPI takes every token, and wants one more */

    size_t piece_in;  /* bytes from peer to engine at once; 0 for all */
    size_t piece_out; /* and the other way */
    struct peer_config peer;
};

struct session {
    struct session_config config;
    struct sx_offer offer;
    struct sx_auth_key auth_keys[PEER_KEYS_MAX];
    unsigned key_count;
    struct sx_engine *engine;
    struct peer *peer;
    struct sx_fault fault; /* why session_new failed */
    uint64_t now;
    bool is_started;
    size_t stop_at;   /* the peer's bytes end here; SIZE_MAX for never */
    size_t delivered; /* bytes from peer to engine */

    enum sx_err err;                /* the first error of the engine's calls */
    char problem[SESSION_TEXT_MAX]; /* what no session may show, such as changed data */

    /* V version, N negotiated, H host key, K keys in use, B banner, I identities, G to sign, A asked, T tried, L logged
     * on, S started, o stdout, e stderr (runs count once), R stdin ready, X exit, C closed,
     * D disconnected, g GSSAPI asked. */
    char trace[SESSION_TRACE_MAX];
    unsigned counts[SX_EVENT_GSS + 1];
    unsigned gss_contexts; /* bit i: something was asked for of context i */
    uint64_t stdin_sent;
    bool is_eof_sent;
    uint64_t stdout_got;
    uint64_t stderr_got;
    struct sx_event_negotiated negotiated;
    struct sx_event_host_key host_key; /* without the blob */
    struct sx_event_auth auth;         /* without methods_left */
    struct sx_event_exit exit;         /* without the texts */
    struct sx_event_closed closed;     /* without the description */
    char signal_name[64];
    unsigned packets_given;
    unsigned answered; /* of config.answers */
    char asked
        [SESSION_TEXT_MAX]; /* "name/instruction/prompt*prompt/..." with * where it may be shown */
    char text[SESSION_TEXT_MAX]; /* the last one of the server's: banner, description, methods */
};

/* Default provider and policy, method none, X25519 with Ed25519 and AES-GCM, a command that ends
 * with 0: the cheapest whole session. Keys that can't be made are missing in the result. */
struct session_config session_config_default(void);

/* Offers one algorithm of each kind, so that nothing is left to negotiate. mac may be NULL. */
void session_offer(struct session_config *config, const char *kex, const char *host_key,
                   const char *cipher, const char *mac);

/* NULL when memory is short; an engine that can't be made leaves engine NULL and fault set. */
struct session *session_new(const struct session_config *config);
void session_free(struct session *session);

/* One round; true when anything moved. */
bool session_step(struct session *session);

/* Rounds until nothing moves. */
void session_run(struct session *session);

/* Rounds until the trace holds letter or nothing moves; true in the first case. */
bool session_run_until(struct session *session, char letter);

/* Lets time pass. */
void session_advance(struct session *session, uint64_t milliseconds);

/* Handles the engine's events without moving bytes. */
void session_drain(struct session *session);

/* Writes standard input as far as it goes. */
void session_write(struct session *session);

const char *session_fault_text(const struct session *session);

#endif
