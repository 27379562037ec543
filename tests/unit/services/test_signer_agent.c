/* Keys of an agent and certificates in the signer's list: their order, what is passed over, what the
 * agent is asked, and signatures that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/signer.h"
#include "support/fixture.h"
#include "support/user_cert.h"

static const struct sx_sig_alg *const algs[] = {
    &sx_sig_ed25519,
    &sx_sig_ecdsa_nistp256,
    &sx_sig_rsa_sha2_512,
    &sx_sig_rsa_sha2_256,
    &sx_sig_ecdsa_nistp256_cert,
    &sx_sig_rsa_sha2_512_cert,
    &sx_sig_rsa_sha2_256_cert,
    NULL,
};

static const struct sx_key *key_of(enum sx_key_type type, unsigned index)
{
    return fixture_key(fixture_provider(), type, index);
}

static struct sx_slice blob_of(enum sx_key_type type, unsigned index)
{
    return sx_key_public_blob(key_of(type, index));
}

static struct sx_signer_tally add_agent(struct sx_signer *signer, const struct sx_slice *blobs,
                                        uint32_t count)
{
    static uint8_t storage[256 * 1024];
    static struct sx_agent_identity identities[64];
    struct sx_msg_agent_identities list = { .count = 0 };
    struct sx_signer_tally tally = { 0 };
    struct sx_slice written = SX_SLICE_NONE;
    struct sx_writer writer;

    for (uint32_t i = 0; i < count; i++)
        identities[i] = (struct sx_agent_identity){ blobs[i], sx_slice_text("comment") };
    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_agent_identities_encode(&writer, identities, count);
    assert_int_equal(sx_writer_finish(&writer, &written), SX_OK);
    assert_int_equal(sx_msg_agent_identities_decode(written, &list), SX_OK);
    assert_int_equal(sx_signer_add_agent(signer, fixture_provider(), list, &tally), SX_OK);
    memset(storage, 0xa5, sizeof storage); /* the signer has copies */
    return tally;
}

static void test_what_an_agent_holds_is_judged(void **state)
{
    struct sx_signer signer;
    struct sx_signer_tally tally;
    struct sx_slice cut = blob_of(SX_KEY_ED25519, 1);
    const struct sx_auth_key *identities;
    unsigned count;

    (void)state;
    cut.len--;
    {
        const struct sx_slice blobs[] = {
            blob_of(SX_KEY_ECDSA_P256, 1),
            blob_of(SX_KEY_ECDSA_P384, 1), /* not in the list */
            sx_slice_text("not a key"),
            SX_SLICE_NONE,
            cut,
            blob_of(SX_KEY_ED25519, 1),
            blob_of(SX_KEY_ECDSA_P256, 1), /* again */
            blob_of(SX_KEY_RSA, 1),
        };

        sx_signer_init(&signer, algs);
        signer.rsa_min_bits = FIXTURE_RSA_BITS;
        tally = add_agent(&signer, blobs, 8);
    }
    assert_int_equal(tally.held, 8);
    assert_int_equal(tally.taken, 3);
    assert_int_equal(tally.unknown, 4);
    assert_int_equal(tally.spare, 1);
    assert_int_equal(tally.too_short, 0);
    identities = sx_signer_identities(&signer, &count);
    assert_int_equal(count, 3);
    assert_true(sx_slice_is_equal(identities[0].public_blob, blob_of(SX_KEY_ECDSA_P256, 1)));
    assert_true(sx_slice_is_equal(identities[1].public_blob, blob_of(SX_KEY_ED25519, 1)));
    assert_int_equal(identities[2].type, SX_KEY_RSA);
    for (unsigned i = 0; i < count; i++) {
        assert_true(identities[i].is_outside);
        assert_true(sx_signer_is_agents(&signer, i));
        assert_null(identities[i].algorithm);
    }
    assert_false(sx_signer_is_agents(&signer, 3));
    sx_signer_clear(&signer);
}

static void test_short_rsa_keys_are_passed_over(void **state)
{
    const struct sx_slice blob = blob_of(SX_KEY_RSA, 1);
    struct sx_signer signer;
    struct sx_signer_tally tally;

    (void)state;
    sx_signer_init(&signer, algs);
    signer.rsa_min_bits = FIXTURE_RSA_BITS + 1;
    tally = add_agent(&signer, &blob, 1);
    assert_int_equal(tally.too_short, 1);
    assert_int_equal(tally.taken, 0);
    sx_signer_clear(&signer);
}

static void test_an_agent_can_not_fill_more_than_there_is(void **state)
{
    static uint8_t storage[64][USER_CERT_MAX];
    struct sx_slice blobs[64];
    struct sx_signer signer;
    struct sx_signer_tally tally;
    unsigned count;

    (void)state;
    for (int i = 0; i < 64; i++) {
        blobs[i] = user_cert_make(key_of(SX_KEY_ECDSA_P256, 1), &sx_sig_ecdsa_nistp256_cert, 1,
                                  storage[i]);
        storage[i][60] = (uint8_t)i; /* in the nonce */
    }
    sx_signer_init(&signer, algs);
    tally = add_agent(&signer, blobs, 64);
    assert_int_equal(tally.held, 64);
    assert_int_equal(tally.taken, SX_AUTH_KEYS_MAX);
    assert_int_equal(tally.spare, 64 - SX_AUTH_KEYS_MAX);
    (void)sx_signer_identities(&signer, &count);
    assert_int_equal(count, SX_AUTH_KEYS_MAX);
    sx_signer_clear(&signer);
}

/* --- Certificates ------------------------------------------------------------------------------- */

static enum sx_err read_cert(struct sx_signer *signer, const char *line, struct sx_fault *fault)
{
    return sx_signed_cert_read(fixture_provider(), algs, sx_slice_text(line), fault, &signer->cert);
}

static void test_a_certificate_stands_before_its_key(void **state)
{
    const struct sx_slice keys[] = { blob_of(SX_KEY_ED25519, 1), blob_of(SX_KEY_RSA, 1) };
    uint8_t storage[USER_CERT_MAX];
    char line[USER_CERT_LINE_MAX];
    struct sx_slice blob =
        user_cert_make(key_of(SX_KEY_RSA, 1), &sx_sig_rsa_sha2_256_cert, 1, storage);
    const struct sx_event_sign request = { 1, "rsa-sha2-256-cert-v01@openssh.com",
                                           sx_slice_text("message") };
    struct sx_msg_agent_sign_request question;
    const struct sx_auth_key *identities;
    struct sx_signer signer;
    unsigned count;

    (void)state;
    sx_signer_init(&signer, algs);
    assert_int_equal(
        read_cert(&signer, user_cert_line("rsa-sha2-256-cert-v01@openssh.com", blob, line), NULL),
        SX_OK);
    (void)add_agent(&signer, keys, 2);
    identities = sx_signer_identities(&signer, &count);
    assert_int_equal(count, 3);
    assert_true(signer.is_cert_used);
    assert_int_equal(identities[1].form, SX_SIG_OPENSSH_CERT);
    assert_true(sx_slice_is_equal(identities[1].public_blob, blob));
    assert_string_equal(identities[1].algorithm, "rsa-sha2-256-cert-v01@openssh.com");
    assert_int_equal(identities[2].form, SX_SIG_PLAIN);
    /* The agent doesn't have the certificate: it is asked by the key alone. */
    assert_int_equal(sx_signer_ask_agent(&signer, &request, NULL, &question), SX_OK);
    assert_true(sx_slice_is_equal(question.key, keys[1]));
    assert_int_equal(question.flags, SX_AGENT_RSA_SHA2_256);
    assert_true(sx_slice_is_text(question.data, "message"));
    sx_signer_clear(&signer);
}

/* The type's name stands for any algorithm where SHA-1 is none of them. */
static void test_the_name_of_rsa_certificates(void **state)
{
    uint8_t storage[USER_CERT_MAX];
    char line[USER_CERT_LINE_MAX];
    struct sx_slice blob =
        user_cert_make(key_of(SX_KEY_RSA, 1), &sx_sig_rsa_sha2_256_cert, 1, storage);
    struct sx_signer signer;

    (void)state;
    sx_signer_init(&signer, algs);
    assert_int_equal(
        read_cert(&signer, user_cert_line("ssh-rsa-cert-v01@openssh.com", blob, line), NULL),
        SX_OK);
    assert_null(signer.cert.algorithm);
    sx_signer_clear(&signer);
}

static void test_lines_that_are_no_certificate(void **state)
{
    uint8_t storage[USER_CERT_MAX];
    char lines[8][USER_CERT_LINE_MAX];
    const struct sx_key *p256 = key_of(SX_KEY_ECDSA_P256, 1);
    struct sx_slice user = user_cert_make(p256, &sx_sig_ecdsa_nistp256_cert, 1, storage);
    static const char name[] = "ecdsa-sha2-nistp256-cert-v01@openssh.com";
    uint8_t other[USER_CERT_MAX];
    struct sx_slice host = user_cert_make(p256, &sx_sig_ecdsa_nistp256_cert, 2, other);
    struct sx_slice cut = sx_slice_of(user.ptr, user.len - 1);
    const struct {
        const char *line;
        enum sx_err err;
        const char *word;
    } cases[] = {
        { "", SX_ERR_KEY_FORMAT, "one line" },
        { "   ", SX_ERR_KEY_FORMAT, "one line" },
        { name, SX_ERR_KEY_FORMAT, "one line" },
        { "ecdsa-sha2-nistp256-cert-v01@openssh.com !!!!", SX_ERR_KEY_FORMAT, "one line" },
        { user_cert_line(name, host, lines[0]), SX_ERR_KEY_FORMAT, "for hosts" },
        { user_cert_line(name, cut, lines[1]), SX_ERR_KEY_FORMAT, "ends early" },
        { user_cert_line("ssh-rsa-cert-v01@openssh.com", user, lines[2]), SX_ERR_KEY_FORMAT,
          "no certificate of type" },
        { user_cert_line("ssh-ed25519-cert-v01@openssh.com", user, lines[3]),
          SX_ERR_POLICY_ALGORITHM, "ssh-ed25519-cert-v01" },
        { user_cert_line("ecdsa-sha2-nistp256", user, lines[4]), SX_ERR_POLICY_ALGORITHM,
          "\"ecdsa-sha2-nistp256\"" },
        { user_cert_line(name, sx_key_public_blob(p256), lines[5]), SX_ERR_KEY_FORMAT,
          "no certificate of type" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sx_fault fault = { 0 };
        struct sx_signer signer;

        sx_signer_init(&signer, algs);
        assert_int_equal(read_cert(&signer, cases[i].line, &fault), cases[i].err);
        if (strstr(fault.text, cases[i].word) == NULL)
            fail_msg("\"%s\" says nothing of \"%s\"", fault.text, cases[i].word);
        assert_null(signer.cert.key);
        sx_signer_clear(&signer);
    }
}

/* --- Signatures --------------------------------------------------------------------------------- */

/* What the agent's signature of this key by this algorithm is found to be. */
static enum sx_err check(const struct sx_signer *signer, unsigned index, const char *name,
                         const struct sx_key *key, const struct sx_sig_alg *alg,
                         const char *message)
{
    const struct sx_event_sign request = { index, name, sx_slice_text("message") };
    struct sx_fault fault = { 0 };
    struct sx_buffer signature;
    enum sx_err err;

    sx_buffer_init(&signature, 8192);
    assert_int_equal(sx_key_sign(key, alg, sx_slice_text(message), NULL, &signature), SX_OK);
    err = sx_signer_check_agent(signer, fixture_provider(), &request, sx_buffer_unread(&signature),
                                &fault);
    assert_int_equal(fault.err, err);
    sx_buffer_clear(&signature);
    return err;
}

static void test_an_agents_signature_is_verified(void **state)
{
    const struct sx_key *rsa = key_of(SX_KEY_RSA, 1);
    const struct sx_key *p256 = key_of(SX_KEY_ECDSA_P256, 1);
    uint8_t storage[USER_CERT_MAX];
    const struct sx_slice blobs[] = { sx_key_public_blob(rsa), sx_key_public_blob(p256),
                                      user_cert_make(p256, &sx_sig_ecdsa_nistp256_cert, 1,
                                                     storage) };
    static const char p256_cert[] = "ecdsa-sha2-nistp256-cert-v01@openssh.com";
    const struct sx_event_sign none = { 0, "rsa-sha2-512", sx_slice_text("message") };
    struct sx_signer signer;

    (void)state;
    sx_signer_init(&signer, algs);
    assert_int_equal(add_agent(&signer, blobs, 3).taken, 3);
    assert_int_equal(check(&signer, 0, "rsa-sha2-512", rsa, &sx_sig_rsa_sha2_512, "message"),
                     SX_OK);
    assert_int_equal(check(&signer, 0, "rsa-sha2-256", rsa, &sx_sig_rsa_sha2_256, "message"),
                     SX_OK);
    assert_int_equal(
        check(&signer, 1, "ecdsa-sha2-nistp256", p256, &sx_sig_ecdsa_nistp256, "message"), SX_OK);
    assert_int_equal(check(&signer, 2, p256_cert, p256, &sx_sig_ecdsa_nistp256_cert, "message"),
                     SX_OK);
    /* another algorithm than was asked for, as agents do that don't know the flags */
    assert_int_equal(check(&signer, 0, "rsa-sha2-512", rsa, &sx_sig_rsa_sha2_256, "message"),
                     SX_ERR_AGENT_ANSWER);
    /* another message, another key */
    assert_int_equal(check(&signer, 0, "rsa-sha2-512", rsa, &sx_sig_rsa_sha2_512, "massage"),
                     SX_ERR_AGENT_ANSWER);
    assert_int_equal(
        check(&signer, 0, "rsa-sha2-512", key_of(SX_KEY_RSA, 2), &sx_sig_rsa_sha2_512, "message"),
        SX_ERR_AGENT_ANSWER);
    assert_int_equal(check(&signer, 0, "rsa-sha2-512", p256, &sx_sig_ecdsa_nistp256, "message"),
                     SX_ERR_AGENT_ANSWER);
    assert_int_equal(sx_signer_check_agent(&signer, fixture_provider(), &none, SX_SLICE_NONE, NULL),
                     SX_ERR_AGENT_ANSWER);
    sx_signer_clear(&signer);
}

static void test_only_agents_keys_are_asked_for_there(void **state)
{
    const struct sx_event_sign beyond = { 1, "rsa-sha2-512", sx_slice_text("message") };
    const struct sx_event_sign unlisted = { 0, "ssh-rsa", sx_slice_text("message") };
    const struct sx_event_sign here = { 0, "ecdsa-sha2-nistp256", sx_slice_text("message") };
    struct sx_key *key = NULL;
    struct sx_msg_agent_sign_request question;
    struct sx_buffer signature;
    struct sx_signer signer;

    (void)state;
    sx_signer_init(&signer, algs);
    assert_int_equal(sx_key_generate(fixture_provider(), SX_KEY_ECDSA_P256, 0, &key), SX_OK);
    assert_int_equal(sx_signer_add(&signer, key, NULL), SX_OK);
    assert_int_equal(sx_signer_ask_agent(&signer, &beyond, NULL, &question), SX_ERR_ARGUMENT);
    assert_int_equal(sx_signer_ask_agent(&signer, &unlisted, NULL, &question), SX_ERR_ARGUMENT);
    assert_int_equal(sx_signer_ask_agent(&signer, &here, NULL, &question), SX_ERR_ARGUMENT);
    sx_signer_clear(&signer);

    {
        const struct sx_slice blob = blob_of(SX_KEY_ECDSA_P256, 1);

        sx_signer_init(&signer, algs);
        (void)add_agent(&signer, &blob, 1);
        sx_buffer_init(&signature, 4096);
        assert_int_equal(sx_signer_sign(&signer, &here, NULL, &signature), SX_ERR_ARGUMENT);
        assert_int_equal(sx_signer_ask_agent(&signer, &here, NULL, &question), SX_OK);
        assert_int_equal(question.flags, 0);
        sx_buffer_clear(&signature);
        sx_signer_clear(&signer);
    }
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
        cmocka_unit_test(test_what_an_agent_holds_is_judged),
        cmocka_unit_test(test_short_rsa_keys_are_passed_over),
        cmocka_unit_test(test_an_agent_can_not_fill_more_than_there_is),
        cmocka_unit_test(test_a_certificate_stands_before_its_key),
        cmocka_unit_test(test_the_name_of_rsa_certificates),
        cmocka_unit_test(test_lines_that_are_no_certificate),
        cmocka_unit_test(test_an_agents_signature_is_verified),
        cmocka_unit_test(test_only_agents_keys_are_asked_for_there),
    };

    return cmocka_run_group_tests(tests, NULL, clear_fixture);
}
