/* net/proxy.h: the talk with a proxy before it passes bytes on, without I/O: HTTP CONNECT (RFC 9110
 * section 9.3.6) with Basic authentication (RFC 7617), SOCKS4 and SOCKS4A, SOCKS5 (RFC 1928) with
 * user and password (RFC 1929).
 *
 * Bytes for the proxy come out of sx_proxy_to_send; what it sends is shown to sx_proxy_received,
 * which takes its own answer and not a byte more: what follows is the SSH server's. */
#ifndef SX_NET_PROXY_H
#define SX_NET_PROXY_H

#include "base/buffer.h"

/* The reference's FirewallType. */
enum sx_proxy_type {
    SX_PROXY_NONE = 0,
    SX_PROXY_TUNNEL = 1,
    SX_PROXY_SOCKS4 = 2,
    SX_PROXY_SOCKS5 = 3,
    SX_PROXY_SOCKS4A = 10,
};

enum {
    SX_PROXY_TEXT_MAX = 256,        /* with the NUL: a host, a user, a password */
    SX_PROXY_REPLY_MAX = 32 * 1024, /* of HTTP: all lines of the answer */
    SX_PROXY_DATA_MAX = 16 * 1024,  /* of FirewallData */
    SX_PROXY_PORT_HTTP = 80,
    SX_PROXY_PORT_SOCKS = 1080,
};

/* Holds a password: wipe it. */
struct sx_proxy_config {
    enum sx_proxy_type type;
    char host[SX_PROXY_TEXT_MAX];
    int port;
    char user[SX_PROXY_TEXT_MAX]; /* "": no authentication */
    char password[SX_PROXY_TEXT_MAX];
    const char *data; /* borrowed; headers for HTTP, lines; NULL or "" for none */
};

struct sx_proxy {
    const struct sx_proxy_config *config;
    const char *target;
    int port;
    unsigned step;
    bool is_done;
    struct sx_buffer out;
    /* What came of the answer at hand: SOCKS' bytes, or HTTP's status line. */
    uint8_t reply[512];
    size_t reply_len;
    size_t line_len;  /* HTTP: of the line at hand, without its end */
    bool is_later;    /* HTTP: the status line is complete */
    size_t total_len; /* HTTP: of all lines */
};

/* sx_proxy_start begins the talk; config and target (a name or a numeric address; for SOCKS4
 * 1.2.3.4) must outlive it. SX_ERR_ARGUMENT for what a proxy can't be told. */
SX_MUST_USE enum sx_err sx_proxy_start(struct sx_proxy *proxy, const struct sx_proxy_config *config,
                                       const char *target, int port, struct sx_fault *fault);

struct sx_slice sx_proxy_to_send(const struct sx_proxy *proxy);
void sx_proxy_sent(struct sx_proxy *proxy, size_t n);

/* sx_proxy_received looks at what came and takes *out_taken bytes of it; is_done says that the
 * server is behind them. SX_ERR_PROXY: the proxy refuses; SX_ERR_PROXY_AUTH: it wants another user or
 * password; SX_ERR_PROXY_ANSWER: that is no answer of such a proxy, or too long. */
SX_MUST_USE enum sx_err sx_proxy_received(struct sx_proxy *proxy, struct sx_slice bytes,
                                          struct sx_fault *fault, size_t *out_taken);

void sx_proxy_clear(struct sx_proxy *proxy);

#endif
