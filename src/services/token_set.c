/* services/token_set.c: a few counted tokens. */
#include "services/token_set.h"

enum sx_err sx_token_set_take(struct sx_token_set *set, struct sx_token *take_token,
                              struct sx_fault *fault)
{
    if (set->count == SX_TOKEN_SET_MAX) {
        sx_token_free(take_token);
        return sx_fault_set(fault, SX_ERR_SPACE, "more than %d tokens", SX_TOKEN_SET_MAX);
    }
    set->tokens[set->count++] = take_token;
    return SX_OK;
}

struct sx_token_set sx_token_set_hold(const struct sx_token_set *set)
{
    for (unsigned i = 0; i < set->count; i++)
        (void)sx_token_hold(set->tokens[i]);
    return *set;
}

struct sx_token_set sx_token_set_move(struct sx_token_set *set)
{
    struct sx_token_set moved = *set;

    *set = (struct sx_token_set){ .count = 0 };
    return moved;
}

enum sx_err sx_token_set_open(struct sx_token_set *set, struct sx_fault *fault)
{
    for (unsigned i = 0; i < set->count; i++)
        SX_TRY(sx_token_open(set->tokens[i], fault));
    return SX_OK;
}

void sx_token_set_end(struct sx_token_set *set)
{
    for (unsigned i = 0; i < set->count; i++)
        sx_token_end(set->tokens[i]);
}

void sx_token_set_clear(struct sx_token_set *set)
{
    for (unsigned i = 0; i < set->count; i++)
        sx_token_free(set->tokens[i]);
    set->count = 0;
}
