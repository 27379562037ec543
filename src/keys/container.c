/* keys/container.c: the one refusal of key containers that aren't approved. */
#include "keys/container.h"

#include "crypto/key_box.h"

/* Only an approved-only policy binds every fetch to fips=yes. */
enum sx_err sx_container_check(const struct sx_provider *provider, const char *what,
                               struct sx_fault *fault)
{
    if (!sx_provider_get_info(provider)->is_fips)
        return SX_OK;
    return sx_fault_set(
        fault, SX_ERR_POLICY_CONTAINER,
        "%s is not approved, and the policy allows approved protection alone; " SX_KEY_CONVERT_ADVICE,
        what);
}
