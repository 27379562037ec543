/* keys/key_store.h: a store of keys and certificates: what it holds, and which of it is wanted.
 *
 * A store's type and value are the reference's ssh_cert_store_type and ssh_cert_store. */
#ifndef SX_KEYS_KEY_STORE_H
#define SX_KEYS_KEY_STORE_H

#include "base/secret.h"
#include "keys/key_sink.h"

/* The reference's numbers. */
enum sx_store_type {
    SX_STORE_USER = 0,    /* a folder: of the user, see keys/key_folder.h */
    SX_STORE_MACHINE = 1, /* of the machine */
    SX_STORE_PFX_FILE = 2,
    SX_STORE_PFX_BLOB = 3,
    SX_STORE_JKS_FILE = 4,
    SX_STORE_JKS_BLOB = 5,
    SX_STORE_PEM_FILE = 6,
    SX_STORE_PEM_BLOB = 7,
    SX_STORE_PUBLIC_FILE = 8,
    SX_STORE_PUBLIC_BLOB = 9,
    SX_STORE_SSH_PUBLIC_BLOB = 10,
    SX_STORE_P7B_FILE = 11,
    SX_STORE_P7B_BLOB = 12,
    SX_STORE_SSH_PUBLIC_FILE = 13,
    SX_STORE_PPK_FILE = 14,
    SX_STORE_PPK_BLOB = 15,
    SX_STORE_XML_FILE = 16,
    SX_STORE_XML_BLOB = 17,
    SX_STORE_JWK_FILE = 18,
    SX_STORE_JWK_BLOB = 19,
    SX_STORE_BCFKS_FILE = 21,
    SX_STORE_BCFKS_BLOB = 22,
    SX_STORE_PKCS11 = 23, /* not here: services/token.h */
    SX_STORE_AUTO = 99,   /* a file's name or the bytes themselves, of any form */
};

bool sx_store_type_is_known(int type);

enum { SX_STORE_ENTRIES_MAX = 64, SX_STORE_BYTES_MAX = 64 * 1024 };

/* A key, its certificate, or both. */
struct sx_store_entry {
    struct sx_key *key;             /* private where the store has it */
    char subject[SX_CERT_NAME_MAX]; /* the certificate's; "" without one */
    struct sx_secret certificate;   /* DER; empty without one */
};

/* Zero-initialise. */
struct sx_store {
    struct sx_store_entry *entries; /* room for SX_STORE_ENTRIES_MAX; NULL before the first */
    unsigned count;
};

/* Where a store is. All borrowed. */
struct sx_store_spec {
    int type;
    const char *value; /* a name or the bytes; a NUL stands behind them */
    size_t length;
    struct sx_slice passphrase;
    bool allow_loose_mode; /* take files that others can read */
};

/* sx_store_open reads all that the store holds. For a file every error text begins with its path.
 * SX_ERR_FILE, SX_ERR_FILE_MODE (keys/key_file.h); SX_ERR_KEY_FORMAT, also when the bytes are of
 * another form than the type says; SX_ERR_KEY_PASSPHRASE; SX_ERR_POLICY_CONTAINER; SX_ERR_KEY_STORE
 * for Java's stores, which are not on this platform. *out is cleared by the caller. */
SX_MUST_USE enum sx_err sx_store_open(struct sx_provider *provider,
                                      const struct sx_store_spec *spec, struct sx_fault *fault,
                                      struct sx_store *out);

/* sx_store_decode reads bytes of any form. */
SX_MUST_USE enum sx_err sx_store_decode(struct sx_provider *provider, struct sx_slice bytes,
                                        struct sx_slice passphrase, struct sx_fault *fault,
                                        struct sx_store *out);

/* sx_store_find searches as the reference says: "*" is the first entry; else the entry whose
 * subject is the text, field by field, blanks around commas aside; else the first whose subject
 * contains it. Entries with a private key go first; with is_private_only there are no others. NULL
 * when none fits. */
struct sx_store_entry *sx_store_find(struct sx_store *store, const char *subject,
                                     bool is_private_only);

/* sx_store_find_key finds the private key of a public one; NULL when it isn't there. */
struct sx_store_entry *sx_store_find_key(struct sx_store *store, struct sx_slice public_blob);

/* sx_store_merge moves what the other store holds into this one. SX_ERR_KEY_FORMAT when it's full. */
SX_MUST_USE enum sx_err sx_store_merge(struct sx_store *store, struct sx_store *from,
                                       struct sx_fault *fault);

/* sx_store_take_key gives the entry's key to the caller. */
struct sx_key *sx_store_take_key(struct sx_store_entry *entry);

void sx_store_clear(struct sx_store *store);

/* sx_key_decode is for who wants one key: bytes of any form with exactly one private key.
 * Errors as above. */
SX_MUST_USE enum sx_err sx_key_decode(struct sx_provider *provider, struct sx_slice bytes,
                                      struct sx_slice passphrase, struct sx_fault *fault,
                                      struct sx_key **out);

#endif
