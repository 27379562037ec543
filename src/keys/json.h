/* keys/json.h: reads the members of JSON objects (RFC 8259), strictly and without copies.
 *
 * Names and texts come as they stand between their quotes; escapes in them are checked and left
 * alone. Nesting is bounded. */
#ifndef SX_KEYS_JSON_H
#define SX_KEYS_JSON_H

#include <stdbool.h>

#include "base/slice.h"

enum sx_json_kind {
    SX_JSON_STRING, /* text: between the quotes */
    SX_JSON_OBJECT, /* text: with its braces */
    SX_JSON_ARRAY,  /* text: with its brackets */
    SX_JSON_OTHER,  /* a number, true, false or null */
};

struct sx_json_value {
    enum sx_json_kind kind;
    struct sx_slice text;
};

/* sx_json_value_read takes one value from the front of *rest, with blanks around it. False when
 * there is none, or it isn't JSON. */
bool sx_json_value_read(struct sx_slice *rest, struct sx_json_value *out);

/* sx_json_member gives the index-th member of an object, or element of an array (its name is then
 * empty). False past the end. The text must come from sx_json_value_read. */
bool sx_json_member(struct sx_slice container, unsigned index, struct sx_slice *out_name,
                    struct sx_json_value *out);

#endif
