/* policy/machine_paths.c: where the machine's rules stand. A file of its own, so that a test can
 * link another one in its place; nothing in the library can. */
#include "policy/machine.h"

const struct sx_machine_paths *sx_machine_paths(void)
{
    static const struct sx_machine_paths paths = {
        .site = "/etc/sexec/policy.conf",
        .kernel_fips = "/proc/sys/crypto/fips_enabled",
        .system_lists = "/etc/crypto-policies/back-ends/openssh.config",
        .owner = 0,
    };

    return &paths;
}
