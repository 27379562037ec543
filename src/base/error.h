/* base/error.h: the one error dialect inside the library.
 *
 * Every function that can fail returns `enum sx_err`, which the compiler makes the caller look at.
 * An enumerator names one outcome; the high byte says who is to blame. Functions that can add a
 * sentence for a person take a `struct sx_fault`, which keeps the first error it is given.
 * The public numeric codes of the reference are mapped from these in one place, client/codes.c.
 */
#ifndef SX_BASE_ERROR_H
#define SX_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Whose fault an error is: the high byte of an enumerator. */
enum sx_blame {
    SX_BLAME_NONE = 0x0,
    SX_BLAME_USAGE = 0x1,
    SX_BLAME_IO = 0x2,
    SX_BLAME_PEER = 0x3,
    SX_BLAME_POLICY = 0x4,
    SX_BLAME_CRYPTO = 0x5,
    SX_BLAME_AUTH = 0x6,
    SX_BLAME_AUDIT = 0x7,
    SX_BLAME_INTERNAL = 0x8,
};

enum sx_err {
    SX_OK = 0,

    /* usage: the caller asked for what can't be */
    SX_ERR_ARGUMENT = 0x100,
    SX_ERR_STATE,         /* not possible in the present state */
    SX_ERR_BUSY,          /* another action runs */
    SX_ERR_NOT_CONNECTED, /* needs a connection */
    SX_ERR_WOULD_BLOCK,   /* no room now, try again when writable */
    SX_ERR_WOULD_BLOCK_REKEY,
    SX_ERR_SPACE,   /* an output buffer of fixed size is too small */
    SX_ERR_ADDRESS, /* an address that can't be connected to: 0.0.0.0 */

    /* io: this machine or the network */
    SX_ERR_FILE = 0x200, /* a local file can't be opened or read */
    SX_ERR_FILE_MODE,    /* a private file is readable by others */
    SX_ERR_RESOLVE,      /* the host name has no address; sys holds the EAI_ code */
    SX_ERR_CONNECT,      /* no TCP connection; sys holds errno */
    SX_ERR_SOCKET,       /* the connection broke; sys holds errno */
    SX_ERR_CLOSED,       /* the peer closed the TCP connection */
    SX_ERR_TIMEOUT,
    SX_ERR_INTERRUPTED,
    SX_ERR_PROXY,        /* the proxy refuses or failed */
    SX_ERR_PROXY_AUTH,   /* the proxy wants another user or password */
    SX_ERR_PROXY_ANSWER, /* the proxy's answer is none */

    /* peer: the server sent something wrong, or said no */
    SX_ERR_PEER_DISCONNECT = 0x300, /* SSH_MSG_DISCONNECT */
    SX_ERR_PEER_VERSION,            /* version line missing, too long or of another protocol */
    SX_ERR_PEER_DECODE,             /* a message ended early, has bytes left over, or a bad field */
    SX_ERR_PEER_LENGTH,             /* packet_length out of bounds */
    SX_ERR_PEER_PADDING,            /* padding_length out of bounds */
    SX_ERR_PEER_MAC,                /* MAC or authentication tag wrong */
    SX_ERR_PEER_DECOMPRESS,
    SX_ERR_PEER_UNEXPECTED,    /* a message that has no place in this phase */
    SX_ERR_PEER_STRICT,        /* strict key exchange violated */
    SX_ERR_PEER_UNIMPLEMENTED, /* the server doesn't implement what we must send */
    SX_ERR_PEER_DH_VALUE,      /* Diffie-Hellman value out of range, or no sound group */
    SX_ERR_PEER_EC_POINT,      /* point not on the curve, or all-zero X25519 result */
    SX_ERR_PEER_HOST_KEY_TYPE, /* host key or signature of another type than negotiated */
    SX_ERR_PEER_HOST_KEY,      /* host key can't be decoded */
    SX_ERR_PEER_SIGNATURE,     /* signature over the exchange hash is wrong */
    SX_ERR_PEER_CHANNEL_OPEN,  /* CHANNEL_OPEN_FAILURE */
    SX_ERR_PEER_CHANNEL_ID,
    SX_ERR_PEER_CHANNEL_DATA, /* beyond window or packet size, or after EOF */
    SX_ERR_PEER_CHANNEL_MESSAGE,
    SX_ERR_PEER_REQUEST_REFUSED, /* CHANNEL_FAILURE to a request that must succeed */
    SX_ERR_PEER_GLOBAL_REQUEST,
    SX_ERR_KEEPALIVE, /* no answer to this many keep-alive requests */

    /* policy: what the chosen policy, the site or the user doesn't allow */
    SX_ERR_POLICY_ALGORITHM = 0x400, /* a list names what policy or provider refuses */
    SX_ERR_NEGOTIATE,                /* no algorithm in common */
    SX_ERR_POLICY_KEY_SIZE,
    SX_ERR_POLICY_GROUP, /* a group exchange's group that the policy's provider can't vouch for */
    SX_ERR_POLICY_REKEY, /* the keys can't be renewed in time, and may not go on */
    SX_ERR_POLICY_PROVIDER, /* this provider may not serve this policy */
    SX_ERR_POLICY_SETTING,  /* a setting that the policy locks */
    SX_ERR_HOST_KEY_REJECTED,
    SX_ERR_POLICY_CONTAINER, /* key container whose protection isn't approved */

    /* crypto: the provider refused or failed */
    SX_ERR_PROVIDER = 0x500, /* provider can't be loaded, verified or trusted */
    SX_ERR_PROVIDER_FETCH,   /* the provider doesn't have this primitive */
    SX_ERR_SET_KEYS,
    SX_ERR_EXCHANGE_HASH,
    SX_ERR_MAKE_KEY,
    SX_ERR_SIGN,
    SX_ERR_ENCRYPT,
    SX_ERR_RANDOM,
    SX_ERR_UNAPPROVED, /* the module's indicator said: not an approved service */
    SX_ERR_KEY_FORMAT, /* a key file is of no known format, or damaged */
    SX_ERR_KEY_PASSPHRASE,
    SX_ERR_KEY_STORE,     /* a kind of key store that this platform doesn't have */
    SX_ERR_KEY_NOT_FOUND, /* nothing in the key store is what was searched for */
    SX_ERR_TOKEN,         /* a PKCS#11 module, token or call failed */
    SX_ERR_TOKEN_PIN,     /* its PIN is missing or wrong */
    SX_ERR_TOKEN_LOCKED,  /* its PIN is locked or expired */
    SX_ERR_TOKEN_REMOVED, /* it isn't there any more */
    SX_ERR_TOKEN_SESSION, /* it lost its session, and the next one */

    /* auth */
    SX_ERR_AUTH_FAILED = 0x600, /* all methods that are possible were refused */
    SX_ERR_AUTH_PASSWORD_CHANGE,
    SX_ERR_AUTH_UNPROVEN, /* access granted without the proof that was demanded */
    SX_ERR_AUTH_NO_CREDENTIALS,
    SX_ERR_AUTH_SERVICE, /* GSSAPI or token said no */
    SX_ERR_AUTH_REKEY,   /* keys can't be exchanged anew without what GSSAPI can't give any more */
    SX_ERR_AGENT,        /* the agent can't be reached, or doesn't answer in time */
    SX_ERR_AGENT_ANSWER, /* the agent answered what is no answer, or signed wrongly */
    SX_ERR_AUTH_PACKET,  /* the caller's own authentication gave a packet that can't be sent */

    /* audit */
    SX_ERR_AUDIT = 0x700,

    /* internal */
    SX_ERR_MEMORY = 0x800,
    SX_ERR_INTERNAL,
};

#define SX_MUST_USE __attribute__((warn_unused_result))
#define SX_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* SX_TRY passes an error on to the caller. Only where nothing is owned yet; else `goto out`. */
#define SX_TRY(call)                                                                               \
    do {                                                                                           \
        enum sx_err sx_try_err = (call);                                                           \
        if (sx_try_err != SX_OK)                                                                   \
            return sx_try_err;                                                                     \
    } while (0)

enum sx_blame sx_err_blame(enum sx_err err);

/* sx_err_name is the enumerator without its prefix, for logs and tests. Static storage. */
const char *sx_err_name(enum sx_err err);

/* sx_err_text is one plain sentence for the outcome, used when no fault text was set. */
const char *sx_err_text(enum sx_err err);

enum { SX_FAULT_TEXT_MAX = 2560 };

/* A fault is an error with its context: what was expected, what came, what the user can do.
 * It never holds a secret. Zero it before first use; the first error that is set stays. */
struct sx_fault {
    enum sx_err err;
    int sys;                      /* errno, or an EAI_ code for SX_ERR_RESOLVE; else 0 */
    unsigned peer_reason;         /* SSH reason code of a DISCONNECT or OPEN_FAILURE; else 0 */
    unsigned packet_length;       /* what the packet said, for SX_ERR_PEER_LENGTH; else 0 */
    char text[SX_FAULT_TEXT_MAX]; /* NUL-terminated UTF-8 */
};

/* sx_fault_set records err with a text, unless the fault holds an error already, and returns
 * err, so that it can stand in a return statement. fault may be NULL. Text from a peer must
 * have gone through sx_escape (base/text.h) first. */
enum sx_err sx_fault_set(struct sx_fault *fault, enum sx_err err, const char *fmt, ...)
    SX_PRINTF(3, 4);

/* sx_fault_set_sys is the same and keeps a system error number beside the text. */
enum sx_err sx_fault_set_sys(struct sx_fault *fault, enum sx_err err, int sys, const char *fmt, ...)
    SX_PRINTF(4, 5);

/* sx_fault_note gives a bare error its plain text, if no text was set; returns err. For the
 * place where an error leaves a room. SX_OK passes through. */
enum sx_err sx_fault_note(struct sx_fault *fault, enum sx_err err);

/* sx_fault_clear makes a fault, also one that was never set, hold no error. It leaves the text's
 * bytes behind the first alone, so it is what hot paths begin with. */
void sx_fault_clear(struct sx_fault *fault);

#endif
