/* The signer: signs with the key that was asked for, by an algorithm of the list, or says why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/key_store.h"
#include "services/signer.h"
#include "support/providers.h"
#include "unit/keys/key_data.h"

static const struct sx_sig_alg *const algs[] = { &sx_sig_rsa_sha2_512, &sx_sig_ecdsa_nistp256,
                                                 &sx_sig_ecdsa_nistp384, NULL };

/* A key of the type: out of a file, as RSA keys take long to make. */
static struct sx_key *key_new(struct sx_provider *provider, enum sx_key_type type)
{
    struct sx_key *key = NULL;

    for (size_t i = 0; i < DATA_KEYS; i++) {
        char file[64];
        struct data text;

        if (data_keys[i].type != type)
            continue;
        (void)snprintf(file, sizeof file, "%s.pkcs8", data_keys[i].name);
        text = data_read(file);
        assert_int_equal(sx_key_decode(provider, data_slice(&text), SX_SLICE_NONE, NULL, &key),
                         SX_OK);
    }
    assert_non_null(key);
    return key;
}

static void sign_with_each_key(const struct test_provider *tp)
{
    static const enum sx_key_type types[] = { SX_KEY_ECDSA_P256, SX_KEY_RSA, SX_KEY_ECDSA_P384 };
    static const struct sx_sig_alg *const with[] = { &sx_sig_ecdsa_nistp256, &sx_sig_rsa_sha2_512,
                                                     &sx_sig_ecdsa_nistp384 };
    struct sx_slice message = sx_slice_text("message");
    const struct sx_auth_key *identities;
    struct sx_signer signer;
    unsigned count;

    sx_signer_init(&signer, algs);
    identities = sx_signer_identities(&signer, &count);
    assert_int_equal(count, 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sx_signer_add(&signer, key_new(tp->provider, types[i]), NULL), SX_OK);
    assert_ptr_equal(sx_signer_identities(&signer, &count), identities);
    assert_int_equal(count, 3);

    for (unsigned i = 0; i < 3; i++) {
        const struct sx_event_sign request = { i, with[i]->name, message };
        struct sx_key *verifier = NULL;
        struct sx_buffer signature;

        assert_int_equal(identities[i].type, types[i]);
        assert_int_equal(
            sx_key_from_public_blob(tp->provider, identities[i].public_blob, NULL, &verifier),
            SX_OK);
        sx_buffer_init(&signature, 4096);
        assert_int_equal(sx_signer_sign(&signer, &request, NULL, &signature), SX_OK);
        assert_int_equal(
            sx_key_verify(verifier, with[i], message, sx_buffer_unread(&signature), NULL), SX_OK);
        sx_buffer_clear(&signature);
        sx_key_free(verifier);
    }
    sx_signer_clear(&signer);
    sx_signer_clear(&signer);
}

static void test_each_key_signs_as_itself(void **state)
{
    (void)state;
    for_each_provider(sign_with_each_key);
}

static void assert_refused(const struct sx_signer *signer, unsigned index, const char *algorithm,
                           enum sx_err err, const char *word)
{
    const struct sx_event_sign request = { index, algorithm, sx_slice_text("message") };
    struct sx_fault fault = { 0 };
    struct sx_buffer signature;

    sx_buffer_init(&signature, 4096);
    assert_int_equal(sx_signer_sign(signer, &request, &fault, &signature), err);
    assert_int_equal(fault.err, err);
    assert_int_equal(sx_buffer_len(&signature), 0);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", fault.text, word);
    sx_buffer_clear(&signature);
}

static void test_what_does_not_fit_is_not_signed(void **state)
{
    struct sx_signer signer;

    (void)state;
    sx_signer_init(&signer, algs);
    assert_refused(&signer, 0, "ecdsa-sha2-nistp256", SX_ERR_ARGUMENT, "no key 1");
    assert_int_equal(sx_signer_add(&signer, key_new(providers_default(), SX_KEY_RSA), NULL), SX_OK);
    assert_refused(&signer, 1, "rsa-sha2-512", SX_ERR_ARGUMENT, "no key 2");
    /* this key could, but the list lacks it */
    assert_refused(&signer, 0, "rsa-sha2-256", SX_ERR_ARGUMENT, "rsa-sha2-256");
    assert_refused(&signer, 0, "ssh-rsa", SX_ERR_ARGUMENT, "ssh-rsa");
    assert_refused(&signer, 0, "", SX_ERR_ARGUMENT, "\"\"");
    /* the list has it, but it needs another key */
    assert_refused(&signer, 0, "ecdsa-sha2-nistp256", SX_ERR_SIGN, "ecdsa-sha2-nistp256");
    sx_signer_clear(&signer);
}

static void test_public_key_alone_is_no_identity(void **state)
{
    struct sx_key *pair = key_new(providers_default(), SX_KEY_ECDSA_P256);
    struct sx_key *public_key = NULL;
    struct sx_signer signer;
    struct sx_fault fault = { 0 };
    unsigned count;

    (void)state;
    sx_signer_init(&signer, algs);
    assert_int_equal(
        sx_key_from_public_blob(providers_default(), sx_key_public_blob(pair), NULL, &public_key),
        SX_OK);
    assert_int_equal(sx_signer_add(&signer, public_key, &fault), SX_ERR_ARGUMENT);
    assert_non_null(strstr(fault.text, "private key"));
    (void)sx_signer_identities(&signer, &count);
    assert_int_equal(count, 0);
    sx_signer_clear(&signer);
    sx_key_free(pair);
}

static void test_identities_are_bounded(void **state)
{
    struct sx_signer signer;
    struct sx_fault fault = { 0 };
    unsigned count;

    (void)state;
    sx_signer_init(&signer, algs);
    for (unsigned i = 0; i < SX_AUTH_KEYS_MAX; i++)
        assert_int_equal(
            sx_signer_add(&signer, key_new(providers_default(), SX_KEY_ECDSA_P256), NULL), SX_OK);
    assert_int_equal(
        sx_signer_add(&signer, key_new(providers_default(), SX_KEY_ECDSA_P256), &fault),
        SX_ERR_SPACE);
    assert_non_null(strstr(fault.text, "32"));
    (void)sx_signer_identities(&signer, &count);
    assert_int_equal(count, SX_AUTH_KEYS_MAX);
    sx_signer_clear(&signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_key_signs_as_itself),
        cmocka_unit_test(test_what_does_not_fit_is_not_signed),
        cmocka_unit_test(test_public_key_alone_is_no_identity),
        cmocka_unit_test(test_identities_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
