/* keys/fingerprint.c: the digest of a key blob in the forms that people compare. */
#include "keys/fingerprint.h"

#include <string.h>

#include "base/text.h"

static const char sha256_prefix[] = "SHA256:";
static const char md5_prefix[] = "MD5:";

/* A digest that was computed here, or that a list entry spells. */
struct print {
    enum sx_hash hash;
    uint8_t bytes[SX_DIGEST_MAX];
    size_t len;
};

static enum sx_err print_make(struct sx_provider *provider, enum sx_hash hash, struct sx_slice blob,
                              struct sx_fault *fault, struct print *out)
{
    enum sx_err err = sx_digest_once(provider, hash, blob, out->bytes, &out->len);

    out->hash = hash;
    if (err == SX_ERR_PROVIDER_FETCH)
        return sx_fault_set(fault, err,
                            "there is no %s fingerprint with the crypto provider %s, which doesn't "
                            "have this hash; use SHA-256",
                            sx_hash_name(hash), sx_provider_get_info(provider)->name);
    return sx_fault_note(fault, err);
}

enum sx_err sx_fingerprint_hex(struct sx_provider *provider, enum sx_hash hash,
                               struct sx_slice blob, struct sx_fault *fault,
                               char out[SX_FINGERPRINT_MAX])
{
    struct print print = { 0 };

    SX_TRY(print_make(provider, hash, blob, fault, &print));
    sx_hex_encode(out, sx_slice_of(print.bytes, print.len), ':');
    return SX_OK;
}

enum sx_err sx_fingerprint_openssh(struct sx_provider *provider, struct sx_slice blob,
                                   struct sx_fault *fault, char out[SX_FINGERPRINT_MAX])
{
    const size_t skip = sizeof sha256_prefix - 1;
    struct print print = { 0 };
    char text[SX_FINGERPRINT_MAX];

    SX_TRY(print_make(provider, SX_HASH_SHA256, blob, fault, &print));
    memcpy(text, sha256_prefix, skip);
    SX_TRY(sx_base64_encode(sx_slice_of(print.bytes, print.len), text + skip, sizeof text - skip));
    text[strcspn(text, "=")] = '\0';
    memcpy(out, text, strlen(text) + 1);
    return SX_OK;
}

/* --- Lists ------------------------------------------------------------------------------------ */

/* Takes the prefix off; false when text doesn't begin with it. */
static bool prefix_take(struct sx_slice *text, const char *prefix)
{
    size_t n = strlen(prefix);

    if (text->len < n || memcmp(text->ptr, prefix, n) != 0)
        return false;
    *text = sx_slice_of(text->ptr + n, text->len - n);
    return true;
}

static bool entry_parse(struct sx_slice entry, struct print *out)
{
    if (prefix_take(&entry, sha256_prefix)) {
        out->hash = SX_HASH_SHA256;
        return sx_base64_decode(entry, false, true, out->bytes, sizeof out->bytes, &out->len) ==
                   SX_OK &&
               out->len == sx_hash_size(SX_HASH_SHA256);
    }
    if (prefix_take(&entry, md5_prefix)) {
        out->hash = SX_HASH_MD5;
        return sx_hex_decode(entry, out->bytes, sizeof out->bytes, &out->len) == SX_OK &&
               out->len == sx_hash_size(SX_HASH_MD5);
    }
    if (sx_hex_decode(entry, out->bytes, sizeof out->bytes, &out->len) != SX_OK)
        return false;
    out->hash = out->len == sx_hash_size(SX_HASH_MD5) ? SX_HASH_MD5 : SX_HASH_SHA256;
    return out->len == sx_hash_size(out->hash);
}

enum sx_err sx_fingerprint_is_match(struct sx_provider *provider, struct sx_slice blob,
                                    struct sx_slice list, struct sx_fault *fault, bool *out)
{
    struct print wanted = { 0 };
    struct print own = { .hash = SX_HASH_NONE };
    struct sx_slice entry;
    bool is_match = false;
    char shown[128];

    while (sx_list_next(&list, &entry)) {
        if (!entry_parse(entry, &wanted))
            return sx_fault_set(fault, SX_ERR_ARGUMENT,
                                "\"%s\" is no fingerprint; expected SHA-256 or MD5 in hex, "
                                "\"MD5:\" and hex, or \"SHA256:\" and base64, as ssh-keygen -l "
                                "shows it",
                                sx_escape(shown, sizeof shown, entry));
        if (own.hash != wanted.hash)
            SX_TRY(print_make(provider, wanted.hash, blob, fault, &own));
        is_match = is_match || sx_slice_is_equal(sx_slice_of(own.bytes, own.len),
                                                 sx_slice_of(wanted.bytes, wanted.len));
    }
    *out = is_match;
    return SX_OK;
}
