/* net/proxy_choice.h: which proxy the environment names, and for which hosts there is none. */
#ifndef SX_NET_PROXY_CHOICE_H
#define SX_NET_PROXY_CHOICE_H

#include "net/proxy.h"

/* sx_proxy_from_url reads "[scheme://][user[:password]@]host[:port][/]"; schemes are http, socks4,
 * socks4a, socks5 and socks5h, without one it is http. User and password may be percent-encoded.
 * SX_ERR_ARGUMENT; the text never holds the URL, which may hold a password. */
SX_MUST_USE enum sx_err sx_proxy_from_url(const char *url, struct sx_fault *fault,
                                          struct sx_proxy_config *out);

/* sx_proxy_is_excepted: entries are host names or addresses, with * and ? as in all patterns of the
 * reference; separated by semicolons, blanks or commas. With is_suffix (the form of no_proxy) a name
 * also stands for those that end in it after a dot, and may itself begin with that dot. */
bool sx_proxy_is_excepted(const char *list, const char *host, bool is_suffix);

/* sx_proxy_from_environment looks at all_proxy, https_proxy (in small or large letters) and
 * http_proxy (small alone: in large letters a web server sets it for what it is sent), and at
 * no_proxy; type SX_PROXY_NONE when there is none for the host. Not in set-user-ID programs. */
SX_MUST_USE enum sx_err sx_proxy_from_environment(const char *host, struct sx_fault *fault,
                                                  struct sx_proxy_config *out);

#endif
