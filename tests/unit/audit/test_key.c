/* Audit keys and checkpoints: made, read back, and refused when anything of them is different. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/key.h"
#include "base/memory.h"
#include "support/fixture.h"
#include "support/providers.h"
#include "unit/audit/chain_checks.h"

static struct sx_audit_crypto crypto;
static char folder[] = "/tmp/sexec-key-XXXXXX";
static char machine[64];
static char verifier[64];

static int setup(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(machine, sizeof machine, "%s/m", folder);
    (void)snprintf(verifier, sizeof verifier, "%s/v", folder);
    return sx_audit_crypto_open(fixture_provider(), &crypto) == SX_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    unlink(machine);
    unlink(verifier);
    (void)rmdir(folder);
    sx_audit_crypto_close(&crypto);
    fixture_clear();
    return 0;
}

static void test_both_halves_are_the_same_key(void **state)
{
    struct sx_audit_state first;
    struct sx_audit_head head;
    struct sx_fault fault = { 0 };
    struct stat st;
    size_t len;
    char *text;
    int fd;

    (void)state;
    assert_int_equal(sx_audit_key_generate(&crypto, machine, verifier, &fault), SX_OK);
    text = file_read(verifier, &len);
    assert_int_equal(sx_audit_key_decode(sx_slice_of(text, len), &fault, &head), SX_OK);
    sx_free(text);
    assert_int_equal(sx_audit_state_open(machine, &fault, &fd), SX_OK);
    assert_int_equal(sx_audit_state_read(&crypto, fd, &fault, &first), SX_OK);
    close(fd);
    assert_memory_equal(&first.head, &head, sizeof head);
    assert_int_equal(stat(verifier, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* Neither file is ever overwritten, and no half stays alone. */
    assert_int_equal(sx_audit_key_generate(&crypto, machine, verifier, &fault), SX_ERR_FILE);
    unlink(verifier);
    sx_fault_clear(&fault);
    assert_int_equal(sx_audit_key_generate(&crypto, machine, verifier, &fault), SX_ERR_FILE);
    assert_int_not_equal(access(verifier, F_OK), 0);
}

static void test_a_copy_of_another_form_is_refused(void **state)
{
    static const char good[] = "libsexec audit key 1\n"
                               "chain: 000102030405060708090a0b0c0d0e0f\n"
                               "key: 000102030405060708090a0b0c0d0e0f"
                               "101112131415161718191a1b1c1d1e1f\n";
    struct sx_audit_head head;
    struct sx_fault fault = { 0 };

    (void)state;
    assert_int_equal(sx_audit_key_decode(sx_slice_text(good), &fault, &head), SX_OK);
    for (size_t n = 0; n < sizeof good - 1; n++) {
        char bad[sizeof good + 1];

        assert_int_equal(sx_audit_key_decode(sx_slice_of(good, n), &fault, &head),
                         SX_ERR_KEY_FORMAT);
        memcpy(bad, good, sizeof good);
        bad[n] = 'g';
        assert_int_equal(sx_audit_key_decode(sx_slice_of(bad, sizeof good - 1), &fault, &head),
                         bad[n] == good[n] ? SX_OK : SX_ERR_KEY_FORMAT);
    }
    assert_int_equal(sx_audit_key_decode(sx_slice_text("SXSEAL1\n"), &fault, &head),
                     SX_ERR_KEY_FORMAT);
}

static void check_checkpoints_of(enum sx_key_type type)
{
    const struct sx_key *key = fixture_key(fixture_provider(), type, 0);
    const struct sx_key *other = fixture_key(fixture_provider(), type, 1);
    const struct sx_audit_signer signer = { .key = key };
    struct sx_audit_head head = chain_first();
    struct sx_fault fault = { 0 };
    struct sx_audit_covered covered;
    struct sx_buffer lines;
    struct sx_buffer found;
    size_t len;

    sx_buffer_init(&lines, 1024 * 1024);
    sx_buffer_init(&found, 1024 * 1024);
    assert_int_equal(sx_audit_checkpoint_make(fixture_provider(), &signer, &head, 1795435200000000,
                                              &fault, &lines),
                     SX_ERR_AUDIT); /* nothing to sign */
    sx_fault_clear(&fault);
    head.next = 7;
    for (int i = 0; i < 2; i++)
        assert_int_equal(sx_audit_checkpoint_make(fixture_provider(), &signer, &head,
                                                  1795435200000000, &fault, &lines),
                         SX_OK);
    assert_int_equal(
        sx_audit_checkpoint_read(key, head.chain, sx_buffer_unread(&lines), &fault, &found), SX_OK);
    assert_int_equal(sx_buffer_len(&found), 2 * sizeof covered);
    memcpy(&covered, sx_buffer_unread(&found).ptr, sizeof covered);
    assert_int_equal(covered.records, 7);
    assert_memory_equal(covered.head, head.hash, sizeof covered.head);
    assert_int_equal(
        sx_audit_checkpoint_read(other, head.chain, sx_buffer_unread(&lines), &fault, &found),
        SX_ERR_AUDIT);
    assert_int_equal(
        sx_audit_checkpoint_read(key, head.key, sx_buffer_unread(&lines), &fault, &found),
        SX_ERR_AUDIT); /* another chain's */
    len = sx_buffer_len(&lines) / 2;
    for (size_t i = 0; i < len; i++) { /* every byte counts */
        uint8_t *bytes = sx_buffer_mut(&lines);

        bytes[i] ^= 1;
        assert_int_equal(
            sx_audit_checkpoint_read(key, head.chain, sx_buffer_unread(&lines), &fault, &found),
            SX_ERR_AUDIT);
        bytes[i] ^= 1;
    }
    sx_buffer_clear(&lines);
    sx_buffer_clear(&found);
}

static void test_checkpoints_hold_for_their_key_and_chain_alone(void **state)
{
    (void)state;
    check_checkpoints_of(SX_KEY_ECDSA_P256);
    check_checkpoints_of(SX_KEY_RSA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_halves_are_the_same_key),
        cmocka_unit_test(test_a_copy_of_another_form_is_refused),
        cmocka_unit_test(test_checkpoints_hold_for_their_key_and_chain_alone),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
