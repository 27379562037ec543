/* A server's offer beside ours, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/compare.h"
#include "support/providers.h"

static char shown[16384];

/* The rows of a list under default, with a wish for its kind. */
static const char *compare(enum sx_alg_kind kind, const char *wish, const char *names)
{
    struct sx_offer_wishes wishes = { .strict_kex = -1 };
    struct sx_offer offer;
    struct sx_buffer buffer;

    wishes.lists[kind] = wish;
    assert_int_equal(sx_offer_make(&sx_policy_default, providers_default(), &wishes, NULL, &offer),
                     SX_OK);
    sx_buffer_init(&buffer, sizeof shown - 1);
    assert_int_equal(sx_offer_compare(&offer, kind, "", true, sx_slice_text(names), &buffer),
                     SX_OK);
    (void)snprintf(shown, sizeof shown, "%.*s", (int)sx_buffer_len(&buffer),
                   (const char *)sx_buffer_unread(&buffer).ptr);
    sx_buffer_clear(&buffer);
    return shown;
}

static void test_every_row_has_its_word(void **state)
{
    (void)state;
    assert_string_equal(
        compare(
            SX_ALG_CIPHER, "-aes192-ctr",
            "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,arcfour,aes256-gcm@openssh.com"),
        "cipher:\n"
        "  allowed   chacha20-poly1305@openssh.com\n"
        "  allowed   aes128-ctr\n"
        "  left out  aes192-ctr: the user's list doesn't name it\n"
        "  refused   arcfour: RC4 is broken (RFC 8758)\n"
        "  chosen    aes256-gcm@openssh.com\n");
}

static void test_opt_in_and_signals_are_told(void **state)
{
    (void)state;
    assert_non_null(strstr(compare(SX_ALG_COMPRESSION, "", "none,zlib"),
                           "  left out  zlib: allowed, but only when a list names it\n"));
    assert_non_null(
        strstr(compare(SX_ALG_KEX, "", "ecdh-sha2-nistp256,kex-strict-s-v00@openssh.com"),
               "  signal    kex-strict-s-v00@openssh.com: not an algorithm\n"));
}

static void test_nothing_in_common_shows_ours(void **state)
{
    (void)state;
    assert_non_null(strstr(compare(SX_ALG_MAC, "hmac-sha2-512", "hmac-md5"),
                           "  refused   hmac-md5: it uses MD5 (RFC 6151)\n"
                           "  nothing in common; ours: hmac-sha2-512\n"));
    assert_non_null(strstr(compare(SX_ALG_MAC, "hmac-sha2-512", ""), "ours: hmac-sha2-512\n"));
}

static void test_server_text_is_escaped_and_bounded(void **state)
{
    static char names[4000];
    const char *text;

    (void)state;
    assert_non_null(strstr(compare(SX_ALG_MAC, "", "hm\x1b]0;x\x07,,a b"), "hm\\x1b]0;x\\x07"));
    for (size_t i = 0; i + 8 < sizeof names; i += 8)
        (void)snprintf(names + i, 9, "a%06zu,", i % 1000000);
    text = compare(SX_ALG_MAC, "", names);
    assert_non_null(strstr(text, "and more, which are not shown\n"));
}

static void test_list_that_is_not_used_has_no_choice(void **state)
{
    const struct sx_offer_wishes wishes = { .strict_kex = -1 };
    struct sx_offer offer;
    struct sx_buffer buffer;

    (void)state;
    assert_int_equal(sx_offer_make(&sx_policy_default, providers_default(), &wishes, NULL, &offer),
                     SX_OK);
    sx_buffer_init(&buffer, sizeof shown - 1);
    assert_int_equal(sx_offer_compare(&offer, SX_ALG_MAC, " here", false,
                                      sx_slice_text("hmac-sha2-256,hmac-md5"), &buffer),
                     SX_OK);
    assert_true(sx_slice_is_text(sx_buffer_unread(&buffer),
                                 "MAC here, not used beside the chosen cipher:\n"
                                 "  allowed   hmac-sha2-256\n"
                                 "  refused   hmac-md5: it uses MD5 (RFC 6151)\n"));
    sx_buffer_clear(&buffer);
}

static void test_choice_is_the_first_of_ours(void **state)
{
    const struct sx_offer_wishes wishes = { .strict_kex = -1 };
    struct sx_offer offer;

    (void)state;
    assert_int_equal(sx_offer_make(&sx_policy_default, providers_default(), &wishes, NULL, &offer),
                     SX_OK);
    assert_int_equal(sx_offer_choose(&offer, SX_ALG_MAC,
                                     sx_slice_text("hmac-sha2-512,hmac-sha2-512-etm@openssh.com")),
                     1);
    assert_int_equal(sx_offer_choose(&offer, SX_ALG_MAC, sx_slice_text("hmac-sha1")), -1);
    assert_int_equal(sx_offer_choose(&offer, SX_ALG_MAC, SX_SLICE_NONE), -1);
}

static void test_room_that_ends_is_an_error(void **state)
{
    const struct sx_offer_wishes wishes = { .strict_kex = -1 };
    struct sx_offer offer;
    struct sx_buffer buffer;

    (void)state;
    assert_int_equal(sx_offer_make(&sx_policy_default, providers_default(), &wishes, NULL, &offer),
                     SX_OK);
    sx_buffer_init(&buffer, 64);
    assert_int_equal(sx_offer_compare(&offer, SX_ALG_MAC, "", true,
                                      sx_slice_text("hmac-md5,hmac-sha1"), &buffer),
                     SX_ERR_SPACE);
    sx_buffer_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_has_its_word),
        cmocka_unit_test(test_opt_in_and_signals_are_told),
        cmocka_unit_test(test_nothing_in_common_shows_ours),
        cmocka_unit_test(test_server_text_is_escaped_and_bounded),
        cmocka_unit_test(test_list_that_is_not_used_has_no_choice),
        cmocka_unit_test(test_choice_is_the_first_of_ours),
        cmocka_unit_test(test_room_that_ends_is_an_error),
    };

    return cmocka_run_group_tests_name("policy/compare", tests, NULL, NULL);
}
