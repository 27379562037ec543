/* policy/machine.h: what the machine says, whatever an application wants: the administrator's site
 * file, the kernel's FIPS mode, and crypto-policies where the site file follows them.
 *
 * It fails closed: a file that is there and can't be read, is not safe or makes no sense is an
 * error, and with it nothing connects. */
#ifndef SX_POLICY_MACHINE_H
#define SX_POLICY_MACHINE_H

#include <sys/types.h>

#include "policy/site.h"

/* Where it stands. Constant, and out of reach of environment and applications; a test that links
 * the library's parts gives a sx_machine_paths of its own instead (policy/machine_paths.c). */
struct sx_machine_paths {
    const char *site;         /* "/etc/sexec/policy.conf" */
    const char *kernel_fips;  /* "/proc/sys/crypto/fips_enabled" */
    const char *system_lists; /* "/etc/crypto-policies/back-ends/openssh.config" */
    uid_t owner;              /* whose the site file, its folder and the lists must be: 0 */
};

const struct sx_machine_paths *sx_machine_paths(void);

struct sx_machine {
    bool has_site;
    bool has_system;     /* the site file follows crypto-policies, and the machine has them */
    bool is_kernel_fips; /* policy fips is the floor */
    struct sx_site site;
    struct sx_site system;
    char site_by[256]; /* for people: "site file /etc/sexec/policy.conf" */
    char system_by[256];
};

/* sx_machine_is_silent says whether the machine surely has no rules: neither a site file nor a
 * kernel in FIPS mode. What can't be read is not silent. Each new object asks; to load the nothing
 * would clear 60 KiB for it. */
bool sx_machine_is_silent(const struct sx_machine_paths *paths);

/* sx_machine_load reads and checks all of it. A missing site file is a machine that says nothing.
 * The site file and its folder must be the owner's and not writable by anybody else, the file no
 * symbolic link and at most SX_SITE_BYTES_MAX long; its policy must exist, its provider may serve
 * it, and its lists may only name what the policy has. SX_ERR_POLICY_SETTING or
 * SX_ERR_POLICY_ALGORITHM, with a text that names file and line; SX_ERR_MEMORY. */
SX_MUST_USE enum sx_err sx_machine_load(const struct sx_machine_paths *paths,
                                        struct sx_fault *fault, struct sx_machine *out);

/* The policy of a new object: the site's or default, and not below the kernel's floor. */
const struct sx_policy *sx_machine_policy(const struct sx_machine *machine);

/* sx_machine_check says whether an application may choose the policy: the lock, the kernel's
 * floor. SX_ERR_POLICY_SETTING names both and their source. */
SX_MUST_USE enum sx_err sx_machine_check(const struct sx_machine *machine,
                                         const struct sx_policy *policy, struct sx_fault *fault);

/* Room for what a policy becomes on this machine. */
struct sx_machine_room {
    struct sx_narrowed system;
    struct sx_narrowed site;
};

/* sx_machine_narrow gives the policy as the machine narrows it: policy itself where it doesn't,
 * else a copy in room. Errors as sx_machine_load. */
SX_MUST_USE enum sx_err sx_machine_narrow(const struct sx_machine *machine,
                                          const struct sx_policy *policy, struct sx_fault *fault,
                                          struct sx_machine_room *room,
                                          const struct sx_policy **out);

#endif
