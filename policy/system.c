/* policy/system.c: crypto-policies' back end for OpenSSH's client, for "policy = system". Its lines
 * are ssh_config(5), written by a program: a keyword, blanks or one '=', a value. */
#include "policy/site.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *keyword;
    enum sx_alg_kind kind;
} lists[] = {
    { "KexAlgorithms", SX_ALG_KEX },
    { "HostKeyAlgorithms", SX_ALG_HOST_KEY },
    { "PubkeyAcceptedAlgorithms", SX_ALG_USER_KEY },
    { "PubkeyAcceptedKeyTypes", SX_ALG_USER_KEY }, /* its name before OpenSSH 8.5 */
    { "Ciphers", SX_ALG_CIPHER },
    { "MACs", SX_ALG_MAC },
};

/* What reaches beyond the file. */
static const char *const conditions[] = { "Host", "Match", "Include" };

struct reading {
    const char *path;
    unsigned line;
    unsigned list_count;
    struct sx_fault *fault;
    struct sx_site site;
};

static enum sx_err complain(const struct reading *reading, const char *what)
{
    return sx_fault_set(reading->fault, SX_ERR_POLICY_SETTING,
                        "the machine's policy %s, line %u: %s", reading->path, reading->line, what);
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Cuts a line into keyword and value, both without blanks around them. False for an empty line
 * and a comment. */
static bool split(struct sx_slice line, char *keyword, size_t cap, struct sx_slice *out_value)
{
    size_t at = 0, end = line.len, start;

    while (end > 0 && is_blank(line.ptr[end - 1]))
        end--;
    while (at < end && is_blank(line.ptr[at]))
        at++;
    if (at == end || line.ptr[at] == '#')
        return false;
    start = at;
    while (at < end && !is_blank(line.ptr[at]) && line.ptr[at] != '=')
        at++;
    (void)snprintf(keyword, cap, "%.*s", (int)(at - start), (const char *)line.ptr + start);
    while (at < end && is_blank(line.ptr[at]))
        at++;
    if (at < end && line.ptr[at] == '=')
        at++;
    while (at < end && is_blank(line.ptr[at]))
        at++;
    *out_value = sx_slice_of(line.ptr + at, end - at);
    return true;
}

static enum sx_err take_list(struct reading *reading, enum sx_alg_kind kind, struct sx_slice value)
{
    char *out = reading->site.lists[kind];

    if (value.len == 0 || value.len >= SX_SITE_LIST_MAX)
        return complain(reading, "the list is empty or too long");
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] <= ' ' || value.ptr[i] > '~' || value.ptr[i] == '"')
            return complain(reading, "the list holds a byte that is no part of a name");
    }
    reading->list_count++;
    if (out[0] != '\0')
        return SX_OK; /* as with ssh_config, the first one counts */
    memcpy(out, value.ptr, value.len);
    out[value.len] = '\0';
    return SX_OK;
}

static enum sx_err take_rsa_size(struct reading *reading, struct sx_slice value)
{
    unsigned bits = 0;

    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9' || bits > 16384)
            return complain(reading, "the size must be a number of bits");
        bits = bits * 10 + (unsigned)(value.ptr[i] - '0');
    }
    if (bits == 0 || bits > 16384)
        return complain(reading, "the size must be a number of bits");
    reading->site.rsa_min_bits = bits;
    return SX_OK;
}

static enum sx_err take_line(struct reading *reading, struct sx_slice line)
{
    char keyword[64];
    struct sx_slice value;

    if (!split(line, keyword, sizeof keyword, &value))
        return SX_OK;
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (sx_text_is_equal_nocase(keyword, conditions[i]))
            return complain(reading, "Host, Match and Include have no place here");
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (sx_text_is_equal_nocase(keyword, lists[i].keyword))
            return take_list(reading, lists[i].kind, value);
    }
    if (sx_text_is_equal_nocase(keyword, "RequiredRSASize"))
        return take_rsa_size(reading, value);
    return SX_OK;
}

enum sx_err sx_site_decode_system(struct sx_slice bytes, const char *path, struct sx_fault *fault,
                                  struct sx_site *out)
{
    struct reading reading = { .path = path, .fault = fault, .site = { .strict_kex = -1 } };

    if (bytes.len > SX_SITE_BYTES_MAX)
        return complain(&reading, "the file is too large");
    while (bytes.len > 0) {
        const uint8_t *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end == NULL ? bytes.len : (size_t)(end - bytes.ptr);

        reading.line++;
        SX_TRY(take_line(&reading, sx_slice_of(bytes.ptr, len)));
        bytes = sx_slice_of(bytes.ptr + len + (end != NULL), bytes.len - len - (end != NULL));
    }
    if (reading.list_count == 0)
        return complain(&reading, "the file has no list of algorithms");
    *out = reading.site;
    return SX_OK;
}
