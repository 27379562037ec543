/* The version exchange: any bytes in any pieces end in a version line that is safe to show and
 * matches the pattern, in a wish for more, or in an error that says so. */
#include <string.h>

#include "fuzz/fuzz_bytes.h"
#include "transport/ident.h"

static void promise_line(const char *line)
{
    PROMISE(strncmp(line, "SSH-2.0-", 8) == 0 || strncmp(line, "SSH-1.99-", 9) == 0);
    PROMISE(strlen(line) <= SX_IDENT_MAX - 2);
    for (; *line != '\0'; line++)
        PROMISE((unsigned char)*line >= 0x20 && *line != 0x7f);
}

/* Returns the outcome, which must not depend on how the bytes were cut. */
static enum sx_err read_in_pieces(struct sx_slice all, size_t piece, struct sx_ident *ident,
                                  size_t *out_rest)
{
    struct sx_fault fault = { 0 };
    struct sx_buffer in;
    enum sx_err err = SX_OK;
    size_t at = 0;

    sx_buffer_init(&in, 1024 * 1024);
    while (at < all.len && err == SX_OK && !ident->is_done) {
        size_t n = piece < all.len - at ? piece : all.len - at;

        PROMISE(sx_buffer_append(&in, sx_slice_of(all.ptr + at, n)) == SX_OK);
        at += n;
        err = sx_ident_read(ident, &in, "SSH-2.0-*,SSH-1.99-*", &fault);
    }
    PROMISE(err == SX_OK || err == SX_ERR_PEER_VERSION);
    PROMISE(fault.err == err);
    promise_plain_text(fault.text);
    if (err == SX_OK && ident->is_done)
        promise_line(ident->line);
    *out_rest = all.len - at + sx_buffer_len(&in);
    sx_buffer_clear(&in);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = { data, size };
    size_t piece = 1 + fuzz_u8(&bytes);
    struct sx_slice all = fuzz_slice(&bytes, bytes.left);
    struct sx_ident one = { 0 }, two = { 0 };
    size_t rest_one, rest_two;
    enum sx_err err_one, err_two;

    err_one = read_in_pieces(all, piece, &one, &rest_one);
    err_two = read_in_pieces(all, 1, &two, &rest_two);
    PROMISE(err_one == err_two && one.is_done == two.is_done);
    if (err_one == SX_OK && one.is_done) {
        PROMISE(strcmp(one.line, two.line) == 0);
        PROMISE(rest_one == rest_two); /* not one byte of the first packet is lost */
    }
    return 0;
}
