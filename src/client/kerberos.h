/* client/kerberos.h: an object's Kerberos: answers the engine's SX_EVENT_GSS on a thread
 * (client/task.h). */
#ifndef SX_CLIENT_KERBEROS_H
#define SX_CLIENT_KERBEROS_H

#include "client/object.h"

/* What can be said of Kerberos before a connection is made. SX_ERR_POLICY_SETTING. */
SX_MUST_USE enum sx_err sx_kerberos_check(const struct sexec *object, struct sx_fault *fault);

/* SX_EVENT_GSS. */
void sx_kerberos_request(struct sexec *object, const struct sx_event_gss *request);

/* Drops contexts and credentials (those of a thread that runs are its own); what is known stays
 * readable. */
void sx_kerberos_close(struct sexec *object);

/* Settings that can only be read. */
int sx_get_kerberos_client(struct sexec *object, struct sx_buffer *out);
int sx_get_kerberos_server(struct sexec *object, struct sx_buffer *out);
int sx_get_kerberos_delegated(struct sexec *object, struct sx_buffer *out);

#endif
