/* net/syslog_target.c: reading a collector's name, and its files. */
#include "net/syslog_target.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/key_file.h"
#include "keys/key_store.h"
#include "keys/pem.h"
#include "keys/x509_files.h"

static const char forms[] =
    "a log collector is local, the absolute path of a socket, tcp:HOST:PORT, or "
    "tls://HOST:PORT?ca=FILE (with &name=NAME, &crl=FILE, &cert=FILE&key=FILE)";

/* --- The name --------------------------------------------------------------------------------- */

static enum sx_err bad(struct sx_fault *fault, const char *what)
{
    return sx_fault_set(fault, SX_ERR_ARGUMENT, "%s; %s", what, forms);
}

static bool copy(char *out, size_t cap, struct sx_slice text)
{
    if (text.len == 0 || text.len >= cap || memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

/* HOST:PORT; the last colon divides. */
static enum sx_err read_place(struct sx_slice text, struct sx_fault *fault,
                              struct sx_syslog_target *target)
{
    struct sx_slice host = text;

    while (host.len > 0 && host.ptr[host.len - 1] != ':')
        host.len--;
    if (host.len < 2 || !copy(target->port, sizeof target->port,
                              sx_slice_of(text.ptr + host.len, text.len - host.len)))
        return bad(fault, "the collector's host and port are missing or too long");
    host.len--;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = sx_slice_of(host.ptr + 1, host.len - 2);
    if (!copy(target->host, sizeof target->host, host))
        return bad(fault, "the collector's host and port are missing or too long");
    return SX_OK;
}

/* One "name=value" of what stands behind the question mark. */
static enum sx_err read_option(struct sx_slice option, struct sx_fault *fault,
                               struct sx_syslog_target *target)
{
    const struct {
        const char *name;
        char **into;
    } files[] = { { "ca=", &target->ca },
                  { "crl=", &target->crl },
                  { "cert=", &target->cert },
                  { "key=", &target->key } };

    if (option.len > 5 && memcmp(option.ptr, "name=", 5) == 0)
        return copy(target->name, sizeof target->name, sx_slice_of(option.ptr + 5, option.len - 5))
                   ? SX_OK
                   : bad(fault, "the collector's name is too long");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        size_t len = strlen(files[i].name);

        if (option.len <= len || memcmp(option.ptr, files[i].name, len) != 0)
            continue;
        if (*files[i].into != NULL || option.ptr[len] != '/')
            return bad(fault, "a file of the collector's must be named once, by an absolute path");
        *files[i].into = sx_alloc(option.len - len + 1);
        if (*files[i].into == NULL)
            return SX_ERR_MEMORY;
        memcpy(*files[i].into, option.ptr + len, option.len - len);
        return SX_OK;
    }
    return bad(fault, "the collector has an option that isn't known");
}

static enum sx_err read_options(struct sx_slice text, struct sx_fault *fault,
                                struct sx_syslog_target *target)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.ptr, '&', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);

        SX_TRY(read_option(sx_slice_of(text.ptr, len), fault, target));
        text = end == NULL ? SX_SLICE_NONE : sx_slice_of(end + 1, text.len - len - 1);
    }
    if (target->ca == NULL)
        return bad(fault, "TLS needs ca=FILE, the anchors that the collector must prove itself by");
    if ((target->cert == NULL) != (target->key == NULL))
        return bad(fault, "cert=FILE and key=FILE need each other");
    if (target->name[0] == '\0')
        (void)snprintf(target->name, sizeof target->name, "%s", target->host);
    return SX_OK;
}

static enum sx_err read_tls(struct sx_slice text, struct sx_fault *fault,
                            struct sx_syslog_target *target)
{
    const uint8_t *question = text.len == 0 ? NULL : memchr(text.ptr, '?', text.len);
    size_t len = question == NULL ? text.len : (size_t)(question - text.ptr);
    struct sx_slice options =
        question == NULL ? SX_SLICE_NONE : sx_slice_of(question + 1, text.len - len - 1);

    target->kind = SX_SYSLOG_TLS;
    SX_TRY(read_place(sx_slice_of(text.ptr, len), fault, target));
    return read_options(options, fault, target);
}

enum sx_err sx_syslog_target_read(const char *text, struct sx_fault *fault,
                                  struct sx_syslog_target *out)
{
    struct sx_slice whole = sx_slice_text(text);
    struct sx_syslog_target target = { .kind = SX_SYSLOG_LOCAL };
    enum sx_err err = SX_OK;

    if (whole.len >= SX_SYSLOG_TARGET_MAX)
        return bad(fault, "the collector's name is too long");
    if (strncmp(text, "tcp:", 4) == 0) {
        target.kind = SX_SYSLOG_TCP;
        err = read_place(sx_slice_of(whole.ptr + 4, whole.len - 4), fault, &target);
    } else if (strncmp(text, "tls://", 6) == 0) {
        err = read_tls(sx_slice_of(whole.ptr + 6, whole.len - 6), fault, &target);
    } else if (strcmp(text, "local") == 0) {
        (void)snprintf(target.path, sizeof target.path, "/dev/log");
    } else if (text[0] != '/' || !copy(target.path, sizeof target.path, whole)) {
        err = bad(fault, "the collector's name has no known form, or is too long");
    }
    if (err != SX_OK) {
        sx_syslog_target_clear(&target);
        return sx_fault_note(fault, err);
    }
    *out = target;
    return SX_OK;
}

void sx_syslog_target_clear(struct sx_syslog_target *target)
{
    sx_free(target->ca);
    sx_free(target->crl);
    sx_free(target->cert);
    sx_free(target->key);
    *target = (struct sx_syslog_target){ 0 };
}

/* --- The files -------------------------------------------------------------------------------- */

static enum sx_err load_chain(const char *path, struct sx_fault *fault, struct sx_syslog_trust *out)
{
    struct sx_secret text = { 0 };
    struct sx_pem block = { 0 };
    bool is_found = true;
    struct sx_slice rest;
    enum sx_err err = sx_key_file_read(path, true, fault, &text);

    rest = sx_secret_slice(&text);
    while (err == SX_OK && is_found) {
        err = sx_pem_next(&rest, fault, &block, &is_found);
        if (err != SX_OK || !is_found || !sx_slice_is_text(block.label, "CERTIFICATE"))
            continue;
        if (out->chain_count == SX_TLS_CHAIN_MAX)
            err = sx_fault_set(fault, SX_ERR_KEY_FORMAT, "%s holds more than %d certificates", path,
                               SX_TLS_CHAIN_MAX);
        else
            err = sx_secret_set(&out->chain[out->chain_count++], sx_secret_slice(&block.bytes));
    }
    if (err == SX_OK && out->chain_count == 0)
        err = sx_fault_set(fault, SX_ERR_KEY_FORMAT, "%s holds no certificate in PEM", path);
    sx_pem_clear(&block);
    sx_secret_clear(&text);
    return sx_fault_note(fault, err);
}

static enum sx_err load_key(const char *path, struct sx_provider *provider, struct sx_fault *fault,
                            struct sx_key **out)
{
    struct sx_secret bytes = { 0 };
    enum sx_err err = sx_key_file_read(path, false, fault, &bytes);

    if (err == SX_OK)
        err = sx_key_decode(provider, sx_secret_slice(&bytes), SX_SLICE_NONE, fault, out);
    sx_secret_clear(&bytes);
    return err;
}

enum sx_err sx_syslog_trust_load(const struct sx_syslog_target *target,
                                 struct sx_provider *provider, struct sx_fault *fault,
                                 struct sx_syslog_trust *out)
{
    struct sx_syslog_trust trust = { 0 };
    enum sx_err err = sx_x509_trust_new(provider, fault, &trust.anchors);

    if (err == SX_OK)
        err = sx_x509_add_file(trust.anchors, SX_X509_ANCHORS, target->ca, fault);
    if (err == SX_OK && target->crl != NULL)
        err = sx_x509_add_file(trust.anchors, SX_X509_CRLS, target->crl, fault);
    if (err == SX_OK && target->cert != NULL)
        err = load_chain(target->cert, fault, &trust);
    if (err == SX_OK && target->key != NULL)
        err = load_key(target->key, provider, fault, &trust.key);
    if (err != SX_OK) {
        sx_syslog_trust_clear(&trust);
        return sx_fault_note(fault, err);
    }
    *out = trust;
    return SX_OK;
}

void sx_syslog_trust_clear(struct sx_syslog_trust *trust)
{
    for (size_t i = 0; i < trust->chain_count; i++)
        sx_secret_clear(&trust->chain[i]);
    sx_key_free(trust->key);
    sx_x509_trust_free(trust->anchors);
    *trust = (struct sx_syslog_trust){ 0 };
}
