/* audit/checkpoint.c: making and reading checkpoints. */
#include "audit/checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "keys/fingerprint.h"

enum { SIGNATURE_MAX = 4096, TEXT_MAX = 1024 };

static const struct sx_sig_alg *algorithm_for(const struct sx_key *key)
{
    switch (sx_key_get_type(key)) {
    case SX_KEY_RSA: return &sx_sig_rsa_sha2_512;
    case SX_KEY_ECDSA_P256: return &sx_sig_ecdsa_nistp256;
    case SX_KEY_ECDSA_P384: return &sx_sig_ecdsa_nistp384;
    case SX_KEY_ECDSA_P521: return &sx_sig_ecdsa_nistp521;
    case SX_KEY_ED25519: return &sx_sig_ed25519;
    default: return NULL;
    }
}

/* --- Making ----------------------------------------------------------------------------------- */

static enum sx_err append_signature(const struct sx_audit_signer *signer,
                                    const struct sx_sig_alg *alg, struct sx_slice signed_part,
                                    struct sx_fault *fault, struct sx_buffer *line)
{
    struct sx_buffer signature;
    char *hex = sx_alloc(3 * (size_t)SIGNATURE_MAX + 1);
    enum sx_err err = hex == NULL ? SX_ERR_MEMORY : SX_OK;

    sx_buffer_init(&signature, SIGNATURE_MAX);
    if (err == SX_OK)
        err = signer->sign == NULL ? sx_key_sign(signer->key, alg, signed_part, fault, &signature)
                                   : signer->sign(signer->ctx, alg, signed_part, fault, &signature);
    if (err == SX_OK)
        err = sx_buffer_append(line, sx_slice_text(",\"signature\":\""));
    if (err == SX_OK)
        err = sx_buffer_append(
            line, sx_slice_text(sx_hex_encode(hex, sx_buffer_unread(&signature), '\0')));
    if (err == SX_OK)
        err = sx_buffer_append(line, sx_slice_text("\"}\n"));
    sx_buffer_clear(&signature);
    sx_free(hex);
    return err;
}

enum sx_err sx_audit_checkpoint_make(struct sx_provider *provider,
                                     const struct sx_audit_signer *signer,
                                     const struct sx_audit_head *head, uint64_t time_us,
                                     struct sx_fault *fault, struct sx_buffer *out)
{
    const struct sx_sig_alg *alg = algorithm_for(signer->key);
    char chain[3 * SX_AUDIT_CHAIN_ID_LEN + 1];
    char hash[3 * SX_AUDIT_HASH_LEN + 1];
    char fingerprint[SX_FINGERPRINT_MAX];
    char time[SX_AUDIT_TIME_SIZE];
    char text[TEXT_MAX];
    struct sx_buffer line;
    enum sx_err err;

    if (alg == NULL || !sx_sig_is_available(provider, alg))
        return sx_fault_set(fault, SX_ERR_SIGN, "a key of this type can't sign a checkpoint");
    if (head->next == 0)
        return sx_fault_set(fault, SX_ERR_AUDIT, "there is no record that a checkpoint could sign");
    SX_TRY(sx_fingerprint_openssh(provider, sx_key_public_blob(signer->key), fault, fingerprint));
    SX_TRY(sx_audit_time_text(time_us, time));
    sx_hex_encode(chain, sx_slice_of(head->chain, sizeof head->chain), '\0');
    sx_hex_encode(hash, sx_slice_of(head->hash, sizeof head->hash), '\0');
    (void)snprintf(text, sizeof text,
                   "{\"v\":%d,\"chain\":\"%s\",\"records\":%llu,\"head\":\"%s\",\"time\":\"%s\","
                   "\"key\":\"%s\",\"algorithm\":\"%s\"",
                   SX_AUDIT_VERSION, chain, (unsigned long long)head->next, hash, time, fingerprint,
                   alg->name);
    sx_buffer_init(&line, TEXT_MAX + 3 * SIGNATURE_MAX);
    err = sx_buffer_append(&line, sx_slice_text(text));
    if (err == SX_OK)
        err = append_signature(signer, alg, sx_slice_text(text), fault, &line);
    if (err == SX_OK)
        err = sx_buffer_append(out, sx_buffer_unread(&line));
    sx_buffer_clear(&line);
    return sx_fault_note(fault, err);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static bool is_text(const struct sx_audit_member *member, const char *name)
{
    return sx_slice_is_text(member->name, name) && member->kind == SX_AUDIT_KIND_TEXT;
}

static bool has_form(const struct sx_audit_line *line)
{
    const struct sx_audit_member *members = line->members;

    return line->count == 8 && sx_slice_is_text(members[0].name, "v") &&
           members[0].kind == SX_AUDIT_KIND_NUMBER && members[0].number == SX_AUDIT_VERSION &&
           is_text(&members[1], "chain") && sx_slice_is_text(members[2].name, "records") &&
           members[2].kind == SX_AUDIT_KIND_NUMBER && is_text(&members[3], "head") &&
           is_text(&members[4], "time") && is_text(&members[5], "key") &&
           is_text(&members[6], "algorithm") && is_text(&members[7], "signature");
}

static enum sx_err check_signature(const struct sx_key *key, const struct sx_audit_line *line,
                                   struct sx_slice bytes, struct sx_fault *fault)
{
    const struct sx_sig_alg *alg = algorithm_for(key);
    struct sx_slice hex = line->members[7].raw;
    size_t tail = sizeof ",\"signature\":\"\"}" - 1 + hex.len;
    uint8_t *signature;
    size_t len;
    enum sx_err err;

    if (alg == NULL || hex.len > 2 * (size_t)SIGNATURE_MAX)
        return SX_ERR_AUDIT;
    signature = sx_alloc(SIGNATURE_MAX);
    if (signature == NULL)
        return SX_ERR_MEMORY;
    err = sx_hex_decode(hex, signature, SIGNATURE_MAX, &len);
    if (err == SX_OK)
        err = sx_key_verify(key, alg, sx_slice_of(bytes.ptr, bytes.len - tail),
                            sx_slice_of(signature, len), fault);
    sx_free(signature);
    return err;
}

static enum sx_err read_line(const struct sx_key *key, const uint8_t *chain, struct sx_slice bytes,
                             struct sx_audit_covered *out)
{
    char expected[3 * SX_AUDIT_CHAIN_ID_LEN + 1];
    struct sx_audit_line line;
    struct sx_fault ignored = { 0 }; /* the caller names the line */

    SX_TRY(sx_audit_members_read(bytes, &line));
    if (!has_form(&line))
        return SX_ERR_AUDIT;
    sx_hex_encode(expected, sx_slice_of(chain, SX_AUDIT_CHAIN_ID_LEN), '\0');
    if (!sx_slice_is_text(line.members[1].raw, expected))
        return SX_ERR_AUDIT;
    out->records = line.members[2].number;
    SX_TRY(sx_audit_member_hash(&line.members[3], out->head));
    return check_signature(key, &line, bytes, &ignored);
}

enum sx_err sx_audit_checkpoint_read(const struct sx_key *key, const uint8_t *chain,
                                     struct sx_slice bytes, struct sx_fault *fault,
                                     struct sx_buffer *out)
{
    unsigned number = 0;

    while (bytes.len > 0) {
        const uint8_t *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end == NULL ? bytes.len : (size_t)(end - bytes.ptr);
        struct sx_audit_covered covered;

        number++;
        if (end == NULL || read_line(key, chain, sx_slice_of(bytes.ptr, len), &covered) != SX_OK)
            return sx_fault_set(fault, SX_ERR_AUDIT,
                                "checkpoint %u isn't one of this chain that this key signed",
                                number);
        SX_TRY(sx_buffer_append(out, sx_slice_of(&covered, sizeof covered)));
        bytes = sx_slice_of(end + 1, bytes.len - len - 1);
    }
    return SX_OK;
}
