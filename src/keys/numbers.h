/* keys/numbers.h: the named numbers that JWK and XML keys consist of, in one shape. */
#ifndef SX_KEYS_NUMBERS_H
#define SX_KEYS_NUMBERS_H

#include "base/secret.h"
#include "crypto/key.h"

/* By JWK's names (RFC 7518); DSA's have XML's. */
enum sx_number {
    SX_NUMBER_N,
    SX_NUMBER_E,
    SX_NUMBER_D,
    SX_NUMBER_P,
    SX_NUMBER_Q,
    SX_NUMBER_QI,
    SX_NUMBER_X,
    SX_NUMBER_Y,
    SX_NUMBER_G,
    SX_NUMBER_COUNT
};

/* Zero-initialise; cleared by the caller. */
struct sx_numbers {
    struct sx_secret values[SX_NUMBER_COUNT];
};

/* sx_numbers_add decodes base64 (or base64url, as JWK has it) into a number. SX_ERR_KEY_FORMAT when
 * it can't, or the number is there already. */
SX_MUST_USE enum sx_err sx_numbers_add(struct sx_numbers *numbers, enum sx_number which,
                                       struct sx_slice base64, bool is_url, struct sx_fault *fault);

bool sx_numbers_has(const struct sx_numbers *numbers, enum sx_number which);

/* The key of a type: private when d (DSA: x) is there, else public. RSA needs its primes, too.
 * SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_numbers_rsa(struct sx_provider *provider,
                                       const struct sx_numbers *numbers, struct sx_fault *fault,
                                       struct sx_key **out);
SX_MUST_USE enum sx_err sx_numbers_ec(struct sx_provider *provider, enum sx_key_type type,
                                      const struct sx_numbers *numbers, struct sx_fault *fault,
                                      struct sx_key **out);
SX_MUST_USE enum sx_err sx_numbers_ed25519(struct sx_provider *provider,
                                           const struct sx_numbers *numbers, struct sx_fault *fault,
                                           struct sx_key **out);
#if SX_LEGACY
SX_MUST_USE enum sx_err sx_numbers_dsa(struct sx_provider *provider,
                                       const struct sx_numbers *numbers, struct sx_fault *fault,
                                       struct sx_key **out);
#endif

void sx_numbers_clear(struct sx_numbers *numbers);

#endif
