/* client/codes.c: the outcomes inside, the reference's numbers outside. */
#include "client/codes.h"

#include <errno.h>
#include "net/resolve.h"

struct code_row {
    enum sx_err err;
    int code;
};

static const struct code_row rows[] = {
    { SX_ERR_ARGUMENT, SEXEC_INVALID_ARGUMENT },
    { SX_ERR_STATE, SEXEC_BAD_STATE },
    { SX_ERR_BUSY, SEXEC_BUSY },
    { SX_ERR_NOT_CONNECTED, SEXEC_NOT_CONNECTED },
    { SX_ERR_WOULD_BLOCK, SEXEC_SEND_WOULD_BLOCK },
    { SX_ERR_WOULD_BLOCK_REKEY, SEXEC_WOULD_BLOCK_REKEY },
    { SX_ERR_FILE, SEXEC_FILE },
    { SX_ERR_FILE_MODE, SEXEC_KEY_FILE_MODE },
    { SX_ERR_CLOSED, SEXEC_DROPPED },
    { SX_ERR_INTERRUPTED, SEXEC_INTERRUPTED },
    { SX_ERR_PEER_DISCONNECT, SEXEC_SERVER_DISCONNECTED },
    { SX_ERR_PEER_VERSION, SEXEC_VERSION_UNSUPPORTED },
    { SX_ERR_PEER_DECODE, SEXEC_CONNECTION_FAILED },
    { SX_ERR_PEER_LENGTH, SEXEC_CANNOT_DECRYPT },
    { SX_ERR_PEER_PADDING, SEXEC_CANNOT_DECRYPT },
    { SX_ERR_PEER_MAC, SEXEC_CANNOT_DECRYPT },
    { SX_ERR_PEER_DECOMPRESS, SEXEC_CANNOT_DECOMPRESS },
    { SX_ERR_PEER_UNEXPECTED, SEXEC_MESSAGE_UNSUPPORTED },
    { SX_ERR_PEER_STRICT, SEXEC_STRICT_KEX },
    { SX_ERR_PEER_UNIMPLEMENTED, SEXEC_MESSAGE_UNIMPLEMENTED },
    { SX_ERR_PEER_DH_VALUE, SEXEC_DIFFIE_HELLMAN },
    { SX_ERR_PEER_EC_POINT, SEXEC_ELLIPTIC_CURVE },
    { SX_ERR_PEER_HOST_KEY_TYPE, SEXEC_UNEXPECTED_ALGORITHM },
    { SX_ERR_PEER_HOST_KEY, SEXEC_HOST_KEY_UNVERIFIED },
    { SX_ERR_PEER_SIGNATURE, SEXEC_HOST_KEY_UNVERIFIED },
    { SX_ERR_PEER_CHANNEL_OPEN, SEXEC_CHANNEL_OPEN },
    { SX_ERR_PEER_CHANNEL_ID, SEXEC_CHANNEL_ID },
    { SX_ERR_PEER_CHANNEL_DATA, SEXEC_CHANNEL_DATA },
    { SX_ERR_PEER_CHANNEL_MESSAGE, SEXEC_CHANNEL_MESSAGE },
    { SX_ERR_PEER_REQUEST_REFUSED, SEXEC_CHANNEL_REQUEST },
    { SX_ERR_PEER_GLOBAL_REQUEST, SEXEC_REQUEST_FAILED },
    { SX_ERR_KEEPALIVE, SEXEC_KEEP_ALIVE },
    { SX_ERR_POLICY_ALGORITHM, SEXEC_POLICY },
    { SX_ERR_NEGOTIATE, SEXEC_NEGOTIATION },
    { SX_ERR_POLICY_KEY_SIZE, SEXEC_POLICY },
    { SX_ERR_POLICY_GROUP, SEXEC_POLICY },
    { SX_ERR_POLICY_REKEY, SEXEC_POLICY },
    { SX_ERR_POLICY_PROVIDER, SEXEC_POLICY },
    { SX_ERR_POLICY_SETTING, SEXEC_POLICY },
    { SX_ERR_HOST_KEY_REJECTED, SEXEC_HOST_KEY_REJECTED },
    { SX_ERR_POLICY_CONTAINER, SEXEC_KEY_CONTAINER },
    { SX_ERR_PROVIDER, SEXEC_PROVIDER },
    { SX_ERR_PROVIDER_FETCH, SEXEC_ALGORITHM_UNSUPPORTED },
    { SX_ERR_SET_KEYS, SEXEC_CANNOT_SET_KEYS },
    { SX_ERR_EXCHANGE_HASH, SEXEC_EXCHANGE_HASH },
    { SX_ERR_MAKE_KEY, SEXEC_CANNOT_MAKE_KEY },
    { SX_ERR_SIGN, SEXEC_CANNOT_SIGN },
    { SX_ERR_ENCRYPT, SEXEC_CANNOT_ENCRYPT },
    { SX_ERR_RANDOM, SEXEC_RANDOM },
    { SX_ERR_UNAPPROVED, SEXEC_UNAPPROVED },
    { SX_ERR_KEY_FORMAT, SEXEC_KEY_FORMAT },
    { SX_ERR_KEY_PASSPHRASE, SEXEC_KEY_PASSPHRASE },
    { SX_ERR_AUTH_FAILED, SEXEC_AUTHENTICATION },
    { SX_ERR_AUTH_PASSWORD_CHANGE, SEXEC_PASSWORD_CHANGE },
    { SX_ERR_AUTH_UNPROVEN, SEXEC_UNPROVEN_ACCESS },
    { SX_ERR_AUTH_NO_CREDENTIALS, SEXEC_AUTHENTICATION },
    { SX_ERR_AUTH_SERVICE, SEXEC_AUTHENTICATION },
    { SX_ERR_AUDIT, SEXEC_AUDIT },
    { SX_ERR_MEMORY, SEXEC_MEMORY },
};

/* errno to the reference's TCP/IP numbers, which are Windows Sockets' (10000 + BSD's errno). */
static const struct {
    int sys;
    int code;
} tcp_rows[] = {
    { EINTR, 10004 },        { EBADF, 10009 },           { EACCES, 10013 },
    { EPERM, 10013 },        { EFAULT, 10014 },          { EINVAL, 10022 },
    { EMFILE, 10024 },       { ENFILE, 10024 },          { EAGAIN, 10035 },
    { EINPROGRESS, 10036 },  { EALREADY, 10037 },        { ENOTSOCK, 10038 },
    { EDESTADDRREQ, 10039 }, { EMSGSIZE, 10040 },        { EPROTOTYPE, 10041 },
    { ENOPROTOOPT, 10042 },  { EPROTONOSUPPORT, 10043 }, { ESOCKTNOSUPPORT, 10044 },
    { EOPNOTSUPP, 10045 },   { EPFNOSUPPORT, 10046 },    { EAFNOSUPPORT, 10047 },
    { EADDRINUSE, 10048 },   { EADDRNOTAVAIL, 10049 },   { ENETDOWN, 10050 },
    { ENETUNREACH, 10051 },  { ENETRESET, 10052 },       { ECONNABORTED, 10053 },
    { ECONNRESET, 10054 },   { EPIPE, 10054 },           { ENOBUFS, 10055 },
    { ENOMEM, 10055 },       { EISCONN, 10056 },         { ENOTCONN, 10057 },
    { ESHUTDOWN, 10058 },    { ETOOMANYREFS, 10059 },    { ETIMEDOUT, 10060 },
    { ECONNREFUSED, 10061 }, { ELOOP, 10062 },           { ENAMETOOLONG, 10063 },
    { EHOSTDOWN, 10064 },    { EHOSTUNREACH, 10065 },
};

/* The lookup's errors: RFC-less, the reference has Windows Sockets' four. */
static int resolve_code(int eai)
{
    switch (eai) {
    case EAI_AGAIN: return 11002;
    case EAI_FAIL: return 11003;
    case EAI_NODATA:
    case EAI_ADDRFAMILY: return 11004;
    default: return 11001;
    }
}

static int tcp_code(int sys)
{
    for (size_t i = 0; i < sizeof tcp_rows / sizeof tcp_rows[0]; i++)
        if (tcp_rows[i].sys == sys)
            return tcp_rows[i].code;
    return SEXEC_CONNECTION_FAILED;
}

int sx_code_of(enum sx_err err, int sys, bool is_logged_on)
{
    if (err == SX_OK)
        return SEXEC_OK;
    if (err == SX_ERR_TIMEOUT)
        return is_logged_on ? SEXEC_TIMEOUT : SEXEC_TIMEOUT_CONNECTING;
    if (err == SX_ERR_RESOLVE)
        return resolve_code(sys);
    if (err == SX_ERR_CONNECT || err == SX_ERR_SOCKET)
        return tcp_code(sys);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].err == err)
            return rows[i].code;
    return SEXEC_INTERNAL;
}
