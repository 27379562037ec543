/* wire/compression.h: the names of compression and what they mean (RFC 4253 section 6.2). */
#ifndef SX_WIRE_COMPRESSION_H
#define SX_WIRE_COMPRESSION_H

#include <stdbool.h>

struct sx_compression_alg {
    const char *name;
    bool is_zlib;    /* else nothing is compressed */
    bool is_delayed; /* starts when the user is authenticated */
};

extern const struct sx_compression_alg sx_compression_none;
extern const struct sx_compression_alg sx_compression_zlib;
extern const struct sx_compression_alg sx_compression_zlib_openssh;

#endif
