/* tests/memory/checks.h: what the tests of whole sessions assert. */
#ifndef SX_TESTS_MEMORY_CHECKS_H
#define SX_TESTS_MEMORY_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/session.h"

/* A literal with NULs inside as a slice, without its last NUL. */
#define BYTES(literal) sx_slice_of((literal), sizeof(literal) - 1)

/* A session that must come into being. */
static inline struct session *checked_session(const struct session_config *config)
{
    struct session *session = session_new(config);

    assert_non_null(session);
    if (session->engine == NULL)
        print_error("no engine: %s\n", session->fault.text);
    assert_non_null(session->engine);
    return session;
}

/* Nothing went wrong on either side so far. */
static inline void check_healthy(const struct session *session)
{
    if (session->err != SX_OK)
        print_error("engine: %s: %s\n", sx_err_name(session->err), session_fault_text(session));
    if (session->peer->err != SX_OK)
        print_error("peer: %s: %s\n", sx_err_name(session->peer->err), session->peer->note);
    if (session->problem[0] != '\0')
        print_error("session: %s\n", session->problem);
    assert_int_equal(session->err, SX_OK);
    assert_int_equal(session->peer->err, SX_OK);
    assert_string_equal(session->problem, "");
}

/* A fault's text says something, and holds nothing that a terminal or a log would act on. */
static inline void check_text(const char *text)
{
    assert_true(strlen(text) > 10);
    for (const char *p = text; *p != '\0'; p++)
        assert_true(*p >= 0x20 && *p <= 0x7e);
}

/* The engine ended with this error, says why, and stays ended. */
static inline void check_ended(struct session *session, enum sx_err err)
{
    const struct sx_fault *fault = sx_engine_fault(session->engine);
    struct sx_event event;
    uint8_t *room;

    if (session->err != err)
        print_error("expected %s, came %s: %s\n", sx_err_name(err), sx_err_name(session->err),
                    fault->text);
    assert_int_equal(session->err, err);
    assert_int_equal(fault->err, err);
    check_text(fault->text);
    assert_int_equal(sx_engine_next_event(session->engine, &event), err);
    assert_int_equal(event.type, SX_EVENT_NONE);
    assert_int_equal(sx_engine_tick(session->engine, session->now), err);
    assert_int_equal(sx_engine_recv_space(session->engine, &room), 0);
    assert_true(sx_engine_deadline(session->engine) == UINT64_MAX);
    assert_false(sx_engine_is_logged_on(session->engine));
    assert_string_equal(session->problem, "");
}

/* The command ran to its end as the default peer has it. */
static inline void check_finished(const struct session *session)
{
    check_healthy(session);
    if (session->counts[SX_EVENT_CHANNEL_CLOSED] != 1)
        print_error("it stands after the events %s\n", session->trace);
    assert_int_equal(session->counts[SX_EVENT_LOGGED_ON], 1);
    assert_int_equal(session->counts[SX_EVENT_STARTED], 1);
    assert_int_equal(session->counts[SX_EVENT_EXIT], 1);
    assert_int_equal(session->counts[SX_EVENT_CHANNEL_CLOSED], 1);
    assert_int_equal(session->closed.err, SX_OK);
    assert_true(session->stdin_sent == session->config.stdin_bytes);
    assert_true(session->peer->channel.stdin_bytes == session->config.stdin_bytes);
    assert_true(session->stdout_got == session->peer->config.command.stdout_bytes);
    assert_true(session->stderr_got == session->peer->config.command.stderr_bytes);
    assert_int_equal(sx_engine_channel_state(session->engine), SX_CHANNEL_CLOSED);
}

static inline int clear_fixture(void **state)
{
    (void)state;
    fixture_clear();
    return 0;
}

#define RUN_GROUP(tests) cmocka_run_group_tests((tests), NULL, clear_fixture)

#endif
