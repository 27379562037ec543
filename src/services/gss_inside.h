/* services/gss_inside.h: private to the gss files, which alone see GSSAPI and libkrb5. */
#ifndef SX_SERVICES_GSS_INSIDE_H
#define SX_SERVICES_GSS_INSIDE_H

#include "services/gss.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

struct sx_gss {
    char *host;
    char *spn;
    char *realm;
    char *user;
    struct sx_secret password; /* with its NUL */
    char *keytab;
    char *cache;
    bool is_delegating;
    bool is_canonical;

    krb5_context krb5;
    krb5_ccache own_cache;    /* in memory; NULL until something of our own is in it */
    gss_cred_id_t credential; /* GSS_C_NO_CREDENTIAL: krb5's default, looked up each time */
    gss_name_t target;
    gss_ctx_id_t contexts[SX_GSS_CONTEXT_COUNT];
    bool is_established[SX_GSS_CONTEXT_COUNT];
    struct sx_gss_facts facts;
};

extern gss_OID_desc sx_gss_mechanism;

/* ---- gss_text.c ---- */

/* Sets fault to what GSSAPI, or libkrb5, said, with the usual cause behind it. Returns
 * SX_ERR_AUTH_SERVICE. */
SX_MUST_USE enum sx_err sx_gss_fault(struct sx_gss *gss, struct sx_fault *fault, const char *what,
                                     OM_uint32 major, OM_uint32 minor);
SX_MUST_USE enum sx_err sx_gss_krb5_fault(struct sx_gss *gss, struct sx_fault *fault,
                                          const char *what, krb5_error_code code);

/* ---- gss_names.c ---- */

/* Makes the name of the server's principal, unless it stands already. */
SX_MUST_USE enum sx_err sx_gss_target(struct sx_gss *gss, struct sx_fault *fault);

/* The name as text, for people. */
void sx_gss_name_text(gss_name_t name, char out[SX_GSS_NAME_MAX]);

/* ---- gss_credentials.c ---- */

/* Gets credentials by what the configuration names, unless they stand already. */
SX_MUST_USE enum sx_err sx_gss_credentials(struct sx_gss *gss, struct sx_fault *fault);

/* Credentials that expired or soon will are replaced: by password or keytab anew, those of a cache
 * by renewal into a memory cache of our own. Nothing happens where that can't be. */
void sx_gss_credentials_renew(struct sx_gss *gss);

void sx_gss_credentials_drop(struct sx_gss *gss);

#endif
