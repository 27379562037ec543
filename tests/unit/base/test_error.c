/* Errors: every outcome has a name, a text and somebody to blame; a fault keeps the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

/* A second list of all outcomes. The compiler refuses it when one of the header is missing here,
 * and the tests below when one is missing in error.c. */
static const char *expected_name(enum sx_err err)
{
#define NAME(name)                                                                                 \
    case SX_ERR_##name: return #name
    switch (err) {
    case SX_OK:
        return "OK";
        NAME(ARGUMENT);
        NAME(STATE);
        NAME(BUSY);
        NAME(NOT_CONNECTED);
        NAME(WOULD_BLOCK);
        NAME(WOULD_BLOCK_REKEY);
        NAME(SPACE);
        NAME(ADDRESS);
        NAME(FILE);
        NAME(FILE_MODE);
        NAME(RESOLVE);
        NAME(CONNECT);
        NAME(SOCKET);
        NAME(CLOSED);
        NAME(TIMEOUT);
        NAME(INTERRUPTED);
        NAME(PROXY);
        NAME(PROXY_AUTH);
        NAME(PROXY_ANSWER);
        NAME(PEER_DISCONNECT);
        NAME(PEER_VERSION);
        NAME(PEER_DECODE);
        NAME(PEER_LENGTH);
        NAME(PEER_PADDING);
        NAME(PEER_MAC);
        NAME(PEER_DECOMPRESS);
        NAME(PEER_UNEXPECTED);
        NAME(PEER_STRICT);
        NAME(PEER_UNIMPLEMENTED);
        NAME(PEER_DH_VALUE);
        NAME(PEER_EC_POINT);
        NAME(PEER_HOST_KEY_TYPE);
        NAME(PEER_HOST_KEY);
        NAME(PEER_SIGNATURE);
        NAME(PEER_CHANNEL_OPEN);
        NAME(PEER_CHANNEL_ID);
        NAME(PEER_CHANNEL_DATA);
        NAME(PEER_CHANNEL_MESSAGE);
        NAME(PEER_REQUEST_REFUSED);
        NAME(PEER_GLOBAL_REQUEST);
        NAME(KEEPALIVE);
        NAME(POLICY_ALGORITHM);
        NAME(NEGOTIATE);
        NAME(POLICY_KEY_SIZE);
        NAME(POLICY_GROUP);
        NAME(POLICY_REKEY);
        NAME(POLICY_PROVIDER);
        NAME(POLICY_SETTING);
        NAME(HOST_KEY_REJECTED);
        NAME(POLICY_CONTAINER);
        NAME(PROVIDER);
        NAME(PROVIDER_FETCH);
        NAME(SET_KEYS);
        NAME(EXCHANGE_HASH);
        NAME(MAKE_KEY);
        NAME(SIGN);
        NAME(ENCRYPT);
        NAME(RANDOM);
        NAME(UNAPPROVED);
        NAME(KEY_FORMAT);
        NAME(KEY_PASSPHRASE);
        NAME(KEY_STORE);
        NAME(KEY_NOT_FOUND);
        NAME(TOKEN);
        NAME(TOKEN_PIN);
        NAME(TOKEN_LOCKED);
        NAME(TOKEN_REMOVED);
        NAME(TOKEN_SESSION);
        NAME(AUTH_FAILED);
        NAME(AUTH_PASSWORD_CHANGE);
        NAME(AUTH_UNPROVEN);
        NAME(AUTH_NO_CREDENTIALS);
        NAME(AUTH_SERVICE);
        NAME(AUTH_PACKET);
        NAME(AUTH_REKEY);
        NAME(AGENT);
        NAME(AGENT_ANSWER);
        NAME(AUDIT);
        NAME(MEMORY);
        NAME(INTERNAL);
    }
#undef NAME
    return NULL;
}

enum { CODES_END = 0x1000 }; /* above every enumerator */

static void test_every_outcome_has_its_name(void **state)
{
    size_t known = 0;

    (void)state;
    for (unsigned code = 0; code < CODES_END; code++) {
        const char *name = expected_name((enum sx_err)code);

        assert_string_equal(sx_err_name((enum sx_err)code), name != NULL ? name : "UNKNOWN");
        known += name != NULL;
    }
    assert_true(known > 60);
}

static void test_every_outcome_has_a_text_of_its_own(void **state)
{
    (void)state;
    for (unsigned code = 0; code < CODES_END; code++) {
        const char *text = sx_err_text((enum sx_err)code);

        if (expected_name((enum sx_err)code) == NULL) {
            assert_string_equal(text, "unknown error");
            continue;
        }
        assert_true(strlen(text) >= 8);
        assert_true(strlen(text) < SX_FAULT_TEXT_MAX);
        for (unsigned other = 0; other < code; other++)
            assert_true(expected_name((enum sx_err)other) == NULL ||
                        strcmp(sx_err_text((enum sx_err)other), text) != 0);
    }
}

static void test_blame_follows_from_the_outcome(void **state)
{
    (void)state;
    assert_int_equal(sx_err_blame(SX_OK), SX_BLAME_NONE);
    assert_int_equal(sx_err_blame(SX_ERR_ARGUMENT), SX_BLAME_USAGE);
    assert_int_equal(sx_err_blame(SX_ERR_SPACE), SX_BLAME_USAGE);
    assert_int_equal(sx_err_blame(SX_ERR_PROXY), SX_BLAME_IO);
    assert_int_equal(sx_err_blame(SX_ERR_PEER_MAC), SX_BLAME_PEER);
    assert_int_equal(sx_err_blame(SX_ERR_KEEPALIVE), SX_BLAME_PEER);
    assert_int_equal(sx_err_blame(SX_ERR_NEGOTIATE), SX_BLAME_POLICY);
    assert_int_equal(sx_err_blame(SX_ERR_RANDOM), SX_BLAME_CRYPTO);
    assert_int_equal(sx_err_blame(SX_ERR_AUTH_FAILED), SX_BLAME_AUTH);
    assert_int_equal(sx_err_blame(SX_ERR_AUDIT), SX_BLAME_AUDIT);
    assert_int_equal(sx_err_blame(SX_ERR_INTERNAL), SX_BLAME_INTERNAL);
}

static void test_fault_keeps_the_first_error(void **state)
{
    struct sx_fault fault = { 0 };

    (void)state;
    assert_int_equal(sx_fault_set_sys(&fault, SX_ERR_CONNECT, 111, "port %d refused", 22),
                     SX_ERR_CONNECT);
    assert_int_equal(sx_fault_set(&fault, SX_ERR_TIMEOUT, "too late"), SX_ERR_TIMEOUT);
    assert_int_equal(sx_fault_note(&fault, SX_ERR_MEMORY), SX_ERR_MEMORY);

    assert_int_equal(fault.err, SX_ERR_CONNECT);
    assert_int_equal(fault.sys, 111);
    assert_string_equal(fault.text, "port 22 refused");
}

static void test_fault_set_without_a_system_error_leaves_zero(void **state)
{
    struct sx_fault fault = { 0 };

    (void)state;
    assert_int_equal(sx_fault_set(&fault, SX_ERR_STATE, "not %s", "now"), SX_ERR_STATE);
    assert_int_equal(fault.err, SX_ERR_STATE);
    assert_int_equal(fault.sys, 0);
    assert_string_equal(fault.text, "not now");
}

static void test_fault_may_be_absent(void **state)
{
    (void)state;
    assert_int_equal(sx_fault_set(NULL, SX_ERR_STATE, "x"), SX_ERR_STATE);
    assert_int_equal(sx_fault_set_sys(NULL, SX_ERR_SOCKET, 32, "x"), SX_ERR_SOCKET);
    assert_int_equal(sx_fault_note(NULL, SX_ERR_CLOSED), SX_ERR_CLOSED);
}

static void test_fault_note_gives_a_bare_error_its_text(void **state)
{
    struct sx_fault fault = { 0 };

    (void)state;
    assert_int_equal(sx_fault_note(&fault, SX_ERR_PEER_MAC), SX_ERR_PEER_MAC);
    assert_int_equal(fault.err, SX_ERR_PEER_MAC);
    assert_string_equal(fault.text, sx_err_text(SX_ERR_PEER_MAC));
}

static void test_fault_is_not_set_by_success(void **state)
{
    struct sx_fault fault = { 0 };

    (void)state;
    assert_int_equal(sx_fault_note(&fault, SX_OK), SX_OK);
    assert_int_equal(sx_fault_set(&fault, SX_OK, "fine"), SX_OK);
    assert_int_equal(fault.err, SX_OK);
    assert_string_equal(fault.text, "");
}

/* Each length of character, and with more letters in front each place where the cut can fall. */
static void test_fault_cuts_a_long_text_between_characters(void **state)
{
    static const char *const characters[] = { "\xc2\xa9", "\xe0\xa4\x85", "\xe2\x82\xac",
                                              "\xf0\x9f\x98\x80" };

    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        size_t size = strlen(characters[i]);

        for (size_t shift = 0; shift < size; shift++) {
            struct sx_fault fault = { 0 };
            char text[SX_FAULT_TEXT_MAX + 8] = { 0 };
            size_t room = SX_FAULT_TEXT_MAX - 1 - shift;

            memset(text, 'x', shift);
            for (size_t at = shift; at + size < sizeof text; at += size)
                memcpy(text + at, characters[i], size);
            assert_int_equal(sx_fault_set(&fault, SX_ERR_FILE, "%s", text), SX_ERR_FILE);
            assert_int_equal(strlen(fault.text), shift + room - room % size);
            assert_memory_equal(fault.text, text, strlen(fault.text));
        }
    }
}

static void test_fault_keeps_a_text_that_just_fits(void **state)
{
    struct sx_fault fault = { 0 };
    char text[SX_FAULT_TEXT_MAX + 1];

    (void)state;
    memset(text, 'x', sizeof text);
    text[SX_FAULT_TEXT_MAX - 1] = '\0';
    assert_int_equal(sx_fault_set(&fault, SX_ERR_FILE, "%s", text), SX_ERR_FILE);
    assert_string_equal(fault.text, text);

    sx_fault_clear(&fault);
    text[SX_FAULT_TEXT_MAX - 1] = 'x';
    text[SX_FAULT_TEXT_MAX] = '\0';
    assert_int_equal(sx_fault_set(&fault, SX_ERR_FILE, "%s", text), SX_ERR_FILE);
    assert_int_equal(strlen(fault.text), SX_FAULT_TEXT_MAX - 1);
}

static void test_fault_clear_makes_room_for_another(void **state)
{
    struct sx_fault fault = { 0 };

    (void)state;
    (void)sx_fault_set_sys(&fault, SX_ERR_SOCKET, 32, "broken");
    fault.peer_reason = 2;
    sx_fault_clear(&fault);
    assert_int_equal(fault.err, SX_OK);
    assert_int_equal(fault.sys, 0);
    assert_int_equal(fault.peer_reason, 0);
    assert_string_equal(fault.text, "");
    (void)sx_fault_note(&fault, SX_ERR_TIMEOUT);
    assert_int_equal(fault.err, SX_ERR_TIMEOUT);
}

static enum sx_err try_and_count(enum sx_err err, unsigned *reached)
{
    SX_TRY(err);
    (*reached)++;
    return SX_OK;
}

static void test_try_passes_an_error_on(void **state)
{
    unsigned reached = 0;

    (void)state;
    assert_int_equal(try_and_count(SX_ERR_BUSY, &reached), SX_ERR_BUSY);
    assert_int_equal(reached, 0);
    assert_int_equal(try_and_count(SX_OK, &reached), SX_OK);
    assert_int_equal(reached, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_outcome_has_its_name),
        cmocka_unit_test(test_every_outcome_has_a_text_of_its_own),
        cmocka_unit_test(test_blame_follows_from_the_outcome),
        cmocka_unit_test(test_fault_keeps_the_first_error),
        cmocka_unit_test(test_fault_set_without_a_system_error_leaves_zero),
        cmocka_unit_test(test_fault_may_be_absent),
        cmocka_unit_test(test_fault_note_gives_a_bare_error_its_text),
        cmocka_unit_test(test_fault_is_not_set_by_success),
        cmocka_unit_test(test_fault_cuts_a_long_text_between_characters),
        cmocka_unit_test(test_fault_keeps_a_text_that_just_fits),
        cmocka_unit_test(test_fault_clear_makes_room_for_another),
        cmocka_unit_test(test_try_passes_an_error_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
