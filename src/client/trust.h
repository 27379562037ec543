/* client/trust.h: what a connection trusts servers by: the values, and the files that they name. */
#ifndef SX_CLIENT_TRUST_H
#define SX_CLIENT_TRUST_H

#include "client/object.h"

/* sx_trust_open reads the files, checks everything, and orders the offer's host key algorithms so
 * that a key is asked for that can be trusted (not where SSHPublicKeyAlgorithms gives an order).
 * Needs policy, provider and offer. Errors of sx_host_trust_check, SX_ERR_FILE, SX_ERR_FILE_MODE,
 * SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_trust_open(struct sexec *object, struct sx_fault *fault);
void sx_trust_close(struct sexec *object);

/* sx_trust_judge decides about the server's key: the settings first, then the handler. The object's
 * fault has the reason of a refusal. */
SX_MUST_USE enum sx_err sx_trust_judge(struct sexec *object, const struct sx_event_host_key *key);

/* Checks of settings before they are kept. */
int sx_check_fingerprint_hash(struct sexec *object, const char *value);
int sx_check_known_mode(struct sexec *object, const char *value);

/* SSHFingerprintMD5, SHA1 and SHA256. */
int sx_get_fingerprint_md5(struct sexec *object, struct sx_buffer *out);
int sx_get_fingerprint_sha1(struct sexec *object, struct sx_buffer *out);
int sx_get_fingerprint_sha256(struct sexec *object, struct sx_buffer *out);

#endif
