/* client/user_keys.h: the keys to sign on with: ssh_cert_store, and what is chosen out of it. */
#ifndef SX_CLIENT_USER_KEYS_H
#define SX_CLIENT_USER_KEYS_H

#include "client/object.h"
#include "keys/key_store.h"

/* sx_user_keys_load opens every store but tokens, which the signer gets as they are, and gives the
 * private keys that are chosen to the object's signer: the one that ssh_cert_encoded or ssh_cert_subject names, else all of them. Errors of
 * sx_store_open; SX_ERR_KEY_NOT_FOUND when nothing is what they name; SX_ERR_KEY_FORMAT when there
 * is no private key; SX_ERR_POLICY_KEY_SIZE. */
SX_MUST_USE enum sx_err sx_user_keys_load(struct sexec *object, struct sx_fault *fault);

/* Whether a store was set: "MY" of the user, which is the default, need not be there. */
bool sx_user_has_store(const struct sexec *object);

/* sx_user_store_open opens the index-th store under a provider. */
SX_MUST_USE enum sx_err sx_user_store_open(const struct sexec *object, struct sx_provider *provider,
                                           unsigned index, struct sx_fault *fault,
                                           struct sx_store *out);

#endif
