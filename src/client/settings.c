/* client/settings.c: sexec_config: one table of names, types, ranges and rules. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/action.h"
#include "client/auditing.h"
#include "client/code_page.h"
#include "client/errors.h"
#include "client/firewall.h"
#include "client/interface.h"
#include "client/io.h"
#include "client/kerberos.h"
#include "client/policy_settings.h"
#include "client/special.h"
#include "client/terminal.h"
#include "client/trust.h"
#include "client/values.h"

enum setting_kind { KIND_TEXT, KIND_BOOL, KIND_INT, KIND_LONG, KIND_SPECIAL };

/* Rules beside the type. */
enum {
    RULE_LOCKED = 1, /* not while a connection is in progress: the connection borrows it */
    RULE_READ_ONLY = 2,
};

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset; /* in struct sx_values */
    long long min;
    long long max;
    unsigned rules;
    /* KIND_SPECIAL, and checks of a KIND_TEXT or KIND_BOOL before it is kept; NULL for none */
    int (*set)(struct sexec *object, const char *value);
    /* KIND_SPECIAL, and what holds where the value alone doesn't say it; NULL for the value */
    int (*get)(struct sexec *object, struct sx_buffer *out);
};

#define AT(field) offsetof(struct sx_values, field)
#define TEXT(name, field, rules, check)                                                            \
    {                                                                                              \
        name, KIND_TEXT, AT(field), 0, 0, rules, check, NULL                                       \
    }
#define LIST(name, field, get)                                                                     \
    {                                                                                              \
        name, KIND_TEXT, AT(field), 0, 0, RULE_LOCKED, NULL, get                                   \
    }
#define LIMIT(name, kind, field, max, get)                                                         \
    {                                                                                              \
        name, kind, AT(field), 0, max, RULE_LOCKED, NULL, get                                      \
    }
#define INT(name, field, min, max, rules)                                                          \
    {                                                                                              \
        name, KIND_INT, AT(field), min, max, rules, NULL, NULL                                     \
    }
#define BOOL(name, field, rules, check)                                                            \
    {                                                                                              \
        name, KIND_BOOL, AT(field), 0, 1, rules, check, NULL                                       \
    }
#define SPECIAL(name, rules, set, get)                                                             \
    {                                                                                              \
        name, KIND_SPECIAL, 0, 0, 0, rules, set, get                                               \
    }

static const struct setting settings[] = {
    BOOL("AbsoluteTimeout", absolute_timeout, 0, NULL),
    SPECIAL("AuditDigests", 0, sx_set_audit_digests, sx_get_audit_digests),
    SPECIAL("AuditFile", 0, sx_set_audit_file, sx_get_audit_file),
    SPECIAL("AuditKeyFile", 0, sx_set_audit_key, sx_get_audit_key),
    SPECIAL("AuditRequired", 0, sx_set_audit_required, sx_get_audit_required),
    SPECIAL("AuditSync", 0, sx_set_audit_sync, sx_get_audit_sync),
    SPECIAL("AuditSyslog", 0, sx_set_audit_syslog, sx_get_audit_syslog),
    BOOL("AllowLooseKeyFileMode", allow_loose_key_file, RULE_LOCKED, NULL),
    SPECIAL("ChannelDataEOL", 0, sx_set_data_eol, sx_get_data_eol),
    SPECIAL("ChannelDataEOLFound", RULE_READ_ONLY, NULL, sx_get_eol_found),
    SPECIAL("CodePage", 0, sx_set_code_page, sx_get_code_page),
    BOOL("DisconnectOnChannelClose", disconnect_on_close, 0, NULL),
    SPECIAL("EncodedTerminalModes", RULE_LOCKED, sx_set_encoded_modes, sx_get_encoded_modes),
    SPECIAL("LicenseInfo", RULE_READ_ONLY, NULL, sx_get_license),
    INT("MaxChannelDataLength", max_channel_data, 0, SX_PIECE_MAX, 0),
    BOOL("ProcessIdleEvents", process_idle, 0, NULL),
    INT("RecordLength", record_length, 0, SX_PIECE_MAX, 0),
    INT("SSHKeepAliveCountMax", keepalive_count, 1, 1000, RULE_LOCKED),
    INT("SSHKeepAliveInterval", keepalive_interval, 0, INT_MAX / 1000, RULE_LOCKED),
    INT("TerminalHeight", terminal_height, 0, INT_MAX, RULE_LOCKED),
    SPECIAL("TerminalModes", RULE_LOCKED, sx_set_terminal_modes, sx_get_terminal_modes),
    TEXT("TerminalType", terminal_type, RULE_LOCKED, sx_check_terminal_type),
    BOOL("TerminalUsePixel", terminal_pixels, RULE_LOCKED, NULL),
    INT("TerminalWidth", terminal_width, 0, INT_MAX, RULE_LOCKED),
    SPECIAL("UseInternalSecurityAPI", 0, sx_set_internal_api, sx_get_internal_api),
    BOOL("UseTerminal", use_terminal, RULE_LOCKED, NULL),
    SPECIAL("BuildInfo", RULE_READ_ONLY, NULL, sx_get_build_info),
    TEXT("ClientSSHVersionString", client_version, RULE_LOCKED, sx_check_client_version),
    INT("ConnectionTimeout", connection_timeout, 0, INT_MAX / 1000, 0),
    TEXT("HostKeyAlias", host_key_alias, RULE_LOCKED, NULL),
    TEXT("KerberosCache", kerberos_cache, RULE_LOCKED, NULL),
    BOOL("KerberosCanonicalizeHost", kerberos_canonicalize, RULE_LOCKED, NULL),
    SPECIAL("KerberosClient", RULE_READ_ONLY, NULL, sx_get_kerberos_client),
    SPECIAL("KerberosDelegated", RULE_READ_ONLY, NULL, sx_get_kerberos_delegated),
    BOOL("KerberosDelegation", kerberos_delegation, RULE_LOCKED, NULL),
    TEXT("KerberosKeytab", kerberos_keytab, RULE_LOCKED, NULL),
    TEXT("KerberosRealm", kerberos_realm, RULE_LOCKED, NULL),
    TEXT("KerberosSPN", kerberos_spn, RULE_LOCKED, NULL),
    SPECIAL("KerberosServer", RULE_READ_ONLY, NULL, sx_get_kerberos_server),
    LIMIT("KeyRenegotiationThreshold", KIND_LONG, rekey_bytes, LLONG_MAX, sx_get_rekey_bytes),
    INT("EnablePageantAuth", agent_use, 0, SX_AGENT_ONLY, RULE_LOCKED),
    TEXT("KnownHostsFile", known_files, RULE_LOCKED, NULL),
    TEXT("KnownHostsGlobalFile", known_global_files, RULE_LOCKED, NULL),
    BOOL("KnownHostsHashNames", known_hashed, 0, NULL),
    TEXT("KnownHostsMode", known_mode, RULE_LOCKED, sx_check_known_mode),
    BOOL("FirewallAutoDetect", firewall_auto_detect, RULE_LOCKED, NULL),
    TEXT("FirewallData", firewall_data, RULE_LOCKED, NULL),
    TEXT("FirewallHost", firewall_host, RULE_LOCKED, NULL),
    SPECIAL("FirewallPassword", RULE_LOCKED, sx_set_firewall_password, sx_get_firewall_password),
    INT("FirewallPort", firewall_port, 0, 65535, RULE_LOCKED),
    SPECIAL("FirewallType", RULE_LOCKED, sx_set_firewall_type, sx_get_firewall_type),
    TEXT("FirewallUser", firewall_user, RULE_LOCKED, NULL),
    INT("InBufferSize", in_buffer, 0, INT_MAX / 2, RULE_LOCKED),
    SPECIAL("KeepAliveInterval", RULE_LOCKED, sx_set_keep_alive_interval,
            sx_get_keep_alive_interval),
    SPECIAL("KeepAliveTime", RULE_LOCKED, sx_set_keep_alive_time, sx_get_keep_alive_time),
    BOOL("Linger", linger, RULE_LOCKED, NULL),
    INT("LingerTime", linger_seconds, 0, 65535, RULE_LOCKED),
    { "LocalHost", KIND_TEXT, AT(local_host), 0, 0, RULE_LOCKED, NULL, sx_get_local_host },
    { "LocalPort", KIND_INT, AT(local_port), 0, 65535, RULE_LOCKED, NULL, sx_get_local_port },
    SPECIAL("LogLevel", 0, sx_set_log_level, sx_get_log_level),
    SPECIAL("MaskSensitive", 0, sx_set_mask_sensitive, sx_get_mask_sensitive),
    INT("MaxLineLength", max_line_length, 256, 1024 * 1024, RULE_LOCKED),
    INT("MaxPacketSize", max_packet, 1024, 256 * 1024 - 1024, RULE_LOCKED),
    INT("MaxTransferRate", max_transfer_rate, 0, INT_MAX, RULE_LOCKED),
    SPECIAL("MaxWindowSize", 0, sx_set_max_window, sx_get_max_window),
    INT("OutBufferSize", out_buffer, 0, INT_MAX / 2, RULE_LOCKED),
    TEXT("OutputMode", output_mode, RULE_LOCKED, sx_check_output_mode),
    TEXT("Policy", policy, RULE_LOCKED, sx_check_policy),
    TEXT("PasswordPrompt", password_prompt, 0, NULL),
    SPECIAL("PreferredDHGroupBits", RULE_LOCKED, sx_set_dh_bits, sx_get_dh_bits),
    TEXT("Provider", provider, RULE_LOCKED, sx_check_provider),
    TEXT("ProviderConfigFile", provider_config, RULE_LOCKED, sx_check_provider_config),
    TEXT("ProviderModuleDir", module_dir, RULE_LOCKED, sx_check_module_dir),
    TEXT("ProxyExceptionsList", proxy_exceptions, RULE_LOCKED, NULL),
    LIMIT("RekeySeconds", KIND_INT, rekey_seconds, INT_MAX / 1000, sx_get_rekey_seconds),
    TEXT("SSHAgentSocket", agent_socket, RULE_LOCKED, NULL),
    BOOL("SSHAcceptAnyServerHostKey", accept_any_host_key, RULE_LOCKED, sx_check_accept_any),
    TEXT("SSHAcceptServerCAKey", accept_ca_keys, 0, NULL),
    TEXT("SSHAcceptServerHostKeyFingerPrint", accept_fingerprints, 0, sx_check_fingerprints),
    TEXT("SSHFingerprintHashAlgorithm", fingerprint_hash, 0, sx_check_fingerprint_hash),
    SPECIAL("SSHFingerprintMD5", RULE_READ_ONLY, NULL, sx_get_fingerprint_md5),
    SPECIAL("SSHFingerprintSHA1", RULE_READ_ONLY, NULL, sx_get_fingerprint_sha1),
    SPECIAL("SSHFingerprintSHA256", RULE_READ_ONLY, NULL, sx_get_fingerprint_sha256),
    LIST("SSHKeyExchangeAlgorithms", lists[SX_ALG_KEX], sx_get_kex),
    SPECIAL("SSHKeyRenegotiate", RULE_READ_ONLY, NULL, sx_get_renegotiate),
    LIST("SSHMacAlgorithms", lists[SX_ALG_MAC], sx_get_macs),
    LIST("SSHPubKeyAuthSigAlgorithms", lists[SX_ALG_USER_KEY], sx_get_user_keys),
    LIST("SSHPublicKeyAlgorithms", lists[SX_ALG_HOST_KEY], sx_get_host_keys),
    TEXT("SSHVersionPattern", version_patterns, RULE_LOCKED, NULL),
    INT("SelectWaitMillis", select_wait, 0, 60000, 0),
    SPECIAL("ProviderCertificate", 0, sx_set_certificate, sx_get_certificate),
    SPECIAL("ServerSSHVersionString", RULE_READ_ONLY, NULL, sx_get_server_version),
    TEXT("SignedSSHCert", signed_cert, RULE_LOCKED, NULL),
    TEXT("StdInFile", stdin_file, 0, NULL),
    BOOL("TCPKeepAlive", tcp_keep_alive, RULE_LOCKED, NULL),
    BOOL("TcpNoDelay", tcp_no_delay, RULE_LOCKED, NULL),
    BOOL("TryAllAvailableAuthMethods", try_all_methods, RULE_LOCKED, NULL),
    SPECIAL("UseFIPSCompliantAPI", RULE_LOCKED, sx_set_use_fips, sx_get_use_fips),
    INT("UseIPv6", use_ipv6, 0, 2, RULE_LOCKED),
    BOOL("WaitForChannelClose", wait_channel_close, 0, NULL),
    BOOL("WaitForServerDisconnect", wait_server_disconnect, 0, NULL),
    LIMIT("UseStrictKeyExchange", KIND_INT, strict_kex, 3, sx_get_strict_kex),
    TEXT("X509RevocationListFile", x509_crl_file, RULE_LOCKED, NULL),
    TEXT("X509RevocationLists", x509_crls, RULE_LOCKED, NULL),
    TEXT("X509TrustAnchorFile", x509_anchor_file, RULE_LOCKED, NULL),
    TEXT("X509TrustAnchors", x509_anchors, RULE_LOCKED, NULL),
};

static const struct setting *find(struct sx_slice name)
{
    char text[64];

    if (name.len >= sizeof text)
        return NULL;
    if (name.len > 0)
        memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (sx_text_is_equal_nocase(settings[i].name, text))
            return &settings[i];
    return NULL;
}

bool sx_setting_info(size_t index, struct sx_setting_info *out)
{
    const struct setting *setting;

    if (index >= sizeof settings / sizeof settings[0])
        return false;
    setting = &settings[index];
    *out = (struct sx_setting_info){
        .name = setting->name,
        .is_read_only = (setting->rules & RULE_READ_ONLY) != 0,
        .is_locked = (setting->rules & RULE_LOCKED) != 0,
        .is_action = setting->get == sx_get_renegotiate,
    };
    return true;
}

static int refuse_value(struct sexec *object, const struct setting *setting, const char *expected)
{
    return sx_fail(object, SEXEC_SETTING, "setting %s: the value must be %s", setting->name,
                   expected);
}

static int set_bool(struct sexec *object, const struct setting *setting, const char *value)
{
    bool *field = (bool *)((char *)&object->values + setting->offset);
    bool parsed;

    if (!sx_parse_bool(value, &parsed))
        return refuse_value(object, setting, "True, False, 1, 0, Yes or No");
    if (setting->set != NULL) {
        int code = setting->set(object, parsed ? "True" : "False");

        if (code != 0)
            return code;
    }
    *field = parsed;
    return 0;
}

static int set_number(struct sexec *object, const struct setting *setting, const char *value)
{
    char *field = (char *)&object->values + setting->offset;
    long long parsed;
    char expected[96];

    snprintf(expected, sizeof expected, "a number from %lld to %lld", setting->min, setting->max);
    if (!sx_parse_number(value, &parsed) || parsed < setting->min || parsed > setting->max)
        return refuse_value(object, setting, expected);
    if (setting->kind == KIND_LONG)
        memcpy(field, &parsed, sizeof parsed);
    else
        *(int *)(void *)field = (int)parsed;
    return 0;
}

static int set_text(struct sexec *object, const struct setting *setting, const char *value)
{
    int code = setting->set == NULL ? 0 : setting->set(object, value);
    char **field = (char **)(void *)((char *)&object->values + setting->offset);

    if (code != 0)
        return code;
    return sx_fail_err(object, sx_text_set(field, value), &object->fault);
}

/* The reference has numbers of its own for these. */
static int locked_code(const struct setting *setting)
{
    static const struct {
        size_t offset;
        int code;
    } codes[] = {
        { AT(max_line_length), SEXEC_CANNOT_CHANGE_LINE_LENGTH },
        { AT(local_host), SEXEC_CANNOT_CHANGE_LOCAL_HOST_SETTING },
        { AT(local_port), SEXEC_CANNOT_CHANGE_LOCAL_PORT },
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (setting->kind != KIND_SPECIAL && codes[i].offset == setting->offset)
            return codes[i].code;
    return SEXEC_BAD_STATE;
}

static int refuse_locked(struct sexec *object, const struct setting *setting)
{
    if ((setting->rules & RULE_LOCKED) == 0 || !sx_is_in_progress(object))
        return 0;
    return sx_fail(object, locked_code(setting),
                   "setting %s can't be changed while a connection is in progress", setting->name);
}

static int set_value(struct sexec *object, const struct setting *setting, const char *value)
{
    if ((setting->rules & RULE_READ_ONLY) != 0)
        return sx_fail(object, SEXEC_SETTING, "setting %s can only be read", setting->name);
    if (refuse_locked(object, setting) != 0)
        return locked_code(setting);
    switch (setting->kind) {
    case KIND_BOOL: return set_bool(object, setting, value);
    case KIND_INT:
    case KIND_LONG: return set_number(object, setting, value);
    case KIND_TEXT: return set_text(object, setting, value);
    case KIND_SPECIAL: return setting->set(object, value);
    }
    return SEXEC_INTERNAL;
}

static int get_value(struct sexec *object, const struct setting *setting, struct sx_buffer *out)
{
    const char *field = (const char *)&object->values + setting->offset;
    char number[32];
    long long value = 0;

    if (setting->get != NULL)
        return setting->get(object, out);
    switch (setting->kind) {
    case KIND_SPECIAL: return SEXEC_INTERNAL; /* always has one */
    case KIND_BOOL: return sx_lend_text(object, out, *(const bool *)field ? "True" : "False");
    case KIND_TEXT: return sx_lend_text(object, out, *(char *const *)(const void *)field);
    case KIND_LONG: memcpy(&value, field, sizeof value); break;
    case KIND_INT: value = *(const int *)(const void *)field; break;
    }
    snprintf(number, sizeof number, "%lld", value);
    return sx_lend_text(object, out, number);
}

/* "ChannelDataEOL[0]": one channel is open at a time, so that every number means it. */
static struct sx_slice without_index(struct sx_slice name)
{
    const uint8_t *bracket = name.len == 0 ? NULL : memchr(name.ptr, '[', name.len);
    size_t len = bracket == NULL ? 0 : (size_t)(bracket - name.ptr);

    if (bracket == NULL || name.ptr[name.len - 1] != ']')
        return name;
    for (size_t i = len + 1; i + 1 < name.len; i++)
        if (name.ptr[i] < '0' || name.ptr[i] > '9')
            return name;
    /* only these are said of a channel */
    if ((len == 14 && strncasecmp((const char *)name.ptr, "ChannelDataEOL", len) == 0) ||
        (len == 19 && strncasecmp((const char *)name.ptr, "ChannelDataEOLFound", len) == 0) ||
        (len == 20 && strncasecmp((const char *)name.ptr, "MaxChannelDataLength", len) == 0))
        return sx_slice_of(name.ptr, len);
    return name;
}

/* What can hold zero bytes. */
static int (*bytes_setter(const struct setting *setting))(struct sexec *, struct sx_slice)
{
    if (setting->set == sx_set_encoded_modes)
        return sx_set_encoded_mode_bytes;
    return setting->set == sx_set_data_eol ? sx_set_data_eol_bytes : NULL;
}

/* "NAME=VALUE" as config takes it. */
static int set_text_bytes(struct sexec *object, const struct setting *setting,
                          struct sx_slice value)
{
    const size_t name_len = strlen(setting->name);
    const size_t size = name_len + 1 + value.len + 1;
    char *text = sx_alloc(size);
    int code;

    if (text == NULL)
        return sx_fail_err(object, SX_ERR_MEMORY, &object->fault);
    memcpy(text, setting->name, name_len);
    text[name_len] = '=';
    if (value.len > 0)
        memcpy(text + name_len + 1, value.ptr, value.len);
    code = sx_auditing_config(object, "config_bytes", text,
                              set_value(object, setting, text + name_len + 1));
    sx_free_wiped(text, size);
    return code;
}

static int set_bytes(struct sexec *object, const struct setting *setting, struct sx_slice value)
{
    int code;

    if (setting == NULL)
        return sx_fail(object, SEXEC_SETTING, "there is no setting of that name");
    if (bytes_setter(setting) == NULL)
        return sx_fail(object, SEXEC_SETTING,
                       "only EncodedTerminalModes and ChannelDataEOL can hold zero bytes");
    code = refuse_locked(object, setting);
    return code != 0 ? code : bytes_setter(setting)(object, value);
}

int sexec_config_bytes(struct sexec *object, const char *name, const void *value, size_t length)
{
    const struct setting *setting = find(without_index(sx_slice_text(name)));
    char shown[80];
    char argument[128];

    if (setting != NULL && bytes_setter(setting) == NULL &&
        (length == 0 || memchr(value, '\0', length) == NULL))
        return set_text_bytes(object, setting, sx_slice_of(value, length));
    (void)snprintf(argument, sizeof argument, "%s (%zu bytes)",
                   sx_escape(shown, sizeof shown, sx_slice_of(name, strcspn(name, "="))), length);
    return sx_auditing_call(object, "config_bytes", argument,
                            set_bytes(object, setting, sx_slice_of(value, length)));
}

static int config(struct sexec *object, const char *configuration_string, const char **out_value)
{
    const char *equals = strchr(configuration_string, '=');
    struct sx_slice name =
        sx_slice_of(configuration_string, equals == NULL ? strlen(configuration_string)
                                                         : (size_t)(equals - configuration_string));
    const struct setting *setting = find(without_index(name));
    char shown[80];
    int code;

    if (setting == NULL) { /* of a name that nobody knows, the value may be anything */
        code = sx_fail(object, SEXEC_SETTING, "there is no setting \"%s\"",
                       sx_escape(shown, sizeof shown, name));
        return sx_auditing_call(object, "config", shown, code);
    }
    if (equals != NULL) {
        code = sx_auditing_config(object, "config", configuration_string,
                                  set_value(object, setting, equals + 1));
        if (code != 0 || out_value == NULL)
            return code;
        /* Reading back would start what some settings start when they are read. */
        *out_value = "";
        return 0;
    }
    sx_auditing_count(object, SX_COUNTED_GETTER);
    sx_buffer_clear(&object->lent);
    code = get_value(object, setting, &object->lent);
    if (code == 0 && out_value != NULL)
        *out_value = (const char *)sx_buffer_unread(&object->lent).ptr;
    return code;
}

int sexec_config(struct sexec *object, const char *configuration_string, const char **out_value)
{
    sx_method_begin(object);
    return sx_method_end(object, config(object, configuration_string, out_value));
}
