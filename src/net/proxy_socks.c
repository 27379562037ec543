/* net/proxy_socks.c: SOCKS4, SOCKS4A, and SOCKS5 of RFC 1928 with RFC 1929's user and password. */
#include "net/proxy_inside.h"

#include <arpa/inet.h>
#include <string.h>

enum step { STEP_SOCKS4, STEP_METHOD, STEP_PASSWORD, STEP_CONNECT };

enum { V5_NO_AUTH = 0, V5_PASSWORD = 2, V5_NONE = 255, V4_GRANTED = 90 };

static enum sx_err add(struct sx_proxy *proxy, const void *bytes, size_t len)
{
    return sx_buffer_append(&proxy->out, sx_slice_of(bytes, len));
}

static enum sx_err add_u8(struct sx_proxy *proxy, size_t value)
{
    uint8_t byte = (uint8_t)value;

    return add(proxy, &byte, 1);
}

static enum sx_err add_port(struct sx_proxy *proxy)
{
    uint8_t port[2] = { (uint8_t)(proxy->port >> 8), (uint8_t)proxy->port };

    return add(proxy, port, sizeof port);
}

/* A length of one byte and the text; SOCKS5's are never empty where it matters. */
static enum sx_err add_text(struct sx_proxy *proxy, const char *text)
{
    SX_TRY(add_u8(proxy, strlen(text)));
    return add(proxy, text, strlen(text));
}

static bool is_v5(const struct sx_proxy *proxy)
{
    return proxy->config->type == SX_PROXY_SOCKS5;
}

/* An address that isn't one (0.0.0.x) tells a SOCKS4A proxy that a name follows. */
static enum sx_err start_v4(struct sx_proxy *proxy, struct sx_fault *fault)
{
    static const uint8_t name_follows[4] = { 0, 0, 0, 1 };
    struct in_addr address;
    bool is_address = inet_pton(AF_INET, proxy->target, &address) == 1;

    if (!is_address && proxy->config->type == SX_PROXY_SOCKS4)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "a SOCKS4 proxy can only be told an IPv4 address, not \"%s\"; use "
                            "SOCKS4A or SOCKS5",
                            proxy->target);
    proxy->step = STEP_SOCKS4;
    SX_TRY(add(proxy, "\4\1", 2));
    SX_TRY(add_port(proxy));
    SX_TRY(is_address ? add(proxy, &address, 4) : add(proxy, name_follows, 4));
    SX_TRY(add(proxy, proxy->config->user, strlen(proxy->config->user) + 1));
    return is_address ? SX_OK : add(proxy, proxy->target, strlen(proxy->target) + 1);
}

enum sx_err sx_proxy_socks_start(struct sx_proxy *proxy, struct sx_fault *fault)
{
    if (!is_v5(proxy))
        return start_v4(proxy, fault);
    proxy->step = STEP_METHOD;
    return proxy->config->user[0] == '\0' ? add(proxy, "\5\1\0", 3) : add(proxy, "\5\2\0\2", 4);
}

static enum sx_err ask_to_connect(struct sx_proxy *proxy)
{
    struct in6_addr v6;
    struct in_addr v4;

    proxy->step = STEP_CONNECT;
    SX_TRY(add(proxy, "\5\1\0", 3));
    if (inet_pton(AF_INET, proxy->target, &v4) == 1) {
        SX_TRY(add_u8(proxy, 1));
        SX_TRY(add(proxy, &v4, sizeof v4));
    } else if (inet_pton(AF_INET6, proxy->target, &v6) == 1) {
        SX_TRY(add_u8(proxy, 4));
        SX_TRY(add(proxy, &v6, sizeof v6));
    } else {
        SX_TRY(add_u8(proxy, 3));
        SX_TRY(add_text(proxy, proxy->target));
    }
    return add_port(proxy);
}

/* How long the answer at hand is, as far as its bytes tell; 0 when they can't be one. */
static size_t reply_size(const struct sx_proxy *proxy)
{
    const uint8_t *r = proxy->reply;

    switch (proxy->step) {
    case STEP_SOCKS4: return r[0] == 0 ? 8 : 0;
    case STEP_METHOD: return r[0] == 5 ? 2 : 0;
    case STEP_PASSWORD: return r[0] == 1 || r[0] == 5 ? 2 : 0; /* some write the wrong version */
    default: break;
    }
    if (r[0] != 5)
        return 0;
    if (proxy->reply_len < 5)
        return 5;
    switch (r[3]) {
    case 1: return 4 + 4 + 2;
    case 3: return 4 + 1 + (size_t)r[4] + 2;
    case 4: return 4 + 16 + 2;
    default: return r[1] != 0 ? 5 : 0; /* a refusal may leave the address out */
    }
}

static enum sx_err refused(const struct sx_proxy *proxy, const char *why, unsigned code,
                           struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_PROXY,
                        "the proxy \"%s\" doesn't connect to \"%s\" port %d: %s (code %u)",
                        proxy->config->host, proxy->target, proxy->port, why, code);
}

static enum sx_err refused_user(const struct sx_proxy *proxy, struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_PROXY_AUTH, "the proxy \"%s\" wants %s", proxy->config->host,
                        proxy->config->user[0] == '\0'
                            ? "a user and a password: set firewall_user and firewall_password"
                            : "another user or password than firewall_user and firewall_password");
}

static enum sx_err judge_v4(struct sx_proxy *proxy, struct sx_fault *fault)
{
    switch (proxy->reply[1]) {
    case V4_GRANTED: proxy->is_done = true; return SX_OK;
    case 92:
    case 93: return refused_user(proxy, fault);
    default: return refused(proxy, "rejected or failed", proxy->reply[1], fault);
    }
}

static enum sx_err judge_method(struct sx_proxy *proxy, struct sx_fault *fault)
{
    const struct sx_proxy_config *config = proxy->config;

    if (proxy->reply[1] == V5_NO_AUTH)
        return ask_to_connect(proxy);
    if (proxy->reply[1] == V5_NONE)
        return refused_user(proxy, fault);
    if (proxy->reply[1] != V5_PASSWORD || config->user[0] == '\0')
        return sx_fault_set(fault, SX_ERR_PROXY_ANSWER,
                            "the SOCKS5 proxy \"%s\" chose method %u, which it was not offered",
                            config->host, proxy->reply[1]);
    proxy->step = STEP_PASSWORD;
    SX_TRY(add_u8(proxy, 1));
    SX_TRY(add_text(proxy, config->user));
    return add_text(proxy, config->password);
}

static enum sx_err judge_connect(struct sx_proxy *proxy, struct sx_fault *fault)
{
    static const char *const reasons[] = {
        NULL,
        "it failed",
        "its rules don't allow it",
        "the network can't be reached",
        "the host can't be reached",
        "the connection was refused",
        "the connection timed out in its network (TTL)",
        "it knows no such command",
        "it knows no such kind of address",
    };
    unsigned code = proxy->reply[1];

    if (code != 0)
        return refused(proxy, code < sizeof reasons / sizeof reasons[0] ? reasons[code] : "refused",
                       code, fault);
    proxy->is_done = true;
    return SX_OK;
}

static enum sx_err judge(struct sx_proxy *proxy, struct sx_fault *fault)
{
    switch (proxy->step) {
    case STEP_SOCKS4: return judge_v4(proxy, fault);
    case STEP_METHOD: return judge_method(proxy, fault);
    case STEP_PASSWORD:
        return proxy->reply[1] == 0 ? ask_to_connect(proxy) : refused_user(proxy, fault);
    default: return judge_connect(proxy, fault);
    }
}

enum sx_err sx_proxy_socks_received(struct sx_proxy *proxy, struct sx_slice bytes,
                                    struct sx_fault *fault, size_t *out_taken)
{
    for (size_t i = 0; i < bytes.len && !proxy->is_done; i++) {
        size_t size;

        *out_taken = i + 1;
        proxy->reply[proxy->reply_len++] = bytes.ptr[i];
        size = reply_size(proxy);
        /* A question is answered only when all of it is out. */
        if (size == 0 || sx_proxy_to_send(proxy).len > 0)
            return sx_fault_set(fault, SX_ERR_PROXY_ANSWER,
                                "\"%s\" port %d doesn't answer as a SOCKS proxy does (byte %u)",
                                proxy->config->host, proxy->config->port, bytes.ptr[i]);
        if (proxy->reply_len < size)
            continue;
        SX_TRY(judge(proxy, fault));
        proxy->reply_len = 0;
    }
    return SX_OK;
}
