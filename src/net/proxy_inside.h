/* net/proxy_inside.h: what the kinds of proxy give to proxy.c. */
#ifndef SX_NET_PROXY_INSIDE_H
#define SX_NET_PROXY_INSIDE_H

#include "net/proxy.h"

SX_MUST_USE enum sx_err sx_proxy_http_start(struct sx_proxy *proxy, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_proxy_http_received(struct sx_proxy *proxy, struct sx_slice bytes,
                                               struct sx_fault *fault, size_t *out_taken);

SX_MUST_USE enum sx_err sx_proxy_socks_start(struct sx_proxy *proxy, struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_proxy_socks_received(struct sx_proxy *proxy, struct sx_slice bytes,
                                                struct sx_fault *fault, size_t *out_taken);

#endif
