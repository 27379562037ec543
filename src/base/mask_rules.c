/* base/mask_rules.c: the built-in rules and a site's, as tables and lists that are walked for each
 * word. Everything is bounded: a word that is longer than a name can be is none. */
#include "base/mask_rules.h"

#include <string.h>

#include "base/text.h"

enum { WORD_MAX = 256 }; /* of a name or of a program; longer ones are neither */

struct argument {
    const char *program; /* a pattern */
    const char *option;
    bool is_glued; /* the value stands in the option's word, or nowhere */
};

static const struct argument built_in[] = {
    { "*mysql*", "-p", true },    { "*mariadb*", "-p", true },       { "*sshpass*", "-p", false },
    { "mongo*", "-p", false },    { "curl", "-u", false },           { "curl", "--user", false },
    { "curl", "-U", false },      { "curl", "--proxy-user", false }, { "ldap*", "-w", false },
    { "redis-cli", "-a", false }, { "smbclient", "-U", false },      { "rpcclient", "-U", false },
    { "zip", "-P", false },       { "unzip", "-P", false },          { "7z*", "-p", true },
};
enum { BUILT_IN_COUNT = sizeof built_in / sizeof built_in[0] };
_Static_assert(BUILT_IN_COUNT <= 64 && SX_MASK_ARGUMENTS_MAX <= 64, "a bit each");

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* text in lower case and with a NUL; false when it is too long. */
static bool copy_lower(struct sx_slice text, char *out, size_t cap)
{
    if (text.len >= cap || (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL))
        return false;
    for (size_t i = 0; i < text.len; i++)
        out[i] = lower((char)text.ptr[i]);
    out[text.len] = '\0';
    return true;
}

static bool is_match(struct sx_slice pattern, const char *lower_text)
{
    char lowered[SX_MASK_ENTRY_MAX + 1];

    return copy_lower(pattern, lowered, sizeof lowered) && sx_pattern_is_match(lowered, lower_text);
}

/* ---- lists of a site ------------------------------------------------------------------------- */

static bool is_pattern(struct sx_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = lower((char)text.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr("._-*?", c) == NULL))
            return false;
    }
    return text.len > 0 && text.len <= SX_MASK_ENTRY_MAX;
}

/* "-x", "--word" or "*". */
static bool is_option(struct sx_slice text)
{
    if (sx_slice_is_text(text, "*"))
        return true;
    return is_pattern(text) && text.len >= 2 && text.ptr[0] == '-' &&
           memchr(text.ptr, '*', text.len) == NULL && memchr(text.ptr, '?', text.len) == NULL;
}

static bool split(struct sx_slice entry, struct sx_slice *out_program, struct sx_slice *out_option)
{
    const uint8_t *colon = entry.len == 0 ? NULL : memchr(entry.ptr, ':', entry.len);

    if (colon == NULL)
        return false;
    *out_program = sx_slice_of(entry.ptr, (size_t)(colon - entry.ptr));
    *out_option = sx_slice_of(colon + 1, entry.len - out_program->len - 1);
    return true;
}

/* sx_list_next has no entry behind the last comma. */
static bool is_ended_by_comma(struct sx_slice list)
{
    return list.len > 0 && list.ptr[list.len - 1] == ',';
}

bool sx_mask_names_are_valid(struct sx_slice list)
{
    struct sx_slice entry;

    if (is_ended_by_comma(list))
        return false;
    while (sx_list_next(&list, &entry))
        if (!is_pattern(entry))
            return false;
    return true;
}

bool sx_mask_arguments_are_valid(struct sx_slice list)
{
    struct sx_slice entry;
    struct sx_slice program;
    struct sx_slice option;
    unsigned count = 0;

    if (is_ended_by_comma(list))
        return false;
    while (sx_list_next(&list, &entry))
        if (++count > SX_MASK_ARGUMENTS_MAX || !split(entry, &program, &option) ||
            !is_pattern(program) || !is_option(option))
            return false;
    return true;
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool has_end(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t n = strlen(end);

    return len >= n && strcmp(text + len - n, end) == 0;
}

static bool is_built_in_name(const char *name)
{
    static const char *const parts[] = { "password",   "passwd",   "passphrase", "secret",
                                         "token",      "apikey",   "api-key",    "api_key",
                                         "credential", "mysql_pwd" };
    static const char *const ends[] = { "pass", "passin", "passout" };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(name, parts[i]) != NULL)
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (has_end(name, ends[i]))
            return true;
    return false;
}

/* A quote may open in front of the dashes, or behind them. */
bool sx_mask_is_secret_name(const struct sx_mask_rules *rules, struct sx_slice name)
{
    struct sx_slice rest = sx_slice_text(rules == NULL ? NULL : rules->names);
    struct sx_slice entry;
    char text[WORD_MAX];

    while (name.len > 0 && (name.ptr[0] == '-' || name.ptr[0] == '"' || name.ptr[0] == '\''))
        name = sx_slice_of(name.ptr + 1, name.len - 1);
    if (name.len == 0 || !copy_lower(name, text, sizeof text))
        return false;
    if (is_built_in_name(text))
        return true;
    while (sx_list_next(&rest, &entry))
        if (is_match(entry, text))
            return true;
    return false;
}

/* ---- arguments of programs ------------------------------------------------------------------- */

static struct sx_slice base_name(struct sx_slice word)
{
    while (word.len > 0 && (word.ptr[word.len - 1] == '"' || word.ptr[word.len - 1] == '\''))
        word.len--;
    for (size_t i = word.len; i > 0; i--)
        if (word.ptr[i - 1] == '/' || word.ptr[i - 1] == '"' || word.ptr[i - 1] == '\'')
            return sx_slice_of(word.ptr + i, word.len - i);
    return word;
}

void sx_mask_note_program(const struct sx_mask_rules *rules, struct sx_slice word,
                          struct sx_mask_active *active)
{
    struct sx_slice rest = sx_slice_text(rules == NULL ? NULL : rules->arguments);
    struct sx_slice entry;
    struct sx_slice program;
    struct sx_slice option;
    char name[WORD_MAX];

    if (!copy_lower(base_name(word), name, sizeof name))
        return;
    for (unsigned i = 0; i < BUILT_IN_COUNT; i++)
        if (is_match(sx_slice_text(built_in[i].program), name))
            active->built_in |= UINT64_C(1) << i;
    for (unsigned i = 0; i < SX_MASK_ARGUMENTS_MAX && sx_list_next(&rest, &entry); i++)
        if (split(entry, &program, &option) && is_match(program, name))
            active->site |= UINT64_C(1) << i;
}

/* One option against one word: -x takes what follows in its word, --word what follows = or :. */
static enum sx_mask_argument compare(struct sx_slice option, bool is_glued, struct sx_slice word,
                                     size_t *out_from)
{
    bool is_short = option.len == 2 && option.ptr[1] != '-';

    *out_from = 0;
    if (sx_slice_is_text(option, "*"))
        return SX_MASK_ARGUMENT_SELF;
    if (word.len < option.len || memcmp(word.ptr, option.ptr, option.len) != 0)
        return SX_MASK_ARGUMENT_NONE;
    if (word.len == option.len)
        return is_glued ? SX_MASK_ARGUMENT_NONE : SX_MASK_ARGUMENT_NEXT;
    *out_from = option.len;
    if (is_short)
        return SX_MASK_ARGUMENT_SELF;
    (*out_from)++;
    return word.ptr[option.len] == '=' || word.ptr[option.len] == ':' ? SX_MASK_ARGUMENT_SELF
                                                                      : SX_MASK_ARGUMENT_NONE;
}

enum sx_mask_argument sx_mask_argument_of(const struct sx_mask_rules *rules,
                                          const struct sx_mask_active *active, struct sx_slice word,
                                          size_t *out_from)
{
    struct sx_slice rest = sx_slice_text(rules == NULL ? NULL : rules->arguments);
    enum sx_mask_argument found = SX_MASK_ARGUMENT_NONE;
    struct sx_slice entry;
    struct sx_slice program;
    struct sx_slice option;

    for (unsigned i = 0; found == SX_MASK_ARGUMENT_NONE && i < BUILT_IN_COUNT; i++)
        if ((active->built_in & UINT64_C(1) << i) != 0)
            found =
                compare(sx_slice_text(built_in[i].option), built_in[i].is_glued, word, out_from);
    if (active->site == 0)
        return found;
    for (unsigned i = 0;
         found == SX_MASK_ARGUMENT_NONE && i < SX_MASK_ARGUMENTS_MAX && sx_list_next(&rest, &entry);
         i++)
        if ((active->site & UINT64_C(1) << i) != 0 && split(entry, &program, &option))
            found = compare(option, false, word, out_from);
    return found;
}
