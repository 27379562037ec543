/* client/values.c: what a new object starts with. */
#include "client/values.h"

#include <string.h>

#include "base/memory.h"
#include "client/code_page.h"

enum sx_err sx_text_set(char **text, const char *value)
{
    char *copy = sx_text_dup(value == NULL ? "" : value);

    if (copy == NULL)
        return SX_ERR_MEMORY;
    sx_text_free_wiped(*text);
    *text = copy;
    return SX_OK;
}

enum sx_err sx_secret_text_set(struct sx_secret *secret, const char *value)
{
    if (value == NULL)
        value = "";
    return sx_secret_set(secret, sx_slice_of(value, strlen(value) + 1));
}

const char *sx_secret_text(const struct sx_secret *secret)
{
    return secret->len == 0 ? "" : (const char *)secret->ptr;
}

struct sx_slice sx_secret_text_slice(const struct sx_secret *secret)
{
    return sx_slice_text(sx_secret_text(secret));
}

/* Every owned text of the values, for init and clear alike. */
static void each_text(struct sx_values *values, void (*visit)(char **text, void *ctx), void *ctx)
{
    char **const texts[] = {
        &values->ssh_host,
        &values->ssh_user,
        &values->accept_host_key,
        &values->local_host,
        &values->command,
        &values->policy,
        &values->provider,
        &values->module_dir,
        &values->provider_config,
        &values->accept_fingerprints,
        &values->fingerprint_hash,
        &values->client_version,
        &values->version_patterns,
        &values->stdin_file,
        &values->output_mode,
        &values->password_prompt,
        &values->kerberos_spn,
        &values->kerberos_realm,
        &values->kerberos_keytab,
        &values->kerberos_cache,
        &values->accept_ca_keys,
        &values->data_eol,
        &values->terminal_type,
        &values->known_files,
        &values->known_global_files,
        &values->known_mode,
        &values->host_key_alias,
        &values->x509_anchors,
        &values->x509_anchor_file,
        &values->x509_crls,
        &values->x509_crl_file,
        &values->agent_socket,
        &values->signed_cert,
        &values->ssh_cert_subject,
        &values->firewall_host,
        &values->firewall_user,
        &values->firewall_data,
        &values->proxy_exceptions,
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        visit(texts[i], ctx);
    for (int i = 0; i < SX_ALG_KIND_COUNT; i++)
        visit(&values->lists[i], ctx);
}

static void make_empty(char **text, void *ctx)
{
    enum sx_err *err = ctx;

    if (*err == SX_OK)
        *err = sx_text_set(text, "");
}

static void free_text(char **text, void *ctx)
{
    (void)ctx;
    sx_text_free_wiped(*text);
    *text = NULL;
}

enum sx_err sx_values_init(struct sx_values *values)
{
    enum sx_err err = SX_OK;

    memset(values, 0, sizeof *values);
    values->ssh_port = 22;
    values->ssh_auth_mode = SEXEC_AM_PASSWORD;
    values->timeout = 60;
    values->strict_kex = -1;
    values->max_packet = SX_CHANNEL_PACKET_DEFAULT;
    values->max_window = SX_WINDOW_DEFAULT;
    values->max_line_length = 2048;
    values->log_level = SX_LOG_INFO;
    values->mask_sensitive = true;
    values->tcp_no_delay = true;
    values->linger = true;
    values->kerberos_delegation = true;
    values->select_wait = 20;
    values->terminal_width = 80;
    values->terminal_height = 24;
    values->keepalive_count = 5;
    values->wait_channel_close = true;
    values->process_idle = true;
    values->code_page = SX_CODE_PAGE_UTF8;
    values->store_count = 1;
    each_text(values, make_empty, &err);
    if (err == SX_OK)
        err = sx_secret_text_set(&values->stores[0], "MY");
    if (err == SX_OK)
        err = sx_text_set(&values->policy, "default");
    if (err == SX_OK)
        err = sx_text_set(&values->fingerprint_hash, "SHA256");
    if (err == SX_OK)
        err = sx_text_set(&values->output_mode, "lines");
    if (err == SX_OK)
        err = sx_text_set(&values->known_mode, "yes");
    if (err == SX_OK)
        err = sx_text_set(&values->terminal_type, "vt100");
    if (err == SX_OK)
        err = sx_text_set(&values->version_patterns, "*SSH-1.99-*,*SSH-2.0-*");
    if (err == SX_OK)
        err = sx_text_set(&values->client_version, "SSH-2.0-libsexec_" SX_VERSION);
    if (err != SX_OK)
        sx_values_clear(values);
    return err;
}

void sx_values_clear(struct sx_values *values)
{
    each_text(values, free_text, NULL);
    sx_secret_clear(&values->ssh_password);
    sx_secret_clear(&values->ssh_cert_store_password);
    sx_secret_clear(&values->ssh_cert_encoded);
    sx_secret_clear(&values->firewall_password);
    for (int i = 0; i < SX_STORES_MAX; i++)
        sx_secret_clear(&values->stores[i]);
    memset(values, 0, sizeof *values);
}
