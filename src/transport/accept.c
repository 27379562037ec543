/* transport/accept.c: the acceptance table. Not here: what the owners do with a message. */
#include "transport/accept.h"

#include <stdbool.h>

#include "wire/numbers.h"

#define T SX_OWNER_TRANSPORT
#define K SX_OWNER_KEX
#define A SX_OWNER_AUTH
#define C SX_OWNER_CONNECTION

/* RFC 4253 section 11: these may come at any time, but for a strict initial key exchange. */
#define ANY_TIME                                                                                   \
    [SX_MSG_DISCONNECT] = T, [SX_MSG_IGNORE] = T, [SX_MSG_UNIMPLEMENTED] = T, [SX_MSG_DEBUG] = T

/* Numbers of a key exchange method: RFC 4250 section 4.1.2. */
#define KEX_METHOD                                                                                 \
    [30] = K, [31] = K, [32] = K, [33] = K, [34] = K, [35] = K, [36] = K, [37] = K, [38] = K,      \
    [39] = K, [40] = K, [41] = K, [42] = K, [43] = K, [44] = K, [45] = K, [46] = K, [47] = K,      \
    [48] = K, [49] = K

/* Numbers of an authentication method. */
#define AUTH_METHOD                                                                                \
    [60] = A, [61] = A, [62] = A, [63] = A, [64] = A, [65] = A, [66] = A, [67] = A, [68] = A,      \
    [69] = A, [70] = A, [71] = A, [72] = A, [73] = A, [74] = A, [75] = A, [76] = A, [77] = A,      \
    [78] = A, [79] = A

static const uint8_t owners[SX_PHASE_COUNT][256] = {
    [SX_PHASE_KEXINIT] = { ANY_TIME, [SX_MSG_KEXINIT] = K },
    [SX_PHASE_KEX_INITIAL] = { ANY_TIME, [SX_MSG_NEWKEYS] = K, KEX_METHOD },
    /* Strict: nothing but the exchange itself; DISCONNECT ends it either way. */
    [SX_PHASE_KEX_INITIAL_STRICT] = { [SX_MSG_DISCONNECT] = T, [SX_MSG_NEWKEYS] = K, KEX_METHOD },
    [SX_PHASE_SERVICE] = { ANY_TIME, [SX_MSG_KEXINIT] = K, [SX_MSG_SERVICE_ACCEPT] = A,
                           [SX_MSG_EXT_INFO] = T },
    [SX_PHASE_AUTH] = { ANY_TIME, [SX_MSG_KEXINIT] = K, [SX_MSG_EXT_INFO] = T,
                        [SX_MSG_USERAUTH_FAILURE] = A, [SX_MSG_USERAUTH_SUCCESS] = A,
                        [SX_MSG_USERAUTH_BANNER] = A, AUTH_METHOD },
    [SX_PHASE_CONNECTED] = { ANY_TIME, [SX_MSG_KEXINIT] = K, [SX_MSG_GLOBAL_REQUEST] = C,
                             [SX_MSG_REQUEST_SUCCESS] = C, [SX_MSG_REQUEST_FAILURE] = C,
                             [SX_MSG_CHANNEL_OPEN] = C, [SX_MSG_CHANNEL_OPEN_CONFIRMATION] = C,
                             [SX_MSG_CHANNEL_OPEN_FAILURE] = C, [SX_MSG_CHANNEL_WINDOW_ADJUST] = C,
                             [SX_MSG_CHANNEL_DATA] = C, [SX_MSG_CHANNEL_EXTENDED_DATA] = C,
                             [SX_MSG_CHANNEL_EOF] = C, [SX_MSG_CHANNEL_CLOSE] = C,
                             [SX_MSG_CHANNEL_REQUEST] = C, [SX_MSG_CHANNEL_SUCCESS] = C,
                             [SX_MSG_CHANNEL_FAILURE] = C },
    [SX_PHASE_REKEY] = { ANY_TIME, [SX_MSG_NEWKEYS] = K, KEX_METHOD },
};

/* Numbers that the RFCs assign: out of place they are errors, never "unimplemented". */
static bool is_assigned(uint8_t number)
{
    return (number >= 1 && number <= 8) || number == 20 || number == 21 ||
           (number >= 30 && number <= 53) || (number >= 60 && number <= 82) ||
           (number >= 90 && number <= 100);
}

enum sx_owner sx_accept_owner(enum sx_phase phase, uint8_t number)
{
    uint8_t owner = owners[phase][number];

    if (owner != SX_OWNER_NONE)
        return (enum sx_owner)owner;
    if (is_assigned(number) || phase == SX_PHASE_KEX_INITIAL_STRICT)
        return SX_OWNER_NONE;
    return SX_OWNER_UNKNOWN;
}

const char *sx_phase_name(enum sx_phase phase)
{
    static const char *const names[SX_PHASE_COUNT] = {
        [SX_PHASE_KEXINIT] = "waiting for KEXINIT",
        [SX_PHASE_KEX_INITIAL] = "first key exchange",
        [SX_PHASE_KEX_INITIAL_STRICT] = "first key exchange (strict)",
        [SX_PHASE_SERVICE] = "service request",
        [SX_PHASE_AUTH] = "authentication",
        [SX_PHASE_CONNECTED] = "connection",
        [SX_PHASE_REKEY] = "key re-exchange",
    };

    return names[phase];
}
