/* keys/xml_key.c: a reader for two small XML documents. It is no XML parser, on purpose. */
#include "keys/xml_key.h"

#include <string.h>

#include "base/text.h"
#include "keys/numbers.h"

enum { XML_ELEMENTS_MAX = 32 };

struct row {
    const char *name;
    enum sx_number number;
};

static const struct row rsa_rows[] = {
    { "Modulus", SX_NUMBER_N }, { "Exponent", SX_NUMBER_E }, { "D", SX_NUMBER_D },
    { "P", SX_NUMBER_P },       { "Q", SX_NUMBER_Q },        { "InverseQ", SX_NUMBER_QI },
    { NULL, SX_NUMBER_COUNT },
};

#if SX_LEGACY
static const struct row dsa_rows[] = {
    { "P", SX_NUMBER_P }, { "Q", SX_NUMBER_Q }, { "G", SX_NUMBER_G },
    { "Y", SX_NUMBER_Y }, { "X", SX_NUMBER_X }, { NULL, SX_NUMBER_COUNT },
};
#endif

static enum sx_err damaged(struct sx_fault *fault, const char *what)
{
    return sx_fault_set(fault, SX_ERR_KEY_FORMAT, "the XML key is damaged: %s", what);
}

static void skip(struct sx_slice *rest, size_t n)
{
    *rest = sx_slice_of(rest->ptr + n, rest->len - n);
}

static void skip_blanks(struct sx_slice *rest)
{
    while (rest->len > 0 && strchr(" \t\r\n", rest->ptr[0]) != NULL && rest->ptr[0] != '\0')
        skip(rest, 1);
}

static bool is_next(struct sx_slice rest, const char *text)
{
    size_t n = strlen(text);

    return rest.len >= n && memcmp(rest.ptr, text, n) == 0;
}

/* "<?xml ... ?>", and a byte order mark before it. */
static bool skip_declaration(struct sx_slice *rest)
{
    const uint8_t *end;

    if (is_next(*rest, "\xef\xbb\xbf"))
        skip(rest, 3);
    skip_blanks(rest);
    if (!is_next(*rest, "<?xml"))
        return true;
    end = memchr(rest->ptr, '>', rest->len);
    if (end == NULL || end[-1] != '?')
        return false;
    skip(rest, (size_t)(end - rest->ptr) + 1);
    skip_blanks(rest);
    return true;
}

static bool is_name_byte(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' ||
           c == '_' || c == '-';
}

/* "<NAME attributes>": the name, without a prefix. */
static bool open_tag(struct sx_slice *rest, struct sx_slice *out_name)
{
    const uint8_t *end;
    const uint8_t *colon;
    size_t n = 1;

    skip_blanks(rest);
    if (rest->len < 3 || rest->ptr[0] != '<')
        return false;
    while (n < rest->len && is_name_byte(rest->ptr[n]))
        n++;
    end = memchr(rest->ptr, '>', rest->len);
    if (n == 1 || end == NULL || end[-1] == '/' ||
        (rest->ptr + n != end && strchr(" \t\r\n", rest->ptr[n]) == NULL))
        return false;
    *out_name = sx_slice_of(rest->ptr + 1, n - 1);
    colon = memchr(out_name->ptr, ':', out_name->len);
    if (colon != NULL)
        *out_name = sx_slice_of(colon + 1, (size_t)(out_name->ptr + out_name->len - colon) - 1);
    skip(rest, (size_t)(end - rest->ptr) + 1);
    return true;
}

/* "</NAME>" of the element that is open. */
static bool close_tag(struct sx_slice *rest, struct sx_slice name)
{
    const uint8_t *end;
    struct sx_slice found;
    const uint8_t *colon;

    skip_blanks(rest);
    if (!is_next(*rest, "</"))
        return false;
    end = memchr(rest->ptr, '>', rest->len);
    if (end == NULL)
        return false;
    found = sx_slice_of(rest->ptr + 2, (size_t)(end - rest->ptr) - 2);
    colon = memchr(found.ptr, ':', found.len);
    if (colon != NULL)
        found = sx_slice_of(colon + 1, (size_t)(found.ptr + found.len - colon) - 1);
    skip(rest, (size_t)(end - rest->ptr) + 1);
    return sx_slice_is_equal(found, name);
}

static enum sx_err element_read(struct sx_slice *rest, const struct row *rows,
                                struct sx_fault *fault, struct sx_numbers *out)
{
    struct sx_slice name;
    struct sx_slice value;
    const uint8_t *end;

    if (!open_tag(rest, &name))
        return damaged(fault, "expected an element");
    end = rest->len > 0 ? memchr(rest->ptr, '<', rest->len) : NULL;
    if (end == NULL)
        return damaged(fault, "it ends early");
    value = sx_slice_of(rest->ptr, (size_t)(end - rest->ptr));
    skip(rest, value.len);
    if (!close_tag(rest, name))
        return damaged(fault, "an element isn't closed, or holds others");
    for (; rows->name != NULL; rows++) {
        if (sx_slice_is_text(name, rows->name))
            return sx_numbers_add(out, rows->number, value, false, fault);
    }
    return SX_OK; /* DP, DQ, J, Seed: they follow from the others */
}

static enum sx_err make(struct sx_provider *provider, struct sx_slice root, struct sx_slice *rest,
                        struct sx_numbers *numbers, struct sx_fault *fault, struct sx_key **out)
{
    const struct row *rows = NULL;
    char shown[64];
    unsigned count = 0;

    if (sx_slice_is_text(root, "RSAKeyValue"))
        rows = rsa_rows;
#if SX_LEGACY
    else if (sx_slice_is_text(root, "DSAKeyValue"))
        rows = dsa_rows;
#endif
    if (rows == NULL)
        return sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                            "the XML document is a \"%s\"; expected an RSAKeyValue or a "
                            "DSAKeyValue",
                            sx_escape(shown, sizeof shown, root));
    for (skip_blanks(rest); !is_next(*rest, "</"); skip_blanks(rest)) {
        if (count++ == XML_ELEMENTS_MAX)
            return damaged(fault, "it has too many elements");
        SX_TRY(element_read(rest, rows, fault, numbers));
    }
    if (!close_tag(rest, root))
        return damaged(fault, "its first element isn't closed");
    skip_blanks(rest);
    if (rest->len != 0)
        return damaged(fault, "there is something behind its end");
#if SX_LEGACY
    if (rows == dsa_rows)
        return sx_numbers_dsa(provider, numbers, fault, out);
#endif
    return sx_numbers_rsa(provider, numbers, fault, out);
}

enum sx_err sx_xml_key_decode(struct sx_provider *provider, struct sx_slice text,
                              struct sx_fault *fault, const struct sx_key_sink *sink)
{
    struct sx_slice rest = text;
    struct sx_numbers numbers = { 0 };
    struct sx_slice root;
    struct sx_key *key = NULL;
    enum sx_err err;

    if (!skip_declaration(&rest) || !open_tag(&rest, &root))
        return damaged(fault, "expected an element");
    err = make(provider, root, &rest, &numbers, fault, &key);
    if (err == SX_OK)
        err = sink->key(sink->context, key, fault);
    sx_numbers_clear(&numbers);
    return err;
}
