/* client/session.c: from the values to a running engine: policy, provider, offer, keys. Nothing is
 * sent before all of it stands. */
#include "client/session.h"

#include <stdio.h>
#include <string.h>

#include "client/answers.h"
#include "client/auditing.h"
#include "base/memory.h"
#include "client/action.h"
#include "client/errors.h"
#include "client/events.h"
#include "client/firewall.h"
#include "client/io.h"
#include "client/kerberos.h"
#include "client/log_lines.h"
#include "client/logging.h"
#include "client/packets.h"
#include "client/rules.h"
#include "client/tokens.h"
#include "client/trust.h"
#include "client/user_keys.h"
#include "client/values.h"

const char *sx_session_provider_name(const struct sexec *object, const struct sx_policy *policy)
{
    if (object->values.provider[0] != '\0')
        return object->values.provider;
    return strcmp(policy->providers[0], "*") == 0 ? "default" : policy->providers[0];
}

enum sx_err sx_session_provider_for(struct sexec *object, const struct sx_policy *policy,
                                    struct sx_fault *fault, struct sx_provider **out)
{
    const struct sx_provider_spec spec = {
        .name = sx_session_provider_name(object, policy),
        .module_dir = object->values.module_dir,
        .config_file = object->values.provider_config,
        .is_unapproved_allowed = !policy->is_approved_only,
        .is_legacy_allowed = policy->is_weak_allowed,
    };

    return sx_provider_open(&spec, fault, out);
}

enum sx_err sx_session_provider(struct sexec *object, struct sx_fault *fault,
                                struct sx_provider **out)
{
    const struct sx_policy *policy;

    SX_TRY(sx_rules_policy(object, fault, &policy));
    return sx_session_provider_for(object, policy, fault, out);
}

/* SignedSSHCert names its algorithm, as a list would. */
static void wish_for_cert(const struct sexec *object, const struct sx_policy *policy, char *out,
                          size_t cap)
{
    const char *cert = object->values.signed_cert;
    struct sx_verdict verdict;
    size_t len = strcspn(cert, " \t");

    if (len == 0 || len + 2 > cap || object->values.lists[SX_ALG_USER_KEY][0] != '\0')
        return;
    snprintf(out, cap, "+%.*s", (int)len, cert);
    sx_policy_judge(policy, NULL, SX_ALG_USER_KEY, out + 1, &verdict);
    if (!verdict.is_by_policy || !verdict.is_opt_in)
        out[0] = '\0';
}

enum sx_err sx_session_offer(const struct sexec *object, const struct sx_policy *policy,
                             struct sx_provider *provider, struct sx_fault *fault,
                             struct sx_offer *out)
{
    const struct sx_values *values = &object->values;
    char cert_wish[80] = "";
    struct sx_offer_wishes wishes = {
        .strict_kex = values->strict_kex,
        .dh_preferred_bits = (unsigned)values->dh_preferred_bits,
        .rekey_bytes = (uint64_t)values->rekey_bytes,
        .rekey_seconds = (unsigned)values->rekey_seconds,
        .is_gss_first = values->ssh_auth_mode == SEXEC_AM_GSSAPI_KEYEX,
    };

    for (int i = 0; i < SX_ALG_KIND_COUNT; i++)
        wishes.lists[i] = values->lists[i];
    wish_for_cert(object, policy, cert_wish, sizeof cert_wish);
    if (cert_wish[0] != '\0')
        wishes.lists[SX_ALG_USER_KEY] = cert_wish;
    return sx_offer_make(policy, provider, &wishes, fault, out);
}

/* What served stays readable after the connection, until the next one. */
static void note_served(struct sexec *object)
{
    const struct sx_provider_info *info = sx_provider_get_info(object->provider);

    snprintf(object->served_policy, sizeof object->served_policy, "%s", object->policy->name);
    snprintf(object->served_provider, sizeof object->served_provider, "%s %s", info->name,
             info->version);
    snprintf(object->served_module, sizeof object->served_module, "%s%s%s", info->module_path,
             info->module_path[0] == '\0' ? "" : " SHA-256 ", info->module_sha256);
}

/* Where other methods would do as well, a store that was never set is no mistake. */
static bool are_keys_wanted(const struct sexec *object)
{
    const struct sx_values *values = &object->values;

    if (object->is_explaining)
        return false;
    switch (values->ssh_auth_mode) {
    case SEXEC_AM_PUBLIC_KEY: return !values->try_all_methods || sx_user_has_store(object);
    case SEXEC_AM_NONE:
    case SEXEC_AM_CUSTOM: return false;
    case SEXEC_AM_MULTI_FACTOR: return sx_user_has_store(object);
    default: return values->try_all_methods && sx_user_has_store(object);
    }
}

static enum sx_err load_keys(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    bool is_agent_used = values->agent_use != SX_AGENT_OFF;

    sx_signer_init(&object->signer, object->offer.user_key);
    object->signer.rsa_min_bits = object->policy->rsa_min_bits;
    if (object->is_explaining || (!are_keys_wanted(object) && !is_agent_used))
        return SX_OK;
    if (values->signed_cert[0] != '\0')
        SX_TRY(sx_signed_cert_read(object->provider, object->offer.user_key,
                                   sx_slice_text(values->signed_cert), fault,
                                   &object->signer.cert));
    if (!are_keys_wanted(object) || values->agent_use == SX_AGENT_ONLY)
        return SX_OK;
    if (is_agent_used && !sx_user_has_store(object))
        return SX_OK; /* no key was given: the agent's will do */
    return sx_user_keys_load(object, fault);
}

static enum sx_err check_cert(const struct sexec *object, struct sx_fault *fault)
{
    if (object->values.signed_cert[0] == '\0' || object->signer.is_cert_used ||
        object->values.agent_use != SX_AGENT_OFF || !are_keys_wanted(object))
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                        "SignedSSHCert is a certificate for another key than ssh_cert_store's");
}

/* What can be said before a name is looked up. */
static enum sx_err check_values(const struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;

    if (values->ssh_host[0] == '\0')
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "ssh_host is not set");
    if (strcmp(values->ssh_host, "0.0.0.0") == 0)
        return sx_fault_set(fault, SX_ERR_ADDRESS,
                            "ssh_host is 0.0.0.0, which is no host's address");
    if (object->is_explaining || values->ssh_auth_mode == SEXEC_AM_NONE)
        return SX_OK;
    if (values->ssh_auth_mode == SEXEC_AM_CUSTOM) {
        if (sx_has_handler(object, SX_ON_SSH_CUSTOM_AUTH))
            return SX_OK; /* which names the user by itself */
        return sx_fault_set(fault, SX_ERR_AUTH_NO_CREDENTIALS,
                            "custom authentication needs a handler of on_ssh_custom_auth");
    }
    if (values->ssh_user[0] == '\0')
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "ssh_user is not set");
    return SX_OK;
}

/* Settings may have been made before the policy that forbids them was chosen. */
static enum sx_err check_policy_settings(const struct sexec *object, struct sx_fault *fault)
{
    if (object->values.agent_use != SX_AGENT_OFF && !object->policy->may_use_agent)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "EnablePageantAuth=%d: policy %s doesn't let an agent sign, as it "
                            "computes outside of the provider",
                            object->values.agent_use, object->policy->name);
    if (object->values.mask_sensitive || object->policy->may_unmask_logs)
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                        "MaskSensitive=False: policy %s doesn't let logs show secrets",
                        object->policy->name);
}

static enum sx_err make_engine(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    unsigned key_count;
    const struct sx_auth_key *keys = sx_signer_identities(&object->signer, &key_count);
    bool is_anonymous = values->ssh_auth_mode == SEXEC_AM_NONE;
    struct sx_engine_config config = {
        .transport = { .offer = &object->offer,
                       .client_version = values->client_version,
                       .version_patterns = values->version_patterns,
                       .is_gss_demanded = values->ssh_auth_mode == SEXEC_AM_GSSAPI_KEYEX,
                       .is_auth_custom = values->ssh_auth_mode == SEXEC_AM_CUSTOM,
                       .log = &object->log },
        .auth = { .mode = (enum sx_auth_mode)values->ssh_auth_mode,
                  .is_trying_all = values->try_all_methods,
                  .can_answer = sx_can_answer(object),
                  .user = sx_slice_text(is_anonymous ? "anonymous" : values->ssh_user),
                  .password = sx_secret_text_slice(&values->ssh_password),
                  .agent =
                      object->is_explaining ? SX_AGENT_OFF : (enum sx_agent_use)values->agent_use,
                  .keys = keys,
                  .key_count = key_count },
        .channel = { .window = (uint32_t)values->max_window,
                     .max_packet = (uint32_t)values->max_packet,
                     .has_terminal = values->use_terminal,
                     .is_terminal_in_pixels = values->terminal_pixels,
                     .terminal_width = (uint32_t)values->terminal_width,
                     .terminal_height = (uint32_t)values->terminal_height,
                     .terminal_type = values->terminal_type,
                     .terminal_modes = &values->terminal_modes },
        .keepalive = { .interval_seconds = (unsigned)values->keepalive_interval,
                       .count_max = (unsigned)values->keepalive_count },
    };

    return sx_engine_new(&config, object->action_started, fault, &object->engine);
}

static void on_tcp_connected(void *context)
{
    struct sexec *object = context;
    int port;

    object->is_tcp_open = true;
    if (!sx_pump_local_address(&object->pump, object->local_host_shown,
                               sizeof object->local_host_shown, &port))
        object->local_host_shown[0] = '\0';
    if (!sx_pump_peer_address(&object->pump, object->peer_host, sizeof object->peer_host, &port))
        object->peer_host[0] = '\0';
    sx_logging_connected(object);
    sx_fire_connected(object, 0, "OK");
    if (object->proxy.type != SX_PROXY_NONE)
        sx_fire_connection_status(object, "Firewall connection complete.", 0, "OK");
    sx_fire_connection_status(object, "Remote host connection complete.", 0, "OK");
}

static enum sx_err start_pump(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    const struct sx_connect_config config = {
        .host = values->ssh_host,
        .port = values->ssh_port,
        .family = (enum sx_address_family)values->use_ipv6,
        .local_host = values->local_host,
        .local_port = values->local_port,
        .options = { .is_no_delay = values->tcp_no_delay,
                     .is_keep_alive = values->tcp_keep_alive,
                     .keep_alive_ms = values->keep_alive_ms,
                     .keep_alive_interval_ms = values->keep_alive_interval_ms,
                     .in_buffer = values->in_buffer,
                     .out_buffer = values->out_buffer,
                     .is_reset_on_close = !values->linger,
                     .linger_seconds = values->linger_seconds },
        .proxy = &object->proxy,
        .deadline = sx_action_wakes(object),
    };

    object->pump = (struct sx_pump){ .fd = -1,
                                     .on_event = sx_session_event,
                                     .on_connected = on_tcp_connected,
                                     .rate = (uint64_t)values->max_transfer_rate,
                                     .service = &object->agent.service,
                                     .ctx = object };
    return sx_pump_start(&object->pump, &config, object->engine, fault);
}

enum sx_err sx_session_open(struct sexec *object, struct sx_fault *fault)
{
    SX_TRY(check_values(object, fault));
    SX_TRY(sx_auditing_session_begin(object, fault));
    SX_TRY(sx_rules_policy(object, fault, &object->policy));
    SX_TRY(sx_session_provider_for(object, object->policy, fault, &object->provider));
    SX_TRY(check_policy_settings(object, fault));
    SX_TRY(sx_kerberos_check(object, fault));
    SX_TRY(sx_provider_check(object->provider, fault));
    SX_TRY(sx_session_offer(object, object->policy, object->provider, fault, &object->offer));
    note_served(object);
    SX_TRY(sx_auditing_session_made(object, fault));
    SX_TRY(sx_trust_open(object, fault));
    SX_TRY(load_keys(object, fault));
    return object->signer.tokens.count > 0 ? sx_tokens_open(object, fault)
                                           : sx_session_go_on(object, fault);
}

enum sx_err sx_session_go_on(struct sexec *object, struct sx_fault *fault)
{
    SX_TRY(check_cert(object, fault));
    object->kerberos.facts = (struct sx_gss_facts){ 0 };
    SX_TRY(sx_firewall_choose(object, fault));
    sx_logging_session(object);
    SX_TRY(make_engine(object, fault));
    return start_pump(object, fault);
}

void sx_session_close(struct sexec *object, int code, const char *text)
{
    bool was_open = object->is_tcp_open;
    bool was_started = object->engine != NULL;
    bool was_proxied = object->proxy.type != SX_PROXY_NONE;
    bool was_secure = object->is_connected;

    sx_log_lines_tell(object);
    if (was_started)
        sx_pump_close(&object->pump);
    sx_auditing_session_end(object, code, text);
    sx_task_stop(object);
    sx_kerberos_close(object);
    sx_engine_free(object->engine);
    object->engine = NULL;
    object->is_connected = false;
    object->is_tcp_open = false;
    object->local_host_shown[0] = '\0';
    object->negotiated[0] = '\0';
    sx_agent_job_stop(object);
    sx_wipe(&object->proxy, sizeof object->proxy);
    sx_tokens_close(object);
    sx_signer_clear(&object->signer);
    sx_trust_close(object);
    sx_packets_clear(object);
    sx_provider_close(object->provider);
    object->provider = NULL;
    object->policy = NULL;
    if (was_open) {
        if (was_secure && code != 0)
            sx_fire_connection_status(object, "S/Shell connection broken.", code, text);
        sx_fire_connection_status(object, "Remote host disconnected.", code, text);
        if (was_proxied)
            sx_fire_connection_status(object, "Firewall host disconnected.", code, text);
        sx_fire_disconnected(object, code, text);
    } else if (was_started && code != 0) {
        sx_fire_connected(object, code, text);
    }
}
