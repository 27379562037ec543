/* The worker: work that blocks neither holds up its caller nor outlives what it owns. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "net/worker.h"

enum { PATIENCE_MS = 20000 };

/* What the thread and the test share; the job itself is the worker's. */
struct world {
    pthread_mutex_t gate; /* held by the test while the work has to wait */
    atomic_int runs;
    atomic_int destroyed;
};

struct job {
    struct world *world;
    int result;
};

static void run(void *opaque)
{
    struct job *job = opaque;

    pthread_mutex_lock(&job->world->gate);
    pthread_mutex_unlock(&job->world->gate);
    job->result = 42;
    atomic_fetch_add(&job->world->runs, 1);
}

static void destroy(void *opaque)
{
    struct job *job = opaque;
    struct world *world = job->world;

    sx_free(job);
    atomic_fetch_add(&world->destroyed, 1);
}

static struct job *job_new(struct world *world)
{
    struct job *job = sx_alloc(sizeof *job);

    assert_non_null(job);
    job->world = world;
    return job;
}

static struct sx_worker *start(struct job *job, const struct sx_wake *wake)
{
    const struct sx_work work = { run, destroy, job };
    struct sx_worker *worker = NULL;

    assert_int_equal(sx_worker_start(&work, wake, NULL, &worker), SX_OK);
    return worker;
}

static bool is_woken(const struct sx_wake *wake, int milliseconds)
{
    struct pollfd fd = { .fd = wake->fd, .events = POLLIN };

    return poll(&fd, 1, milliseconds) == 1;
}

static void wait_for(atomic_int *value)
{
    for (int i = 0; i < PATIENCE_MS && atomic_load(value) == 0; i++)
        (void)poll(NULL, 0, 1);
    assert_int_equal(atomic_load(value), 1);
}

static void test_done_work_wakes_its_caller(void **state)
{
    struct world world = { .gate = PTHREAD_MUTEX_INITIALIZER };
    struct sx_wake wake;
    struct sx_worker *worker;
    struct job *job;

    (void)state;
    assert_int_equal(sx_wake_open(&wake), SX_OK);
    job = job_new(&world);
    pthread_mutex_lock(&world.gate);
    worker = start(job, &wake);
    assert_false(is_woken(&wake, 50));
    assert_false(sx_worker_is_done(worker));
    pthread_mutex_unlock(&world.gate);
    assert_true(is_woken(&wake, PATIENCE_MS));
    assert_true(sx_worker_is_done(worker));
    assert_int_equal(job->result, 42);
    assert_int_equal(atomic_load(&world.destroyed), 0);
    sx_worker_free(worker);
    assert_int_equal(atomic_load(&world.destroyed), 1);
    sx_wake_close(&wake);
}

/* The caller goes on at once; the thread cleans up when it ends, and wakes nobody, not even who has
 * the descriptor's number by then. */
static void test_abandoned_work_cleans_up_by_itself(void **state)
{
    struct world world = { .gate = PTHREAD_MUTEX_INITIALIZER };
    struct sx_wake wake, next;
    struct sx_worker *worker;

    (void)state;
    assert_int_equal(sx_wake_open(&wake), SX_OK);
    pthread_mutex_lock(&world.gate);
    worker = start(job_new(&world), &wake);
    sx_worker_free(worker);
    sx_wake_close(&wake);
    assert_int_equal(sx_wake_open(&next), SX_OK);
    assert_int_equal(atomic_load(&world.destroyed), 0);
    pthread_mutex_unlock(&world.gate);
    wait_for(&world.destroyed);
    assert_int_equal(atomic_load(&world.runs), 1);
    assert_false(is_woken(&next, 50));
    sx_wake_close(&next);
}

/* Who waits for the end of it waits no longer than he said. */
static void test_a_wait_has_an_end(void **state)
{
    struct world world = { .gate = PTHREAD_MUTEX_INITIALIZER };
    struct sx_wake wake;
    struct sx_worker *worker;

    (void)state;
    assert_int_equal(sx_wake_open(&wake), SX_OK);
    pthread_mutex_lock(&world.gate);
    worker = start(job_new(&world), &wake);
    assert_false(sx_worker_wait(worker, 0));
    assert_false(sx_worker_wait(worker, 20));
    pthread_mutex_unlock(&world.gate);
    assert_true(sx_worker_wait(worker, PATIENCE_MS));
    assert_true(sx_worker_wait(worker, 0));
    assert_true(sx_worker_is_done(worker));
    sx_worker_free(worker);
    assert_int_equal(atomic_load(&world.destroyed), 1);
    sx_wake_close(&wake);
}

static void test_work_that_can_t_start_stays_the_caller_s(void **state)
{
    struct world world = { .gate = PTHREAD_MUTEX_INITIALIZER };
    const struct sx_wake closed = { .fd = -1 };
    struct job *job = job_new(&world);
    const struct sx_work work = { run, destroy, job };
    struct sx_worker *worker = NULL;
    struct sx_fault fault = { .err = SX_OK };

    (void)state;
    assert_int_equal(sx_worker_start(&work, &closed, &fault, &worker), SX_ERR_MEMORY);
    assert_null(worker);
    assert_int_equal(atomic_load(&world.destroyed), 0);
    assert_int_equal(atomic_load(&world.runs), 0);
    destroy(job);
    sx_worker_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done_work_wakes_its_caller),
        cmocka_unit_test(test_abandoned_work_cleans_up_by_itself),
        cmocka_unit_test(test_a_wait_has_an_end),
        cmocka_unit_test(test_work_that_can_t_start_stays_the_caller_s),
    };

    return cmocka_run_group_tests_name("net/worker", tests, NULL, NULL);
}
