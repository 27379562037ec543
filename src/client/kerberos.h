/* client/kerberos.h: an object's Kerberos: answers the engine's SX_EVENT_GSS on a thread of its own,
 * so that a KDC that doesn't answer holds up nothing but the sign-on, and that only as long as the
 * timeout allows. */
#ifndef SX_CLIENT_KERBEROS_H
#define SX_CLIENT_KERBEROS_H

#include "client/object.h"

/* What can be said of Kerberos before a connection is made. SX_ERR_POLICY_SETTING. */
SX_MUST_USE enum sx_err sx_kerberos_check(const struct sexec *object, struct sx_fault *fault);

/* SX_EVENT_GSS. */
void sx_kerberos_request(struct sexec *object, const struct sx_event_gss *request);

/* Answers the engine when the thread is done; true when it did. */
bool sx_kerberos_work(struct sexec *object);

/* Drops contexts and credentials, also under a thread that runs; what is known stays readable. */
void sx_kerberos_close(struct sexec *object);

/* Settings that can only be read. */
int sx_get_kerberos_client(struct sexec *object, struct sx_buffer *out);
int sx_get_kerberos_server(struct sexec *object, struct sx_buffer *out);
int sx_get_kerberos_delegated(struct sexec *object, struct sx_buffer *out);

#endif
