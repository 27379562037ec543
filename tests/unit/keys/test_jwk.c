/* JSON is read strictly; of a JSON Web Key every number that is needed must be there, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/json.h"
#include "keys/jwk.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"

static bool is_json(const char *text)
{
    struct sx_slice rest = sx_slice_text(text);
    struct sx_json_value value;

    return sx_json_value_read(&rest, &value) && rest.len == 0;
}

static void test_json_is_strict(void **state)
{
    static const char *const good[] = {
        "{}",
        "[]",
        " {\"a\" : [1, -2.5E+3, true, null], \"b\":{\"c\":\"\\u00e9\\\"\"}} ",
        "\"\"",
        "[[[[[[[]]]]]]]",
    };
    static const char *const bad[] = {
        "",        "{",      "{\"a\"}", "{\"a\":}", "{\"a\":1,}",         "[1 2]", "[1,]", "\"a",
        "\"\\x\"", "\"\n\"", "{a:1}",   "{} {}",    "[[[[[[[[[]]]]]]]]]", "'a'",   "TRUE",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!is_json(good[i]))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (is_json(bad[i]))
            fail_msg("%s is taken", bad[i]);
}

static void test_members_are_found_by_number(void **state)
{
    struct sx_slice object = sx_slice_text("{\"a\":\"x\",\"b\":[\"y\",7]}");
    struct sx_json_value value;
    struct sx_slice name;

    (void)state;
    assert_true(sx_json_member(object, 1, &name, &value));
    assert_true(sx_slice_is_text(name, "b"));
    assert_int_equal(value.kind, SX_JSON_ARRAY);
    assert_false(sx_json_member(object, 2, &name, &value));
    assert_true(sx_json_member(value.text, 1, &name, &value));
    assert_int_equal(name.len, 0);
    assert_int_equal(value.kind, SX_JSON_OTHER);
    assert_true(sx_slice_is_text(value.text, "7"));
}

struct taken {
    unsigned count;
    bool is_private;
};

static enum sx_err take_key(void *context, struct sx_key *key, struct sx_fault *fault)
{
    struct taken *taken = context;

    (void)fault;
    taken->count++;
    taken->is_private = sx_key_is_private(key);
    sx_key_free(key);
    return SX_OK;
}

static enum sx_err decode(const char *text, struct sx_fault *fault, struct taken *out)
{
    const struct sx_key_sink sink = { .key = take_key, .context = out };

    return sx_jwk_decode(providers_default(), sx_slice_text(text), fault, &sink);
}

/* RFC 8037 appendix A.1. */
#define ED25519_X "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define ED25519_D "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\""

static void test_published_key_is_read(void **state)
{
    struct taken taken = { 0 };

    (void)state;
    assert_int_equal(
        decode("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED25519_D "," ED25519_X "}", NULL, &taken),
        SX_OK);
    assert_true(taken.count == 1 && taken.is_private);
    assert_int_equal(decode("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED25519_X "}", NULL, &taken),
                     SX_OK);
    assert_true(taken.count == 2 && !taken.is_private);
    assert_int_equal(decode("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"},"
                            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED25519_X "}]}",
                            NULL, &taken),
                     SX_OK);
    assert_int_equal(taken.count, 3);
}

static void test_bad_keys_are_refused_with_a_reason(void **state)
{
    static const struct {
        const char *text;
        const char *word;
    } rows[] = {
        { "{}", "expected RSA" },
        { "[]", "one JSON object" },
        { "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "\"oct\"" },
        { "{\"kty\":\"EC\",\"crv\":\"secp256k1\"}", "secp256k1" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\"}", "\"y\"" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\"}", "\"e\"" },
        { "{\"kty\":\"RSA\",\"n\":\"AQ+B\",\"e\":\"AQAB\"}", "base64url" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "twice" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "not valid" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"d\":\"AQAB\"}", "\"p\"" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED25519_D ",\"x\":\"" /* another's */
          "DbW3BIW9m-2mX5fdCTzE5QwF0Fv6S3SpnxDC0_z9Ffg\"}",
          "another key" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_fault fault = { 0 };
        struct taken taken = { 0 };

        assert_int_equal(decode(rows[i].text, &fault, &taken), SX_ERR_KEY_FORMAT);
        assert_int_equal(taken.count, 0);
        if (strstr(fault.text, rows[i].word) == NULL)
            fail_msg("%s: \"%s\" says nothing of \"%s\"", rows[i].text, fault.text, rows[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_is_strict),
        cmocka_unit_test(test_members_are_found_by_number),
        cmocka_unit_test(test_published_key_is_read),
        cmocka_unit_test(test_bad_keys_are_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
