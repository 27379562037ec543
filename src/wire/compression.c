/* wire/compression.c: the descriptors. The work is in transport/compress.c. */
#include "wire/compression.h"

#include <stddef.h>

const struct sx_compression_alg sx_compression_none = { .name = "none" };
const struct sx_compression_alg sx_compression_zlib = { .name = "zlib", .is_zlib = true };
const struct sx_compression_alg sx_compression_zlib_openssh = { .name = "zlib@openssh.com",
                                                                .is_zlib = true,
                                                                .is_delayed = true };
