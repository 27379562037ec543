/* The audit file: one order for threads and processes, what a killed writer leaves, and everything
 * that can be wrong with the file or its key. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/file.h"
#include "audit/verify.h"
#include "base/memory.h"
#include "support/fixture.h"
#include "support/providers.h"
#include "unit/audit/chain_checks.h"

static struct sx_audit_crypto crypto;
static char folder[] = "/tmp/sexec-file-XXXXXX";
static char path[64];
static char key_path[64];
static char aside[64];

static int setup_group(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/audit", folder);
    (void)snprintf(key_path, sizeof key_path, "%s/key", folder);
    (void)snprintf(aside, sizeof aside, "%s/audit.1", folder);
    return sx_audit_crypto_open(fixture_provider(), &crypto) == SX_OK ? 0 : 1;
}

static int teardown_group(void **state)
{
    (void)state;
    (void)rmdir(folder);
    sx_audit_crypto_close(&crypto);
    fixture_clear();
    return 0;
}

/* A fresh chain for each test. */
static int setup(void **state)
{
    const struct sx_audit_state first = { .head = chain_first() };
    struct sx_fault fault = { 0 };

    (void)state;
    return sx_audit_state_create(&crypto, key_path, &first, &fault) == SX_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    unlink(aside);
    unlink(key_path);
    return 0;
}

static struct sx_audit_file open_file(void)
{
    struct sx_audit_file file;
    struct sx_fault fault = { 0 };

    if (sx_audit_file_open(&crypto, path, key_path, &fault, &file) != SX_OK)
        fail_msg("%s", fault.text);
    return file;
}

static enum sx_err append(struct sx_audit_file *file, unsigned number, struct sx_fault *fault,
                          struct sx_audit_mark *place)
{
    struct sx_audit_record record = chain_record(number);

    return sx_audit_file_append_one(file, &crypto, &record, fault, place);
}

static void append_some(unsigned count)
{
    struct sx_audit_file file = open_file();
    struct sx_audit_mark place;
    struct sx_fault fault = { 0 };

    for (unsigned i = 0; i < count; i++)
        if (append(&file, i, &fault, &place) != SX_OK)
            fail_msg("%s", fault.text);
    sx_audit_file_close(&file);
}

static struct sx_audit_verdict judge(const char *first, const char *second)
{
    const char *const paths[] = { first, second, NULL };
    const struct sx_audit_verifying verifying = { .crypto = &crypto,
                                                  .paths = paths,
                                                  .first = chain_first() };
    struct sx_audit_verdict verdict;
    struct sx_fault fault = { 0 };

    if (sx_audit_verify(&verifying, &fault, &verdict) != SX_OK)
        fail_msg("%s", fault.text);
    return verdict;
}

static void assert_whole(uint64_t records)
{
    struct sx_audit_verdict verdict = judge(path, NULL);

    if (verdict.damage != SX_AUDIT_WHOLE || verdict.records != records)
        fail_msg("%llu records expected: %s", (unsigned long long)records, verdict.text);
}

/* Whether opening, or else the next append, fails as an audit error with these words. */
static void assert_refused(const char *words)
{
    struct sx_audit_file file;
    struct sx_audit_mark place;
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_audit_file_open(&crypto, path, key_path, &fault, &file);

    if (err == SX_OK) {
        err = append(&file, 1, &fault, &place);
        sx_audit_file_close(&file);
    }
    assert_int_equal(err, SX_ERR_AUDIT);
    if (strstr(fault.text, words) == NULL)
        fail_msg("\"%s\" isn't in: %s", words, fault.text);
}

static void cut_file(off_t less)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - less), 0);
}

static void add_bytes(const char *bytes)
{
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    (void)fputs(bytes, file);
    assert_int_equal(fclose(file), 0);
}

/* --- The order -------------------------------------------------------------------------------- */

static void test_records_of_one_writer_are_a_chain(void **state)
{
    struct stat st;

    (void)state;
    append_some(5);
    append_some(3);
    assert_whole(9); /* with the file's first */
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

enum { THREADS = 100, PROCESSES = 20, EACH = 8 };

/* Counts what writers were told to be durable, if they are given a counter. */
static void *write_each(void *context)
{
    atomic_ulong *committed = context;
    struct sx_audit_crypto own;
    struct sx_audit_file file;
    struct sx_audit_mark place;
    struct sx_fault fault = { 0 };
    intptr_t failed = 0;

    if (sx_audit_crypto_open(fixture_provider(), &own) != SX_OK)
        return (void *)1;
    if (sx_audit_file_open(&own, path, key_path, &fault, &file) != SX_OK)
        return (void *)1;
    for (unsigned i = 0; i < EACH; i++) {
        struct sx_audit_record record = { .type = SX_AUDIT_COMMAND_BEGIN, .process = i };

        failed |= sx_audit_file_append_one(&file, &own, &record, &fault, &place) != SX_OK;
        failed |= sx_audit_file_commit(&file, &own, place, &fault) != SX_OK;
        if (failed == 0 && committed != NULL)
            atomic_fetch_add(committed, 1);
    }
    sx_audit_file_close(&file);
    sx_audit_crypto_close(&own);
    return (void *)failed;
}

static void test_threads_and_processes_make_one_chain(void **state)
{
    pthread_t threads[THREADS];
    pid_t children[PROCESSES];

    (void)state;
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(write_each(NULL) == NULL ? 0 : 1);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_each, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 1;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_whole((THREADS + PROCESSES) * EACH + 1);
}

/* --- What a killed writer leaves -------------------------------------------------------------- */

static void copy_key(char *block, bool is_saving)
{
    int fd = open(key_path, O_RDWR);

    assert_true(fd >= 0);
    if (is_saving)
        assert_int_equal(pread(fd, block, 512, 0), 512);
    else
        assert_int_equal(pwrite(fd, block, 512, 0), 512);
    close(fd);
}

static void test_records_that_the_state_missed_are_taken_over(void **state)
{
    char block[512];

    (void)state;
    append_some(3);
    copy_key(block, true);
    append_some(2);
    copy_key(block, false); /* killed between the file and the state, twice */
    append_some(1);
    assert_whole(1 + 3 + 2 + 1 + 1); /* and the record of the recovery */
}

static void test_a_torn_record_is_taken_away_and_recorded(void **state)
{
    (void)state;
    append_some(3);
    add_bytes("{\"v\":1,\"seq\":4,\"time\":\"2026");
    assert_int_equal(judge(path, NULL).damage, SX_AUDIT_TORN);
    append_some(1);
    assert_whole(1 + 3 + 1 + 1);
}

enum { WRITERS = 20 };

static pid_t start_writer(atomic_ulong *committed)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        for (;;)
            if (write_each(committed) != NULL)
                _exit(1);
    return child;
}

static void test_writers_can_be_killed_at_any_moment(void **state)
{
    const unsigned rounds = fixture_is_full() ? 500 : 12;
    atomic_ulong *committed =
        mmap(NULL, sizeof *committed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned seed = 4711;

    assert_ptr_not_equal(committed, MAP_FAILED);
    for (unsigned round = 0; round < rounds; round++) {
        pid_t children[WRITERS];

        for (int i = 0; i < WRITERS; i++)
            children[i] = start_writer(committed);
        seed = seed * 1664525 + 1013904223;
        (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 + (long)(seed >> 8) % 40000000 },
                        NULL);
        for (int i = 0; i < WRITERS; i++)
            assert_int_equal(kill(children[i], SIGKILL), 0);
        for (int i = 0; i < WRITERS; i++) {
            int status;

            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_true(WIFSIGNALED(status));
        }
        append_some(1);
        assert_int_equal(judge(path, NULL).damage, SX_AUDIT_WHOLE);
        assert_true(judge(path, NULL).records > atomic_load(committed)); /* none is missing */
        if (round % 10 == 9) { /* a fresh chain: the file grew long */
            assert_int_equal(teardown(state), 0);
            assert_int_equal(setup(state), 0);
            atomic_store(committed, 0);
        }
    }
    assert_int_equal(munmap(committed, sizeof *committed), 0);
}

/* --- What fails ------------------------------------------------------------------------------- */

static void test_a_file_that_is_gone_is_refused(void **state)
{
    struct sx_audit_file file;
    struct sx_audit_mark place;
    struct sx_fault fault = { 0 };

    (void)state;
    append_some(2);
    file = open_file();
    unlink(path);
    assert_int_equal(append(&file, 1, &fault, &place), SX_ERR_AUDIT);
    assert_non_null(strstr(fault.text, "was removed"));
    sx_audit_file_close(&file);
    assert_refused("is gone");
}

static void test_a_file_that_was_cut_or_changed_is_refused(void **state)
{
    (void)state;
    append_some(3);
    cut_file(10);
    assert_refused("was changed");
    add_bytes("0123456789");
    assert_refused("was changed");
}

static void test_lines_that_the_key_did_not_seal_are_refused(void **state)
{
    (void)state;
    append_some(3);
    add_bytes("{\"v\":1}\n");
    assert_refused("this key didn't seal");
}

static void test_a_full_disk_leaves_a_whole_file(void **state)
{
    struct sx_audit_file file = open_file();
    struct rlimit limit = { 4096, 4096 };
    pid_t child = fork();
    int status;

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        struct sx_fault fault = { 0 };
        struct sx_audit_mark place;
        unsigned done = 0;

        (void)signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(99);
        while (append(&file, done, &fault, &place) == SX_OK)
            done++;
        _exit(fault.err == SX_ERR_AUDIT && strstr(fault.text, "can't be written") != NULL
                  ? (int)done
                  : 98);
    }
    sx_audit_file_close(&file);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_in_range(WEXITSTATUS(status), 2, 90);
    assert_whole((uint64_t)WEXITSTATUS(status) + 1);
    append_some(1); /* once there is room again */
    assert_whole((uint64_t)WEXITSTATUS(status) + 2);
}

static void test_a_key_that_is_not_right_is_refused(void **state)
{
    char block[512];

    (void)state;
    append_some(1);
    assert_int_equal(chmod(key_path, 0640), 0);
    assert_refused("no permission for others");
    assert_int_equal(chmod(key_path, 0600), 0);
    copy_key(block, true);
    block[130] ^= 1;
    copy_key(block, false);
    assert_refused("checksum");
    block[0] ^= 1;
    copy_key(block, false);
    assert_refused("keygen");
    assert_int_equal(truncate(key_path, 100), 0);
    assert_refused("cut short");
    unlink(key_path);
    assert_refused("can't be opened");
    assert_int_equal(symlink(path, key_path), 0);
    assert_refused("can't be opened");
}

static void test_a_file_that_others_can_write_is_refused(void **state)
{
    (void)state;
    append_some(1);
    assert_int_equal(chmod(path, 0620), 0);
    assert_refused("only its owner");
}

/* --- Rotation --------------------------------------------------------------------------------- */

static enum sx_err rotate(struct sx_fault *fault)
{
    struct sx_audit_record record = chain_record(0);

    return sx_audit_file_rotate(&crypto, path, key_path, aside, &record, fault);
}

static void test_rotation_keeps_the_chain(void **state)
{
    struct sx_audit_file file = open_file();
    struct sx_audit_mark place;
    struct sx_fault fault = { 0 };
    struct sx_audit_verdict verdict;

    (void)state;
    append_some(3);
    assert_int_equal(append(&file, 1, &fault, &place), SX_OK);
    assert_int_equal(rotate(&fault), SX_OK);
    assert_int_equal(append(&file, 2, &fault, &place), SX_OK); /* it finds the new file */
    assert_int_equal(sx_audit_file_commit(&file, &crypto, place, &fault), SX_OK);
    sx_audit_file_close(&file);
    verdict = judge(aside, path);
    assert_int_equal(verdict.damage, SX_AUDIT_WHOLE);
    assert_int_equal(verdict.records, 1 + 3 + 1 + 1 + 1);
    verdict = judge(path, NULL);
    assert_int_equal(verdict.damage, SX_AUDIT_WHOLE);
    assert_int_equal(verdict.first, 5);
    assert_int_equal(judge(path, aside).damage, SX_AUDIT_REORDERED);
    assert_int_equal(rotate(&fault), SX_ERR_FILE); /* aside is there */
}

static void test_a_damaged_file_can_be_put_aside(void **state)
{
    struct sx_fault fault = { 0 };

    (void)state;
    append_some(3);
    cut_file(10);
    assert_int_equal(rotate(&fault), SX_OK);
    append_some(1);
    assert_int_equal(judge(path, NULL).damage, SX_AUDIT_WHOLE);
    assert_int_equal(judge(aside, path).damage, SX_AUDIT_TORN);
    unlink(path);
    unlink(aside);
    assert_refused("is gone");
    assert_int_equal(rotate(&fault), SX_OK);
    append_some(1);
    assert_int_equal(judge(path, NULL).damage, SX_AUDIT_WHOLE);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_records_of_one_writer_are_a_chain),
        FRESH(test_threads_and_processes_make_one_chain),
        FRESH(test_records_that_the_state_missed_are_taken_over),
        FRESH(test_a_torn_record_is_taken_away_and_recorded),
        FRESH(test_writers_can_be_killed_at_any_moment),
        FRESH(test_a_file_that_is_gone_is_refused),
        FRESH(test_a_file_that_was_cut_or_changed_is_refused),
        FRESH(test_lines_that_the_key_did_not_seal_are_refused),
        FRESH(test_a_full_disk_leaves_a_whole_file),
        FRESH(test_a_key_that_is_not_right_is_refused),
        FRESH(test_a_file_that_others_can_write_is_refused),
        FRESH(test_rotation_keeps_the_chain),
        FRESH(test_a_damaged_file_can_be_put_aside),
    };

    return cmocka_run_group_tests(tests, setup_group, teardown_group);
}
