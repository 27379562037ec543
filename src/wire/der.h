/* wire/der.h: one element of DER (X.690) at a time, for the outer shapes of key containers.
 *
 * Works on a sticky sx_reader. Definite lengths in their shortest form alone, of at most four
 * bytes; low tag numbers alone. BER's indefinite lengths are an error. */
#ifndef SX_WIRE_DER_H
#define SX_WIRE_DER_H

#include "wire/reader.h"

enum sx_der_tag {
    SX_DER_INTEGER = 0x02,
    SX_DER_BIT_STRING = 0x03,
    SX_DER_OCTET_STRING = 0x04,
    SX_DER_OID = 0x06,
    SX_DER_SEQUENCE = 0x30,
    SX_DER_SET = 0x31,
    SX_DER_CONTEXT_0 = 0x80,             /* [0], primitive */
    SX_DER_CONTEXT_0_CONSTRUCTED = 0xa0, /* [0], constructed */
    SX_DER_CONTEXT_1_CONSTRUCTED = 0xa1,
};

/* The next element's tag; 0 at the end. Nothing is read. */
uint8_t sx_der_peek(const struct sx_reader *reader);

/* The content of the next element, which must have this tag. */
struct sx_slice sx_der_read(struct sx_reader *reader, uint8_t tag);

/* The next element as it stands, tag and length with it. */
struct sx_slice sx_der_whole(struct sx_reader *reader, uint8_t tag);

/* A non-negative INTEGER of at most 32 bits. */
uint32_t sx_der_u32(struct sx_reader *reader);

/* sx_der_is_one says whether bytes are one element of this tag and nothing else. */
bool sx_der_is_one(struct sx_slice bytes, uint8_t tag);

#endif
