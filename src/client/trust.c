/* client/trust.c: from the values to a verdict about the server's key. */
#include "client/trust.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/session.h"
#include "client/special.h"
#include "keys/fingerprint.h"
#include "keys/host_order.h"
#include "keys/key_line.h"
#include "keys/key_store.h"
#include "keys/x509_files.h"
#include "net/clock.h"

enum { SSH_PORT = 22 };

/* --- Settings --------------------------------------------------------------------------------- */

static const char *const modes[] = { [SX_KNOWN_MODE_YES] = "yes",
                                     [SX_KNOWN_MODE_ACCEPT_NEW] = "accept-new",
                                     [SX_KNOWN_MODE_NO] = "no" };

static enum sx_known_mode mode_of(const char *text)
{
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (sx_text_is_equal_nocase(text, modes[i]))
            return (enum sx_known_mode)i;
    return SX_KNOWN_MODE_YES;
}

int sx_check_known_mode(struct sexec *object, const char *value)
{
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (sx_text_is_equal_nocase(value, modes[i]))
            return 0;
    return sx_fail(object, SEXEC_SETTING,
                   "setting KnownHostsMode: the value must be yes, accept-new or no");
}

int sx_check_fingerprint_hash(struct sexec *object, const char *value)
{
    if (sx_text_is_equal_nocase(value, "MD5") || sx_text_is_equal_nocase(value, "SHA1") ||
        sx_text_is_equal_nocase(value, "SHA256"))
        return 0;
    return sx_fail(object, SEXEC_SETTING,
                   "setting SSHFingerprintHashAlgorithm: the value must be MD5, SHA1 or SHA256");
}

static enum sx_hash fingerprint_hash(const struct sexec *object)
{
    if (sx_text_is_equal_nocase(object->values.fingerprint_hash, "MD5"))
        return SX_HASH_MD5;
    if (sx_text_is_equal_nocase(object->values.fingerprint_hash, "SHA1"))
        return SX_HASH_SHA1;
    return SX_HASH_SHA256;
}

static struct sx_slice accepted_key(const struct sexec *object)
{
    return sx_slice_text(object->accepted_line != NULL ? object->accepted_line
                                                       : object->values.accept_host_key);
}

/* An alias stands for host and port, as HostKeyAlias of ssh_config(5). */
static struct sx_host_trust_settings trust_settings(const struct sexec *object)
{
    const struct sx_values *values = &object->values;
    bool has_alias = values->host_key_alias[0] != '\0';

    return (struct sx_host_trust_settings){
        .policy = object->policy,
        .fingerprints = sx_slice_text(values->accept_fingerprints),
        .key = accepted_key(object),
        .ca_keys = sx_slice_text(values->accept_ca_keys),
        .accept_any = values->accept_any_host_key,
        .known = &object->known,
        .known_mode = mode_of(values->known_mode),
        .x509 = object->x509,
        .host = has_alias ? values->host_key_alias : values->ssh_host,
        .port = has_alias ? SSH_PORT : values->ssh_port,
        .now = (int64_t)(sx_clock_utc_us() / 1000000),
    };
}

/* --- Files ------------------------------------------------------------------------------------ */

static enum sx_err read_known(struct sexec *object, const char *list, struct sx_fault *fault)
{
    struct sx_slice rest = sx_slice_text(list);
    struct sx_slice entry;
    char path[SX_TEXT_MAX];

    while (sx_list_next(&rest, &entry)) {
        if (entry.len == 0)
            continue;
        if (entry.len >= sizeof path)
            return sx_fault_set(fault, SX_ERR_ARGUMENT,
                                "the name of a file of known hosts is longer than %zu bytes",
                                sizeof path - 1);
        memcpy(path, entry.ptr, entry.len);
        path[entry.len] = '\0';
        SX_TRY(sx_known_hosts_read(&object->known, path, fault));
    }
    return SX_OK;
}

static enum sx_err read_anchors(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    const struct {
        enum sx_x509_kind kind;
        const char *text;
        bool is_file;
    } sources[] = {
        { SX_X509_ANCHORS, values->x509_anchors, false },
        { SX_X509_ANCHORS, values->x509_anchor_file, true },
        { SX_X509_CRLS, values->x509_crls, false },
        { SX_X509_CRLS, values->x509_crl_file, true },
    };

    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (sources[i].text[0] == '\0')
            continue;
        if (object->x509 == NULL)
            SX_TRY(sx_x509_trust_new(object->provider, fault, &object->x509));
        SX_TRY(sources[i].is_file
                   ? sx_x509_add_file(object->x509, sources[i].kind, sources[i].text, fault)
                   : sx_x509_add_text(object->x509, sources[i].kind, sx_slice_text(sources[i].text),
                                      fault));
    }
    if (object->x509 != NULL && sx_x509_trust_anchors(object->x509) == 0)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "there are X.509 revocation lists, but no trust anchor: set "
                            "X509TrustAnchors or X509TrustAnchorFile");
    return SX_OK;
}

static enum sx_err keep_line(struct sexec *object, struct sx_slice blob)
{
    size_t cap = 4 * (blob.len / 3 + 1) + 1;

    object->accepted_line = sx_alloc(cap);
    if (object->accepted_line == NULL)
        return SX_ERR_MEMORY;
    return sx_base64_encode(blob, object->accepted_line, cap);
}

/* What is no key line may be the key in another form: a certificate or public key in PEM. What is none
 * of them either is told of when the key is judged. */
static enum sx_err read_accepted(struct sexec *object)
{
    struct sx_slice text = sx_slice_text(object->values.accept_host_key);
    struct sx_store store = { .count = 0 };
    struct sx_fault ignored = { 0 };
    struct sx_slice blob;
    uint8_t *storage;
    enum sx_err err;

    sx_free(object->accepted_line);
    object->accepted_line = NULL;
    if (text.len == 0)
        return SX_OK;
    storage = sx_alloc(SX_KEY_LINE_MAX);
    if (storage == NULL)
        return SX_ERR_MEMORY;
    err = text.len > SX_KEY_LINE_MAX ? SX_ERR_ARGUMENT : sx_key_line_decode(text, storage, &blob);
    sx_free(storage);
    if (err == SX_OK)
        return SX_OK;
    err = sx_store_decode(object->provider, text, SX_SLICE_NONE, &ignored, &store);
    err = err == SX_OK && store.count > 0
              ? keep_line(object, sx_key_public_blob(store.entries[0].key))
              : SX_OK;
    sx_store_clear(&store);
    return err;
}

/* The type of the one key that is accepted, if it can be had. */
static void add_configured_type(const struct sexec *object, struct sx_known_types *types)
{
    struct sx_slice text = accepted_key(object);
    struct sx_slice blob = SX_SLICE_NONE;
    struct sx_slice type;
    uint8_t *storage =
        text.len == 0 || text.len > SX_KEY_LINE_MAX ? NULL : sx_alloc(SX_KEY_LINE_MAX);

    if (storage != NULL && sx_key_line_decode(text, storage, &blob) == SX_OK) {
        type = sx_key_line_type(blob);
        if (type.len < SX_KNOWN_TYPE_MAX)
            (void)snprintf(types->types, sizeof types->types, "%.*s", (int)type.len,
                           (const char *)type.ptr); /* an explicit key goes first */
    }
    sx_free(storage);
}

static enum sx_err order_offer(struct sexec *object, const struct sx_host_trust_settings *settings,
                               struct sx_fault *fault)
{
    struct sx_known_types types = { .has_ca = false };
    struct sx_host_wishes wishes;

    if (object->values.lists[SX_ALG_HOST_KEY][0] != '\0')
        return SX_OK;
    if (object->known.count > 0)
        SX_TRY(sx_known_hosts_types(&object->known, object->provider, settings->host,
                                    settings->port, fault, &types));
    add_configured_type(object, &types);
    wishes = (struct sx_host_wishes){
        .types = sx_slice_text(types.types),
        .has_ca = types.has_ca || settings->ca_keys.len != 0,
        .has_anchors = object->x509 != NULL,
    };
    sx_host_order(&object->offer, &wishes);
    return SX_OK;
}

enum sx_err sx_trust_open(struct sexec *object, struct sx_fault *fault)
{
    struct sx_host_trust_settings settings;

    if (object->is_explaining)
        return SX_OK;
    SX_TRY(read_accepted(object));
    SX_TRY(read_known(object, object->values.known_files, fault));
    SX_TRY(read_known(object, object->values.known_global_files, fault));
    SX_TRY(read_anchors(object, fault));
    settings = trust_settings(object);
    SX_TRY(sx_host_trust_check(&settings, object->provider, fault));
    return order_offer(object, &settings, fault);
}

void sx_trust_close(struct sexec *object)
{
    sx_known_hosts_clear(&object->known);
    sx_free(object->accepted_line);
    object->accepted_line = NULL;
    sx_x509_trust_free(object->x509);
    object->x509 = NULL;
}

/* --- The verdict ------------------------------------------------------------------------------ */

/* A new host is written down before anything goes to it. */
static enum sx_err accept_key(struct sexec *object, const struct sx_host_trust_settings *settings,
                              const struct sx_event_host_key *key, const char *fingerprint,
                              enum sx_host_trust trust)
{
    if (trust == SX_HOST_TRUST_NEW)
        SX_TRY(sx_host_trust_add(settings, object->provider, key, object->values.known_hashed,
                                 &object->fault));
    object->host_trust = trust == SX_HOST_TRUST_NONE ? SX_HOST_TRUST_EVENT : trust;
    sx_status(object, "Host key %s %s accepted (by %s)", key->key_type, fingerprint,
              sx_host_trust_name(object->host_trust));
    return SX_OK;
}

enum sx_err sx_trust_judge(struct sexec *object, const struct sx_event_host_key *key)
{
    struct sx_host_trust_settings settings;
    struct sx_host_verdict verdict = { .trust = SX_HOST_TRUST_NONE };
    char fingerprint[SX_FINGERPRINT_MAX];
    bool is_accepted;

    SX_TRY(read_accepted(object)); /* handlers may have set another one since */
    settings = trust_settings(object);
    sx_buffer_clear(&object->host_key);
    SX_TRY(sx_buffer_append(&object->host_key, key->blob));
    SX_TRY(sx_host_trust_decide(&settings, object->provider, key, &object->fault, &verdict));
    SX_TRY(sx_fingerprint_hex(object->provider, fingerprint_hash(object), key->blob, &object->fault,
                              fingerprint));
    is_accepted = sx_fire_server_authentication(
        object, &(struct sx_shown_key){ .key = key,
                                        .fingerprint = fingerprint,
                                        .cert_subject = verdict.names.subject,
                                        .cert_issuer = verdict.names.issuer,
                                        .is_accepted = verdict.trust != SX_HOST_TRUST_NONE });
    settings = trust_settings(object); /* whose texts the handler may have replaced */
    if (is_accepted && !verdict.is_final)
        return accept_key(object, &settings, key, fingerprint, verdict.trust);
    /* Why there is no Kerberos any more says more: the transport's text has both. */
    return sx_host_trust_reject(&settings, object->provider, key, &verdict,
                                key->is_for_lack_of_gss ? NULL : &object->fault);
}

/* --- Fingerprints ----------------------------------------------------------------------------- */

static int get_fingerprint(struct sexec *object, struct sx_buffer *out, enum sx_hash hash)
{
    struct sx_slice blob = sx_buffer_unread(&object->host_key);
    char text[SX_FINGERPRINT_MAX];
    struct sx_provider *provider;
    enum sx_err err;

    if (blob.len == 0)
        return sx_lend_text(object, out, "");
    err = sx_session_provider(object, &object->fault, &provider);
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    err = sx_fingerprint_hex(provider, hash, blob, &object->fault, text);
    sx_provider_close(provider);
    return err == SX_OK ? sx_lend_text(object, out, text)
                        : sx_fail_err(object, err, &object->fault);
}

int sx_get_fingerprint_md5(struct sexec *object, struct sx_buffer *out)
{
    return get_fingerprint(object, out, SX_HASH_MD5);
}

int sx_get_fingerprint_sha1(struct sexec *object, struct sx_buffer *out)
{
    return get_fingerprint(object, out, SX_HASH_SHA1);
}

int sx_get_fingerprint_sha256(struct sexec *object, struct sx_buffer *out)
{
    return get_fingerprint(object, out, SX_HASH_SHA256);
}
