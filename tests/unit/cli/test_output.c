/* The queue in front of an output: it never waits, loses nothing, keeps the order, and tells the
 * server's window of exactly the bytes that it kept. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/output.h"

enum { CHUNK = 32 * 1024, ROUNDS = 200, READ = 50000 };

struct fixture {
    int reading;
    int writing;
    struct sx_cli_output output;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    int fds[2];

    if (fixture == NULL || pipe(fds) != 0)
        return -1;
    (void)signal(SIGPIPE, SIG_IGN);
    fixture->reading = fds[0];
    fixture->writing = fds[1];
    (void)fcntl(fds[0], F_SETFL, O_NONBLOCK); /* the reader is the test itself */
    sx_cli_output_init(&fixture->output, fds[1]);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    sx_cli_output_clear(&fixture->output);
    if (fixture->reading >= 0)
        (void)close(fixture->reading);
    (void)close(fixture->writing);
    free(fixture);
    return 0;
}

/* The byte at a place of the test's endless stream. */
static unsigned char byte_at(size_t place)
{
    return (unsigned char)(place * 31 + place / 251 + place / 65537);
}

static size_t read_and_compare(struct fixture *fixture, size_t place)
{
    static unsigned char data[READ];
    ssize_t n = read(fixture->reading, data, sizeof data);

    for (ssize_t i = 0; i < n; i++)
        assert_int_equal(data[i], byte_at(place + (size_t)i));
    return n < 0 ? 0 : (size_t)n;
}

/* Reads what is there and forgets it; how much it was. */
static size_t drain(struct fixture *fixture)
{
    char data[4096];
    ssize_t n = read(fixture->reading, data, sizeof data);

    return n < 0 ? 0 : (size_t)n;
}

static void test_what_finds_room_is_written_at_once(void **state)
{
    struct fixture *fixture = *state;
    char data[8] = { 0 };

    assert_int_equal(sx_cli_output_put(&fixture->output, "hello", 5), 0);
    assert_false(sx_cli_output_is_waiting(&fixture->output));
    assert_true(fixture->output.did_write);
    assert_int_equal(read(fixture->reading, data, sizeof data), 5);
    assert_string_equal(data, "hello");
}

static void test_slow_reader_gets_every_byte_in_order(void **state)
{
    struct fixture *fixture = *state;
    static unsigned char chunk[CHUNK];
    size_t put = 0;
    size_t kept = 0;
    size_t released = 0;
    size_t got = 0;

    for (int round = 0; round < ROUNDS; round++) {
        size_t length = (size_t)(round * 997 % CHUNK);

        for (size_t i = 0; i < length; i++)
            chunk[i] = byte_at(put + i);
        kept += sx_cli_output_put(&fixture->output, chunk, length);
        put += length;
        if (round % 4 == 0) /* slower than what comes */
            got += read_and_compare(fixture, got);
        if (round % 3 == 0)
            released += sx_cli_output_flush(&fixture->output);
        /* what was kept and not released is what waits */
        assert_int_equal(kept - released, fixture->output.length);
    }
    assert_true(sx_cli_output_is_waiting(&fixture->output));
    while (got < put) {
        size_t n = read_and_compare(fixture, got);

        released += sx_cli_output_flush(&fixture->output);
        assert_true(n > 0 || sx_cli_output_is_waiting(&fixture->output) || got == put);
        got += n;
    }
    assert_int_equal(released, kept);
    assert_int_equal(fixture->output.held, 0);
    assert_false(sx_cli_output_is_waiting(&fixture->output));
}

static void test_descriptor_keeps_its_mode(void **state)
{
    struct fixture *fixture = *state;
    static const unsigned char chunk[CHUNK];
    int before = fcntl(fixture->writing, F_GETFL);

    for (int i = 0; i < 10; i++) /* more than a pipe holds: a write that waits would hang here */
        (void)sx_cli_output_put(&fixture->output, chunk, sizeof chunk);
    assert_int_equal(fcntl(fixture->writing, F_GETFL), before);
    assert_int_equal(before & O_NONBLOCK, 0);
}

static void test_notes_are_not_of_the_window(void **state)
{
    struct fixture *fixture = *state;
    static const unsigned char chunk[CHUNK];
    size_t kept = 0;
    size_t released = 0;

    for (int i = 0; i < 4; i++) {
        kept += sx_cli_output_put(&fixture->output, chunk, sizeof chunk);
        sx_cli_output_note(&fixture->output, "sexec: a line\n");
    }
    assert_true(fixture->output.length > kept);
    while (sx_cli_output_is_waiting(&fixture->output)) {
        (void)drain(fixture);
        released += sx_cli_output_flush(&fixture->output);
        assert_true(released <= kept);
    }
    assert_int_equal(released, kept);
}

static void test_too_many_notes_are_counted(void **state)
{
    struct fixture *fixture = *state;
    char data[4096];
    size_t longest = 0;
    bool is_told = false;

    for (int i = 0; i < 100000; i++) {
        sx_cli_output_note(&fixture->output, "sexec: a line of a log that nobody reads\n");
        if (fixture->output.length > longest)
            longest = fixture->output.length;
    }
    assert_true(longest < 300 * 1024);
    assert_true(fixture->output.dropped > 0);
    while (sx_cli_output_is_waiting(&fixture->output)) {
        (void)drain(fixture);
        (void)sx_cli_output_flush(&fixture->output);
    }
    while (drain(fixture) > 0)
        continue;
    sx_cli_output_note(&fixture->output, "sexec: again\n");
    memset(data, 0, sizeof data);
    assert_true(read(fixture->reading, data, sizeof data - 1) > 0);
    is_told = strstr(data, "lines dropped here)\nsexec: again\n") != NULL;
    assert_true(is_told);
}

static void test_reader_that_is_gone_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    static const unsigned char chunk[CHUNK];
    size_t kept = 0;

    for (int i = 0; i < 8; i++)
        kept += sx_cli_output_put(&fixture->output, chunk, sizeof chunk);
    assert_true(kept > 0);
    (void)close(fixture->reading);
    fixture->reading = -1;
    /* all that was kept back is given back, so that the window isn't stuck */
    assert_int_equal(sx_cli_output_flush(&fixture->output), kept);
    assert_int_equal(fixture->output.error, EPIPE);
    assert_false(sx_cli_output_is_waiting(&fixture->output));
    assert_int_equal(sx_cli_output_put(&fixture->output, chunk, sizeof chunk), 0);
    assert_false(sx_cli_output_is_waiting(&fixture->output));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_finds_room_is_written_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow_reader_gets_every_byte_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_descriptor_keeps_its_mode, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_notes_are_not_of_the_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_notes_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reader_that_is_gone_is_an_error, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
