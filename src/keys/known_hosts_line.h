/* keys/known_hosts_line.h: one line of a file of known hosts, and whether it speaks for a host. */
#ifndef SX_KEYS_KNOWN_HOSTS_LINE_H
#define SX_KEYS_KNOWN_HOSTS_LINE_H

#include "keys/known_hosts.h"

enum sx_known_marker { SX_KNOWN_PLAIN, SX_KNOWN_AUTHORITY, SX_KNOWN_REVOCATION };

/* Slices point into the line. */
struct sx_known_line {
    enum sx_known_marker marker;
    struct sx_slice hosts;
    struct sx_slice type;
    struct sx_slice coded; /* base64 */
};

/* sx_known_line_parse: false for blank lines, comments and what is no such line. *out_revokes says
 * whether the line has the marker @revoked, also when it is no such line. */
bool sx_known_line_parse(struct sx_slice text, struct sx_known_line *out, bool *out_revokes);

/* The names under which a host can stand in a file, in lower case. */
struct sx_known_names {
    char full[SX_KNOWN_NAME_MAX];  /* "[name]:port", or the name alone for port 22 */
    char plain[SX_KNOWN_NAME_MAX]; /* the name alone */
};

/* sx_known_names_make: SX_ERR_ARGUMENT when the name is empty, too long, or holds what can't be
 * in a line. */
SX_MUST_USE enum sx_err sx_known_names_make(const char *host, int port, struct sx_fault *fault,
                                            struct sx_known_names *out);

/* sx_known_hosts_is_match: whether hosts speaks for name. SX_ERR_PROVIDER_FETCH. */
SX_MUST_USE enum sx_err sx_known_hosts_is_match(struct sx_provider *provider, struct sx_slice hosts,
                                                const char *name, bool *out);

/* sx_known_name_hash writes the hashed form of name, with a new salt. */
enum { SX_KNOWN_HASH_MAX = 80 };
SX_MUST_USE enum sx_err sx_known_name_hash(struct sx_provider *provider, const char *name,
                                           char out[SX_KNOWN_HASH_MAX]);

#endif
