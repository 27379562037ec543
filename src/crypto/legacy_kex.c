/* crypto/legacy_kex.c: key exchanges whose hash is SHA-1, which only the policies compat and legacy
 * reach (RFC 4253 section 8, RFC 4419, RFC 4462; RFC 9142 advises against all). Left out by
 * -DSEXEC_LEGACY=OFF. agree.c serves them like all others. */
#include "crypto/legacy.h"
#include "wire/msg_gss.h"

/* Oakley group 2 (RFC 2409 section 6.2), which the SSH name calls group 1. */
static const uint8_t oakley_2[128] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc9, 0x0f, 0xda, 0xa2, 0x21, 0x68, 0xc2, 0x34,
    0xc4, 0xc6, 0x62, 0x8b, 0x80, 0xdc, 0x1c, 0xd1, 0x29, 0x02, 0x4e, 0x08, 0x8a, 0x67, 0xcc, 0x74,
    0x02, 0x0b, 0xbe, 0xa6, 0x3b, 0x13, 0x9b, 0x22, 0x51, 0x4a, 0x08, 0x79, 0x8e, 0x34, 0x04, 0xdd,
    0xef, 0x95, 0x19, 0xb3, 0xcd, 0x3a, 0x43, 0x1b, 0x30, 0x2b, 0x0a, 0x6d, 0xf2, 0x5f, 0x14, 0x37,
    0x4f, 0xe1, 0x35, 0x6d, 0x6d, 0x51, 0xc2, 0x45, 0xe4, 0x85, 0xb5, 0x76, 0x62, 0x5e, 0x7e, 0xc6,
    0xf4, 0x4c, 0x42, 0xe9, 0xa6, 0x37, 0xed, 0x6b, 0x0b, 0xff, 0x5c, 0xb6, 0xf4, 0x06, 0xb7, 0xed,
    0xee, 0x38, 0x6b, 0xfb, 0x5a, 0x89, 0x9f, 0xa5, 0xae, 0x9f, 0x24, 0x11, 0x7c, 0x4b, 0x1f, 0xe6,
    0x49, 0x28, 0x66, 0x51, 0xec, 0xe6, 0x53, 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

const struct sx_kex_alg sx_kex_dh_group1_sha1 = { .name = "diffie-hellman-group1-sha1",
                                                  .family = SX_KEX_DH,
                                                  .hash = SX_HASH_SHA1,
                                                  .prime = { oakley_2, sizeof oakley_2 } };
const struct sx_kex_alg sx_kex_dh_group14_sha1 = { .name = "diffie-hellman-group14-sha1",
                                                   .family = SX_KEX_DH,
                                                   .group = "modp_2048",
                                                   .hash = SX_HASH_SHA1 };
const struct sx_kex_alg sx_kex_dh_gex_sha1 = { .name = "diffie-hellman-group-exchange-sha1",
                                               .family = SX_KEX_DH_GEX,
                                               .hash = SX_HASH_SHA1 };
const struct sx_kex_alg sx_kex_gss_group14_sha1 = { .name = "gss-group14-sha1-" SX_GSS_KRB5_SUFFIX,
                                                    .family = SX_KEX_DH,
                                                    .group = "modp_2048",
                                                    .hash = SX_HASH_SHA1,
                                                    .is_gss = true };
const struct sx_kex_alg sx_kex_gss_gex_sha1 = { .name = "gss-gex-sha1-" SX_GSS_KRB5_SUFFIX,
                                                .family = SX_KEX_DH_GEX,
                                                .hash = SX_HASH_SHA1,
                                                .is_gss = true };
