/* services/gss.h: Kerberos through MIT krb5's GSSAPI: credentials and security contexts of one
 * object, and the answers to SX_EVENT_GSS.
 *
 * A first step may ask a KDC and take as long as that likes, so the caller runs sx_gss_serve on a
 * thread of its own; one request at a time. Credentials that come from a password, a keytab or a
 * renewal live in a memory cache of this object alone: no process-wide default is changed, and
 * nothing goes to the environment. */
#ifndef SX_SERVICES_GSS_H
#define SX_SERVICES_GSS_H

#include "base/buffer.h"
#include "base/event.h"
#include "base/secret.h"

/* Everything is copied. Texts may be "" where nothing is set, never NULL. */
struct sx_gss_config {
    const char *host;         /* the server, as the user named it */
    const char *spn;          /* KerberosSPN: "host/fqdn[@REALM]" */
    const char *realm;        /* KerberosRealm */
    const char *user;         /* with a password or a keytab: whose ticket to get */
    struct sx_slice password; /* empty: single sign-on */
    const char *keytab;       /* KerberosKeytab */
    const char *cache;        /* KerberosCache; "": krb5's default */
    bool is_delegating;       /* ask for delegation; whether it is granted is in the facts */
    bool is_canonical;        /* let krb5 canonicalise the host name as its configuration says */
};

struct sx_gss;

SX_MUST_USE enum sx_err sx_gss_new(const struct sx_gss_config *config, struct sx_fault *fault,
                                   struct sx_gss **out);

/* Deletes contexts and credentials; NULL-safe. */
void sx_gss_free(struct sx_gss *gss);

/* What came of a request. err SX_OK or SX_ERR_AUTH_SERVICE, with the texts of both statuses and the
 * usual cause in fault; an error's output, if any, is a token that tells the server of it. */
struct sx_gss_reply {
    enum sx_err err;
    struct sx_fault fault;
    struct sx_buffer output; /* token or MIC */
    bool is_complete;        /* the context is established, with mutual authentication */
};

void sx_gss_reply_init(struct sx_gss_reply *reply);
void sx_gss_reply_clear(struct sx_gss_reply *reply);

/* sx_gss_serve answers one request; may block. */
void sx_gss_serve(struct sx_gss *gss, const struct sx_event_gss *request,
                  struct sx_gss_reply *reply);

/* What is known of the contexts so far. */
enum { SX_GSS_NAME_MAX = 512 };
struct sx_gss_facts {
    bool is_delegation_asked;
    bool is_delegated;            /* granted, in any context */
    char client[SX_GSS_NAME_MAX]; /* principals, "" before a context is established */
    char server[SX_GSS_NAME_MAX];
};
const struct sx_gss_facts *sx_gss_get_facts(const struct sx_gss *gss);

#endif
