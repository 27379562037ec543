/* tests/support/matrix.h: the algorithms of an offer in combination.
 *
 * Whole under SEXEC_TEST_FULL; else so many cells that every pair of values of two kinds occurs.
 * Only the large Diffie-Hellman groups, each of which costs as much as all the rest, then meet
 * every fifth cipher and MAC alone. */
#ifndef SX_TESTS_MATRIX_H
#define SX_TESTS_MATRIX_H

#include "policy/offer.h"

struct matrix_cell {
    const char *kex;
    const char *host_key;
    const char *cipher;
    const char *mac; /* NULL with an AEAD cipher */
};

typedef void matrix_visit(void *ctx, const struct matrix_cell *cell);

/* Returns how many cells were visited. */
size_t matrix_walk(const struct sx_offer *offer, matrix_visit *visit, void *ctx);

#endif
