/* policy/machine.c: what the machine's files come to. */
#include "policy/machine.h"
#include "policy/machine_file.h"
#include "policy/offer_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static bool follows_system(const struct sx_machine *machine)
{
    return machine->has_site && strcmp(machine->site.policy, "system") == 0;
}

/* What the site asks for, before the floor; NULL when there is no such policy. */
static const struct sx_policy *asked_policy(const struct sx_machine *machine)
{
    if (!machine->has_site || machine->site.policy[0] == '\0' || follows_system(machine))
        return &sx_policy_default;
    return sx_policy_find(machine->site.policy);
}

const struct sx_policy *sx_machine_policy(const struct sx_machine *machine)
{
    const struct sx_policy *asked = asked_policy(machine);

    if (machine->is_kernel_fips && (asked == NULL || !asked->is_approved_only))
        return &sx_policy_fips;
    return asked;
}

enum sx_err sx_machine_check(const struct sx_machine *machine, const struct sx_policy *policy,
                             struct sx_fault *fault)
{
    const struct sx_policy *own = sx_machine_policy(machine);

    if (machine->has_site && machine->site.is_locked && policy != own)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "the %s locks policy %s; policy %s can't be chosen", machine->site_by,
                            own->name, policy->name);
    if (machine->is_kernel_fips && !policy->is_approved_only)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "the kernel is in FIPS mode, so policy %s can't be chosen: fips is the "
                            "floor",
                            policy->name);
    return SX_OK;
}

enum sx_err sx_machine_narrow(const struct sx_machine *machine, const struct sx_policy *policy,
                              struct sx_fault *fault, struct sx_machine_room *room,
                              const struct sx_policy **out)
{
    const struct sx_policy *own = sx_machine_policy(machine);
    struct sx_narrowing narrowing;

    /* crypto-policies speak where nothing else was chosen; the lists are OpenSSH's, and longer or
     * shorter than ours. */
    if (machine->has_system && policy == own) {
        narrowing = sx_site_narrowing(&machine->system, machine->system_by, true);
        SX_TRY(sx_policy_narrow(policy, &narrowing, fault, &room->system));
        policy = &room->system.policy;
    }
    if (machine->has_site) {
        /* The site's lists were written for the site's policy; what an application chose instead,
         * or the kernel put in its place, they filter. */
        bool is_filter = (policy->base != NULL ? policy->base : policy) != asked_policy(machine);

        narrowing = sx_site_narrowing(&machine->site, machine->site_by, is_filter);
        SX_TRY(sx_policy_narrow(policy, &narrowing, fault, &room->site));
        policy = &room->site.policy;
    }
    *out = policy;
    return SX_OK;
}

/* --- Loading ---------------------------------------------------------------------------------- */

static enum sx_err read_site(const struct sx_machine_paths *paths, struct sx_fault *fault,
                             uint8_t **out, size_t *out_len)
{
    return sx_machine_file_read(paths->site, paths->owner, SX_TRUST_FOLDER | SX_TRUST_NO_LINK,
                                SX_SITE_BYTES_MAX, fault, out, out_len);
}

bool sx_machine_is_silent(const struct sx_machine_paths *paths)
{
    uint8_t *bytes = NULL;
    size_t len;
    bool is_fips = true;
    bool is_silent = sx_machine_file_is_one(paths->kernel_fips, NULL, &is_fips) == SX_OK &&
                     !is_fips && read_site(paths, NULL, &bytes, &len) == SX_OK && bytes == NULL;

    sx_free(bytes);
    return is_silent;
}

static enum sx_err load_site(const struct sx_machine_paths *paths, struct sx_fault *fault,
                             struct sx_machine *machine)
{
    uint8_t *bytes;
    size_t len;
    enum sx_err err;

    SX_TRY(read_site(paths, fault, &bytes, &len));
    if (bytes == NULL)
        return SX_OK;
    err = sx_site_decode(sx_slice_of(bytes, len), paths->site, fault, &machine->site);
    sx_free(bytes);
    if (err != SX_OK)
        return err;
    machine->has_site = true;
    (void)snprintf(machine->site_by, sizeof machine->site_by, "site file %s", paths->site);
    return SX_OK;
}

/* The back end is a link into the system's own files by design. Where the machine has none, the
 * site's wish to follow it says nothing. */
static enum sx_err load_system(const struct sx_machine_paths *paths, struct sx_fault *fault,
                               struct sx_machine *machine)
{
    uint8_t *bytes;
    size_t len;
    enum sx_err err;

    if (!follows_system(machine))
        return SX_OK;
    SX_TRY(sx_machine_file_read(paths->system_lists, paths->owner, 0, SX_SITE_BYTES_MAX, fault,
                                &bytes, &len));
    if (bytes == NULL)
        return SX_OK;
    err = sx_site_decode_system(sx_slice_of(bytes, len), paths->system_lists, fault,
                                &machine->system);
    sx_free(bytes);
    if (err != SX_OK)
        return err;
    machine->has_system = true;
    (void)snprintf(machine->system_by, sizeof machine->system_by, "crypto-policies %s",
                   paths->system_lists);
    return SX_OK;
}

/* The words of the files must mean something. */
static enum sx_err check(const struct sx_machine *machine, const struct sx_machine_paths *paths,
                         struct sx_machine_room *room, struct sx_fault *fault)
{
    const struct sx_policy *policy = sx_machine_policy(machine);
    const struct sx_policy *narrowed;
    struct sx_fault why = { 0 };
    char shown[96];
    enum sx_err err;

    if (!machine->has_site)
        return SX_OK;
    if (asked_policy(machine) == NULL)
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING, "site file %s: there is no policy \"%s\"",
                            paths->site,
                            sx_escape(shown, sizeof shown, sx_slice_text(machine->site.policy)));
    if (machine->site.provider[0] != '\0' &&
        !sx_policy_has_provider(policy, machine->site.provider))
        return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                            "site file %s: provider %s may not serve policy %s", paths->site,
                            sx_escape(shown, sizeof shown, sx_slice_text(machine->site.provider)),
                            policy->name);
    err = sx_machine_narrow(machine, policy, &why, room, &narrowed);
    if (err != SX_OK)
        return sx_fault_set(fault, err, "site file %s: %s", paths->site, why.text);
    return SX_OK;
}

enum sx_err sx_machine_load(const struct sx_machine_paths *paths, struct sx_fault *fault,
                            struct sx_machine *out)
{
    struct loading {
        struct sx_machine machine;
        struct sx_machine_room room;
    } *loading = sx_alloc(sizeof *loading);
    struct sx_machine *machine;
    enum sx_err err;

    if (loading == NULL)
        return sx_fault_set(fault, SX_ERR_MEMORY, "no memory for the machine's rules");
    machine = &loading->machine;
    err = sx_machine_file_is_one(paths->kernel_fips, fault, &machine->is_kernel_fips);
    if (err == SX_OK)
        err = load_site(paths, fault, machine);
    if (err == SX_OK)
        err = load_system(paths, fault, machine);
    if (err == SX_OK)
        err = check(machine, paths, &loading->room, fault);
    if (err == SX_OK)
        *out = *machine;
    sx_free(loading);
    return err;
}
