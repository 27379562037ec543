/* policy/site.c: the site file's few keys, strictly. */
#include "policy/site.h"

#include "base/mask.h"
#include "base/text.h"

#include <string.h>

enum value_kind {
    VALUE_NAME,
    VALUE_PATH,
    VALUE_LIST,
    VALUE_YES,
    VALUE_NO,
    VALUE_NUMBER,
    VALUE_MASK_NAMES,
    VALUE_MASK_ARGUMENTS
};

/* A key, what its value is, and where that goes. */
struct key {
    const char *name;
    enum value_kind kind;
    size_t offset; /* in struct sx_site */
    size_t size;
    uint64_t min;
    uint64_t max;
};

#define FIELD(field) offsetof(struct sx_site, field), sizeof((struct sx_site *)NULL)->field

/* Numbers that are small enough for anybody to mean them. */
enum { BITS_MIN = 1024, BITS_MAX = 16384, DAY = 86400 };

static const struct key keys[] = {
    { "policy", VALUE_NAME, FIELD(policy), 0, 0 },
    { "lock", VALUE_YES, FIELD(is_locked), 0, 0 },
    { "provider", VALUE_NAME, FIELD(provider), 0, 0 },
    { "module-dir", VALUE_PATH, FIELD(module_dir), 0, 0 },
    { "provider-config", VALUE_PATH, FIELD(provider_config), 0, 0 },
    { "kex", VALUE_LIST, FIELD(lists[SX_ALG_KEX]), 0, 0 },
    { "host-keys", VALUE_LIST, FIELD(lists[SX_ALG_HOST_KEY]), 0, 0 },
    { "user-keys", VALUE_LIST, FIELD(lists[SX_ALG_USER_KEY]), 0, 0 },
    { "ciphers", VALUE_LIST, FIELD(lists[SX_ALG_CIPHER]), 0, 0 },
    { "macs", VALUE_LIST, FIELD(lists[SX_ALG_MAC]), 0, 0 },
    { "compression", VALUE_LIST, FIELD(lists[SX_ALG_COMPRESSION]), 0, 0 },
    { "strict-kex", VALUE_NUMBER, FIELD(strict_kex), 0, SX_STRICT_REQUIRE },
    { "rsa-min-bits", VALUE_NUMBER, FIELD(rsa_min_bits), BITS_MIN, BITS_MAX },
    { "dh-min-bits", VALUE_NUMBER, FIELD(dh_min_bits), BITS_MIN, SX_DH_BITS_MAX },
    { "rekey-bytes", VALUE_NUMBER, FIELD(rekey_bytes), 1024, UINT64_MAX },
    { "rekey-seconds", VALUE_NUMBER, FIELD(rekey_seconds), 1, DAY },
    { "allow-kerberos", VALUE_NO, FIELD(forbids_kerberos), 0, 0 },
    { "allow-delegation", VALUE_NO, FIELD(forbids_delegation), 0, 0 },
    { "allow-agent", VALUE_NO, FIELD(forbids_agent), 0, 0 },
    { "allow-token", VALUE_NO, FIELD(forbids_token), 0, 0 },
    { "audit", VALUE_PATH, FIELD(audit), 0, 0 },
    { "audit-key", VALUE_PATH, FIELD(audit_key), 0, 0 },
    { "audit-syslog", VALUE_NAME, FIELD(audit_syslog), 0, 0 },
    { "mask-names", VALUE_MASK_NAMES, FIELD(mask_names), 0, 0 },
    { "mask-arguments", VALUE_MASK_ARGUMENTS, FIELD(mask_arguments), 0, 0 },
};
enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

/* Where in the file an error is. */
struct place {
    const char *path;
    unsigned line;
    struct sx_fault *fault;
};

static enum sx_err complain(const struct place *place, const char *what, struct sx_slice shown)
{
    char text[96];

    return sx_fault_set(place->fault, SX_ERR_POLICY_SETTING, "site file %s, line %u: %s%s%s",
                        place->path, place->line, what, shown.len == 0 ? "" : ": ",
                        shown.len == 0 ? "" : sx_escape(text, sizeof text, shown));
}

/* --- Values ----------------------------------------------------------------------------------- */

static enum sx_err take_text(const struct place *place, const struct key *key,
                             struct sx_slice value, char *out)
{
    if (value.len >= key->size)
        return complain(place, "the value is too long", SX_SLICE_NONE);
    if (key->kind == VALUE_PATH && value.ptr[0] != '/')
        return complain(place, "the path must be absolute", value);
    memcpy(out, value.ptr, value.len);
    out[value.len] = '\0';
    return SX_OK;
}

static enum sx_err take_bool(const struct place *place, const struct key *key,
                             struct sx_slice value, bool *out)
{
    bool is_yes = sx_slice_is_text(value, "yes");

    if (!is_yes && !sx_slice_is_text(value, "no"))
        return complain(place, "the value must be yes or no, not", value);
    *out = key->kind == VALUE_YES ? is_yes : !is_yes;
    return SX_OK;
}

static enum sx_err take_number(const struct place *place, const struct key *key,
                               struct sx_slice value, void *out)
{
    uint64_t number = 0;
    unsigned narrow;

    for (size_t i = 0; i < value.len; i++) {
        unsigned digit = (unsigned)value.ptr[i] - '0';

        if (digit > 9 || number > (UINT64_MAX - digit) / 10)
            return complain(place, "the value must be a number, not", value);
        number = number * 10 + digit;
    }
    if (number < key->min || number > key->max)
        return complain(place, "the number is out of its range", value);
    if (key->size == sizeof number) {
        memcpy(out, &number, sizeof number);
        return SX_OK;
    }
    narrow = (unsigned)number; /* the table's ranges fit; int and unsigned look alike there */
    memcpy(out, &narrow, sizeof narrow);
    return SX_OK;
}

static enum sx_err take_value(const struct place *place, const struct key *key,
                              struct sx_slice value, struct sx_site *site)
{
    void *out = (char *)site + key->offset;

    if (value.len == 0)
        return complain(place, "the key has no value", SX_SLICE_NONE);
    switch (key->kind) {
    case VALUE_NAME:
    case VALUE_PATH:
    case VALUE_LIST: return take_text(place, key, value, out);
    case VALUE_MASK_NAMES:
        return sx_mask_names_are_valid(value)
                   ? take_text(place, key, value, out)
                   : complain(
                         place,
                         "the value must be a list of names, of letters, digits, '.', '_', '-' "
                         "and the wildcards '*' and '?', not",
                         value);
    case VALUE_MASK_ARGUMENTS:
        return sx_mask_arguments_are_valid(value)
                   ? take_text(place, key, value, out)
                   : complain(place,
                              "the value must be a list of at most 64 entries PROGRAM:-OPTION or "
                              "PROGRAM:*, not",
                              value);
    case VALUE_YES:
    case VALUE_NO: return take_bool(place, key, value, out);
    case VALUE_NUMBER: return take_number(place, key, value, out);
    }
    return SX_ERR_INTERNAL;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static struct sx_slice trim(struct sx_slice text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = sx_slice_of(text.ptr + 1, text.len - 1);
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static const struct key *find_key(struct sx_slice name)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (sx_slice_is_text(name, keys[i].name))
            return &keys[i];
    }
    return NULL;
}

static enum sx_err take_line(const struct place *place, struct sx_slice line,
                             unsigned first_line[KEY_COUNT], struct sx_site *site)
{
    const uint8_t *equals = line.len == 0 ? NULL : memchr(line.ptr, '=', line.len);
    const struct key *key;
    struct sx_slice name;

    if (line.len == 0 || line.ptr[0] == '#')
        return SX_OK;
    for (size_t i = 0; i < line.len; i++) {
        if ((line.ptr[i] < ' ' && line.ptr[i] != '\t') || line.ptr[i] > '~')
            return complain(place, "a byte is no printable ASCII", line);
    }
    if (equals == NULL)
        return complain(place, "no \"key = value\"", line);
    name = trim(sx_slice_of(line.ptr, (size_t)(equals - line.ptr)));
    key = find_key(name);
    if (key == NULL)
        return complain(place, "there is no such key", name);
    if (first_line[key - keys] != 0)
        return complain(place, "the key stands a second time", name);
    first_line[key - keys] = place->line;
    return take_value(place, key,
                      trim(sx_slice_of(equals + 1, line.len - (size_t)(equals + 1 - line.ptr))),
                      site);
}

enum sx_err sx_site_decode(struct sx_slice bytes, const char *path, struct sx_fault *fault,
                           struct sx_site *out)
{
    struct place place = { .path = path, .fault = fault };
    unsigned first_line[KEY_COUNT] = { 0 };
    struct sx_site site = { .strict_kex = -1 };

    if (bytes.len > SX_SITE_BYTES_MAX)
        return complain(&place, "the file is too large", SX_SLICE_NONE);
    while (bytes.len > 0) {
        const uint8_t *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len;

        place.line++;
        if (end == NULL)
            return complain(&place, "the last line has no end: the file may be cut", SX_SLICE_NONE);
        len = (size_t)(end - bytes.ptr);
        SX_TRY(take_line(&place, trim(sx_slice_of(bytes.ptr, len)), first_line, &site));
        bytes = sx_slice_of(end + 1, bytes.len - len - 1);
    }
    *out = site;
    return SX_OK;
}

struct sx_narrowing sx_site_narrowing(const struct sx_site *site, const char *by, bool is_filter)
{
    struct sx_narrowing narrowing = {
        .by = by,
        .is_filter = is_filter,
        .forbids_kerberos = site->forbids_kerberos,
        .forbids_delegation = site->forbids_delegation,
        .forbids_agent = site->forbids_agent,
        .forbids_token = site->forbids_token,
        .strict_kex = site->strict_kex,
        .rsa_min_bits = site->rsa_min_bits,
        .dh_min_bits = site->dh_min_bits,
        .rekey_bytes = site->rekey_bytes,
        .rekey_seconds = site->rekey_seconds,
    };

    for (int kind = 0; kind < SX_ALG_KIND_COUNT; kind++)
        narrowing.lists[kind] = site->lists[kind];
    return narrowing;
}
