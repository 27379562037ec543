/* wire/writer.h: writes RFC 4251 section 5 types into bounded storage of the caller.
 *
 * Sticky like the reader: writing past the end makes it bad and writes nothing more. */
#ifndef SX_WIRE_WRITER_H
#define SX_WIRE_WRITER_H

#include "base/error.h"
#include "base/slice.h"

struct sx_writer {
    uint8_t *ptr;
    size_t len;
    size_t cap;
    bool is_bad;
};

void sx_writer_init(struct sx_writer *writer, void *storage, size_t cap);

void sx_writer_u8(struct sx_writer *writer, uint8_t value);
void sx_writer_u32(struct sx_writer *writer, uint32_t value);
void sx_writer_u64(struct sx_writer *writer, uint64_t value);
void sx_writer_bool(struct sx_writer *writer, bool value);
void sx_writer_bytes(struct sx_writer *writer, struct sx_slice bytes);
void sx_writer_string(struct sx_writer *writer, struct sx_slice bytes);
void sx_writer_text(struct sx_writer *writer, const char *text);

/* A positive mpint from a big-endian magnitude; leading zeros are dropped. */
void sx_writer_mpint(struct sx_writer *writer, struct sx_slice magnitude);

/* begin_string leaves room for a length; end_string, given begin's result, fills it in with what
 * was written between. Strings nest. */
size_t sx_writer_begin_string(struct sx_writer *writer);
void sx_writer_end_string(struct sx_writer *writer, size_t mark);

/* SX_ERR_SPACE when something did not fit; else *out is what was written. */
SX_MUST_USE enum sx_err sx_writer_finish(const struct sx_writer *writer, struct sx_slice *out);

#endif
