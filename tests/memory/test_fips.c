/* Whole sessions under the policy fips, by each FIPS module of SEXEC_TEST_MODULES: every algorithm
 * that policy and module share, and none besides, is spoken with a peer over the same module. */
#include <stdlib.h>

#include "memory/matrix_checks.h"
#include "support/groups.h"

static struct session_config config_for(struct sx_provider *provider)
{
    struct session_config config = session_config_default();

    config.provider = provider;
    config.policy = &sx_policy_fips;
    config.peer.provider = provider;
    session_offer(&config, "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes128-gcm@openssh.com",
                  NULL);
    return config;
}

static void test_every_algorithm_of_the_fips_policy(void **state)
{
    unsigned modules = 0;

    (void)state;
    for (unsigned i = 0;; i++) {
        struct sx_fault fault = { 0 };
        struct sx_provider *provider = fixture_module(i, &fault);
        struct session_config config;

        if (provider == NULL) {
            assert_string_equal(fault.text, "");
            break;
        }
        print_message("module %s\n", sx_provider_get_info(provider)->version);
        config = config_for(provider);
        check_matrix(&config, 40);
        assert_int_equal(sx_provider_unapproved_count(provider), 0);
        modules++;
    }
    /* The test run provides modules; a run without any proves nothing and must not look green. */
    if (modules == 0)
        print_error("SEXEC_TEST_MODULES names no FIPS module (tests/support/modules.sh)\n");
    assert_true(modules > 0);
}

/* What the policy lacks is refused before a connection begins, whoever asks for it. */
static void test_other_algorithms_are_not_offered(void **state)
{
    static const struct matrix_cell others[] = {
        { "curve25519-sha256", "ecdsa-sha2-nistp256", "aes128-gcm@openssh.com", NULL },
        { "ecdh-sha2-nistp256", "ssh-ed25519", "aes128-gcm@openssh.com", NULL },
        { "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes128-cbc", NULL },
        { "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes128-ctr", "hmac-sha1" },
    };
    struct sx_fault fault = { 0 };
    struct sx_provider *provider = fixture_module(0, &fault);

    (void)state;
    assert_non_null(provider);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct session_config config = config_for(provider);
        struct session *session;

        config.wishes.lists[SX_ALG_KEX] = others[i].kex;
        config.wishes.lists[SX_ALG_HOST_KEY] = others[i].host_key;
        config.wishes.lists[SX_ALG_CIPHER] = others[i].cipher;
        config.wishes.lists[SX_ALG_MAC] = others[i].mac;
        session = session_new(&config);
        assert_non_null(session);
        assert_null(session->engine);
        assert_int_equal(session->err, SX_ERR_POLICY_ALGORITHM);
        check_text(session->fault.text);
        session_free(session);
    }
}

/* The policy demands the proof that a mode stands for; the default one only tells. */
static void test_a_server_that_asks_for_no_proof_is_refused(void **state)
{
    struct sx_fault fault = { 0 };
    struct sx_provider *provider = fixture_module(0, &fault);
    struct session_config config;
    struct session *session;

    (void)state;
    assert_non_null(provider);
    config = config_for(provider);
    config.mode = SX_AUTH_PUBLICKEY;
    config.keys[0] = fixture_key(provider, SX_KEY_ECDSA_P256, 1);
    config.keys[1] = fixture_key(provider, SX_KEY_ECDSA_P384, 1);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[0]);
    session = checked_session(&config);
    peer_tamper(session->peer, TAMPER_REPLACE, PEER_ANY, SX_MSG_USERAUTH_PK_OK)->bytes =
        BYTES("\x34");
    session_run(session);
    check_ended(session, SX_ERR_AUTH_UNPROVEN);
    assert_string_equal(session->trace, "VNHK");
    session_free(session);
}

/* A group exchange's group that no document lists is told apart before the module is asked; the
 * very prime with its own generator is taken. */
static void test_unknown_group_is_refused(void **state)
{
    struct sx_fault fault = { 0 };
    struct sx_provider *provider;

    (void)state;
    for (unsigned i = 0; (provider = fixture_module(i, &fault)) != NULL; i++) {
        struct session_config config = config_for(provider);
        struct session *session;

        config.wishes.lists[SX_ALG_KEX] = "diffie-hellman-group-exchange-sha256";
        config.peer.gex_prime = group_prime(2048);
        config.peer.gex_generator = sx_slice_text("\4");
        session = checked_session(&config);
        session_run(session);
        check_ended(session, SX_ERR_POLICY_GROUP);
        assert_int_equal(session->peer->disconnect_reason, SX_DISCONNECT_KEY_EXCHANGE_FAILED);
        assert_int_equal(peer_count(session->peer, SX_MSG_KEX_GEX_INIT), 0);
        assert_non_null(strstr(session_fault_text(session), "policy fips"));
        session_free(session);

        config.peer.gex_generator = SX_SLICE_NONE;
        session = checked_session(&config);
        session_run(session);
        check_finished(session);
        session_free(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_algorithm_of_the_fips_policy),
        cmocka_unit_test(test_other_algorithms_are_not_offered),
        cmocka_unit_test(test_unknown_group_is_refused),
        cmocka_unit_test(test_a_server_that_asks_for_no_proof_is_refused),
    };

    return RUN_GROUP(tests);
}
