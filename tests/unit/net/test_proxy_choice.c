/* The environment's proxies, and the hosts that have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/proxy_choice.h"

static void test_urls(void **state)
{
    static const struct {
        const char *url;
        enum sx_proxy_type type;
        const char *host;
        int port;
        const char *user;
        const char *password;
    } cases[] = {
        { "http://p.example:3128", SX_PROXY_TUNNEL, "p.example", 3128, "", "" },
        { "HTTP://p.example/", SX_PROXY_TUNNEL, "p.example", 80, "", "" },
        { "p.example", SX_PROXY_TUNNEL, "p.example", 80, "", "" },
        { "p.example:1", SX_PROXY_TUNNEL, "p.example", 1, "", "" },
        { "socks5://p", SX_PROXY_SOCKS5, "p", 1080, "", "" },
        { "socks5h://[::1]:9", SX_PROXY_SOCKS5, "::1", 9, "", "" },
        { "socks4://192.0.2.1:65535", SX_PROXY_SOCKS4, "192.0.2.1", 65535, "", "" },
        { "socks4a://me@p", SX_PROXY_SOCKS4A, "p", 1080, "me", "" },
        { "http://me:pass@p:8", SX_PROXY_TUNNEL, "p", 8, "me", "pass" },
        { "http://m%40e:p%3a%2fs%25@p:8/", SX_PROXY_TUNNEL, "p", 8, "m@e", "p:/s%" },
        { "http://me:a@b@p", SX_PROXY_TUNNEL, "p", 80, "me", "a@b" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sx_proxy_config config = { 0 };

        assert_int_equal(sx_proxy_from_url(cases[i].url, NULL, &config), SX_OK);
        assert_int_equal(config.type, cases[i].type);
        assert_string_equal(config.host, cases[i].host);
        assert_int_equal(config.port, cases[i].port);
        assert_string_equal(config.user, cases[i].user);
        assert_string_equal(config.password, cases[i].password);
    }
}

static void test_urls_that_are_none(void **state)
{
    static const char *const urls[] = {
        "",
        "http://",
        "ftp://p",
        "https://p",
        "http://p:x",
        "http://p:1x",
        "http://p:65536",
        "http://:80",
        "http://%@p",
        "http://%4@p",
        "http://%zz@p",
        "http://%00@p",
        "http://[::1",
        "http://[::1]x",
        "http://me:secret@p:99999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct sx_proxy_config config = { .port = -1 };
        struct sx_fault fault = { 0 };

        if (sx_proxy_from_url(urls[i], &fault, &config) != SX_ERR_ARGUMENT)
            fail_msg("\"%s\" is taken", urls[i]);
        assert_int_equal(config.port, -1);
        assert_null(strstr(fault.text, "secret"));
    }
}

static void test_exceptions(void **state)
{
    (void)state;
    assert_true(sx_proxy_is_excepted("a.example;b.example", "b.example", false));
    assert_true(sx_proxy_is_excepted("A.EXAMPLE", "a.example", false));
    assert_true(sx_proxy_is_excepted("*.example", "a.example", false));
    assert_true(sx_proxy_is_excepted("192.0.2.*", "192.0.2.7", false));
    assert_false(sx_proxy_is_excepted("", "a.example", false));
    assert_false(sx_proxy_is_excepted(";;", "a.example", false));
    assert_false(sx_proxy_is_excepted("example", "a.example", false));
    assert_false(sx_proxy_is_excepted("a.example.org", "a.example", false));
    /* no_proxy */
    assert_true(sx_proxy_is_excepted("x,example", "a.example", true));
    assert_true(sx_proxy_is_excepted(".example", "a.b.example", true));
    assert_true(sx_proxy_is_excepted("*", "a.example", true));
    assert_true(sx_proxy_is_excepted("a.example", "a.example", true));
    assert_false(sx_proxy_is_excepted("ample", "a.example", true));
    assert_false(sx_proxy_is_excepted(".", "a.example", true));
}

static void clear_environment(void)
{
    static const char *const names[] = { "all_proxy",  "ALL_PROXY",  "https_proxy", "HTTPS_PROXY",
                                         "http_proxy", "HTTP_PROXY", "no_proxy",    "NO_PROXY" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
}

static void expect(const char *host, enum sx_proxy_type type, const char *proxy)
{
    struct sx_proxy_config config = { .type = SX_PROXY_SOCKS4A };

    assert_int_equal(sx_proxy_from_environment(host, NULL, &config), SX_OK);
    assert_int_equal(config.type, type);
    assert_string_equal(config.host, proxy);
}

static void test_the_environment(void **state)
{
    struct sx_fault fault = { 0 };
    struct sx_proxy_config config;

    (void)state;
    clear_environment();
    expect("host", SX_PROXY_NONE, "");
    setenv("HTTP_PROXY", "http://evil", 1); /* a CGI program's clients set that */
    expect("host", SX_PROXY_NONE, "");
    setenv("http_proxy", "http://one", 1);
    expect("host", SX_PROXY_TUNNEL, "one");
    setenv("HTTPS_PROXY", "http://two", 1);
    expect("host", SX_PROXY_TUNNEL, "two");
    setenv("https_proxy", "http://three", 1);
    expect("host", SX_PROXY_TUNNEL, "three");
    setenv("ALL_PROXY", "socks5://four", 1);
    expect("host", SX_PROXY_SOCKS5, "four");
    setenv("all_proxy", "", 1);
    expect("host", SX_PROXY_SOCKS5, "four");
    setenv("no_proxy", "localhost, host", 1);
    expect("host", SX_PROXY_NONE, "");
    expect("a.host", SX_PROXY_NONE, "");
    expect("other", SX_PROXY_SOCKS5, "four");
    setenv("all_proxy", "gopher://x", 1);
    assert_int_equal(sx_proxy_from_environment("other", &fault, &config), SX_ERR_ARGUMENT);
    clear_environment();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_urls_that_are_none),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_the_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
