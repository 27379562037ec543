/* client/special.c: the settings that do more than keep a value. */
#include "client/special.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "client/errors.h"
#include "client/log_lines.h"
#include "client/session.h"
#include "client/values.h"

#if SX_LEGACY
#define LEGACY_TEXT "built in"
#else
#define LEGACY_TEXT "left out"
#endif

int sx_lend_text(struct sexec *object, struct sx_buffer *out, const char *text)
{
    return sx_fail_err(object, sx_buffer_append(out, sx_slice_of(text, strlen(text) + 1)),
                       &object->fault);
}

bool sx_parse_bool(const char *text, bool *out)
{
    static const char *const yes[] = { "True", "1", "Yes" };
    static const char *const no[] = { "False", "0", "No" };

    for (int i = 0; i < 3; i++) {
        if (sx_text_is_equal_nocase(text, yes[i]) || sx_text_is_equal_nocase(text, no[i])) {
            *out = sx_text_is_equal_nocase(text, yes[i]);
            return true;
        }
    }
    return false;
}

bool sx_parse_number(const char *text, long long *out)
{
    char *end;
    long long value;

    /* strtoll would take blanks and signs that nobody means. */
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0')
        return false;
    *out = value;
    return true;
}

static int refuse(struct sexec *object, const char *name, const char *why)
{
    return sx_fail(object, SEXEC_SETTING, "setting %s: %s", name, why);
}

int sx_check_client_version(struct sexec *object, const char *value)
{
    if (sx_ident_is_valid_client(value))
        return 0;
    return refuse(object, "ClientSSHVersionString",
                  "it must start with \"SSH-2.0-\" and hold 9 to 253 printable ASCII characters");
}

int sx_check_fingerprints(struct sexec *object, const char *value)
{
    (void)object;
    (void)value; /* what an entry may be depends on the provider: checked at the logon */
    return 0;
}

int sx_check_output_mode(struct sexec *object, const char *value)
{
    if (strcmp(value, "lines") == 0 || strcmp(value, "chunks") == 0)
        return 0;
    return refuse(object, "OutputMode", "the value must be \"lines\" or \"chunks\"");
}

int sx_get_build_info(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out,
                        "libsexec " SX_VERSION " (compiler " __VERSION__
                        ", legacy algorithms " LEGACY_TEXT ")");
}

int sx_get_renegotiate(struct sexec *object, struct sx_buffer *out)
{
    if (object->engine == NULL || !object->is_connected)
        return sx_fail_code(object, SEXEC_CONNECT_FIRST);
    if (sx_engine_rekey(object->engine) != SX_OK)
        return sx_fail(object, SEXEC_BAD_STATE, "no key exchange can be started now");
    return sx_lend_text(object, out, "");
}

int sx_set_data_eol_bytes(struct sexec *object, struct sx_slice mark)
{
    char *copy = sx_alloc(mark.len + 1);

    if (copy == NULL)
        return sx_fail_err(object, SX_ERR_MEMORY, &object->fault);
    if (mark.len > 0)
        memcpy(copy, mark.ptr, mark.len);
    sx_text_free_wiped(object->values.data_eol);
    object->values.data_eol = copy;
    object->values.data_eol_len = mark.len;
    return 0;
}

int sx_set_data_eol(struct sexec *object, const char *value)
{
    return sx_set_data_eol_bytes(object, sx_slice_text(value));
}

int sx_get_data_eol(struct sexec *object, struct sx_buffer *out)
{
    return sx_fail_err(object,
                       sx_buffer_append(out, sx_slice_of(object->values.data_eol,
                                                         object->values.data_eol_len + 1)),
                       &object->fault);
}

enum { WINDOW_MIN = 32 * 1024 };

int sx_set_max_window(struct sexec *object, const char *value)
{
    long long window;

    if (!sx_parse_number(value, &window) || window < WINDOW_MIN || window > INT_MAX)
        return sx_fail(object, SEXEC_SETTING,
                       "setting MaxWindowSize: the value must be a number from %d to %d",
                       WINDOW_MIN, INT_MAX);
    if (sx_is_in_progress(object) && window < object->values.max_window)
        return sx_fail(object, SEXEC_BAD_STATE,
                       "setting MaxWindowSize can only grow while a connection is in progress");
    object->values.max_window = (int)window;
    if (object->engine == NULL)
        return 0;
    return sx_fail_err(object, sx_engine_widen(object->engine, (uint32_t)window), &object->fault);
}

int sx_get_max_window(struct sexec *object, struct sx_buffer *out)
{
    char text[16];

    snprintf(text, sizeof text, "%d", object->values.max_window);
    return sx_lend_text(object, out, text);
}

int sx_get_local_host(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, sexec_get_local_host(object));
}

int sx_get_local_port(struct sexec *object, struct sx_buffer *out)
{
    char text[16];

    snprintf(text, sizeof text, "%d", sexec_get_local_port(object));
    return sx_lend_text(object, out, text);
}

int sx_get_server_version(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, object->server_version);
}

int sx_set_log_level(struct sexec *object, const char *value)
{
    long long level;

    if (!sx_parse_number(value, &level) || level > SX_LOG_DEBUG)
        return refuse(object, "LogLevel", "the value must be 0 to 3");
    object->values.log_level = (int)level;
    sx_log_lines_level(object);
    return 0;
}

int sx_get_log_level(struct sexec *object, struct sx_buffer *out)
{
    char text[8];

    snprintf(text, sizeof text, "%d", object->values.log_level);
    return sx_lend_text(object, out, text);
}
