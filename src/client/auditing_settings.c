/* client/auditing_settings.c: where records go is said once, before the first action. */
#include <stdio.h>
#include <string.h>

#include "client/auditing_inside.h"
#include "client/errors.h"
#include "client/special.h"

static int check_open(struct sexec *object, const char *name)
{
    if (object->auditing->is_decided)
        return sx_fail(object, SEXEC_BAD_STATE,
                       "setting %s can't be changed after the first action of an object", name);
    return 0;
}

static int set_path(struct sexec *object, const char *name, char *field, const char *value)
{
    int code = check_open(object, name);

    if (code != 0)
        return code;
    if (object->auditing->is_from_site)
        return sx_fail(object, SEXEC_POLICY, "setting %s: the site file says where audits go",
                       name);
    if (value[0] != '\0' && value[0] != '/')
        return sx_fail(object, SEXEC_SETTING, "setting %s: the path must be absolute", name);
    if (strlen(value) >= SX_AUDIT_PATH_MAX)
        return sx_fail(object, SEXEC_SETTING, "setting %s: the path is too long", name);
    (void)snprintf(field, SX_AUDIT_PATH_MAX, "%s", value);
    return 0;
}

int sx_set_audit_file(struct sexec *object, const char *value)
{
    return set_path(object, "AuditFile", object->auditing->file, value);
}

int sx_get_audit_file(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->auditing->file);
}

int sx_set_audit_key(struct sexec *object, const char *value)
{
    return set_path(object, "AuditKeyFile", object->auditing->key, value);
}

int sx_get_audit_key(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->auditing->key);
}

int sx_set_audit_sync(struct sexec *object, const char *value)
{
    int code = check_open(object, "AuditSync");

    if (code != 0)
        return code;
    for (int i = 0; i < SX_AUDIT_SYNC_COUNT; i++) {
        if (strcmp(value, sx_audit_sync_name((enum sx_audit_sync)i)) == 0) {
            object->auditing->sync = (enum sx_audit_sync)i;
            return 0;
        }
    }
    return sx_fail(object, SEXEC_SETTING,
                   "setting AuditSync: the value must be group, record or session");
}

int sx_get_audit_sync(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, sx_audit_sync_name(object->auditing->sync));
}

int sx_set_audit_syslog(struct sexec *object, const char *value)
{
    struct sx_syslog_target target = { 0 };
    struct sx_fault fault = { 0 };
    int code = check_open(object, "AuditSyslog");

    if (code != 0)
        return code;
    if (object->auditing->is_from_site && object->auditing->collector[0] != '\0')
        return sx_fail(object, SEXEC_POLICY,
                       "setting AuditSyslog: the site file says where audits go");
    if (value[0] != '\0' && sx_syslog_target_read(value, &fault, &target) != SX_OK)
        return sx_fail(object, SEXEC_SETTING, "setting AuditSyslog: %s", fault.text);
    sx_syslog_target_clear(&target);
    (void)snprintf(object->auditing->collector, sizeof object->auditing->collector, "%s", value);
    return 0;
}

int sx_get_audit_syslog(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->auditing->collector);
}

static int parse_bool(struct sexec *object, const char *name, const char *value, bool *out)
{
    int code = check_open(object, name);

    if (code == 0 && !sx_parse_bool(value, out))
        code = sx_fail(object, SEXEC_SETTING,
                       "setting %s: the value must be True, False, 1, 0, Yes or No", name);
    return code;
}

int sx_set_audit_required(struct sexec *object, const char *value)
{
    bool is_on;
    int code = parse_bool(object, "AuditRequired", value, &is_on);

    if (code == 0)
        object->auditing->is_required = is_on;
    return code;
}

int sx_get_audit_required(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->auditing->is_required ? "True" : "False");
}

int sx_set_audit_digests(struct sexec *object, const char *value)
{
    bool is_on;
    int code = parse_bool(object, "AuditDigests", value, &is_on);

    if (code == 0)
        object->auditing->digests = is_on;
    return code;
}

int sx_get_audit_digests(struct sexec *object, struct sx_buffer *out)
{
    int digests = object->auditing->digests;

    return sx_lend_text(object, out, digests < 0 ? "" : digests > 0 ? "True" : "False");
}

int sx_set_certificate(struct sexec *object, const char *value)
{
    if (strlen(value) >= SX_CERTIFICATE_MAX)
        return sx_fail(object, SEXEC_SETTING, "setting ProviderCertificate: the value is too long");
    (void)snprintf(object->auditing->certificate, SX_CERTIFICATE_MAX, "%s", value);
    return 0;
}

int sx_get_certificate(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->auditing->certificate);
}
