/* tests/support/fixture.h: what many tests share and what is dear to make: providers and keys.
 *
 * Everything is made on first use, kept, and given back by fixture_clear (a group's teardown). */
#ifndef SX_TESTS_FIXTURE_H
#define SX_TESTS_FIXTURE_H

#include "crypto/key.h"
#include "crypto/provider.h"

/* The provider "default"; NULL when it can't be had. */
struct sx_provider *fixture_provider(void);

/* The index-th FIPS module at hand (support/providers.h); NULL past the last. *out_fault says why
 * one that is there can't be had, and then NULL is returned too. */
struct sx_provider *fixture_module(unsigned index, struct sx_fault *out_fault);

/* A key pair of a type; several of one type differ by index. NULL when it can't be made. */
enum { FIXTURE_RSA_BITS = 2048 };
const struct sx_key *fixture_key(struct sx_provider *provider, enum sx_key_type type,
                                 unsigned index);

void fixture_clear(void);

/* SEXEC_TEST_FULL is set: whole matrices. */
bool fixture_is_full(void);

#endif
