/* base/text.h: small text helpers that every room shares. */
#ifndef SX_BASE_TEXT_H
#define SX_BASE_TEXT_H

#include "base/error.h"
#include "base/slice.h"

/* sx_escape writes peer bytes as text that can fool no log, terminal or JSON reader: valid
 * printable UTF-8 stays, everything else (control bytes, ESC, DEL, invalid UTF-8, C1 and bidi
 * marks, line separators) becomes \xNN per byte; a backslash becomes \\. Output is cut to fit
 * (with "..." at the end) and always NUL-terminated; cap must be at least 8. Returns out. */
char *sx_escape(char *out, size_t cap, struct sx_slice bytes);

/* sx_escape_again is for a text of our own in which parts are escaped already, and perhaps not all that
 * should be: what still needs it is escaped, and a backslash stays. */
char *sx_escape_again(char *out, size_t cap, const char *text);

/* sx_plain_length gives the length of the character at the start of bytes (not empty) when sx_escape
 * leaves it as it is, or is a backslash; 0 for every other. */
size_t sx_plain_length(struct sx_slice bytes);

/* sx_escape_lines is the same for a text of several lines that is shown to a person: line feeds and
 * tabs stay, CR LF becomes LF. */
char *sx_escape_lines(char *out, size_t cap, struct sx_slice bytes);

/* sx_hex_encode writes 2 * len lower-case digits and a NUL, with sep between the bytes when
 * sep is not 0. out must hold 3 * len + 1. Returns out. */
char *sx_hex_encode(char *out, struct sx_slice bytes, char sep);

/* The value of a hexadecimal digit of either case; -1 for any other byte. */
int sx_hex_value(uint8_t c);

/* sx_hex_decode accepts upper and lower case, and ':' or ' ' between bytes. *out_len gets the
 * number of bytes; SX_ERR_ARGUMENT when text is no hex or needs more than cap. */
SX_MUST_USE enum sx_err sx_hex_decode(struct sx_slice text, uint8_t *out, size_t cap,
                                      size_t *out_len);

/* sx_base64_encode writes RFC 4648 section 4 with padding and a NUL; cap must be at least
 * 4 * ((len + 2) / 3) + 1, else SX_ERR_SPACE. */
SX_MUST_USE enum sx_err sx_base64_encode(struct sx_slice bytes, char *out, size_t cap);

/* sx_base64_decode is strict (RFC 4648 section 4): no white space unless skip_space, padding
 * optional only when lax_padding, unused bits must be zero. */
SX_MUST_USE enum sx_err sx_base64_decode(struct sx_slice text, bool skip_space, bool lax_padding,
                                         uint8_t *out, size_t cap, size_t *out_len);

/* sx_list_next walks a comma-separated list: *rest loses its first entry, which is returned
 * without surrounding blanks. False at the end. Empty entries are returned as empty. */
bool sx_list_next(struct sx_slice *rest, struct sx_slice *out_entry);

/* sx_list_has says whether a comma-separated list holds name exactly. */
bool sx_list_has(struct sx_slice list, const char *name);

/* sx_pattern_is_match is the reference's pattern match: `*` any run, `?` one character, `[a-z,0]`
 * one of these (`[*]` takes the meaning away), `\` the next character itself. All of text must
 * match. Not for OpenSSH's host patterns, where brackets mean an address. */
bool sx_pattern_is_match(const char *pattern, const char *text);

/* sx_text_is_equal_nocase compares ASCII without case. */
bool sx_text_is_equal_nocase(const char *a, const char *b);

#endif
