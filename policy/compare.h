/* policy/compare.h: a server's offer beside ours, row by row, for people. */
#ifndef SX_POLICY_COMPARE_H
#define SX_POLICY_COMPARE_H

#include "base/buffer.h"
#include "policy/offer.h"

/* sx_offer_compare appends a heading (the kind's name and the direction, "" for none) and one line
 * for each of the server's names (is_used is false for MACs beside a cipher that authenticates by
 * itself: nothing is chosen of them then):
 *
 *     cipher from client to server:
 *       chosen    aes256-gcm@openssh.com
 *       allowed   aes256-ctr
 *       left out  aes128-ctr: the user's list doesn't name it
 *       refused   aes256-cbc: CBC in SSH can give away plain text ... (RFC 4251 section 9.3.1; ...)
 *       signal    kex-strict-s-v00@openssh.com: not an algorithm
 *
 * The first of our names that the server has is what a connection would choose; where there is
 * none, a last line shows ours. Names come from the server: escaped, and bounded in number.
 * SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_offer_compare(const struct sx_offer *offer, enum sx_alg_kind kind,
                                         const char *direction, bool is_used, struct sx_slice names,
                                         struct sx_buffer *out);

/* The index of the name that a connection would choose, or -1. */
int sx_offer_choose(const struct sx_offer *offer, enum sx_alg_kind kind, struct sx_slice names);

#endif
