/* tests/memory/matrix_checks.h: one whole session in each cell of a policy's matrix. */
#ifndef SX_TESTS_MEMORY_MATRIX_CHECKS_H
#define SX_TESTS_MEMORY_MATRIX_CHECKS_H

#include "memory/checks.h"
#include "support/matrix.h"

enum { MATRIX_STREAM = 70 * 1000 };

static inline void check_negotiated(const struct session *session, const struct matrix_cell *cell)
{
    const struct sx_event_negotiated *told = &session->negotiated;
    const char *mac = cell->mac == NULL ? "none" : cell->mac;

    assert_string_equal(told->kex, cell->kex);
    assert_string_equal(told->host_key, cell->host_key);
    assert_string_equal(told->cipher_c2s, cell->cipher);
    assert_string_equal(told->cipher_s2c, cell->cipher);
    assert_string_equal(told->mac_c2s == NULL ? "none" : told->mac_c2s, mac);
    assert_string_equal(told->mac_s2c == NULL ? "none" : told->mac_s2c, mac);
    assert_true(told->is_strict);
    assert_int_equal(told->reason, SX_REKEY_INITIAL);
    assert_string_equal(session->host_key.algorithm, cell->host_key);
}

/* ctx is the struct session_config to start from. All three streams carry data. */
static inline void check_cell(void *ctx, const struct matrix_cell *cell)
{
    struct session_config config = *(const struct session_config *)ctx;
    struct session *session;

    session_offer(&config, cell->kex, cell->host_key, cell->cipher, cell->mac);
    assert_non_null(config.peer.host_keys[0]);
    config.stdin_bytes = MATRIX_STREAM;
    config.sends_eof = true;
    config.peer.command.stdout_bytes = MATRIX_STREAM;
    config.peer.command.stderr_bytes = MATRIX_STREAM / 2;
    config.peer.command.awaits_eof = true;
    config.peer.command.status = 7;
    session = checked_session(&config);
    session_run(session);
    if (session->err != SX_OK || session->peer->err != SX_OK)
        print_error("in the cell %s, %s, %s, %s\n", cell->kex, cell->host_key, cell->cipher,
                    cell->mac == NULL ? "-" : cell->mac);
    check_finished(session);
    check_negotiated(session, cell);
    assert_int_equal(session->exit.kind, SX_EXIT_STATUS);
    assert_int_equal(session->exit.status, 7);
    session_free(session);
}

static inline void check_matrix(struct session_config *config, size_t at_least)
{
    const struct sx_offer_wishes whole = { .strict_kex = -1 };
    struct sx_fault fault = { 0 };
    struct sx_offer offer;
    size_t n;

    if (sx_offer_make(config->policy, config->provider, &whole, &fault, &offer) != SX_OK)
        print_error("no offer: %s\n", fault.text);
    assert_int_equal(fault.err, SX_OK);
    n = matrix_walk(&offer, check_cell, config);
    print_message("%zu cells of policy %s\n", n, config->policy->name);
    assert_true(n >= at_least);
}

#endif
