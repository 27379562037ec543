/* audit/record.h: one audit record as one line of JSON (RFC 8259).
 *
 * A record is filled in as a struct, so that a wrong field does not compile, and written by a table
 * that fixes the order: v, seq, time, host, process, user, session, type, the members of that type,
 * prev, tag. All members of a type are always there; what does not apply is null. The line's end,
 * which holds the tag over all that stands before it, is audit/chain.h's.
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
    /* of the file */
    SX_AUDIT_LOG_BEGIN,  /* the first of each file */
    SX_AUDIT_RECOVERY,   /* a writer died here: what was found behind the last sealed record */
    SX_AUDIT_CHECKPOINT, /* head and count were signed */
    /* of an object */
    SX_AUDIT_OBJECT_BEGIN,
    SX_AUDIT_SETUP, /* the methods and setters called before the first action */
    SX_AUDIT_CALL,  /* one called later that has no record of its own */
    SX_AUDIT_OBJECT_END,
    /* of a session */
    SX_AUDIT_SESSION_BEGIN,
    SX_AUDIT_PROVIDER,
    SX_AUDIT_WEAKENING,
    SX_AUDIT_POLICY_REFUSAL,
    SX_AUDIT_HOST_KEY,
    SX_AUDIT_KEY_EXCHANGE,
    SX_AUDIT_AUTH_ATTEMPT,
    SX_AUDIT_KERBEROS,
    SX_AUDIT_LOGGED_ON,
    SX_AUDIT_COMMAND_BEGIN,
    SX_AUDIT_COMMAND_END,
    SX_AUDIT_PACKET_DROPPED,
    SX_AUDIT_SESSION_END,
    SX_AUDIT_TYPE_COUNT
};

/* The events of the NIAP functional package for SSH (FCS_SSH_EXT.1), as member "niap" of the
 * records that are one: "connection failure", "establishment", "termination", "packet dropped". */

/* Numbers go up to 2^53 - 1, which every JSON reader keeps exact. */
#define SX_AUDIT_NUMBER_MAX 9007199254740991ULL

/* What is said of each type, all borrowed. A text with a NULL pointer is null; a number of type
 * int64_t is null when it is negative. */
struct sx_audit_log_begin {
    struct sx_slice chain;  /* the key pair's name, the same in all files of a chain */
    uint64_t generation;    /* of the file in its chain: 0, and one more with each rotation */
    struct sx_slice before; /* how the file before it was named when it was put aside */
};

struct sx_audit_recovery {
    uint64_t adopted;    /* whole records that the state had not counted yet */
    uint64_t torn_bytes; /* of a record that was cut in the middle; they were taken away */
    struct sx_slice torn_sha256;
};

struct sx_audit_checkpoint {
    struct sx_slice key; /* fingerprint of the key that signed */
    uint64_t records;    /* how many the signature covers */
    struct sx_slice head;
};

struct sx_audit_object_begin {
    struct sx_slice library; /* name and version */
    struct sx_slice policy;
    struct sx_slice sync; /* "record", "group" or "session" */
    bool is_required;     /* what can't be recorded doesn't run */
    uint64_t calls_lost;  /* calls before the first action, beyond what is kept for their records */
};

/* Texts with a NUL behind each: a list of JSON texts. */
struct sx_audit_list {
    struct sx_slice texts;
};

struct sx_audit_setup {
    struct sx_audit_list calls; /* "config Policy=fips", "set_ssh_port 22"; those that failed end
                                   in " (code N: its meaning)" */
};

struct sx_audit_call {
    struct sx_slice method;
    struct sx_slice argument; /* null when there is none, or it may hold a secret */
    uint64_t code;            /* what the method gave */
};

struct sx_audit_object_end {
    uint64_t sessions;
    uint64_t commands;
    uint64_t duration_us;
};

struct sx_audit_session_begin {
    struct sx_slice host;
    uint64_t port;
    struct sx_slice user;
    uint64_t auth_mode; /* the property's value */
    struct sx_slice policy;
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
    struct sx_audit_list self_test_results; /* "KAT_Cipher AES_GCM: pass" */
    uint64_t unapproved; /* operations that the indicator called unapproved until now */
    struct sx_slice libcrypto;
    struct sx_slice properties;  /* the property query of every fetch */
    struct sx_slice certificate; /* the certificate's number, as configured */
};

/* A setting in force that makes the session weaker than the policy's default. */
struct sx_audit_weakening {
    struct sx_slice setting;
    struct sx_slice value;
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
    struct sx_slice compression_c2s;
    struct sx_slice compression_s2c;
    bool is_strict;
};

struct sx_audit_auth_attempt {
    struct sx_slice method;
    bool is_accepted;
    bool is_partial;
    struct sx_slice methods_left;
};

struct sx_audit_kerberos {
    struct sx_slice principal;
    struct sx_slice service;
    bool is_delegated;
};

struct sx_audit_logged_on {
    struct sx_slice niap;
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
    uint64_t code; /* what the method gave */
    uint64_t stdin_bytes;
    uint64_t stdout_bytes;
    uint64_t stderr_bytes;
    struct sx_slice stdin_sha256; /* null when digests are off */
    struct sx_slice stdout_sha256;
    struct sx_slice stderr_sha256;
    uint64_t duration_us;
};

struct sx_audit_packet_dropped {
    struct sx_slice niap;
    struct sx_slice address;
    uint64_t size;          /* the packet_length that came, in bytes */
    struct sx_slice reason; /* with the bound */
};

struct sx_audit_session_end {
    struct sx_slice niap;
    uint64_t code;          /* the public number; 0 when all went well */
    struct sx_slice reason; /* its sentence; null when all went well */
    struct sx_slice address;
    uint64_t sends; /* calls that were not recorded one by one */
    uint64_t holds; /* of hold_output and release_output */
    uint64_t do_events;
    uint64_t getters;
    uint64_t unapproved; /* operations that the indicator called unapproved meanwhile */
    uint64_t duration_us;
};

struct sx_audit_record {
    uint64_t sequence;
    uint64_t time_us; /* UTC, microseconds since 1970-01-01 */
    struct sx_slice host;
    uint64_t process;
    struct sx_slice user;     /* of this machine */
    struct sx_slice session;  /* null for what belongs to none */
    struct sx_slice previous; /* the hash of the record before it, as text; null for none */
    enum sx_audit_type type;
    union {
        struct sx_audit_log_begin log_begin;
        struct sx_audit_recovery recovery;
        struct sx_audit_checkpoint checkpoint;
        struct sx_audit_object_begin object_begin;
        struct sx_audit_setup setup;
        struct sx_audit_call call;
        struct sx_audit_object_end object_end;
        struct sx_audit_session_begin session_begin;
        struct sx_audit_provider provider;
        struct sx_audit_weakening weakening;
        struct sx_audit_policy_refusal policy_refusal;
        struct sx_audit_host_key host_key;
        struct sx_audit_key_exchange key_exchange;
        struct sx_audit_auth_attempt auth_attempt;
        struct sx_audit_kerberos kerberos;
        struct sx_audit_logged_on logged_on;
        struct sx_audit_command_begin command_begin;
        struct sx_audit_command_end command_end;
        struct sx_audit_packet_dropped packet_dropped;
        struct sx_audit_session_end session_end;
    };
};

/* "session_begin" and so on; NULL past the last. */
const char *sx_audit_type_name(enum sx_audit_type type);

/* sx_audit_body_encode appends what of a line is known before it has its place in a chain: from the
 * member time to the last one of its type. sx_audit_frame makes a line of it, up to and with the
 * member prev: no tag, no closing brace. previous is the hash as text, or none. Errors as below; on
 * failure out is untouched. */
SX_MUST_USE enum sx_err sx_audit_body_encode(const struct sx_audit_record *record,
                                             struct sx_buffer *out);
SX_MUST_USE enum sx_err sx_audit_frame(uint64_t sequence, struct sx_slice previous,
                                       struct sx_slice body, struct sx_buffer *out);

/* sx_audit_record_encode does both with the record's own sequence and previous. SX_ERR_AUDIT when a text or number is beyond its bound or the time beyond the year 9999,
 * SX_ERR_SPACE when out's maximum is; then out is untouched. */
SX_MUST_USE enum sx_err sx_audit_record_encode(const struct sx_audit_record *record,
                                               struct sx_buffer *out);

/* "2026-11-23T12:00:00.123456Z" */
enum { SX_AUDIT_TIME_SIZE = 48 };
SX_MUST_USE enum sx_err sx_audit_time_text(uint64_t time_us, char out[SX_AUDIT_TIME_SIZE]);

#endif
