/* An object's way to its sinks: what belongs together is written at once, and sessions that wait for
 * the disk at the same time wait for it together. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "audit/verify.h"
#include "base/memory.h"
#include "support/fixture.h"
#include "unit/audit/chain_checks.h"

enum { SESSIONS = 1000, DISK_MS = 3, STACK = 256 * 1024 };

static char folder[] = "/tmp/sexec-audit-XXXXXX";
static char path[64];
static char key_path[64];
static struct sx_audit_config config;

/* The disk, which takes its time, and counts. */
static atomic_uint syncs;

int fdatasync(int fd)
{
    atomic_fetch_add(&syncs, 1);
    (void)nanosleep(&(struct timespec){ .tv_nsec = DISK_MS * 1000000L }, NULL);
    return fsync(fd);
}

static int setup_group(void **state)
{
    struct rlimit files;

    (void)state;
    if (mkdtemp(folder) == NULL || getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 1;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        return 1;
    (void)snprintf(path, sizeof path, "%s/audit", folder);
    (void)snprintf(key_path, sizeof key_path, "%s/key", folder);
    config = (struct sx_audit_config){
        .provider = fixture_provider(), .file = path, .key = key_path, .sync = SX_AUDIT_SYNC_GROUP
    };
    return 0;
}

static int teardown_group(void **state)
{
    (void)state;
    (void)rmdir(folder);
    fixture_clear();
    return 0;
}

static int setup(void **state)
{
    const struct sx_audit_state first = { .head = chain_first() };
    struct sx_audit_crypto crypto;
    struct sx_fault fault = { 0 };
    enum sx_err err;

    (void)state;
    if (sx_audit_crypto_open(fixture_provider(), &crypto) != SX_OK)
        return 1;
    err = sx_audit_state_create(&crypto, key_path, &first, &fault);
    sx_audit_crypto_close(&crypto);
    atomic_store(&syncs, 0);
    return err == SX_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    unlink(key_path);
    return 0;
}

static off_t file_size(void)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : 0;
}

static void assert_whole(uint64_t records)
{
    const char *const paths[] = { path, NULL };
    struct sx_audit_verifying verifying = { .paths = paths, .first = chain_first() };
    struct sx_audit_verdict verdict = { 0 };
    struct sx_audit_crypto crypto;
    struct sx_fault fault = { 0 };

    assert_int_equal(sx_audit_crypto_open(fixture_provider(), &crypto), SX_OK);
    verifying.crypto = &crypto;
    assert_int_equal(sx_audit_verify(&verifying, &fault, &verdict), SX_OK);
    sx_audit_crypto_close(&crypto);
    assert_int_equal(verdict.damage, SX_AUDIT_WHOLE);
    assert_int_equal(verdict.records, records);
}

static struct sx_audit *open_audit(void)
{
    struct sx_fault fault = { 0 };
    struct sx_audit *audit = NULL;

    if (sx_audit_open(&config, &fault, &audit) != SX_OK)
        fail_msg("%s", fault.text);
    return audit;
}

static enum sx_err put(struct sx_audit *audit, enum sx_audit_type type)
{
    struct sx_audit_record record = { .type = type };
    struct sx_fault fault = { 0 };

    return sx_audit_write(audit, &record, 1, &fault);
}

static void test_records_are_written_when_they_are_flushed(void **state)
{
    struct sx_audit *audit = open_audit();
    struct sx_fault fault = { 0 };
    off_t before;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(put(audit, SX_AUDIT_CALL), SX_OK);
    assert_int_equal(file_size(), 0);
    assert_int_equal(sx_audit_flush(audit, &fault), SX_OK);
    before = file_size();
    assert_true(before > 0);
    assert_int_equal(sx_audit_flush(audit, &fault), SX_OK); /* nothing left */
    assert_int_equal(file_size(), before);
    assert_int_equal(atomic_load(&syncs), 0);
    assert_int_equal(sx_audit_commit(audit, &fault), SX_OK);
    assert_int_equal(atomic_load(&syncs), 1);
    assert_int_equal(sx_audit_commit(audit, &fault), SX_OK);
    assert_int_equal(atomic_load(&syncs), 1);
    sx_audit_close(audit);
    assert_whole(6); /* with the file's begin */
}

static void test_each_record_by_itself_is_durable_at_once(void **state)
{
    struct sx_audit *audit;

    (void)state;
    config.sync = SX_AUDIT_SYNC_RECORD;
    audit = open_audit();
    config.sync = SX_AUDIT_SYNC_GROUP;
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(put(audit, SX_AUDIT_CALL), SX_OK);
        assert_int_equal(atomic_load(&syncs), i);
    }
    sx_audit_close(audit);
    assert_whole(4);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* What a session does: it begins, its command waits for the disk, it ends and waits again. */
static void *run_session(void *failed)
{
    struct sx_fault fault = { 0 };
    struct sx_audit *audit = NULL;
    bool is_done =
        sx_audit_open(&config, &fault, &audit) == SX_OK && sx_audit_session_new(audit) == SX_OK &&
        put(audit, SX_AUDIT_SESSION_BEGIN) == SX_OK && sx_audit_flush(audit, &fault) == SX_OK &&
        put(audit, SX_AUDIT_COMMAND_BEGIN) == SX_OK && sx_audit_commit(audit, &fault) == SX_OK &&
        put(audit, SX_AUDIT_COMMAND_END) == SX_OK && put(audit, SX_AUDIT_SESSION_END) == SX_OK &&
        sx_audit_commit(audit, &fault) == SX_OK;

    if (!is_done)
        atomic_fetch_add((atomic_uint *)failed, 1);
    sx_audit_close(audit);
    return NULL;
}

static void test_a_thousand_sessions_share_their_waits_for_the_disk(void **state)
{
    pthread_t *threads = sx_alloc(SESSIONS * sizeof *threads);
    atomic_uint failed = 0;
    pthread_attr_t small;

    (void)state;
    assert_non_null(threads);
    assert_int_equal(pthread_attr_init(&small), 0);
    assert_int_equal(pthread_attr_setstacksize(&small, STACK), 0);
    assert_int_equal(pthread_mutex_lock(&gate), 0);
    for (int i = 0; i < SESSIONS; i++)
        assert_int_equal(pthread_create(&threads[i], &small, run_session, &failed), 0);
    assert_int_equal(pthread_mutex_unlock(&gate), 0); /* all at once */
    for (int i = 0; i < SESSIONS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&failed), 0);
    print_message("%d sessions, %d waits for the disk asked for, %u done\n", SESSIONS, 2 * SESSIONS,
                  atomic_load(&syncs));
    assert_true(atomic_load(&syncs) < 2 * SESSIONS / 2);
    assert_int_equal(pthread_attr_destroy(&small), 0);
    sx_free(threads);
    assert_whole(4 * SESSIONS + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_records_are_written_when_they_are_flushed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_each_record_by_itself_is_durable_at_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_thousand_sessions_share_their_waits_for_the_disk,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, setup_group, teardown_group);
}
