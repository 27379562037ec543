/* wire/describe.h: what the fields of a message are, for whoever shows them.
 *
 * The definitions stand beside the decoders, as tables by message number (and by key exchange,
 * authentication method or request type where the layout depends on it). They say of each field what it
 * is: a number, a text, bytes, a command, a secret, or data that nobody shows. What is secret follows
 * from the message's definition alone, never from how bytes look. A message that isn't there, or that
 * doesn't decode along its definition to its last byte, has no fields: nothing of it is shown. */
#ifndef SX_WIRE_DESCRIBE_H
#define SX_WIRE_DESCRIBE_H

#include "base/log.h"
#include "wire/numbers.h"

/* Whose the numbers 30 to 49 are. */
enum sx_kex_layout { SX_KEX_LAYOUT_NONE, SX_KEX_LAYOUT_DH, SX_KEX_LAYOUT_GEX, SX_KEX_LAYOUT_GSS };

/* What a layout depends on; all zero at the start of a connection. */
struct sx_describe {
    enum sx_kex_layout kex;
    const char *method; /* of the request that was sent last; NULL: none that is known */
    bool is_custom; /* the program's own packets sign on: the layout behind their head is its own */
};

typedef void (*sx_describe_sink)(void *ctx, const struct sx_field *field);

/* The message's name in its RFC; "unknown" when its number means nothing here. */
const char *sx_describe_name(const struct sx_describe *describe, uint8_t number);

/* sx_describe_fields hands each field to sink; they borrow from payload. False, with no call of sink,
 * when nothing may be shown. Kinds: NUMBER, PEER (text), DATA (bytes), COMMAND, SECRET. Data of channels
 * and fields of unknown layout show as a NUMBER, their length. */
bool sx_describe_fields(const struct sx_describe *describe, struct sx_slice payload,
                        sx_describe_sink sink, void *ctx);

/* sx_describe_sent notes what a message of ours means for those that follow. */
void sx_describe_sent(struct sx_describe *describe, struct sx_slice payload);

#endif
