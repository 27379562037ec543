/* keys/ssh_public.h: SSH's public keys as files have them: lines of OpenSSH, and RFC 4716. */
#ifndef SX_KEYS_SSH_PUBLIC_H
#define SX_KEYS_SSH_PUBLIC_H

#include "keys/key_sink.h"

bool sx_ssh_public_is(struct sx_slice text);

/* sx_ssh_public_decode reads one key: "type base64 comment", also of a certificate, which gives
 * the key in it; or "---- BEGIN SSH2 PUBLIC KEY ----". SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_ssh_public_decode(struct sx_provider *provider, struct sx_slice text,
                                             struct sx_fault *fault,
                                             const struct sx_key_sink *sink);

#endif
