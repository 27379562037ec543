/* net/proxy_http.c: CONNECT. The answer is read byte by byte, since the server's first words may
 * stand right behind it; of its lines only the first one counts. */
#include "net/proxy_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { LINE_MAX = 1024, CREDENTIALS_MAX = 2 * SX_PROXY_TEXT_MAX };

static enum sx_err add(struct sx_proxy *proxy, const char *text)
{
    return sx_buffer_append(&proxy->out, sx_slice_text(text));
}

/* What stands in a request line must not end it. */
static bool is_host_text(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f ||
            strchr("/?#@\\\"<>", *text) != NULL)
            return false;
    return true;
}

static enum sx_err add_credentials(struct sx_proxy *proxy, struct sx_fault *fault)
{
    const struct sx_proxy_config *config = proxy->config;
    char plain[CREDENTIALS_MAX];
    char coded[4 * ((CREDENTIALS_MAX + 2) / 3) + 1];
    enum sx_err err;

    if (strchr(config->user, ':') != NULL)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "a proxy's user name can't hold a colon in Basic authentication");
    (void)snprintf(plain, sizeof plain, "%s:%s", config->user, config->password);
    err = sx_base64_encode(sx_slice_text(plain), coded, sizeof coded);
    if (err == SX_OK)
        err = add(proxy, "Proxy-Authorization: Basic ");
    if (err == SX_OK)
        err = add(proxy, coded);
    if (err == SX_OK)
        err = add(proxy, "\r\n");
    sx_wipe(plain, sizeof plain);
    sx_wipe(coded, sizeof coded);
    return err;
}

/* FirewallData: lines, each "Name: value", ended by CR LF, LF or the text's end. */
static enum sx_err add_headers(struct sx_proxy *proxy, const char *data, struct sx_fault *fault)
{
    if (strlen(data) > SX_PROXY_DATA_MAX)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "FirewallData is longer than %d bytes",
                            SX_PROXY_DATA_MAX);
    while (*data != '\0') {
        size_t len = strcspn(data, "\r\n");
        size_t name = strcspn(data, ":\r\n");

        for (size_t i = 0; i < len; i++)
            if (((unsigned char)data[i] < ' ' && data[i] != '\t') || data[i] == 0x7f)
                len = 0;
        if (len == 0 || name == 0 || data[name] != ':')
            return sx_fault_set(fault, SX_ERR_ARGUMENT,
                                "FirewallData must be lines \"Name: value\", without an empty one");
        SX_TRY(sx_buffer_append(&proxy->out, sx_slice_of(data, len)));
        SX_TRY(add(proxy, "\r\n"));
        data += len;
        data += *data == '\r' ? 1 : 0;
        data += *data == '\n' ? 1 : 0;
    }
    return SX_OK;
}

enum sx_err sx_proxy_http_start(struct sx_proxy *proxy, struct sx_fault *fault)
{
    const struct sx_proxy_config *config = proxy->config;
    bool is_v6 = strchr(proxy->target, ':') != NULL;
    char authority[SX_PROXY_TEXT_MAX + 16];
    char line[LINE_MAX];

    if (!is_host_text(proxy->target))
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "the host's name holds what no name may, so no proxy is told it");
    (void)snprintf(authority, sizeof authority, is_v6 ? "[%s]:%d" : "%s:%d", proxy->target,
                   proxy->port);
    (void)snprintf(line, sizeof line, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", authority, authority);
    SX_TRY(add(proxy, line));
    if (config->user[0] != '\0' || config->password[0] != '\0')
        SX_TRY(add_credentials(proxy, fault));
    if (config->data != NULL)
        SX_TRY(add_headers(proxy, config->data, fault));
    return add(proxy, "\r\n");
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* "HTTP/1.x NNN", with anything behind a blank; -1 when it is something else. */
static int status_of(const struct sx_proxy *proxy)
{
    const uint8_t *r = proxy->reply;
    size_t len = proxy->reply_len;

    if (len < 12 || memcmp(r, "HTTP/1.", 7) != 0 || !is_digit(r[7]) || r[8] != ' ' ||
        !is_digit(r[9]) || !is_digit(r[10]) || !is_digit(r[11]) || (len > 12 && r[12] != ' '))
        return -1;
    return (r[9] - '0') * 100 + (r[10] - '0') * 10 + (r[11] - '0');
}

static enum sx_err no_answer(const struct sx_proxy *proxy, struct sx_fault *fault)
{
    char shown[160];

    return sx_fault_set(
        fault, SX_ERR_PROXY_ANSWER, "\"%s\" port %d doesn't answer as an HTTP proxy does: \"%s\"",
        proxy->config->host, proxy->config->port,
        sx_escape(shown, sizeof shown, sx_slice_of(proxy->reply, proxy->reply_len)));
}

/* All lines of one answer are here. */
static enum sx_err judge(struct sx_proxy *proxy, struct sx_fault *fault)
{
    int status = status_of(proxy);
    char shown[160];

    if (status < 100)
        return no_answer(proxy, fault);
    if (status < 200) { /* the one that counts comes behind it */
        proxy->reply_len = 0;
        proxy->is_later = false;
        return SX_OK;
    }
    if (status < 300) {
        proxy->is_done = true;
        return SX_OK;
    }
    sx_escape(shown, sizeof shown, sx_slice_of(proxy->reply + 9, proxy->reply_len - 9));
    if (status == 407 || status == 401) /* 401 is a server's, but tinyproxy says so too */
        return sx_fault_set(fault, SX_ERR_PROXY_AUTH, "the proxy \"%s\" wants %s (\"%s\")",
                            proxy->config->host,
                            proxy->config->user[0] == '\0'
                                ? "a user and a password: set firewall_user and firewall_password"
                                : "another user or password than firewall_user and "
                                  "firewall_password, or another way to prove it than Basic",
                            shown);
    return sx_fault_set(fault, SX_ERR_PROXY,
                        "the proxy \"%s\" doesn't connect to \"%s\" port %d: \"%s\"",
                        proxy->config->host, proxy->target, proxy->port, shown);
}

static enum sx_err end_line(struct sx_proxy *proxy, struct sx_fault *fault)
{
    bool is_empty = proxy->line_len == 0;

    proxy->line_len = 0;
    if (proxy->is_later)
        return is_empty ? judge(proxy, fault) : SX_OK;
    if (proxy->reply_len > 0 && proxy->reply[proxy->reply_len - 1] == '\r')
        proxy->reply_len--;
    /* Known at once, however much follows. */
    if (status_of(proxy) < 100)
        return no_answer(proxy, fault);
    proxy->is_later = true;
    return SX_OK;
}

enum sx_err sx_proxy_http_received(struct sx_proxy *proxy, struct sx_slice bytes,
                                   struct sx_fault *fault, size_t *out_taken)
{
    for (size_t i = 0; i < bytes.len && !proxy->is_done; i++) {
        uint8_t c = bytes.ptr[i];

        *out_taken = i + 1;
        if (++proxy->total_len > SX_PROXY_REPLY_MAX)
            return sx_fault_set(fault, SX_ERR_PROXY_ANSWER,
                                "the proxy \"%s\" answers with more than %d bytes",
                                proxy->config->host, SX_PROXY_REPLY_MAX);
        if (c == '\n') {
            SX_TRY(end_line(proxy, fault));
            continue;
        }
        if (c != '\r')
            proxy->line_len++;
        if (!proxy->is_later && proxy->reply_len < sizeof proxy->reply)
            proxy->reply[proxy->reply_len++] = c;
    }
    return SX_OK;
}
