/* keys/jwk.c: JSON Web Keys. */
#include "keys/jwk.h"

#include "base/text.h"
#include "keys/json.h"
#include "keys/numbers.h"

enum { JWK_SET_MAX = 32, JWK_MEMBERS_MAX = 64 };

struct jwk {
    struct sx_slice kty;
    struct sx_slice crv;
    struct sx_numbers numbers;
};

static enum sx_err member_read(struct sx_slice name, const struct sx_json_value *value,
                               struct sx_fault *fault, struct jwk *out)
{
    static const struct {
        const char *name;
        enum sx_number number;
    } rows[] = {
        { "n", SX_NUMBER_N }, { "e", SX_NUMBER_E },   { "d", SX_NUMBER_D }, { "p", SX_NUMBER_P },
        { "q", SX_NUMBER_Q }, { "qi", SX_NUMBER_QI }, { "x", SX_NUMBER_X }, { "y", SX_NUMBER_Y },
    };

    if (value->kind != SX_JSON_STRING)
        return SX_OK;
    if (sx_slice_is_text(name, "kty"))
        out->kty = value->text;
    if (sx_slice_is_text(name, "crv"))
        out->crv = value->text;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sx_slice_is_text(name, rows[i].name))
            return sx_numbers_add(&out->numbers, rows[i].number, value->text, true, fault);
    }
    return SX_OK;
}

static enum sx_err key_make(struct sx_provider *provider, const struct jwk *jwk,
                            struct sx_fault *fault, struct sx_key **out)
{
    static const struct {
        const char *name;
        enum sx_key_type type;
    } curves[] = {
        { "P-256", SX_KEY_ECDSA_P256 },
        { "P-384", SX_KEY_ECDSA_P384 },
        { "P-521", SX_KEY_ECDSA_P521 },
    };
    char kty[32], crv[32];

    if (sx_slice_is_text(jwk->kty, "RSA"))
        return sx_numbers_rsa(provider, &jwk->numbers, fault, out);
    if (sx_slice_is_text(jwk->kty, "OKP") && sx_slice_is_text(jwk->crv, "Ed25519"))
        return sx_numbers_ed25519(provider, &jwk->numbers, fault, out);
    for (size_t i = 0; sx_slice_is_text(jwk->kty, "EC") && i < sizeof curves / sizeof curves[0];
         i++) {
        if (sx_slice_is_text(jwk->crv, curves[i].name))
            return sx_numbers_ec(provider, curves[i].type, &jwk->numbers, fault, out);
    }
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "a JSON Web Key of kty \"%s\" and crv \"%s\" can't be used; expected RSA, "
                        "EC on P-256, P-384 or P-521, or OKP with Ed25519",
                        sx_escape(kty, sizeof kty, jwk->kty), sx_escape(crv, sizeof crv, jwk->crv));
}

static bool is_usable_kty(struct sx_slice kty)
{
    return sx_slice_is_text(kty, "RSA") || sx_slice_is_text(kty, "EC") ||
           sx_slice_is_text(kty, "OKP");
}

static enum sx_err decode_one(struct sx_provider *provider, struct sx_slice object, bool is_in_set,
                              struct sx_fault *fault, const struct sx_key_sink *sink)
{
    struct jwk jwk = { .kty = SX_SLICE_NONE };
    struct sx_json_value value;
    struct sx_slice name;
    struct sx_key *key = NULL;
    enum sx_err err = SX_OK;

    for (unsigned i = 0; err == SX_OK && sx_json_member(object, i, &name, &value); i++)
        err = i < JWK_MEMBERS_MAX ? member_read(name, &value, fault, &jwk) : SX_ERR_KEY_FORMAT;
    if (err == SX_OK && is_in_set && !is_usable_kty(jwk.kty))
        goto out;
    if (err == SX_OK)
        err = key_make(provider, &jwk, fault, &key);
    if (err == SX_OK)
        err = sink->key(sink->context, key, fault);
out:
    sx_numbers_clear(&jwk.numbers);
    return err == SX_OK ? SX_OK : sx_fault_note(fault, err);
}

static enum sx_err decode_set(struct sx_provider *provider, struct sx_slice array,
                              struct sx_fault *fault, const struct sx_key_sink *sink)
{
    struct sx_json_value value;
    struct sx_slice name;

    for (unsigned i = 0; i < JWK_SET_MAX && sx_json_member(array, i, &name, &value); i++) {
        if (value.kind == SX_JSON_OBJECT)
            SX_TRY(decode_one(provider, value.text, true, fault, sink));
    }
    return SX_OK;
}

enum sx_err sx_jwk_decode(struct sx_provider *provider, struct sx_slice text,
                          struct sx_fault *fault, const struct sx_key_sink *sink)
{
    struct sx_slice rest = text;
    struct sx_json_value root;
    struct sx_json_value value;
    struct sx_slice name;

    if (!sx_json_value_read(&rest, &root) || rest.len != 0 || root.kind != SX_JSON_OBJECT)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the JSON Web Key is damaged: expected one JSON object");
    for (unsigned i = 0; sx_json_member(root.text, i, &name, &value); i++) {
        if (sx_slice_is_text(name, "keys") && value.kind == SX_JSON_ARRAY)
            return decode_set(provider, value.text, fault, sink);
        if (i == JWK_MEMBERS_MAX)
            break;
    }
    return decode_one(provider, root.text, false, fault, sink);
}
