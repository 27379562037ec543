/* crypto/agree_gss.c: the GSSAPI key exchanges with Kerberos, RFC 8732 and RFC 4462. What is computed
 * is that of the exchange without gss; who the server is, its security context shows.
 *
 * The names end in the mechanism's suffix, a constant: no MD5 is computed. */
#include "crypto/agree.h"
#include "wire/msg_gss.h"

#define SX_KEX_GSS(id, ssh_name, kind, group_name, hash_id)                                        \
    const struct sx_kex_alg sx_kex_gss_##id = { .name = ssh_name SX_GSS_KRB5_SUFFIX,               \
                                                .family = kind,                                    \
                                                .group = group_name,                               \
                                                .hash = hash_id,                                   \
                                                .is_gss = true }

SX_KEX_GSS(nistp256, "gss-nistp256-sha256-", SX_KEX_ECDH, "P-256", SX_HASH_SHA256);
SX_KEX_GSS(nistp384, "gss-nistp384-sha384-", SX_KEX_ECDH, "P-384", SX_HASH_SHA384);
SX_KEX_GSS(nistp521, "gss-nistp521-sha512-", SX_KEX_ECDH, "P-521", SX_HASH_SHA512);
SX_KEX_GSS(curve25519, "gss-curve25519-sha256-", SX_KEX_X25519, "X25519", SX_HASH_SHA256);
SX_KEX_GSS(group14_sha256, "gss-group14-sha256-", SX_KEX_DH, "modp_2048", SX_HASH_SHA256);
SX_KEX_GSS(group15_sha512, "gss-group15-sha512-", SX_KEX_DH, "modp_3072", SX_HASH_SHA512);
SX_KEX_GSS(group16_sha512, "gss-group16-sha512-", SX_KEX_DH, "modp_4096", SX_HASH_SHA512);
SX_KEX_GSS(group17_sha512, "gss-group17-sha512-", SX_KEX_DH, "modp_6144", SX_HASH_SHA512);
SX_KEX_GSS(group18_sha512, "gss-group18-sha512-", SX_KEX_DH, "modp_8192", SX_HASH_SHA512);
