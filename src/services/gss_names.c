/* services/gss_names.c: the name of the server's principal.
 *
 * A host-based name (GSS_C_NT_HOSTBASED_SERVICE) is canonicalised by libkrb5 as
 * dns_canonicalize_hostname says, by default through DNS, which anybody on the way can answer: a
 * forged answer would lead us to authenticate, and delegate, to another host of the realm (RFC 4462
 * section 8 and RFC 4120 section 1.3 warn of it). So the principal is written out here and
 * imported as it is (GSS_KRB5_NT_PRINCIPAL_NAME), which libkrb5 doesn't change. What a host-based
 * name would have had besides, the realm, comes from the same place: [domain_realm]. */
#include "services/gss_inside.h"

#include <stdio.h>
#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The host as principals have it: lower case, without the root's dot. */
static void host_text(const char *host, char out[SX_GSS_NAME_MAX])
{
    size_t len = strlen(host);

    if (len >= SX_GSS_NAME_MAX)
        len = SX_GSS_NAME_MAX - 1;
    if (len > 1 && host[len - 1] == '.')
        len--;
    for (size_t i = 0; i < len; i++)
        out[i] = lower(host[i]);
    out[len] = '\0';
}

/* The realm of a host; "" leaves it to the KDC of the user's own realm (referrals). */
static void realm_text(struct sx_gss *gss, const char *host, char out[SX_GSS_NAME_MAX])
{
    char **realms = NULL;

    out[0] = '\0';
    if (gss->realm[0] != '\0') {
        snprintf(out, SX_GSS_NAME_MAX, "%s", gss->realm);
        return;
    }
    if (krb5_get_host_realm(gss->krb5, host, &realms) != 0)
        return;
    if (realms != NULL && realms[0] != NULL)
        snprintf(out, SX_GSS_NAME_MAX, "%s", realms[0]);
    krb5_free_host_realm(gss->krb5, realms);
}

/* "host/fqdn[@REALM]" as it was set by hand, or made of the host's name. */
static void principal_text(struct sx_gss *gss, char *out, size_t cap)
{
    char host[SX_GSS_NAME_MAX], realm[SX_GSS_NAME_MAX];
    const char *slash = strchr(gss->spn, '/');

    if (strchr(gss->spn, '@') != NULL) {
        snprintf(out, cap, "%s", gss->spn);
        return;
    }
    host_text(slash != NULL ? slash + 1 : gss->host, host);
    realm_text(gss, host, realm);
    if (gss->spn[0] != '\0')
        snprintf(out, cap, "%s@%s", gss->spn, realm);
    else
        snprintf(out, cap, "host/%s@%s", host, realm);
}

enum sx_err sx_gss_target(struct sx_gss *gss, struct sx_fault *fault)
{
    char text[3 * SX_GSS_NAME_MAX];
    bool is_host_based = gss->is_canonical && gss->spn[0] == '\0';
    gss_buffer_desc name;
    OM_uint32 major, minor;

    if (gss->target != GSS_C_NO_NAME)
        return SX_OK;
    if (is_host_based)
        snprintf(text, sizeof text, "host@%s", gss->host);
    else
        principal_text(gss, text, sizeof text);
    name = (gss_buffer_desc){ strlen(text), text };
    major = gss_import_name(&minor, &name,
                            is_host_based ? GSS_C_NT_HOSTBASED_SERVICE
                                          : (gss_OID)GSS_KRB5_NT_PRINCIPAL_NAME,
                            &gss->target);
    if (GSS_ERROR(major))
        return sx_gss_fault(gss, fault, "the server's principal can't be named", major, minor);
    sx_gss_name_text(gss->target, gss->facts.server);
    return SX_OK;
}

void sx_gss_name_text(gss_name_t name, char out[SX_GSS_NAME_MAX])
{
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;

    out[0] = '\0';
    if (gss_display_name(&minor, name, &text, NULL) != GSS_S_COMPLETE)
        return;
    snprintf(out, SX_GSS_NAME_MAX, "%.*s", (int)text.length, (const char *)text.value);
    (void)gss_release_buffer(&minor, &text);
}
