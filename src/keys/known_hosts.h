/* keys/known_hosts.h: files of known host keys as OpenSSH has them (sshd(8), "SSH_KNOWN_HOSTS FILE
 * FORMAT").
 *
 * A line is "[@marker] hosts type base64 [comment]". hosts is a comma-separated list of patterns
 * with `*`, `?` and `!` for negation, or one name hashed as "|1|salt|HMAC-SHA1"; a port that isn't
 * 22 is written "[name]:port". Where no line speaks for name and port, one for the name alone
 * counts, as with ssh(1). Differs from ssh(1), always to the narrower side:
 *   - @revoked counts for the name with and without its port, before everything else;
 *   - a damaged @revoked line is an error, as nobody knows what it was to keep out;
 *   - a host that is known by keys of other types alone is not new: see SX_KNOWN_OTHER_TYPE. */
#ifndef SX_KEYS_KNOWN_HOSTS_H
#define SX_KEYS_KNOWN_HOSTS_H

#include "crypto/provider.h"
#include "keys/fingerprint.h"

enum {
    SX_KNOWN_FILES_MAX = 8,
    SX_KNOWN_FILE_BYTES = 16 * 1024 * 1024,
    SX_KNOWN_NAME_MAX = 256 + 8, /* a host's name with brackets and port */
    SX_KNOWN_TYPE_MAX = 64,
    SX_KNOWN_TYPES_MAX = 512,
    SX_KNOWN_BLOB_MAX = 64 * 1024,
};

/* What the files say, read once. Zero-initialise. */
struct sx_known_file {
    char *path;
    uint8_t *bytes;
    size_t len;
};
struct sx_known_hosts {
    struct sx_known_file files[SX_KNOWN_FILES_MAX];
    unsigned count;
};

/* sx_known_hosts_read adds a file; one that isn't there counts as empty. SX_ERR_FILE with the
 * reason when it can't be read, is no regular file or too long; SX_ERR_FILE_MODE when everybody
 * may write it. */
SX_MUST_USE enum sx_err sx_known_hosts_read(struct sx_known_hosts *known, const char *path,
                                            struct sx_fault *fault);
void sx_known_hosts_clear(struct sx_known_hosts *known);

/* Whom a key is asked about. */
struct sx_known_query {
    const char *host; /* as the user named it */
    int port;
    struct sx_slice key; /* the plain public key blob, also out of a certificate */
    struct sx_slice ca;  /* who signed its OpenSSH certificate; empty without */
};

enum sx_known_verdict {
    SX_KNOWN_NEW,        /* nothing is known of the host */
    SX_KNOWN_KEY,        /* a line has this key */
    SX_KNOWN_CA,         /* a line trusts the certificate's signer for this host */
    SX_KNOWN_CHANGED,    /* the host is known by another key of this type */
    SX_KNOWN_OTHER_TYPE, /* the host is known, but by keys of other types alone: who stands between
                            could show a type that the host never had */
    SX_KNOWN_REVOKED,    /* a line revokes the key, or the certificate's signer, for this host */
};

struct sx_known_answer {
    enum sx_known_verdict verdict;
    const char *path;                     /* where it says so; NULL when new. Lives as known does */
    unsigned long line;                   /* from 1 */
    char type[SX_KNOWN_TYPE_MAX];         /* of the key there */
    char fingerprint[SX_FINGERPRINT_MAX]; /* of the key there, "SHA256:..." */
};

/* sx_known_hosts_ask looks through all files. SX_ERR_FILE for a damaged @revoked line,
 * SX_ERR_PROVIDER_FETCH when a hashed name can't be compared. */
SX_MUST_USE enum sx_err sx_known_hosts_ask(const struct sx_known_hosts *known,
                                           struct sx_provider *provider,
                                           const struct sx_known_query *query,
                                           struct sx_fault *fault, struct sx_known_answer *out);

/* What to ask a host for, so that it can be known. */
struct sx_known_types {
    char types[SX_KNOWN_TYPES_MAX]; /* of its keys, comma-separated */
    bool has_ca;
};

/* sx_known_hosts_types: types that don't fit are left out. Errors as above. */
SX_MUST_USE enum sx_err sx_known_hosts_types(const struct sx_known_hosts *known,
                                             struct sx_provider *provider, const char *host,
                                             int port, struct sx_fault *fault,
                                             struct sx_known_types *out);

/* sx_known_hosts_add appends query's key to a file, which is made if need be (mode 0600, its
 * folder 0700). Under the file's lock what it holds by then is asked again: only a key that is
 * still new is added, and *out says what was found; its path is path. The line goes in whole, by
 * one write at the end (so that nothing is lost that ssh(1) writes there without a lock), or not at
 * all. With is_hashed the name is written hashed. SX_ERR_FILE. */
SX_MUST_USE enum sx_err sx_known_hosts_add(const char *path, struct sx_provider *provider,
                                           const struct sx_known_query *query, bool is_hashed,
                                           struct sx_fault *fault, struct sx_known_answer *out);

#endif
