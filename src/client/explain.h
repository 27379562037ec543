/* client/explain.h: what is allowed and why not, of one algorithm and of a server's offer. */
#ifndef SX_CLIENT_EXPLAIN_H
#define SX_CLIENT_EXPLAIN_H

#include "client/object.h"

/* sx_explain_offer takes the lists of the server's first KEXINIT. When the action is to explain
 * them it writes them down, and the action ends. */
void sx_explain_offer(struct sexec *object, const struct sx_event_offer *lists);

#endif
