/* auth/userauth.h: the user authentication protocol of RFC 4252, without I/O.
 *
 * The driver asks for the service, starts the methods that its mode allows and reports each
 * outcome. A method is one file with one const descriptor.
 *
 * Which methods are tried (the reference's ssh_auth_mode, TryAllAvailableAuthMethods):
 * - a mode of one method tries that alone; a partial success, which asks for a further method, and
 *   a refusal are failures;
 * - multi-factor first asks with "none" what the server would take, and then gives it, of what it
 *   lists, the first method in the order of sx_auth_methods for which there are credentials; after
 *   each partial success again. A method that is refused is a failure;
 * - with is_trying_all, a refusal or a partial success of any mode but none and custom goes on to
 *   the next method that the server lists and for which there are credentials;
 * - an agent's keys are tried before a password is sent or asked for, whether the mode names public
 *   keys or not, as the reference's example of EnablePageantAuth has it. */
#ifndef SX_AUTH_USERAUTH_H
#define SX_AUTH_USERAUTH_H

#include "base/secret.h"
#include "transport/transport.h"
#include "wire/msg_interactive.h"

/* The reference's ssh_auth_mode values. */
enum sx_auth_mode {
    SX_AUTH_NONE = 0,
    SX_AUTH_MULTI_FACTOR = 1,
    SX_AUTH_PASSWORD = 2,
    SX_AUTH_PUBLICKEY = 3,
    SX_AUTH_INTERACTIVE = 4,
    SX_AUTH_GSSAPI_WITH_MIC = 5,
    SX_AUTH_CUSTOM = 6,
    SX_AUTH_GSSAPI_KEYEX = 7, /* gssapi-with-mic where the key exchange was none of GSSAPI */
};

enum {
    SX_AUTH_KEYS_MAX = 32,
    SX_AUTH_TEXT_MAX = 1024,
    SX_AUTH_METHODS_MAX = 16, /* rows of sx_auth_methods */
    SX_AUTH_FACTORS_MAX = 8,  /* partial successes of one sign-on */
    SX_AUTH_ROUNDS_MAX = 32,  /* questions of one method's run */
};

/* A key that the user has: what the server is shown. Signing is a request to the caller. */
struct sx_auth_key {
    enum sx_key_type type;
    enum sx_sig_form form;       /* bare, or in a certificate of this form */
    struct sx_slice public_blob; /* borrowed */
    const char *algorithm;       /* borrowed: the one to use and no other; NULL: the offer's */
    bool is_outside;             /* an agent signs */
};

/* The reference's EnablePageantAuth: whether an agent's keys are asked for. */
enum sx_agent_use {
    SX_AGENT_OFF = 0,
    SX_AGENT_ALSO = 1, /* its keys are further keys; before passwords they are tried first */
    SX_AGENT_ONLY = 2, /* public keys of the agent, whatever the mode */
};

/* All borrowed; must outlive the authentication. */
struct sx_auth_config {
    enum sx_auth_mode mode;
    bool is_trying_all; /* TryAllAvailableAuthMethods */
    bool can_answer;    /* there is somebody who answers prompts */
    struct sx_slice user;
    struct sx_slice password;
    enum sx_agent_use agent; /* not SX_AGENT_OFF: keys are asked for by SX_EVENT_IDENTITIES */
    const struct sx_auth_key *keys; /* tried in this order */
    unsigned key_count;
};

struct sx_auth;

/* A method. is_ready: whether there are credentials for it. start sends its first request (or
 * reports that it has nothing to try, by setting is_exhausted); it comes again after a partial
 * success, for a further factor. message takes its own numbers 60 to 79. retry says what to do when
 * the server refused the last request (a further key, or is_exhausted). identities begins when the
 * caller told the user's keys. signature takes the
 * caller's answer to SX_EVENT_SIGN, empty when the key can't sign; answer those to SX_EVENT_ASK,
 * count 0 when there is none; gss the answer to SX_EVENT_GSS. All but name and start may be NULL. */
struct sx_auth_method {
    const char *name;
    bool is_reusable; /* its partial success may be followed by itself (another key or question) */
    bool (*is_ready)(const struct sx_auth *auth);
    enum sx_err (*start)(struct sx_auth *auth);
    enum sx_err (*message)(struct sx_auth *auth, struct sx_slice payload);
    enum sx_err (*retry)(struct sx_auth *auth);
    enum sx_err (*identities)(struct sx_auth *auth);
    enum sx_err (*signature)(struct sx_auth *auth, struct sx_slice signature);
    enum sx_err (*gss)(struct sx_auth *auth, const struct sx_gss_answer *answer);
    enum sx_err (*answer)(struct sx_auth *auth, const struct sx_slice *answers, unsigned count);
};

extern const struct sx_auth_method sx_auth_method_none;
extern const struct sx_auth_method sx_auth_method_password;
extern const struct sx_auth_method sx_auth_method_publickey;
extern const struct sx_auth_method sx_auth_method_gssapi_with_mic;
extern const struct sx_auth_method sx_auth_method_gssapi_keyex;
extern const struct sx_auth_method sx_auth_method_interactive;
extern const struct sx_auth_method sx_auth_method_custom;

/* The methods that the driver may choose by itself, the preferred first, NULL at the end. */
extern const struct sx_auth_method *const sx_auth_methods[];

enum sx_auth_state {
    SX_AUTH_STATE_IDLE,
    SX_AUTH_STATE_SERVICE, /* SERVICE_REQUEST sent */
    SX_AUTH_STATE_TRYING,  /* a request is out */
    SX_AUTH_STATE_LISTING, /* the caller was asked for the user's keys */
    SX_AUTH_STATE_SIGNING, /* the caller was asked to sign */
    SX_AUTH_STATE_GSS,     /* the caller was asked for a token or a MIC of GSSAPI */
    SX_AUTH_STATE_ASKING,  /* the caller was asked for SX_EVENT_ASK's answers */
    SX_AUTH_STATE_DONE,
};

/* sx_auth_publickey_is_certain says whether the first request of publickey is a signature by the
 * only key, by the only algorithm that there is for it: nothing that the server may still tell of
 * itself (RFC 8308) would change it. */
bool sx_auth_publickey_is_certain(const struct sx_auth *auth);

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
    bool is_ahead;         /* the first request went out before the service was accepted */
    bool is_exhausted;     /* the method has nothing left to try */
    bool is_proof_sent;    /* the request that is out carries the proof its mode demands */
    bool has_proof;        /* so did one that the server took before, as a factor of several */
    bool is_proof_outside; /* an agent signed the last one */
    bool is_agent_first;   /* the agent's public keys are being tried before the mode's method */
    unsigned tries;        /* requests that were refused */
    unsigned factors;      /* methods that were accepted, but not enough */
    unsigned rounds;       /* questions of the method at hand */
    uint32_t used;         /* bit i: sx_auth_methods[i] is not to be tried (again) */
    /* publickey */
    unsigned key_index;
    unsigned key_next; /* the first that was not tried yet */
    const struct sx_sig_alg *key_alg;
    unsigned key_algs_tried; /* of the offer's, with this key */
    bool is_key_tried;       /* a request with this key was refused */
    bool is_listed;          /* the agent's keys are among config.keys, or it has none */
    struct sx_buffer to_sign;
    /* gssapi-with-mic */
    enum sx_auth_gss_stage gss_stage;
    /* why Kerberos said no, ours or the server's; "" if it didn't */
    char gss_text[SX_AUTH_TEXT_MAX];
    /* keyboard-interactive, password: what the server asks; borrows from its message */
    struct sx_msg_info_request request;
    struct sx_slice last; /* custom: the server's message at hand */
    /* for error texts */
    char tried[SX_AUTH_TEXT_MAX];        /* methods, in the order of their start */
    char note[512];                      /* "; " and why something was not tried, one by one */
    char methods_left[SX_AUTH_TEXT_MAX]; /* as the server listed them last, escaped */
};

void sx_auth_init(struct sx_auth *auth, const struct sx_auth_config *config,
                  struct sx_transport *transport, struct sx_event_queue *events,
                  struct sx_fault *fault);

/* sx_auth_start requests the service; call once when the first keys are in use. */
SX_MUST_USE enum sx_err sx_auth_start(struct sx_auth *auth);

/* sx_auth_go_ahead sends the first request behind the service's, without waiting for the answer to
 * that, where it can: call whenever nothing is left to read. RFC 4253 section 7 demands the wait
 * only after an exchange that hasn't proven the server. It saves a round trip, and with it a wait,
 * a write and a read. Only with OpenSSH: other servers are known to lose such a request. */
SX_MUST_USE enum sx_err sx_auth_go_ahead(struct sx_auth *auth);

/* A message that the acceptance table gives to authentication. */
SX_MUST_USE enum sx_err sx_auth_message(struct sx_auth *auth, struct sx_slice payload);

/* The answer to SX_EVENT_IDENTITIES: keys takes the place of the configuration's and must outlive
 * the authentication. failure (may be NULL) says why the agent has none to give; it ends the
 * authentication where nothing but the agent may be used. */
SX_MUST_USE enum sx_err sx_auth_answer_identities(struct sx_auth *auth,
                                                  const struct sx_auth_key *keys, unsigned count,
                                                  const struct sx_fault *failure);

/* The answer to SX_EVENT_SIGN: the whole signature blob, or an empty slice when the key can't
 * sign (then the next key is tried). */
SX_MUST_USE enum sx_err sx_auth_answer_sign(struct sx_auth *auth, struct sx_slice signature);

/* The answer to SX_EVENT_GSS. */
SX_MUST_USE enum sx_err sx_auth_answer_gss(struct sx_auth *auth,
                                           const struct sx_gss_answer *answer);

/* For the methods: asks the caller for a MIC over what RFC 4462 sections 3.5 and 4 say. */
SX_MUST_USE enum sx_err sx_auth_ask_gss_mic(struct sx_auth *auth, enum sx_gss_context context);
/* The answers to SX_EVENT_ASK: as many as it has prompts (one for a new password or a packet), or
 * count 0 with answers NULL for none, which gives the method up. Copied where they are sent. */
SX_MUST_USE enum sx_err sx_auth_answer_ask(struct sx_auth *auth, const struct sx_slice *answers,
                                           unsigned count);

/* Waits for an answer of the caller. */
bool sx_auth_is_waiting(const struct sx_auth *auth);

/* The server went away: when it had refused something before, that is what it means, and the fault
 * is replaced by one that says so. Returns the error that holds. */
enum sx_err sx_auth_left(struct sx_auth *auth, enum sx_err err);

/* For methods: a question to the caller. */
SX_MUST_USE enum sx_err sx_auth_ask(struct sx_auth *auth, const struct sx_event_ask *ask);

/* For methods: appends to the error text why something was not tried. Texts of the server must be
 * escaped. */
void sx_auth_note(struct sx_auth *auth, const char *fmt, ...) SX_PRINTF(2, 3);

void sx_auth_clear(struct sx_auth *auth);

#endif
