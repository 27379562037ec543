/* client/session.h: building a connection from the values, and taking it down. */
#ifndef SX_CLIENT_SESSION_H
#define SX_CLIENT_SESSION_H

#include "client/object.h"

/* sx_session_open makes all that a connection needs (policy, provider, offer, keys, engine) and
 * starts it. Nothing is sent when anything fails. Where tokens are to be opened first, a task is
 * running when it returns, and the second half comes when they are. */
SX_MUST_USE enum sx_err sx_session_open(struct sexec *object, struct sx_fault *fault);

/* sx_session_go_on is that half: from the keys to the connection. */
SX_MUST_USE enum sx_err sx_session_go_on(struct sexec *object, struct sx_fault *fault);

/* sx_session_close drops the connection at once; code and text go to on_disconnected. */
void sx_session_close(struct sexec *object, int code, const char *text);

/* sx_session_provider opens the provider that the values ask for, and sx_session_provider_for the
 * one that would serve another policy. */
SX_MUST_USE enum sx_err sx_session_provider(struct sexec *object, struct sx_fault *fault,
                                            struct sx_provider **out);
SX_MUST_USE enum sx_err sx_session_provider_for(struct sexec *object,
                                                const struct sx_policy *policy,
                                                struct sx_fault *fault, struct sx_provider **out);

/* sx_session_offer makes what a connection with the values would offer. */
SX_MUST_USE enum sx_err sx_session_offer(const struct sexec *object, const struct sx_policy *policy,
                                         struct sx_provider *provider, struct sx_fault *fault,
                                         struct sx_offer *out);

/* The provider's name: the setting's, or the policy's first. */
/* Why a key exchange was run, as text. */
const char *sx_session_reason_text(enum sx_rekey_reason reason);

const char *sx_session_provider_name(const struct sexec *object, const struct sx_policy *policy);

/* One event of the engine (client/dispatch.c). */
void sx_session_event(void *object, const struct sx_event *event);

#endif
