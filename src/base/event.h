/* base/event.h: what the engine tells, and what it asks for.
 *
 * Events come out of the engine one at a time. Slices in them are borrowed and live until the
 * next call into the engine. Those marked "request" stop the engine until they are answered. */
#ifndef SX_BASE_EVENT_H
#define SX_BASE_EVENT_H

#include "base/error.h"
#include "base/slice.h"

enum sx_event_type {
    SX_EVENT_NONE,
    SX_EVENT_VERSION,        /* the server's version line, in version */
    SX_EVENT_SERVER_OFFER,   /* the lists of the server's first KEXINIT, in offer */
    SX_EVENT_NEGOTIATED,     /* algorithms of a key exchange, in negotiated */
    SX_EVENT_HOST_KEY,       /* request: trust this key? in host_key */
    SX_EVENT_KEYS_IN_USE,    /* a key exchange is complete in both directions */
    SX_EVENT_BANNER,         /* text of the server for the user, in text */
    SX_EVENT_IDENTITIES,     /* request: which keys does the user have? */
    SX_EVENT_SIGN,           /* request: sign with a user key, in sign */
    SX_EVENT_ASK,            /* request: something that only the user knows, in ask */
    SX_EVENT_AUTH_TRIED,     /* a method's outcome, in auth */
    SX_EVENT_LOGGED_ON,      /* authentication is complete, in auth */
    SX_EVENT_STARTED,        /* the server started the command */
    SX_EVENT_STDOUT,         /* command output, in text */
    SX_EVENT_STDERR,         /* command error output, in text */
    SX_EVENT_STDIN_READY,    /* standard input can be written again */
    SX_EVENT_EXIT,           /* how the command ended, in exit */
    SX_EVENT_CHANNEL_CLOSED, /* the channel is closed in both directions, in closed */
    SX_EVENT_DISCONNECTED,   /* the server sent DISCONNECT, in disconnect */
    SX_EVENT_GSS,            /* request: a step of a security context, in gss */
};

/* In wire order (RFC 4253 section 7.1): key exchange, host key, cipher, MAC and compression each way;
 * comma-separated names. */
enum { SX_EVENT_OFFER_LISTS = 8 };
struct sx_event_offer {
    struct sx_slice lists[SX_EVENT_OFFER_LISTS];
};

/* Why a key exchange was run. */
enum sx_rekey_reason {
    SX_REKEY_INITIAL,
    SX_REKEY_BYTES,
    SX_REKEY_PACKETS,
    SX_REKEY_TIME,
    SX_REKEY_REQUESTED,
    SX_REKEY_BY_SERVER,
};

enum sx_exit_kind { SX_EXIT_NO_STATUS, SX_EXIT_STATUS, SX_EXIT_SIGNAL };

/* Names are static texts of the algorithm tables. MAC is NULL for an AEAD cipher. */
struct sx_event_negotiated {
    enum sx_rekey_reason reason;
    const char *kex;
    const char *host_key;
    const char *cipher_c2s;
    const char *cipher_s2c;
    const char *mac_c2s;
    const char *mac_s2c;
    const char *compression_c2s;
    const char *compression_s2c;
    bool is_strict;
};

struct sx_event_host_key {
    struct sx_slice blob;  /* as in RFC 4253 section 6.6 */
    const char *algorithm; /* negotiated signature algorithm */
    const char *key_type;  /* type of the key in the blob */
    unsigned bits;
    bool is_rekey;           /* another key than the one accepted first, or none was shown so far */
    bool is_for_lack_of_gss; /* the exchange is one without GSSAPI as there is no ticket any more */
};

struct sx_event_sign {
    unsigned key_index;      /* into the identities that the engine was given */
    const char *algorithm;   /* signature algorithm name */
    struct sx_slice message; /* what to sign; holds no secret */
};

/* What the user is asked for. */
enum sx_ask_kind {
    SX_ASK_PROMPTS,      /* an answer to each prompt (RFC 4256 section 3.3) */
    SX_ASK_NEW_PASSWORD, /* one answer; the server's words are in prompts[0] */
    SX_ASK_PACKET, /* one answer: the payload to send next; the last one that came in packet */
};

struct sx_prompt {
    struct sx_slice text;
    bool is_echoed; /* what is typed may be shown */
};

struct sx_event_ask {
    enum sx_ask_kind kind;
    struct sx_slice name;
    struct sx_slice instruction;
    const struct sx_prompt *prompts;
    unsigned count; /* may be 0: there is only something to read */
    struct sx_slice packet;
};

struct sx_event_auth {
    const char *method;
    bool is_accepted;
    bool is_partial;
    bool is_unproven; /* granted before the proof that the mode demands */
    bool is_outside;  /* the proof was computed outside of our provider, by an agent */
    struct sx_slice methods_left;
};

/* A session has up to three security contexts (RFC 4462): that of method gssapi-with-mic, that of
 * the first key exchange, which method gssapi-keyex uses as well, and that of a later exchange. */
enum sx_gss_context {
    SX_GSS_CONTEXT_AUTH,
    SX_GSS_CONTEXT_KEX,
    SX_GSS_CONTEXT_REKEY,
    SX_GSS_CONTEXT_COUNT
};

enum sx_gss_action {
    SX_GSS_BEGIN,     /* a new context: its first token */
    SX_GSS_STEP,      /* input is the server's token */
    SX_GSS_GET_MIC,   /* input is the message */
    SX_GSS_VERIFY_MIC /* input is the message, mic the server's MIC over it */
};

struct sx_event_gss {
    enum sx_gss_action action;
    enum sx_gss_context context;
    struct sx_slice input;
    struct sx_slice mic;
};

/* The answer to it, borrowed. err is SX_OK or why it can't be, with text for a person; output is the
 * token or the MIC, with an error a token that tells the server (may be empty). */
struct sx_gss_answer {
    enum sx_err err;
    const char *text;
    struct sx_slice output;
    bool is_complete; /* the context is established, with mutual authentication and integrity */
};

struct sx_event_exit {
    enum sx_exit_kind kind;
    uint32_t status;
    bool is_core_dumped;
    struct sx_slice signal_name; /* without SIG */
    struct sx_slice message;
};

/* err is SX_OK, or says that the channel never ran the command: SX_ERR_PEER_CHANNEL_OPEN (reason
 * and description are the server's) or SX_ERR_PEER_REQUEST_REFUSED. */
struct sx_event_closed {
    enum sx_err err;
    uint32_t reason;
    struct sx_slice description;
    bool is_terminal_refused; /* it was the pseudo-terminal that was refused, not the command */
};

struct sx_event_disconnect {
    uint32_t reason;
    struct sx_slice description;
};

struct sx_event {
    enum sx_event_type type;
    union {
        struct sx_slice text;
        struct sx_slice version;
        struct sx_event_offer offer;
        struct sx_event_negotiated negotiated;
        struct sx_event_host_key host_key;
        struct sx_event_sign sign;
        struct sx_event_ask ask;
        struct sx_event_auth auth;
        struct sx_event_exit exit;
        struct sx_event_closed closed;
        struct sx_event_disconnect disconnect;
        struct sx_event_gss gss;
    };
};

/* A few events can come from one packet; a packet is only read when the queue is empty. */
enum { SX_EVENT_QUEUE_MAX = 8 };

struct sx_event_queue {
    struct sx_event events[SX_EVENT_QUEUE_MAX];
    unsigned first;
    unsigned count;
};

/* SX_ERR_INTERNAL when full, which the one-packet rule excludes. */
SX_MUST_USE enum sx_err sx_event_push(struct sx_event_queue *queue, struct sx_event event);
bool sx_event_pop(struct sx_event_queue *queue, struct sx_event *out);

#endif
