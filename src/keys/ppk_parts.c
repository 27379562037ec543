/* keys/ppk_parts.c: what PuTTY keeps of each type of key.
 *
 *     type       public blob, behind its name       private blob
 *     RSA        mpint e, n                         mpint d, p, q, iqmp
 *     DSA        mpint p, q, g, y                   mpint x
 *     ECDSA      string curve, string point         mpint scalar
 *     Ed25519    string public key                  string seed, little-endian, without zeros at
 *                                                   its end
 */
#include "keys/ppk_parts.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "wire/reader.h"

enum { ED25519_SIZE = 32 };

static enum sx_err damaged(struct sx_fault *fault)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "the PuTTY key is damaged: its parts end early or have bad fields");
}

static enum sx_err make_rsa(struct sx_provider *provider, struct sx_reader *open,
                            struct sx_reader *hidden, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_rsa_parts parts;

    parts.e = sx_reader_mpint(open);
    parts.n = sx_reader_mpint(open);
    parts.d = sx_reader_mpint(hidden);
    parts.p = sx_reader_mpint(hidden);
    parts.q = sx_reader_mpint(hidden);
    parts.iqmp = sx_reader_mpint(hidden);
    if (sx_reader_finish(open) != SX_OK || sx_reader_is_bad(hidden))
        return damaged(fault);
    return sx_key_from_rsa(provider, &parts, fault, out);
}

#if SX_LEGACY
static enum sx_err make_dsa(struct sx_provider *provider, struct sx_reader *open,
                            struct sx_reader *hidden, struct sx_fault *fault, struct sx_key **out)
{
    struct sx_dsa_parts parts;

    parts.p = sx_reader_mpint(open);
    parts.q = sx_reader_mpint(open);
    parts.g = sx_reader_mpint(open);
    parts.y = sx_reader_mpint(open);
    parts.x = sx_reader_mpint(hidden);
    if (sx_reader_finish(open) != SX_OK || sx_reader_is_bad(hidden))
        return damaged(fault);
    return sx_key_from_dsa(provider, &parts, fault, out);
}
#endif

static enum sx_err make_ec(struct sx_provider *provider, enum sx_key_type type,
                           struct sx_reader *open, struct sx_reader *hidden, struct sx_fault *fault,
                           struct sx_key **out)
{
    struct sx_slice curve = sx_reader_string(open);
    struct sx_slice point = sx_reader_string(open);
    struct sx_slice scalar = sx_reader_mpint(hidden);

    if (sx_reader_finish(open) != SX_OK || sx_reader_is_bad(hidden) ||
        !sx_slice_is_text(curve, sx_key_type_name(type) + strlen("ecdsa-sha2-")))
        return damaged(fault);
    return sx_key_from_ec(provider, type, point, scalar, fault, out);
}

static enum sx_err make_ed25519(struct sx_provider *provider, struct sx_reader *open,
                                struct sx_reader *hidden, struct sx_fault *fault,
                                struct sx_key **out)
{
    struct sx_slice point = sx_reader_string(open);
    struct sx_slice number = sx_reader_string(hidden);
    uint8_t seed[ED25519_SIZE] = { 0 };
    enum sx_err err;

    if (sx_reader_finish(open) != SX_OK || sx_reader_is_bad(hidden) || number.len == 0 ||
        number.len > sizeof seed)
        return damaged(fault);
    memcpy(seed, number.ptr, number.len);
    err = sx_key_from_ed25519(provider, point, sx_slice_of(seed, sizeof seed), fault, out);
    sx_wipe(seed, sizeof seed);
    return err;
}

enum sx_err sx_ppk_key_make(struct sx_provider *provider, struct sx_slice type,
                            struct sx_slice public_blob, struct sx_slice private_part,
                            struct sx_fault *fault, struct sx_key **out)
{
    static const enum sx_key_type curves[] = { SX_KEY_ECDSA_P256, SX_KEY_ECDSA_P384,
                                               SX_KEY_ECDSA_P521 };
    struct sx_reader open;
    struct sx_reader hidden;
    char shown[64];

    sx_reader_init(&open, public_blob);
    sx_reader_init(&hidden, private_part);
    if (!sx_slice_is_equal(sx_reader_string(&open), type))
        return damaged(fault);
    if (sx_slice_is_text(type, "ssh-rsa"))
        return make_rsa(provider, &open, &hidden, fault, out);
#if SX_LEGACY
    if (sx_slice_is_text(type, "ssh-dss"))
        return make_dsa(provider, &open, &hidden, fault, out);
#endif
    if (sx_slice_is_text(type, "ssh-ed25519"))
        return make_ed25519(provider, &open, &hidden, fault, out);
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (sx_slice_is_text(type, sx_key_type_name(curves[i])))
            return make_ec(provider, curves[i], &open, &hidden, fault, out);
    }
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "PuTTY keys of type \"%s\" can't be used",
                        sx_escape(shown, sizeof shown, type));
}
