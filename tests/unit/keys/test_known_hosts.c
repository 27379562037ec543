/* Files of known hosts: what lines say of a host and its key, and what is added to a file. */
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

#include "base/memory.h"
#include "keys/key_line.h"
#include "keys/known_hosts.h"
#include "keys/known_hosts_line.h"
#include "support/providers.h"

/* Blobs that hold a type's name and a few bytes: nobody decodes them here. */
#define KEY_A "AAAAC3NzaC1lZDI1NTE5AAAAAUE=" /* ssh-ed25519, "A" */
#define KEY_B "AAAAC3NzaC1lZDI1NTE5AAAAAUI="
#define RSA_A "AAAAB3NzaC1yc2EAAAABQQ=="
/* ssh-keygen -H's form of "h.example" with a salt of its own. */
#define HASHED "|1|AAECAwQFBgcICQoLDA0ODxAREhM=|"

static uint8_t storage[1024];

static struct sx_slice key_of(const char *coded)
{
    struct sx_slice blob = SX_SLICE_NONE;

    assert_int_equal(
        sx_key_line_blob(SX_SLICE_NONE, sx_slice_text(coded), storage, sizeof storage, &blob),
        SX_OK);
    return blob;
}

static enum sx_err ask(const char *text, const char *host, int port, const char *key,
                       struct sx_known_answer *out)
{
    struct sx_known_hosts known = { .count = 1 };
    struct sx_fault fault = { 0 };
    char path[] = "known";
    uint8_t *bytes = (uint8_t *)sx_text_dup(text);
    const struct sx_known_query query = { host, port, key_of(key), SX_SLICE_NONE };
    enum sx_err err;

    known.files[0] = (struct sx_known_file){ path, bytes, strlen(text) };
    err = sx_known_hosts_ask(&known, providers_default(), &query, &fault, out);
    if (out->path != NULL)
        out->path = "known";
    sx_free(bytes);
    return err;
}

static void expect(const char *text, const char *host, int port, const char *key,
                   enum sx_known_verdict wanted, unsigned long line)
{
    struct sx_known_answer answer = { .verdict = SX_KNOWN_NEW };

    assert_int_equal(ask(text, host, port, key, &answer), SX_OK);
    if (answer.verdict != wanted || answer.line != line)
        fail_msg("%s: %d on line %lu instead of %d on %lu", text, (int)answer.verdict, answer.line,
                 (int)wanted, line);
}

static void test_names_ports_and_patterns(void **state)
{
    (void)state;
    expect("h ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_KEY, 1);
    expect("h ssh-ed25519 " KEY_A "\n", "H", 22, KEY_A, SX_KNOWN_KEY, 1);
    expect("H ssh-ed25519 " KEY_A "\r\n", "h", 22, KEY_A, SX_KNOWN_KEY, 1);
    expect("[h]:2222 ssh-ed25519 " KEY_A, "h", 2222, KEY_A, SX_KNOWN_KEY, 1);
    expect("[h]:2222 ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_NEW, 0);
    expect("[h]:22 ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_NEW, 0);
    expect("h ssh-ed25519 " KEY_A, "h", 2222, KEY_A, SX_KNOWN_KEY, 1);
    expect("h ssh-ed25519 " KEY_B, "h", 2222, KEY_A, SX_KNOWN_NEW, 0);
    expect("a,h?,*.b ssh-ed25519 " KEY_A, "h1", 22, KEY_A, SX_KNOWN_KEY, 1);
    expect("*,!h ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_NEW, 0);
    expect("!h,* ssh-ed25519 " KEY_A, "g", 22, KEY_A, SX_KNOWN_KEY, 1);
    expect("!g ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_NEW, 0);
    expect("::1 ssh-ed25519 " KEY_A, "::1", 22, KEY_A, SX_KNOWN_KEY, 1);
}

static void test_changed_and_other_types(void **state)
{
    struct sx_known_answer answer = { .verdict = SX_KNOWN_NEW };

    (void)state;
    expect("# c\n\nh ssh-ed25519 " KEY_B, "h", 22, KEY_A, SX_KNOWN_CHANGED, 3);
    expect("h ssh-ed25519 " KEY_B "\nh ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_KEY, 2);
    expect("h ssh-rsa " RSA_A, "h", 22, KEY_A, SX_KNOWN_OTHER_TYPE, 1);
    expect("h ssh-rsa " RSA_A "\nh ssh-ed25519 " KEY_B, "h", 22, KEY_A, SX_KNOWN_CHANGED, 2);
    assert_int_equal(ask("h ssh-ed25519 " KEY_B, "h", 22, KEY_A, &answer), SX_OK);
    assert_string_equal(answer.path, "known");
    assert_string_equal(answer.type, "ssh-ed25519");
    assert_memory_equal(answer.fingerprint, "SHA256:", 7);
}

static void test_revoked_wins_and_is_never_passed_over(void **state)
{
    struct sx_known_answer answer = { .verdict = SX_KNOWN_NEW };

    (void)state;
    expect("h ssh-ed25519 " KEY_A "\n@revoked * ssh-ed25519 " KEY_A, "h", 22, KEY_A,
           SX_KNOWN_REVOKED, 2);
    expect("@revoked h ssh-ed25519 " KEY_A "\n[h]:2 ssh-ed25519 " KEY_A, "h", 2, KEY_A,
           SX_KNOWN_REVOKED, 1);
    expect("@revoked g ssh-ed25519 " KEY_A "\nh ssh-ed25519 " KEY_A, "h", 22, KEY_A, SX_KNOWN_KEY,
           2);
    assert_int_equal(ask("@revoked h", "h", 22, KEY_A, &answer), SX_ERR_FILE);
    assert_int_equal(ask("@revoked h ssh-ed25519 !", "h", 22, KEY_A, &answer), SX_ERR_FILE);
    /* other damaged lines say nothing */
    expect("@other h ssh-ed25519 " KEY_A "\nh ssh-ed25519 AAAA\nh ssh-rsa " KEY_A, "h", 22, KEY_A,
           SX_KNOWN_NEW, 0);
}

static void check_hashed(const struct test_provider *tp)
{
    char hosts[SX_KNOWN_HASH_MAX];
    char again[SX_KNOWN_HASH_MAX];
    bool is_match = false;

    assert_int_equal(sx_known_name_hash(tp->provider, "[h.example]:22", hosts), SX_OK);
    assert_int_equal(sx_known_name_hash(tp->provider, "[h.example]:22", again), SX_OK);
    assert_string_not_equal(hosts, again);
    assert_int_equal(
        sx_known_hosts_is_match(tp->provider, sx_slice_text(hosts), "[h.example]:22", &is_match),
        SX_OK);
    assert_true(is_match);
    assert_int_equal(
        sx_known_hosts_is_match(tp->provider, sx_slice_text(hosts), "[h.example]:23", &is_match),
        SX_OK);
    assert_false(is_match);
    assert_int_equal(
        sx_known_hosts_is_match(tp->provider, sx_slice_text(HASHED "AAAA"), "h.example", &is_match),
        SX_OK);
    assert_false(is_match);
}

static void test_hashed_names(void **state)
{
    (void)state;
    for_each_provider(check_hashed);
}

static void test_names_that_would_make_lines_are_refused(void **state)
{
    static const char *const names[] = { "", "a b", "a,b", "a\nb", "*", "!a", "|a", "#a", "[a]" };
    struct sx_known_names out;
    char longest[400];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(sx_known_names_make(names[i], 22, NULL, &out), SX_ERR_ARGUMENT);
    memset(longest, 'a', sizeof longest);
    longest[256] = '\0';
    assert_int_equal(sx_known_names_make(longest, 22, NULL, &out), SX_ERR_ARGUMENT);
    longest[255] = '\0';
    assert_int_equal(sx_known_names_make(longest, 65535, NULL, &out), SX_OK);
    assert_int_equal(strlen(out.full), 255 + 8);
}

static void test_types_to_ask_for(void **state)
{
    static char text[] = "h ssh-ed25519 " KEY_A "\n[h]:2 ssh-rsa " RSA_A
                         "\n@cert-authority *.x ssh-rsa " RSA_A "\n@revoked h ssh-rsa " RSA_A;
    struct sx_known_hosts known = { .count = 1 };
    struct sx_known_types types;

    (void)state;
    known.files[0] = (struct sx_known_file){ text, (uint8_t *)text, sizeof text - 1 };
    assert_int_equal(sx_known_hosts_types(&known, providers_default(), "h", 22, NULL, &types),
                     SX_OK);
    assert_string_equal(types.types, "ssh-ed25519");
    assert_false(types.has_ca);
    assert_int_equal(sx_known_hosts_types(&known, providers_default(), "h", 2, NULL, &types),
                     SX_OK);
    assert_string_equal(types.types, "ssh-ed25519,ssh-rsa");
    assert_int_equal(sx_known_hosts_types(&known, providers_default(), "a.x", 22, NULL, &types),
                     SX_OK);
    assert_string_equal(types.types, "");
    assert_true(types.has_ca);
}

static void test_adding(void **state)
{
    char folder[] = "/tmp/sexec-known-XXXXXX";
    char path[64];
    struct sx_known_query query = { "h", 2222, key_of(KEY_A), SX_SLICE_NONE };
    struct sx_known_answer answer;
    struct sx_fault fault = { 0 };
    size_t len;
    char *text;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/file", folder);
    file_write(path, "x ssh-rsa " RSA_A, strlen("x ssh-rsa " RSA_A));
    for (int i = 0; i < 2; i++) { /* the second time it is known */
        assert_int_equal(
            sx_known_hosts_add(path, providers_default(), &query, false, &fault, &answer), SX_OK);
        assert_int_equal(answer.verdict, i == 0 ? SX_KNOWN_NEW : SX_KNOWN_KEY);
    }
    query.key = key_of(KEY_B); /* by then the host has another key */
    assert_int_equal(sx_known_hosts_add(path, providers_default(), &query, false, &fault, &answer),
                     SX_OK);
    assert_int_equal(answer.verdict, SX_KNOWN_CHANGED);
    text = file_read(path, &len);
    assert_string_equal(text, "x ssh-rsa " RSA_A "\n[h]:2222 ssh-ed25519 " KEY_A "\n");
    sx_free(text);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(sx_known_hosts_add(path, providers_default(), &query, false, &fault, &answer),
                     SX_ERR_FILE_MODE);
    (void)unlink(path);
    (void)rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_ports_and_patterns),
        cmocka_unit_test(test_changed_and_other_types),
        cmocka_unit_test(test_revoked_wins_and_is_never_passed_over),
        cmocka_unit_test(test_hashed_names),
        cmocka_unit_test(test_names_that_would_make_lines_are_refused),
        cmocka_unit_test(test_types_to_ask_for),
        cmocka_unit_test(test_adding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
