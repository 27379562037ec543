/* client/evidence.c: what serves and what is allowed, as text. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "client/auditing.h"
#include "client/errors.h"
#include "client/policy_settings.h"
#include "client/rules.h"
#include "client/session.h"
#include "client/special.h"
#include "policy/dump.h"

static enum sx_err add(struct sx_buffer *out, const char *fmt, ...) SX_PRINTF(2, 3);

static enum sx_err add(struct sx_buffer *out, const char *fmt, ...)
{
    char line[SX_TEXT_MAX + 64];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    return sx_buffer_append(out, sx_slice_text(line));
}

static const char *yes_no(bool value)
{
    return value ? "yes" : "no";
}

static enum sx_err describe(const struct sx_provider_info *info, struct sx_buffer *out)
{
    SX_TRY(add(out, "provider: %s\nfull name: %s\nversion: %s\nbuild: %s\nrunning: %s\n",
               info->name, info->full_name, info->version, info->build_info,
               yes_no(info->is_running)));
    SX_TRY(add(out, "libcrypto: %s\nproperties: %s\n", info->libcrypto_version, info->properties));
    SX_TRY(
        add(out, "module: %s\n", info->module_path[0] == '\0' ? "(built in)" : info->module_path));
    SX_TRY(add(out, "module SHA-256: %s\nmodule config: %s\n",
               info->module_sha256[0] == '\0' ? "-" : info->module_sha256,
               info->config_path[0] == '\0' ? "-" : info->config_path));
    SX_TRY(add(out, "fips: %s\nindicator: %s\ninstall-status in config: %s\n",
               yes_no(info->is_fips), yes_no(info->has_indicator),
               yes_no(info->has_install_status)));
    if (info->legacy_version[0] != '\0')
        SX_TRY(add(out, "legacy provider beside it: %s\nlegacy module: %s\nlegacy SHA-256: %s\n",
                   info->legacy_version, info->legacy_path, info->legacy_sha256));
    for (size_t i = 0; i < info->option_count; i++)
        SX_TRY(add(out, "check %s: %s\n", info->options[i].name,
                   info->options[i].is_on ? "on" : "off"));
    for (size_t i = 0; i < info->test_count; i++)
        SX_TRY(add(out, "self-test %s / %s: %s\n", info->tests[i].type, info->tests[i].desc,
                   info->tests[i].is_passed ? "pass" : "FAIL"));
    return SX_OK;
}

/* Ends the lent text with its NUL and hands it out. */
static int lend(struct sexec *object, enum sx_err err, const char **out)
{
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    err = sx_buffer_append(&object->lent, sx_slice_of("", 1));
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    return 0;
}

int sexec_describe_provider(struct sexec *object, const char **out)
{
    struct sx_provider *provider;
    enum sx_err err = sx_session_provider(object, &object->fault, &provider);

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (err != SX_OK)
        return sx_fail_err(object, err, &object->fault);
    sx_buffer_clear(&object->lent);
    err = describe(sx_provider_get_info(provider), &object->lent);
    sx_provider_close(provider);
    return lend(object, err, out);
}

int sexec_describe_policy(struct sexec *object, const char *name, const char **out)
{
    const struct sx_policy *policy = name == NULL ? NULL : sx_policy_find(name);
    struct sx_machine_room *room;
    enum sx_err err = SX_OK;

    sx_auditing_count(object, SX_COUNTED_GETTER);
    sx_buffer_clear(&object->lent);
    if (name == NULL) {
        for (int i = 0; err == SX_OK && sx_policies[i] != NULL; i++)
            err = add(&object->lent, "%s\n", sx_policies[i]->name);
        return lend(object, err, out);
    }
    if (policy == NULL)
        return sx_fail(object, SEXEC_POLICY, "there is no policy of that name");
    room = sx_alloc(sizeof *room);
    if (room == NULL)
        return sx_fail_err(object, SX_ERR_MEMORY, &object->fault);
    err = sx_rules_other(object, policy, &object->fault, room, &policy);
    if (err == SX_OK)
        err = sx_policy_dump(policy, &object->lent);
    sx_free(room);
    return lend(object, err, out);
}

const char *sexec_get_negotiated(struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->negotiated;
}

const char *sexec_get_policy(struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->served_policy[0] != '\0' ? object->served_policy
                                            : sx_rules_policy_shown(object)->name;
}

const char *sexec_get_provider(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->served_provider;
}

const char *sexec_get_module(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return object->served_module;
}

static const char *lend_list(const struct sexec *object, enum sx_alg_kind kind)
{
    struct sexec *self = (struct sexec *)object; /* lends a text; the object is not changed */

    sx_buffer_clear(&self->lent);
    if (sx_lend_list(self, kind, &self->lent) != 0)
        return "";
    return (const char *)sx_buffer_unread(&self->lent).ptr;
}

const char *sexec_get_ssh_encryption_algorithms(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return lend_list(object, SX_ALG_CIPHER);
}

const char *sexec_get_ssh_compression_algorithms(const struct sexec *object)
{
    sx_auditing_count(object, SX_COUNTED_GETTER);
    return lend_list(object, SX_ALG_COMPRESSION);
}
