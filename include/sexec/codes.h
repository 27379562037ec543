/* sexec/codes.h: the numbers that functions return.
 *
 * 0 is success. Codes below 3000 and from 10000 on are the reference's ("SExec Errors"); TCP/IP
 * errors are errno values mapped to the reference's 10004 to 11004. From 3001 on they are this
 * library's own. sexec_error_text gives each its text; sexec_get_last_error of an object gives
 * the whole sentence of what happened.
 *
 * Where the reference has several numbers for one thing, this is which comes when:
 *
 *   10035, 1133       a send function has no room for all now, and may not wait (timeout 0, or inside a
 *                     handler): 1133 while keys are exchanged, else 10035. sexec_get_bytes_taken says
 *                     how much it took. The reference's 135 and 1130 mean no more, and never come.
 *   201, 301          the time is over: 201 before the sign-on is complete, 301 after it.
 *   212, 1117         no connection: 1117 from reading SSHKeyRenegotiate, 212 from methods.
 *   104, 1105, 1050   connecting twice: 104 from ssh_logon while connected; 1105 from setting connected
 *                     to true while a connection is on its way; 1050 from any other method that can't
 *                     run beside the one that runs, and inside of handlers.
 *   100, 101, 106, 107, 1119, 112, 211   can't be changed from the start of a connection to its end:
 *                     ssh_port, ssh_host, local_port and LocalPort, the property local_host, the
 *                     setting LocalHost, MaxLineLength, all others.
 *   1001, 1120, 10054 the server ended the connection: it said why, it just closed it, it broke it off.
 *   10022, 3006       a value out of its range: of a property or a method, of a setting.
 *
 * These of the reference can't occur: 117 (UseConnection) and 213 (listening) belong to other classes,
 * 1037 to reconnects, 10067 to no errno of Linux, 10091 to 10093 to Winsock. */
#ifndef SEXEC_CODES_H
#define SEXEC_CODES_H

#include <sexec/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sexec_code {
    SEXEC_OK = 0,

    /* of the reference */
    SEXEC_CANNOT_CHANGE_PORT = 100,
    SEXEC_CANNOT_CHANGE_HOST = 101,
    SEXEC_BAD_ADDRESS = 102,
    SEXEC_ALREADY_CONNECTED = 104,
    SEXEC_CANNOT_CHANGE_LOCAL_PORT = 106,
    SEXEC_CANNOT_CHANGE_LOCAL_HOST = 107,
    SEXEC_CANNOT_CHANGE_LINE_LENGTH = 112,
    SEXEC_ZERO_PORT = 116,
    SEXEC_WOULD_BLOCK = 135,        /* never: see above */
    SEXEC_TIMEOUT_CONNECTING = 201, /* from the name lookup to the sign-on */
    SEXEC_BAD_STATE = 211,
    SEXEC_NOT_CONNECTED = 212,
    SEXEC_TIMEOUT = 301, /* after the sign-on */
    SEXEC_FILE = 302,
    SEXEC_CODE_PAGE = 434,
    SEXEC_SERVER_DISCONNECTED = 1001,
    SEXEC_VERSION_UNSUPPORTED = 1002,
    SEXEC_NEGOTIATION = 1003,
    SEXEC_ALGORITHM_UNSUPPORTED = 1005,
    SEXEC_CANNOT_SET_KEYS = 1006,
    SEXEC_UNEXPECTED_ALGORITHM = 1010,
    SEXEC_EXCHANGE_HASH = 1011,
    SEXEC_CANNOT_MAKE_KEY = 1012,
    SEXEC_CANNOT_SIGN = 1013,
    SEXEC_CANNOT_ENCRYPT = 1014,
    SEXEC_CANNOT_DECRYPT = 1015,
    SEXEC_CANNOT_DECOMPRESS = 1016,
    SEXEC_CHANNEL_OPEN = 1020,
    SEXEC_CHANNEL_ID = 1021,
    SEXEC_CHANNEL_DATA = 1022,
    SEXEC_CHANNEL_MESSAGE = 1023,
    SEXEC_MESSAGE_UNIMPLEMENTED = 1024,
    SEXEC_MESSAGE_UNSUPPORTED = 1027,
    SEXEC_HOST_KEY_REJECTED = 1030,
    SEXEC_HOST_KEY_UNVERIFIED = 1031,
    SEXEC_AUTHENTICATION = 1032,
    SEXEC_CHANNEL_REQUEST = 1033,
    SEXEC_DIFFIE_HELLMAN = 1034,
    SEXEC_CONNECTION_FAILED = 1036,
    SEXEC_ELLIPTIC_CURVE = 1038,
    SEXEC_KEEP_ALIVE = 1039,
    SEXEC_BUSY = 1050,
    SEXEC_REQUEST_FAILED = 1098,
    SEXEC_SEND_WOULD_BLOCK = 10035,
    SEXEC_WOULD_BLOCK_REKEY = 1133,
    SEXEC_ALREADY_CONNECTING = 1105,
    SEXEC_CONNECT_FIRST = 1117,
    SEXEC_CANNOT_CHANGE_LOCAL_HOST_SETTING = 1119,
    SEXEC_DROPPED = 1120,
    SEXEC_INTERRUPTED = 10004,
    SEXEC_INVALID_ARGUMENT = 10022,

    /* this library's own */
    SEXEC_EXITED_NON_ZERO = 3001,  /* sexec_get_exit_status has the number */
    SEXEC_KILLED_BY_SIGNAL = 3002, /* sexec_get_exit_signal has the name */
    SEXEC_NO_STATUS = 3003,        /* the command's end was not told; exit_status is -1 */
    SEXEC_PROVIDER = 3004,         /* the cryptographic provider can't be had or trusted */
    SEXEC_POLICY = 3005,           /* policy or provider refuse an algorithm, key size or setting */
    SEXEC_SETTING = 3006,          /* no such setting, or a value out of its range */
    SEXEC_KEY_FORMAT = 3007,       /* key material of no known format, or damaged */
    SEXEC_KEY_PASSPHRASE = 3008,   /* the key's passphrase is missing or wrong */
    SEXEC_KEY_FILE_MODE = 3009,    /* a private key file that others can read */
    SEXEC_KEY_CONTAINER = 3010,    /* the key's protection isn't approved or supported */
    SEXEC_UNPROVEN_ACCESS = 3011,  /* the server granted access without the demanded proof */
    SEXEC_PASSWORD_CHANGE = 3012,  /* the server demands a new password first */
    SEXEC_STRICT_KEX = 3013,       /* strict key exchange was violated */
    SEXEC_AUDIT = 3014,            /* a record could not be made durable */
    SEXEC_MEMORY = 3015,
    SEXEC_INTERNAL = 3016,
    SEXEC_UNAPPROVED = 3017, /* the FIPS module's indicator refused an operation */
    SEXEC_RANDOM = 3018,
    SEXEC_NO_TICKET = 3020,     /* keys can't be exchanged anew: the ticket has expired */
    SEXEC_CUSTOM_PACKET = 3030, /* a packet of on_ssh_custom_auth that can't be sent */
    SEXEC_SSH_PARAM = 3031,     /* no such packet field, or a value that is none of its type */
    SEXEC_AGENT = 3035,         /* the ssh-agent can't be reached, or doesn't answer in time */
    SEXEC_AGENT_ANSWER = 3036,  /* the ssh-agent's answer is wrong */
    /* the firewall (proxy): it doesn't connect to the host, ... */
    SEXEC_FIREWALL = 3037,
    /* wants another user or password, or answers wrongly or too much */
    SEXEC_FIREWALL_USER = 3038,
    SEXEC_FIREWALL_ANSWER = 3039,
    SEXEC_KEY_STORE = 3040,     /* a kind of key store that this platform doesn't have */
    SEXEC_KEY_NOT_FOUND = 3041, /* nothing in the key store is what was searched for */
    SEXEC_TOKEN = 3042,         /* a PKCS#11 module or token can't be used */
    SEXEC_TOKEN_PIN = 3043,     /* its PIN is missing or wrong */
    SEXEC_TOKEN_LOCKED = 3044,  /* its PIN is locked */
    SEXEC_TOKEN_REMOVED = 3045, /* it isn't there any more */
    SEXEC_TOKEN_SESSION = 3046, /* it lost its session, and a new one, too */
    SEXEC_AUDIT_DAMAGED = 3060, /* audit files aren't whole: the text says what was done first */
};

/* sexec_error_text is the text of a code, in the reference's words where it has some; an unknown
 * code gives "Unknown error.". Static storage. */
SEXEC_API const char *sexec_error_text(int code);

#ifdef __cplusplus
}
#endif

#endif
