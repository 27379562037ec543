/* keys/key_line.c: words, lines, and the base64 of public keys. */
#include "keys/key_line.h"

#include "base/text.h"
#include "wire/reader.h"

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sx_slice sx_key_line_word(struct sx_slice *rest)
{
    struct sx_slice word;
    size_t i = 0;
    size_t start;

    while (i < rest->len && is_space(rest->ptr[i]))
        i++;
    start = i;
    while (i < rest->len && !is_space(rest->ptr[i]))
        i++;
    word = sx_slice_of(rest->ptr + start, i - start);
    *rest = sx_slice_of(rest->ptr + i, rest->len - i);
    return word;
}

bool sx_key_line_next(struct sx_slice *rest, struct sx_slice *out_line)
{
    size_t i = 0;

    if (rest->len == 0)
        return false;
    while (i < rest->len && rest->ptr[i] != '\n')
        i++;
    *out_line = sx_slice_of(rest->ptr, i);
    if (i < rest->len)
        i++;
    *rest = sx_slice_of(rest->ptr + i, rest->len - i);
    return true;
}

struct sx_slice sx_key_line_type(struct sx_slice blob)
{
    struct sx_reader reader;

    sx_reader_init(&reader, blob);
    return sx_reader_string(&reader);
}

enum sx_err sx_key_line_blob(struct sx_slice type, struct sx_slice coded, uint8_t *storage,
                             size_t cap, struct sx_slice *out)
{
    struct sx_slice name;
    size_t len;

    SX_TRY(sx_base64_decode(coded, false, true, storage, cap, &len));
    name = sx_key_line_type(sx_slice_of(storage, len));
    if (name.len == 0 || (type.len != 0 && !sx_slice_is_equal(name, type)))
        return SX_ERR_ARGUMENT;
    *out = sx_slice_of(storage, len);
    return SX_OK;
}

enum sx_err sx_key_line_decode(struct sx_slice text, uint8_t *storage, struct sx_slice *out)
{
    struct sx_slice first = sx_key_line_word(&text);
    struct sx_slice coded = sx_key_line_word(&text);
    struct sx_slice type = first;

    if (coded.len == 0) {
        coded = first;
        type = SX_SLICE_NONE;
    }
    if (sx_key_line_blob(type, coded, storage, SX_KEY_LINE_MAX, out) != SX_OK)
        return SX_ERR_ARGUMENT;
    return SX_OK;
}
