/* crypto/group_name.c: which published safe-prime group a prime is. No table of primes is kept: all
 * of them are made by one formula, p = 2^b - 2^(b-64) - 1 + 2^64 * (floor(2^(b-130) * c) + x), where
 * c is pi in RFC 3526 and e in RFC 7919, and x is the one number that makes p safe. pi's digits are
 * taken from OpenSSL's own copy of RFC 3526, e's come from its series. Plain arithmetic on public
 * numbers: no provider serves here. */
#include "crypto/agree.h"
#include "crypto/openssl.h"

#include <openssl/bn.h>

/* RFC 7919 appendix A. */
struct e_group {
    const char *name;
    int bits;
    BN_ULONG x;
};

static const struct e_group e_groups[] = {
    { "ffdhe2048", 2048, 560316 },   { "ffdhe3072", 3072, 2625351 },
    { "ffdhe4096", 4096, 5736041 },  { "ffdhe6144", 6144, 15705020 },
    { "ffdhe8192", 8192, 10965728 },
};

struct pi_group {
    const char *name;
    int bits;
    BIGNUM *(*prime)(BIGNUM *out);
};

static const struct pi_group pi_groups[] = {
    { "modp_2048", 2048, BN_get_rfc3526_prime_2048 },
    { "modp_3072", 3072, BN_get_rfc3526_prime_3072 },
    { "modp_4096", 4096, BN_get_rfc3526_prime_4096 },
    { "modp_6144", 6144, BN_get_rfc3526_prime_6144 },
    { "modp_8192", 8192, BN_get_rfc3526_prime_8192 },
};

/* floor(2^bits * e), by 1/0! + 1/1! + 1/2! + ... with 64 bits to spare for what each division
 * drops; NULL without memory. */
static BIGNUM *scaled_e(int bits)
{
    BIGNUM *sum = BN_new();
    BIGNUM *term = BN_new();
    bool is_ok = sum != NULL && term != NULL && BN_set_bit(term, bits + 64) == 1;

    for (BN_ULONG k = 1; is_ok && !BN_is_zero(term); k++)
        is_ok = BN_add(sum, sum, term) == 1 && BN_div_word(term, k) != (BN_ULONG)-1;
    is_ok = is_ok && BN_rshift(sum, sum, 64) == 1;
    BN_free(term);
    if (!is_ok) {
        BN_free(sum);
        return NULL;
    }
    return sum;
}

/* p = 2^b - 2^(b-64) + 2^64 * (floor(2^(b-130) * e) + x) - 1 */
static BIGNUM *e_prime(const struct e_group *group)
{
    BIGNUM *p = scaled_e(group->bits - 130);
    BIGNUM *high = BN_new();
    BIGNUM *low = BN_new();
    bool is_ok = p != NULL && high != NULL && low != NULL && BN_add_word(p, group->x) == 1 &&
                 BN_lshift(p, p, 64) == 1 && BN_set_bit(high, group->bits) == 1 &&
                 BN_set_bit(low, group->bits - 64) == 1 && BN_add(p, p, high) == 1 &&
                 BN_sub(p, p, low) == 1 && BN_sub_word(p, 1) == 1;

    BN_free(high);
    BN_free(low);
    if (!is_ok) {
        BN_free(p);
        return NULL;
    }
    return p;
}

/* Takes prime, which may be NULL. */
static bool is_prime(const BIGNUM *p, BIGNUM *take_prime)
{
    bool is_equal = take_prime != NULL && BN_cmp(p, take_prime) == 0;

    BN_free(take_prime);
    return is_equal;
}

const char *sx_group_name(struct sx_slice p, struct sx_slice g)
{
    const char *name = NULL;
    BIGNUM *bn = NULL;

    if (p.len > SX_DH_BITS_MAX / 8 || g.len != 1 || g.ptr[0] != 2)
        return NULL;
    bn = BN_bin2bn(p.ptr, (int)p.len, NULL);
    for (size_t i = 0; bn != NULL && i < sizeof pi_groups / sizeof pi_groups[0]; i++) {
        if (BN_num_bits(bn) == pi_groups[i].bits && is_prime(bn, pi_groups[i].prime(NULL)))
            name = pi_groups[i].name;
    }
    for (size_t i = 0; bn != NULL && i < sizeof e_groups / sizeof e_groups[0]; i++) {
        if (name == NULL && BN_num_bits(bn) == e_groups[i].bits &&
            is_prime(bn, e_prime(&e_groups[i])))
            name = e_groups[i].name;
    }
    BN_free(bn);
    return name;
}
