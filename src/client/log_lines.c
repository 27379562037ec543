/* client/log_lines.c: log lines that wait for a moment at which their handler may do anything. */
#include "client/log_lines.h"

#include <string.h>

#include "client/events.h"

void sx_log_lines_level(struct sexec *object)
{
    object->log.level = sx_has_handler(object, SX_ON_LOG)
                            ? (enum sx_log_level)object->values.log_level
                            : SX_LOG_NONE;
}

void sx_log_lines_add(struct sexec *object, enum sx_log_level level, const char *line)
{
    const uint8_t head = (uint8_t)level;
    size_t len = strlen(line) + 1;
    uint8_t *room;

    if (!sx_has_handler(object, SX_ON_LOG) || sx_is_handler_running(object, SX_ON_LOG) ||
        sx_buffer_reserve(&object->log_lines, 1 + len, &room) != SX_OK)
        return;
    room[0] = head;
    memcpy(room + 1, line, len);
    sx_buffer_commit(&object->log_lines, 1 + len);
}

void sx_log_lines_tell(struct sexec *object)
{
    struct sx_buffer lines;

    while (object->handler_depth == 0 && sx_buffer_len(&object->log_lines) > 0) {
        struct sx_slice rest;

        lines = object->log_lines;
        sx_buffer_init(&object->log_lines, lines.max);
        for (rest = sx_buffer_unread(&lines); rest.len > 0;) {
            size_t len = strlen((const char *)rest.ptr + 1) + 2;

            sx_fire_log(object, rest.ptr[0], (const char *)rest.ptr + 1);
            rest = sx_slice_of(rest.ptr + len, rest.len - len);
        }
        sx_buffer_clear(&lines);
    }
}
