/* client/firewall.h: the properties and settings of the proxy, and the one that a connection uses. */
#ifndef SX_CLIENT_FIREWALL_H
#define SX_CLIENT_FIREWALL_H

#include "client/object.h"

/* sx_firewall_choose fills object->proxy: the properties' proxy, the environment's, or none.
 * SX_ERR_ARGUMENT. */
SX_MUST_USE enum sx_err sx_firewall_choose(struct sexec *object, struct sx_fault *fault);

/* Settings that do more than keep a value. */
int sx_set_firewall_type(struct sexec *object, const char *value);
int sx_get_firewall_type(struct sexec *object, struct sx_buffer *out);
int sx_set_firewall_password(struct sexec *object, const char *value);
int sx_get_firewall_password(struct sexec *object, struct sx_buffer *out);
int sx_set_keep_alive_time(struct sexec *object, const char *value);
int sx_get_keep_alive_time(struct sexec *object, struct sx_buffer *out);
int sx_set_keep_alive_interval(struct sexec *object, const char *value);
int sx_get_keep_alive_interval(struct sexec *object, struct sx_buffer *out);

#endif
