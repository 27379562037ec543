/* tests/support/user_cert.h: OpenSSH user certificates, made by hand. Nobody signed them: the
 * library leaves that to the server, and the peer in memory doesn't look. */
#ifndef SX_TESTS_USER_CERT_H
#define SX_TESTS_USER_CERT_H

#include "crypto/key.h"

enum { USER_CERT_MAX = 4096, USER_CERT_LINE_MAX = 6144 };

/* The blob of a certificate of this type (1 user, 2 host) for the key; alg is any of its kind. */
struct sx_slice user_cert_make(const struct sx_key *key, const struct sx_sig_alg *alg,
                               uint32_t type, uint8_t storage[USER_CERT_MAX]);

/* "NAME BASE64 comment". */
const char *user_cert_line(const char *name, struct sx_slice blob, char line[USER_CERT_LINE_MAX]);

#endif
