/* services/token_keys.c: a token's objects: private keys, their public parts, their certificates. */
#include <string.h>

#include "base/memory.h"
#include "crypto/user_cert.h"
#include "services/token_inside.h"
#include "wire/der.h"
#include "wire/writer.h"

enum { OBJECTS_MAX = 64, VALUE_MAX = 8192, BLOB_MAX = 4096, FIND_TERMS = 3 };

/* The value of an attribute; false when the object hasn't it, or it is longer than VALUE_MAX. */
static bool read_value(const struct sx_token *token, unsigned long object, unsigned long type,
                       uint8_t *storage, struct sx_slice *out)
{
    struct ck_attribute attribute = { .type = type, .value = storage, .length = VALUE_MAX };

    if (token->calls->get_attribute_value(token->session, object, &attribute, 1) != CKR_OK ||
        attribute.length == CK_UNAVAILABLE || attribute.length > VALUE_MAX)
        return false;
    *out = sx_slice_of(storage, attribute.length);
    return true;
}

static bool read_number(const struct sx_token *token, unsigned long object, unsigned long type,
                        unsigned long *out)
{
    struct ck_attribute attribute = { .type = type, .value = out, .length = sizeof *out };

    return token->calls->get_attribute_value(token->session, object, &attribute, 1) == CKR_OK &&
           attribute.length == sizeof *out;
}

/* Objects of a class, with this id when it isn't empty. */
static unsigned long find_objects(const struct sx_token *token, unsigned long class,
                                  struct sx_slice id, unsigned long *out, unsigned long *out_count)
{
    struct ck_attribute terms[FIND_TERMS] = {
        { CKA_CLASS, &class, sizeof class },
        { CKA_ID, (void *)(uintptr_t)id.ptr, id.len },
    };
    unsigned long code =
        token->calls->find_objects_init(token->session, terms, id.len != 0 ? 2UL : 1UL);

    *out_count = 0;
    if (code != CKR_OK)
        return code;
    code = token->calls->find_objects(token->session, out, OBJECTS_MAX, out_count);
    (void)token->calls->find_objects_final(token->session);
    if (*out_count > OBJECTS_MAX)
        *out_count = OBJECTS_MAX;
    return code;
}

/* --- Public parts ----------------------------------------------------------------------------- */

static enum sx_err key_of_blob(const struct sx_token *token, const struct sx_writer *writer,
                               struct sx_key **out)
{
    struct sx_slice blob = SX_SLICE_NONE;

    SX_TRY(sx_writer_finish(writer, &blob));
    return sx_key_from_public_blob(token->provider, blob, NULL, out);
}

static enum sx_err rsa_key(const struct sx_token *token, unsigned long object, struct sx_key **out)
{
    uint8_t n_storage[VALUE_MAX], e_storage[VALUE_MAX], storage[BLOB_MAX];
    struct sx_slice n, e;
    struct sx_writer writer;

    if (!read_value(token, object, CKA_MODULUS, n_storage, &n) ||
        !read_value(token, object, CKA_PUBLIC_EXPONENT, e_storage, &e))
        return SX_ERR_KEY_FORMAT;
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, sx_key_type_name(SX_KEY_RSA));
    sx_writer_mpint(&writer, e);
    sx_writer_mpint(&writer, n);
    return key_of_blob(token, &writer, out);
}

static bool curve_of(struct sx_slice params, enum sx_key_type *out)
{
    static const struct {
        uint8_t der[10];
        size_t len;
        enum sx_key_type type;
    } rows[] = {
        { { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }, 10, SX_KEY_ECDSA_P256 },
        { { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 }, 7, SX_KEY_ECDSA_P384 },
        { { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 }, 7, SX_KEY_ECDSA_P521 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sx_slice_is_equal(params, sx_slice_of(rows[i].der, rows[i].len))) {
            *out = rows[i].type;
            return true;
        }
    }
    return false;
}

/* CKA_EC_POINT is an OCTET STRING in DER; some modules leave its head out. */
static enum sx_err ec_key(const struct sx_token *token, unsigned long object, struct sx_key **out)
{
    uint8_t params_storage[VALUE_MAX], point_storage[VALUE_MAX], storage[BLOB_MAX];
    struct sx_slice params, point;
    struct sx_writer writer;
    struct sx_reader reader;
    enum sx_key_type type;

    if (!read_value(token, object, CKA_EC_PARAMS, params_storage, &params) ||
        !read_value(token, object, CKA_EC_POINT, point_storage, &point) || !curve_of(params, &type))
        return SX_ERR_KEY_FORMAT;
    if (sx_der_is_one(point, SX_DER_OCTET_STRING)) {
        sx_reader_init(&reader, point);
        point = sx_der_read(&reader, SX_DER_OCTET_STRING);
    }
    sx_writer_init(&writer, storage, sizeof storage);
    sx_writer_text(&writer, sx_key_type_name(type));
    sx_writer_text(&writer, sx_key_type_name(type) + strlen("ecdsa-sha2-"));
    sx_writer_string(&writer, point);
    return key_of_blob(token, &writer, out);
}

/* The certificate of this id: its key and its subject. */
static bool cert_of(const struct sx_token *token, struct sx_slice id, struct sx_key **out_key,
                    char *out_subject)
{
    unsigned long objects[OBJECTS_MAX];
    unsigned long count = 0;
    uint8_t storage[VALUE_MAX];
    struct sx_slice der;

    return id.len != 0 && find_objects(token, CKO_CERTIFICATE, id, objects, &count) == CKR_OK &&
           count > 0 && read_value(token, objects[0], CKA_VALUE, storage, &der) &&
           sx_user_cert_read(token->provider, der, NULL, out_key, out_subject) == SX_OK;
}

/* From the public key object; RSA's private one has it all, too; else from the certificate. */
static bool public_of(const struct sx_token *token, unsigned long private_object,
                      unsigned long type, struct sx_slice id, struct sx_key **out)
{
    char subject[SX_CERT_NAME_MAX];
    unsigned long objects[OBJECTS_MAX];
    unsigned long count = 0;

    if (type == CKK_RSA && rsa_key(token, private_object, out) == SX_OK)
        return true;
    if (id.len != 0 && find_objects(token, CKO_PUBLIC_KEY, id, objects, &count) == CKR_OK) {
        for (unsigned long i = 0; i < count; i++) {
            if ((type == CKK_RSA ? rsa_key(token, objects[i], out)
                                 : ec_key(token, objects[i], out)) == SX_OK)
                return true;
        }
    }
    return cert_of(token, id, out, subject);
}

/* --- The list --------------------------------------------------------------------------------- */

static bool is_chosen(const struct sx_token *token, const char *label,
                      const struct sx_token_entry *entry, bool is_exact)
{
    const struct sx_slice wanted = sx_buffer_unread(&token->wanted);
    char subject[SX_CERT_NAME_MAX] = "";
    struct sx_key *key = NULL;

    if (token->uri.object[0] != '\0' && strcmp(token->uri.object, label) != 0)
        return false;
    if (token->uri.id_len != 0 && !sx_slice_is_equal(sx_slice_of(token->uri.id, token->uri.id_len),
                                                     sx_slice_of(entry->id, entry->id_len)))
        return false;
    if (wanted.len != 0)
        return sx_slice_is_equal(wanted, sx_key_public_blob(entry->key));
    if (token->subject[0] == '\0' || strcmp(token->subject, "*") == 0)
        return true;
    if (cert_of(token, sx_slice_of(entry->id, entry->id_len), &key, subject))
        sx_key_free(key);
    if (is_exact)
        return strcmp(subject, token->subject) == 0 || strcmp(label, token->subject) == 0;
    return strstr(subject, token->subject) != NULL || strstr(label, token->subject) != NULL;
}

/* Fills in an entry for a private key of a kind that can be used. */
static bool read_entry(const struct sx_token *token, unsigned long object, char *out_label,
                       struct sx_token_entry *out)
{
    uint8_t storage[VALUE_MAX];
    struct sx_slice value;
    unsigned long type = 0;

    memset(out, 0, sizeof *out);
    out->object = object;
    out_label[0] = '\0';
    if (!read_number(token, object, CKA_KEY_TYPE, &type) || (type != CKK_RSA && type != CKK_EC))
        return false;
    if (read_value(token, object, CKA_LABEL, storage, &value) && value.len < SX_TOKEN_TEXT_MAX) {
        memcpy(out_label, value.ptr, value.len);
        out_label[value.len] = '\0';
    }
    if (read_value(token, object, CKA_ALWAYS_AUTHENTICATE, storage, &value))
        out->asks_each_time = value.len == 1 && value.ptr[0] != 0;
    if (read_value(token, object, CKA_ID, storage, &value) && value.len <= sizeof out->id) {
        memcpy(out->id, value.ptr, value.len);
        out->id_len = value.len;
    }
    return public_of(token, object, type, sx_slice_of(out->id, out->id_len), &out->key);
}

static void list_once(struct sx_token *token, const unsigned long *objects, unsigned long count,
                      bool is_exact)
{
    const bool is_one = token->subject[0] != '\0' || sx_buffer_len(&token->wanted) != 0;

    for (unsigned long i = 0; i < count && token->count < SX_TOKEN_KEYS_MAX; i++) {
        struct sx_token_entry entry;
        char label[SX_TOKEN_TEXT_MAX];

        if (!read_entry(token, objects[i], label, &entry))
            continue;
        if (!is_chosen(token, label, &entry, is_exact)) {
            sx_key_free(entry.key);
            continue;
        }
        token->entries[token->count++] = entry;
        if (is_one)
            return;
    }
}

enum sx_err sx_token_list(struct sx_token *token, struct sx_fault *fault)
{
    unsigned long objects[OBJECTS_MAX];
    unsigned long count = 0;
    unsigned long code = find_objects(token, CKO_PRIVATE_KEY, SX_SLICE_NONE, objects, &count);

    if (code != CKR_OK)
        return sx_token_error(token, code, "C_FindObjects", fault);
    list_once(token, objects, count, true);
    if (token->count == 0)
        list_once(token, objects, count, false);
    if (token->count != 0)
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_KEY_NOT_FOUND,
                        "token %s has no RSA or EC private key that is meant (of %lu private keys)",
                        token->label, count);
}

enum sx_err sx_token_find_again(struct sx_token *token, struct sx_token_entry *entry,
                                struct sx_fault *fault)
{
    unsigned long objects[OBJECTS_MAX];
    unsigned long count = 0;
    unsigned long code = find_objects(token, CKO_PRIVATE_KEY, sx_slice_of(entry->id, entry->id_len),
                                      objects, &count);

    for (unsigned long i = 0; code == CKR_OK && i < count; i++) {
        struct sx_token_entry found;
        char label[SX_TOKEN_TEXT_MAX];
        bool is_same;

        if (!read_entry(token, objects[i], label, &found))
            continue;
        is_same = sx_slice_is_equal(sx_key_public_blob(found.key), sx_key_public_blob(entry->key));
        sx_key_free(found.key);
        if (is_same) {
            entry->object = objects[i];
            return SX_OK;
        }
    }
    if (code != CKR_OK)
        return sx_token_error(token, code, "C_FindObjects", fault);
    return sx_fault_set(fault, SX_ERR_TOKEN_REMOVED,
                        "token %s no longer has the key; was it exchanged?", token->label);
}
