/* base/event.c: the small ring of events between the engine's layers and its caller. */
#include "base/event.h"

enum sx_err sx_event_push(struct sx_event_queue *queue, struct sx_event event)
{
    if (queue->count == SX_EVENT_QUEUE_MAX)
        return SX_ERR_INTERNAL;
    queue->events[(queue->first + queue->count) % SX_EVENT_QUEUE_MAX] = event;
    queue->count++;
    return SX_OK;
}

bool sx_event_pop(struct sx_event_queue *queue, struct sx_event *out)
{
    if (queue->count == 0)
        return false;
    *out = queue->events[queue->first];
    queue->first = (queue->first + 1) % SX_EVENT_QUEUE_MAX;
    queue->count--;
    return true;
}
