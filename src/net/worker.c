/* net/worker.c: a detached thread for one job. The last of the two owners (caller, thread) frees. */
#include "net/worker.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/memory.h"

struct sx_worker {
    pthread_mutex_t lock;
    pthread_cond_t done; /* is_done changed */
    struct sx_work work;
    struct sx_wake wake; /* the caller's, by a descriptor of our own */
    bool is_done;
    bool is_abandoned;
};

static void destroy(struct sx_worker *worker, bool with_job)
{
    if (with_job)
        worker->work.destroy(worker->work.job);
    if (worker->wake.fd >= 0)
        sx_wake_close(&worker->wake);
    pthread_cond_destroy(&worker->done);
    pthread_mutex_destroy(&worker->lock);
    sx_free(worker);
}

static void *run(void *arg)
{
    struct sx_worker *worker = arg;
    bool is_abandoned;

    worker->work.run(worker->work.job);
    pthread_mutex_lock(&worker->lock);
    worker->is_done = true;
    is_abandoned = worker->is_abandoned;
    /* Under the lock: afterwards the caller may free it at any moment. */
    if (!is_abandoned)
        sx_wake_up(&worker->wake);
    pthread_cond_signal(&worker->done);
    pthread_mutex_unlock(&worker->lock);
    if (is_abandoned)
        destroy(worker, true);
    return NULL;
}

/* The thread takes no signals: they are the program's. */
static int start_thread(struct sx_worker *worker)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    int failed;

    if (pthread_attr_init(&attributes) != 0)
        return -1;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&thread, &attributes, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

enum sx_err sx_worker_start(const struct sx_work *work, const struct sx_wake *wake,
                            struct sx_fault *fault, struct sx_worker **out)
{
    struct sx_worker *worker = sx_alloc(sizeof *worker);

    if (worker == NULL)
        return SX_ERR_MEMORY;
    pthread_mutex_init(&worker->lock, NULL);
    init_condition(&worker->done);
    worker->work = *work;
    /* The caller's may be closed, and its number another's, when an abandoned thread ends. */
    worker->wake.fd = fcntl(wake->fd, F_DUPFD_CLOEXEC, 0);
    if (worker->wake.fd < 0 || start_thread(worker) != 0) {
        destroy(worker, false);
        return sx_fault_set(fault, SX_ERR_MEMORY,
                            "no memory, descriptor or thread for work that "
                            "may take time");
    }
    *out = worker;
    return SX_OK;
}

bool sx_worker_is_done(struct sx_worker *worker)
{
    bool is_done;

    pthread_mutex_lock(&worker->lock);
    is_done = worker->is_done;
    pthread_mutex_unlock(&worker->lock);
    return is_done;
}

bool sx_worker_wait(struct sx_worker *worker, unsigned milliseconds)
{
    struct timespec until;
    bool is_done;
    int failed = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&worker->lock);
    while (!worker->is_done && failed == 0)
        failed = pthread_cond_timedwait(&worker->done, &worker->lock, &until);
    is_done = worker->is_done;
    pthread_mutex_unlock(&worker->lock);
    return is_done;
}

void sx_worker_free(struct sx_worker *worker)
{
    bool is_done;

    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->lock);
    is_done = worker->is_done;
    worker->is_abandoned = !is_done;
    pthread_mutex_unlock(&worker->lock);
    if (is_done)
        destroy(worker, true);
}
