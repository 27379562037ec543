/* client/kerberos.c: between the engine, which asks for tokens, and services/gss.h, which makes
 * them and may block. */
#include "client/kerberos.h"

#include <stdio.h>

#include "base/memory.h"
#include "client/events.h"
#include "client/logging.h"
#include "client/special.h"
#include "client/values.h"

enum { INPUT_MAX = 128 * 1024 };

/* One request with all that it needs. While the thread runs, gss is the job's. */
struct job {
    struct sx_gss *gss;
    struct sx_event_gss request; /* its slices borrow from the buffers */
    struct sx_buffer input;
    struct sx_buffer mic;
    struct sx_gss_reply reply;
};

static void job_run(void *opaque)
{
    struct job *job = opaque;

    sx_gss_serve(job->gss, &job->request, &job->reply);
}

static void job_destroy(void *opaque)
{
    struct job *job = opaque;

    sx_gss_free(job->gss);
    sx_buffer_clear(&job->input);
    sx_buffer_clear(&job->mic);
    sx_gss_reply_clear(&job->reply);
    sx_free_wiped(job, sizeof *job);
}

static struct job *job_new(const struct sx_event_gss *request)
{
    struct job *job = sx_alloc(sizeof *job);

    if (job == NULL)
        return NULL;
    sx_buffer_init(&job->input, INPUT_MAX);
    sx_buffer_init(&job->mic, INPUT_MAX);
    sx_gss_reply_init(&job->reply);
    job->request = *request;
    if (sx_buffer_append(&job->input, request->input) != SX_OK ||
        sx_buffer_append(&job->mic, request->mic) != SX_OK) {
        job_destroy(job);
        return NULL;
    }
    job->request.input = sx_buffer_unread(&job->input);
    job->request.mic = sx_buffer_unread(&job->mic);
    return job;
}

/* ---- What is asked for -------------------------------------------------------------------- */

static bool is_mode_of_kerberos(const struct sexec *object)
{
    return object->values.ssh_auth_mode == SEXEC_AM_GSSAPI_WITH_MIC ||
           object->values.ssh_auth_mode == SEXEC_AM_GSSAPI_KEYEX;
}

enum sx_err sx_kerberos_check(const struct sexec *object, struct sx_fault *fault)
{
    if (!is_mode_of_kerberos(object) || object->policy->may_use_kerberos)
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_POLICY_SETTING,
                        "ssh_auth_mode %d: policy %s doesn't allow Kerberos",
                        object->values.ssh_auth_mode, object->policy->name);
}

/* ssh_password gives alternate credentials where it can be meant for Kerberos alone; beside other
 * methods it is theirs. */
static enum sx_err open_gss(struct sexec *object, struct sx_fault *fault)
{
    const struct sx_values *values = &object->values;
    const struct sx_gss_config config = {
        .host = values->ssh_host,
        .spn = values->kerberos_spn,
        .realm = values->kerberos_realm,
        .user = values->ssh_user,
        .password = is_mode_of_kerberos(object) ? sx_secret_text_slice(&values->ssh_password)
                                                : SX_SLICE_NONE,
        .keytab = values->kerberos_keytab,
        .cache = values->kerberos_cache,
        .is_delegating = values->kerberos_delegation && object->policy->may_delegate,
        .is_canonical = values->kerberos_canonicalize,
    };

    if (object->is_explaining)
        return sx_fault_set(fault, SX_ERR_AUTH_SERVICE,
                            "no ticket is asked for where a server's offer is explained");
    if (!object->policy->may_use_kerberos)
        return sx_fault_set(fault, SX_ERR_AUTH_SERVICE, "policy %s doesn't allow Kerberos",
                            object->policy->name);
    return sx_gss_new(&config, fault, &object->kerberos.gss);
}

/* ---- The answer --------------------------------------------------------------------------- */

static void answer(struct sexec *object, enum sx_err err, const struct sx_gss_reply *reply)
{
    const char *text = reply->fault.text;
    const struct sx_gss_answer given = {
        .err = err,
        .text = text[0] != '\0' ? text : sx_err_text(err),
        .output = sx_buffer_unread(&reply->output),
        .is_complete = reply->is_complete,
    };

    if (err != SX_OK) {
        sx_logging_note(object, "Kerberos failed", given.text);
        sx_fire_ssh_status(object, given.text);
    }
    /* Its error shows up again in the next round of the pump. */
    err = sx_engine_answer_gss(object->engine, &given);
    (void)err;
}

static void tell_established(struct sexec *object)
{
    const struct sx_gss_facts *facts = &object->kerberos.facts;
    char line[2 * SX_GSS_NAME_MAX + 128];

    snprintf(line, sizeof line, "Kerberos: %s to %s, delegation %s", facts->client, facts->server,
             facts->is_delegated          ? "granted"
             : facts->is_delegation_asked ? "not granted"
                                          : "not asked for");
    sx_logging_note(object, "Kerberos", line);
    sx_fire_ssh_status(object, line);
}

/* Takes gss back and answers. The reply's texts live in the job until it is freed. */
static void finish(struct sexec *object, void *opaque)
{
    struct job *job = opaque;

    object->kerberos.gss = job->gss;
    job->gss = NULL;
    object->kerberos.facts = *sx_gss_get_facts(object->kerberos.gss);
    if (job->reply.is_complete)
        tell_established(object);
    answer(object, job->reply.err, &job->reply);
}

/* MICs need nothing but the context, so nothing to wait for. */
static bool is_quick(const struct sx_event_gss *request)
{
    return request->action == SX_GSS_GET_MIC || request->action == SX_GSS_VERIFY_MIC;
}

void sx_kerberos_request(struct sexec *object, const struct sx_event_gss *request)
{
    struct sx_gss_reply failed = { .err = SX_ERR_MEMORY };
    struct job *job = job_new(request);
    struct sx_work work = { job_run, job_destroy, job };

    if (job == NULL) {
        answer(object, SX_ERR_MEMORY, &failed);
        return;
    }
    if (object->kerberos.gss == NULL)
        failed.err = open_gss(object, &failed.fault);
    else
        failed.err = SX_OK;
    if (failed.err == SX_OK) {
        job->gss = object->kerberos.gss;
        object->kerberos.gss = NULL;
        if (is_quick(request)) {
            job_run(job);
            finish(object, job);
            job_destroy(job);
            return;
        }
        failed.err = sx_task_start(object, &work, finish, &failed.fault);
    }
    if (failed.err == SX_OK)
        return;
    job_destroy(job);
    answer(object, failed.err, &failed);
}

void sx_kerberos_close(struct sexec *object)
{
    sx_gss_free(object->kerberos.gss);
    object->kerberos.gss = NULL;
}

/* ---- What can be read --------------------------------------------------------------------- */

int sx_get_kerberos_client(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->kerberos.facts.client);
}

int sx_get_kerberos_server(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->kerberos.facts.server);
}

int sx_get_kerberos_delegated(struct sexec *object, struct sx_buffer *out)
{
    const struct sx_gss_facts *facts = &object->kerberos.facts;

    return sx_lend_text(object, out,
                        facts->client[0] == '\0'     ? ""
                        : facts->is_delegated        ? "granted"
                        : facts->is_delegation_asked ? "refused"
                                                     : "not asked");
}
