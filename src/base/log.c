/* base/log.c: puts typed fields on a line. What a peer wrote stands in quotes that it can't close,
 * so that it can't pass for a field of ours; a secret shows its length alone. */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { PEER_TEXT_MAX = 256 }; /* as it appears, escapes included */

struct line {
    char text[SX_LOG_LINE_MAX];
    size_t len;
    bool is_cut;
};

static void line_add(struct line *line, const char *text)
{
    size_t len = strlen(text);
    size_t room = sizeof line->text - 1 - line->len;

    if (len > room) {
        len = room;
        line->is_cut = true;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void line_add_number(struct line *line, unsigned long long number)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%llu", number);
    line_add(line, digits);
}

static void line_add_public(struct line *line, struct sx_slice bytes)
{
    char text[SX_LOG_LINE_MAX];

    line_add(line, sx_escape(text, sizeof text, bytes));
}

static void line_add_quoted(struct line *line, struct sx_slice bytes)
{
    char text[PEER_TEXT_MAX + 1];
    char *rest = text;
    char *quote;

    sx_escape(text, sizeof text, bytes);
    line_add(line, "\"");
    while ((quote = strchr(rest, '"')) != NULL) {
        *quote = '\0';
        line_add(line, rest);
        line_add(line, "\\x22");
        rest = quote + 1;
    }
    line_add(line, rest);
    line_add(line, "\"");
    sx_wipe(text, sizeof text); /* with masking off it was a secret */
}

static void line_add_field(struct line *line, const struct sx_field *field, bool is_unmasked)
{
    line_add(line, " ");
    line_add(line, field->name);
    line_add(line, "=");
    switch (field->kind) {
    case SX_FIELD_PUBLIC: line_add_public(line, field->bytes); return;
    case SX_FIELD_PEER: line_add_quoted(line, field->bytes); return;
    case SX_FIELD_NUMBER: line_add_number(line, field->number); return;
    case SX_FIELD_SECRET: break;
    }
    /* also where a kind that isn't known would end: masked */
    if (is_unmasked && field->kind == SX_FIELD_SECRET) {
        line_add_quoted(line, field->bytes);
        return;
    }
    line_add(line, "****(");
    line_add_number(line, field->bytes.len);
    line_add(line, ")");
}

/* Ends the line; one that was cut says so, and is never cut inside a character. */
static void line_finish(struct line *line)
{
    static const char cut[] = "...";

    if (line->is_cut) {
        size_t len = sizeof line->text - sizeof cut;

        while (len > 0 && ((unsigned char)line->text[len] & 0xc0) == 0x80)
            len--;
        memcpy(line->text + len, cut, sizeof cut);
        return;
    }
    line->text[line->len] = '\0';
}

bool sx_log_is_on(const struct sx_log *log, enum sx_log_level level)
{
    return log != NULL && log->write != NULL && level != SX_LOG_NONE && level <= log->level;
}

void sx_log_write(const struct sx_log *log, enum sx_log_level level, const char *what,
                  const struct sx_field *fields, size_t count)
{
    struct line line;

    if (!sx_log_is_on(log, level))
        return;
    line.len = 0;
    line.is_cut = false;
    line_add(&line, what);
    for (size_t i = 0; i < count; i++)
        line_add_field(&line, &fields[i], log->is_unmasked);
    line_finish(&line);
    log->write(log->ctx, level, line.text);
    if (log->is_unmasked)
        sx_wipe(&line, sizeof line);
}
