/* transport/transport.h: the SSH transport layer without I/O (RFC 4253).
 *
 * Bytes go in and out through two buffers; the layers above read one message at a time and write
 * theirs between begin and end. It exchanges versions and keys by itself, when it must and when
 * it is asked to, also in the middle of a flood in both directions: what upper layers send while
 * a key exchange holds them up is kept and follows the new keys. */
#ifndef SX_TRANSPORT_TRANSPORT_H
#define SX_TRANSPORT_TRANSPORT_H

#include "base/event.h"
#include "base/log.h"
#include "transport/accept.h"
#include "transport/exchange.h"
#include "transport/gss.h"
#include "transport/ident.h"
#include "transport/packet.h"
#include "wire/describe.h"

/* All texts are borrowed and must outlive the transport. */
struct sx_transport_config {
    const struct sx_offer *offer;
    const char *client_version;   /* "SSH-2.0-..." without CR LF */
    const char *version_patterns; /* SSHVersionPattern */
    bool is_gss_demanded;         /* a first exchange without Kerberos is not what is wanted, unless
                                     it is the server that has none */
    bool is_auth_custom;          /* the program signs on with packets of its own */
    const struct sx_log *log;
};

enum {
    SX_SERVER_SIG_ALGS_MAX = 1024,
    /* Enough for several packets and for large reads; a packet of the largest size fits. */
    SX_RECEIVE_BUFFER_MAX = SX_PACKET_LENGTH_MAX + 64 * 1024,
    /* Upper layers stop adding data when this much waits for the socket: a large packet is sealed
     * and sent, then the next, tiny ones go out together. Bursts of several large packets outrun a
     * congestion control that paces (BBR), and arming its timers again and again cost more than
     * all else in the kernel: 0.27 s of system time for 1 GiB over the loopback, against 0.13. */
    SX_SEND_BUFFER_SOFT = 32 * 1024,
    /* ... and a peer that makes us answer without reading ends here. */
    SX_SEND_BUFFER_MAX = 4 * 1024 * 1024,
    SX_HELD_MAX = 1024 * 1024,
};

/* Messages that their sender waits for an answer to. */
enum sx_sent_kind { SX_SENT_CHANNEL_OPEN, SX_SENT_CHANNEL_REQUEST, SX_SENT_COUNT };

/* The last one of a kind. */
struct sx_sent {
    bool is_any;
    uint32_t sequence;
};

struct sx_transport {
    struct sx_transport_config config;
    struct sx_event_queue *events; /* the engine's */
    struct sx_fault *fault;        /* the engine's */

    struct sx_buffer in;
    struct sx_buffer out;
    struct sx_buffer held; /* u32 length and payload, each, while a key exchange runs */
    struct sx_packet_reader reader;
    struct sx_packet_writer writer;
    struct sx_ident ident;

    enum sx_phase phase; /* of the receiving direction, without a re-exchange laid over it */
    bool is_strict;
    bool has_session_id;
    uint8_t session_id[SX_DIGEST_MAX];
    size_t session_id_len;
    char server_sig_algs[SX_SERVER_SIG_ALGS_MAX];
    bool has_server_sig_algs;
    bool is_gss_keyed; /* the first key exchange was one of GSSAPI: its context can sign on */

    /* The key exchange at hand. */
    struct sx_exchange exchange;
    struct sx_gss_kex gss;
    enum sx_rekey_reason reason;
    uint32_t peer_init_sequence; /* of the packet that held the server's KEXINIT */
    bool is_init_sent;           /* our KEXINIT is out, our NEWKEYS is not */
    bool is_init_received;       /* the server's KEXINIT is here, its NEWKEYS is not */
    bool is_guess_pending;       /* the next key exchange packet is a wrong guess */
    bool is_host_key_asked;
    struct sx_packet_keys next_in;
    struct sx_buffer accepted_host_key; /* of the first exchange */

    uint64_t now;        /* milliseconds, as last told */
    uint64_t keyed_at;   /* when keys were last taken into use */
    uint64_t started_at; /* when the key exchange at hand began */

    /* Sequence numbers under the present keys, to know what an UNIMPLEMENTED speaks of. */
    uint32_t init_sequence; /* of our KEXINIT */
    struct sx_sent sent[SX_SENT_COUNT];

    struct sx_buffer *writing; /* where begin put the message that end will finish */
    uint32_t last_sequence;    /* of the message that was read last */

    struct sx_describe describe; /* for the log: what the layout of messages depends on */
};

/* sx_transport_init queues our version line and KEXINIT. config is copied (its texts are not). */
SX_MUST_USE enum sx_err sx_transport_init(struct sx_transport *transport,
                                          const struct sx_transport_config *config,
                                          struct sx_event_queue *events, struct sx_fault *fault,
                                          uint64_t now);

/* sx_transport_read handles what is in the receive buffer until an upper layer's message comes
 * (owner AUTH or CONNECTION, *out_payload borrowed until the next call), an event waits in the
 * queue, the host key question is open, or bytes run out (owner NONE). The connection also gets
 * the UNIMPLEMENTED that may speak of a message of its own. */
SX_MUST_USE enum sx_err sx_transport_read(struct sx_transport *transport, enum sx_owner *out_owner,
                                          struct sx_slice *out_payload);

/* The answer to SX_EVENT_HOST_KEY. */
SX_MUST_USE enum sx_err sx_transport_accept_host_key(struct sx_transport *transport,
                                                     bool is_accepted);

/* The answer to SX_EVENT_GSS while sx_transport_is_asking_gss. */
bool sx_transport_is_asking_gss(const struct sx_transport *transport);
SX_MUST_USE enum sx_err sx_transport_answer_gss(struct sx_transport *transport,
                                                const struct sx_gss_answer *answer);

/* Whether the server has a token of ours in a key exchange and hasn't answered. */
bool sx_transport_awaits_gss(const struct sx_transport *transport);

/* A message of an upper layer: begin gives room for payload_max bytes, end sends it, or holds it
 * until a key exchange is over. */
SX_MUST_USE enum sx_err sx_transport_begin(struct sx_transport *transport, size_t payload_max,
                                           struct sx_writer *payload);
SX_MUST_USE enum sx_err sx_transport_end(struct sx_transport *transport,
                                         const struct sx_writer *payload);

/* The user is authenticated: the connection phase begins, and with it delayed compression. */
SX_MUST_USE enum sx_err sx_transport_authenticated(struct sx_transport *transport);

/* Whether bulk data may be written now: no key exchange holds it up, and the socket keeps up. */
bool sx_transport_can_send_data(const struct sx_transport *transport);

/* A key exchange is under way in either direction. */
bool sx_transport_is_exchanging(const struct sx_transport *transport);

/* sx_transport_rekey starts a key exchange; one that runs already is as good. */
SX_MUST_USE enum sx_err sx_transport_rekey(struct sx_transport *transport,
                                           enum sx_rekey_reason reason);

/* Whether that packet of ours was the last of its kind: what an UNIMPLEMENTED that came to the
 * connection speaks of. */
bool sx_transport_was_last(const struct sx_transport *transport, enum sx_sent_kind kind,
                           uint32_t sequence);

/* sx_transport_tick tells the time, starts a key exchange that is due, and ends a connection whose
 * keys can't be renewed: SX_ERR_POLICY_REKEY, see transport/rekey.h. */
SX_MUST_USE enum sx_err sx_transport_tick(struct sx_transport *transport, uint64_t now);

/* When tick should be called at the latest; UINT64_MAX for never. */
uint64_t sx_transport_deadline(const struct sx_transport *transport);

/* Queues DISCONNECT (RFC 4253 section 11.1), whatever else goes on. */
void sx_transport_disconnect(struct sx_transport *transport, enum sx_disconnect_reason reason,
                             const char *text);

void sx_transport_clear(struct sx_transport *transport);

#endif
