/* tests/support/peer.h: an SSH server in memory, without I/O, for tests.
 *
 * It is made of wire/, crypto/ and transport/packet.h; it negotiates, hashes and derives its keys
 * by code of its own, so that a mistake of the client is not made here again. It is well-behaved
 * unless told otherwise (support/tamper.h, on_message, peer_inject), and it watches the client:
 * what the client does against the RFCs ends up in err and note. */
#ifndef SX_TESTS_PEER_H
#define SX_TESTS_PEER_H

#include "base/buffer.h"
#include "base/secret.h"
#include "support/algorithms.h"
#include "support/tamper.h"
#include "transport/packet.h"
#include "wire/msg_auth.h"
#include "wire/msg_connection.h"
#include "wire/msg_gex.h"
#include "wire/msg_transport.h"

enum { PEER_KEYS_MAX = 8, PEER_TRACE_MAX = 256, PEER_SCRATCH_MAX = 72 * 1024 };

/* What the command of an exec request does. Its output is support/pattern.h's. */
struct peer_command {
    uint64_t stdout_bytes;
    uint64_t stderr_bytes;
    uint32_t piece;     /* largest data message; 0 for what the client allows */
    bool awaits_eof;    /* it ends only after the EOF of its standard input */
    bool is_refused;    /* exec is answered with FAILURE */
    bool is_endless;    /* it stays silent until the client closes or sends a signal */
    const char *ending; /* one letter a message: s exit-status, g exit-signal, e EOF, c CLOSE */
    uint32_t status;
    struct sx_msg_exit_signal signal;
};

/* A question of keyboard-interactive, and the answers that it takes. */
struct peer_round {
    const char *name;
    const char *instruction;
    unsigned count;
    const char *prompts[4];
    const char *answers[4];
};

/* GSSAPI with the tests' mechanism (support/mechanism.h). */
struct peer_gss {
    unsigned rounds;   /* tokens of ours; 0: the client's first is all that it takes */
    bool has_host_key; /* KEXGSS_HOSTKEY is sent */
    bool is_failing;   /* KEXGSS_ERROR is all that comes */
};

/* Everything borrowed must outlive the peer. */
struct peer_config {
    struct sx_provider *provider;
    const char *greeting;             /* sent first, as it is; its last line is V_S */
    const char *lists[SX_LIST_COUNT]; /* of KEXINIT; NULL for all that fits */
    const struct sx_key *host_keys[PEER_KEYS_MAX];
    struct sx_slice gex_prime;     /* of a group exchange; empty for RFC 3526's of enough bits */
    struct sx_slice gex_generator; /* empty for 2 */
    bool is_strict;
    bool has_wrong_guess;        /* first_kex_packet_follows, and a packet that nobody wants */
    bool has_silent_guess;       /* the flag alone; a server has nothing to send for a guess */
    const char *server_sig_algs; /* NULL: no EXT_INFO */

    bool takes_none;                          /* method none lets in */
    const char *password;                     /* NULL: none is right */
    struct sx_slice user_keys[PEER_KEYS_MAX]; /* public blobs that let in */
    const char *new_password;                 /* a change to this is demanded, until it is made */
    const struct peer_round *rounds; /* of keyboard-interactive: all are asked, all must be right */
    unsigned round_count;
    struct peer_gss gss;
    const char *factors; /* methods that are needed, in this order */
    const char *methods; /* listed in FAILURE */
    const char *banner;  /* NULL for none */

    uint32_t window; /* what the client may send ahead */
    uint32_t max_packet;
    uint32_t open_failure; /* reason to refuse the channel; 0 to open it */
    struct peer_command command;
};

struct peer;

/* A test's own handler. True when it dealt with the message, which is then not served further. */
typedef bool peer_on_message(void *ctx, struct peer *peer, struct sx_slice payload);

/* The key exchange at hand. */
struct peer_kex {
    struct sx_buffer client_init;
    struct sx_buffer server_init;
    const struct sx_kex_alg *kex;
    const struct sx_sig_alg *host_key;
    const struct sx_cipher_alg *ciphers[2]; /* client to server, server to client */
    const struct sx_mac_alg *macs[2];
    const struct sx_compression_alg *compressions[2];
    struct sx_msg_gex_request gex; /* a group exchange's; zeros until it came */
    struct sx_msg_gex_group group;
    bool is_init_sent;     /* our KEXINIT is out, our NEWKEYS is not */
    bool is_init_received; /* the client's KEXINIT is here, its NEWKEYS is not */
    struct sx_packet_keys next_in;
};

struct peer_channel {
    bool is_open;
    bool is_running;
    bool is_eof_received;
    bool is_close_sent;
    uint32_t local_id;
    uint32_t remote_id;
    uint32_t local_window;
    uint32_t remote_window;
    uint32_t remote_packet;
    uint64_t stdin_bytes; /* received, and checked against the pattern */
    uint64_t stdout_sent;
    uint64_t stderr_sent;
    const char *ending; /* what is left of the command's */
};

struct peer {
    struct peer_config config;
    peer_on_message *on_message;
    void *ctx;
    struct peer_tamper tampers[PEER_TAMPERS_MAX];

    enum sx_err err; /* the first thing that the client did wrong */
    char note[160];

    struct sx_buffer in;
    struct sx_buffer out;
    struct sx_buffer held; /* u32 length and payload, each, until NEWKEYS */
    struct sx_packet_reader reader;
    struct sx_packet_writer writer;
    struct peer_kex kex;
    struct peer_channel channel;

    unsigned gss_rounds;
    struct sx_buffer gss_share; /* of the client's KEXGSS_INIT */

    char client_version[256];
    char server_version[256];
    bool has_client_version;
    bool is_strict;
    bool has_ext_info_c;
    bool has_session_id;
    uint8_t session_id[SX_DIGEST_MAX];
    size_t session_id_len;
    bool is_stalled;
    bool is_logged_on;
    bool is_success_sent;         /* which a key exchange may hold back for a while */
    struct sx_slice factors_left; /* of config.factors */
    unsigned round;               /* the question that is open */
    bool is_round_open;
    bool are_answers_right; /* so far */
    char answers[512];      /* of the client, each with a | behind it */

    /* What happened so far. */
    unsigned sent_count;          /* messages, tampered with or not */
    uint8_t sent[PEER_TRACE_MAX]; /* their numbers, as far as there is room */
    unsigned received_count;
    uint8_t received[PEER_TRACE_MAX];
    unsigned counts[256];       /* received, by number */
    unsigned exchanges;         /* key exchanges that are complete */
    uint32_t unimplemented;     /* sequence number in the last UNIMPLEMENTED */
    uint32_t last_sequence;     /* of the last packet that was sent */
    uint32_t disconnect_reason; /* in the client's DISCONNECT */
    struct sx_buffer command;   /* of the last exec request */
    char signal_name[32];       /* of the last signal request */

    uint8_t scratch[PEER_SCRATCH_MAX];
    uint8_t edited[PEER_SCRATCH_MAX];
    struct sx_writer writing;
};

/* A config that lets a client in by method none and runs a command that ends at once with 0. */
struct peer_config peer_config_default(struct sx_provider *provider);

/* NULL when memory is short. The greeting and, as servers do, KEXINIT wait in the output. */
struct peer *peer_new(const struct peer_config *config);
void peer_free(struct peer *peer);

/* The first free place for a tamper that matches neither index nor number yet. */
struct peer_tamper *peer_tamper(struct peer *peer, enum peer_tamper_kind kind, int index,
                                int number);

/* Starts talking; call once, after the tampers were set. */
void peer_start(struct peer *peer);

void peer_receive(struct peer *peer, struct sx_slice bytes);

/* Does what goes on by itself: the output and the end of the command. */
void peer_work(struct peer *peer);

struct sx_slice peer_output(const struct peer *peer);
void peer_taken(struct peer *peer, size_t n);

/* A message in the normal order: held during a key exchange where it must be, tampered with.
 *     sx_msg_..._encode(peer_begin(peer), ...); peer_end(peer); */
struct sx_writer *peer_begin(struct peer *peer);
void peer_end(struct peer *peer);

/* A payload at once, sealed under the keys of the moment, past stall, tampers and key exchange. */
void peer_inject(struct peer *peer, struct sx_slice payload);

/* Starts a key exchange unless one runs. */
void peer_rekey(struct peer *peer);
bool peer_is_exchanging(const struct peer *peer);

/* The peer's channel requests and data, for tests that leave the command's own course. */
void peer_send_data(struct peer *peer, uint32_t type, struct sx_slice data);
void peer_send_ending(struct peer *peer, char letter);

/* How often the client sent a message of that number. */
unsigned peer_count(const struct peer *peer, uint8_t number);

#endif
