/* base/log.c: puts typed fields on a line. What a peer wrote stands in quotes that it can't close,
 * so that it can't pass for a field of ours; a secret shows its length alone. */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

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
    char text[SX_LOG_TEXT_MAX + 1];
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

static void line_add_length(struct line *line, const char *mark, size_t len)
{
    line_add(line, mark);
    line_add(line, "(");
    line_add_number(line, len);
    line_add(line, ")");
}

/* Without memory to cover its secrets it is one. */
static void line_add_command(struct line *line, struct sx_slice command,
                             const struct sx_mask_rules *rules)
{
    char *masked = sx_mask_command(command, rules);

    if (masked == NULL)
        line_add_length(line, "****", command.len);
    else
        line_add_quoted(line, sx_slice_text(masked));
    sx_text_free_wiped(masked);
}

static void line_add_data(struct line *line, struct sx_slice bytes)
{
    char text[3 * SX_LOG_DATA_MAX + 1];
    size_t len = bytes.len < SX_LOG_DATA_MAX ? bytes.len : SX_LOG_DATA_MAX;

    line_add(line, sx_hex_encode(text, sx_slice_of(bytes.ptr, len), '\0'));
    if (len < bytes.len)
        line_add_length(line, "...", bytes.len);
}

static void line_add_field(struct line *line, const struct sx_field *field,
                           const struct sx_log *log)
{
    line_add(line, " ");
    line_add(line, field->name);
    line_add(line, "=");
    switch (field->kind) {
    case SX_FIELD_PUBLIC: line_add_public(line, field->bytes); return;
    case SX_FIELD_PEER: line_add_quoted(line, field->bytes); return;
    case SX_FIELD_NUMBER: line_add_number(line, field->number); return;
    case SX_FIELD_DATA: line_add_data(line, field->bytes); return;
    case SX_FIELD_COMMAND:
        if (log->is_unmasked)
            line_add_quoted(line, field->bytes);
        else
            line_add_command(line, field->bytes, &log->mask);
        return;
    case SX_FIELD_SECRET: break;
    }
    /* also where a kind that isn't known would end: masked */
    if (log->is_unmasked && field->kind == SX_FIELD_SECRET) {
        line_add_quoted(line, field->bytes);
        return;
    }
    line_add_length(line, "****", field->bytes.len);
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
        line_add_field(&line, &fields[i], log);
    line_finish(&line);
    log->write(log->ctx, level, line.text);
    if (log->is_unmasked)
        sx_wipe(&line, sizeof line);
}
