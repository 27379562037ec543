/* keys/key_sink.h: where the readers of key formats put what they find. */
#ifndef SX_KEYS_KEY_SINK_H
#define SX_KEYS_KEY_SINK_H

#include "crypto/key.h"

struct sx_key_sink {
    /* Takes a key, private or public, also on failure. */
    enum sx_err (*key)(void *context, struct sx_key *take_key, struct sx_fault *fault);
    /* A certificate in DER, borrowed. */
    enum sx_err (*certificate)(void *context, struct sx_slice der, struct sx_fault *fault);
    void *context;
};

#endif
