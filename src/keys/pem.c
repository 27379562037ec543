/* keys/pem.c: finds a block by its edges, then decodes what lies between. What a block means is
 * the caller's matter. */
#include "keys/pem.h"

#include <string.h>

#include "base/text.h"

static const char begin_edge[] = "-----BEGIN ";
static const char end_edge[] = "-----END ";
static const char dashes[] = "-----";

static bool has_prefix(struct sx_slice line, const char *prefix)
{
    size_t n = strlen(prefix);

    return line.len >= n && memcmp(line.ptr, prefix, n) == 0;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the first line off rest; without its end and the blanks before that. */
static bool line_next(struct sx_slice *rest, struct sx_slice *out)
{
    struct sx_slice line = *rest;
    const uint8_t *end;

    if (rest->len == 0)
        return false;
    end = memchr(rest->ptr, '\n', rest->len);
    if (end != NULL) {
        line.len = (size_t)(end - rest->ptr);
        *rest = sx_slice_of(end + 1, rest->len - line.len - 1);
    } else {
        *rest = sx_slice_of(rest->ptr + rest->len, 0);
    }
    while (line.len != 0 && is_blank(line.ptr[line.len - 1]))
        line.len--;
    *out = line;
    return true;
}

/* "-----BEGIN " label "-----", where a label is words of upper-case letters and digits. */
static bool edge_label(struct sx_slice line, const char *edge, struct sx_slice *out)
{
    const size_t before = strlen(edge);
    const size_t after = sizeof dashes - 1;
    struct sx_slice label;

    if (!has_prefix(line, edge) || line.len <= before + after ||
        memcmp(line.ptr + line.len - after, dashes, after) != 0)
        return false;
    label = sx_slice_of(line.ptr + before, line.len - before - after);
    if (label.len > SX_PEM_LABEL_MAX || label.ptr[0] == ' ' || label.ptr[label.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.ptr[i];

        if (c != ' ' && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            return false;
    }
    *out = label;
    return true;
}

/* The parts of a block, as they stand in the text. */
struct block {
    struct sx_slice label;
    struct sx_slice headers;
    struct sx_slice data;
};

static enum sx_err block_bad(struct sx_fault *fault, const struct block *block, const char *what)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the PEM block \"%.*s\" %s",
                        (int)block->label.len, (const char *)block->label.ptr, what);
}

/* Headers are there when the first line is one; they end with an empty line. */
static bool headers_take(struct sx_slice *rest, struct sx_slice *out)
{
    struct sx_slice after = *rest;
    struct sx_slice line;

    if (!line_next(&after, &line) || line.len == 0 || memchr(line.ptr, ':', line.len) == NULL) {
        *out = SX_SLICE_NONE;
        return true;
    }
    while (line_next(&after, &line)) {
        if (has_prefix(line, dashes))
            return false;
        if (line.len == 0) {
            *out = sx_slice_of(rest->ptr, (size_t)(line.ptr - rest->ptr));
            *rest = after;
            return true;
        }
    }
    return false;
}

/* Takes the rest of the block whose first line was read. */
static enum sx_err block_take(struct sx_slice *rest, struct sx_fault *fault, struct block *block)
{
    struct sx_slice line;
    struct sx_slice label;
    const uint8_t *start;

    if (!headers_take(rest, &block->headers))
        return block_bad(fault, block, "has header lines without the empty line that ends them");
    start = rest->ptr;
    while (line_next(rest, &line)) {
        if (!has_prefix(line, dashes))
            continue;
        if (!edge_label(line, end_edge, &label) || !sx_slice_is_equal(label, block->label))
            return block_bad(fault, block, "does not end with the END line of the same name");
        block->data = sx_slice_of(start, (size_t)(line.ptr - start));
        return SX_OK;
    }
    return block_bad(fault, block, "is cut off: it has no END line");
}

static enum sx_err block_decode(const struct block *block, struct sx_fault *fault,
                                struct sx_secret *out)
{
    const size_t cap = block->data.len / 4 * 3 + 3;

    SX_TRY(sx_secret_reserve(out, cap));
    if (sx_base64_decode(block->data, true, false, out->ptr, cap, &out->len) != SX_OK)
        return block_bad(fault, block, "holds something that is not base64: it is damaged");
    if (out->len == 0)
        return block_bad(fault, block, "is empty");
    return SX_OK;
}

enum sx_err sx_pem_next(struct sx_slice *rest, struct sx_fault *fault, struct sx_pem *out,
                        bool *out_found)
{
    struct sx_slice after = *rest;
    struct sx_slice line;
    struct sx_secret bytes = { 0 };
    struct block block = { SX_SLICE_NONE, SX_SLICE_NONE, SX_SLICE_NONE };
    enum sx_err err;

    do {
        if (!line_next(&after, &line)) {
            *rest = after;
            *out_found = false;
            return SX_OK;
        }
    } while (!has_prefix(line, begin_edge) && !has_prefix(line, end_edge));
    if (!edge_label(line, begin_edge, &block.label))
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "a PEM block must start with a line \"-----BEGIN NAME-----\"; this one "
                            "is damaged");
    SX_TRY(block_take(&after, fault, &block));
    err = block_decode(&block, fault, &bytes);
    if (err != SX_OK) {
        sx_secret_clear(&bytes);
        return err;
    }
    out->label = block.label;
    out->headers = block.headers;
    sx_secret_move(&out->bytes, &bytes);
    *rest = after;
    *out_found = true;
    return SX_OK;
}

bool sx_pem_header(const struct sx_pem *pem, const char *name, struct sx_slice *out_value)
{
    const size_t n = strlen(name);
    struct sx_slice rest = pem->headers;
    struct sx_slice line;

    while (line_next(&rest, &line)) {
        if (!has_prefix(line, name) || line.len == n || line.ptr[n] != ':')
            continue;
        line = sx_slice_of(line.ptr + n + 1, line.len - n - 1);
        while (line.len != 0 && is_blank(line.ptr[0]))
            line = sx_slice_of(line.ptr + 1, line.len - 1);
        *out_value = line;
        return true;
    }
    return false;
}

void sx_pem_clear(struct sx_pem *pem)
{
    sx_secret_clear(&pem->bytes);
    pem->label = SX_SLICE_NONE;
    pem->headers = SX_SLICE_NONE;
}
