/* Inflation: whatever comes, packet after packet of one stream, ends within its bound; and what our
 * own deflation writes comes back as it was. */
#include "fuzz/fuzz_bytes.h"

#include "transport/compress.h"

enum { OUT_MAX = 16 * 1024, ROOM = 2 * OUT_MAX };

static void fuzz_inflate(struct fuzz_bytes bytes)
{
    struct sx_inflate *inflate = NULL;
    struct sx_buffer out;
    enum sx_err err = SX_OK;

    PROMISE(sx_inflate_new(&inflate) == SX_OK);
    sx_buffer_init(&out, OUT_MAX);
    while (err == SX_OK && bytes.left > 0) {
        err = sx_inflate_packet(inflate, fuzz_slice(&bytes, fuzz_u16(&bytes)), &out);
        PROMISE(err == SX_OK || err == SX_ERR_PEER_DECOMPRESS);
        PROMISE(sx_buffer_len(&out) <= OUT_MAX && out.cap <= OUT_MAX);
    }
    sx_buffer_clear(&out);
    sx_inflate_free(inflate);
}

static void fuzz_round_trip(struct fuzz_bytes bytes)
{
    struct sx_deflate *deflate = NULL;
    struct sx_inflate *inflate = NULL;
    struct sx_buffer out;
    static uint8_t packed[ROOM];

    PROMISE(sx_deflate_new(&deflate) == SX_OK && sx_inflate_new(&inflate) == SX_OK);
    sx_buffer_init(&out, OUT_MAX);
    while (bytes.left > 0) {
        struct sx_slice payload = fuzz_slice(&bytes, 1 + fuzz_u16(&bytes) % (OUT_MAX - 1));
        struct sx_writer writer;

        if (payload.len == 0)
            break;
        sx_writer_init(&writer, packed, sx_deflate_bound(payload.len));
        PROMISE(sx_deflate_packet(deflate, payload, &writer) == SX_OK);
        PROMISE(sx_inflate_packet(inflate, sx_slice_of(packed, writer.len), &out) == SX_OK);
        PROMISE(sx_slice_is_equal(sx_buffer_unread(&out), payload));
    }
    sx_buffer_clear(&out);
    sx_deflate_free(deflate);
    sx_inflate_free(inflate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_inflate((struct fuzz_bytes){ data, size });
    fuzz_round_trip((struct fuzz_bytes){ data, size });
    return 0;
}
