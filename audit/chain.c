/* audit/chain.c: numbering, binding and sealing, and the same in reverse. */
#include "audit/chain.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum sx_err sx_audit_crypto_open(struct sx_provider *provider, struct sx_audit_crypto *out)
{
    struct sx_sealer *sealer;
    struct sx_digest *digest;
    enum sx_err err;

    SX_TRY(sx_sealer_new(provider, &sealer));
    err = sx_digest_new(provider, SX_HASH_SHA256, &digest);
    if (err != SX_OK) {
        sx_sealer_free(sealer);
        return err;
    }
    *out = (struct sx_audit_crypto){ .provider = sx_provider_hold(provider),
                                     .sealer = sealer,
                                     .digest = digest };
    return SX_OK;
}

void sx_audit_crypto_close(struct sx_audit_crypto *crypto)
{
    sx_sealer_free(crypto->sealer);
    sx_digest_free(crypto->digest);
    sx_provider_close(crypto->provider);
    *crypto = (struct sx_audit_crypto){ 0 };
}

enum sx_err sx_audit_hash(const struct sx_audit_crypto *crypto, struct sx_slice line,
                          uint8_t out[SX_AUDIT_HASH_LEN])
{
    uint8_t digest[SX_DIGEST_MAX];
    size_t len;

    SX_TRY(sx_digest_restart(crypto->digest));
    SX_TRY(sx_digest_update(crypto->digest, line));
    SX_TRY(sx_digest_final(crypto->digest, digest, &len));
    if (len != SX_AUDIT_HASH_LEN)
        return SX_ERR_INTERNAL;
    memcpy(out, digest, SX_AUDIT_HASH_LEN);
    return SX_OK;
}

/* --- Sealing ---------------------------------------------------------------------------------- */

static enum sx_err put_tag(struct sx_buffer *line, const uint8_t *tag)
{
    char hex[3 * SX_SEAL_TAG_LEN + 1];

    sx_hex_encode(hex, sx_slice_of(tag, SX_SEAL_TAG_LEN), '\0');
    SX_TRY(sx_buffer_append(line, sx_slice_text(",\"tag\":\"")));
    SX_TRY(sx_buffer_append(line, sx_slice_text(hex)));
    return sx_buffer_append(line, sx_slice_text("\"}"));
}

/* From the line's begin in out, which is put back on failure. */
static enum sx_err seal_at(const struct sx_audit_crypto *crypto, struct sx_audit_head *head,
                           struct sx_slice body, size_t at, struct sx_buffer *out)
{
    char previous[3 * SX_AUDIT_HASH_LEN + 1] = "";
    uint8_t tag[SX_SEAL_TAG_LEN];

    if (head->next > 0)
        sx_hex_encode(previous, sx_slice_of(head->hash, sizeof head->hash), '\0');
    SX_TRY(sx_audit_frame(head->next, head->next > 0 ? sx_slice_text(previous) : SX_SLICE_NONE,
                          body, out));
    SX_TRY(sx_sealer_step(crypto->sealer, head->key,
                          sx_slice_of(sx_buffer_mut(out) + at, sx_buffer_len(out) - at), tag));
    SX_TRY(put_tag(out, tag));
    if (sx_buffer_len(out) - at > SX_AUDIT_LINE_MAX)
        return SX_ERR_AUDIT;
    SX_TRY(sx_audit_hash(crypto, sx_slice_of(sx_buffer_mut(out) + at, sx_buffer_len(out) - at),
                         head->hash));
    head->next++;
    return sx_buffer_append(out, sx_slice_text("\n"));
}

enum sx_err sx_audit_seal_body(const struct sx_audit_crypto *crypto, struct sx_audit_head *head,
                               struct sx_slice body, struct sx_buffer *out)
{
    const size_t at = sx_buffer_len(out);
    struct sx_audit_head moved = *head;
    enum sx_err err = seal_at(crypto, &moved, body, at, out);

    if (err == SX_OK)
        *head = moved;
    else
        sx_buffer_truncate(out, at);
    sx_wipe(&moved, sizeof moved);
    return err;
}

enum sx_err sx_audit_seal(const struct sx_audit_crypto *crypto, struct sx_audit_head *head,
                          const struct sx_audit_record *record, struct sx_buffer *out)
{
    struct sx_buffer body;
    enum sx_err err;

    sx_buffer_init(&body, SX_AUDIT_LINE_MAX);
    err = sx_audit_body_encode(record, &body);
    if (err == SX_ERR_SPACE)
        err = SX_ERR_AUDIT; /* of a line's bound, not of out's */
    if (err == SX_OK)
        err = sx_audit_seal_body(crypto, head, sx_buffer_unread(&body), out);
    sx_buffer_clear(&body);
    return err;
}

/* --- Following -------------------------------------------------------------------------------- */

static bool is_before(const struct sx_audit_head *head, const struct sx_audit_line *line)
{
    if (head->next == 0)
        return !line->has_previous;
    return line->has_previous && memcmp(line->previous, head->hash, sizeof head->hash) == 0;
}

enum sx_err sx_audit_follow(const struct sx_audit_crypto *crypto, struct sx_audit_head *head,
                            struct sx_slice bytes, struct sx_audit_line *out_line,
                            enum sx_audit_fit *out_fit)
{
    struct sx_audit_head moved = *head;
    uint8_t tag[SX_SEAL_TAG_LEN];
    enum sx_err err = SX_OK;

    if (sx_audit_line_read(bytes, out_line) != SX_OK) {
        *out_fit = SX_AUDIT_NO_LINE;
    } else if (out_line->sequence != head->next) {
        *out_fit = SX_AUDIT_OTHER_NUMBER;
    } else {
        err = sx_sealer_step(crypto->sealer, moved.key, out_line->sealed, tag);
        if (err == SX_OK && !sx_is_equal_secret(tag, out_line->tag, sizeof tag)) {
            *out_fit = SX_AUDIT_BAD_TAG;
        } else if (err == SX_OK && !is_before(head, out_line)) {
            *out_fit = SX_AUDIT_OTHER_BEFORE;
        } else if (err == SX_OK) {
            err = sx_audit_hash(crypto, bytes, moved.hash);
            moved.next++;
            *out_fit = SX_AUDIT_FITS;
            if (err == SX_OK)
                *head = moved;
        }
    }
    sx_wipe(&moved, sizeof moved);
    sx_wipe(tag, sizeof tag);
    return err;
}
