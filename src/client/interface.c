/* client/interface.c: every property, method, event, setting and error code by name, for people who
 * look for one: sexec -Q interface. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/interface.h"
#include "client/special.h"

/* What differs from the reference, by row. */
static const struct {
    const char *name;
    const char *how;
} differences[] = {
    { "ssh_host", "keeps the name that was set" },
    { "firewall_host", "keeps the name that was set" },
    { "FirewallHost", "keeps the name that was set" },
    { "local_host", "an address, \"\" until connected instead of the machine's name" },
    { "LocalHost", "an address, \"\" until connected instead of the machine's name" },
    { "ssh_encryption_algorithms", "default: the policy's list; reads back what it comes to" },
    { "ssh_compression_algorithms", "default: the policy's list; reads back what it comes to" },
    { "command", "setting it executes; the outcome is the setter's" },
    { "ssh_accept_server_host_key_encoded", "takes public key lines as well" },
    { "TcpNoDelay", "default True, as requests would wait for acknowledgements" },
    { "UseFIPSCompliantAPI", "for one object; the same as Policy=fips and Provider=fips" },
    { "UseInternalSecurityAPI", "True is an error" },
    { "LicenseInfo", "there is no licence" },
    { "ClientSSHVersionString", "default names this library" },
    { "error_message", "the text that comes with a signal, as SSH has none for a status" },
    { "ssh_logoff", "1050 while logging on; while a command runs it ends the execution" },
    { "EncodedTerminalModes", "hex in sexec_config, bytes in sexec_config_bytes" },
    { "EnablePageantAuth", "the agent of OpenSSH instead of Pageant's shared memory" },
    { "SSHKeyExchangeAlgorithms", "default: the policy's list" },
    { "SSHMacAlgorithms", "default: the policy's list" },
    { "SSHPublicKeyAlgorithms", "default: the policy's list" },
    { "SSHPubKeyAuthSigAlgorithms", "default: the policy's list" },
    { "UseStrictKeyExchange", "default: the policy's level" },
    { "KeyRenegotiationThreshold", "default: the policy's" },
    { "PreferredDHGroupBits", "default: the policy's" },
};

static const struct {
    const char *kind;
    const char *name;
    const char *access;
    const char *value; /* the default */
} rows[] = {
    { "property", "command", "read/write", "" },
    { "property", "connected", "read/write", "False" },
    { "property", "error_message", "read", "" },
    { "property", "exit_status", "read", "0" },
    { "property", "firewall_auto_detect", "read/write", "False" },
    { "property", "firewall_type", "read/write", "0" },
    { "property", "firewall_host", "read/write", "" },
    { "property", "firewall_password", "read/write", "" },
    { "property", "firewall_port", "read/write", "0" },
    { "property", "firewall_user", "read/write", "" },
    { "property", "local_host", "read/write", "" },
    { "property", "local_port", "read/write", "0" },
    { "property", "ssh_accept_server_host_key_encoded", "read/write", "" },
    { "property", "ssh_auth_mode", "read/write", "2" },
    { "property", "ssh_cert_encoded", "read/write", "" },
    { "property", "ssh_cert_store", "read/write", "MY" },
    { "property", "ssh_cert_store_password", "read/write", "" },
    { "property", "ssh_cert_store_type", "read/write", "0" },
    { "property", "ssh_cert_subject", "read/write", "" },
    { "property", "ssh_compression_algorithms", "read/write", "" },
    { "property", "ssh_encryption_algorithms", "read/write", "" },
    { "property", "ssh_host", "read/write", "" },
    { "property", "ssh_password", "read/write", "" },
    { "property", "ssh_port", "read/write", "22" },
    { "property", "ssh_user", "read/write", "" },
    { "property", "stdin", "write", "" },
    { "property", "timeout", "read/write", "60" },
    { "method", "config", "", "" },
    { "method", "decode_packet", "", "" },
    { "method", "do_events", "", "" },
    { "method", "encode_packet", "", "" },
    { "method", "execute", "", "" },
    { "method", "get_ssh_param", "", "" },
    { "method", "get_ssh_param_bytes", "", "" },
    { "method", "interrupt", "", "" },
    { "method", "reset", "", "" },
    { "method", "send", "", "" },
    { "method", "send_stdin_bytes", "", "" },
    { "method", "send_stdin_text", "", "" },
    { "method", "set_ssh_param", "", "" },
    { "method", "ssh_logoff", "", "" },
    { "method", "ssh_logon", "", "" },
    { "event", "on_connected", "", "" },
    { "event", "on_connection_status", "", "" },
    { "event", "on_disconnected", "", "" },
    { "event", "on_error", "", "" },
    { "event", "on_log", "", "" },
    { "event", "on_ssh_custom_auth", "", "" },
    { "event", "on_ssh_keyboard_interactive", "", "" },
    { "event", "on_ssh_server_authentication", "", "" },
    { "event", "on_ssh_status", "", "" },
    { "event", "on_stderr", "", "" },
    { "event", "on_stdout", "", "" },
};

/* The functions of the public headers, by the build. */
static const char *const functions[] = {
#include <sexec_functions.h>
};

static bool has_function(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (strcmp(functions[i], name) == 0)
            return true;
    return false;
}

static enum sx_err add(struct sx_buffer *out, const char *text)
{
    return sx_buffer_append(out, sx_slice_text(text));
}

static enum sx_err add_row(struct sx_buffer *out, const char *const fields[6])
{
    for (int i = 0; i < 6; i++) {
        SX_TRY(add(out, fields[i]));
        SX_TRY(add(out, i == 5 ? "\n" : "\t"));
    }
    return SX_OK;
}

/* "differs: how", or nothing. */
static const char *difference(const char *name, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++)
        if (strcmp(differences[i].name, name) == 0)
            (void)snprintf(out, cap, "differs: %s", differences[i].how);
    return out;
}

/* Rows that this version doesn't have yet are left out. */
static enum sx_err add_named(struct sx_buffer *out)
{
    char differs[160];
    char c_name[96];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool is_property = strcmp(rows[i].kind, "property") == 0;
        bool is_written_only = strcmp(rows[i].access, "write") == 0;
        const char *const fields[6] = {
            rows[i].kind,   rows[i].name,  c_name,
            rows[i].access, rows[i].value, difference(rows[i].name, differs, sizeof differs)
        };

        (void)snprintf(c_name, sizeof c_name, "sexec_%s%s",
                       !is_property      ? ""
                       : is_written_only ? "set_"
                                         : "get_",
                       rows[i].name);
        if (has_function(c_name))
            SX_TRY(add_row(out, fields));
    }
    return SX_OK;
}

/* A fresh object's values are the defaults; texts come in one line. */
static enum sx_err add_settings(struct sexec *fresh, struct sx_buffer *out)
{
    char differs[160];
    char value[1024];
    struct sx_setting_info info;

    for (size_t i = 0; sx_setting_info(i, &info); i++) {
        const char *text = "";
        const char *const fields[6] = {
            "setting",      info.name,
            "sexec_config", info.is_read_only ? "read" : "read/write",
            value,          difference(info.name, differs, sizeof differs)
        };

        if (info.is_action || sexec_config(fresh, info.name, &text) != 0)
            text = "";
        sx_escape(value, sizeof value, sx_slice_text(text));
        SX_TRY(add_row(out, fields));
    }
    return SX_OK;
}

int sexec_describe_interface(struct sexec *object, const char **out)
{
    struct sexec *fresh = sexec_new();
    enum sx_err err = fresh == NULL ? SX_ERR_MEMORY : SX_OK;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    sx_buffer_clear(&object->lent);
    if (err == SX_OK)
        err = add(&object->lent, "kind\tname\tC name\taccess\tdefault\tmark\n");
    if (err == SX_OK)
        err = add_named(&object->lent);
    if (err == SX_OK)
        err = add_settings(fresh, &object->lent);
    if (err == SX_OK)
        err = sx_buffer_append(&object->lent, sx_slice_of("", 1));
    sexec_free(fresh);
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    return 0;
}
