/* client/policy_settings.h: the settings that choose and narrow a policy; rows of the table in
 * settings.c. Unset ones read back what holds. */
#ifndef SX_CLIENT_POLICY_SETTINGS_H
#define SX_CLIENT_POLICY_SETTINGS_H

#include "client/object.h"

/* Checks before a value is kept: 0, or a code with its text kept. */
int sx_check_policy(struct sexec *object, const char *value);
int sx_check_provider(struct sexec *object, const char *value);
int sx_check_module_dir(struct sexec *object, const char *value);
int sx_check_provider_config(struct sexec *object, const char *value);
int sx_check_accept_any(struct sexec *object, const char *value);

int sx_set_use_fips(struct sexec *object, const char *value);
int sx_get_use_fips(struct sexec *object, struct sx_buffer *out);
int sx_set_mask_sensitive(struct sexec *object, const char *value);
int sx_get_mask_sensitive(struct sexec *object, struct sx_buffer *out);
int sx_set_dh_bits(struct sexec *object, const char *value);

int sx_get_kex(struct sexec *object, struct sx_buffer *out);
int sx_get_host_keys(struct sexec *object, struct sx_buffer *out);
int sx_get_user_keys(struct sexec *object, struct sx_buffer *out);
int sx_get_macs(struct sexec *object, struct sx_buffer *out);
int sx_get_strict_kex(struct sexec *object, struct sx_buffer *out);
int sx_get_dh_bits(struct sexec *object, struct sx_buffer *out);
int sx_get_rekey_bytes(struct sexec *object, struct sx_buffer *out);
int sx_get_rekey_seconds(struct sexec *object, struct sx_buffer *out);

/* sx_lend_list appends what a list comes to: of the open connection what was offered, else what
 * the user's wish leaves of the policy. */
int sx_lend_list(struct sexec *object, enum sx_alg_kind kind, struct sx_buffer *out);

#endif
