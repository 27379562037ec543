/* net/proxy_choice.c: the proxy variables as other programs read them. */
#include "net/proxy_choice.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static const struct scheme {
    const char *name;
    enum sx_proxy_type type;
    int port;
} schemes[] = {
    { "http", SX_PROXY_TUNNEL, SX_PROXY_PORT_HTTP },
    { "socks4", SX_PROXY_SOCKS4, SX_PROXY_PORT_SOCKS },
    { "socks4a", SX_PROXY_SOCKS4A, SX_PROXY_PORT_SOCKS },
    { "socks5", SX_PROXY_SOCKS5, SX_PROXY_PORT_SOCKS },
    { "socks5h", SX_PROXY_SOCKS5, SX_PROXY_PORT_SOCKS },
};

static enum sx_err bad(struct sx_fault *fault, const char *what)
{
    return sx_fault_set(fault, SX_ERR_ARGUMENT,
                        "a proxy of the environment can't be used: %s; expected "
                        "[http|socks4|socks4a|socks5://][user[:password]@]host[:port]",
                        what);
}

static bool take_text(struct sx_slice text, char out[SX_PROXY_TEXT_MAX])
{
    if (text.len >= SX_PROXY_TEXT_MAX)
        return false;
    if (text.len > 0)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (uint8_t)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_coded(struct sx_slice text, char out[SX_PROXY_TEXT_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        int c = text.ptr[i];

        if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return false;
            c = high * 16 + low;
            i += 2;
        }
        if (n + 1 >= SX_PROXY_TEXT_MAX)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return true;
}

static struct sx_slice before(struct sx_slice text, size_t n)
{
    return sx_slice_of(text.ptr, n);
}

static struct sx_slice behind(struct sx_slice text, size_t n)
{
    return sx_slice_of(text.ptr + n, text.len - n);
}

/* The last @ ends user and password, as they may hold one that wasn't encoded. */
static bool take_user(struct sx_slice *rest, struct sx_proxy_config *out)
{
    size_t at = rest->len;
    struct sx_slice user;
    size_t colon = 0;

    while (at > 0 && rest->ptr[at - 1] != '@')
        at--;
    if (at == 0)
        return true;
    user = before(*rest, at - 1);
    while (colon < user.len && user.ptr[colon] != ':')
        colon++;
    *rest = behind(*rest, at);
    return take_coded(before(user, colon), out->user) &&
           (colon == user.len || take_coded(behind(user, colon + 1), out->password));
}

/* "host", "host:port", "[v6]" or "[v6]:port". */
static bool take_place(struct sx_slice rest, struct sx_proxy_config *out)
{
    const uint8_t *bracket =
        rest.len > 0 && rest.ptr[0] == '[' ? memchr(rest.ptr, ']', rest.len) : NULL;
    struct sx_slice host = rest;
    struct sx_slice port = SX_SLICE_NONE;
    int number = 0;

    if (bracket != NULL) {
        host = sx_slice_of(rest.ptr + 1, (size_t)(bracket - rest.ptr) - 1);
        rest = behind(rest, host.len + 2);
        if (rest.len > 0 && rest.ptr[0] != ':')
            return false;
        port = rest.len > 0 ? behind(rest, 1) : port;
    } else {
        size_t colon = 0;

        while (colon < rest.len && rest.ptr[colon] != ':')
            colon++;
        host = before(rest, colon);
        port = colon < rest.len ? behind(rest, colon + 1) : port;
    }
    for (size_t i = 0; i < port.len; i++) {
        if (port.ptr[i] < '0' || port.ptr[i] > '9' || number > 65535)
            return false;
        number = number * 10 + (port.ptr[i] - '0');
    }
    if (number > 65535 || host.len == 0)
        return false;
    if (number != 0)
        out->port = number;
    return take_text(host, out->host);
}

enum sx_err sx_proxy_from_url(const char *url, struct sx_fault *fault, struct sx_proxy_config *out)
{
    const char *end = strstr(url, "://");
    struct sx_proxy_config config = { .type = SX_PROXY_TUNNEL, .port = SX_PROXY_PORT_HTTP };
    struct sx_slice rest = sx_slice_text(url);
    enum sx_err err = SX_OK;

    if (end != NULL) {
        struct sx_slice name = before(rest, (size_t)(end - url));
        char text[16] = "";
        bool is_known = false;

        if (name.len < sizeof text)
            memcpy(text, name.ptr, name.len);
        for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
            if (sx_text_is_equal_nocase(schemes[i].name, text)) {
                config.type = schemes[i].type;
                config.port = schemes[i].port;
                is_known = true;
            }
        if (!is_known)
            return bad(fault, "its scheme is another one");
        rest = behind(rest, name.len + 3);
    }
    if (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    if (!take_user(&rest, &config))
        err = bad(fault, "user or password are too long, or wrongly encoded");
    else if (!take_place(rest, &config))
        err = bad(fault, "host or port are no such");
    if (err == SX_OK)
        *out = config;
    sx_wipe(&config, sizeof config);
    return err;
}

static bool is_entry_for(struct sx_slice entry, const char *host, bool is_suffix)
{
    char pattern[SX_PROXY_TEXT_MAX];
    char lower[SX_PROXY_TEXT_MAX];
    size_t len = strlen(host);

    if (!take_text(entry, pattern) || !take_text(sx_slice_text(host), lower))
        return false;
    for (char *p = pattern; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    for (char *p = lower; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    if (is_suffix) {
        const char *name = pattern[0] == '.' ? pattern + 1 : pattern;
        size_t n = strlen(name);

        if (n > 0 && n < len && lower[len - n - 1] == '.' && strcmp(lower + len - n, name) == 0)
            return true;
    }
    return sx_pattern_is_match(pattern, lower);
}

bool sx_proxy_is_excepted(const char *list, const char *host, bool is_suffix)
{
    while (*list != '\0') {
        size_t n = strcspn(list, ";, \t");

        if (n > 0 && is_entry_for(sx_slice_of(list, n), host, is_suffix))
            return true;
        list += n + (list[n] != '\0' ? 1 : 0);
    }
    return false;
}

static const char *variable(const char *lower, const char *upper)
{
    const char *value = secure_getenv(lower);

    if ((value == NULL || value[0] == '\0') && upper != NULL)
        value = secure_getenv(upper);
    return value == NULL ? "" : value;
}

enum sx_err sx_proxy_from_environment(const char *host, struct sx_fault *fault,
                                      struct sx_proxy_config *out)
{
    const char *url = variable("all_proxy", "ALL_PROXY");

    if (url[0] == '\0')
        url = variable("https_proxy", "HTTPS_PROXY");
    if (url[0] == '\0')
        url = variable("http_proxy", NULL);
    if (url[0] == '\0' || sx_proxy_is_excepted(variable("no_proxy", "NO_PROXY"), host, true)) {
        *out = (struct sx_proxy_config){ .type = SX_PROXY_NONE };
        return SX_OK;
    }
    return sx_proxy_from_url(url, fault, out);
}
