/* audit/line.h: reading one audit line back, as strictly as it was written.
 *
 * The form is less than JSON allows: one flat object without white space; names once each; values
 * are texts, lists of texts, whole numbers up to 2^53 - 1, true, false or null; texts are valid UTF-8 without
 * control characters, and the only escapes are those of " and \. Whatever else a file holds was
 * not written by this library. */
#ifndef SX_AUDIT_LINE_H
#define SX_AUDIT_LINE_H

#include "audit/record.h"

enum { SX_AUDIT_MEMBERS_MAX = 40, SX_AUDIT_HASH_LEN = 32 };

enum sx_audit_kind {
    SX_AUDIT_KIND_TEXT,
    SX_AUDIT_KIND_LIST,
    SX_AUDIT_KIND_NUMBER,
    SX_AUDIT_KIND_TRUE,
    SX_AUDIT_KIND_FALSE,
    SX_AUDIT_KIND_NULL
};

/* Borrows from the line. */
struct sx_audit_member {
    struct sx_slice name;
    enum sx_audit_kind kind;
    struct sx_slice raw; /* a text: what stands between the quotes; a list: between the brackets */
    uint64_t number;
};

/* A line taken apart. */
struct sx_audit_line {
    struct sx_audit_member members[SX_AUDIT_MEMBERS_MAX];
    size_t count;
    uint64_t sequence;
    bool has_previous; /* false in the first record of a chain */
    uint8_t previous[SX_AUDIT_HASH_LEN];
    uint8_t tag[SX_AUDIT_HASH_LEN];
    struct sx_slice sealed; /* what the tag is made over: all up to the comma before "tag" */
};

/* sx_audit_line_read takes a line without its "\n" apart. SX_ERR_AUDIT when it isn't one: wrong
 * form, another version, or the members that each record begins and ends with aren't there. */
SX_MUST_USE enum sx_err sx_audit_line_read(struct sx_slice bytes, struct sx_audit_line *out);

/* sx_audit_members_read takes any object of that form apart: only members and count are filled. */
SX_MUST_USE enum sx_err sx_audit_members_read(struct sx_slice bytes, struct sx_audit_line *out);

/* NULL when there is none of that name. */
const struct sx_audit_member *sx_audit_line_find(const struct sx_audit_line *line,
                                                 const char *name);

/* sx_audit_member_text writes a text without JSON's escapes, NUL-terminated and cut at cap; what
 * sx_escape did stays, so any terminal can show it. Everything but a text gives "". Returns out. */
char *sx_audit_member_text(const struct sx_audit_member *member, char *out, size_t cap);

/* sx_audit_member_next takes the first text of a list's raw, until there is none. */
bool sx_audit_member_next(struct sx_slice *list, struct sx_audit_member *out);

/* A text of exactly 64 lower-case hex digits. SX_ERR_AUDIT. */
SX_MUST_USE enum sx_err sx_audit_member_hash(const struct sx_audit_member *member,
                                             uint8_t out[SX_AUDIT_HASH_LEN]);

#endif
