/* services/gss.c: security contexts. */
#include "services/gss_inside.h"

#include <string.h>

#include "base/memory.h"

enum { OUTPUT_MAX = 128 * 1024 };

static char krb5_oid[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"; /* RFC 4121 */
gss_OID_desc sx_gss_mechanism = { sizeof krb5_oid - 1, krb5_oid };

void sx_gss_reply_init(struct sx_gss_reply *reply)
{
    *reply = (struct sx_gss_reply){ .err = SX_OK };
    sx_buffer_init(&reply->output, OUTPUT_MAX);
}

void sx_gss_reply_clear(struct sx_gss_reply *reply)
{
    sx_buffer_clear(&reply->output);
}

static enum sx_err copy_config(struct sx_gss *gss, const struct sx_gss_config *config)
{
    gss->host = sx_text_dup(config->host);
    gss->spn = sx_text_dup(config->spn);
    gss->realm = sx_text_dup(config->realm);
    gss->user = sx_text_dup(config->user);
    gss->keytab = sx_text_dup(config->keytab);
    gss->cache = sx_text_dup(config->cache);
    gss->is_delegating = config->is_delegating;
    gss->is_canonical = config->is_canonical;
    gss->facts.is_delegation_asked = config->is_delegating;
    if (gss->host == NULL || gss->spn == NULL || gss->realm == NULL || gss->user == NULL ||
        gss->keytab == NULL || gss->cache == NULL)
        return SX_ERR_MEMORY;
    if (config->password.len == 0)
        return SX_OK;
    SX_TRY(sx_secret_reserve(&gss->password, config->password.len + 1));
    SX_TRY(sx_secret_append(&gss->password, config->password));
    return sx_secret_append(&gss->password, sx_slice_of("", 1));
}

enum sx_err sx_gss_new(const struct sx_gss_config *config, struct sx_fault *fault,
                       struct sx_gss **out)
{
    struct sx_gss *gss = sx_alloc(sizeof *gss);
    krb5_error_code code;
    enum sx_err err;

    if (gss == NULL)
        return SX_ERR_MEMORY;
    gss->credential = GSS_C_NO_CREDENTIAL;
    gss->target = GSS_C_NO_NAME;
    for (int i = 0; i < SX_GSS_CONTEXT_COUNT; i++)
        gss->contexts[i] = GSS_C_NO_CONTEXT;
    err = copy_config(gss, config);
    if (err == SX_OK) {
        code = krb5_init_context(&gss->krb5);
        if (code != 0)
            err = sx_gss_krb5_fault(gss, fault, "Kerberos' configuration can't be read", code);
    }
    if (err != SX_OK) {
        sx_gss_free(gss);
        return err;
    }
    *out = gss;
    return SX_OK;
}

static void context_drop(struct sx_gss *gss, enum sx_gss_context which)
{
    OM_uint32 minor;

    (void)gss_delete_sec_context(&minor, &gss->contexts[which], GSS_C_NO_BUFFER);
    gss->contexts[which] = GSS_C_NO_CONTEXT;
    gss->is_established[which] = false;
}

void sx_gss_free(struct sx_gss *gss)
{
    OM_uint32 minor;

    if (gss == NULL)
        return;
    for (int i = 0; i < SX_GSS_CONTEXT_COUNT; i++)
        context_drop(gss, (enum sx_gss_context)i);
    (void)gss_release_name(&minor, &gss->target);
    sx_gss_credentials_drop(gss);
    if (gss->krb5 != NULL)
        krb5_free_context(gss->krb5);
    sx_secret_clear(&gss->password);
    sx_free(gss->host);
    sx_free(gss->spn);
    sx_free(gss->realm);
    sx_free(gss->user);
    sx_free(gss->keytab);
    sx_free(gss->cache);
    sx_free_wiped(gss, sizeof *gss);
}

const struct sx_gss_facts *sx_gss_get_facts(const struct sx_gss *gss)
{
    return &gss->facts;
}

/* GSSAPI wants writable pointers and writes nothing. */
static gss_buffer_desc borrowed(struct sx_slice bytes)
{
    return (gss_buffer_desc){ bytes.len, (void *)(uintptr_t)bytes.ptr };
}

/* Takes what GSSAPI allocated, which may be a token that speaks for the user. */
static enum sx_err take(struct sx_gss_reply *reply, gss_buffer_desc *buffer)
{
    enum sx_err err = SX_OK;
    OM_uint32 minor;

    sx_buffer_clear(&reply->output);
    if (buffer->length > 0) {
        err = sx_buffer_append(&reply->output, sx_slice_of(buffer->value, buffer->length));
        sx_wipe(buffer->value, buffer->length);
    }
    (void)gss_release_buffer(&minor, buffer);
    return err;
}

/* Both sides are who they say, and MICs can be made; and who they are is noted. */
static enum sx_err established(struct sx_gss *gss, enum sx_gss_context which, OM_uint32 flags,
                               struct sx_gss_reply *reply)
{
    const OM_uint32 wanted = GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG;
    gss_name_t client = GSS_C_NO_NAME, server = GSS_C_NO_NAME;
    OM_uint32 minor;

    /* RFC 4462 section 2.1: without either the exchange has failed. */
    if ((flags & wanted) != wanted)
        return sx_fault_set(&reply->fault, SX_ERR_AUTH_SERVICE, "the server's Kerberos gives no %s",
                            (flags & GSS_C_MUTUAL_FLAG) == 0 ? "mutual authentication"
                                                             : "integrity protection");
    /* Who they are is known of the sign-on. krb5 1.20 loses both names in memory when the context
     * ends in this very second, as one by an old ticket does. */
    if (which != SX_GSS_CONTEXT_REKEY &&
        gss_inquire_context(&minor, gss->contexts[which], &client, &server, NULL, NULL, NULL, NULL,
                            NULL) == GSS_S_COMPLETE) {
        sx_gss_name_text(client, gss->facts.client);
        sx_gss_name_text(server, gss->facts.server);
        (void)gss_release_name(&minor, &client);
        (void)gss_release_name(&minor, &server);
    }
    /* Delegation is asked for once; a KDC may quietly say no. */
    if ((flags & GSS_C_DELEG_FLAG) != 0)
        gss->facts.is_delegated = true;
    gss->is_established[which] = true;
    reply->is_complete = true;
    return SX_OK;
}

static enum sx_err step(struct sx_gss *gss, const struct sx_event_gss *request,
                        struct sx_gss_reply *reply)
{
    gss_buffer_desc input = borrowed(request->input), output = GSS_C_EMPTY_BUFFER;
    OM_uint32 wanted = GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG, flags = 0, major, minor;
    enum sx_err err;

    /* A further context of the same session delegates nothing new. */
    if (gss->is_delegating && request->context != SX_GSS_CONTEXT_REKEY)
        wanted |= GSS_C_DELEG_FLAG;
    major = gss_init_sec_context(&minor, gss->credential, &gss->contexts[request->context],
                                 gss->target, &sx_gss_mechanism, wanted, 0,
                                 GSS_C_NO_CHANNEL_BINDINGS, &input, NULL, &output, &flags, NULL);
    err = take(reply, &output);
    if (GSS_ERROR(major))
        return sx_gss_fault(gss, &reply->fault, "Kerberos can't authenticate", major, minor);
    SX_TRY(err);
    if ((major & GSS_S_CONTINUE_NEEDED) != 0)
        return SX_OK;
    return established(gss, request->context, flags, reply);
}

static enum sx_err begin(struct sx_gss *gss, const struct sx_event_gss *request,
                         struct sx_gss_reply *reply)
{
    context_drop(gss, request->context);
    if (request->context == SX_GSS_CONTEXT_REKEY)
        sx_gss_credentials_renew(gss);
    SX_TRY(sx_gss_target(gss, &reply->fault));
    SX_TRY(sx_gss_credentials(gss, &reply->fault));
    return step(gss, request, reply);
}

static enum sx_err get_mic(struct sx_gss *gss, const struct sx_event_gss *request,
                           struct sx_gss_reply *reply)
{
    gss_buffer_desc message = borrowed(request->input), mic = GSS_C_EMPTY_BUFFER;
    OM_uint32 major, minor;
    enum sx_err err;

    major = gss_get_mic(&minor, gss->contexts[request->context], GSS_C_QOP_DEFAULT, &message, &mic);
    err = take(reply, &mic);
    if (GSS_ERROR(major))
        return sx_gss_fault(gss, &reply->fault, "Kerberos can't make a MIC", major, minor);
    return err;
}

static enum sx_err verify_mic(struct sx_gss *gss, const struct sx_event_gss *request,
                              struct sx_gss_reply *reply)
{
    gss_buffer_desc message = borrowed(request->input), mic = borrowed(request->mic);
    OM_uint32 major, minor;

    major = gss_verify_mic(&minor, gss->contexts[request->context], &message, &mic, NULL);
    if (major != GSS_S_COMPLETE)
        return sx_gss_fault(gss, &reply->fault, "the server's MIC is wrong", major, minor);
    return SX_OK;
}

void sx_gss_serve(struct sx_gss *gss, const struct sx_event_gss *request,
                  struct sx_gss_reply *reply)
{
    bool is_new = request->action == SX_GSS_BEGIN;
    bool is_established = gss->is_established[request->context];

    if (is_new) {
        reply->err = begin(gss, request, reply);
    } else if (gss->contexts[request->context] == GSS_C_NO_CONTEXT ||
               is_established == (request->action == SX_GSS_STEP)) {
        reply->err =
            sx_fault_set(&reply->fault, SX_ERR_AUTH_SERVICE, "Kerberos was asked out of order");
    } else if (request->action == SX_GSS_STEP) {
        reply->err = step(gss, request, reply);
    } else if (request->action == SX_GSS_GET_MIC) {
        reply->err = get_mic(gss, request, reply);
    } else {
        reply->err = verify_mic(gss, request, reply);
    }
}
