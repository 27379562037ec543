/* The version exchange: what servers really send first, and what no client should put up with. */
#include <stdio.h>

#include "memory/checks.h"
#include "transport/ident.h"

static struct session *run_with(const char *greeting)
{
    struct session_config config = session_config_default();
    struct session *session;

    config.peer.greeting = greeting;
    session = checked_session(&config);
    session_run(session);
    return session;
}

static void test_greetings_that_will_do(void **state)
{
    static const char *const greetings[] = {
        "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
        "SSH-2.0-x\r\n",
        "SSH-2.0-lf_alone\n",
        "SSH-1.99-both protocols\r\n",
        "SSH-2.0-with-dashes-and comment \r\n",
        "one line\r\nSSH-2.0-x\r\n",
        "\r\n\n\r\nSSH-2.0-x\r\n",
        "ssh-2.0-lower case is a comment\r\nSSH-2.0-x\r\n",
        " SSH-2.0-not at the start\nSSH-2.0-x\n",
        "SSH\r\nSSH-2.0-x\r\n",
        "\033]0;owned\007\r\nSSH-2.0-x\r\n",
        "SSH-2.0-\303\244\r\n", /* not ASCII, but no danger either */
    };

    (void)state;
    for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        struct session *session = run_with(greetings[i]);

        check_finished(session);
        session_free(session);
    }
}

static void test_greetings_that_will_not(void **state)
{
    static const char *const greetings[] = {
        "SSH-1.5-old\r\n",
        "SSH-3.0-new\r\n",
        "SSH-2.1-x\r\n",
        "SSH-\r\n",
        "SSH-2.0\r\n",
        "SSH-2.0-a\001b\r\n",
        "SSH-2.0-a\rb\r\n",
        "SSH-2.0-\033[31m\r\n",
        "SSH-2.0-tab\there\r\n",
        "hello\nSSH-1.5-old\r\n",
        "SSH-1.99\n",
        "SSH-2.0-a\177\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        struct session *session = run_with(greetings[i]);

        check_ended(session, SX_ERR_PEER_VERSION);
        assert_string_equal(session->trace, "");
        session_free(session);
    }
}

/* A NUL would end the text that is shown, but not the bytes that are hashed. */
static void test_a_version_line_with_a_nul(void **state)
{
    struct session_config config = session_config_default();
    struct session *session = checked_session(&config);
    static const char greeting[] = "SSH-2.0-a\0b\r\n";
    uint8_t *room;

    (void)state;
    assert_true(sx_engine_recv_space(session->engine, &room) > sizeof greeting);
    memcpy(room, greeting, sizeof greeting - 1);
    sx_engine_received(session->engine, sizeof greeting - 1);
    session_drain(session);
    check_ended(session, SX_ERR_PEER_VERSION);
    session_free(session);
}

/* n characters in the line, without CR LF. */
static const char *line_of(size_t n, const char *end)
{
    static char line[3 * SX_IDENT_COMMENT_MAX];

    assert_true(n >= 8 && n + 3 < sizeof line);
    memset(line, 'x', n);
    memcpy(line, "SSH-2.0-", 8);
    snprintf(line + n, 3, "%s", end);
    return line;
}

static void test_the_longest_version_line(void **state)
{
    struct session *session = run_with(line_of(253, "\r\n"));

    (void)state;
    check_finished(session);
    assert_int_equal(strlen(sx_engine_transport(session->engine)->ident.line), 253);
    session_free(session);
    session = run_with(line_of(254, "\r\n"));
    check_ended(session, SX_ERR_PEER_VERSION);
    session_free(session);
    session = run_with(line_of(8000, "\r\n"));
    check_ended(session, SX_ERR_PEER_VERSION);
    session_free(session);
}

/* A server that never ends its line is not collected for ever. */
static void test_a_line_without_end(void **state)
{
    struct session_config config = session_config_default();
    static char endless[4 * SX_IDENT_COMMENT_MAX];
    struct session *session;

    (void)state;
    memset(endless, 'A', sizeof endless - 1);
    config.peer.greeting = endless;
    config.piece_in = 100;
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, PEER_ANY);
    session_run(session);
    check_ended(session, SX_ERR_PEER_VERSION);
    assert_true(session->delivered <= SX_IDENT_COMMENT_MAX + 200);
    session_free(session);
}

static char *comments(size_t lines, size_t width)
{
    static char text[SX_IDENT_COMMENTS_MAX * 4 + 2 * SX_IDENT_COMMENT_MAX];
    char *p = text;

    for (size_t i = 0; i < lines; i++) {
        memset(p, 'c', width);
        p += width;
        *p++ = '\n';
    }
    strcpy(p, "SSH-2.0-x\r\n");
    return text;
}

static void test_as_many_comment_lines_as_there_may_be(void **state)
{
    struct session *session = run_with(comments(SX_IDENT_COMMENTS_MAX, 2));

    (void)state;
    check_finished(session);
    session_free(session);
    session = run_with(comments(SX_IDENT_COMMENTS_MAX + 1, 2));
    check_ended(session, SX_ERR_PEER_VERSION);
    session_free(session);
}

static void test_as_long_a_comment_line_as_there_may_be(void **state)
{
    struct session *session = run_with(comments(1, SX_IDENT_COMMENT_MAX));

    (void)state;
    check_finished(session);
    session_free(session);
    session = run_with(comments(1, SX_IDENT_COMMENT_MAX + 1));
    check_ended(session, SX_ERR_PEER_VERSION);
    session_free(session);
}

/* SSHVersionPattern decides which servers are spoken with. */
static void test_the_pattern_narrows_the_servers(void **state)
{
    struct session_config config = session_config_default();
    struct session *session;

    (void)state;
    config.version_patterns = "SSH-2.0-OpenSSH_9*, SSH-2.0-peer_?.0";
    session = checked_session(&config);
    session_run(session);
    check_finished(session);
    session_free(session);

    config.version_patterns = "SSH-2.0-OpenSSH*";
    session = checked_session(&config);
    session_run(session);
    check_ended(session, SX_ERR_PEER_VERSION);
    assert_non_null(strstr(session_fault_text(session), "SSH-2.0-peer_1.0"));
    session_free(session);
}

static void test_our_own_version_line_must_be_right(void **state)
{
    static const char *const lines[] = { "", "SSH-2.0-", "SSH-1.99-x", "SSH-2.0-\n",
                                         "SSH-2.0-\303\244" };
    struct session_config base = session_config_default();
    struct session *session = checked_session(&base);

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct sx_engine_config config = {
            .transport = { .offer = &session->offer,
                           .client_version = lines[i],
                           .version_patterns = "*" },
        };
        struct sx_engine *engine = NULL;
        struct sx_fault fault = { 0 };

        assert_int_equal(sx_engine_new(&config, 0, &fault, &engine), SX_ERR_ARGUMENT);
        assert_null(engine);
        check_text(fault.text);
    }
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greetings_that_will_do),
        cmocka_unit_test(test_greetings_that_will_not),
        cmocka_unit_test(test_a_version_line_with_a_nul),
        cmocka_unit_test(test_the_longest_version_line),
        cmocka_unit_test(test_a_line_without_end),
        cmocka_unit_test(test_as_many_comment_lines_as_there_may_be),
        cmocka_unit_test(test_as_long_a_comment_line_as_there_may_be),
        cmocka_unit_test(test_the_pattern_narrows_the_servers),
        cmocka_unit_test(test_our_own_version_line_must_be_right),
    };

    return RUN_GROUP(tests);
}
