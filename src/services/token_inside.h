/* services/token_inside.h: what the files of tokens share. */
#ifndef SX_SERVICES_TOKEN_INSIDE_H
#define SX_SERVICES_TOKEN_INSIDE_H

#include <stdatomic.h>

#include "base/buffer.h"
#include "base/secret.h"
#include "services/cryptoki.h"
#include "services/token.h"
#include "services/token_uri.h"

enum { SX_TOKEN_ID_MAX = 128, SX_TOKEN_WANTED_MAX = 64 * 1024 };

struct sx_token_entry {
    struct sx_key *key;   /* public */
    unsigned long object; /* the private one's handle, of this session */
    uint8_t id[SX_TOKEN_ID_MAX];
    size_t id_len;
    bool asks_each_time; /* CKA_ALWAYS_AUTHENTICATE */
};

struct sx_token {
    atomic_uint references;
    struct sx_provider *provider;
    const struct ck_functions *calls;
    struct sx_token_uri uri;
    struct sx_secret pin;
    char *subject; /* as of the spec, like the next */
    struct sx_buffer wanted;
    char label[33];
    unsigned long slot;
    unsigned long session;
    bool has_session;
    struct sx_token_entry entries[SX_TOKEN_KEYS_MAX];
    unsigned count;
};

/* sx_token_error makes an error of the module's answer: what was tried, and what to do. */
enum sx_err sx_token_error(const struct sx_token *token, unsigned long code, const char *what,
                           struct sx_fault *fault);

/* token.c: a fresh session, signed in. */
SX_MUST_USE enum sx_err sx_token_session(struct sx_token *token, struct sx_fault *fault);
void sx_token_session_end(struct sx_token *token);

/* token_keys.c: lists the keys that are meant. */
SX_MUST_USE enum sx_err sx_token_list(struct sx_token *token, struct sx_fault *fault);

/* token_keys.c: finds the entry's private key in the present session. */
SX_MUST_USE enum sx_err sx_token_find_again(struct sx_token *token, struct sx_token_entry *entry,
                                            struct sx_fault *fault);

#endif
