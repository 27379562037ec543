/* keys/known_hosts_line.c: markers, patterns and hashed names. */
#include "keys/known_hosts_line.h"

#include "base/text.h"
#include "crypto/hmac.h"
#include "keys/key_line.h"

#include <stdio.h>
#include <string.h>

enum { SALT_SIZE = 20, SSH_PORT = 22 };

bool sx_known_line_parse(struct sx_slice text, struct sx_known_line *out, bool *out_revokes)
{
    struct sx_known_line line = { .marker = SX_KNOWN_PLAIN };
    struct sx_slice first = sx_key_line_word(&text);

    *out_revokes = false;
    if (first.len == 0 || first.ptr[0] == '#')
        return false;
    if (first.ptr[0] == '@') {
        if (sx_slice_is_text(first, "@revoked"))
            line.marker = SX_KNOWN_REVOCATION;
        else if (sx_slice_is_text(first, "@cert-authority"))
            line.marker = SX_KNOWN_AUTHORITY;
        else
            return false;
        *out_revokes = line.marker == SX_KNOWN_REVOCATION;
        first = sx_key_line_word(&text);
    }
    line.hosts = first;
    line.type = sx_key_line_word(&text);
    line.coded = sx_key_line_word(&text);
    *out = line;
    return line.coded.len != 0;
}

/* --- Names ------------------------------------------------------------------------------------ */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What names of hosts, addresses and their zones are made of. A blank, a comma or a line end would
 * make another line of what is written; a star would match others. */
static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-._:%", c) != NULL ||
           (unsigned char)c >= 0x80;
}

enum sx_err sx_known_names_make(const char *host, int port, struct sx_fault *fault,
                                struct sx_known_names *out)
{
    struct sx_known_names names;
    char shown[SX_KNOWN_NAME_MAX];
    size_t len = strlen(host);

    for (size_t i = 0; i < len && i < sizeof names.plain; i++) {
        if (!is_name_char(lower(host[i])))
            return sx_fault_set(fault, SX_ERR_ARGUMENT,
                                "the host's name \"%s\" can't stand in a file of known hosts",
                                sx_escape(shown, sizeof shown, sx_slice_text(host)));
        names.plain[i] = lower(host[i]);
    }
    if (len == 0 || len > 255)
        return sx_fault_set(fault, SX_ERR_ARGUMENT,
                            "a host's name has 1 to 255 bytes, this one %zu", len);
    names.plain[len] = '\0';
    if (port == SSH_PORT)
        (void)snprintf(names.full, sizeof names.full, "%s", names.plain);
    else
        (void)snprintf(names.full, sizeof names.full, "[%.255s]:%d", names.plain, port & 0xffff);
    *out = names;
    return SX_OK;
}

/* --- Matching --------------------------------------------------------------------------------- */

/* OpenSSH's patterns know `*` and `?` alone: brackets are part of a name with its port. Only the
 * last star needs a second try: what an earlier one could take, it can take too. */
static bool is_wild_match(struct sx_slice pattern, const char *name)
{
    size_t at = 0;
    size_t star = SIZE_MAX; /* behind the last star */
    const char *retry = name;

    while (*name != '\0') {
        char c = at < pattern.len ? lower((char)pattern.ptr[at]) : '\0';

        if (at < pattern.len && c == '*') {
            star = ++at;
            retry = name;
        } else if (at < pattern.len && (c == '?' || c == *name)) {
            at++;
            name++;
        } else if (star != SIZE_MAX) {
            at = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (at < pattern.len && pattern.ptr[at] == '*')
        at++;
    return at == pattern.len;
}

/* A negated pattern that matches speaks against the whole line. */
static bool is_pattern_match(struct sx_slice hosts, const char *name)
{
    struct sx_slice entry;
    bool is_match = false;

    while (sx_list_next(&hosts, &entry)) {
        bool is_negated = entry.len > 0 && entry.ptr[0] == '!';

        if (is_negated)
            entry = sx_slice_of(entry.ptr + 1, entry.len - 1);
        if (entry.len == 0 || !is_wild_match(entry, name))
            continue;
        if (is_negated)
            return false;
        is_match = true;
    }
    return is_match;
}

/* "|1|base64 of the salt|base64 of HMAC-SHA1(salt, name)" */
static bool hash_parse(struct sx_slice hosts, uint8_t salt[SALT_SIZE], uint8_t hash[SALT_SIZE])
{
    static const char magic[] = "|1|";
    const size_t skip = sizeof magic - 1;
    const uint8_t *bar;
    struct sx_slice salt_text;
    size_t salt_len;
    size_t hash_len;

    if (hosts.len < skip || memcmp(hosts.ptr, magic, skip) != 0)
        return false;
    hosts = sx_slice_of(hosts.ptr + skip, hosts.len - skip);
    bar = memchr(hosts.ptr, '|', hosts.len);
    if (bar == NULL)
        return false;
    salt_text = sx_slice_of(hosts.ptr, (size_t)(bar - hosts.ptr));
    hosts = sx_slice_of(bar + 1, hosts.len - salt_text.len - 1);
    return sx_base64_decode(salt_text, false, true, salt, SALT_SIZE, &salt_len) == SX_OK &&
           salt_len == SALT_SIZE &&
           sx_base64_decode(hosts, false, true, hash, SALT_SIZE, &hash_len) == SX_OK &&
           hash_len == SALT_SIZE;
}

enum sx_err sx_known_hosts_is_match(struct sx_provider *provider, struct sx_slice hosts,
                                    const char *name, bool *out)
{
    uint8_t salt[SALT_SIZE];
    uint8_t wanted[SALT_SIZE];
    uint8_t hash[SX_DIGEST_MAX];

    if (hosts.len == 0 || hosts.ptr[0] != '|') {
        *out = is_pattern_match(hosts, name);
        return SX_OK;
    }
    if (!hash_parse(hosts, salt, wanted)) {
        *out = false;
        return SX_OK;
    }
    SX_TRY(sx_hmac_once(provider, SX_HASH_SHA1, sx_slice_of(salt, sizeof salt), sx_slice_text(name),
                        hash));
    *out = memcmp(hash, wanted, sizeof wanted) == 0;
    return SX_OK;
}

enum sx_err sx_known_name_hash(struct sx_provider *provider, const char *name,
                               char out[SX_KNOWN_HASH_MAX])
{
    uint8_t salt[SALT_SIZE];
    uint8_t hash[SX_DIGEST_MAX];
    char salt_text[32];
    char hash_text[32];

    SX_TRY(sx_random_bytes(provider, salt, sizeof salt));
    SX_TRY(sx_hmac_once(provider, SX_HASH_SHA1, sx_slice_of(salt, sizeof salt), sx_slice_text(name),
                        hash));
    SX_TRY(sx_base64_encode(sx_slice_of(salt, SALT_SIZE), salt_text, sizeof salt_text));
    SX_TRY(sx_base64_encode(sx_slice_of(hash, SALT_SIZE), hash_text, sizeof hash_text));
    (void)snprintf(out, SX_KNOWN_HASH_MAX, "|1|%s|%s", salt_text, hash_text);
    return SX_OK;
}
