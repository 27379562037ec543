/* services/token_set.h: the tokens of one object, kept together, as a thread that calls one of them
 * holds them all: a module may make a call to one wait for a call to another. */
#ifndef SX_SERVICES_TOKEN_SET_H
#define SX_SERVICES_TOKEN_SET_H

#include "services/token.h"

enum { SX_TOKEN_SET_MAX = 4 };

/* Zero-initialise. */
struct sx_token_set {
    struct sx_token *tokens[SX_TOKEN_SET_MAX]; /* a reference each */
    unsigned count;
};

/* sx_token_set_take takes a reference, also on failure. SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_token_set_take(struct sx_token_set *set, struct sx_token *take_token,
                                          struct sx_fault *fault);

/* Further references to all of them. */
struct sx_token_set sx_token_set_hold(const struct sx_token_set *set);

/* sx_token_set_move leaves the set empty. */
struct sx_token_set sx_token_set_move(struct sx_token_set *set);

/* These three block, the last one where it drops the last reference to a token that isn't ended.
 * Errors of sx_token_open; it stops at the first. */
SX_MUST_USE enum sx_err sx_token_set_open(struct sx_token_set *set, struct sx_fault *fault);
void sx_token_set_end(struct sx_token_set *set);
void sx_token_set_clear(struct sx_token_set *set);

#endif
