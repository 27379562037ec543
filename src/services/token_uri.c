/* services/token_uri.c: RFC 7512's attributes, percent-decoded. */
#include "services/token_uri.h"

#include <string.h>

#include "base/text.h"

static const char scheme[] = "pkcs11:";

static enum sx_err refuse(struct sx_fault *fault, const char *why)
{
    return sx_fault_set(fault, SX_ERR_ARGUMENT,
                        "ssh_cert_store of type 23 must be an absolute path of a PKCS#11 module, "
                        "or \"pkcs11:token=...;object=...?module-path=/...\": %s",
                        why);
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode(struct sx_slice text, uint8_t *out, size_t cap, size_t *out_len)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        int high = i + 2 < text.len ? digit(text.ptr[i + 1]) : -1;
        int low = i + 2 < text.len ? digit(text.ptr[i + 2]) : -1;

        if (i + 2 < text.len && text.ptr[i] == '%') {
            if (high < 0 || low < 0)
                return false;
            out[n] = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (text.ptr[i] == '%') {
            return false;
        } else {
            out[n] = text.ptr[i];
        }
        if (++n == cap)
            return false;
    }
    *out_len = n;
    return true;
}

static bool decode_text(struct sx_slice text, char *out, size_t cap)
{
    size_t n = 0;

    if (!decode(text, (uint8_t *)out, cap, &n) || memchr(out, '\0', n) != NULL)
        return false;
    out[n] = '\0';
    return true;
}

static bool decode_slot(struct sx_slice text, struct sx_token_uri *out)
{
    if (text.len == 0 || text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        out->slot = out->slot * 10 + (unsigned long)(text.ptr[i] - '0');
    }
    out->has_slot = true;
    return true;
}

static bool take(struct sx_slice name, struct sx_slice value, struct sx_token_uri *out)
{
    if (sx_slice_is_text(name, "token"))
        return decode_text(value, out->token, sizeof out->token);
    if (sx_slice_is_text(name, "serial"))
        return decode_text(value, out->serial, sizeof out->serial);
    if (sx_slice_is_text(name, "object"))
        return decode_text(value, out->object, sizeof out->object);
    if (sx_slice_is_text(name, "id"))
        return decode(value, out->id, sizeof out->id, &out->id_len);
    if (sx_slice_is_text(name, "slot-id"))
        return decode_slot(value, out);
    if (sx_slice_is_text(name, "type"))
        return sx_slice_is_text(value, "private");
    if (sx_slice_is_text(name, "module-path"))
        return decode_text(value, out->module, sizeof out->module);
    return false;
}

/* "name=value", up to one of the separators. */
static bool next(struct sx_slice *rest, const char *separators, struct sx_slice *out_name,
                 struct sx_slice *out_value)
{
    const uint8_t *equals;
    size_t n = 0;

    while (n < rest->len && (rest->ptr[n] == '\0' || strchr(separators, rest->ptr[n]) == NULL))
        n++;
    equals = n > 0 ? memchr(rest->ptr, '=', n) : NULL;
    if (equals == NULL)
        return false;
    *out_name = sx_slice_of(rest->ptr, (size_t)(equals - rest->ptr));
    *out_value = sx_slice_of(equals + 1, n - out_name->len - 1);
    *rest = sx_slice_of(rest->ptr + n, rest->len - n);
    return true;
}

static enum sx_err parse_uri(struct sx_slice rest, struct sx_fault *fault, struct sx_token_uri *out)
{
    struct sx_slice name, value;

    while (rest.len > 0) {
        if (rest.ptr[0] == ';' || rest.ptr[0] == '?' || rest.ptr[0] == '&')
            rest = sx_slice_of(rest.ptr + 1, rest.len - 1);
        if (!next(&rest, ";?&", &name, &value))
            return refuse(fault, "an attribute has no value");
        if (sx_slice_is_text(name, "pin-value") || sx_slice_is_text(name, "pin-source"))
            return refuse(fault, "a PIN doesn't belong there, but into ssh_cert_store_password");
        if (!take(name, value, out))
            return refuse(fault, "an attribute isn't known, or its value can't be");
    }
    return SX_OK;
}

enum sx_err sx_token_uri_parse(struct sx_slice text, struct sx_fault *fault,
                               struct sx_token_uri *out)
{
    struct sx_token_uri uri = { .has_slot = false };
    const size_t n = sizeof scheme - 1;

    if (text.len > n && memcmp(text.ptr, scheme, n) == 0)
        SX_TRY(parse_uri(sx_slice_of(text.ptr + n, text.len - n), fault, &uri));
    else if (text.len == 0 || text.len >= sizeof uri.module ||
             memchr(text.ptr, '\0', text.len) != NULL)
        return refuse(fault, "it is empty or too long");
    else
        memcpy(uri.module, text.ptr, text.len);
    if (uri.module[0] != '/')
        return refuse(fault, "the module's path is missing or not absolute");
    *out = uri;
    return SX_OK;
}
