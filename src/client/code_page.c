/* client/code_page.c: numbers of code pages become iconv's names. */
#include "client/code_page.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "client/errors.h"
#include "client/special.h"

enum { NAME_MAX_BYTES = 32, EBCDIC_FIRST = 20273, EBCDIC_LAST = 20905, CHUNK = 4096 };

/* Those whose name doesn't follow from the number. */
static const struct {
    int page;
    const char *name;
} names[] = {
    { 708, "ASMO-708" },      { 1200, "UTF-16LE" },
    { 1201, "UTF-16BE" },     { 1361, "JOHAB" },
    { 10000, "MACINTOSH" },   { 10007, "MAC-CYRILLIC" },
    { 10017, "MAC-UK" },      { 10029, "MAC-CENTRALEUROPE" },
    { 10079, "MAC-IS" },      { 12000, "UTF-32LE" },
    { 12001, "UTF-32BE" },    { 20105, "ISO_646.IRV:1991" },
    { 20106, "DIN_66003" },   { 20107, "SEN_850200_C" },
    { 20108, "NS_4551-1" },   { 20127, "US-ASCII" },
    { 20261, "T.61" },        { 20269, "ISO_6937" },
    { 20866, "KOI8-R" },      { 20932, "EUC-JP" },
    { 20936, "EUC-CN" },      { 21025, "IBM1025" },
    { 21866, "KOI8-U" },      { 28591, "ISO-8859-1" },
    { 28592, "ISO-8859-2" },  { 28593, "ISO-8859-3" },
    { 28594, "ISO-8859-4" },  { 28595, "ISO-8859-5" },
    { 28596, "ISO-8859-6" },  { 28597, "ISO-8859-7" },
    { 28598, "ISO-8859-8" },  { 28599, "ISO-8859-9" },
    { 28605, "ISO-8859-15" }, { 38598, "ISO-8859-8" },
    { 50220, "ISO-2022-JP" }, { 50221, "ISO-2022-JP" },
    { 50222, "ISO-2022-JP" }, { 50225, "ISO-2022-KR" },
    { 50227, "ISO-2022-CN" }, { 50930, "IBM930" },
    { 50933, "IBM933" },      { 50935, "IBM935" },
    { 50937, "IBM937" },      { 50939, "IBM939" },
    { 51932, "EUC-JP" },      { 51936, "EUC-CN" },
    { 51949, "EUC-KR" },      { 51950, "EUC-TW" },
    { 54936, "GB18030" },     { 65000, "UTF-7" },
    { 65001, "UTF-8" },
};

static bool try_open(const char *name, iconv_t *out)
{
    iconv_t converter = iconv_open(name, "UTF-8");

    if ((intptr_t)converter == -1)
        return false;
    *out = converter;
    return true;
}

static bool open_page(int page, iconv_t *out)
{
    char name[NAME_MAX_BYTES];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].page == page)
            return try_open(names[i].name, out);
    if (page >= EBCDIC_FIRST && page <= EBCDIC_LAST) {
        (void)snprintf(name, sizeof name, "IBM%03d", page - 20000);
        return try_open(name, out);
    }
    if (page > 1999) /* what has a name by its number ends here */
        return false;
    (void)snprintf(name, sizeof name, "CP%d", page);
    if (try_open(name, out))
        return true;
    (void)snprintf(name, sizeof name, "IBM%03d", page);
    return try_open(name, out);
}

int sx_set_code_page(struct sexec *object, const char *value)
{
    long long page;
    iconv_t converter;

    if (!sx_parse_number(value, &page) || page > 65535)
        return sx_fail(object, SEXEC_SETTING, "setting CodePage: the value must be a number");
    if (!open_page((int)page, &converter))
        return sx_fail(object, SEXEC_CODE_PAGE,
                       "setting CodePage: this machine has no code page %lld", page);
    (void)iconv_close(converter);
    object->values.code_page = (int)page;
    return 0;
}

int sx_get_code_page(struct sexec *object, struct sx_buffer *out)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%d", object->values.code_page);
    return sx_lend_text(object, out, text);
}

/* Converts what there is, or with an empty text ends in the page's first shift state. */
static enum sx_err convert(iconv_t converter, struct sx_slice *text, bool is_end,
                           struct sx_buffer *out)
{
    char *from = (char *)(uintptr_t)text->ptr; /* iconv only reads */
    size_t left = text->len;
    uint8_t chunk[CHUNK];
    char *to = (char *)chunk;
    size_t room = sizeof chunk;
    size_t n = is_end ? iconv(converter, NULL, NULL, &to, &room)
                      : iconv(converter, &from, &left, &to, &room);
    int sys = errno;
    enum sx_err err = sx_buffer_append(out, sx_slice_of(chunk, sizeof chunk - room));

    sx_wipe(chunk, sizeof chunk); /* a text may be a secret */
    *text = sx_slice_of(text->ptr + (text->len - left), left);
    if (err != SX_OK)
        return err;
    return n != (size_t)-1 || sys == E2BIG ? SX_OK : SX_ERR_ARGUMENT;
}

enum sx_err sx_code_page_encode(int page, struct sx_slice text, struct sx_buffer *out)
{
    enum sx_err err = SX_OK;
    iconv_t converter;

    if (!open_page(page, &converter))
        return SX_ERR_ARGUMENT;
    while (err == SX_OK && text.len > 0)
        err = convert(converter, &text, false, out);
    if (err == SX_OK)
        err = convert(converter, &text, true, out);
    (void)iconv_close(converter);
    return err;
}
