/* Base64 as RFC 4648 section 4 has it: one text for each run of bytes, and no other accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* RFC 4648 section 10 */
static const struct {
    const char *plain;
    const char *coded;
} vectors[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
};

static void test_encode_gives_the_vectors_of_the_rfc(void **state)
{
    char out[16];

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        assert_int_equal(sx_base64_encode(sx_slice_text(vectors[i].plain), out, sizeof out), SX_OK);
        assert_string_equal(out, vectors[i].coded);
    }
}

static void test_decode_takes_the_vectors_of_the_rfc(void **state)
{
    uint8_t out[16];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        assert_int_equal(
            sx_base64_decode(sx_slice_text(vectors[i].coded), false, false, out, sizeof out, &len),
            SX_OK);
        assert_true(sx_slice_is_text(sx_slice_of(out, len), vectors[i].plain));
    }
}

static void test_encode_wants_room_for_text_and_nul(void **state)
{
    char out[16];

    (void)state;
    memset(out, 'x', sizeof out);
    assert_int_equal(sx_base64_encode(sx_slice_text("foob"), out, 8), SX_ERR_SPACE);
    assert_int_equal(sx_base64_encode(SX_SLICE_NONE, out, 0), SX_ERR_SPACE);
    assert_int_equal(out[0], 'x');
    assert_int_equal(sx_base64_encode(sx_slice_text("foob"), out, 9), SX_OK);
    assert_int_equal(sx_base64_encode(SX_SLICE_NONE, out, 1), SX_OK);
}

static void test_every_value_of_a_byte_round_trips(void **state)
{
    uint8_t bytes[256];
    uint8_t back[256];
    char text[4 * 86 + 1];
    size_t back_len;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 73 + 5);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        assert_int_equal(sx_base64_encode(sx_slice_of(bytes, len), text, sizeof text), SX_OK);
        assert_int_equal(strlen(text), 4 * ((len + 2) / 3));
        assert_int_equal(sx_base64_encode(sx_slice_of(bytes, len), text, strlen(text)),
                         SX_ERR_SPACE);
        assert_int_equal(
            sx_base64_decode(sx_slice_text(text), false, false, back, sizeof back, &back_len),
            SX_OK);
        assert_true(sx_slice_is_equal(sx_slice_of(back, back_len), sx_slice_of(bytes, len)));
    }
}

static void assert_decode(const char *text, bool skip_space, bool lax_padding, enum sx_err err,
                          const char *plain)
{
    uint8_t out[16];
    size_t len = 99;

    memset(out, 0xee, sizeof out);
    assert_int_equal(
        sx_base64_decode(sx_slice_text(text), skip_space, lax_padding, out, sizeof out, &len), err);
    if (err == SX_OK) {
        assert_true(sx_slice_is_text(sx_slice_of(out, len), plain));
        return;
    }
    assert_int_equal(len, 99);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0xee);
}

static void test_decode_skips_space_only_when_told(void **state)
{
    (void)state;
    assert_decode(" Zm9v\r\nYm\tFy \n", true, false, SX_OK, "foobar");
    assert_decode("Zg=\n=\n", true, false, SX_OK, "f");
    assert_decode("Zm9v\nYmFy", false, false, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zm9v ", false, false, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zm9v\vYmFy", true, false, SX_ERR_ARGUMENT, NULL);
}

static void test_decode_misses_padding_only_when_lax(void **state)
{
    (void)state;
    assert_decode("Zg", false, true, SX_OK, "f");
    assert_decode("Zm8", false, true, SX_OK, "fo");
    assert_decode("Zg==", false, true, SX_OK, "f");
    assert_decode("Zg", false, false, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zm8", false, false, SX_ERR_ARGUMENT, NULL);
}

static void test_decode_refuses_wrong_padding(void **state)
{
    static const char *const texts[] = {
        "=",     "====",  "Z",        "Z=",       "Z==",  "Z===",  "Zg=",   "Zg===",
        "Zm8==", "Zm9v=", "Zm9v====", "Zg==Zg==", "Zg=g", "Zm9vY", "=Zm9v",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_decode(texts[i], false, false, SX_ERR_ARGUMENT, NULL);
        assert_decode(texts[i], true, true, SX_ERR_ARGUMENT, NULL);
    }
}

static void test_decode_refuses_bits_that_are_not_used(void **state)
{
    (void)state;
    assert_decode("Zh==", false, false, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zo==", false, false, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zm9=", false, false, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zh", false, true, SX_ERR_ARGUMENT, NULL);
    assert_decode("Zm9", false, true, SX_ERR_ARGUMENT, NULL);
}

static void test_decode_refuses_every_other_byte(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        uint8_t text[4] = { (uint8_t)c, 'A', 'A', 'A' };
        uint8_t out[3];
        size_t len;
        const char *digit = memchr(alphabet, (int)c, sizeof alphabet - 1);
        enum sx_err err = sx_base64_decode(sx_slice_of(text, 4), false, false, out, 3, &len);

        assert_int_equal(err, digit != NULL ? SX_OK : SX_ERR_ARGUMENT);
        if (digit != NULL)
            assert_int_equal(out[0], (digit - alphabet) << 2);
    }
}

static void test_decode_stays_within_its_room(void **state)
{
    uint8_t out[3] = { 0xee, 0xee, 0xee };
    size_t len = 99;

    (void)state;
    assert_int_equal(sx_base64_decode(sx_slice_text("Zm9v"), false, false, out, 2, &len),
                     SX_ERR_SPACE);
    assert_int_equal(out[0], 0xee);
    assert_int_equal(len, 99);
    assert_int_equal(sx_base64_decode(sx_slice_text("Zm9v"), false, false, out, 3, &len), SX_OK);
    assert_int_equal(len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_gives_the_vectors_of_the_rfc),
        cmocka_unit_test(test_decode_takes_the_vectors_of_the_rfc),
        cmocka_unit_test(test_encode_wants_room_for_text_and_nul),
        cmocka_unit_test(test_every_value_of_a_byte_round_trips),
        cmocka_unit_test(test_decode_skips_space_only_when_told),
        cmocka_unit_test(test_decode_misses_padding_only_when_lax),
        cmocka_unit_test(test_decode_refuses_wrong_padding),
        cmocka_unit_test(test_decode_refuses_bits_that_are_not_used),
        cmocka_unit_test(test_decode_refuses_every_other_byte),
        cmocka_unit_test(test_decode_stays_within_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
