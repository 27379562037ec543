/* Fingerprints: as ssh-keygen shows them, and compared by their bytes whatever the spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/fingerprint.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"

/* Of data/ed25519.pub; made with: ssh-keygen -l -E sha256|md5|sha1 -f ed25519.pub */
static const char sha256_openssh[] = "SHA256:5Co0YDIBBu/JzSWrQK6IUppXoLjhLwH7t09hV/m1EVI";
static const char md5_hex[] = "5a:da:76:cd:fd:76:4a:65:a9:5f:d2:bd:80:34:3f:b2";
/* and the base64 of ssh-keygen turned into hex */
static const char sha256_hex[] = "e4:2a:34:60:32:01:06:ef:c9:cd:25:ab:40:ae:88:52:"
                                 "9a:57:a0:b8:e1:2f:01:fb:b7:4f:61:57:f9:b5:11:52";
static const char sha1_hex[] = "de:5b:bd:04:42:02:af:68:39:a7:fe:06:8f:5a:42:35:61:c2:65:1f";

static bool has_hash(struct sx_provider *provider, enum sx_hash hash)
{
    uint8_t digest[SX_DIGEST_MAX];
    size_t len;

    return sx_digest_once(provider, hash, sx_slice_text("x"), digest, &len) == SX_OK;
}

/* --- Shown ------------------------------------------------------------------------------------ */

static void assert_hex(struct sx_provider *provider, enum sx_hash hash, struct sx_slice blob,
                       const char *expected)
{
    struct sx_fault fault = { 0 };
    char text[SX_FINGERPRINT_MAX] = "untouched";
    enum sx_err err = sx_fingerprint_hex(provider, hash, blob, &fault, text);

    if (has_hash(provider, hash)) {
        assert_int_equal(err, SX_OK);
        assert_string_equal(text, expected);
        return;
    }
    assert_int_equal(err, SX_ERR_PROVIDER_FETCH);
    assert_string_equal(text, "untouched");
    assert_non_null(strstr(fault.text, "crypto provider fips"));
    assert_non_null(strstr(fault.text, "SHA-256"));
}

static void show_all(const struct test_provider *tp)
{
    struct data blob = data_public("ed25519");
    char text[SX_FINGERPRINT_MAX];

    assert_hex(tp->provider, SX_HASH_SHA256, data_slice(&blob), sha256_hex);
    assert_hex(tp->provider, SX_HASH_SHA1, data_slice(&blob), sha1_hex);
    assert_hex(tp->provider, SX_HASH_MD5, data_slice(&blob), md5_hex);
    assert_int_equal(has_hash(tp->provider, SX_HASH_MD5), !tp->is_fips);
    assert_int_equal(sx_fingerprint_openssh(tp->provider, data_slice(&blob), NULL, text), SX_OK);
    assert_string_equal(text, sha256_openssh);
}

static void test_fingerprints_are_those_of_ssh_keygen(void **state)
{
    (void)state;
    for_each_provider(show_all);
}

/* --- Compared --------------------------------------------------------------------------------- */

static void assert_match(const char *list, bool expected)
{
    struct data blob = data_public("ed25519");
    struct sx_fault fault = { 0 };
    bool is_match = !expected;

    if (sx_fingerprint_is_match(providers_default(), data_slice(&blob), sx_slice_text(list), &fault,
                                &is_match) != SX_OK)
        fail_msg("%s: %s", list, fault.text);
    if (is_match != expected)
        fail_msg("%s: %s", list, is_match ? "matches" : "doesn't match");
}

/* text without its colons, or in upper case */
static const char *spelled(char *out, const char *text, bool has_colons, bool is_upper)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        char c = *text;

        if (c == ':' && !has_colons)
            continue;
        if (is_upper && c >= 'a' && c <= 'f')
            c = (char)(c - 'a' + 'A');
        out[n++] = c;
    }
    out[n] = '\0';
    return out;
}

static void test_every_spelling_matches(void **state)
{
    char text[SX_FINGERPRINT_MAX];
    char with_prefix[SX_FINGERPRINT_MAX + 8];

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_match(spelled(text, sha256_hex, i & 1, i & 2), true);
        assert_match(spelled(text, md5_hex, i & 1, i & 2), true);
        (void)snprintf(with_prefix, sizeof with_prefix, "MD5:%s", text);
        assert_match(with_prefix, true);
    }
    assert_match(sha256_openssh, true);
    (void)snprintf(with_prefix, sizeof with_prefix, "%s=", sha256_openssh);
    assert_match(with_prefix, true);
}

static void test_any_entry_of_a_list_may_match(void **state)
{
    static const char other[] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    static const char other_md5[] = "00112233445566778899aabbccddeeff";
    char list[512];

    (void)state;
    assert_match("", false);
    assert_match(other, false);
    assert_match(other_md5, false);
    (void)snprintf(list, sizeof list, "%s,%s", other, other_md5);
    assert_match(list, false);
    (void)snprintf(list, sizeof list, "%s, %s ,%s", other, sha256_openssh, other_md5);
    assert_match(list, true);
    (void)snprintf(list, sizeof list, "%s,%s,%s", other_md5, other, md5_hex);
    assert_match(list, true);
    (void)snprintf(list, sizeof list, "%s,%s,", sha256_hex, other_md5);
    assert_match(list, true);
}

static void test_every_changed_bit_is_seen(void **state)
{
    uint8_t digest[SX_DIGEST_MAX];
    char text[SX_FINGERPRINT_MAX];
    size_t len;

    (void)state;
    for (size_t bit = 0; bit < 256; bit++) {
        assert_int_equal(sx_hex_decode(sx_slice_text(sha256_hex), digest, sizeof digest, &len),
                         SX_OK);
        assert_int_equal(len, 32);
        digest[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_match(sx_hex_encode(text, sx_slice_of(digest, len), ':'), false);
    }
}

static void test_what_is_no_fingerprint_is_an_error_by_name(void **state)
{
    static const char *const entries[] = {
        "x",
        "0a",
        "0a:1b:2c:3d",
        "00112233445566778899aabbccddeef",          /* a digit less */
        "00112233445566778899aabbccddeeff0",        /* a digit more */
        "00112233445566778899aabbccddeeff00",       /* a byte more */
        "0011223344556677889900aabbccddeeff00aabb", /* SHA-1 */
        "00112233445566778899aabbccddee:",
        "MD5:",
        "MD5:0011",
        "MD5:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "md5:00112233445566778899aabbccddeeff",
        "SHA256:",
        "SHA256:AAAA",
        "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* a digit less */
        "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* a byte more */
        "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",  /* bits left over */
        "SHA256:AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA",
        "SHA1:AAAA",
        "SHA256",
    };
    struct data blob = data_public("ed25519");
    char list[512];

    (void)state;
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct sx_fault fault = { 0 };
        bool is_match = false;

        /* also behind one that matches */
        (void)snprintf(list, sizeof list, "%s,%s", sha256_openssh, entries[i]);
        if (sx_fingerprint_is_match(providers_default(), data_slice(&blob), sx_slice_text(list),
                                    &fault, &is_match) != SX_ERR_ARGUMENT)
            fail_msg("taken: %s", entries[i]);
        assert_false(is_match);
        assert_non_null(strstr(fault.text, entries[i]));
    }
}

static void test_bad_entry_is_shown_escaped(void **state)
{
    struct sx_fault fault = { 0 };
    bool is_match;

    (void)state;
    assert_int_equal(sx_fingerprint_is_match(providers_default(), SX_SLICE_NONE,
                                             sx_slice_text("\033[2J"), &fault, &is_match),
                     SX_ERR_ARGUMENT);
    assert_non_null(strstr(fault.text, "\\x1b[2J"));
    sx_fault_clear(&fault);
    assert_int_equal(sx_fingerprint_is_match(providers_default(), SX_SLICE_NONE, sx_slice_text(","),
                                             &fault, &is_match),
                     SX_ERR_ARGUMENT);
    assert_non_null(strstr(fault.text, "\"\""));
}

static void md5_entry_needs_md5(const struct test_provider *tp)
{
    struct data blob = data_public("ed25519");
    struct sx_fault fault = { 0 };
    char list[512];
    bool is_match = false;
    enum sx_err err;

    (void)snprintf(list, sizeof list, "%s,%s", sha256_openssh, md5_hex);
    err = sx_fingerprint_is_match(tp->provider, data_slice(&blob), sx_slice_text(list), &fault,
                                  &is_match);
    assert_int_equal(err, tp->is_fips ? SX_ERR_PROVIDER_FETCH : SX_OK);
    assert_int_equal(is_match, !tp->is_fips);
    if (tp->is_fips)
        assert_non_null(strstr(fault.text, "MD5"));
    assert_int_equal(sx_fingerprint_is_match(tp->provider, data_slice(&blob),
                                             sx_slice_text(sha256_hex), NULL, &is_match),
                     SX_OK);
    assert_true(is_match);
}

static void test_md5_entry_is_an_error_where_there_is_no_md5(void **state)
{
    (void)state;
    for_each_provider(md5_entry_needs_md5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fingerprints_are_those_of_ssh_keygen),
        cmocka_unit_test(test_every_spelling_matches),
        cmocka_unit_test(test_any_entry_of_a_list_may_match),
        cmocka_unit_test(test_every_changed_bit_is_seen),
        cmocka_unit_test(test_what_is_no_fingerprint_is_an_error_by_name),
        cmocka_unit_test(test_bad_entry_is_shown_escaped),
        cmocka_unit_test(test_md5_entry_is_an_error_where_there_is_no_md5),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
