/* keys/key_line.h: a public key as a line of text: "ssh-ed25519 AAAA... comment", as in .pub
 * files, known_hosts and the settings. */
#ifndef SX_KEYS_KEY_LINE_H
#define SX_KEYS_KEY_LINE_H

#include "base/error.h"
#include "base/slice.h"

/* Most bytes of a line's text, and so more than enough for the blob in it. */
enum { SX_KEY_LINE_MAX = 16 * 1024 };

/* sx_key_line_word takes the next word off, between blanks, tabs and line ends; empty at the
 * end. */
struct sx_slice sx_key_line_word(struct sx_slice *rest);

/* sx_key_line_next takes the next line off, without its end; false when nothing is left. */
bool sx_key_line_next(struct sx_slice *rest, struct sx_slice *out_line);

/* sx_key_line_blob decodes base64 into storage (of cap bytes). The blob must begin with a name,
 * and with type where that isn't empty. SX_ERR_ARGUMENT. */
SX_MUST_USE enum sx_err sx_key_line_blob(struct sx_slice type, struct sx_slice coded,
                                         uint8_t *storage, size_t cap, struct sx_slice *out);

/* sx_key_line_decode reads "type base64 [comment]", or the base64 alone, into storage of
 * SX_KEY_LINE_MAX bytes. SX_ERR_ARGUMENT, without a text. */
SX_MUST_USE enum sx_err sx_key_line_decode(struct sx_slice text, uint8_t *storage,
                                           struct sx_slice *out);

/* The name that a key blob begins with; empty when it has none. */
struct sx_slice sx_key_line_type(struct sx_slice blob);

#endif
