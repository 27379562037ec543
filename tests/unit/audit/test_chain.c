/* The audit chain: what it is made of, recomputed apart; what doesn't fit; keys that can't go back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/fixture.h"
#include "support/providers.h"
#include "unit/audit/chain_checks.h"

static struct sx_audit_crypto open_crypto(struct sx_provider *provider)
{
    struct sx_audit_crypto crypto;

    assert_int_equal(sx_audit_crypto_open(provider, &crypto), SX_OK);
    return crypto;
}

static void seal(const struct sx_audit_crypto *crypto, struct sx_audit_head *head, unsigned number,
                 struct sx_buffer *out)
{
    struct sx_audit_record record = chain_record(number);

    assert_int_equal(sx_audit_seal(crypto, head, &record, out), SX_OK);
}

/* The index-th line, without its "\n". */
static struct sx_slice line_at(const struct sx_buffer *lines, unsigned index)
{
    struct sx_slice rest = sx_buffer_unread(lines);

    for (;;) {
        const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
        struct sx_slice line;

        assert_non_null(end);
        line = sx_slice_of(rest.ptr, (size_t)(end - rest.ptr));
        if (index-- == 0)
            return line;
        rest = sx_slice_of(end + 1, rest.len - line.len - 1);
    }
}

static enum sx_audit_fit fit_of(const struct sx_audit_crypto *crypto, struct sx_audit_head *head,
                                struct sx_slice bytes)
{
    struct sx_audit_line line;
    enum sx_audit_fit fit = SX_AUDIT_NO_LINE;

    assert_int_equal(sx_audit_follow(crypto, head, bytes, &line, &fit), SX_OK);
    return fit;
}

static void check_whole_chain(const struct test_provider *tp)
{
    struct sx_audit_crypto crypto = open_crypto(tp->provider);
    struct sx_audit_head head = chain_first();
    struct sx_audit_head reader = chain_first();
    struct sx_buffer lines;

    sx_buffer_init(&lines, 1024 * 1024);
    for (unsigned i = 0; i < 50; i++)
        seal(&crypto, &head, i, &lines);
    assert_int_equal(head.next, 50);
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(fit_of(&crypto, &reader, line_at(&lines, i)), SX_AUDIT_FITS);
    assert_memory_equal(&head, &reader, sizeof head);
    sx_buffer_clear(&lines);
    sx_audit_crypto_close(&crypto);
}

static void test_chain_is_followed_under_every_provider(void **state)
{
    (void)state;
    for_each_provider(check_whole_chain);
}

/* Python's own hashlib and hmac, and SP 800-108 written out: counter, label, 00, context, bits. */
static const char python_chain[] =
    "/usr/bin/python3 -c '\n"
    "import hashlib, hmac, json, sys\n"
    "key = bytes(3 * i + 1 for i in range(32))\n"
    "def block(n):\n"
    "    data = bytes([0, 0, 0, n]) + b\"libsexec audit seal 1\" + b\"\\0\" + bytes([0, 0, 2, 0])\n"
    "    return hmac.new(key, data, hashlib.sha256).digest()\n"
    "prev = None\n"
    "for number, line in enumerate(sys.stdin.buffer.read().split(b\"\\n\")[:-1]):\n"
    "    record = json.loads(line)\n"
    "    sealed, tag = line[:-74], line[-66:-2].decode()\n"
    "    if record[\"seq\"] != number or record[\"prev\"] != prev: sys.exit(3)\n"
    "    if line[-74:-66] != b\",\\\"tag\\\":\\\"\": sys.exit(4)\n"
    "    if hmac.new(block(1), sealed, hashlib.sha256).hexdigest() != tag: sys.exit(5)\n"
    "    key = block(2)\n"
    "    prev = hashlib.sha256(line).hexdigest()\n"
    "sys.exit(0 if number == 19 else 6)\n"
    "'";

static void test_another_program_comes_to_the_same_chain(void **state)
{
    struct sx_audit_crypto crypto = open_crypto(fixture_provider());
    struct sx_audit_head head = chain_first();
    FILE *reader = popen(python_chain, "w");
    struct sx_buffer lines;

    (void)state;
    assert_non_null(reader);
    sx_buffer_init(&lines, 1024 * 1024);
    for (unsigned i = 0; i < 20; i++)
        seal(&crypto, &head, i, &lines);
    assert_int_equal(fwrite(sx_buffer_unread(&lines).ptr, 1, sx_buffer_len(&lines), reader),
                     sx_buffer_len(&lines));
    assert_int_equal(pclose(reader), 0);
    sx_buffer_clear(&lines);
    sx_audit_crypto_close(&crypto);
}

static void test_what_does_not_follow_is_told_apart(void **state)
{
    struct sx_audit_crypto crypto = open_crypto(fixture_provider());
    struct sx_audit_head first = chain_first();
    struct sx_audit_head head = first;
    struct sx_audit_head other = first;
    struct sx_audit_head at;
    struct sx_buffer lines;
    struct sx_buffer others;
    char changed[2048];
    struct sx_slice line;

    (void)state;
    sx_buffer_init(&lines, 1024 * 1024);
    sx_buffer_init(&others, 1024 * 1024);
    seal(&crypto, &head, 0, &lines);
    seal(&crypto, &head, 1, &lines);
    seal(&crypto, &other, 8, &others); /* another first record under the same key */
    seal(&crypto, &other, 9, &others);

    at = first;
    assert_int_equal(fit_of(&crypto, &at, sx_slice_text("{}")), SX_AUDIT_NO_LINE);
    assert_int_equal(fit_of(&crypto, &at, line_at(&lines, 1)), SX_AUDIT_OTHER_NUMBER);
    line = line_at(&lines, 0);
    assert_in_range(line.len, 1, sizeof changed - 1);
    memcpy(changed, line.ptr, line.len);
    changed[60] ^= 1; /* the clock */
    assert_int_equal(fit_of(&crypto, &at, sx_slice_of(changed, line.len)), SX_AUDIT_BAD_TAG);
    assert_memory_equal(&at, &first, sizeof at); /* nothing moved */
    assert_int_equal(fit_of(&crypto, &at, line), SX_AUDIT_FITS);
    assert_int_equal(fit_of(&crypto, &at, line_at(&others, 1)), SX_AUDIT_OTHER_BEFORE);
    assert_int_equal(fit_of(&crypto, &at, line_at(&lines, 1)), SX_AUDIT_FITS);
    sx_buffer_clear(&lines);
    sx_buffer_clear(&others);
    sx_audit_crypto_close(&crypto);
}

static void test_failure_moves_nothing(void **state)
{
    struct sx_audit_crypto crypto = open_crypto(fixture_provider());
    struct sx_audit_head head = chain_first();
    const struct sx_audit_head before = head;
    struct sx_audit_record record = chain_record(1);
    struct sx_buffer small;

    (void)state;
    sx_buffer_init(&small, 200);
    assert_int_equal(sx_audit_seal(&crypto, &head, &record, &small), SX_ERR_SPACE);
    record.time_us = UINT64_MAX;
    assert_int_equal(sx_audit_seal(&crypto, &head, &record, &small), SX_ERR_AUDIT);
    assert_int_equal(sx_buffer_len(&small), 0);
    assert_memory_equal(&head, &before, sizeof head);
    sx_buffer_clear(&small);
    sx_audit_crypto_close(&crypto);
}

/* Who has the key of step n has no key of a step before: none of what a step gives is what an
 * earlier one had. */
static void test_keys_move_on_and_never_meet_again(void **state)
{
    enum { STEPS = 200 };
    struct sx_audit_crypto crypto = open_crypto(fixture_provider());
    uint8_t keys[STEPS][SX_SEAL_KEY_LEN];
    struct sx_audit_head head = chain_first();
    uint8_t skipped[SX_SEAL_KEY_LEN];
    struct sx_buffer lines;

    (void)state;
    sx_buffer_init(&lines, 1024 * 1024);
    memcpy(skipped, head.key, sizeof skipped);
    for (unsigned i = 0; i < STEPS; i++) {
        memcpy(keys[i], head.key, sizeof keys[i]);
        for (unsigned k = 0; k < i; k++)
            assert_memory_not_equal(keys[i], keys[k], sizeof keys[i]);
        seal(&crypto, &head, i, &lines);
        assert_int_equal(sx_sealer_skip(crypto.sealer, skipped), SX_OK);
        assert_memory_equal(skipped, head.key, sizeof skipped);
    }
    sx_buffer_clear(&lines);
    sx_audit_crypto_close(&crypto);
}

static int clear_fixture(void **state)
{
    (void)state;
    fixture_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_is_followed_under_every_provider),
        cmocka_unit_test(test_another_program_comes_to_the_same_chain),
        cmocka_unit_test(test_what_does_not_follow_is_told_apart),
        cmocka_unit_test(test_failure_moves_nothing),
        cmocka_unit_test(test_keys_move_on_and_never_meet_again),
    };

    return cmocka_run_group_tests(tests, NULL, clear_fixture);
}
