/* client/tokens.c: the calls to tokens, as jobs that own all that they touch. */
#include "client/tokens.h"

#include "base/memory.h"
#include "client/session.h"
#include "client/signing.h"

enum {
    MESSAGE_MAX = 256 * 1024,
    SIGNATURE_MAX = 16 * 1024,
    /* Most tokens end in less. Then a program that exits right after its object is freed finds none
     * of them inside of a module; and no loop is held up for longer. */
    END_MS = 50,
};

struct job {
    struct sx_token_set tokens; /* all of the object's, also those that aren't called */
    struct sx_signer_token_request request;
    unsigned key_index; /* the request's, as the engine knows it */
    struct sx_buffer message;
    struct sx_buffer signature;
    enum sx_err err;
    struct sx_fault fault;
};

static void job_destroy(void *opaque)
{
    struct job *job = opaque;

    sx_token_set_clear(&job->tokens);
    sx_buffer_clear(&job->message);
    sx_buffer_clear(&job->signature);
    sx_free_wiped(job, sizeof *job);
}

static struct job *job_new(void)
{
    struct job *job = sx_alloc(sizeof *job);

    if (job == NULL)
        return NULL;
    sx_buffer_init(&job->message, MESSAGE_MAX);
    sx_buffer_init(&job->signature, SIGNATURE_MAX);
    return job;
}

/* --- Opening ------------------------------------------------------------------------------------- */

static void run_open(void *opaque)
{
    struct job *job = opaque;

    job->err = sx_token_set_open(&job->tokens, &job->fault);
}

static void opened(struct sexec *object, void *opaque)
{
    const struct job *job = opaque;
    enum sx_err err = job->err;

    object->fault = job->fault;
    if (err == SX_OK)
        err = sx_signer_add_tokens(&object->signer, &object->fault);
    if (err == SX_OK)
        err = sx_session_go_on(object, &object->fault);
    object->stream_error = err;
}

enum sx_err sx_tokens_open(struct sexec *object, struct sx_fault *fault)
{
    struct job *job = job_new();
    const struct sx_work work = { run_open, job_destroy, job };
    enum sx_err err;

    if (job == NULL)
        return SX_ERR_MEMORY;
    job->tokens = sx_token_set_hold(&object->signer.tokens);
    err = sx_task_start(object, &work, opened, fault);
    if (err != SX_OK)
        job_destroy(job);
    return err;
}

/* --- Signing ------------------------------------------------------------------------------------- */

static void run_sign(void *opaque)
{
    struct job *job = opaque;

    job->err = sx_token_sign(job->request.token, job->request.index, job->request.alg,
                             sx_buffer_unread(&job->message), &job->fault, &job->signature);
}

static void has_signed(struct sexec *object, void *opaque)
{
    const struct job *job = opaque;

    sx_signing_answer(object, job->key_index, job->err, &job->fault,
                      sx_buffer_unread(&job->signature));
}

void sx_tokens_want_signature(struct sexec *object, const struct sx_event_sign *request)
{
    struct sx_fault fault = { 0 };
    struct job *job = job_new();
    const struct sx_work work = { run_sign, job_destroy, job };
    enum sx_err err;

    if (job == NULL) {
        sx_signing_answer(object, request->key_index, SX_ERR_MEMORY, &fault, SX_SLICE_NONE);
        return;
    }
    job->tokens = sx_token_set_hold(&object->signer.tokens);
    job->key_index = request->key_index;
    err = sx_signer_ask_token(&object->signer, request, &fault, &job->request);
    if (err == SX_OK)
        err = sx_buffer_append(&job->message, request->message);
    if (err == SX_OK)
        err = sx_task_start(object, &work, has_signed, &fault);
    if (err == SX_OK)
        return;
    job_destroy(job);
    sx_signing_answer(object, request->key_index, err, &fault, SX_SLICE_NONE);
}

/* --- Ending -------------------------------------------------------------------------------------- */

static void run_end(void *opaque)
{
    struct job *job = opaque;

    sx_token_set_end(&job->tokens);
}

/* The last reference may be a given-up call's, which the token then ends behind. */
static void run_drop(void *opaque)
{
    struct job *job = opaque;

    sx_token_set_clear(&job->tokens);
}

/* Where there is no memory or thread it is done here, and may block. */
static void end(struct sexec *object, struct sx_token_set take_tokens, void (*run)(void *job))
{
    struct job *job = job_new();
    const struct sx_work work = { run, job_destroy, job };

    if (job == NULL) {
        sx_token_set_end(&take_tokens);
        sx_token_set_clear(&take_tokens);
        return;
    }
    job->tokens = take_tokens;
    if (sx_worker_start(&work, &object->wake, NULL, &object->ending_tokens) == SX_OK)
        return;
    run(job);
    job_destroy(job);
}

void sx_tokens_end(struct sexec *object)
{
    if (object->signer.tokens.count > 0)
        end(object, sx_token_set_hold(&object->signer.tokens), run_end);
}

void sx_tokens_close(struct sexec *object)
{
    if (object->signer.tokens.count > 0 && object->ending_tokens == NULL)
        end(object, sx_token_set_move(&object->signer.tokens), run_drop);
    if (object->ending_tokens != NULL)
        (void)sx_worker_wait(object->ending_tokens, END_MS);
    sx_worker_free(object->ending_tokens);
    object->ending_tokens = NULL;
}
