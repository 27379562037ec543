/* net/worker.h: one piece of work that may block, on a thread of its own, so that whoever needs it
 * can go on waiting for other things, or give it up.
 *
 * What is given up can't be stopped: it ends when it ends, and then its thread cleans up. So work
 * must own all that it touches. */
#ifndef SX_NET_WORKER_H
#define SX_NET_WORKER_H

#include "net/wake.h"

struct sx_worker;

/* What is to be done: run does it, on the thread; destroy frees it, wherever it ends. */
struct sx_work {
    void (*run)(void *job);
    void (*destroy)(void *job);
    void *job;
};

/* sx_worker_start begins. wake is woken when it is done; the thread has a descriptor of its own for
 * that. On failure the job stays the caller's. */
SX_MUST_USE enum sx_err sx_worker_start(const struct sx_work *work, const struct sx_wake *wake,
                                        struct sx_fault *fault, struct sx_worker **out);

/* Whether it is done; from then on the job is the caller's to look at. */
bool sx_worker_is_done(struct sx_worker *worker);

/* sx_worker_wait waits until it is done, at most so long; true when it is. */
bool sx_worker_wait(struct sx_worker *worker, unsigned milliseconds);

/* Gives it up, or lets go of what is done; destroys the job, now or when it ends. NULL-safe. */
void sx_worker_free(struct sx_worker *worker);

#endif
