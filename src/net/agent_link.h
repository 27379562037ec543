/* net/agent_link.h: the socket of an ssh-agent. Nothing here waits. */
#ifndef SX_NET_AGENT_LINK_H
#define SX_NET_AGENT_LINK_H

#include "services/agent.h"

struct sx_agent_link {
    int fd; /* -1: closed */
};

/* sx_agent_link_open connects to the agent's socket. SX_ERR_AGENT. */
SX_MUST_USE enum sx_err sx_agent_link_open(struct sx_agent_link *link, const char *path,
                                           struct sx_fault *fault);

/* sx_agent_link_work carries bytes until nothing moves; *out_did is set when something did, and
 * left alone otherwise. SX_ERR_AGENT when the agent hangs up, SX_ERR_AGENT_ANSWER. */
SX_MUST_USE enum sx_err sx_agent_link_work(struct sx_agent_link *link, struct sx_agent *agent,
                                           struct sx_fault *fault, bool *out_did);

/* What poll has to wait for (POLLIN, POLLOUT). */
short sx_agent_link_events(const struct sx_agent *agent);

void sx_agent_link_close(struct sx_agent_link *link);

#endif
