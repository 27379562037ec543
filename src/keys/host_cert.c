/* keys/host_cert.c: what an OpenSSH host certificate claims, held against what is asked of it. */
#include "keys/host_cert.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/key_cert.h"
#include "keys/key_line.h"
#include "wire/reader.h"

enum { NAME_SHOWN_MAX = 256, LIST_SHOWN_MAX = 512, TIME_TEXT_MAX = 64 };

enum sx_err sx_host_cert_signer(const struct sx_sig_alg *alg, struct sx_slice blob,
                                struct sx_fault *fault, struct sx_slice *out)
{
    struct sx_ssh_cert cert = { .type = 0 };

    SX_TRY(sx_ssh_cert_decode(alg, blob, fault, &cert));
    *out = cert.signature_key;
    return SX_OK;
}

static enum sx_err reject(struct sx_fault *fault, const struct sx_ssh_cert *cert, const char *why)
{
    char shown[NAME_SHOWN_MAX];

    return sx_fault_set(fault, SX_ERR_HOST_KEY_REJECTED, "the server's certificate \"%s\" %s",
                        sx_escape(shown, sizeof shown, cert->key_id), why);
}

/* --- Whom it names ---------------------------------------------------------------------------- */

static bool is_host(struct sx_slice principal, const char *host)
{
    char name[NAME_SHOWN_MAX];

    if (principal.len == 0 || principal.len >= sizeof name ||
        memchr(principal.ptr, '\0', principal.len) != NULL)
        return false;
    memcpy(name, principal.ptr, principal.len);
    name[principal.len] = '\0';
    return sx_text_is_equal_nocase(name, host);
}

/* "a, b, c" for people. */
static void show_principals(struct sx_slice list, char *out, size_t cap)
{
    struct sx_reader reader;
    char shown[NAME_SHOWN_MAX];
    size_t used = 0;

    (void)snprintf(out, cap, "nobody");
    sx_reader_init(&reader, list);
    while (reader.left > 0 && !sx_reader_is_bad(&reader)) {
        struct sx_slice name = sx_reader_string(&reader);
        int n = snprintf(out + used, cap - used, "%s%s", used == 0 ? "" : ", ",
                         sx_escape(shown, sizeof shown, name));

        if (n < 0 || (size_t)n >= cap - used)
            return;
        used += (size_t)n;
    }
}

static enum sx_err check_principals(const struct sx_ssh_cert *cert, const char *host,
                                    struct sx_fault *fault)
{
    struct sx_reader reader;
    char names[LIST_SHOWN_MAX];
    char why[LIST_SHOWN_MAX + NAME_SHOWN_MAX + 64];
    char shown[NAME_SHOWN_MAX];

    sx_reader_init(&reader, cert->principals);
    while (reader.left > 0 && !sx_reader_is_bad(&reader)) {
        if (is_host(sx_reader_string(&reader), host))
            return SX_OK;
    }
    show_principals(cert->principals, names, sizeof names);
    (void)snprintf(why, sizeof why, "doesn't name %s; it names %s",
                   sx_escape(shown, sizeof shown, sx_slice_text(host)), names);
    return reject(fault, cert, why);
}

/* --- When it counts --------------------------------------------------------------------------- */

/* Days since 1970 as a date of the Gregorian calendar (Hinnant's days_from_civil, turned round). */
static void date_text(uint64_t seconds, char out[TIME_TEXT_MAX])
{
    uint64_t z = seconds / 86400 + 719468;
    uint64_t era = z / 146097;
    uint64_t doe = z % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;
    uint64_t month = mp < 10 ? mp + 3 : mp - 9;
    uint64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    uint64_t of_day = seconds % 86400;

    if (seconds > 253402300799ULL) { /* the year 9999 */
        (void)snprintf(out, TIME_TEXT_MAX, "the end of time");
        return;
    }
    (void)snprintf(out, TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year,
                   (unsigned)month, (unsigned)(doy - (153 * mp + 2) / 5 + 1),
                   (unsigned)(of_day / 3600), (unsigned)(of_day / 60 % 60),
                   (unsigned)(of_day % 60));
}

static enum sx_err check_time(const struct sx_ssh_cert *cert, int64_t now, struct sx_fault *fault)
{
    uint64_t at = now < 0 ? 0 : (uint64_t)now;
    bool is_early = at < cert->valid_after;
    char bound[TIME_TEXT_MAX];
    char today[TIME_TEXT_MAX];
    char why[2 * TIME_TEXT_MAX + 64];

    if (!is_early && at < cert->valid_before)
        return SX_OK;
    date_text(is_early ? cert->valid_after : cert->valid_before, bound);
    date_text(at, today);
    (void)snprintf(why, sizeof why, "%s %s; the clock here says %s",
                   is_early ? "is not valid before" : "expired at", bound, today);
    return reject(fault, cert, why);
}

/* --- Who signed it ---------------------------------------------------------------------------- */

static const struct sx_sig_alg *find_plain(const struct sx_sig_alg *const *rows,
                                           struct sx_slice name)
{
    for (; rows != NULL && *rows != NULL; rows++)
        if ((*rows)->form == SX_SIG_PLAIN && sx_slice_is_text(name, (*rows)->name))
            return *rows;
    return NULL;
}

static enum sx_err check_signer_size(const struct sx_key *key, const struct sx_ssh_cert *cert,
                                     const struct sx_policy *policy, struct sx_fault *fault)
{
    char why[160];

    if (sx_key_get_type(key) != SX_KEY_RSA || sx_key_bits(key) >= policy->rsa_min_bits)
        return SX_OK;
    (void)snprintf(why, sizeof why, "is signed by an RSA key of %u bits; policy %s wants %u",
                   sx_key_bits(key), policy->name, policy->rsa_min_bits);
    return reject(fault, cert, why);
}

static enum sx_err check_signature(struct sx_provider *provider, const struct sx_ssh_cert *cert,
                                   const struct sx_policy *policy, struct sx_fault *fault)
{
    struct sx_slice name = sx_key_line_type(cert->signature);
    const struct sx_sig_alg *alg = find_plain(policy->host_key, name);
    struct sx_key *key = NULL;
    char shown[NAME_SHOWN_MAX];
    char why[NAME_SHOWN_MAX + 160];
    enum sx_err err;

    if (alg == NULL)
        alg = find_plain(policy->host_key_opt_in, name);
    if (alg == NULL || !sx_sig_is_available(provider, alg)) {
        (void)snprintf(why, sizeof why,
                       "is signed with %s, which policy %s or its provider doesn't allow",
                       sx_escape(shown, sizeof shown, name), policy->name);
        return reject(fault, cert, why);
    }
    SX_TRY(sx_key_from_public_blob(provider, cert->signature_key, fault, &key));
    err = check_signer_size(key, cert, policy, fault);
    if (err == SX_OK && sx_key_verify(key, alg, cert->signed_part, cert->signature, NULL) != SX_OK)
        err = reject(fault, cert, "isn't signed by the key that it names: its signature is wrong");
    sx_key_free(key);
    return err;
}

enum sx_err sx_host_cert_check(struct sx_provider *provider, const struct sx_sig_alg *alg,
                               struct sx_slice blob, const struct sx_host_cert_rules *rules,
                               struct sx_fault *fault)
{
    struct sx_ssh_cert cert = { .type = 0 };
    struct sx_reader options;
    char shown[NAME_SHOWN_MAX];
    char why[NAME_SHOWN_MAX + 80];

    SX_TRY(sx_ssh_cert_decode(alg, blob, fault, &cert));
    if (cert.type != SX_SSH_CERT_HOST)
        return reject(fault, &cert, "is one for users, not for hosts");
    SX_TRY(check_signature(provider, &cert, rules->policy, fault));
    SX_TRY(check_time(&cert, rules->now, fault));
    SX_TRY(check_principals(&cert, rules->host, fault));
    if (cert.critical_options.len != 0) {
        sx_reader_init(&options, cert.critical_options);
        (void)snprintf(why, sizeof why, "has the critical option \"%s\", which isn't known here",
                       sx_escape(shown, sizeof shown, sx_reader_string(&options)));
        return reject(fault, &cert, why);
    }
    return SX_OK;
}
