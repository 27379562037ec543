/* audit/record.h: one audit record as one line of JSON (RFC 8259).
 *
 * A record is filled in as a struct, so that a wrong field does not compile, and written by a table
 * that fixes the order: v, seq, time, session, type, the members of that type, prev. All members
 * of a type are always there; what does not apply is null.
 *
 * A text becomes a JSON string in two steps. First the escapes of sx_escape (base/text.h): visible
 * UTF-8 stays, a backslash becomes \\, any other byte \xNN. Then JSON's own of " and \. So what a
 * JSON reader gives back can be shown on any terminal, and turned into the exact bytes again. */
#ifndef SX_AUDIT_RECORD_H
#define SX_AUDIT_RECORD_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum {
    SX_AUDIT_VERSION = 1,
    SX_AUDIT_TEXT_MAX = 256 * 1024,      /* bytes of one text before escaping */
    SX_AUDIT_LINE_MAX = 2 * 1024 * 1024, /* bytes of a line */
};

enum sx_audit_type {
    SX_AUDIT_SESSION_BEGIN,
    SX_AUDIT_PROVIDER,
    SX_AUDIT_POLICY_REFUSAL,
    SX_AUDIT_HOST_KEY,
    SX_AUDIT_KEY_EXCHANGE,
    SX_AUDIT_AUTH_ATTEMPT,
    SX_AUDIT_LOGGED_ON,
    SX_AUDIT_COMMAND_BEGIN,
    SX_AUDIT_COMMAND_END,
    SX_AUDIT_SESSION_END,
    SX_AUDIT_TYPE_COUNT
};

/* Numbers go up to 2^53 - 1, which every JSON reader keeps exact. */
#define SX_AUDIT_NUMBER_MAX 9007199254740991ULL

/* What is said of each type, all borrowed. A text with a NULL pointer is null; a number of type
 * int64_t is null when it is negative. */
struct sx_audit_session_begin {
    struct sx_slice host;
    uint64_t port;
    struct sx_slice user;
    struct sx_slice policy;
    struct sx_slice library; /* name and version */
};

struct sx_audit_provider {
    struct sx_slice name;
    struct sx_slice full_name;
    struct sx_slice version;
    struct sx_slice build_info;
    bool is_fips;
    bool has_indicator;
    struct sx_slice module_path;
    struct sx_slice module_sha256;
    struct sx_slice config_path;
    uint64_t self_tests;
    uint64_t self_tests_failed;
    struct sx_slice libcrypto;
};

struct sx_audit_policy_refusal {
    struct sx_slice policy;
    struct sx_slice error; /* sx_err_name */
    struct sx_slice reason;
};

struct sx_audit_host_key {
    struct sx_slice algorithm;
    struct sx_slice key_type;
    uint64_t bits;
    struct sx_slice fingerprint;
    bool is_rekey;
    bool is_accepted;
    struct sx_slice ground;
};

struct sx_audit_key_exchange {
    struct sx_slice reason;
    struct sx_slice kex;
    struct sx_slice host_key;
    struct sx_slice cipher_c2s;
    struct sx_slice cipher_s2c;
    struct sx_slice mac_c2s;
    struct sx_slice mac_s2c;
    bool is_strict;
};

struct sx_audit_auth_attempt {
    struct sx_slice method;
    bool is_accepted;
    bool is_partial;
    struct sx_slice methods_left;
};

struct sx_audit_logged_on {
    struct sx_slice method;
    bool is_unproven;
    struct sx_slice address; /* of the peer */
};

struct sx_audit_command_begin {
    struct sx_slice command;
};

struct sx_audit_command_end {
    struct sx_slice state; /* "exited", "signalled", "no_status" */
    int64_t status;
    struct sx_slice signal;
    bool is_core_dumped;
    bool may_still_run;
    uint64_t stdin_bytes;
    uint64_t stdout_bytes;
    uint64_t stderr_bytes;
    uint64_t duration_us;
};

struct sx_audit_session_end {
    struct sx_slice error; /* sx_err_name; null when all went well */
    struct sx_slice reason;
    struct sx_slice address;
    uint64_t duration_us;
};

struct sx_audit_record {
    uint64_t sequence;
    uint64_t time_us; /* UTC, microseconds since 1970-01-01 */
    struct sx_slice session;
    struct sx_slice previous; /* the hash of the record before it, as text; null for none */
    enum sx_audit_type type;
    union {
        struct sx_audit_session_begin session_begin;
        struct sx_audit_provider provider;
        struct sx_audit_policy_refusal policy_refusal;
        struct sx_audit_host_key host_key;
        struct sx_audit_key_exchange key_exchange;
        struct sx_audit_auth_attempt auth_attempt;
        struct sx_audit_logged_on logged_on;
        struct sx_audit_command_begin command_begin;
        struct sx_audit_command_end command_end;
        struct sx_audit_session_end session_end;
    };
};

/* "session_begin" and so on; NULL past the last. */
const char *sx_audit_type_name(enum sx_audit_type type);

/* sx_audit_record_encode appends the line with its "\n" to out. SX_ERR_AUDIT when a text or number
 * is beyond its bound or the time beyond the year 9999, SX_ERR_SPACE when out's maximum is; then
 * out is untouched. */
SX_MUST_USE enum sx_err sx_audit_record_encode(const struct sx_audit_record *record,
                                               struct sx_buffer *out);

/* Where lines go. write takes one whole line, and returns SX_OK only when it will not be lost. */
struct sx_audit_sink {
    enum sx_err (*write)(void *ctx, struct sx_slice line);
    void *ctx;
};

/* sx_audit_write encodes the record and hands it to the sink. A sink that fails is SX_ERR_AUDIT
 * with a text that says which record was not written. sink may be NULL. */
SX_MUST_USE enum sx_err sx_audit_write(const struct sx_audit_sink *sink,
                                       const struct sx_audit_record *record,
                                       struct sx_fault *fault);

#endif
