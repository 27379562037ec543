/* client/fire.h: what the files that fire public events share. */
#ifndef SX_CLIENT_FIRE_H
#define SX_CLIENT_FIRE_H

#include "client/events.h"

/* SETTER defines sexec_on_NAME; FIRE calls the handler of that type, if there is one. */
#define SETTER(name, index)                                                                        \
    void sexec_on_##name(struct sexec *object, sexec_##name##_handler handler, void *context)      \
    {                                                                                              \
        sx_set_handler(object, (index), (void (*)(void))handler, context);                         \
    }

#define FIRE(name, index, event)                                                                   \
    do {                                                                                           \
        struct sx_handler fire_handler = object->handlers[index];                                  \
        if (fire_handler.function != NULL) {                                                       \
            object->handler_depth++;                                                               \
            ((sexec_##name##_handler)fire_handler.function)(object, (event),                       \
                                                            fire_handler.context);                 \
            object->handler_depth--;                                                               \
        }                                                                                          \
    } while (0)

#endif
