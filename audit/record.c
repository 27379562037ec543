/* audit/record.c: the table of what a record says, and the walk over it. */
#include "audit/record.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* --- The schema, version 1 -------------------------------------------------------------------- */

enum member_kind { TEXT, LIST, NUMBER, OPTIONAL, FLAG };

struct member {
    const char *name; /* with the comma before it, quoted, and the colon behind it */
    size_t name_len;
    enum member_kind kind;
    size_t offset; /* in struct sx_audit_record */
};

enum { MEMBERS_MAX = 18 };

struct schema {
    const char *type;
    struct member members[MEMBERS_MAX + 1]; /* until a NULL name */
};

/* The kind follows from the type that the struct gives the member. */
#define MEMBER(name, of)                                                                           \
    {                                                                                              \
        ",\"" name "\":", sizeof ",\"" name "\":" - 1,                                             \
            _Generic(((struct sx_audit_record *)0)->of, struct sx_slice                            \
                     : TEXT, struct sx_audit_list                                                  \
                     : LIST, uint64_t                                                              \
                     : NUMBER, int64_t                                                             \
                     : OPTIONAL, bool                                                              \
                     : FLAG),                                                                      \
            offsetof(struct sx_audit_record, of)                                                   \
    }

/* Names stand once in a line: what the head has already (host, user) is server and login here. */
static const struct schema schemas[SX_AUDIT_TYPE_COUNT] = {
    [SX_AUDIT_LOG_BEGIN] = { "log_begin",
                             { MEMBER("chain", log_begin.chain),
                               MEMBER("generation", log_begin.generation),
                               MEMBER("before", log_begin.before) } },
    [SX_AUDIT_RECOVERY] = { "recovery",
                            { MEMBER("adopted", recovery.adopted),
                              MEMBER("torn_bytes", recovery.torn_bytes),
                              MEMBER("torn_sha256", recovery.torn_sha256) } },
    [SX_AUDIT_CHECKPOINT] = { "checkpoint",
                              { MEMBER("key", checkpoint.key),
                                MEMBER("records", checkpoint.records),
                                MEMBER("head", checkpoint.head) } },
    [SX_AUDIT_OBJECT_BEGIN] = { "object_begin",
                                { MEMBER("library", object_begin.library),
                                  MEMBER("policy", object_begin.policy),
                                  MEMBER("sync", object_begin.sync),
                                  MEMBER("required", object_begin.is_required),
                                  MEMBER("calls_lost", object_begin.calls_lost) } },
    [SX_AUDIT_SETUP] = { "setup", { MEMBER("calls", setup.calls) } },
    [SX_AUDIT_CALL] = { "call",
                        { MEMBER("method", call.method), MEMBER("argument", call.argument),
                          MEMBER("code", call.code) } },
    [SX_AUDIT_OBJECT_END] = { "object_end",
                              { MEMBER("sessions", object_end.sessions),
                                MEMBER("commands", object_end.commands),
                                MEMBER("duration_us", object_end.duration_us) } },
    [SX_AUDIT_SESSION_BEGIN] = { "session_begin",
                                 { MEMBER("server", session_begin.host),
                                   MEMBER("port", session_begin.port),
                                   MEMBER("login", session_begin.user),
                                   MEMBER("auth_mode", session_begin.auth_mode),
                                   MEMBER("policy", session_begin.policy) } },
    [SX_AUDIT_PROVIDER] = { "provider",
                            { MEMBER("name", provider.name),
                              MEMBER("full_name", provider.full_name),
                              MEMBER("version", provider.version),
                              MEMBER("build_info", provider.build_info),
                              MEMBER("fips", provider.is_fips),
                              MEMBER("indicator", provider.has_indicator),
                              MEMBER("module_path", provider.module_path),
                              MEMBER("module_sha256", provider.module_sha256),
                              MEMBER("config_path", provider.config_path),
                              MEMBER("self_tests", provider.self_tests),
                              MEMBER("self_tests_failed", provider.self_tests_failed),
                              MEMBER("self_test_results", provider.self_test_results),
                              MEMBER("unapproved", provider.unapproved),
                              MEMBER("libcrypto", provider.libcrypto),
                              MEMBER("properties", provider.properties),
                              MEMBER("certificate", provider.certificate) } },
    [SX_AUDIT_WEAKENING] = { "weakening",
                             { MEMBER("setting", weakening.setting),
                               MEMBER("value", weakening.value) } },
    [SX_AUDIT_POLICY_REFUSAL] = { "policy_refusal",
                                  { MEMBER("policy", policy_refusal.policy),
                                    MEMBER("error", policy_refusal.error),
                                    MEMBER("reason", policy_refusal.reason) } },
    [SX_AUDIT_HOST_KEY] = { "host_key",
                            { MEMBER("algorithm", host_key.algorithm),
                              MEMBER("key_type", host_key.key_type), MEMBER("bits", host_key.bits),
                              MEMBER("fingerprint", host_key.fingerprint),
                              MEMBER("rekey", host_key.is_rekey),
                              MEMBER("accepted", host_key.is_accepted),
                              MEMBER("ground", host_key.ground) } },
    [SX_AUDIT_KEY_EXCHANGE] = { "key_exchange",
                                { MEMBER("reason", key_exchange.reason),
                                  MEMBER("kex", key_exchange.kex),
                                  MEMBER("host_key", key_exchange.host_key),
                                  MEMBER("cipher_c2s", key_exchange.cipher_c2s),
                                  MEMBER("cipher_s2c", key_exchange.cipher_s2c),
                                  MEMBER("mac_c2s", key_exchange.mac_c2s),
                                  MEMBER("mac_s2c", key_exchange.mac_s2c),
                                  MEMBER("compression_c2s", key_exchange.compression_c2s),
                                  MEMBER("compression_s2c", key_exchange.compression_s2c),
                                  MEMBER("strict", key_exchange.is_strict) } },
    [SX_AUDIT_AUTH_ATTEMPT] = { "auth_attempt",
                                { MEMBER("method", auth_attempt.method),
                                  MEMBER("accepted", auth_attempt.is_accepted),
                                  MEMBER("partial", auth_attempt.is_partial),
                                  MEMBER("methods_left", auth_attempt.methods_left) } },
    [SX_AUDIT_KERBEROS] = { "kerberos",
                            { MEMBER("principal", kerberos.principal),
                              MEMBER("service", kerberos.service),
                              MEMBER("delegated", kerberos.is_delegated) } },
    [SX_AUDIT_LOGGED_ON] = { "logged_on",
                             { MEMBER("niap", logged_on.niap), MEMBER("method", logged_on.method),
                               MEMBER("unproven", logged_on.is_unproven),
                               MEMBER("address", logged_on.address) } },
    [SX_AUDIT_COMMAND_BEGIN] = { "command_begin", { MEMBER("command", command_begin.command) } },
    [SX_AUDIT_COMMAND_END] = { "command_end",
                               { MEMBER("state", command_end.state),
                                 MEMBER("status", command_end.status),
                                 MEMBER("signal", command_end.signal),
                                 MEMBER("core_dumped", command_end.is_core_dumped),
                                 MEMBER("may_still_run", command_end.may_still_run),
                                 MEMBER("code", command_end.code),
                                 MEMBER("stdin_bytes", command_end.stdin_bytes),
                                 MEMBER("stdout_bytes", command_end.stdout_bytes),
                                 MEMBER("stderr_bytes", command_end.stderr_bytes),
                                 MEMBER("stdin_sha256", command_end.stdin_sha256),
                                 MEMBER("stdout_sha256", command_end.stdout_sha256),
                                 MEMBER("stderr_sha256", command_end.stderr_sha256),
                                 MEMBER("duration_us", command_end.duration_us) } },
    [SX_AUDIT_PACKET_DROPPED] = { "packet_dropped",
                                  { MEMBER("niap", packet_dropped.niap),
                                    MEMBER("address", packet_dropped.address),
                                    MEMBER("size", packet_dropped.size),
                                    MEMBER("reason", packet_dropped.reason) } },
    [SX_AUDIT_SESSION_END] = { "session_end",
                               { MEMBER("niap", session_end.niap), MEMBER("code", session_end.code),
                                 MEMBER("reason", session_end.reason),
                                 MEMBER("address", session_end.address),
                                 MEMBER("sends", session_end.sends),
                                 MEMBER("holds", session_end.holds),
                                 MEMBER("do_events", session_end.do_events),
                                 MEMBER("getters", session_end.getters),
                                 MEMBER("unapproved", session_end.unapproved),
                                 MEMBER("duration_us", session_end.duration_us) } },
};

const char *sx_audit_type_name(enum sx_audit_type type)
{
    return (unsigned)type < SX_AUDIT_TYPE_COUNT ? schemas[type].type : NULL;
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* Records are many, and most of a line are these words: their lengths are the compiler's. */
#define PUT(line, literal)                                                                         \
    sx_buffer_append((line), (struct sx_slice){ (const uint8_t *)(literal), sizeof(literal) - 1 })

/* A text that sx_escape made holds no byte that JSON forbids but these two. */
static enum sx_err put_quoted(struct sx_buffer *line, const char *text)
{
    const char *from = text;

    SX_TRY(PUT(line, "\""));
    for (; *text != '\0'; text++) {
        if (*text != '"' && *text != '\\')
            continue;
        SX_TRY(sx_buffer_append(line, sx_slice_of(from, (size_t)(text - from))));
        SX_TRY(PUT(line, "\\"));
        from = text;
    }
    SX_TRY(sx_buffer_append(line, sx_slice_of(from, (size_t)(text - from))));
    return PUT(line, "\"");
}

/* Printable ASCII that no escape is for: nearly every text there is. */
static bool is_plain(struct sx_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e || text.ptr[i] == '"' || text.ptr[i] == '\\')
            return false;
    return true;
}

static enum sx_err put_plain(struct sx_buffer *line, struct sx_slice text)
{
    uint8_t *room;

    SX_TRY(sx_buffer_reserve(line, text.len + 2, &room));
    room[0] = '"';
    if (text.len > 0)
        memcpy(room + 1, text.ptr, text.len);
    room[text.len + 1] = '"';
    sx_buffer_commit(line, text.len + 2);
    return SX_OK;
}

static enum sx_err put_text(struct sx_buffer *line, struct sx_slice text)
{
    const size_t cap = 4 * text.len + 8; /* four for each byte: nothing is ever cut */
    char *escaped;
    enum sx_err err;

    if (text.ptr == NULL)
        return PUT(line, "null");
    if (text.len > SX_AUDIT_TEXT_MAX)
        return SX_ERR_AUDIT;
    if (is_plain(text))
        return put_plain(line, text);
    escaped = sx_alloc(cap);
    if (escaped == NULL)
        return SX_ERR_MEMORY;
    err = put_quoted(line, sx_escape(escaped, cap, text));
    sx_free_wiped(escaped, cap);
    return err;
}

static enum sx_err put_number(struct sx_buffer *line, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    if (number > SX_AUDIT_NUMBER_MAX)
        return SX_ERR_AUDIT;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return sx_buffer_append(line, sx_slice_of(digits + at, sizeof digits - at));
}

static enum sx_err put_list(struct sx_buffer *line, struct sx_slice texts)
{
    bool is_first = true;

    while (texts.len > 0) {
        const uint8_t *end = memchr(texts.ptr, '\0', texts.len);
        size_t len = end == NULL ? texts.len : (size_t)(end - texts.ptr);

        SX_TRY(is_first ? PUT(line, "[") : PUT(line, ","));
        SX_TRY(put_text(line, sx_slice_of(texts.ptr, len)));
        is_first = false;
        len += end == NULL ? 0 : 1;
        texts = sx_slice_of(texts.ptr + len, texts.len - len);
    }
    return is_first ? PUT(line, "[]") : PUT(line, "]");
}

/* --- Time ------------------------------------------------------------------------------------- */

enum {
    DAYS_IN_400_YEARS = 146097,
    DAYS_IN_100_YEARS = 36524,
    DAYS_IN_4_YEARS = 1461,
    DAYS_BEFORE_1970 = 719468, /* since 1 March of the year 0 */
};

struct date {
    unsigned year, month, day;
};

/* The Gregorian date of a day since 1970. Years begin in March here, so that a leap day is the
 * last of its year, 4 years and 100 years. */
static struct date date_of(uint64_t day)
{
    uint64_t left = day + DAYS_BEFORE_1970;
    uint64_t year = left / DAYS_IN_400_YEARS * 400;
    uint64_t n;
    struct date date;

    left %= DAYS_IN_400_YEARS;
    n = left / DAYS_IN_100_YEARS;
    n = n > 3 ? 3 : n; /* the leap day that the fourth century has more */
    year += n * 100;
    left -= n * DAYS_IN_100_YEARS;
    year += left / DAYS_IN_4_YEARS * 4;
    left %= DAYS_IN_4_YEARS;
    n = left / 365;
    n = n > 3 ? 3 : n;
    year += n;
    left -= n * 365;
    /* From March on, five months have 153 days, in the order 31 30 31 30 31. */
    n = (5 * left + 2) / 153;
    date.day = (unsigned)(left - (153 * n + 2) / 5 + 1);
    date.month = (unsigned)(n < 10 ? n + 3 : n - 9);
    date.year = (unsigned)(year + (n < 10 ? 0 : 1));
    return date;
}

/* Each record has a time: printf would cost as much as all else of its encoding. */
static char *put_digits(char *out, unsigned number, int width, char after)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    out[width] = after;
    return out + width + 1;
}

enum sx_err sx_audit_time_text(uint64_t time_us, char out[SX_AUDIT_TIME_SIZE])
{
    const uint64_t seconds = time_us / 1000000;
    const unsigned in_day = (unsigned)(seconds % 86400);
    const struct date date = date_of(seconds / 86400);

    if (seconds > 253402300799) /* the last of 9999 */
        return SX_ERR_AUDIT;
    out = put_digits(out, date.year, 4, '-');
    out = put_digits(out, date.month, 2, '-');
    out = put_digits(out, date.day, 2, 'T');
    out = put_digits(out, in_day / 3600, 2, ':');
    out = put_digits(out, in_day / 60 % 60, 2, ':');
    out = put_digits(out, in_day % 60, 2, '.');
    out = put_digits(out, (unsigned)(time_us % 1000000), 6, 'Z');
    *out = '\0';
    return SX_OK;
}

static enum sx_err put_time(struct sx_buffer *line, uint64_t time_us)
{
    char text[SX_AUDIT_TIME_SIZE];

    SX_TRY(sx_audit_time_text(time_us, text));
    return put_plain(line, sx_slice_text(text));
}

/* --- The record ------------------------------------------------------------------------------- */

static enum sx_err put_member(struct sx_buffer *line, const struct sx_audit_record *record,
                              const struct member *member)
{
    const void *at = (const char *)record + member->offset;
    int64_t number;

    SX_TRY(sx_buffer_append(line, sx_slice_of(member->name, member->name_len)));
    switch (member->kind) {
    case TEXT: return put_text(line, *(const struct sx_slice *)at);
    case LIST: return put_list(line, ((const struct sx_audit_list *)at)->texts);
    case NUMBER: return put_number(line, *(const uint64_t *)at);
    case FLAG: return *(const bool *)at ? PUT(line, "true") : PUT(line, "false");
    case OPTIONAL: break;
    }
    number = *(const int64_t *)at;
    return number < 0 ? PUT(line, "null") : put_number(line, (uint64_t)number);
}

static enum sx_err put_body(struct sx_buffer *line, const struct sx_audit_record *record)
{
    static const struct member head[] = { MEMBER("host", host), MEMBER("process", process),
                                          MEMBER("user", user), MEMBER("session", session) };
    const struct schema *schema = &schemas[record->type];

    SX_TRY(PUT(line, "\"time\":"));
    SX_TRY(put_time(line, record->time_us));
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        SX_TRY(put_member(line, record, &head[i]));
    SX_TRY(PUT(line, ",\"type\":"));
    SX_TRY(put_plain(line, sx_slice_text(schema->type)));
    for (const struct member *member = schema->members; member->name != NULL; member++)
        SX_TRY(put_member(line, record, member));
    return SX_OK;
}

enum sx_err sx_audit_body_encode(const struct sx_audit_record *record, struct sx_buffer *out)
{
    const size_t before = sx_buffer_len(out);
    enum sx_err err;

    if ((unsigned)record->type >= SX_AUDIT_TYPE_COUNT)
        return SX_ERR_AUDIT;
    err = put_body(out, record);
    if (err == SX_OK && sx_buffer_len(out) - before > SX_AUDIT_LINE_MAX)
        err = SX_ERR_AUDIT; /* several long texts, beyond any line */
    if (err != SX_OK)
        sx_buffer_truncate(out, before);
    return err;
}

static enum sx_err put_frame(struct sx_buffer *line, uint64_t sequence, struct sx_slice previous,
                             struct sx_slice body)
{
    SX_TRY(PUT(line, "{\"v\":"));
    SX_TRY(put_number(line, SX_AUDIT_VERSION));
    SX_TRY(PUT(line, ",\"seq\":"));
    SX_TRY(put_number(line, sequence));
    SX_TRY(PUT(line, ","));
    SX_TRY(sx_buffer_append(line, body));
    SX_TRY(PUT(line, ",\"prev\":"));
    return put_text(line, previous);
}

enum sx_err sx_audit_frame(uint64_t sequence, struct sx_slice previous, struct sx_slice body,
                           struct sx_buffer *out)
{
    const size_t before = sx_buffer_len(out);
    enum sx_err err = put_frame(out, sequence, previous, body);

    if (err == SX_OK && sx_buffer_len(out) - before > SX_AUDIT_LINE_MAX)
        err = SX_ERR_AUDIT;
    if (err != SX_OK)
        sx_buffer_truncate(out, before);
    return err;
}

enum sx_err sx_audit_record_encode(const struct sx_audit_record *record, struct sx_buffer *out)
{
    struct sx_buffer body;
    enum sx_err err;

    sx_buffer_init(&body, SX_AUDIT_LINE_MAX);
    err = sx_audit_body_encode(record, &body);
    if (err == SX_ERR_SPACE)
        err = SX_ERR_AUDIT; /* of a line's bound, not of out's */
    if (err == SX_OK)
        err = sx_audit_frame(record->sequence, record->previous, sx_buffer_unread(&body), out);
    sx_buffer_clear(&body);
    return err;
}
