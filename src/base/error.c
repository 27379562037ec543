/* base/error.c: names and texts of the outcomes, and the fault that keeps the first of them. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct error_row {
    enum sx_err err;
    const char *name;
    const char *text;
};

#define ROW(name, text)                                                                            \
    {                                                                                              \
        SX_ERR_##name, #name, text                                                                 \
    }

static const struct error_row error_rows[] = {
    { SX_OK, "OK", "no error" },

    ROW(ARGUMENT, "an argument is not valid"),
    ROW(STATE, "this is not possible in the present state"),
    ROW(BUSY, "another action is still running"),
    ROW(NOT_CONNECTED, "there is no connection to the server"),
    ROW(WOULD_BLOCK, "there is no room for more data now; try again later"),
    ROW(WOULD_BLOCK_REKEY, "data can't be sent during a key re-exchange; try again later"),
    ROW(SPACE, "a buffer of fixed size is too small"),
    ROW(ADDRESS, "the address is none of a host"),

    ROW(FILE, "a local file can't be opened or read"),
    ROW(FILE_MODE, "a private file may be read by other users"),
    ROW(RESOLVE, "the host name has no address"),
    ROW(CONNECT, "no TCP connection could be made"),
    ROW(SOCKET, "the connection broke"),
    ROW(CLOSED, "the server closed the connection"),
    ROW(TIMEOUT, "the operation took longer than the timeout"),
    ROW(INTERRUPTED, "the operation was interrupted"),
    ROW(PROXY, "the proxy refused or failed"),
    ROW(PROXY_AUTH, "the proxy wants another user or password"),
    ROW(PROXY_ANSWER, "the proxy's answer is wrong or too long"),

    ROW(PEER_DISCONNECT, "the server disconnected"),
    ROW(PEER_VERSION, "the server sent no usable SSH version line"),
    ROW(PEER_DECODE, "the server sent a message that is too short, too long or has a bad field"),
    ROW(PEER_LENGTH, "the server sent a packet whose length is out of bounds"),
    ROW(PEER_PADDING, "the server sent a packet whose padding is out of bounds"),
    ROW(PEER_MAC, "a packet from the server fails its integrity check"),
    ROW(PEER_DECOMPRESS, "a packet from the server can't be decompressed"),
    ROW(PEER_UNEXPECTED, "the server sent a message that has no place at this point"),
    ROW(PEER_STRICT, "the server broke the rules of the strict key exchange"),
    ROW(PEER_UNIMPLEMENTED, "the server does not implement a message that is needed"),
    ROW(PEER_DH_VALUE, "the server's Diffie-Hellman value or group is not acceptable"),
    ROW(PEER_EC_POINT, "the server's key exchange point is not valid"),
    ROW(PEER_HOST_KEY_TYPE, "the server's host key or signature is not of the negotiated type"),
    ROW(PEER_HOST_KEY, "the server's host key can't be decoded"),
    ROW(PEER_SIGNATURE, "the server's signature over the key exchange is wrong"),
    ROW(PEER_CHANNEL_OPEN, "the server refused to open a session channel"),
    ROW(PEER_CHANNEL_ID, "the server named a channel that does not exist"),
    ROW(PEER_CHANNEL_DATA, "the server sent channel data beyond what was allowed"),
    ROW(PEER_CHANNEL_MESSAGE, "the server sent a channel message that has no place at this point"),
    ROW(PEER_REQUEST_REFUSED, "the server refused a request that the session needs"),
    ROW(PEER_GLOBAL_REQUEST, "the server sent a global request that is not valid"),
    ROW(KEEPALIVE, "the server no longer answers keep-alive requests"),

    ROW(POLICY_ALGORITHM, "a list names an algorithm that the policy or the provider refuses"),
    ROW(NEGOTIATE, "client and server have no algorithm in common"),
    ROW(POLICY_KEY_SIZE, "a key is smaller than the policy allows"),
    ROW(POLICY_GROUP, "the server's Diffie-Hellman group is not one that the policy knows"),
    ROW(POLICY_REKEY, "the server doesn't finish the renewal of keys that the policy demands"),
    ROW(POLICY_PROVIDER, "the policy does not allow this crypto provider"),
    ROW(POLICY_SETTING, "the policy does not allow this setting to be changed"),
    ROW(HOST_KEY_REJECTED, "the server's host key was not accepted"),
    ROW(POLICY_CONTAINER, "the policy does not approve the protection of this key file"),

    ROW(PROVIDER, "the crypto provider can't be loaded, verified or trusted"),
    ROW(PROVIDER_FETCH, "the crypto provider lacks an algorithm that is needed"),
    ROW(SET_KEYS, "the session keys could not be set"),
    ROW(EXCHANGE_HASH, "the exchange hash could not be computed"),
    ROW(MAKE_KEY, "a key could not be made"),
    ROW(SIGN, "a signature could not be made"),
    ROW(ENCRYPT, "a packet could not be encrypted"),
    ROW(RANDOM, "the random number generator failed"),
    ROW(UNAPPROVED, "the crypto module marked a service as not approved"),
    ROW(KEY_FORMAT, "a key is damaged or of an unknown format"),
    ROW(KEY_PASSPHRASE, "the passphrase of a key is missing or wrong"),
    ROW(KEY_STORE, "this kind of key store is not available on this platform"),
    ROW(KEY_NOT_FOUND, "the key store holds nothing that is searched for"),
    ROW(TOKEN, "a PKCS#11 module or token can't be used"),
    ROW(TOKEN_PIN, "the PIN of a token is missing or wrong"),
    ROW(TOKEN_LOCKED, "the PIN of a token is locked"),
    ROW(TOKEN_REMOVED, "a token was removed"),
    ROW(TOKEN_SESSION, "a token lost its session"),

    ROW(AUTH_FAILED, "the server refused every authentication method that could be tried"),
    ROW(AUTH_PASSWORD_CHANGE, "the server demands that the password be changed"),
    ROW(AUTH_UNPROVEN, "the server granted access without the proof that was demanded"),
    ROW(AUTH_NO_CREDENTIALS, "there are no credentials for any method that the server allows"),
    ROW(AUTH_PACKET, "the packet of the custom authentication can't be sent"),
    ROW(AUTH_SERVICE, "the service that holds the credentials refused or failed"),
    ROW(AUTH_REKEY, "keys can't be exchanged anew without a Kerberos ticket"),
    ROW(AGENT, "the ssh-agent can't be reached, or doesn't answer in time"),
    ROW(AGENT_ANSWER, "the ssh-agent's answer is wrong"),

    ROW(AUDIT, "an audit record could not be written"),

    ROW(MEMORY, "out of memory"),
    ROW(INTERNAL, "internal error"),
};

static const struct error_row *error_row_find(enum sx_err err)
{
    for (size_t i = 0; i < sizeof error_rows / sizeof error_rows[0]; i++) {
        if (error_rows[i].err == err)
            return &error_rows[i];
    }
    return NULL;
}

enum sx_blame sx_err_blame(enum sx_err err)
{
    return (enum sx_blame)((unsigned)err >> 8);
}

const char *sx_err_name(enum sx_err err)
{
    const struct error_row *row = error_row_find(err);

    return row != NULL ? row->name : "UNKNOWN";
}

const char *sx_err_text(enum sx_err err)
{
    const struct error_row *row = error_row_find(err);

    return row != NULL ? row->text : "unknown error";
}

/* A text that was cut may end inside a UTF-8 sequence, which a strict reader would refuse. */
static void fault_text_mend(char *text)
{
    size_t len = strlen(text);
    size_t tail = 0; /* continuation bytes at the end */
    size_t wanted;
    unsigned char lead;

    while (tail < len && ((unsigned char)text[len - 1 - tail] & 0xc0) == 0x80)
        tail++;
    if (tail == len)
        return;
    lead = (unsigned char)text[len - 1 - tail];
    wanted = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (tail < wanted)
        text[len - 1 - tail] = '\0';
}

static void fault_set(struct sx_fault *fault, enum sx_err err, int sys, const char *fmt,
                      va_list args) SX_PRINTF(4, 0);

static void fault_set(struct sx_fault *fault, enum sx_err err, int sys, const char *fmt,
                      va_list args)
{
    char text[SX_FAULT_TEXT_MAX];
    int len;

    if (fault == NULL || err == SX_OK || fault->err != SX_OK)
        return;
    fault->err = err;
    fault->sys = sys;
    len = vsnprintf(text, sizeof text, fmt, args);
    if (len < 0)
        (void)snprintf(text, sizeof text, "%s", sx_err_text(err));
    else if ((size_t)len >= sizeof text)
        fault_text_mend(text);
    /* Names of files, hosts and users come from anywhere. */
    sx_escape_again(fault->text, sizeof fault->text, text);
}

enum sx_err sx_fault_set(struct sx_fault *fault, enum sx_err err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fault_set(fault, err, 0, fmt, args);
    va_end(args);
    return err;
}

enum sx_err sx_fault_set_sys(struct sx_fault *fault, enum sx_err err, int sys, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fault_set(fault, err, sys, fmt, args);
    va_end(args);
    return err;
}

enum sx_err sx_fault_note(struct sx_fault *fault, enum sx_err err)
{
    return sx_fault_set(fault, err, "%s", sx_err_text(err));
}

void sx_fault_clear(struct sx_fault *fault)
{
    fault->err = SX_OK;
    fault->sys = 0;
    fault->peer_reason = 0;
    fault->packet_length = 0;
    fault->text[0] = '\0';
}
