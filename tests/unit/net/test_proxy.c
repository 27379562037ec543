/* The talk with proxies: what they are told, what they may answer, in any pieces, and never a byte
 * taken that is the server's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/proxy.h"

#define BYTES(literal) sx_slice_of((literal), sizeof(literal) - 1)
#define SERVER "SSH-2.0-server\r\n"

static struct sx_proxy_config config_of(enum sx_proxy_type type, const char *user,
                                        const char *password)
{
    struct sx_proxy_config config = { .type = type, .host = "proxy.example", .port = 8080 };

    (void)snprintf(config.user, sizeof config.user, "%s", user);
    (void)snprintf(config.password, sizeof config.password, "%s", password);
    return config;
}

/* One exchange: what is awaited from us, and what is answered. */
struct turn {
    struct sx_slice ours;
    struct sx_slice theirs;
};

struct outcome {
    enum sx_err err;
    bool is_done;
    struct sx_fault fault;
    size_t left; /* of the last turn's bytes, not taken */
};

static struct outcome talk(const struct sx_proxy_config *config, const char *target, int port,
                           const struct turn *turns, size_t count, size_t piece)
{
    struct outcome outcome = { .err = SX_OK };
    struct sx_proxy proxy;

    outcome.err = sx_proxy_start(&proxy, config, target, port, &outcome.fault);
    for (size_t i = 0; outcome.err == SX_OK && i < count; i++) {
        struct sx_slice theirs = turns[i].theirs;

        if (!sx_slice_is_equal(sx_proxy_to_send(&proxy), turns[i].ours))
            fail_msg("turn %zu: another question than expected", i);
        sx_proxy_sent(&proxy, turns[i].ours.len);
        while (theirs.len > 0 && outcome.err == SX_OK && !proxy.is_done) {
            size_t n = theirs.len < piece ? theirs.len : piece;
            size_t taken;

            outcome.err =
                sx_proxy_received(&proxy, sx_slice_of(theirs.ptr, n), &outcome.fault, &taken);
            assert_true(taken <= n);
            assert_true(taken == n || proxy.is_done || outcome.err != SX_OK);
            theirs = sx_slice_of(theirs.ptr + taken, theirs.len - taken);
        }
        outcome.left = theirs.len;
    }
    outcome.is_done = proxy.is_done;
    assert_int_equal(outcome.fault.err, outcome.err);
    sx_proxy_clear(&proxy);
    return outcome;
}

/* A good talk, in pieces of every size; the server's words stay. */
static void check_good(const struct sx_proxy_config *config, const char *target, int port,
                       const struct turn *turns, size_t count)
{
    for (size_t piece = 1; piece < 80; piece++) {
        struct outcome outcome = talk(config, target, port, turns, count, piece);

        assert_int_equal(outcome.err, SX_OK);
        assert_true(outcome.is_done);
        assert_int_equal(outcome.left, sizeof SERVER - 1);
    }
}

/* A talk that ends in an error, whose text names word, and never the password. */
static void check_bad(const struct sx_proxy_config *config, const char *target,
                      const struct turn *turns, size_t count, enum sx_err err, const char *word)
{
    for (size_t piece = 1; piece < 80; piece += 39) {
        struct outcome outcome = talk(config, target, 22, turns, count, piece);

        assert_int_equal(outcome.err, err);
        assert_false(outcome.is_done);
        if (strstr(outcome.fault.text, word) == NULL)
            fail_msg("\"%s\" says nothing of \"%s\"", outcome.fault.text, word);
        assert_null(strstr(outcome.fault.text, "sesame"));
    }
}

/* --- HTTP --------------------------------------------------------------------------------------- */

#define CONNECT "CONNECT host.example:22 HTTP/1.1\r\nHost: host.example:22\r\n"

static void test_http(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 Connection established\r\n\r\n" SERVER,
        "HTTP/1.0 200 OK\nServer: odd\n\n" SERVER,
        "HTTP/1.1 200\r\n\r\n" SERVER,
        "HTTP/1.1 204 Odd\r\nContent-Length: 10\r\nX: 1\r\n\r\n" SERVER,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n" SERVER,
    };
    struct sx_proxy_config config = config_of(SX_PROXY_TUNNEL, "", "");

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct turn turn = { BYTES(CONNECT "\r\n"), sx_slice_text(answers[i]) };

        check_good(&config, "host.example", 22, &turn, 1);
    }
}

static void test_http_credentials_headers_and_ipv6(void **state)
{
    /* RFC 7617 section 2 */
    struct sx_proxy_config config = config_of(SX_PROXY_TUNNEL, "Aladdin", "open sesame");
    const struct turn turns[] = {
        { BYTES(CONNECT "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"),
          BYTES("HTTP/1.1 200 OK\r\n\r\n" SERVER) },
        { BYTES("CONNECT [2001:db8::1]:2222 HTTP/1.1\r\nHost: [2001:db8::1]:2222\r\n"
                "X-One: 1\r\nX-Two: a\tb\r\n\r\n"),
          BYTES("HTTP/1.1 200 OK\r\n\r\n" SERVER) },
    };

    (void)state;
    check_good(&config, "host.example", 22, &turns[0], 1);
    config = config_of(SX_PROXY_TUNNEL, "", "");
    config.data = "X-One: 1\r\nX-Two: a\tb";
    check_good(&config, "2001:db8::1", 2222, &turns[1], 1);
    config.data = "X-One: 1\nX-Two: a\tb\n";
    check_good(&config, "2001:db8::1", 2222, &turns[1], 1);
}

static void test_http_refusals(void **state)
{
    static const struct {
        const char *answer;
        enum sx_err err;
        const char *word;
    } cases[] = {
        { "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", SX_ERR_PROXY_AUTH, "407" },
        { "HTTP/1.0 401 Unauthorized\r\n\r\n", SX_ERR_PROXY_AUTH, "401" },
        { "HTTP/1.0 403 Access violation\r\nContent-Length: 3\r\n\r\nno!", SX_ERR_PROXY,
          "403 Access violation" },
        { "HTTP/1.1 502 \033[31m\r\n\r\n", SX_ERR_PROXY, "\\x1b" },
        { "HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n", SX_ERR_PROXY, "302" },
        { "HTTP/1.1 000 ?\r\n\r\n", SX_ERR_PROXY_ANSWER, "HTTP/1.1 000" },
        { "HTTP/2 200\r\n\r\n", SX_ERR_PROXY_ANSWER, "doesn't answer" },
        { "HTTP/1.1 2000 OK\r\n\r\n", SX_ERR_PROXY_ANSWER, "doesn't answer" },
        { "HTTP/1.1 20\r\n\r\n", SX_ERR_PROXY_ANSWER, "doesn't answer" },
        { "\r\n", SX_ERR_PROXY_ANSWER, "doesn't answer" },
        { SERVER, SX_ERR_PROXY_ANSWER, "SSH-2.0-server" },
        { "\5\1\n", SX_ERR_PROXY_ANSWER, "doesn't answer" },
    };

    (void)state;
    for (int has_user = 0; has_user < 2; has_user++) {
        struct sx_proxy_config config =
            config_of(SX_PROXY_TUNNEL, has_user ? "Aladdin" : "", has_user ? "open sesame" : "");
        struct sx_slice ours =
            has_user
                ? BYTES(CONNECT "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")
                : BYTES(CONNECT "\r\n");

        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            const struct turn turn = { ours, sx_slice_text(cases[i].answer) };

            check_bad(&config, "host.example", &turn, 1, cases[i].err, cases[i].word);
        }
    }
}

/* An answer without end: 32 KiB of lines, or of one line, and of informational answers. */
static void test_http_answers_are_bounded(void **state)
{
    static const char *const heads[] = { "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 ", "x",
                                         "HTTP/1.1 200 OK\r\nA" };
    static char answer[SX_PROXY_REPLY_MAX + 1024];
    struct sx_proxy_config config = config_of(SX_PROXY_TUNNEL, "", "");
    struct turn turn = { BYTES(CONNECT "\r\n"), SX_SLICE_NONE };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        memset(answer, 'A', sizeof answer);
        memcpy(answer, heads[i], strlen(heads[i]));
        turn.theirs = sx_slice_of(answer, sizeof answer);
        check_bad(&config, "host.example", &turn, 1, SX_ERR_PROXY_ANSWER, "32768");
    }
    for (size_t at = 0; at < sizeof answer; at++)
        answer[at] = "HTTP/1.1 100 \r\n\r\n"[at % 17];
    check_bad(&config, "host.example", &turn, 1, SX_ERR_PROXY_ANSWER, "32768");
}

static void test_what_no_proxy_is_told(void **state)
{
    static const char *const names[] = {
        "", "a b", "a\r\nX: y", "a/b", "a?", "a#b", "u@h", "\177"
    };
    static const char *const data[] = { "no colon", "\r\n",  "A: b\r\n\r\nC: d",
                                        ": x",      "A: \1", "A: b\r\n\n" };
    struct sx_proxy_config config = config_of(SX_PROXY_TUNNEL, "", "");
    char longest[SX_PROXY_TEXT_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_bad(&config, names[i], NULL, 0, SX_ERR_ARGUMENT, "name");
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++) {
        config.data = data[i];
        check_bad(&config, "host.example", NULL, 0, SX_ERR_ARGUMENT, "FirewallData");
    }
    config = config_of(SX_PROXY_TUNNEL, "a:b", "sesame");
    check_bad(&config, "host.example", NULL, 0, SX_ERR_ARGUMENT, "colon");
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (int type = SX_PROXY_TUNNEL; type <= SX_PROXY_SOCKS5; type++) {
        config = config_of((enum sx_proxy_type)type, "", "");
        check_bad(&config, longest, NULL, 0, SX_ERR_ARGUMENT, "too long");
    }
}

/* --- SOCKS -------------------------------------------------------------------------------------- */

#define V4_OK "\0\132\0\0\0\0\0\0"

static void test_socks4(void **state)
{
    struct sx_proxy_config config = config_of(SX_PROXY_SOCKS4, "me", "");
    const struct turn address = { BYTES("\4\1\0\26\300\0\2\1me\0"), BYTES(V4_OK SERVER) };
    const struct turn name = { BYTES("\4\1\0\26\0\0\0\1me\0host.example\0"), BYTES(V4_OK SERVER) };

    (void)state;
    check_good(&config, "192.0.2.1", 22, &address, 1);
    check_bad(&config, "host.example", NULL, 0, SX_ERR_ARGUMENT, "SOCKS4A");
    config.type = SX_PROXY_SOCKS4A;
    check_good(&config, "192.0.2.1", 22, &address, 1);
    check_good(&config, "host.example", 22, &name, 1);
}

static void test_socks4_refusals(void **state)
{
    static const struct {
        struct sx_slice answer;
        enum sx_err err;
        const char *word;
    } cases[] = {
        { { (const uint8_t *)"\0\133\0\0\0\0\0\0", 8 }, SX_ERR_PROXY, "code 91" },
        { { (const uint8_t *)"\0\134\0\0\0\0\0\0", 8 }, SX_ERR_PROXY_AUTH, "user" },
        { { (const uint8_t *)"\0\135\0\0\0\0\0\0", 8 }, SX_ERR_PROXY_AUTH, "user" },
        { { (const uint8_t *)"\0\0\0\0\0\0\0\0", 8 }, SX_ERR_PROXY, "code 0" },
        { { (const uint8_t *)"\4\132\0\0\0\0\0\0", 8 }, SX_ERR_PROXY_ANSWER, "byte 4" },
        { { (const uint8_t *)"HTTP", 4 }, SX_ERR_PROXY_ANSWER, "doesn't answer" },
    };
    struct sx_proxy_config config = config_of(SX_PROXY_SOCKS4, "", "");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct turn turn = { BYTES("\4\1\0\26\300\0\2\1\0"), cases[i].answer };

        check_bad(&config, "192.0.2.1", &turn, 1, cases[i].err, cases[i].word);
    }
}

static void test_socks5(void **state)
{
    static const struct {
        const char *target;
        struct sx_slice request;
    } targets[] = {
        { "host.example", { (const uint8_t *)"\5\1\0\3\14host.example\0\26", 19 } },
        { "192.0.2.1", { (const uint8_t *)"\5\1\0\1\300\0\2\1\0\26", 10 } },
        { "::1", { (const uint8_t *)"\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\26", 22 } },
    };
    const struct sx_slice answers[] = {
        BYTES("\5\0\0\1\177\0\0\1\0\1" SERVER),
        BYTES("\5\0\0\3\1x\0\1" SERVER),
        BYTES("\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\1" SERVER),
    };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            struct sx_proxy_config config = config_of(SX_PROXY_SOCKS5, "", "");
            const struct turn plain[] = { { BYTES("\5\1\0"), BYTES("\5\0") },
                                          { targets[i].request, answers[j] } };
            const struct turn unasked[] = { { BYTES("\5\2\0\2"), BYTES("\5\0") },
                                            { targets[i].request, answers[j] } };
            const struct turn proven[] = { { BYTES("\5\2\0\2"), BYTES("\5\2") },
                                           { BYTES("\1\2me\6sesame"), BYTES("\1\0") },
                                           { targets[i].request, answers[j] } };

            check_good(&config, targets[i].target, 22, plain, 2);
            config = config_of(SX_PROXY_SOCKS5, "me", "sesame");
            check_good(&config, targets[i].target, 22, unasked, 2);
            check_good(&config, targets[i].target, 22, proven, 3);
        }
}

static void test_socks5_refusals(void **state)
{
    struct sx_proxy_config config = config_of(SX_PROXY_SOCKS5, "me", "sesame");
    struct sx_slice hello = BYTES("\5\2\0\2");
    struct sx_slice request = BYTES("\5\1\0\1\300\0\2\1\0\26");
    const struct {
        struct turn turns[3];
        size_t count;
        enum sx_err err;
        const char *word;
    } cases[] = {
        { { { hello, BYTES("\5\377") } }, 1, SX_ERR_PROXY_AUTH, "firewall_user" },
        { { { hello, BYTES("\5\1") } }, 1, SX_ERR_PROXY_ANSWER, "method 1" },
        { { { hello, BYTES("\4") } }, 1, SX_ERR_PROXY_ANSWER, "byte 4" },
        { { { hello, BYTES("\5\2\1") } }, 1, SX_ERR_PROXY_ANSWER, "byte 1" }, /* out of turn */
        { { { hello, BYTES("\5\2") }, { BYTES("\1\2me\6sesame"), BYTES("\1\1") } },
          2,
          SX_ERR_PROXY_AUTH,
          "another user" },
        { { { hello, BYTES("\5\0") }, { request, BYTES("\5\2\0\1\0\0\0\0\0\0") } },
          2,
          SX_ERR_PROXY,
          "rules" },
        { { { hello, BYTES("\5\0") }, { request, BYTES("\5\5\0\1\0\0\0\0\0\0") } },
          2,
          SX_ERR_PROXY,
          "connection was refused" },
        { { { hello, BYTES("\5\0") }, { request, BYTES("\5\4\0\0\0") } },
          2,
          SX_ERR_PROXY,
          "can't be reached" },
        { { { hello, BYTES("\5\0") }, { request, BYTES("\5\143\0\1\0\0\0\0\0\0") } },
          2,
          SX_ERR_PROXY,
          "code 99" },
        { { { hello, BYTES("\5\0") }, { request, BYTES("\5\0\0\2\0") } },
          2,
          SX_ERR_PROXY_ANSWER,
          "doesn't answer" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_bad(&config, "192.0.2.1", cases[i].turns, cases[i].count, cases[i].err,
                  cases[i].word);
    config = config_of(SX_PROXY_SOCKS5, "", "");
    {
        const struct turn wants_user = { BYTES("\5\1\0"), BYTES("\5\2") };
        const struct turn wants_any = { BYTES("\5\1\0"), BYTES("\5\377") };

        check_bad(&config, "192.0.2.1", &wants_user, 1, SX_ERR_PROXY_ANSWER, "method 2");
        check_bad(&config, "192.0.2.1", &wants_any, 1, SX_ERR_PROXY_AUTH, "firewall_user");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_http_credentials_headers_and_ipv6),
        cmocka_unit_test(test_http_refusals),
        cmocka_unit_test(test_http_answers_are_bounded),
        cmocka_unit_test(test_what_no_proxy_is_told),
        cmocka_unit_test(test_socks4),
        cmocka_unit_test(test_socks4_refusals),
        cmocka_unit_test(test_socks5),
        cmocka_unit_test(test_socks5_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
