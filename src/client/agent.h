/* client/agent.h: the ssh-agent in an object's life: its keys and signatures, asked for when the
 * engine wants them, beside the connection and within its time. */
#ifndef SX_CLIENT_AGENT_H
#define SX_CLIENT_AGENT_H

#include "net/agent_link.h"
#include "net/pump.h"

enum sx_agent_task {
    SX_AGENT_TASK_NONE,
    SX_AGENT_TASK_LIST,
    SX_AGENT_TASK_SIGN,
};

/* What the object asked the agent, and what for. */
struct sx_agent_job {
    enum sx_agent_task task;
    struct sx_agent_link link;
    struct sx_agent agent;
    struct sx_service service;
    uint64_t ends; /* when the list must be there; UINT64_MAX for no limit of its own */
    unsigned key_index;
    const char *algorithm;
    struct sx_buffer message; /* what is signed, to verify it by */
};

struct sexec;

void sx_agent_job_init(struct sexec *object);

/* SX_EVENT_IDENTITIES: its answer comes later. */
void sx_agent_want_identities(struct sexec *object);

/* SX_EVENT_SIGN for a key of the agent's: its answer comes later. */
void sx_agent_want_signature(struct sexec *object, const struct sx_event_sign *request);

/* Drops what is under way. */
void sx_agent_job_stop(struct sexec *object);

#endif
