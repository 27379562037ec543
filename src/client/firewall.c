/* client/firewall.c: the reference's firewall: properties, settings, and what they come to. */
#include "client/firewall.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/special.h"
#include "client/values.h"
#include "net/proxy_choice.h"

static int refuse_in_use(struct sexec *object, const char *name)
{
    if (!sx_is_in_progress(object))
        return 0;
    return sx_fail(object, SEXEC_BAD_STATE, "%s can't be changed while a connection is in progress",
                   name);
}

static int set_text(struct sexec *object, const char *name, char **text, const char *value)
{
    int code = refuse_in_use(object, name);

    return code != 0 ? code : sx_fail_err(object, sx_text_set(text, value), &object->fault);
}

/* ---- properties --------------------------------------------------------------------------- */

bool sexec_get_firewall_auto_detect(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.firewall_auto_detect;
}

static int set_firewall_auto_detect(struct sexec *object, bool is_on)
{
    int code = refuse_in_use(object, "firewall_auto_detect");

    if (code == 0)
        object->values.firewall_auto_detect = is_on;
    return code;
}

int sexec_set_firewall_auto_detect(struct sexec *object, bool is_on)
{
    return sx_auditing_call(object, "set_firewall_auto_detect", is_on ? "True" : "False",
                            set_firewall_auto_detect(object, is_on));
}

int sexec_get_firewall_type(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.firewall_type;
}

static int default_port(int type)
{
    return type == SX_PROXY_NONE     ? 0
           : type == SX_PROXY_TUNNEL ? SX_PROXY_PORT_HTTP
                                     : SX_PROXY_PORT_SOCKS;
}

static int set_firewall_type(struct sexec *object, int type)
{
    int code = refuse_in_use(object, "firewall_type");

    if (code != 0)
        return code;
    switch (type) {
    case SX_PROXY_NONE:
    case SX_PROXY_TUNNEL:
    case SX_PROXY_SOCKS4:
    case SX_PROXY_SOCKS5:
    case SX_PROXY_SOCKS4A: break;
    default:
        return sx_fail(object, SEXEC_INVALID_ARGUMENT,
                       "firewall_type must be 0 (none), 1 (tunnel), 2 (SOCKS4), 3 (SOCKS5) or 10 "
                       "(SOCKS4A), not %d",
                       type);
    }
    object->values.firewall_type = type;
    object->values.firewall_port = default_port(type);
    return 0;
}

int sexec_set_firewall_type(struct sexec *object, int type)
{
    return sx_auditing_number(object, "set_firewall_type", type, set_firewall_type(object, type));
}

const char *sexec_get_firewall_host(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.firewall_host;
}

static int set_firewall_host(struct sexec *object, const char *host)
{
    return set_text(object, "firewall_host", &object->values.firewall_host, host);
}

int sexec_set_firewall_host(struct sexec *object, const char *host)
{
    return sx_auditing_call(object, "set_firewall_host", host, set_firewall_host(object, host));
}

int sexec_get_firewall_port(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.firewall_port;
}

static int set_firewall_port(struct sexec *object, int port)
{
    int code = refuse_in_use(object, "firewall_port");

    if (code != 0)
        return code;
    if (port < 0 || port > 65535)
        return sx_fail(object, SEXEC_INVALID_ARGUMENT, "firewall_port must be 0 to 65535, not %d",
                       port);
    object->values.firewall_port = port;
    return 0;
}

int sexec_set_firewall_port(struct sexec *object, int port)
{
    return sx_auditing_number(object, "set_firewall_port", port, set_firewall_port(object, port));
}

const char *sexec_get_firewall_user(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->values.firewall_user;
}

static int set_firewall_user(struct sexec *object, const char *user)
{
    return set_text(object, "firewall_user", &object->values.firewall_user, user);
}

int sexec_set_firewall_user(struct sexec *object, const char *user)
{
    return sx_auditing_call(object, "set_firewall_user", user, set_firewall_user(object, user));
}

const char *sexec_get_firewall_password(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return sx_secret_text(&object->values.firewall_password);
}

static int set_firewall_password(struct sexec *object, const char *password)
{
    int code = refuse_in_use(object, "firewall_password");

    if (code != 0)
        return code;
    return sx_fail_err(object, sx_secret_text_set(&object->values.firewall_password, password),
                       &object->fault);
}

int sexec_set_firewall_password(struct sexec *object, const char *password)
{
    return sx_auditing_call(object, "set_firewall_password", "****",
                            set_firewall_password(object, password));
}

/* ---- settings ----------------------------------------------------------------------------- */

static int lend_number(struct sexec *object, struct sx_buffer *out, int number)
{
    char text[16];

    snprintf(text, sizeof text, "%d", number);
    return sx_lend_text(object, out, text);
}

int sx_set_firewall_type(struct sexec *object, const char *value)
{
    long long type;

    if (!sx_parse_number(value, &type) || type > SX_PROXY_SOCKS4A ||
        sexec_set_firewall_type(object, (int)type) != 0)
        return sx_fail(object, SEXEC_SETTING,
                       "setting FirewallType: the value must be 0, 1, 2, 3 or 10");
    return 0;
}

int sx_get_firewall_type(struct sexec *object, struct sx_buffer *out)
{
    return lend_number(object, out, object->values.firewall_type);
}

int sx_set_firewall_password(struct sexec *object, const char *value)
{
    return sexec_set_firewall_password(object, value);
}

int sx_get_firewall_password(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, sexec_get_firewall_password(object));
}

/* Either of the two times asks for probes at all. */
static int set_keep_alive(struct sexec *object, const char *name, const char *value, int *field)
{
    long long number;

    if (!sx_parse_number(value, &number) || number > INT_MAX)
        return sx_fail(object, SEXEC_SETTING, "setting %s: the value must be a number from 0 to %d",
                       name, INT_MAX);
    *field = (int)number;
    object->values.tcp_keep_alive = true;
    return 0;
}

int sx_set_keep_alive_time(struct sexec *object, const char *value)
{
    return set_keep_alive(object, "KeepAliveTime", value, &object->values.keep_alive_ms);
}

int sx_get_keep_alive_time(struct sexec *object, struct sx_buffer *out)
{
    return lend_number(object, out, object->values.keep_alive_ms);
}

int sx_set_keep_alive_interval(struct sexec *object, const char *value)
{
    return set_keep_alive(object, "KeepAliveInterval", value,
                          &object->values.keep_alive_interval_ms);
}

int sx_get_keep_alive_interval(struct sexec *object, struct sx_buffer *out)
{
    return lend_number(object, out, object->values.keep_alive_interval_ms);
}

/* ---- the choice --------------------------------------------------------------------------- */

static enum sx_err copy(char out[SX_PROXY_TEXT_MAX], const char *name, const char *value,
                        struct sx_fault *fault)
{
    size_t len = strlen(value);

    if (len >= SX_PROXY_TEXT_MAX)
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "%s is longer than %d bytes", name,
                            SX_PROXY_TEXT_MAX - 1);
    memcpy(out, value, len + 1);
    return SX_OK;
}

static enum sx_err from_properties(const struct sexec *object, struct sx_fault *fault,
                                   struct sx_proxy_config *out)
{
    const struct sx_values *values = &object->values;

    out->type = (enum sx_proxy_type)values->firewall_type;
    out->port =
        values->firewall_port != 0 ? values->firewall_port : default_port(values->firewall_type);
    SX_TRY(copy(out->host, "firewall_host", values->firewall_host, fault));
    SX_TRY(copy(out->user, "firewall_user", values->firewall_user, fault));
    return copy(out->password, "firewall_password", sx_secret_text(&values->firewall_password),
                fault);
}

enum sx_err sx_firewall_choose(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    bool is_set = values->firewall_host[0] != '\0';
    enum sx_err err = SX_OK;

    sx_wipe(&object->proxy, sizeof object->proxy);
    if (!is_set && values->firewall_type != SX_PROXY_NONE && !values->firewall_auto_detect)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "firewall_type is %d, but firewall_host is not set",
                            values->firewall_type);
    if (sx_proxy_is_excepted(values->proxy_exceptions, values->ssh_host, false))
        return SX_OK;
    if (is_set && values->firewall_type != SX_PROXY_NONE)
        err = from_properties(object, fault, &object->proxy);
    else if (!is_set && values->firewall_auto_detect)
        err = sx_proxy_from_environment(values->ssh_host, fault, &object->proxy);
    if (err != SX_OK)
        sx_wipe(&object->proxy, sizeof object->proxy);
    object->proxy.data = values->firewall_data;
    return err;
}
