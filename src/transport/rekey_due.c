/* transport/rekey_due.c: when keys are renewed, and when a connection ends because they aren't.
 *
 * RFC 4253 section 9 advises new keys after a gigabyte or an hour, RFC 4344 section 3.1 after 2^31
 * packets; NIAP's SSH package (FCS_SSH_EXT.1.8) demands "rekey or terminate" after a gigabyte
 * either way or an hour. Asking alone doesn't renew keys: a server that never answers our KEXINIT,
 * or stops in the midst of the exchange, could go on under the old keys without end. So each limit
 * has a grace, which is for what was on its way already, and where it ends the connection does. An
 * exchange starts early enough that limit and grace together stay within RFC and NIAP.
 */
#include "transport/rekey.h"

enum {
    /* More than any window and socket hold back: a server that answers never gets there. */
    GRACE_BYTES = 64 * 1024 * 1024,
    GRACE_PACKETS = 1024 * 1024,
    /* As long as servers wait for a whole sign-on, of which an exchange is a part. */
    GRACE_SECONDS = 120,
    START_SECONDS_MAX = 3600 - GRACE_SECONDS,
};
#define START_BYTES_MAX (((uint64_t)1 << 30) - GRACE_BYTES)

static uint64_t start_bytes(const struct sx_transport *transport)
{
    uint64_t bytes = transport->config.offer->rekey_bytes;

    return bytes < START_BYTES_MAX ? bytes : START_BYTES_MAX;
}

static bool is_due(const struct sx_transport *transport, const struct sx_packet_usage *usage,
                   enum sx_rekey_reason *reason)
{
    if (usage->bytes >= start_bytes(transport)) {
        *reason = SX_REKEY_BYTES;
        return true;
    }
    if (usage->packets >= transport->config.offer->rekey_packets) {
        *reason = SX_REKEY_PACKETS;
        return true;
    }
    return false;
}

static enum sx_err check_usage(struct sx_transport *transport, const struct sx_packet_usage *usage,
                               const char *way)
{
    uint64_t bytes = start_bytes(transport) + GRACE_BYTES;
    uint64_t packets = transport->config.offer->rekey_packets + GRACE_PACKETS;

    if (usage->bytes <= bytes && usage->packets <= packets)
        return SX_OK;
    return sx_fault_set(transport->fault, SX_ERR_POLICY_REKEY,
                        "%llu bytes in %llu packets %s the server under the same keys, and it "
                        "doesn't finish the key exchange that is due; the limits are %llu and %llu",
                        (unsigned long long)usage->bytes, (unsigned long long)usage->packets, way,
                        (unsigned long long)bytes, (unsigned long long)packets);
}

static bool is_renewing(const struct sx_transport *transport)
{
    return transport->has_session_id && sx_transport_is_exchanging(transport);
}

static enum sx_err check_overdue(struct sx_transport *transport)
{
    SX_TRY(check_usage(transport, &transport->reader.usage, "came from"));
    SX_TRY(check_usage(transport, &transport->writer.usage, "went to"));
    if (is_renewing(transport) && transport->now >= sx_rekey_deadline(transport))
        return sx_fault_set(transport->fault, SX_ERR_POLICY_REKEY,
                            "the server doesn't finish a key exchange that began %d seconds ago",
                            GRACE_SECONDS);
    return SX_OK;
}

uint64_t sx_rekey_deadline(const struct sx_transport *transport)
{
    uint64_t seconds = transport->config.offer->rekey_seconds;

    if (is_renewing(transport))
        return transport->started_at + GRACE_SECONDS * 1000;
    if (sx_transport_is_exchanging(transport) || seconds == 0)
        return UINT64_MAX;
    if (seconds > START_SECONDS_MAX)
        seconds = START_SECONDS_MAX;
    return transport->keyed_at + seconds * 1000;
}

enum sx_err sx_rekey_if_due(struct sx_transport *transport)
{
    enum sx_rekey_reason reason = SX_REKEY_TIME;

    SX_TRY(check_overdue(transport));
    if (transport->phase != SX_PHASE_CONNECTED || sx_transport_is_exchanging(transport))
        return SX_OK;
    if (is_due(transport, &transport->reader.usage, &reason) ||
        is_due(transport, &transport->writer.usage, &reason) ||
        transport->now >= sx_rekey_deadline(transport))
        return sx_rekey_start(transport, reason);
    return SX_OK;
}
