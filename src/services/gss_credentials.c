/* services/gss_credentials.c: whose tickets are used.
 *
 *   a password   a ticket is got with it, into a memory cache of our own
 *   a keytab     likewise
 *   a cache      that one, and no other
 *   nothing      krb5's default cache, looked up anew for each context, so that a kinit of the
 *                user's counts at once
 *
 * GSSAPI could get tickets by itself, but then it looks for a cache of the user's first; libkrb5
 * does what it is told, and says better why it can't. */
#include "services/gss_inside.h"

#include <string.h>

/* A ticket is renewed when it lasts no longer than keys do, an hour by every policy. */
enum { RENEW_SECONDS = 3600 };

void sx_gss_credentials_drop(struct sx_gss *gss)
{
    OM_uint32 minor;

    if (gss->credential != GSS_C_NO_CREDENTIAL)
        (void)gss_release_cred(&minor, &gss->credential);
    gss->credential = GSS_C_NO_CREDENTIAL;
    if (gss->own_cache != NULL)
        (void)krb5_cc_destroy(gss->krb5, gss->own_cache);
    gss->own_cache = NULL;
}

/* GSSAPI's handle of a cache. */
static enum sx_err use_cache(struct sx_gss *gss, const char *name, struct sx_fault *fault)
{
    gss_key_value_element_desc element = { "ccache", name };
    gss_key_value_set_desc store = { 1, &element };
    gss_OID_set_desc mechanisms = { 1, &sx_gss_mechanism };
    OM_uint32 major, minor;

    major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechanisms,
                                  GSS_C_INITIATE, &store, &gss->credential, NULL, NULL);
    if (GSS_ERROR(major))
        return sx_gss_fault(gss, fault, "the credential cache can't be used", major, minor);
    return SX_OK;
}

static enum sx_err use_own_cache(struct sx_gss *gss, struct sx_fault *fault)
{
    char *name = NULL;
    krb5_error_code code = krb5_cc_get_full_name(gss->krb5, gss->own_cache, &name);
    enum sx_err err;

    if (code != 0)
        return sx_gss_krb5_fault(gss, fault, "a credential cache in memory has no name", code);
    err = use_cache(gss, name, fault);
    krb5_free_string(gss->krb5, name);
    return err;
}

/* ---- Tickets of our own ------------------------------------------------------------------- */

/* "user" of KerberosRealm, or of the realm that it names itself, or of the default realm. */
static krb5_error_code user_principal(struct sx_gss *gss, krb5_principal *out)
{
    krb5_error_code code =
        krb5_parse_name_flags(gss->krb5, gss->user, KRB5_PRINCIPAL_PARSE_NO_DEF_REALM, out);

    if (code != 0)
        return code;
    if ((*out)->realm.length != 0)
        return 0;
    krb5_free_principal(gss->krb5, *out);
    *out = NULL;
    if (gss->realm[0] == '\0')
        return krb5_parse_name(gss->krb5, gss->user, out);
    code = krb5_parse_name_flags(gss->krb5, gss->user, KRB5_PRINCIPAL_PARSE_NO_DEF_REALM, out);
    if (code == 0)
        code = krb5_set_principal_realm(gss->krb5, *out, gss->realm);
    return code;
}

/* The keytab's principal of that name and realm, or else its first: a service signs on as a user
 * of the server who is called otherwise. */
static krb5_error_code keytab_principal(struct sx_gss *gss, krb5_keytab keytab,
                                        krb5_const_principal wanted, krb5_principal *out)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_principal first = NULL;
    bool is_found = false;
    krb5_error_code code = krb5_kt_start_seq_get(gss->krb5, keytab, &cursor);

    if (code != 0)
        return code;
    while (!is_found && krb5_kt_next_entry(gss->krb5, keytab, &entry, &cursor) == 0) {
        is_found = wanted != NULL && krb5_principal_compare(gss->krb5, entry.principal, wanted);
        if (is_found || first == NULL) {
            krb5_free_principal(gss->krb5, first);
            first = NULL;
            code = krb5_copy_principal(gss->krb5, entry.principal, &first);
        }
        (void)krb5_free_keytab_entry_contents(gss->krb5, &entry);
        if (code != 0)
            break;
    }
    (void)krb5_kt_end_seq_get(gss->krb5, keytab, &cursor);
    if (code == 0 && first == NULL)
        code = KRB5_KT_NOTFOUND;
    if (code == 0)
        *out = first;
    return code;
}

static krb5_error_code get_by_password(struct sx_gss *gss, krb5_get_init_creds_opt *options,
                                       krb5_creds *creds)
{
    krb5_principal user = NULL;
    krb5_error_code code = user_principal(gss, &user);

    if (code == 0)
        code = krb5_get_init_creds_password(gss->krb5, creds, user, (const char *)gss->password.ptr,
                                            NULL, NULL, 0, NULL, options);
    krb5_free_principal(gss->krb5, user);
    return code;
}

static krb5_error_code get_by_keytab(struct sx_gss *gss, krb5_get_init_creds_opt *options,
                                     krb5_creds *creds)
{
    krb5_keytab keytab = NULL;
    krb5_principal wanted = NULL, user = NULL;
    krb5_error_code code = krb5_kt_resolve(gss->krb5, gss->keytab, &keytab);

    if (code == 0 && user_principal(gss, &wanted) != 0)
        wanted = NULL;
    if (code == 0)
        code = keytab_principal(gss, keytab, wanted, &user);
    if (code == 0)
        code = krb5_get_init_creds_keytab(gss->krb5, creds, user, keytab, 0, NULL, options);
    krb5_free_principal(gss->krb5, wanted);
    krb5_free_principal(gss->krb5, user);
    if (keytab != NULL)
        (void)krb5_kt_close(gss->krb5, keytab);
    return code;
}

/* A new memory cache that holds just these. */
static krb5_error_code keep(struct sx_gss *gss, krb5_creds *creds)
{
    krb5_ccache cache = NULL;
    krb5_error_code code = krb5_cc_new_unique(gss->krb5, "MEMORY", NULL, &cache);

    if (code == 0)
        code = krb5_cc_initialize(gss->krb5, cache, creds->client);
    if (code == 0)
        code = krb5_cc_store_cred(gss->krb5, cache, creds);
    if (code != 0) {
        if (cache != NULL)
            (void)krb5_cc_destroy(gss->krb5, cache);
        return code;
    }
    sx_gss_credentials_drop(gss);
    gss->own_cache = cache;
    return 0;
}

static bool is_by_password(const struct sx_gss *gss)
{
    return gss->password.len > 1;
}

static krb5_error_code get_ticket(struct sx_gss *gss)
{
    krb5_get_init_creds_opt *options = NULL;
    krb5_creds creds = { 0 };
    krb5_error_code code = krb5_get_init_creds_opt_alloc(gss->krb5, &options);

    if (code != 0)
        return code;
    if (gss->is_delegating)
        krb5_get_init_creds_opt_set_forwardable(options, 1);
    code = is_by_password(gss) ? get_by_password(gss, options, &creds)
                               : get_by_keytab(gss, options, &creds);
    if (code == 0)
        code = keep(gss, &creds);
    krb5_free_cred_contents(gss->krb5, &creds);
    krb5_get_init_creds_opt_free(gss->krb5, options);
    return code;
}

enum sx_err sx_gss_credentials(struct sx_gss *gss, struct sx_fault *fault)
{
    krb5_error_code code;

    if (gss->credential != GSS_C_NO_CREDENTIAL)
        return SX_OK;
    if (is_by_password(gss) || gss->keytab[0] != '\0') {
        code = get_ticket(gss);
        if (code != 0)
            return sx_gss_krb5_fault(gss, fault,
                                     is_by_password(gss)
                                         ? "Kerberos gives no ticket for ssh_user and ssh_password"
                                         : "Kerberos gives no ticket for KerberosKeytab",
                                     code);
        return use_own_cache(gss, fault);
    }
    return gss->cache[0] == '\0' ? SX_OK : use_cache(gss, gss->cache, fault);
}

/* ---- Renewal ------------------------------------------------------------------------------ */

/* Whether a credential is the ticket-granting ticket of its user's own realm. */
static bool is_tgt(krb5_context krb5, const krb5_creds *creds)
{
    const krb5_data *name = creds->server->length == 2 ? &creds->server->data[0] : NULL;

    return name != NULL && name->length == 6 && memcmp(name->data, "krbtgt", 6) == 0 &&
           krb5_realm_compare(krb5, creds->server, creds->client);
}

/* Whether the cache's ticket-granting ticket ends soon, or did; for a renewal it must be one that
 * can be renewed, or a KDC would be asked for nothing. */
static bool is_ending(struct sx_gss *gss, krb5_ccache cache, bool is_for_renewal)
{
    krb5_timestamp now = 0, end = 0;
    krb5_cc_cursor cursor;
    krb5_creds creds;

    if (krb5_timeofday(gss->krb5, &now) != 0 ||
        krb5_cc_start_seq_get(gss->krb5, cache, &cursor) != 0)
        return false;
    while (end == 0 && krb5_cc_next_cred(gss->krb5, cache, &cursor, &creds) == 0) {
        if (is_tgt(gss->krb5, &creds) &&
            (!is_for_renewal || (creds.ticket_flags & TKT_FLG_RENEWABLE) != 0))
            end = creds.times.endtime;
        krb5_free_cred_contents(gss->krb5, &creds);
    }
    (void)krb5_cc_end_seq_get(gss->krb5, cache, &cursor);
    /* Unsigned, as times are since they reach past 2038. */
    return end != 0 && (uint32_t)end < (uint32_t)now + RENEW_SECONDS;
}

/* A cache of the user's is only read: what is renewed goes into one of our own. */
static bool renew_from(struct sx_gss *gss, krb5_ccache cache)
{
    krb5_principal user = NULL;
    krb5_creds creds = { 0 };
    krb5_error_code code = krb5_cc_get_principal(gss->krb5, cache, &user);

    if (code == 0)
        code = krb5_get_renewed_creds(gss->krb5, &creds, user, cache, NULL);
    if (code == 0)
        code = keep(gss, &creds);
    krb5_free_cred_contents(gss->krb5, &creds);
    krb5_free_principal(gss->krb5, user);
    return code == 0 && use_own_cache(gss, NULL) == SX_OK;
}

static void renew_users(struct sx_gss *gss)
{
    krb5_ccache cache = NULL;
    krb5_error_code code = gss->cache[0] == '\0' ? krb5_cc_default(gss->krb5, &cache)
                                                 : krb5_cc_resolve(gss->krb5, gss->cache, &cache);

    if (code != 0)
        return;
    if (is_ending(gss, cache, true) && !renew_from(gss, cache))
        sx_gss_credentials_drop(gss); /* what the cache holds is tried as it is */
    (void)krb5_cc_close(gss->krb5, cache);
}

void sx_gss_credentials_renew(struct sx_gss *gss)
{
    bool is_got = is_by_password(gss) || gss->keytab[0] != '\0';

    if (gss->own_cache != NULL && !is_ending(gss, gss->own_cache, false))
        return;
    if (is_got) {
        /* Without a new one the old may still do: a KDC that is down for a while ends nothing. */
        if (get_ticket(gss) == 0 && use_own_cache(gss, NULL) != SX_OK)
            sx_gss_credentials_drop(gss);
        return;
    }
    if (gss->own_cache != NULL && renew_from(gss, gss->own_cache))
        return;
    sx_gss_credentials_drop(gss);
    renew_users(gss);
}
