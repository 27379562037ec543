/* policy/site.h: the site file: what an administrator says for the whole machine. From bytes to a
 * struct; who reads the bytes is policy/machine.h.
 *
 *     # comment: a line of its own
 *     policy = fips              a policy's name, or system: the machine's crypto-policies
 *     lock = yes                 applications may not choose another policy or provider
 *     provider = fips            for applications that don't choose, as are the next two
 *     module-dir = /usr/lib/ossl-modules
 *     provider-config = /etc/ssl/fipsmodule.cnf
 *     kex = -mlkem*              lists, as a user writes them: they only narrow and reorder
 *     host-keys, user-keys, ciphers, macs, compression = ...
 *     strict-kex = 3             limits, which only become stricter
 *     rsa-min-bits, dh-min-bits, rekey-bytes, rekey-seconds = NUMBER
 *     allow-kerberos = no        what computes outside of the provider: no takes it away
 *     allow-delegation, allow-agent, allow-token = yes | no
 *     audit = /var/log/sexec/%u  every object's audit goes here, whatever the application says;
 *     audit-syslog = tcp:h:514   and to a log collector as well
 *     audit-key = /var/lib/...   %u is the user who runs it
 *     mask-names = *-pin         options and variables whose value no log and no record shows, and
 *     mask-arguments = tool:-w   options of programs; lists, as base/mask.h has them
 *
 * Everything else is an error, and with an error nothing connects: a rule that can't be read must
 * not be a rule that doesn't hold. */
#ifndef SX_POLICY_SITE_H
#define SX_POLICY_SITE_H

#include "policy/narrow.h"

enum {
    SX_SITE_BYTES_MAX = 64 * 1024,
    SX_SITE_NAME_MAX = 64,
    SX_SITE_PATH_MAX = 512,
    SX_SITE_LIST_MAX = 1024,
};

struct sx_site {
    char policy[SX_SITE_NAME_MAX]; /* "": not said */
    bool is_locked;
    char provider[SX_SITE_NAME_MAX];
    char module_dir[SX_SITE_PATH_MAX];      /* absolute */
    char provider_config[SX_SITE_PATH_MAX]; /* absolute */
    char lists[SX_ALG_KIND_COUNT][SX_SITE_LIST_MAX];
    bool forbids_kerberos;
    bool forbids_delegation;
    bool forbids_agent;
    bool forbids_token;
    int strict_kex; /* -1: not said */
    unsigned rsa_min_bits;
    unsigned dh_min_bits;
    uint64_t rekey_bytes;
    unsigned rekey_seconds;
    char audit[SX_SITE_PATH_MAX];     /* absolute; "": not said */
    char audit_key[SX_SITE_PATH_MAX]; /* absolute */
    char audit_syslog[2 * SX_SITE_PATH_MAX];
    char mask_names[SX_SITE_LIST_MAX];
    char mask_arguments[SX_SITE_LIST_MAX];
};

/* sx_site_decode reads the file's bytes; path only stands in messages, which name the line.
 * Whether the names of policies and algorithms mean anything is the reader's to check.
 * SX_ERR_POLICY_SETTING. */
SX_MUST_USE enum sx_err sx_site_decode(struct sx_slice bytes, const char *path,
                                       struct sx_fault *fault, struct sx_site *out);

/* sx_site_decode_system reads crypto-policies' back end for OpenSSH's client, lines of
 * ssh_config(5), into the lists and the least RSA size. Keywords of no concern are passed over;
 * Host, Match and Include are errors, as what they mean depends on more than the file; so is a
 * file without any list. SX_ERR_POLICY_SETTING. */
SX_MUST_USE enum sx_err sx_site_decode_system(struct sx_slice bytes, const char *path,
                                              struct sx_fault *fault, struct sx_site *out);

/* sx_site_narrowing gives the part of a site that narrows; it borrows site and by. */
struct sx_narrowing sx_site_narrowing(const struct sx_site *site, const char *by, bool is_filter);

#endif
