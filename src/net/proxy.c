/* net/proxy.c: which kind of proxy it is. */
#include "net/proxy_inside.h"

#include <string.h>

#include "base/memory.h"

enum { OUT_MAX = SX_PROXY_DATA_MAX + 8 * 1024 };

enum sx_err sx_proxy_start(struct sx_proxy *proxy, const struct sx_proxy_config *config,
                           const char *target, int port, struct sx_fault *fault)
{
    memset(proxy, 0, sizeof *proxy);
    proxy->config = config;
    proxy->target = target;
    proxy->port = port;
    sx_buffer_init(&proxy->out, OUT_MAX);
    if (strlen(target) >= SX_PROXY_TEXT_MAX)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "the host's name is too long for a proxy: %zu bytes; at most %d",
                            strlen(target), SX_PROXY_TEXT_MAX - 1);
    return config->type == SX_PROXY_TUNNEL ? sx_proxy_http_start(proxy, fault)
                                           : sx_proxy_socks_start(proxy, fault);
}

struct sx_slice sx_proxy_to_send(const struct sx_proxy *proxy)
{
    return sx_buffer_unread(&proxy->out);
}

void sx_proxy_sent(struct sx_proxy *proxy, size_t n)
{
    sx_buffer_consume(&proxy->out, n);
}

enum sx_err sx_proxy_received(struct sx_proxy *proxy, struct sx_slice bytes, struct sx_fault *fault,
                              size_t *out_taken)
{
    *out_taken = 0;
    if (proxy->is_done || bytes.len == 0)
        return SX_OK;
    return proxy->config->type == SX_PROXY_TUNNEL
               ? sx_proxy_http_received(proxy, bytes, fault, out_taken)
               : sx_proxy_socks_received(proxy, bytes, fault, out_taken);
}

void sx_proxy_clear(struct sx_proxy *proxy)
{
    sx_buffer_clear(&proxy->out);
    sx_wipe(proxy, sizeof *proxy);
}
