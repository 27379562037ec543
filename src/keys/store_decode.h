/* keys/store_decode.h: private to this room: how the readers of forms fill a store. */
#ifndef SX_KEYS_STORE_DECODE_H
#define SX_KEYS_STORE_DECODE_H

#include "keys/key_form.h"
#include "keys/key_store.h"

SX_MUST_USE enum sx_err sx_store_add_key(struct sx_store *store, struct sx_key *take_key,
                                         struct sx_fault *fault);
SX_MUST_USE enum sx_err sx_store_add_certificate(struct sx_store *store,
                                                 struct sx_provider *provider, struct sx_slice der,
                                                 struct sx_fault *fault);

/* sx_store_decode_form reads bytes of this very form into the store. */
SX_MUST_USE enum sx_err sx_store_decode_form(struct sx_provider *provider, enum sx_key_form form,
                                             struct sx_slice bytes, struct sx_slice passphrase,
                                             struct sx_fault *fault, struct sx_store *out);

#endif
