/* base/log.h: log lines from typed fields.
 *
 * There is no free %s: a line is a constant text and fields, and a field's type decides how it
 * may appear. public: our own words and numbers. peer: bytes from outside, escaped and capped.
 * secret: **** and the length, unless masking is off. command: escaped and capped, its secrets covered by
 * the rules of base/mask.h, unless masking is off. data: bytes that are no secret, in hex, capped. */
#ifndef SX_BASE_LOG_H
#define SX_BASE_LOG_H

#include "base/error.h"
#include "base/mask.h"
#include "base/slice.h"

/* The reference's LogLevel values. */
enum sx_log_level {
    SX_LOG_NONE = 0,
    SX_LOG_INFO = 1,
    SX_LOG_VERBOSE = 2,
    SX_LOG_DEBUG = 3,
};

enum sx_field_kind {
    SX_FIELD_PUBLIC,
    SX_FIELD_PEER,
    SX_FIELD_SECRET,
    SX_FIELD_NUMBER,
    SX_FIELD_COMMAND,
    SX_FIELD_DATA,
};

struct sx_field {
    const char *name;
    enum sx_field_kind kind;
    struct sx_slice bytes;
    unsigned long long number;
};

#define SX_PUBLIC(name, text)                                                                      \
    (struct sx_field)                                                                              \
    {                                                                                              \
        (name), SX_FIELD_PUBLIC, sx_slice_text(text), 0                                            \
    }
#define SX_PEER(name, slice)                                                                       \
    (struct sx_field)                                                                              \
    {                                                                                              \
        (name), SX_FIELD_PEER, (slice), 0                                                          \
    }
#define SX_SECRET(name, slice)                                                                     \
    (struct sx_field)                                                                              \
    {                                                                                              \
        (name), SX_FIELD_SECRET, (slice), 0                                                        \
    }
#define SX_NUMBER(name, value)                                                                     \
    (struct sx_field)                                                                              \
    {                                                                                              \
        (name), SX_FIELD_NUMBER, { NULL, 0 }, (unsigned long long)(value)                          \
    }
#define SX_COMMAND(name, slice)                                                                    \
    (struct sx_field)                                                                              \
    {                                                                                              \
        (name), SX_FIELD_COMMAND, (slice), 0                                                       \
    }
#define SX_DATA(name, slice)                                                                       \
    (struct sx_field)                                                                              \
    {                                                                                              \
        (name), SX_FIELD_DATA, (slice), 0                                                          \
    }

enum {
    SX_LOG_LINE_MAX = 1024,
    SX_LOG_TEXT_MAX = 768, /* of a peer's text or a command, as it appears, escapes included */
    SX_LOG_DATA_MAX = 64,  /* bytes of data */
};

/* Where lines go. Lines above level are not even formatted. */
struct sx_log {
    enum sx_log_level level;
    bool is_unmasked; /* MaskSensitive=False; zero is the safe value */
    void (*write)(void *ctx, enum sx_log_level level, const char *line);
    void *ctx;
    struct sx_mask_rules mask; /* a site's, for commands; its texts are borrowed */
};

bool sx_log_is_on(const struct sx_log *log, enum sx_log_level level);

/* sx_log_write formats "what name=value name=value" and hands it to log->write. log may be NULL.
 * Lines are cut at SX_LOG_LINE_MAX. Use through SX_LOG. */
void sx_log_write(const struct sx_log *log, enum sx_log_level level, const char *what,
                  const struct sx_field *fields, size_t count);

/* SX_LOG(log, SX_LOG_INFO, "key exchange", SX_PUBLIC("kex", name), SX_NUMBER("bytes", n)); at
 * least one field; a line without fields is sx_log_write(log, level, what, NULL, 0). */
#define SX_LOG(log, level, what, ...)                                                              \
    do {                                                                                           \
        if (sx_log_is_on((log), (level))) {                                                        \
            const struct sx_field sx_log_fields[] = { __VA_ARGS__ };                               \
            sx_log_write((log), (level), (what), sx_log_fields,                                    \
                         sizeof sx_log_fields / sizeof sx_log_fields[0]);                          \
        }                                                                                          \
    } while (0)

#endif
