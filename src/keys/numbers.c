/* keys/numbers.c: numbers in base64, and the keys that they make. */
#include "keys/numbers.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "wire/writer.h"

enum { TEXT_MAX = 4096, BLOB_MAX = 4096, POINT_MAX = 133 };

static const char *const names[SX_NUMBER_COUNT] = { "n", "e", "d", "p", "q", "qi", "x", "y", "g" };

/* What base64url writes with other letters, or not at all. */
static bool has_plain(struct sx_slice text)
{
    return memchr(text.ptr, '+', text.len) != NULL || memchr(text.ptr, '/', text.len) != NULL ||
           memchr(text.ptr, '=', text.len) != NULL;
}

static enum sx_err decode(struct sx_slice base64, bool is_url, struct sx_secret *out)
{
    char text[TEXT_MAX];
    enum sx_err err;

    if (base64.len > sizeof text || base64.len == 0 || (is_url && has_plain(base64)))
        return SX_ERR_KEY_FORMAT;
    memcpy(text, base64.ptr, base64.len);
    for (size_t i = 0; is_url && i < base64.len; i++) {
        if (text[i] == '-')
            text[i] = '+';
        if (text[i] == '_')
            text[i] = '/';
    }
    err = sx_secret_reserve(out, base64.len);
    if (err == SX_OK)
        err = sx_base64_decode(sx_slice_of(text, base64.len), !is_url, is_url, out->ptr, out->cap,
                               &out->len);
    sx_wipe(text, sizeof text);
    return err;
}

enum sx_err sx_numbers_add(struct sx_numbers *numbers, enum sx_number which, struct sx_slice base64,
                           bool is_url, struct sx_fault *fault)
{
    struct sx_secret *value = &numbers->values[which];
    enum sx_err err = value->ptr != NULL ? SX_ERR_KEY_FORMAT : decode(base64, is_url, value);

    if (err == SX_OK && value->len > 0)
        return SX_OK;
    return sx_fault_set(fault, err == SX_ERR_MEMORY ? err : SX_ERR_KEY_FORMAT,
                        "the key's number \"%s\" is there twice, empty or no base64%s",
                        names[which], is_url ? "url" : "");
}

bool sx_numbers_has(const struct sx_numbers *numbers, enum sx_number which)
{
    return numbers->values[which].len != 0;
}

void sx_numbers_clear(struct sx_numbers *numbers)
{
    for (size_t i = 0; i < SX_NUMBER_COUNT; i++)
        sx_secret_clear(&numbers->values[i]);
}

/* Without leading zeros, which XML's producers put there. */
static struct sx_slice magnitude(const struct sx_numbers *numbers, enum sx_number which)
{
    struct sx_slice value = sx_secret_slice(&numbers->values[which]);

    while (value.len > 0 && value.ptr[0] == 0)
        value = sx_slice_of(value.ptr + 1, value.len - 1);
    return value;
}

static enum sx_err need(const struct sx_numbers *numbers, const enum sx_number *wanted,
                        size_t count, struct sx_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (magnitude(numbers, wanted[i]).len == 0)
            return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the key lacks its number \"%s\"",
                                names[wanted[i]]);
    }
    return SX_OK;
}

/* A public key by way of its blob, so that there is one way to make one. */
static enum sx_err from_blob(struct sx_provider *provider, const struct sx_writer *writer,
                             struct sx_fault *fault, struct sx_key **out)
{
    struct sx_fault inner = { 0 };
    struct sx_slice blob = SX_SLICE_NONE;
    enum sx_err err = sx_writer_finish(writer, &blob);

    if (err == SX_OK)
        err = sx_key_from_public_blob(provider, blob, &inner, out);
    if (err == SX_OK || err == SX_ERR_MEMORY)
        return err;
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the public key is not valid: %s", inner.text);
}

enum sx_err sx_numbers_rsa(struct sx_provider *provider, const struct sx_numbers *numbers,
                           struct sx_fault *fault, struct sx_key **out)
{
    static const enum sx_number open[] = { SX_NUMBER_N, SX_NUMBER_E };
    static const enum sx_number hidden[] = { SX_NUMBER_D, SX_NUMBER_P, SX_NUMBER_Q, SX_NUMBER_QI };
    uint8_t storage[BLOB_MAX];
    struct sx_writer writer;

    SX_TRY(need(numbers, open, 2, fault));
    if (sx_numbers_has(numbers, SX_NUMBER_D)) {
        SX_TRY(need(numbers, hidden, 4, fault));
        return sx_key_from_rsa(provider,
                               &(struct sx_rsa_parts){ .n = magnitude(numbers, SX_NUMBER_N),
                                                       .e = magnitude(numbers, SX_NUMBER_E),
                                                       .d = magnitude(numbers, SX_NUMBER_D),
                                                       .p = magnitude(numbers, SX_NUMBER_P),
                                                       .q = magnitude(numbers, SX_NUMBER_Q),
                                                       .iqmp = magnitude(numbers, SX_NUMBER_QI) },
                               fault, out);
    }
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, sx_key_type_name(SX_KEY_RSA));
    sx_writer_mpint(&writer, magnitude(numbers, SX_NUMBER_E));
    sx_writer_mpint(&writer, magnitude(numbers, SX_NUMBER_N));
    return from_blob(provider, &writer, fault, out);
}

/* A coordinate has the field's size (RFC 7518 section 6.2.1.2); shorter ones are padded. */
static bool put_coordinate(const struct sx_numbers *numbers, enum sx_number which, size_t size,
                           uint8_t *out)
{
    struct sx_slice value = magnitude(numbers, which);

    if (value.len > size)
        return false;
    memset(out, 0, size - value.len);
    if (value.len > 0)
        memcpy(out + size - value.len, value.ptr, value.len);
    return true;
}

enum sx_err sx_numbers_ec(struct sx_provider *provider, enum sx_key_type type,
                          const struct sx_numbers *numbers, struct sx_fault *fault,
                          struct sx_key **out)
{
    const size_t size = type == SX_KEY_ECDSA_P256 ? 32 : type == SX_KEY_ECDSA_P384 ? 48 : 66;
    uint8_t point[POINT_MAX] = { 0x04 };
    uint8_t storage[BLOB_MAX];
    struct sx_writer writer;

    if (!sx_numbers_has(numbers, SX_NUMBER_X) || !sx_numbers_has(numbers, SX_NUMBER_Y) ||
        !put_coordinate(numbers, SX_NUMBER_X, size, point + 1) ||
        !put_coordinate(numbers, SX_NUMBER_Y, size, point + 1 + size))
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the key lacks its \"x\" or \"y\", or one is too long");
    if (sx_numbers_has(numbers, SX_NUMBER_D))
        return sx_key_from_ec(provider, type, sx_slice_of(point, 1 + 2 * size),
                              magnitude(numbers, SX_NUMBER_D), fault, out);
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, sx_key_type_name(type));
    sx_writer_text(&writer, sx_key_type_name(type) + strlen("ecdsa-sha2-"));
    sx_writer_string(&writer, sx_slice_of(point, 1 + 2 * size));
    return from_blob(provider, &writer, fault, out);
}

enum sx_err sx_numbers_ed25519(struct sx_provider *provider, const struct sx_numbers *numbers,
                               struct sx_fault *fault, struct sx_key **out)
{
    struct sx_slice point = sx_secret_slice(&numbers->values[SX_NUMBER_X]);
    struct sx_slice seed = sx_secret_slice(&numbers->values[SX_NUMBER_D]);
    uint8_t storage[BLOB_MAX];
    struct sx_writer writer;

    if (seed.len != 0)
        return sx_key_from_ed25519(provider, point, seed, fault, out);
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, sx_key_type_name(SX_KEY_ED25519));
    sx_writer_string(&writer, point);
    return from_blob(provider, &writer, fault, out);
}

#if SX_LEGACY
enum sx_err sx_numbers_dsa(struct sx_provider *provider, const struct sx_numbers *numbers,
                           struct sx_fault *fault, struct sx_key **out)
{
    static const enum sx_number open[] = { SX_NUMBER_P, SX_NUMBER_Q, SX_NUMBER_G, SX_NUMBER_Y };
    uint8_t storage[BLOB_MAX];
    struct sx_writer writer;

    SX_TRY(need(numbers, open, 4, fault));
    if (sx_numbers_has(numbers, SX_NUMBER_X))
        return sx_key_from_dsa(provider,
                               &(struct sx_dsa_parts){ .p = magnitude(numbers, SX_NUMBER_P),
                                                       .q = magnitude(numbers, SX_NUMBER_Q),
                                                       .g = magnitude(numbers, SX_NUMBER_G),
                                                       .y = magnitude(numbers, SX_NUMBER_Y),
                                                       .x = magnitude(numbers, SX_NUMBER_X) },
                               fault, out);
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, sx_key_type_name(SX_KEY_DSA));
    for (size_t i = 0; i < 4; i++)
        sx_writer_mpint(&writer, magnitude(numbers, open[i]));
    return from_blob(provider, &writer, fault, out);
}
#endif
