/* base/mask_rules.h: which names and arguments are secret; for base/mask.c alone. */
#ifndef SX_BASE_MASK_RULES_H
#define SX_BASE_MASK_RULES_H

#include "base/mask.h"

/* Rules of programs that a command has named so far, a bit each. */
struct sx_mask_active {
    uint64_t built_in;
    uint64_t site;
};

/* Whether what stands behind this name is secret; dashes in front of it don't count. */
bool sx_mask_is_secret_name(const struct sx_mask_rules *rules, struct sx_slice name);

/* Notes the programs that the word can be. */
void sx_mask_note_program(const struct sx_mask_rules *rules, struct sx_slice word,
                          struct sx_mask_active *active);

enum sx_mask_argument {
    SX_MASK_ARGUMENT_NONE,
    SX_MASK_ARGUMENT_SELF, /* the word itself, from *out_from on */
    SX_MASK_ARGUMENT_NEXT, /* the next word */
};

/* What a word is to the programs noted. */
enum sx_mask_argument sx_mask_argument_of(const struct sx_mask_rules *rules,
                                          const struct sx_mask_active *active, struct sx_slice word,
                                          size_t *out_from);

#endif
