/* services/gss_text.c: what went wrong, for a person: the texts of both statuses, then the usual
 * cause and what to do. */
#include "services/gss_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { STATUS_MAX = 512 };

/* Adds the texts of one status; there can be several. */
static void add_status(char *out, size_t cap, OM_uint32 status, int type)
{
    OM_uint32 more = 0, minor;
    char shown[STATUS_MAX];

    do {
        gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
        size_t len = strlen(out);

        if (gss_display_status(&minor, status, type, &sx_gss_mechanism, &more, &text) !=
            GSS_S_COMPLETE)
            return;
        sx_escape(shown, sizeof shown, sx_slice_of(text.value, text.length));
        snprintf(out + len, cap - len, "%s%s", len == 0 ? "" : ": ", shown);
        (void)gss_release_buffer(&minor, &text);
    } while (more != 0);
}

static const struct {
    krb5_error_code code;
    const char *cause;
} causes[] = {
    { KRB5KRB_AP_ERR_SKEW,
      "the clocks of this machine, the KDC and the server differ too much: set them right" },
    { KRB5_KDCREP_SKEW, "the clocks of this machine and the KDC differ too much: set them right" },
    { KRB5KRB_AP_ERR_TKT_NYV,
      "the ticket is not valid yet: the clocks of this machine and the KDC differ" },
    { KRB5KDC_ERR_NEVER_VALID, "the clocks of this machine and the KDC differ too much" },
    { KRB5KRB_AP_ERR_TKT_EXPIRED, "the ticket has expired: get a new one with kinit" },
    { KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN,
      "the KDC knows no such service: the server's name is not the one that it is registered "
      "with (set KerberosSPN), or its realm is another (set KerberosRealm)" },
    { KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, "the KDC knows no such user: look at ssh_user and "
                                       "KerberosRealm" },
    { KRB5KDC_ERR_PREAUTH_FAILED, "the password or the keytab's key is wrong" },
    { KRB5KRB_AP_ERR_BAD_INTEGRITY, "the password is wrong" },
    { KRB5KDC_ERR_KEY_EXP, "the password has expired: change it with kpasswd" },
    { KRB5KDC_ERR_CLIENT_REVOKED, "the user is locked" },
    { KRB5KDC_ERR_ETYPE_NOSUPP,
      "user, server and this machine share no encryption type: look at permitted_enctypes in "
      "krb5.conf and at the keys" },
    { KRB5_CC_NOT_KTYPE,
      "this machine's krb5.conf permits no encryption type that the ticket has" },
    { KRB5_PROG_ETYPE_NOSUPP, "this machine's krb5.conf permits no encryption type that the "
                              "ticket has" },
    { KRB5_KDC_UNREACH, "no KDC of the realm answers: look at [realms] in krb5.conf and at the "
                        "network" },
    { KRB5_REALM_CANT_RESOLVE, "the KDC's name can't be resolved" },
    { KRB5_REALM_UNKNOWN, "krb5.conf names no KDC of the realm (look at KerberosRealm)" },
    { KRB5_CONFIG_NODEFREALM, "krb5.conf names no default realm: set KerberosRealm" },
    { KRB5_CONFIG_CANTOPEN, "krb5.conf can't be read" },
    { KRB5_FCC_NOFILE, "there is no ticket: get one with kinit, or set ssh_password or "
                       "KerberosKeytab" },
    { KRB5_CC_NOTFOUND, "there is no ticket: get one with kinit, or set ssh_password or "
                        "KerberosKeytab" },
    { KRB5_FCC_PERM, "the credential cache can't be read" },
    { KRB5_CC_FORMAT, "the credential cache is damaged" },
    { KRB5_CC_BADNAME, "KerberosCache names no cache that can be" },
    { KRB5_CC_UNKNOWN_TYPE, "KerberosCache names a type of cache that isn't known here" },
    { KRB5_KT_NOTFOUND, "the keytab has no such key" },
    { KRB5KRB_AP_ERR_MODIFIED,
      "the server has another key than the KDC: its keytab is old, or its name is another's" },
    { KRB5KRB_AP_ERR_BADKEYVER, "the server has another key than the KDC: its keytab is old" },
    { KRB5KRB_AP_ERR_NOKEY, "the server has no key for this name: its keytab is not complete" },
    { KRB5KRB_AP_ERR_ILL_CR_TKT, "the realms don't trust each other" },
};

static const char *cause_of(krb5_error_code code)
{
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (causes[i].code == code)
            return causes[i].cause;
    }
    return NULL;
}

static enum sx_err tell(struct sx_fault *fault, const char *what, const char *server,
                        const char *said, const char *cause)
{
    return sx_fault_set(fault, SX_ERR_AUTH_SERVICE, "%s%s%s: %s%s%s", what,
                        server[0] == '\0' ? "" : " to ", server, said, cause == NULL ? "" : "; ",
                        cause == NULL ? "" : cause);
}

enum sx_err sx_gss_fault(struct sx_gss *gss, struct sx_fault *fault, const char *what,
                         OM_uint32 major, OM_uint32 minor)
{
    /* The mechanism glue hands libkrb5's codes through as they are, unless two mechanisms had
     * the same. */
    const char *cause = cause_of((krb5_error_code)minor == KRB5KRB_AP_ERR_BAD_INTEGRITY
                                     ? KRB5KRB_AP_ERR_MODIFIED /* in a context it is the server */
                                     : (krb5_error_code)minor);
    char said[2 * STATUS_MAX] = "";

    add_status(said, sizeof said, major, GSS_C_GSS_CODE);
    if (minor != 0)
        add_status(said, sizeof said, minor, GSS_C_MECH_CODE);
    if (cause == NULL && GSS_ROUTINE_ERROR(major) == GSS_S_NO_CRED)
        cause = cause_of(KRB5_CC_NOTFOUND);
    if (cause == NULL && GSS_ROUTINE_ERROR(major) == GSS_S_CREDENTIALS_EXPIRED)
        cause = cause_of(KRB5KRB_AP_ERR_TKT_EXPIRED);
    return tell(fault, what, gss->facts.server, said, cause);
}

enum sx_err sx_gss_krb5_fault(struct sx_gss *gss, struct sx_fault *fault, const char *what,
                              krb5_error_code code)
{
    const char *text = krb5_get_error_message(gss->krb5, code);
    char said[STATUS_MAX];

    sx_escape(said, sizeof said, sx_slice_text(text));
    krb5_free_error_message(gss->krb5, text);
    return tell(fault, what, "", said, cause_of(code));
}
