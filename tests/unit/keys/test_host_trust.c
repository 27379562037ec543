/* Host trust: nothing is trusted but what a setting names, and a refusal says what was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/fingerprint.h"
#include "keys/host_trust.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"

/* Policies of the test's own, so that the real ones may change. */
static const struct sx_policy strict = { .name = "strict", .may_accept_any_host_key = false };
static const struct sx_policy lax = { .name = "lax", .may_accept_any_host_key = true };

static struct data ours;  /* the server's key: ed25519 */
static struct data other; /* p256 */
static char our_line[512];
static char other_line[512];
static char our_print[SX_FINGERPRINT_MAX];
static char other_print[SX_FINGERPRINT_MAX];

static struct sx_host_trust_settings settings_of(const struct sx_policy *policy,
                                                 const char *fingerprints, const char *key,
                                                 bool accept_any)
{
    return (struct sx_host_trust_settings){ .policy = policy,
                                            .fingerprints = sx_slice_text(fingerprints),
                                            .key = sx_slice_text(key),
                                            .accept_any = accept_any };
}

static struct sx_event_host_key shown(struct sx_slice blob)
{
    return (struct sx_event_host_key){
        .blob = blob, .algorithm = "ssh-ed25519", .key_type = "ssh-ed25519", .bits = 256
    };
}

static void assert_trust(const struct sx_policy *policy, const char *fingerprints, const char *key,
                         bool accept_any, enum sx_host_trust expected)
{
    struct sx_host_trust_settings settings = settings_of(policy, fingerprints, key, accept_any);
    struct sx_fault fault = { 0 };
    struct sx_event_host_key ours_shown = shown(data_slice(&ours));
    struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_EVENT };

    if (sx_host_trust_check(&settings, providers_default(), &fault) != SX_OK ||
        sx_host_trust_decide(&settings, providers_default(), &ours_shown, &fault, &verdict) !=
            SX_OK)
        fail_msg("%s", fault.text);
    assert_string_equal(sx_host_trust_name(verdict.trust), sx_host_trust_name(expected));
}

static void assert_error(const struct sx_policy *policy, const char *fingerprints, const char *key,
                         bool accept_any, enum sx_err err, const char *word)
{
    struct sx_host_trust_settings settings = settings_of(policy, fingerprints, key, accept_any);
    struct sx_fault check_fault = { 0 };
    struct sx_fault decide_fault = { 0 };
    struct sx_event_host_key ours_shown = shown(data_slice(&ours));
    struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_NONE };

    assert_int_equal(sx_host_trust_check(&settings, providers_default(), &check_fault), err);
    assert_int_equal(
        sx_host_trust_decide(&settings, providers_default(), &ours_shown, &decide_fault, &verdict),
        err);
    assert_int_equal(verdict.trust, SX_HOST_TRUST_NONE);
    assert_string_equal(check_fault.text, decide_fault.text);
    if (strstr(check_fault.text, word) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", check_fault.text, word);
}

static void test_nothing_configured_trusts_nothing(void **state)
{
    (void)state;
    assert_trust(&strict, "", "", false, SX_HOST_TRUST_NONE);
    assert_trust(&lax, "", "", false, SX_HOST_TRUST_NONE);
    assert_trust(&lax, NULL, NULL, false, SX_HOST_TRUST_NONE);
}

static void test_fingerprint_trusts_its_key_alone(void **state)
{
    char list[2 * SX_FINGERPRINT_MAX];

    (void)state;
    assert_trust(&strict, our_print, "", false, SX_HOST_TRUST_FINGERPRINT);
    assert_trust(&strict, other_print, "", false, SX_HOST_TRUST_NONE);
    (void)snprintf(list, sizeof list, "%s,%s", other_print, our_print);
    assert_trust(&strict, list, "", false, SX_HOST_TRUST_FINGERPRINT);
}

static void test_key_trusts_itself_in_every_spelling(void **state)
{
    const char *base64 = strchr(our_line, ' ') + 1;
    char text[600];

    (void)state;
    assert_trust(&strict, "", our_line, false, SX_HOST_TRUST_KEY);
    assert_trust(&strict, "", other_line, false, SX_HOST_TRUST_NONE);
    assert_trust(&strict, "", base64, false, SX_HOST_TRUST_KEY);
    (void)snprintf(text, sizeof text, " \t%s a comment of words\r\n", our_line);
    assert_trust(&strict, "", text, false, SX_HOST_TRUST_KEY);
    (void)snprintf(text, sizeof text, "\n%s\n", base64);
    assert_trust(&strict, "", text, false, SX_HOST_TRUST_KEY);
}

static void test_narrowest_ground_is_given(void **state)
{
    (void)state;
    assert_trust(&lax, our_print, our_line, true, SX_HOST_TRUST_KEY);
    assert_trust(&lax, our_print, other_line, true, SX_HOST_TRUST_FINGERPRINT);
    assert_trust(&lax, other_print, other_line, true, SX_HOST_TRUST_ANY);
    assert_trust(&lax, other_print, our_line, false, SX_HOST_TRUST_KEY);
    assert_trust(&lax, other_print, other_line, false, SX_HOST_TRUST_NONE);
    assert_trust(&lax, "", "", true, SX_HOST_TRUST_ANY);
}

static void test_policy_forbids_any_key(void **state)
{
    (void)state;
    assert_error(&strict, "", "", true, SX_ERR_POLICY_SETTING, "policy strict");
    /* also when another setting would do */
    assert_error(&strict, our_print, our_line, true, SX_ERR_POLICY_SETTING, "policy strict");
}

static void test_settings_that_are_not_understood_are_errors(void **state)
{
    static const char *const keys[] = {
        "x",
        "ssh-ed25519",
        " ",
        "ssh-ed25519 !!!!",
        "AAAA",
        "AAAAAAAA",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    char text[600];

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_error(&lax, our_print, keys[i], true, SX_ERR_ARGUMENT, ".pub file");
    /* the name before the base64 must be the one in it */
    (void)snprintf(text, sizeof text, "ssh-rsa %s", strchr(our_line, ' ') + 1);
    assert_error(&lax, "", text, false, SX_ERR_ARGUMENT, ".pub file");
    assert_error(&lax, "nothing", our_line, true, SX_ERR_ARGUMENT, "\"nothing\"");
}

static void test_key_is_bounded(void **state)
{
    static char text[20000];

    (void)state;
    memset(text, 'A', sizeof text - 1);
    assert_error(&lax, "", text, false, SX_ERR_ARGUMENT, ".pub file");
    memset(text, 0, sizeof text);
    memset(text, 'A', 16 * 1024);
    assert_error(&lax, "", text, false, SX_ERR_ARGUMENT, ".pub file");
}

static void test_every_changed_byte_of_the_key_is_seen(void **state)
{
    struct sx_host_trust_settings settings = settings_of(&strict, our_print, our_line, false);
    struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_NONE };

    (void)state;
    for (size_t i = 0; i < ours.len; i++) {
        struct data changed = ours;

        struct sx_event_host_key key;

        changed.bytes[i] ^= 0x20;
        key = shown(data_slice(&changed));
        assert_int_equal(sx_host_trust_decide(&settings, providers_default(), &key, NULL, &verdict),
                         SX_OK);
        assert_int_equal(verdict.trust, SX_HOST_TRUST_NONE);
        key = shown(sx_slice_of(ours.bytes, i));
        assert_int_equal(sx_host_trust_decide(&settings, providers_default(), &key, NULL, &verdict),
                         SX_OK);
        assert_int_equal(verdict.trust, SX_HOST_TRUST_NONE);
    }
}

static void reject(const char *fingerprints, const char *key, struct sx_fault *fault)
{
    struct sx_host_trust_settings settings = settings_of(&strict, fingerprints, key, false);
    const struct sx_event_host_key host_key = shown(data_slice(&ours));
    const struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_NONE };

    sx_fault_clear(fault);
    assert_int_equal(
        sx_host_trust_reject(&settings, providers_default(), &host_key, &verdict, fault),
        SX_ERR_HOST_KEY_REJECTED);
    assert_int_equal(fault->err, SX_ERR_HOST_KEY_REJECTED);
    assert_non_null(strstr(fault->text, our_print));
    assert_non_null(strstr(fault->text, "ssh-ed25519, 256 bits"));
}

static void test_rejection_shows_both_sides(void **state)
{
    struct sx_fault fault;

    (void)state;
    reject("", "", &fault);
    assert_non_null(strstr(fault.text, "SSHAcceptServerHostKeyFingerPrint"));
    assert_null(strstr(fault.text, other_print));

    reject(other_print, "", &fault);
    assert_non_null(strstr(fault.text, "fingerprint SHA256:"));
    assert_non_null(strstr(fault.text, other_print));
    reject("", other_line, &fault);
    assert_non_null(strstr(fault.text, "key SHA256:"));
    assert_non_null(strstr(fault.text, other_print));
    reject("MD5:00112233445566778899aabbccddeeff", other_line, &fault);
    assert_non_null(strstr(fault.text, "fingerprint MD5:00112233445566778899aabbccddeeff, or key"));
    assert_non_null(strstr(fault.text, other_print));
}

static void test_rejection_stays_readable_with_wild_settings(void **state)
{
    struct sx_fault fault;
    char list[4000];

    (void)state;
    memset(list, 'a', sizeof list - 1);
    list[sizeof list - 1] = '\0';
    list[0] = '\033';
    reject(list, "\033", &fault);
    assert_non_null(strstr(fault.text, "\\x1b"));
    assert_null(strchr(fault.text, '\033'));
    assert_non_null(strstr(fault.text, "(not readable)"));
    assert_non_null(strstr(fault.text, "administrator"));
}

/* Type and base64 of NAME.pub, without the comment. */
static void line_of(const char *name, char out[512])
{
    char file[64];
    struct data text;

    (void)snprintf(file, sizeof file, "%s.pub", name);
    text = data_read(file);
    assert_in_range(text.len, 1, 511);
    memcpy(out, text.bytes, text.len);
    out[text.len] = '\0';
    *strchr(strchr(out, ' ') + 1, ' ') = '\0';
}

static int setup(void **state)
{
    (void)state;
    ours = data_public("ed25519");
    other = data_public("p256");
    line_of("ed25519", our_line);
    line_of("p256", other_line);
    return sx_fingerprint_openssh(providers_default(), data_slice(&ours), NULL, our_print) ==
                       SX_OK &&
                   sx_fingerprint_openssh(providers_default(), data_slice(&other), NULL,
                                          other_print) == SX_OK
               ? 0
               : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_configured_trusts_nothing),
        cmocka_unit_test(test_fingerprint_trusts_its_key_alone),
        cmocka_unit_test(test_key_trusts_itself_in_every_spelling),
        cmocka_unit_test(test_narrowest_ground_is_given),
        cmocka_unit_test(test_policy_forbids_any_key),
        cmocka_unit_test(test_settings_that_are_not_understood_are_errors),
        cmocka_unit_test(test_key_is_bounded),
        cmocka_unit_test(test_every_changed_byte_of_the_key_is_seen),
        cmocka_unit_test(test_rejection_shows_both_sides),
        cmocka_unit_test(test_rejection_stays_readable_with_wild_settings),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
