/* client/task.c: one worker between an object and what may block. */
#include "client/task.h"

#include "client/object.h"

enum sx_err sx_task_start(struct sexec *object, const struct sx_work *work,
                          void (*answer)(struct sexec *object, void *job), struct sx_fault *fault)
{
    struct sx_task *task = &object->task;

    if (task->worker != NULL)
        return sx_fault_set(fault, SX_ERR_STATE, "another question isn't answered yet");
    SX_TRY(sx_worker_start(work, &object->wake, fault, &task->worker));
    task->job = work->job;
    task->answer = answer;
    return SX_OK;
}

bool sx_task_is_running(const struct sexec *object)
{
    return object->task.worker != NULL;
}

bool sx_task_work(struct sexec *object)
{
    const struct sx_task done = object->task;

    if (done.worker == NULL || !sx_worker_is_done(done.worker))
        return false;
    object->task = (struct sx_task){ NULL, NULL, NULL };
    /* Or a loop of the program's own would find it readable for ever. An interrupt that came
     * meanwhile has its flag, which is looked at after this. */
    sx_wake_drain(&object->wake);
    done.answer(object, done.job);
    sx_worker_free(done.worker);
    return true;
}

void sx_task_stop(struct sexec *object)
{
    sx_worker_free(object->task.worker);
    object->task = (struct sx_task){ NULL, NULL, NULL };
}
