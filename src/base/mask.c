/* base/mask.c: word by word, by the rules of mask.h. What looks like a secret and isn't one is
 * covered as well; what is one and doesn't look like it can't be known here. */
#include "base/mask.h"

#include <string.h>

#include "base/mask_rules.h"
#include "base/memory.h"

static const char cover[] = "****";

/* What is read, and what is written of it. */
struct masking {
    const struct sx_mask_rules *rules;
    struct sx_mask_active active;
    const char *text;
    size_t len;
    size_t at;
    char *out;
    size_t used;
    bool is_next_secret; /* the next word is a value that was announced */
    bool is_quoted;      /* the words are those of a text in quotes */
};

/* Without case. */
static bool is_word(struct sx_slice word, const char *text)
{
    size_t i = 0;

    for (; i < word.len && text[i] != '\0'; i++) {
        char c = (char)word.ptr[i];

        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != text[i])
            return false;
    }
    return i == word.len && text[i] == '\0';
}

static void put(struct masking *m, const void *text, size_t len)
{
    memcpy(m->out + m->used, text, len);
    m->used += len;
}

static void put_cover(struct masking *m)
{
    put(m, cover, sizeof cover - 1);
}

/* What stands between words. */
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

/* scheme://user:X@host: the place of X, or false. X may hold @ itself. */
static bool find_url_secret(const char *word, size_t len, size_t *out_from, size_t *out_to)
{
    bool is_found = false;

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
                is_found = true;
            }
        }
        if (is_found)
            return true;
    }
    return false;
}

/* Whether a word announces that the next one is secret. */
static bool announces(const struct masking *m, struct sx_slice word)
{
    struct sx_slice name = word;

    if (word.ptr[0] == '-' && memchr(word.ptr, '=', word.len) == NULL &&
        sx_mask_is_secret_name(m->rules, word))
        return true;
    if (is_word(word, "bearer") || is_word(word, "basic"))
        return true;
    name.len--;
    return m->is_quoted && word.ptr[name.len] == ':' && sx_mask_is_secret_name(m->rules, name);
}

/* A name and its value in one word; false when it isn't. */
static bool take_named(struct masking *m, struct sx_slice word)
{
    const uint8_t *sign = memchr(word.ptr, '=', word.len);
    size_t name;

    if (sign == NULL && m->is_quoted)
        sign = memchr(word.ptr, ':', word.len);
    if (sign == NULL || (sign + 1 == word.ptr + word.len && *sign == ':'))
        return false;
    name = (size_t)(sign - word.ptr);
    if (!sx_mask_is_secret_name(m->rules, sx_slice_of(word.ptr, name)))
        return false;
    put(m, word.ptr, name + 1);
    put_cover(m);
    return true;
}

static void take_word(struct masking *m, const char *text, size_t len)
{
    struct sx_slice word = sx_slice_of(text, len);
    bool was_announced = m->is_next_secret;
    enum sx_mask_argument argument;
    size_t from;
    size_t to;

    m->is_next_secret = announces(m, word);
    argument = sx_mask_argument_of(m->rules, &m->active, word, &from);
    if (argument == SX_MASK_ARGUMENT_NEXT)
        m->is_next_secret = true;
    sx_mask_note_program(m->rules, word, &m->active);
    if (was_announced) {
        /* A flag may stand where a value was expected; then it announces one itself. */
        put_cover(m);
    } else if (take_named(m, word)) {
        return;
    } else if (argument == SX_MASK_ARGUMENT_SELF) {
        put(m, text, from);
        put_cover(m);
    } else if (find_url_secret(text, len, &from, &to)) {
        put(m, text, from);
        put_cover(m);
        put(m, text + to, len - to);
    } else {
        put(m, text, len);
    }
}

/* What divides the words of a quoted text: quotes of either kind and backslashes, too. */
static bool is_inner_blank(char c)
{
    return is_blank(c) || c == '\'' || c == '"' || c == '\\';
}

/* A header in quotes is one word to the shell: what follows Bearer in it is covered, too. */
static void take_quoted(struct masking *m, const char *word, size_t len)
{
    struct masking inner = { .rules = m->rules,
                             .active = m->active,
                             .text = word,
                             .len = len,
                             .out = m->out,
                             .used = m->used,
                             .is_quoted = true };

    while (inner.at < len) {
        size_t end = inner.at;

        while (end < len && is_inner_blank(word[end]))
            end++;
        put(&inner, word + inner.at, end - inner.at);
        inner.at = end;
        while (end < len && !is_inner_blank(word[end]))
            end++;
        if (end > inner.at)
            take_word(&inner, word + inner.at, end - inner.at);
        inner.at = end;
    }
    m->used = inner.used;
    m->active = inner.active;
}

/* Several words to whoever gets them, of which none is a name's or an option's value as a whole. */
static bool is_text(const struct masking *m, struct sx_slice word)
{
    const uint8_t *sign = memchr(word.ptr, '=', word.len);
    size_t from;

    if (m->is_next_secret || memchr(word.ptr, ' ', word.len) == NULL)
        return false;
    if (sign != NULL &&
        sx_mask_is_secret_name(m->rules, sx_slice_of(word.ptr, (size_t)(sign - word.ptr))))
        return false;
    return sx_mask_argument_of(m->rules, &m->active, word, &from) == SX_MASK_ARGUMENT_NONE;
}

/* Past what stands between words; a line that goes on behind a backslash is no word. */
static size_t skip_blanks(const struct masking *m)
{
    size_t end = m->at;

    for (;;) {
        if (end < m->len && is_blank(m->text[end]))
            end++;
        else if (end + 1 < m->len && m->text[end] == '\\' && m->text[end + 1] == '\n')
            end += 2;
        else
            return end;
    }
}

char *sx_mask_command(struct sx_slice command, const struct sx_mask_rules *rules)
{
    /* A cover stands for at least one byte, or for none behind a name and its sign. */
    size_t room = command.len * sizeof cover + sizeof cover;
    struct masking m = { .rules = rules, .text = (const char *)command.ptr, .len = command.len };

    if (command.len > 64 * 1024 * 1024)
        return NULL;
    m.out = sx_alloc(room);
    if (m.out == NULL)
        return NULL;
    while (m.at < m.len) {
        size_t end = skip_blanks(&m);

        put(&m, m.text + m.at, end - m.at);
        m.at = end;
        end = word_end(&m, m.at);
        if (end == m.at)
            break;
        if (is_text(&m, sx_slice_of(m.text + m.at, end - m.at)))
            take_quoted(&m, m.text + m.at, end - m.at);
        else
            take_word(&m, m.text + m.at, end - m.at);
        m.at = end;
    }
    m.out[m.used] = '\0';
    return m.out;
}
