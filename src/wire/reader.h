/* wire/reader.h: reads RFC 4251 section 5 types from borrowed bytes.
 *
 * The error is sticky: after the first bad field every read gives zero or an empty slice, so a
 * decoder reads like its RFC table and asks once, in the mandatory sx_reader_finish, which also
 * rejects bytes left over. Slices point into the input and live as long as it does. */
#ifndef SX_WIRE_READER_H
#define SX_WIRE_READER_H

#include "base/error.h"
#include "base/slice.h"

struct sx_reader {
    const uint8_t *ptr;
    size_t left;
    bool is_bad;
};

void sx_reader_init(struct sx_reader *reader, struct sx_slice bytes);

uint8_t sx_reader_u8(struct sx_reader *reader);
uint32_t sx_reader_u32(struct sx_reader *reader);
uint64_t sx_reader_u64(struct sx_reader *reader);

/* Any non-zero byte is true (RFC 4251 section 5). */
bool sx_reader_bool(struct sx_reader *reader);

/* n raw bytes, without a length field. */
struct sx_slice sx_reader_bytes(struct sx_reader *reader, size_t n);

struct sx_slice sx_reader_string(struct sx_reader *reader);

/* A string of printable US-ASCII without empty names, spaces or control bytes; an empty list is
 * allowed (RFC 4251 section 5, name-list). */
struct sx_slice sx_reader_name_list(struct sx_reader *reader);

/* A positive mpint's magnitude without leading zeros (zero gives an empty slice); negative or
 * non-minimal encodings are errors. */
struct sx_slice sx_reader_mpint(struct sx_reader *reader);

/* The message number must be this one. */
void sx_reader_expect_u8(struct sx_reader *reader, uint8_t value);

/* All that is left; may be empty. */
struct sx_slice sx_reader_rest(struct sx_reader *reader);

bool sx_reader_is_bad(const struct sx_reader *reader);

/* SX_ERR_PEER_DECODE when a field was bad or bytes are left. */
SX_MUST_USE enum sx_err sx_reader_finish(const struct sx_reader *reader);

#endif
