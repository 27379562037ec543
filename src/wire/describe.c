/* wire/describe.c: the definitions, and the one walk along them. The reader's rule, that every byte has
 * its field, decides before anything is shown: the walk runs twice, first without a sink. */
#include "wire/describe.h"

#include <string.h>

#include "wire/reader.h"

enum row_kind {
    ROW_END,
    ROW_BOOL,
    ROW_FLAG, /* a boolean that says whether ROW_IF_SET rows are there */
    ROW_U32,
    ROW_COUNT, /* how often the rows behind it come */
    ROW_COOKIE,
    ROW_TEXT,
    ROW_BYTES,
    ROW_COMMAND,
    ROW_SECRET,
    ROW_LENGTH, /* a string of which only the length is anybody's business */
    ROW_CHOICE, /* a text that says which rows follow at ROW_FIELDS */
    ROW_FIELDS, /* of the choice's; of a choice that isn't known the number of bytes */
};

struct row {
    const char *name;
    enum row_kind kind;
    bool is_if_set; /* only behind a ROW_FLAG that is true */
};

struct choice {
    const char *name;
    const struct row *rows;
};

struct definition {
    uint8_t number;
    const char *of; /* key exchange or method; NULL: it means the same always */
    const char *name;
    const struct row *rows;
    const struct choice *choices;
};

#define ROWS(...)                                                                                  \
    (const struct row[])                                                                           \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            NULL, ROW_END, false                                                                   \
        }                                                                                          \
    }
#define NUMBER(name)                                                                               \
    {                                                                                              \
        name, ROW_U32, false                                                                       \
    }
#define BOOL(name)                                                                                 \
    {                                                                                              \
        name, ROW_BOOL, false                                                                      \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, ROW_TEXT, false                                                                      \
    }
#define BYTES(name)                                                                                \
    {                                                                                              \
        name, ROW_BYTES, false                                                                     \
    }
#define SECRET(name)                                                                               \
    {                                                                                              \
        name, ROW_SECRET, false                                                                    \
    }
#define COUNT(name)                                                                                \
    {                                                                                              \
        name, ROW_COUNT, false                                                                     \
    }

static const struct row nothing[] = { { NULL, ROW_END, false } };

/* ---- user authentication: RFC 4252, RFC 4256, RFC 4462 ---------------------------------------- */

static const struct choice methods[] = {
    { "none", nothing },
    { "password", ROWS({ "has_new", ROW_FLAG, false }, SECRET("password"),
                       { "new_password", ROW_SECRET, true }) },
    { "publickey", ROWS({ "has_signature", ROW_FLAG, false }, TEXT("algorithm"),
                        BYTES("public_key"), { "signature", ROW_BYTES, true }) },
    { "keyboard-interactive", ROWS(TEXT("language"), TEXT("submethods")) },
    { "gssapi-with-mic", ROWS(COUNT("mechanisms"), BYTES("oid")) },
    { "gssapi-keyex", ROWS(SECRET("mic")) },
    { NULL, NULL },
};

/* ---- connection: RFC 4254 -------------------------------------------------------------------- */

static const struct choice channel_requests[] = {
    { "pty-req", ROWS(TEXT("term"), NUMBER("columns"), NUMBER("rows"), NUMBER("width_pixels"),
                      NUMBER("height_pixels"), BYTES("modes")) },
    { "env", ROWS(TEXT("name"), SECRET("value")) },
    { "exec", ROWS({ "command", ROW_COMMAND, false }) },
    { "shell", nothing },
    { "signal", ROWS(TEXT("signal")) },
    { "window-change",
      ROWS(NUMBER("columns"), NUMBER("rows"), NUMBER("width_pixels"), NUMBER("height_pixels")) },
    { "exit-status", ROWS(NUMBER("status")) },
    { "exit-signal", ROWS(TEXT("signal"), BOOL("core_dumped"), TEXT("message"), TEXT("language")) },
    { "keepalive@openssh.com", nothing },
    { "eow@openssh.com", nothing },
    { NULL, NULL },
};

static const struct choice global_requests[] = {
    { "keepalive@openssh.com", nothing },
    { "no-more-sessions@openssh.com", nothing },
    { NULL, NULL },
};

static const struct choice channel_types[] = { { "session", nothing }, { NULL, NULL } };

#define RECIPIENT ROWS(NUMBER("recipient"))
#define HEAD(name)                                                                                 \
    {                                                                                              \
        name, ROW_CHOICE, false                                                                    \
    }
#define FIELDS                                                                                     \
    {                                                                                              \
        "fields_bytes", ROW_FIELDS, false                                                          \
    }

static const char dh[] = "dh";
static const char gex[] = "gex";
static const char gss[] = "gss";

static const struct definition definitions[] = {
    /* RFC 4253, RFC 8308 */
    { 1, NULL, "DISCONNECT", ROWS(NUMBER("reason"), TEXT("description"), TEXT("language")), NULL },
    { 2, NULL, "IGNORE", ROWS({ "data_bytes", ROW_LENGTH, false }), NULL },
    { 3, NULL, "UNIMPLEMENTED", ROWS(NUMBER("sequence")), NULL },
    { 4, NULL, "DEBUG", ROWS(BOOL("always_display"), TEXT("message"), TEXT("language")), NULL },
    { 5, NULL, "SERVICE_REQUEST", ROWS(TEXT("service")), NULL },
    { 6, NULL, "SERVICE_ACCEPT", ROWS(TEXT("service")), NULL },
    { 7, NULL, "EXT_INFO", ROWS(COUNT("extensions"), TEXT("name"), TEXT("value")), NULL },
    { 8, NULL, "NEWCOMPRESS", nothing, NULL },
    { 20, NULL, "KEXINIT",
      ROWS({ "cookie", ROW_COOKIE, false }, TEXT("kex_algorithms"), TEXT("host_key_algorithms"),
           TEXT("ciphers_to_server"), TEXT("ciphers_to_client"), TEXT("macs_to_server"),
           TEXT("macs_to_client"), TEXT("compression_to_server"), TEXT("compression_to_client"),
           TEXT("languages_to_server"), TEXT("languages_to_client"), BOOL("first_kex_follows"),
           NUMBER("reserved")),
      NULL },
    { 21, NULL, "NEWKEYS", nothing, NULL },
    /* RFC 4253 section 8, RFC 5656, RFC 4419: what is sent in the clear is public, signatures too */
    { 30, dh, "KEXDH_INIT", ROWS(BYTES("share")), NULL },
    { 31, dh, "KEXDH_REPLY", ROWS(BYTES("host_key"), BYTES("share"), BYTES("signature")), NULL },
    { 34, gex, "KEX_DH_GEX_REQUEST", ROWS(NUMBER("min"), NUMBER("preferred"), NUMBER("max")),
      NULL },
    { 31, gex, "KEX_DH_GEX_GROUP", ROWS(BYTES("p"), BYTES("g")), NULL },
    { 32, gex, "KEX_DH_GEX_INIT", ROWS(BYTES("share")), NULL },
    { 33, gex, "KEX_DH_GEX_REPLY", ROWS(BYTES("host_key"), BYTES("share"), BYTES("signature")),
      NULL },
    /* RFC 4462 section 2, RFC 8732 */
    { 30, gss, "KEXGSS_INIT", ROWS(SECRET("token"), BYTES("share")), NULL },
    { 31, gss, "KEXGSS_CONTINUE", ROWS(SECRET("token")), NULL },
    { 32, gss, "KEXGSS_COMPLETE",
      ROWS(BYTES("share"), SECRET("mic"), { "has_token", ROW_FLAG, false },
           { "token", ROW_SECRET, true }),
      NULL },
    { 33, gss, "KEXGSS_HOSTKEY", ROWS(BYTES("host_key")), NULL },
    { 34, gss, "KEXGSS_ERROR",
      ROWS(NUMBER("major"), NUMBER("minor"), TEXT("message"), TEXT("language")), NULL },
    { 40, gss, "KEXGSS_GROUPREQ", ROWS(NUMBER("min"), NUMBER("preferred"), NUMBER("max")), NULL },
    { 41, gss, "KEXGSS_GROUP", ROWS(BYTES("p"), BYTES("g")), NULL },
    /* RFC 4252 */
    { 50, NULL, "USERAUTH_REQUEST", ROWS(TEXT("user"), TEXT("service"), HEAD("method"), FIELDS),
      methods },
    { 51, NULL, "USERAUTH_FAILURE", ROWS(TEXT("methods"), BOOL("partial_success")), NULL },
    { 52, NULL, "USERAUTH_SUCCESS", nothing, NULL },
    { 53, NULL, "USERAUTH_BANNER", ROWS(TEXT("message"), TEXT("language")), NULL },
    { 60, "publickey", "USERAUTH_PK_OK", ROWS(TEXT("algorithm"), BYTES("public_key")), NULL },
    { 60, "password", "USERAUTH_PASSWD_CHANGEREQ", ROWS(TEXT("prompt"), TEXT("language")), NULL },
    /* RFC 4256 */
    { 60, "keyboard-interactive", "USERAUTH_INFO_REQUEST",
      ROWS(TEXT("name"), TEXT("instruction"), TEXT("language"), COUNT("prompts"), TEXT("prompt"),
           BOOL("echo")),
      NULL },
    { 61, "keyboard-interactive", "USERAUTH_INFO_RESPONSE",
      ROWS(COUNT("responses"), SECRET("response")), NULL },
    /* RFC 4462 section 3 */
    { 60, "gssapi-with-mic", "USERAUTH_GSSAPI_RESPONSE", ROWS(BYTES("oid")), NULL },
    { 61, "gssapi-with-mic", "USERAUTH_GSSAPI_TOKEN", ROWS(SECRET("token")), NULL },
    { 63, "gssapi-with-mic", "USERAUTH_GSSAPI_EXCHANGE_COMPLETE", nothing, NULL },
    { 64, "gssapi-with-mic", "USERAUTH_GSSAPI_ERROR",
      ROWS(NUMBER("major"), NUMBER("minor"), TEXT("message"), TEXT("language")), NULL },
    { 65, "gssapi-with-mic", "USERAUTH_GSSAPI_ERRTOK", ROWS(SECRET("token")), NULL },
    { 66, "gssapi-with-mic", "USERAUTH_GSSAPI_MIC", ROWS(SECRET("mic")), NULL },
    /* RFC 4254 */
    { 80, NULL, "GLOBAL_REQUEST", ROWS(HEAD("name"), BOOL("want_reply"), FIELDS), global_requests },
    { 81, NULL, "REQUEST_SUCCESS", ROWS(FIELDS), NULL },
    { 82, NULL, "REQUEST_FAILURE", nothing, NULL },
    { 90, NULL, "CHANNEL_OPEN",
      ROWS(HEAD("type"), NUMBER("sender"), NUMBER("window"), NUMBER("max_packet"), FIELDS),
      channel_types },
    { 91, NULL, "CHANNEL_OPEN_CONFIRMATION",
      ROWS(NUMBER("recipient"), NUMBER("sender"), NUMBER("window"), NUMBER("max_packet")), NULL },
    { 92, NULL, "CHANNEL_OPEN_FAILURE",
      ROWS(NUMBER("recipient"), NUMBER("reason"), TEXT("description"), TEXT("language")), NULL },
    { 93, NULL, "CHANNEL_WINDOW_ADJUST", ROWS(NUMBER("recipient"), NUMBER("bytes_to_add")), NULL },
    { 94, NULL, "CHANNEL_DATA", ROWS(NUMBER("recipient"), { "data_bytes", ROW_LENGTH, false }),
      NULL },
    { 95, NULL, "CHANNEL_EXTENDED_DATA",
      ROWS(NUMBER("recipient"), NUMBER("data_type"), { "data_bytes", ROW_LENGTH, false }), NULL },
    { 96, NULL, "CHANNEL_EOF", RECIPIENT, NULL },
    { 97, NULL, "CHANNEL_CLOSE", RECIPIENT, NULL },
    { 98, NULL, "CHANNEL_REQUEST",
      ROWS(NUMBER("recipient"), HEAD("type"), BOOL("want_reply"), FIELDS), channel_requests },
    { 99, NULL, "CHANNEL_SUCCESS", RECIPIENT, NULL },
    { 100, NULL, "CHANNEL_FAILURE", RECIPIENT, NULL },
};

static const struct choice *find_choice(const struct choice *choices, struct sx_slice name)
{
    for (; choices != NULL && choices->name != NULL; choices++)
        if (sx_slice_is_text(name, choices->name))
            return choices;
    return NULL;
}

static const struct definition *find(const struct sx_describe *describe, uint8_t number)
{
    static const char *const layouts[] = { NULL, dh, gex, gss };
    const char *of = NULL;

    if (number >= SX_MSG_KEX_FIRST && number <= SX_MSG_KEX_LAST)
        of = layouts[describe->kex];
    else if (number >= SX_MSG_USERAUTH_FIRST && number <= SX_MSG_USERAUTH_LAST)
        of = describe->is_custom ? NULL : describe->method;
    for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++)
        if (definitions[i].number == number &&
            (definitions[i].of == NULL || (of != NULL && strcmp(definitions[i].of, of) == 0)))
            return &definitions[i];
    return NULL;
}

const char *sx_describe_name(const struct sx_describe *describe, uint8_t number)
{
    const struct definition *definition = find(describe, number);

    return definition == NULL ? "unknown" : definition->name;
}

/* ---- the walk -------------------------------------------------------------------------------- */

struct walk {
    struct sx_reader reader;
    const struct choice *choices;
    struct sx_slice chosen;
    bool flag;
    sx_describe_sink sink; /* NULL: only to see whether it all fits */
    void *ctx;
};

static void show(const struct walk *walk, struct sx_field field)
{
    if (walk->sink != NULL && !sx_reader_is_bad(&walk->reader))
        walk->sink(walk->ctx, &field);
}

static void show_number(const struct walk *walk, const char *name, unsigned long long number)
{
    show(walk, SX_NUMBER(name, number));
}

static void take_string(struct walk *walk, const struct row *row)
{
    struct sx_slice bytes = sx_reader_string(&walk->reader);

    switch (row->kind) {
    case ROW_CHOICE:
        walk->chosen = bytes;
        show(walk, SX_PEER(row->name, bytes));
        return;
    case ROW_TEXT: show(walk, SX_PEER(row->name, bytes)); return;
    case ROW_BYTES: show(walk, SX_DATA(row->name, bytes)); return;
    case ROW_COMMAND: show(walk, SX_COMMAND(row->name, bytes)); return;
    case ROW_LENGTH: show_number(walk, row->name, bytes.len); return;
    default: show(walk, SX_SECRET(row->name, bytes)); return;
    }
}

static void take_row(struct walk *walk, const struct row *row)
{
    bool is_true;

    switch (row->kind) {
    case ROW_BOOL:
    case ROW_FLAG:
        is_true = sx_reader_bool(&walk->reader);
        walk->flag = row->kind == ROW_FLAG ? is_true : walk->flag;
        show_number(walk, row->name, is_true);
        return;
    case ROW_U32: show_number(walk, row->name, sx_reader_u32(&walk->reader)); return;
    case ROW_COOKIE: show(walk, SX_DATA(row->name, sx_reader_bytes(&walk->reader, 16))); return;
    default: take_string(walk, row); return;
    }
}

static void take_rows(struct walk *walk, const struct row *rows)
{
    for (; rows->kind != ROW_END; rows++)
        if (!rows->is_if_set || walk->flag)
            take_row(walk, rows);
}

/* The fields that a choice has, or what is left as a number of bytes. */
static void take_fields(struct walk *walk, const char *name);

/* Rows up to the end, or to those that come in any number or depend on a choice: both end a message. */
static void take_message(struct walk *walk, const struct row *rows)
{
    for (; rows->kind != ROW_END; rows++) {
        if (rows->kind == ROW_COUNT) {
            uint32_t count = sx_reader_u32(&walk->reader);

            show_number(walk, rows->name, count);
            for (; count > 0 && !sx_reader_is_bad(&walk->reader); count--)
                take_rows(walk, rows + 1);
            return;
        }
        if (rows->kind == ROW_FIELDS) {
            take_fields(walk, rows->name);
            return;
        }
        if (!rows->is_if_set || walk->flag)
            take_row(walk, rows);
    }
}

static void take_fields(struct walk *walk, const char *name)
{
    const struct choice *choice = find_choice(walk->choices, walk->chosen);

    walk->choices = NULL;
    if (choice != NULL)
        take_message(walk, choice->rows);
    else
        show_number(walk, name, sx_reader_rest(&walk->reader).len);
}

static bool walk_along(const struct definition *definition, const struct choice *choices,
                       struct sx_slice payload, sx_describe_sink sink, void *ctx)
{
    struct walk walk = { .choices = choices, .sink = sink, .ctx = ctx };

    sx_reader_init(&walk.reader, payload);
    sx_reader_expect_u8(&walk.reader, definition->number);
    take_message(&walk, definition->rows);
    return sx_reader_finish(&walk.reader) == SX_OK;
}

bool sx_describe_fields(const struct sx_describe *describe, struct sx_slice payload,
                        sx_describe_sink sink, void *ctx)
{
    const struct definition *definition = payload.len == 0 ? NULL : find(describe, payload.ptr[0]);
    const struct choice *choices;

    if (definition == NULL)
        return false;
    /* Of a program's own request the method's name says nothing certain about what follows. */
    choices = definition->choices == methods && describe->is_custom ? NULL : definition->choices;
    return walk_along(definition, choices, payload, NULL, NULL) &&
           walk_along(definition, choices, payload, sink, ctx);
}

void sx_describe_sent(struct sx_describe *describe, struct sx_slice payload)
{
    const struct choice *choice;
    struct sx_reader reader;

    if (payload.len == 0 || payload.ptr[0] != SX_MSG_USERAUTH_REQUEST)
        return;
    sx_reader_init(&reader, payload);
    (void)sx_reader_u8(&reader);
    (void)sx_reader_string(&reader);
    (void)sx_reader_string(&reader);
    choice = find_choice(methods, sx_reader_string(&reader));
    describe->method = choice == NULL ? NULL : choice->name;
}
