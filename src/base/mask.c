/* base/mask.c: word by word, by the rules of mask.h. What looks like a secret and isn't one is
 * covered as well; what is one and doesn't look like it can't be known here. */
#include "base/mask.h"

#include <string.h>

#include "base/memory.h"

static const char cover[] = "****";

/* What is read, and what is written of it. */
struct masking {
    const char *text;
    size_t len;
    size_t at;
    char *out;
    size_t used;
    bool is_next_secret; /* the next word is a value that was announced */
    bool is_mysql;       /* -pX is a password in what follows */
    bool is_sshpass;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool holds(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= len; i++) {
        size_t k = 0;

        while (k < n && lower(text[i + k]) == word[k])
            k++;
        if (k == n)
            return true;
    }
    return false;
}

static bool is_secret_name(const char *name, size_t len)
{
    static const char *const words[] = { "password", "passwd", "passphrase", "secret",
                                         "token",    "apikey", "api-key",    "api_key" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (holds(name, len, words[i]))
            return true;
    return false;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && holds(text, len, word);
}

static void put(struct masking *m, const char *text, size_t len)
{
    memcpy(m->out + m->used, text, len);
    m->used += len;
}

static void put_cover(struct masking *m)
{
    put(m, cover, sizeof cover - 1);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '|' || c == '&' ||
           c == '(' || c == ')';
}

/* To the end of the word; quotes and backslashes hold blanks. */
static size_t word_end(const struct masking *m, size_t from)
{
    char quote = '\0';
    size_t i = from;

    for (; i < m->len; i++) {
        char c = m->text[i];

        if (quote != '\0') {
            if (c == '\\' && quote == '"' && i + 1 < m->len)
                i++;
            else if (c == quote)
                quote = '\0';
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '\\' && i + 1 < m->len) {
            i++;
        } else if (is_blank(c)) {
            break;
        }
    }
    return i;
}

/* scheme://user:X@host: the place of X, or false. */
static bool find_url_secret(const char *word, size_t len, size_t *out_from, size_t *out_to)
{
    for (size_t i = 0; i + 3 < len; i++) {
        size_t colon = 0;

        if (memcmp(word + i, "://", 3) != 0)
            continue;
        for (size_t k = i + 3; k < len && word[k] != '/'; k++) {
            if (word[k] == ':' && colon == 0)
                colon = k;
            if (word[k] == '@' && colon != 0) {
                *out_from = colon + 1;
                *out_to = k;
                return true;
            }
        }
    }
    return false;
}

static void note_program(struct masking *m, const char *word, size_t len)
{
    m->is_mysql |= holds(word, len, "mysql") || holds(word, len, "mariadb");
    m->is_sshpass |= holds(word, len, "sshpass");
}

static void take_word(struct masking *m, const char *word, size_t len)
{
    const char *equals = memchr(word, '=', len);
    size_t name = equals == NULL ? len : (size_t)(equals - word);
    size_t from;
    size_t to;

    if (m->is_next_secret && word[0] != '-') {
        put_cover(m);
        m->is_next_secret = false;
        return;
    }
    m->is_next_secret = false;
    note_program(m, word, len);
    if (equals != NULL && is_secret_name(word, name)) {
        put(m, word, name + 1);
        put_cover(m);
    } else if (m->is_mysql && len > 2 && word[0] == '-' && word[1] == 'p') {
        put(m, word, 2);
        put_cover(m);
    } else if (find_url_secret(word, len, &from, &to)) {
        put(m, word, from);
        put_cover(m);
        put(m, word + to, len - to);
    } else {
        put(m, word, len);
        m->is_next_secret = (word[0] == '-' && is_secret_name(word, len)) ||
                            (m->is_sshpass && is_word(word, len, "-p")) ||
                            is_word(word, len, "bearer") || is_word(word, len, "basic");
    }
}

/* A header in quotes is one word to the shell: what follows Bearer in it is covered, too. */
static void take_quoted(struct masking *m, const char *word, size_t len)
{
    struct masking inner = { .text = word, .len = len, .out = m->out, .used = m->used };

    while (inner.at < len) {
        size_t end = inner.at;

        while (end < len && (is_blank(word[end]) || word[end] == '\'' || word[end] == '"'))
            end++;
        put(&inner, word + inner.at, end - inner.at);
        inner.at = end;
        while (end < len && !is_blank(word[end]) && word[end] != '\'' && word[end] != '"')
            end++;
        if (end > inner.at)
            take_word(&inner, word + inner.at, end - inner.at);
        inner.at = end;
    }
    m->used = inner.used;
}

static bool is_quoted_text(const char *word, size_t len)
{
    return (word[0] == '\'' || word[0] == '"') && memchr(word, ' ', len) != NULL;
}

char *sx_mask_command(struct sx_slice command)
{
    /* A cover stands for at least one byte, or for none behind a name and its sign. */
    size_t room = command.len * sizeof cover + sizeof cover;
    struct masking m = { .text = (const char *)command.ptr, .len = command.len };

    if (command.len > 64 * 1024 * 1024)
        return NULL;
    m.out = sx_alloc(room);
    if (m.out == NULL)
        return NULL;
    while (m.at < m.len) {
        size_t end = m.at;

        while (end < m.len && is_blank(m.text[end]))
            end++;
        put(&m, m.text + m.at, end - m.at);
        m.at = end;
        end = word_end(&m, m.at);
        if (end > m.at && !m.is_next_secret && is_quoted_text(m.text + m.at, end - m.at))
            take_quoted(&m, m.text + m.at, end - m.at);
        else if (end > m.at)
            take_word(&m, m.text + m.at, end - m.at);
        m.at = end;
    }
    m.out[m.used] = '\0';
    return m.out;
}
