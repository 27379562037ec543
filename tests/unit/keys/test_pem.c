/* PEM blocks: strict about edges and base64, patient with what stands around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/pem.h"

static void assert_slice(struct sx_slice slice, const char *text)
{
    assert_true(sx_slice_is_text(slice, text));
}

/* One block, nothing after it. */
static void assert_block(const char *text, const char *label, const char *bytes)
{
    struct sx_slice rest = sx_slice_text(text);
    struct sx_pem pem = { 0 };
    struct sx_fault fault = { 0 };
    bool is_found = false;

    if (sx_pem_next(&rest, &fault, &pem, &is_found) != SX_OK)
        fail_msg("%s: %s", text, fault.text);
    assert_true(is_found);
    assert_slice(pem.label, label);
    assert_slice(sx_secret_slice(&pem.bytes), bytes);
    assert_int_equal(sx_pem_next(&rest, &fault, &pem, &is_found), SX_OK);
    assert_false(is_found);
    sx_pem_clear(&pem);
}

static void assert_refused(const char *text, const char *word)
{
    struct sx_slice start = sx_slice_text(text);
    struct sx_slice rest = start;
    struct sx_pem pem = { 0 };
    struct sx_fault fault = { 0 };
    bool is_found = true;

    if (sx_pem_next(&rest, &fault, &pem, &is_found) != SX_ERR_KEY_FORMAT)
        fail_msg("taken: %s", text);
    assert_non_null(strstr(fault.text, word));
    assert_true(is_found); /* untouched */
    assert_ptr_equal(rest.ptr, start.ptr);
    assert_null(pem.bytes.ptr);
    assert_int_equal(pem.label.len, 0);
}

static void test_block_is_found_in_what_surrounds_it(void **state)
{
    (void)state;
    assert_block("-----BEGIN A B2-----\nZm9v\nYmFy\n-----END A B2-----\n", "A B2", "foobar");
    assert_block("-----BEGIN X-----\nZm9v\n-----END X-----", "X", "foo");
    assert_block("Bag Attributes\n    name: x\n-----\n-----BEGIN X-----\nZm9v\n-----END X-----\n"
                 "and more\n",
                 "X", "foo");
    assert_block("-----BEGIN X-----\r\nZm9v\r\nYg==\r\n-----END X-----\r\n", "X", "foob");
    assert_block("-----BEGIN X----- \t\n\n Zm9v \n\n-----END X-----  \n", "X", "foo");
}

static void test_text_without_a_block_has_none(void **state)
{
    static const char *const texts[] = { "",
                                         "\n",
                                         "x",
                                         "-----",
                                         "----BEGIN X-----\n",
                                         " -----BEGIN X-----\n Zm9v\n -----END X-----\n" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sx_slice rest = sx_slice_text(texts[i]);
        struct sx_pem pem = { 0 };
        bool is_found = true;

        assert_int_equal(sx_pem_next(&rest, NULL, &pem, &is_found), SX_OK);
        assert_false(is_found);
        assert_int_equal(rest.len, 0);
    }
}

static void test_blocks_come_one_after_the_other(void **state)
{
    struct sx_slice rest = sx_slice_text("-----BEGIN A-----\nYQ==\n-----END A-----\n"
                                         "-----BEGIN B-----\nYg==\n-----END B-----\n");
    struct sx_pem pem = { 0 };
    bool is_found = false;

    (void)state;
    assert_int_equal(sx_pem_next(&rest, NULL, &pem, &is_found), SX_OK);
    assert_slice(pem.label, "A");
    assert_int_equal(sx_pem_next(&rest, NULL, &pem, &is_found), SX_OK);
    assert_slice(pem.label, "B");
    assert_slice(sx_secret_slice(&pem.bytes), "b");
    assert_int_equal(sx_pem_next(&rest, NULL, &pem, &is_found), SX_OK);
    assert_false(is_found);
    sx_pem_clear(&pem);
    assert_null(pem.bytes.ptr);
}

static void test_edges_must_be_whole_and_agree(void **state)
{
    (void)state;
    assert_refused("-----BEGIN X-----\nZm9v\n-----END Y-----\n", "END line");
    assert_refused("-----BEGIN X-----\nZm9v\n-----END X----\n", "END line");
    assert_refused("-----BEGIN X-----\nZm9v\n-----BEGIN X-----\nZm9v\n-----END X-----\n", "END");
    assert_refused("-----BEGIN X-----\nZm9v\n", "cut off");
    assert_refused("-----BEGIN X-----", "cut off");
    assert_refused("-----BEGIN X----\nZm9v\n-----END X-----\n", "BEGIN");
    assert_refused("-----BEGIN -----\nZm9v\n-----END -----\n", "BEGIN");
    assert_refused("-----BEGIN  X-----\nZm9v\n-----END  X-----\n", "BEGIN");
    assert_refused("-----BEGIN X -----\nZm9v\n-----END X -----\n", "BEGIN");
    assert_refused("-----BEGIN x-----\nZm9v\n-----END x-----\n", "BEGIN");
    assert_refused("-----BEGIN X\033-----\nZm9v\n-----END X\033-----\n", "BEGIN");
    assert_refused("-----BEGIN X----- Zm9v -----END X-----\n", "BEGIN");
    assert_refused("-----END X-----\n", "BEGIN");
    assert_refused(
        "-----BEGIN AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-----"
        "\nZm9v\n",
        "BEGIN");
}

static void test_data_must_be_base64(void **state)
{
    (void)state;
    assert_refused("-----BEGIN X-----\n-----END X-----\n", "empty");
    assert_refused("-----BEGIN X-----\n\n\n-----END X-----\n", "empty");
    assert_refused("-----BEGIN X-----\nZm9\n-----END X-----\n", "base64");
    assert_refused("-----BEGIN X-----\nZm9v*\n-----END X-----\n", "base64");
    assert_refused("-----BEGIN X-----\nZg==Zm9v\n-----END X-----\n", "base64");
    assert_refused("-----BEGIN X-----\nZh==\n-----END X-----\n", "base64");
    assert_refused("-----BEGIN X-----\nZm9v\n----END X-----\n-----END X-----\n", "base64");
}

static void test_headers_are_told_from_data(void **state)
{
    struct sx_slice rest = sx_slice_text("-----BEGIN X-----\r\n"
                                         "Proc-Type: 4,ENCRYPTED\r\n"
                                         "DEK-Info:\tAES-128-CBC,00  \r\n"
                                         "DEK-Info: second\r\n"
                                         "\r\n"
                                         "Zm9v\r\n"
                                         "-----END X-----\r\n");
    struct sx_pem pem = { 0 };
    struct sx_slice value = SX_SLICE_NONE;
    bool is_found = false;

    (void)state;
    assert_int_equal(sx_pem_next(&rest, NULL, &pem, &is_found), SX_OK);
    assert_slice(sx_secret_slice(&pem.bytes), "foo");
    assert_true(sx_pem_header(&pem, "Proc-Type", &value));
    assert_slice(value, "4,ENCRYPTED");
    assert_true(sx_pem_header(&pem, "DEK-Info", &value));
    assert_slice(value, "AES-128-CBC,00");
    assert_false(sx_pem_header(&pem, "DEK", &value));
    assert_false(sx_pem_header(&pem, "DEK-Info:", &value));
    assert_false(sx_pem_header(&pem, "dek-info", &value));
    sx_pem_clear(&pem);
    assert_false(sx_pem_header(&pem, "Proc-Type", &value));
}

static void test_headers_must_end(void **state)
{
    (void)state;
    assert_refused("-----BEGIN X-----\nA: b\nZm9v\n-----END X-----\n", "header");
    assert_refused("-----BEGIN X-----\nA: b\n", "header");
    assert_refused("-----BEGIN X-----\nA: b\n\n-----END X-----\n", "empty");
    /* a second part with headers is no base64 */
    assert_refused("-----BEGIN X-----\nZm9v\nA: b\n\nZm9v\n-----END X-----\n", "base64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_is_found_in_what_surrounds_it),
        cmocka_unit_test(test_text_without_a_block_has_none),
        cmocka_unit_test(test_blocks_come_one_after_the_other),
        cmocka_unit_test(test_edges_must_be_whole_and_agree),
        cmocka_unit_test(test_data_must_be_base64),
        cmocka_unit_test(test_headers_are_told_from_data),
        cmocka_unit_test(test_headers_must_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
