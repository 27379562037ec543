/* client/fire.h: what the files that fire public events share. */
#ifndef SX_CLIENT_FIRE_H
#define SX_CLIENT_FIRE_H

#include "client/events.h"

/* sx_handler_enter says whether there is a handler to call now. None is called out of itself: what
 * a handler of on_log does would be logged without end. */
bool sx_handler_enter(struct sexec *object, enum sx_handler_index index);
void sx_handler_leave(struct sexec *object, enum sx_handler_index index);

/* SETTER defines sexec_on_NAME; FIRE calls the handler of that type, if there is one. */
#define SETTER(name, index)                                                                        \
    void sexec_on_##name(struct sexec *object, sexec_##name##_handler handler, void *context)      \
    {                                                                                              \
        sx_set_handler(object, (index), "on_" #name, (void (*)(void))handler, context);            \
    }

#define FIRE(name, index, event)                                                                   \
    do {                                                                                           \
        struct sx_handler fire_handler = object->handlers[index];                                  \
        if (sx_handler_enter(object, (index))) {                                                   \
            ((sexec_##name##_handler)fire_handler.function)(object, (event),                       \
                                                            fire_handler.context);                 \
            sx_handler_leave(object, (index));                                                     \
        }                                                                                          \
    } while (0)

#endif
