/* The verifier: each kind of damage at every place of a file is found there and named rightly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/verify.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/fixture.h"
#include "support/providers.h"
#include "unit/audit/chain_checks.h"

enum { RECORDS = 24, LINES_MAX = RECORDS + 4, LINE_BYTES = 1024 };

/* A file as lines that a test can do anything to. */
struct book {
    char lines[LINES_MAX][LINE_BYTES];
    size_t count;
    bool is_unended; /* the last line without its "\n" */
};

static struct sx_audit_crypto crypto;
static struct sx_audit_head heads[RECORDS + 1]; /* before each record */
static struct book good;
static char path[] = "/tmp/sexec-verify-XXXXXX";

static int setup(void **state)
{
    struct sx_audit_head head = chain_first();
    int fd = mkstemp(path);

    (void)state;
    if (fd < 0 || sx_audit_crypto_open(fixture_provider(), &crypto) != SX_OK)
        return 1;
    close(fd);
    for (unsigned i = 0; i < RECORDS; i++) {
        struct sx_audit_record record = chain_record(i);
        struct sx_buffer line;

        heads[i] = head;
        if (i == 0) {
            record.type = SX_AUDIT_LOG_BEGIN;
            record.log_begin = (struct sx_audit_log_begin){ .chain = sx_slice_text("c") };
        }
        sx_buffer_init(&line, LINE_BYTES);
        if (sx_audit_seal(&crypto, &head, &record, &line) != SX_OK)
            return 1;
        memcpy(good.lines[i], sx_buffer_unread(&line).ptr, sx_buffer_len(&line) - 1);
        sx_buffer_clear(&line);
    }
    heads[RECORDS] = head;
    good.count = RECORDS;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    sx_audit_crypto_close(&crypto);
    fixture_clear();
    return 0;
}

/* --- Doing damage ----------------------------------------------------------------------------- */

static void write_book(const struct book *book)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (size_t i = 0; i < book->count; i++)
        (void)fprintf(file, "%s%s", book->lines[i],
                      book->is_unended && i + 1 == book->count ? "" : "\n");
    assert_int_equal(fclose(file), 0);
}

static void take_out(struct book *book, size_t at)
{
    memmove(book->lines[at], book->lines[at + 1], (book->count - at - 1) * LINE_BYTES);
    book->count--;
}

static void put_in(struct book *book, size_t at, const char *line)
{
    char copy[LINE_BYTES];

    (void)snprintf(copy, sizeof copy, "%s", line);
    memmove(book->lines[at + 1], book->lines[at], (book->count - at) * LINE_BYTES);
    memcpy(book->lines[at], copy, sizeof copy);
    book->count++;
}

static void set_hash(char *line, const char *name, const uint8_t *hash)
{
    char hex[3 * SX_AUDIT_HASH_LEN + 1];
    char *at = strstr(line, name);

    assert_non_null(at);
    sx_hex_encode(hex, sx_slice_of(hash, SX_AUDIT_HASH_LEN), '\0');
    memcpy(at + strlen(name), hex, 2 * (size_t)SX_AUDIT_HASH_LEN);
}

/* What somebody without the key can do: numbers and hashes made to fit from a line on. */
static void rehash(struct book *book, size_t from)
{
    uint8_t hash[SX_AUDIT_HASH_LEN];

    for (size_t i = from + 1; i < book->count; i++) {
        assert_int_equal(sx_audit_hash(&crypto, sx_slice_text(book->lines[i - 1]), hash), SX_OK);
        set_hash(book->lines[i], "\"prev\":\"", hash);
    }
}

static void change(char *line)
{
    char *at = strstr(line, "\"type\":\"");

    assert_non_null(at);
    at = strchr(at + 8, '"') + 3; /* a letter of what follows the type */
    *at = *at == 'x' ? 'y' : 'x';
}

/* --- Judging ---------------------------------------------------------------------------------- */

static struct sx_audit_verdict judge_with(const struct book *book,
                                          const struct sx_audit_covered *covered, size_t count)
{
    const char *const paths[] = { path, NULL };
    const struct sx_audit_verifying verifying = { .crypto = &crypto,
                                                  .paths = paths,
                                                  .first = chain_first(),
                                                  .covered = covered,
                                                  .covered_count = count };
    struct sx_audit_verdict verdict;
    struct sx_fault fault = { 0 };

    write_book(book);
    if (sx_audit_verify(&verifying, &fault, &verdict) != SX_OK)
        fail_msg("%s", fault.text);
    return verdict;
}

static void assert_verdict(const struct book *book, enum sx_audit_damage damage, uint64_t number)
{
    struct sx_audit_verdict verdict = judge_with(book, NULL, 0);

    if (verdict.damage != damage || verdict.number != number)
        fail_msg("%s at %llu, expected %s at %llu: %s", sx_audit_damage_name(verdict.damage),
                 (unsigned long long)verdict.number, sx_audit_damage_name(damage),
                 (unsigned long long)number, verdict.text);
}

static void test_a_whole_file_is_whole(void **state)
{
    struct sx_audit_verdict verdict = judge_with(&good, NULL, 0);

    (void)state;
    assert_int_equal(verdict.damage, SX_AUDIT_WHOLE);
    assert_int_equal(verdict.records, RECORDS);
    assert_memory_equal(verdict.head, heads[RECORDS].hash, sizeof verdict.head);
}

static void test_changed_records_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < RECORDS; i++) {
        struct book book = good;

        change(book.lines[i]);
        assert_verdict(&book, SX_AUDIT_CHANGED, i);
        (void)snprintf(book.lines[i], LINE_BYTES, "nothing like a record");
        assert_verdict(&book, SX_AUDIT_CHANGED, i);
        book = good;
        book.lines[i][strlen(book.lines[i]) - 4] ^= 1; /* the tag */
        assert_verdict(&book, SX_AUDIT_CHANGED, i);
    }
}

static void test_removed_records_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < RECORDS; i++) {
        for (size_t n = 1; i + n < RECORDS; n += 4) {
            struct book book = good;

            for (size_t k = 0; k < n; k++)
                take_out(&book, i);
            assert_verdict(&book, SX_AUDIT_REMOVED, i);
        }
    }
}

static void test_inserted_lines_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < RECORDS; i++) {
        struct book book = good;

        put_in(&book, i, "{\"v\":1}");
        assert_verdict(&book, SX_AUDIT_INSERTED, i);
        for (size_t k = 0; k < RECORDS; k += 5) { /* a copy of any other record */
            book = good;
            put_in(&book, i, good.lines[k]);
            assert_verdict(&book, SX_AUDIT_INSERTED, i == k ? i + 1 : i);
        }
        book = good;
        put_in(&book, i, good.lines[i]); /* a forged one that claims the place */
        change(book.lines[i]);
        assert_verdict(&book, SX_AUDIT_INSERTED, i);
    }
}

static void test_reordered_records_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < RECORDS; i++) {
        for (size_t k = i + 1; k < RECORDS; k += 3) {
            struct book book = good;
            char line[LINE_BYTES];

            memcpy(line, book.lines[i], sizeof line); /* swapped */
            memcpy(book.lines[i], book.lines[k], sizeof line);
            memcpy(book.lines[k], line, sizeof line);
            assert_verdict(&book, SX_AUDIT_REORDERED, i);
            book = good;
            take_out(&book, i); /* moved back */
            put_in(&book, k, good.lines[i]);
            assert_verdict(&book, SX_AUDIT_REORDERED, i);
            book = good;
            take_out(&book, k); /* moved forward */
            put_in(&book, i, good.lines[k]);
            assert_verdict(&book, SX_AUDIT_REORDERED, i);
        }
    }
}

static void test_resealed_records_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i + 2 < RECORDS; i++) {
        struct book book = good;

        change(book.lines[i]);
        rehash(&book, i);
        assert_verdict(&book, SX_AUDIT_RESEALED, i);
    }
}

static void test_a_cut_tail_shows_by_a_checkpoint(void **state)
{
    struct sx_audit_covered covered = { .records = RECORDS - 2 };

    (void)state;
    memcpy(covered.head, heads[RECORDS - 2].hash, sizeof covered.head);
    for (size_t n = 0; n <= RECORDS; n++) {
        struct book book = good;
        struct sx_audit_verdict verdict;

        book.count = n;
        verdict = judge_with(&book, &covered, 1);
        if (n >= covered.records) {
            assert_int_equal(verdict.damage, SX_AUDIT_WHOLE);
            assert_int_equal(verdict.covered, covered.records);
        } else {
            assert_int_equal(verdict.damage, SX_AUDIT_CUT_OFF);
            assert_int_equal(verdict.number, n);
        }
    }
}

static void test_a_torn_end_is_named(void **state)
{
    (void)state;
    for (size_t n = 1; n < strlen(good.lines[RECORDS - 1]) + 1; n += 7) {
        struct book book = good;

        book.lines[RECORDS - 1][n] = '\0';
        book.is_unended = true;
        assert_verdict(&book, SX_AUDIT_TORN, RECORDS - 1);
    }
}

/* --- A stolen key ----------------------------------------------------------------------------- */

/* The thief has the state as it is before record THEFT, and writes what was before anew. */
static void test_what_was_before_a_theft_cannot_be_forged(void **state)
{
    enum { THEFT = 15 };

    (void)state;
    for (size_t i = 0; i < THEFT; i++) {
        struct book book = good;

        change(book.lines[i]);
        rehash(&book, i);
        /* From the theft on the thief can seal. */
        for (size_t k = THEFT; k < RECORDS; k++) {
            struct sx_audit_head head = heads[THEFT];
            struct sx_audit_line line;
            uint8_t tag[SX_SEAL_TAG_LEN];

            for (size_t skip = THEFT; skip < k; skip++)
                assert_int_equal(sx_sealer_skip(crypto.sealer, head.key), SX_OK);
            rehash(&book, k - 1);
            assert_int_equal(sx_audit_line_read(sx_slice_text(book.lines[k]), &line), SX_OK);
            assert_int_equal(sx_sealer_step(crypto.sealer, head.key, line.sealed, tag), SX_OK);
            set_hash(book.lines[k], "\"tag\":\"", tag);
        }
        assert_verdict(&book, SX_AUDIT_RESEALED, i);
    }
}

static void test_what_a_thief_reseals_shows_by_a_later_record_or_a_checkpoint(void **state)
{
    enum { THEFT = 15 };
    struct book book = good;
    struct sx_audit_head head = heads[THEFT];
    struct sx_audit_covered covered = { .records = RECORDS };
    struct sx_audit_verdict verdict;
    struct sx_buffer line;

    (void)state;
    sx_buffer_init(&line, LINE_BYTES);
    for (unsigned k = THEFT; k < RECORDS; k++) {
        struct sx_audit_record record = chain_record(1000 + k);
        struct sx_slice bytes;

        assert_int_equal(sx_audit_seal(&crypto, &head, &record, &line), SX_OK);
        bytes = sx_buffer_unread(&line);
        memcpy(book.lines[k], bytes.ptr, bytes.len - 1);
        book.lines[k][bytes.len - 1] = '\0';
        sx_buffer_consume(&line, bytes.len);
        if (k == THEFT) { /* one record alone: the next one holds the hash of the true one */
            struct book once = good;

            memcpy(once.lines[k], book.lines[k], LINE_BYTES);
            assert_verdict(&once, SX_AUDIT_CHANGED, k);
        }
    }
    sx_buffer_clear(&line);
    memcpy(covered.head, heads[RECORDS].hash, sizeof covered.head);
    verdict = judge_with(&book, &covered, 1);
    assert_int_equal(verdict.damage, SX_AUDIT_RESEALED);
    assert_int_equal(verdict.number, RECORDS - 1);
    assert_int_equal(verdict.records, RECORDS - 1); /* not the one that the checkpoint is against */
    assert_int_equal(judge_with(&book, NULL, 0).damage, SX_AUDIT_WHOLE);
}

/* --- Collected -------------------------------------------------------------------------------- */

static struct sx_audit_verdict judge_collected(const struct book *book)
{
    const char *const paths[] = { path, NULL };
    const struct sx_audit_verifying verifying = {
        .crypto = &crypto, .paths = paths, .first = chain_first(), .is_collected = true
    };
    struct sx_audit_verdict verdict;
    struct sx_fault fault = { 0 };

    write_book(book);
    assert_int_equal(sx_audit_verify(&verifying, &fault, &verdict), SX_OK);
    return verdict;
}

static void test_a_collector_may_repeat_mix_and_prefix(void **state)
{
    struct sx_audit_verdict verdict;
    struct book book = { 0 };

    (void)state;
    for (size_t i = 0; i < RECORDS; i++) {
        size_t from = (i * 7) % RECORDS; /* 7 and 24 have no factor in common */
        char line[2 * LINE_BYTES];

        (void)snprintf(line, sizeof line, "Nov 23 12:00:00 h {x} sexec: %s", good.lines[from]);
        memcpy(book.lines[book.count++], line, LINE_BYTES);
    }
    (void)snprintf(book.lines[book.count++], LINE_BYTES, "another program's line");
    (void)snprintf(book.lines[book.count++], LINE_BYTES, "%s", good.lines[3]);
    (void)snprintf(book.lines[book.count++], LINE_BYTES, "%s", good.lines[0]);
    verdict = judge_collected(&book);
    assert_int_equal(verdict.damage, SX_AUDIT_WHOLE);
    assert_int_equal(verdict.records, RECORDS);
    assert_int_equal(verdict.repeated, 2);
    take_out(&book, 5); /* 5 * 7 mod 24 */
    verdict = judge_collected(&book);
    assert_int_equal(verdict.damage, SX_AUDIT_REMOVED);
    assert_int_equal(verdict.number, 11);
    (void)snprintf(book.lines[5], LINE_BYTES, "%s", good.lines[11]);
    change(book.lines[5]);
    verdict = judge_collected(&book);
    assert_int_equal(verdict.damage, SX_AUDIT_CHANGED);
    assert_int_equal(verdict.number, 11);
}

static void test_a_later_file_is_verified_by_itself(void **state)
{
    struct book book = good;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        take_out(&book, 0);
    assert_verdict(&book, SX_AUDIT_REMOVED, 0); /* it doesn't begin as files do */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_file_is_whole),
        cmocka_unit_test(test_changed_records_are_named),
        cmocka_unit_test(test_removed_records_are_named),
        cmocka_unit_test(test_inserted_lines_are_named),
        cmocka_unit_test(test_reordered_records_are_named),
        cmocka_unit_test(test_resealed_records_are_named),
        cmocka_unit_test(test_a_cut_tail_shows_by_a_checkpoint),
        cmocka_unit_test(test_a_torn_end_is_named),
        cmocka_unit_test(test_what_was_before_a_theft_cannot_be_forged),
        cmocka_unit_test(test_what_a_thief_reseals_shows_by_a_later_record_or_a_checkpoint),
        cmocka_unit_test(test_a_collector_may_repeat_mix_and_prefix),
        cmocka_unit_test(test_a_later_file_is_verified_by_itself),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
