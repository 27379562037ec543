/* tests/support/groups.c: OpenSSL's own copies of the RFCs' primes. */
#include "support/groups.h"

#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>

enum { BYTES_MAX = 8192 / 8 };

static struct {
    unsigned bits;
    BIGNUM *(*make)(BIGNUM *out);
    size_t len; /* 0: not made yet */
    uint8_t bytes[BYTES_MAX];
} groups[] = {
    { .bits = 1024, .make = BN_get_rfc2409_prime_1024 },
    { .bits = 2048, .make = BN_get_rfc3526_prime_2048 },
    { .bits = 3072, .make = BN_get_rfc3526_prime_3072 },
    { .bits = 4096, .make = BN_get_rfc3526_prime_4096 },
    { .bits = 6144, .make = BN_get_rfc3526_prime_6144 },
    { .bits = 8192, .make = BN_get_rfc3526_prime_8192 },
};

struct sx_slice group_prime(unsigned bits)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (groups[i].bits != bits)
            continue;
        if (groups[i].len == 0) {
            BIGNUM *prime = groups[i].make(NULL);

            if (prime != NULL && BN_num_bytes(prime) <= BYTES_MAX)
                groups[i].len = (size_t)BN_bn2bin(prime, groups[i].bytes);
            BN_free(prime);
        }
        return sx_slice_of(groups[i].bytes, groups[i].len);
    }
    return SX_SLICE_NONE;
}
