/* A log collector's name: refused with a text, or parts that can be connected to. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/syslog_target.h"

static bool is_sound(const struct sx_syslog_target *target)
{
    if (target->kind == SX_SYSLOG_LOCAL)
        return target->path[0] == '/' && strlen(target->path) < sizeof target->path;
    if (target->host[0] == '\0' || strlen(target->host) >= sizeof target->host ||
        target->port[0] == '\0' || strlen(target->port) >= sizeof target->port)
        return false;
    return target->kind == SX_SYSLOG_TCP ||
           (target->ca != NULL && target->ca[0] == '/' && target->name[0] != '\0' &&
            (target->cert == NULL) == (target->key == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_syslog_target target;
    struct sx_fault fault = { 0 };
    char *text = sx_alloc(size + 1);
    enum sx_err err;

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    err = sx_syslog_target_read(text, &fault, &target);
    if (err != SX_OK && (fault.err != err || fault.text[0] == '\0'))
        abort();
    if (err == SX_OK) {
        if (!is_sound(&target))
            abort();
        sx_syslog_target_clear(&target);
    }
    sx_free(text);
    return 0;
}
