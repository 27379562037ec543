/* client/task.h: what an object asks a thread, so that a KDC or a token that takes its time holds up
 * nothing but the sign-on, and that only as long as the timeout allows.
 *
 * One question at a time: the engine asks nothing else before it has its answer. */
#ifndef SX_CLIENT_TASK_H
#define SX_CLIENT_TASK_H

#include "net/worker.h"

struct sexec;

/* Zero-initialise. */
struct sx_task {
    struct sx_worker *worker; /* NULL: nothing is under way */
    void *job;                /* the thread's until it is done */
    void (*answer)(struct sexec *object, void *job);
};

/* sx_task_start begins the work; the object is woken when it is done. On failure the job stays the
 * caller's. */
SX_MUST_USE enum sx_err sx_task_start(struct sexec *object, const struct sx_work *work,
                                      void (*answer)(struct sexec *object, void *job),
                                      struct sx_fault *fault);

bool sx_task_is_running(const struct sexec *object);

/* sx_task_work calls answer when the thread is done, and destroys the job; true when it did. */
bool sx_task_work(struct sexec *object);

/* Gives up what is under way: its thread ends, and cleans up, when it ends. */
void sx_task_stop(struct sexec *object);

#endif
