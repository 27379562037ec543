/* tests/support/pattern.h: streams of bytes that both ends of a test can compute by themselves.
 *
 * Each byte depends on its whole offset, so that a lost, doubled or moved piece shows at once. */
#ifndef SX_TESTS_PATTERN_H
#define SX_TESTS_PATTERN_H

#include "base/slice.h"

enum pattern_stream { PATTERN_STDIN = 1, PATTERN_STDOUT = 2, PATTERN_STDERR = 3 };

void pattern_fill(enum pattern_stream stream, uint64_t offset, uint8_t *out, size_t n);
bool pattern_is_at(enum pattern_stream stream, uint64_t offset, struct sx_slice bytes);

#endif
