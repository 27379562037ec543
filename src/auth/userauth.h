/* auth/userauth.h: the user authentication protocol of RFC 4252, without I/O.
 *
 * The loop asks for the service, tries the methods that its mode allows, and reports each
 * outcome. A method is one file with one const descriptor. */
#ifndef SX_AUTH_USERAUTH_H
#define SX_AUTH_USERAUTH_H

#include "base/secret.h"
#include "transport/transport.h"

/* The reference's ssh_auth_mode values that this room serves so far. */
enum sx_auth_mode {
    SX_AUTH_NONE = 0,
    SX_AUTH_PASSWORD = 2,
    SX_AUTH_PUBLICKEY = 3,
    SX_AUTH_GSSAPI_WITH_MIC = 5,
    SX_AUTH_GSSAPI_KEYEX = 7, /* gssapi-with-mic where the key exchange was none of GSSAPI */
};

enum { SX_AUTH_KEYS_MAX = 32, SX_AUTH_TEXT_MAX = 1024 };

/* A key that the user has: what the server is shown. Signing is a request to the caller. */
struct sx_auth_key {
    enum sx_key_type type;
    struct sx_slice public_blob; /* borrowed */
};

/* All borrowed; must outlive the authentication. */
struct sx_auth_config {
    enum sx_auth_mode mode;
    struct sx_slice user;
    struct sx_slice password;
    const struct sx_auth_key *keys;
    unsigned key_count;
};

struct sx_auth;

/* A method: start sends its first request (or reports that it has nothing to try, by setting
 * is_exhausted); message takes its own numbers 60 to 79; retry says what to do when the server
 * refused the last request (a further key, or is_exhausted); signature takes the caller's answer to
 * SX_EVENT_SIGN, empty when the key can't sign; gss takes the answer to SX_EVENT_GSS. All but name
 * and start may be NULL. */
struct sx_auth_method {
    const char *name;
    enum sx_err (*start)(struct sx_auth *auth);
    enum sx_err (*message)(struct sx_auth *auth, struct sx_slice payload);
    enum sx_err (*retry)(struct sx_auth *auth);
    enum sx_err (*signature)(struct sx_auth *auth, struct sx_slice signature);
    enum sx_err (*gss)(struct sx_auth *auth, const struct sx_gss_answer *answer);
};

extern const struct sx_auth_method sx_auth_method_none;
extern const struct sx_auth_method sx_auth_method_password;
extern const struct sx_auth_method sx_auth_method_publickey;
extern const struct sx_auth_method sx_auth_method_gssapi_with_mic;
extern const struct sx_auth_method sx_auth_method_gssapi_keyex;

enum sx_auth_state {
    SX_AUTH_STATE_IDLE,
    SX_AUTH_STATE_SERVICE, /* SERVICE_REQUEST sent */
    SX_AUTH_STATE_TRYING,  /* a request is out */
    SX_AUTH_STATE_SIGNING, /* the caller was asked to sign */
    SX_AUTH_STATE_GSS,     /* the caller was asked for a token or a MIC of GSSAPI */
    SX_AUTH_STATE_DONE,
};

/* How far method gssapi-with-mic is (RFC 4462 section 3). */
enum sx_auth_gss_stage {
    SX_AUTH_GSS_ASKED,  /* RESPONSE is awaited */
    SX_AUTH_GSS_TOKENS, /* tokens go to and fro */
    SX_AUTH_GSS_MIC,    /* the context is established; the MIC is made */
    SX_AUTH_GSS_SENT,   /* the MIC is out */
    SX_AUTH_GSS_FAILED, /* given up; the server's FAILURE may follow */
};

struct sx_auth {
    struct sx_auth_config config;
    struct sx_transport *transport;
    struct sx_event_queue *events;
    struct sx_fault *fault;
    enum sx_auth_state state;
    const struct sx_auth_method *method;
    bool is_exhausted;  /* the method has nothing left to try */
    bool is_proof_sent; /* the request that is out carries the proof its mode demands */
    unsigned tries;
    /* publickey */
    unsigned key_index;
    const struct sx_sig_alg *key_alg;
    struct sx_buffer to_sign;
    char refused_keys[256]; /* why keys were not tried, for the error text */
    /* gssapi-with-mic */
    enum sx_auth_gss_stage gss_stage;
    char gss_text
        [SX_AUTH_TEXT_MAX]; /* why Kerberos said no, ours or the server's; "" if it didn't */
    /* for error texts */
    char methods_left[SX_AUTH_TEXT_MAX]; /* as the server listed them last, escaped */
};

void sx_auth_init(struct sx_auth *auth, const struct sx_auth_config *config,
                  struct sx_transport *transport, struct sx_event_queue *events,
                  struct sx_fault *fault);

/* sx_auth_start requests the service; call once when the first keys are in use. */
SX_MUST_USE enum sx_err sx_auth_start(struct sx_auth *auth);

/* A message that the acceptance table gives to authentication. */
SX_MUST_USE enum sx_err sx_auth_message(struct sx_auth *auth, struct sx_slice payload);

/* The answer to SX_EVENT_SIGN: the whole signature blob, or an empty slice when the key can't
 * sign (then the next key is tried). */
SX_MUST_USE enum sx_err sx_auth_answer_sign(struct sx_auth *auth, struct sx_slice signature);

/* The answer to SX_EVENT_GSS. */
SX_MUST_USE enum sx_err sx_auth_answer_gss(struct sx_auth *auth,
                                           const struct sx_gss_answer *answer);

/* For the methods: asks the caller for a MIC over what RFC 4462 sections 3.5 and 4 say. */
SX_MUST_USE enum sx_err sx_auth_ask_gss_mic(struct sx_auth *auth, enum sx_gss_context context);

void sx_auth_clear(struct sx_auth *auth);

#endif
