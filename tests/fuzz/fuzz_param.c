/* The packet fields of custom authentication. The input is a field or type, a line feed, and a
 * payload or value. What can be read can be written, and comes back the same. */
#include <string.h>

#include "base/memory.h"
#include "fuzz/fuzz_bytes.h"
#include "wire/mpint_text.h"
#include "wire/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *text_of(struct sx_slice bytes)
{
    char *text = sx_alloc(bytes.len + 1);

    PROMISE(text != NULL);
    if (bytes.len > 0)
        memcpy(text, bytes.ptr, bytes.len);
    return text;
}

static const char *type_name(const struct sx_param *param)
{
    static const char *const names[] = { "s", "m", "i", "l", "b", "f" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i][0] == param->type)
            return names[i];
    PROMISE(param->type == 'x');
    return "sb";
}

static void fuzz_read(struct sx_slice payload, const char *field)
{
    struct sx_secret text = { 0 };
    struct sx_secret back = { 0 };
    struct sx_param param;
    enum sx_err err;

    if (sx_param_find(payload, field, &param) != SX_OK)
        return;
    PROMISE(param.raw.len <= payload.len);
    if (param.raw.len > 0)
        PROMISE(param.raw.ptr >= payload.ptr &&
                (size_t)(param.raw.ptr - payload.ptr) <= payload.len - param.raw.len);
    err = sx_param_text(&param, &text);
    PROMISE(err == SX_OK || err == SX_ERR_PEER_DECODE);
    if (err == SX_OK) {
        PROMISE(text.ptr[text.len - 1] == '\0');
        err = sx_param_append(SX_SLICE_NONE, type_name(&param), (const char *)text.ptr, &back);
        PROMISE(err == SX_OK || (err == SX_ERR_SPACE && param.raw.len + 4 > SX_PARAM_PAYLOAD_MAX));
        if (err == SX_OK && param.type != 'f')
            PROMISE(back.len >= param.raw.len &&
                    memcmp(back.ptr + back.len - param.raw.len, param.raw.ptr, param.raw.len) == 0);
    }
    sx_secret_clear(&text);
    sx_secret_clear(&back);
}

static void fuzz_write(const char *type, const char *value)
{
    struct sx_secret payload = { 0 };
    struct sx_secret text = { 0 };
    struct sx_param param;
    char field[8];

    if (sx_param_append(SX_SLICE_NONE, type, value, &payload) != SX_OK) {
        PROMISE(payload.ptr == NULL);
        return;
    }
    PROMISE(payload.len <= SX_PARAM_PAYLOAD_MAX && strlen(type) <= 2);
    field[0] = '%';
    memcpy(field + 1, type, strlen(type) + 1);
    PROMISE(sx_param_find(sx_secret_slice(&payload), field, &param) == SX_OK);
    PROMISE(sx_param_text(&param, &text) == SX_OK);
    sx_secret_clear(&payload);
    sx_secret_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
    char *field;
    char *value;

    if (line == NULL || size > 4096)
        return 0;
    field = text_of(sx_slice_of(data, (size_t)(line - data)));
    value = text_of(sx_slice_of(line + 1, size - (size_t)(line - data) - 1));
    fuzz_read(sx_slice_of(line + 1, size - (size_t)(line - data) - 1), field);
    fuzz_write(field, value);
    sx_free(field);
    sx_free(value);
    return 0;
}
