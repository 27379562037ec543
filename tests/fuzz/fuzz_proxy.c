/* Fuzzes what a proxy may answer and what the environment may name: the first byte chooses the kind
 * of proxy, and whether there is a user; the second how the rest is cut. */
#include "fuzz/fuzz_wire.h"

#include "net/proxy_choice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    enum sx_err err;
    bool is_done;
    size_t taken;
};

static struct outcome talk(const struct sx_proxy_config *config, struct sx_slice stream,
                           size_t piece)
{
    struct outcome outcome = { SX_OK, false, 0 };
    struct sx_proxy proxy;

    PROMISE(sx_proxy_start(&proxy, config, "192.0.2.1", 22, NULL) == SX_OK);
    while (outcome.err == SX_OK && !proxy.is_done && stream.len > 0) {
        size_t n = stream.len < piece ? stream.len : piece;
        size_t taken;

        sx_proxy_sent(&proxy, sx_proxy_to_send(&proxy).len);
        outcome.err = sx_proxy_received(&proxy, sx_slice_of(stream.ptr, n), NULL, &taken);
        PROMISE(taken <= n);
        PROMISE(taken == n || proxy.is_done || outcome.err != SX_OK);
        outcome.taken += taken;
        stream = sx_slice_of(stream.ptr + taken, stream.len - taken);
    }
    PROMISE(outcome.err == SX_OK || outcome.err == SX_ERR_PROXY ||
            outcome.err == SX_ERR_PROXY_AUTH || outcome.err == SX_ERR_PROXY_ANSWER);
    PROMISE(outcome.taken <= SX_PROXY_REPLY_MAX + 1);
    outcome.is_done = proxy.is_done;
    PROMISE(!outcome.is_done || outcome.err == SX_OK);
    sx_proxy_clear(&proxy);
    return outcome;
}

static void fuzz_url(struct sx_slice bytes)
{
    struct sx_proxy_config config = { .port = 1 };
    char url[512];

    if (bytes.len >= sizeof url)
        return;
    if (bytes.len > 0)
        memcpy(url, bytes.ptr, bytes.len);
    url[bytes.len] = '\0';
    if (sx_proxy_from_url(url, NULL, &config) != SX_OK)
        return;
    PROMISE(config.type != SX_PROXY_NONE && config.host[0] != '\0');
    PROMISE(config.port >= 1 && config.port <= 65535);
    PROMISE(strlen(config.host) < SX_PROXY_TEXT_MAX && strlen(config.user) < SX_PROXY_TEXT_MAX);
    (void)sx_proxy_is_excepted(url, "host.example", (bytes.len & 1) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum sx_proxy_type types[] = { SX_PROXY_TUNNEL, SX_PROXY_SOCKS4, SX_PROXY_SOCKS5,
                                                SX_PROXY_SOCKS4A };
    struct sx_proxy_config config = { .host = "proxy", .port = 1 };
    struct sx_slice stream;
    struct outcome whole, cut;

    fuzz_url(sx_slice_of(data, size));
    if (size < 3)
        return 0;
    config.type = types[data[0] % 4];
    if ((data[0] & 4) != 0)
        memcpy(config.user, "user", 5);
    stream = sx_slice_of(data + 2, size - 2);
    /* SOCKS5 has turns: what comes before its question is out depends on the pieces. */
    whole = talk(&config, stream, config.type == SX_PROXY_SOCKS5 ? 1 : stream.len);
    cut = talk(&config, stream, config.type == SX_PROXY_SOCKS5 ? 1 : 1 + data[1] % 64);
    PROMISE(whole.err == cut.err && whole.is_done == cut.is_done && whole.taken == cut.taken);
    (void)talk(&config, stream, 1 + data[1] % 64);
    return 0;
}
