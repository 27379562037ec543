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
    size_t borrowed_at; /* where borrowed belongs, which is counted but not there */
    struct sx_slice borrowed;
};

void sx_writer_init(struct sx_writer *writer, void *storage, size_t cap);

void sx_writer_u8(struct sx_writer *writer, uint8_t value);
void sx_writer_u32(struct sx_writer *writer, uint32_t value);
void sx_writer_u64(struct sx_writer *writer, uint64_t value);
void sx_writer_bool(struct sx_writer *writer, bool value);
void sx_writer_bytes(struct sx_writer *writer, struct sx_slice bytes);
void sx_writer_string(struct sx_writer *writer, struct sx_slice bytes);
void sx_writer_text(struct sx_writer *writer, const char *text);

/* sx_writer_string_borrowed writes a string whose bytes stay where they are, so that who encrypts can
 * take them from there; one for a writer. sx_writer_settle copies them to their place after all. */
void sx_writer_string_borrowed(struct sx_writer *writer, struct sx_slice bytes);
void sx_writer_settle(struct sx_writer *writer);

/* A positive mpint from a big-endian magnitude; leading zeros are dropped. */
void sx_writer_mpint(struct sx_writer *writer, struct sx_slice magnitude);

/* begin_string leaves room for a length; end_string, given begin's result, fills it in with what
 * was written between. Strings nest. */
size_t sx_writer_begin_string(struct sx_writer *writer);
void sx_writer_end_string(struct sx_writer *writer, size_t mark);

/* SX_ERR_SPACE when something did not fit, SX_ERR_STATE when something borrowed isn't settled; else
 * *out is what was written. */
SX_MUST_USE enum sx_err sx_writer_finish(const struct sx_writer *writer, struct sx_slice *out);

#endif
