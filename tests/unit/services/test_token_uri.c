/* PKCS#11 URIs: RFC 7512's attributes, percent-decoded; what would narrow the meaning or hold a PIN
 * is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/token_uri.h"

static enum sx_err parse(const char *text, struct sx_token_uri *out)
{
    return sx_token_uri_parse(sx_slice_text(text), NULL, out);
}

static void test_path_alone_means_any_token(void **state)
{
    struct sx_token_uri uri;

    (void)state;
    assert_int_equal(parse("/usr/lib/module.so", &uri), SX_OK);
    assert_string_equal(uri.module, "/usr/lib/module.so");
    assert_string_equal(uri.token, "");
    assert_string_equal(uri.object, "");
    assert_false(uri.has_slot);
    assert_int_equal(uri.id_len, 0);
}

static void test_attributes_are_decoded(void **state)
{
    struct sx_token_uri uri;

    (void)state;
    assert_int_equal(parse("pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;object=my-cert;"
                           "type=private;id=%69%95%3E%5C;slot-id=327;serial=DECC"
                           "?module-path=/mnt/libmypkcs11.so",
                           &uri),
                     SX_OK);
    assert_string_equal(uri.module, "/mnt/libmypkcs11.so");
    assert_string_equal(uri.token, "The Software PKCS#11 Softtoken");
    assert_string_equal(uri.object, "my-cert");
    assert_string_equal(uri.serial, "DECC");
    assert_int_equal(uri.id_len, 4);
    assert_memory_equal(uri.id, "\x69\x95\x3e\x5c", 4);
    assert_true(uri.has_slot);
    assert_int_equal(uri.slot, 327);
    assert_int_equal(parse("pkcs11:?module-path=/m.so", &uri), SX_OK);
}

static void test_what_cannot_be_meant_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "module.so",
        "pkcs11:",
        "pkcs11:token=a",
        "pkcs11:?module-path=m.so",
        "pkcs11:token=a?module-path=/m&pin-value=1234",
        "pkcs11:token=a?module-path=/m&pin-source=/etc/pin",
        "pkcs11:strange=a?module-path=/m",
        "pkcs11:type=cert?module-path=/m",
        "pkcs11:token?module-path=/m",
        "pkcs11:token=%4?module-path=/m",
        "pkcs11:token=%zz?module-path=/m",
        "pkcs11:token=%00?module-path=/m",
        "pkcs11:slot-id=x?module-path=/m",
        "pkcs11:slot-id=?module-path=/m",
        "pkcs11:slot-id=99999999999?module-path=/m",
    };
    struct sx_token_uri uri;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (parse(bad[i], &uri) != SX_ERR_ARGUMENT)
            fail_msg("\"%s\" is taken", bad[i]);
    }
}

static void test_a_percent_sign_at_the_end_is_refused(void **state)
{
    struct sx_token_uri uri;

    (void)state;
    assert_int_equal(parse("pkcs11:?module-path=/m%2", &uri), SX_ERR_ARGUMENT);
    assert_int_equal(parse("pkcs11:?module-path=/m%", &uri), SX_ERR_ARGUMENT);
    assert_int_equal(parse("pkcs11:?module-path=/m%41", &uri), SX_OK);
    assert_string_equal(uri.module, "/mA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_alone_means_any_token),
        cmocka_unit_test(test_attributes_are_decoded),
        cmocka_unit_test(test_what_cannot_be_meant_is_refused),
        cmocka_unit_test(test_a_percent_sign_at_the_end_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
