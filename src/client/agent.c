/* client/agent.c: asks the agent and answers the engine. Until the answer is there the engine waits,
 * and the pump waits for the agent's socket as well, so that the object's timeout and interrupt
 * hold for an agent that says nothing. */
#include "client/agent.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/events.h"
#include "client/logging.h"
#include "client/object.h"
#include "net/clock.h"

/* An agent lists its keys without asking anybody; a signature may wait for a person. */
enum { LIST_MS = 5000 };

static void tell(struct sexec *object, const char *fmt, ...) SX_PRINTF(2, 3);

static void tell(struct sexec *object, const char *fmt, ...)
{
    char line[SX_TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    sx_logging_note(object, "agent", line);
    sx_fire_ssh_status(object, line);
}

/* An engine call whose error shows up again in the next round of the pump. */
static void later(enum sx_err err)
{
    (void)err;
}

void sx_agent_job_stop(struct sexec *object)
{
    struct sx_agent_job *job = &object->agent;

    sx_agent_link_close(&job->link);
    sx_agent_clear(&job->agent);
    sx_buffer_clear(&job->message);
    job->task = SX_AGENT_TASK_NONE;
}

/* --- The list ------------------------------------------------------------------------------------ */

static void answer_identities(struct sexec *object, const struct sx_fault *failure)
{
    unsigned count;
    const struct sx_auth_key *keys = sx_signer_identities(&object->signer, &count);

    object->agent.task = SX_AGENT_TASK_NONE;
    if (failure != NULL)
        tell(object, "No keys of the agent: %s", failure->text);
    later(sx_engine_answer_identities(object->engine, keys, count, failure));
}

static void take_identities(struct sexec *object)
{
    struct sx_fault fault = { 0 };
    struct sx_msg_agent_identities list = { .count = 0 };
    struct sx_signer_tally tally = { 0 };
    enum sx_err err = sx_agent_take_identities(&object->agent.agent, &fault, &list);

    if (err == SX_OK)
        err = sx_signer_add_agent(&object->signer, object->provider, list, &tally);
    if (err != SX_OK) {
        (void)sx_fault_note(&fault, err);
        answer_identities(object, &fault);
        return;
    }
    tell(object,
         "The agent holds %u keys, %u of them can be used here (not by this library: %u, "
         "too short for the policy: %u, twice or too many: %u)",
         tally.held, tally.taken, tally.unknown, tally.too_short, tally.spare);
    answer_identities(object, NULL);
}

static const char *socket_path(const struct sexec *object)
{
    const char *path = object->values.agent_socket;

    if (path[0] == '\0')
        path = secure_getenv("SSH_AUTH_SOCK");
    return path == NULL ? "" : path;
}

void sx_agent_want_identities(struct sexec *object)
{
    struct sx_agent_job *job = &object->agent;
    struct sx_fault fault = { 0 };
    const char *path = socket_path(object);
    enum sx_err err;

    if (path[0] == '\0')
        err = sx_fault_set(&fault, SX_ERR_AGENT,
                           "there is no ssh-agent: SSH_AUTH_SOCK is not set, and neither is "
                           "SSHAgentSocket");
    else
        err = sx_agent_link_open(&job->link, path, &fault);
    if (err == SX_OK)
        err = sx_agent_ask_identities(&job->agent);
    if (err != SX_OK) {
        (void)sx_fault_note(&fault, err);
        answer_identities(object, &fault);
        return;
    }
    job->task = SX_AGENT_TASK_LIST;
    job->ends = sx_clock_now() + LIST_MS;
}

/* --- A signature --------------------------------------------------------------------------------- */

static void answer_sign(struct sexec *object, struct sx_slice signature,
                        const struct sx_fault *failure)
{
    struct sx_agent_job *job = &object->agent;

    job->task = SX_AGENT_TASK_NONE;
    if (failure == NULL)
        tell(object, "Key %u: signed by the agent, outside of the provider (%s)",
             job->key_index + 1, job->algorithm);
    else
        tell(object, "Key %u can't sign: %s", job->key_index + 1, failure->text);
    later(sx_engine_answer_sign(object->engine, signature));
}

static void take_signature(struct sexec *object)
{
    struct sx_agent_job *job = &object->agent;
    const struct sx_event_sign request = { job->key_index, job->algorithm,
                                           sx_buffer_unread(&job->message) };
    struct sx_fault fault = { 0 };
    struct sx_slice signature = SX_SLICE_NONE;
    enum sx_err err = sx_agent_take_signature(&job->agent, &fault, &signature);

    if (err == SX_OK)
        err = sx_signer_check_agent(&object->signer, object->provider, &request, signature, &fault);
    if (err != SX_OK) {
        (void)sx_fault_note(&fault, err);
        answer_sign(object, SX_SLICE_NONE, &fault);
        return;
    }
    answer_sign(object, signature, NULL);
}

void sx_agent_want_signature(struct sexec *object, const struct sx_event_sign *request)
{
    struct sx_agent_job *job = &object->agent;
    struct sx_msg_agent_sign_request question = { .data = request->message };
    struct sx_fault fault = { 0 };
    enum sx_err err;

    job->key_index = request->key_index;
    job->algorithm = request->algorithm;
    sx_buffer_clear(&job->message);
    err = sx_signer_ask_agent(&object->signer, request, &fault, &question);
    if (err == SX_OK)
        err = sx_buffer_append(&job->message, request->message);
    if (err == SX_OK)
        err = sx_agent_ask_signature(&job->agent, &question);
    if (err != SX_OK) {
        (void)sx_fault_note(&fault, err);
        answer_sign(object, SX_SLICE_NONE, &fault);
        return;
    }
    job->task = SX_AGENT_TASK_SIGN;
    job->ends = UINT64_MAX;
}

/* --- The pump's hook ----------------------------------------------------------------------------- */

static void fail(struct sexec *object, enum sx_err err, struct sx_fault *fault)
{
    bool is_list = object->agent.task == SX_AGENT_TASK_LIST;

    (void)sx_fault_note(fault, err);
    sx_agent_job_stop(object); /* what comes on this socket later answers nothing */
    if (is_list)
        answer_identities(object, fault);
    else
        answer_sign(object, SX_SLICE_NONE, fault);
}

static void work(void *context, bool *out_did)
{
    struct sexec *object = context;
    struct sx_agent_job *job = &object->agent;
    struct sx_fault fault = { 0 };
    enum sx_err err;

    if (job->task == SX_AGENT_TASK_NONE)
        return;
    if (job->link.fd < 0)
        err = sx_fault_set(&fault, SX_ERR_AGENT, "the connection to the ssh-agent is gone");
    else
        err = sx_agent_link_work(&job->link, &job->agent, &fault, out_did);
    if (err == SX_OK && job->agent.state != SX_AGENT_ANSWERED && sx_clock_now() >= job->ends)
        err = sx_fault_set(&fault, SX_ERR_AGENT,
                           "the ssh-agent didn't list its keys within %d seconds", LIST_MS / 1000);
    if (err == SX_OK && job->agent.state != SX_AGENT_ANSWERED)
        return;
    *out_did = true;
    if (err != SX_OK)
        fail(object, err, &fault);
    else if (job->task == SX_AGENT_TASK_LIST)
        take_identities(object);
    else
        take_signature(object);
}

static bool wait_for(void *context, struct pollfd *out)
{
    const struct sexec *object = context;
    const struct sx_agent_job *job = &object->agent;

    if (job->task == SX_AGENT_TASK_NONE || job->link.fd < 0)
        return false;
    out->fd = job->link.fd;
    out->events = sx_agent_link_events(&job->agent);
    return true;
}

static uint64_t wakes(void *context)
{
    const struct sexec *object = context;

    return object->agent.task == SX_AGENT_TASK_NONE ? UINT64_MAX : object->agent.ends;
}

void sx_agent_job_init(struct sexec *object)
{
    struct sx_agent_job *job = &object->agent;

    job->link.fd = -1;
    sx_agent_init(&job->agent);
    sx_buffer_init(&job->message, SX_AGENT_MESSAGE_MAX);
    job->service =
        (struct sx_service){ .work = work, .poll = wait_for, .wakes = wakes, .ctx = object };
}
