/* crypto/legacy_mac.c: HMACs that only the policies compat and legacy reach: with MD5 or RIPEMD-160
 * (RFC 4253 section 6.4), and tags that are cut to 96 bits. Left out by -DSEXEC_LEGACY=OFF. mac.c
 * serves them like all others. */
#include "crypto/legacy.h"

#define SX_OLD_HMAC(ssh_name, evp, key_size, tag, etm)                                             \
    {                                                                                              \
        .name = ssh_name, .kind = SX_MAC_HMAC, .evp_hash = evp, .key_len = key_size,               \
        .tag_len = tag, .is_etm = etm                                                              \
    }

const struct sx_mac_alg sx_mac_hmac_sha1_96 = SX_OLD_HMAC("hmac-sha1-96", "SHA1", 20, 12, false);
const struct sx_mac_alg sx_mac_hmac_sha2_256_96 =
    SX_OLD_HMAC("hmac-sha2-256-96", "SHA2-256", 32, 12, false);
const struct sx_mac_alg sx_mac_hmac_sha2_512_96 =
    SX_OLD_HMAC("hmac-sha2-512-96", "SHA2-512", 64, 12, false);
const struct sx_mac_alg sx_mac_hmac_md5 = SX_OLD_HMAC("hmac-md5", "MD5", 16, 16, false);
const struct sx_mac_alg sx_mac_hmac_md5_96 = SX_OLD_HMAC("hmac-md5-96", "MD5", 16, 12, false);
const struct sx_mac_alg sx_mac_hmac_md5_etm =
    SX_OLD_HMAC("hmac-md5-etm@openssh.com", "MD5", 16, 16, true);
const struct sx_mac_alg sx_mac_hmac_ripemd160 =
    SX_OLD_HMAC("hmac-ripemd160", "RIPEMD160", 20, 20, false);
const struct sx_mac_alg sx_mac_hmac_ripemd160_96 =
    SX_OLD_HMAC("hmac-ripemd160-96", "RIPEMD160", 20, 12, false);
