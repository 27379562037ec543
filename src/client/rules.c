/* client/rules.c: the machine's rules in an object's life. A machine that says nothing costs an
 * object nothing. */
#include "client/auditing.h"
#include "client/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "client/errors.h"
#include "client/values.h"

/* What the machine said, and what the object's policy became by it. */
struct sx_rules {
    struct sx_fault broken; /* why nothing connects; err is SX_OK when all is well */
    struct sx_machine machine;
    struct sx_machine_room room;
    const struct sx_policy *of;       /* whose narrowed form is in room; NULL for none */
    const struct sx_policy *narrowed; /* that form */
};

static bool says_something(const struct sx_rules *rules)
{
    return rules->broken.err != SX_OK || rules->machine.has_site || rules->machine.is_kernel_fips;
}

/* The site's choice is the object's default, which it can read and, without a lock, change. */
static enum sx_err set_defaults(const struct sx_machine *machine, struct sx_values *values)
{
    SX_TRY(sx_text_set(&values->policy, sx_machine_policy(machine)->name));
    SX_TRY(sx_text_set(&values->provider, machine->site.provider));
    SX_TRY(sx_text_set(&values->module_dir, machine->site.module_dir));
    return sx_text_set(&values->provider_config, machine->site.provider_config);
}

enum sx_err sx_rules_start(struct sexec *object)
{
    struct sx_rules *rules;
    enum sx_err err;

    if (sx_machine_is_silent(sx_machine_paths()))
        return SX_OK;
    rules = sx_alloc(sizeof *rules);
    if (rules == NULL)
        return SX_ERR_MEMORY;
    err = sx_machine_load(sx_machine_paths(), &rules->broken, &rules->machine);
    if (err == SX_OK && says_something(rules))
        err = set_defaults(&rules->machine, &object->values);
    if (err == SX_ERR_MEMORY || !says_something(rules)) {
        sx_free(rules);
        return err;
    }
    object->rules = rules;
    return SX_OK;
}

void sx_rules_end(struct sexec *object)
{
    sx_free(object->rules);
    object->rules = NULL;
}

static enum sx_err check_whole(const struct sexec *object, struct sx_fault *fault)
{
    if (object->rules == NULL || object->rules->broken.err == SX_OK)
        return SX_OK;
    return sx_fault_set_sys(fault, object->rules->broken.err, object->rules->broken.sys, "%s",
                            object->rules->broken.text);
}

/* Checks that belong to the connection, too: what was chosen may have been chosen before. */
static enum sx_err check_allowed(const struct sexec *object, const struct sx_policy *policy,
                                 struct sx_fault *fault)
{
    SX_TRY(check_whole(object, fault));
    return object->rules == NULL ? SX_OK : sx_machine_check(&object->rules->machine, policy, fault);
}

static const struct sx_policy *table_of(const struct sexec *object)
{
    const struct sx_policy *policy = sx_policy_find(object->values.policy);

    return policy != NULL ? policy : &sx_policy_default; /* the setting takes known names alone */
}

enum sx_err sx_rules_other(const struct sexec *object, const struct sx_policy *policy,
                           struct sx_fault *fault, struct sx_machine_room *room,
                           const struct sx_policy **out)
{
    SX_TRY(check_whole(object, fault));
    if (object->rules == NULL) {
        *out = policy;
        return SX_OK;
    }
    return sx_machine_narrow(&object->rules->machine, policy, fault, room, out);
}

enum sx_err sx_rules_policy(struct sexec *object, struct sx_fault *fault,
                            const struct sx_policy **out)
{
    const struct sx_policy *table = table_of(object);
    struct sx_rules *rules = object->rules;

    if (rules == NULL) {
        *out = table;
        return SX_OK;
    }
    SX_TRY(check_allowed(object, table, fault));
    if (rules->of != table) {
        rules->of = NULL;
        SX_TRY(sx_rules_other(object, table, fault, &rules->room, &rules->narrowed));
        rules->of = table;
    }
    *out = rules->narrowed;
    return SX_OK;
}

const struct sx_policy *sx_rules_policy_shown(struct sexec *object)
{
    const struct sx_policy *policy;

    return sx_rules_policy(object, NULL, &policy) == SX_OK ? policy : table_of(object);
}

const char *sx_rules_default_name(const struct sexec *object)
{
    return object->rules == NULL || object->rules->broken.err != SX_OK
               ? sx_policy_default.name
               : sx_machine_policy(&object->rules->machine)->name;
}

bool sx_rules_is_locked(const struct sexec *object)
{
    return object->rules != NULL && object->rules->machine.has_site &&
           object->rules->machine.site.is_locked;
}

const char *sx_rules_by(const struct sexec *object)
{
    return object->rules == NULL ? "" : object->rules->machine.site_by;
}

int sx_rules_check(struct sexec *object, const struct sx_policy *policy)
{
    struct sx_fault fault = { 0 };
    enum sx_err err;

    if (object->rules == NULL || object->rules->broken.err != SX_OK)
        return 0; /* nothing connects anyway, and says why */
    err = sx_machine_check(&object->rules->machine, policy, &fault);
    return sx_fail_err(object, err, &fault);
}

void sx_rules_audit(const struct sexec *object, const char **out_file, const char **out_key,
                    const char **out_collector)
{
    bool has = object->rules != NULL && object->rules->machine.has_site;

    *out_file = has ? object->rules->machine.site.audit : "";
    *out_collector = has ? object->rules->machine.site.audit_syslog : "";
    *out_key = has ? object->rules->machine.site.audit_key : "";
}

struct sx_mask_rules sx_rules_mask(const struct sexec *object)
{
    const struct sx_site *site = object->rules == NULL ? NULL : &object->rules->machine.site;

    return site == NULL ? (struct sx_mask_rules){ NULL, NULL }
                        : (struct sx_mask_rules){ site->mask_names, site->mask_arguments };
}

int sexec_describe_machine(struct sexec *object, const char **out)
{
    const struct sx_machine nothing = { 0 };
    const struct sx_machine *machine = object->rules == NULL ? &nothing : &object->rules->machine;
    struct sx_fault fault = { 0 };
    char text[2048];
    enum sx_err err = check_whole(object, &fault);

    sx_auditing_count(object, SX_COUNTED_GETTER);
    if (err != SX_OK)
        return sx_fail_err(object, err, &fault);
    (void)snprintf(
        text, sizeof text,
        "site file: %s\nlocked: %s\npolicy: %s\ncrypto-policies: %s\nkernel in FIPS mode: %s\n",
        machine->has_site ? sx_machine_paths()->site : "none",
        machine->site.is_locked ? "yes" : "no", sx_rules_default_name(object),
        machine->has_system ? sx_machine_paths()->system_lists : "not followed",
        machine->is_kernel_fips ? "yes" : "no");
    sx_buffer_clear(&object->lent);
    err = sx_buffer_append(&object->lent, sx_slice_of(text, strlen(text) + 1));
    if (err != SX_OK)
        return sx_fail_err(object, err, &fault);
    *out = (const char *)sx_buffer_unread(&object->lent).ptr;
    return 0;
}
