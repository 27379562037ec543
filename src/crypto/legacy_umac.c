/* crypto/legacy_umac.c: UMAC (RFC 4418), which EVP doesn't have: a universal hash in three layers of
 * plain arithmetic, whose keys and whose final pad are AES-128's, taken from EVP. Only the policies
 * compat and legacy reach it; left out by -DSEXEC_LEGACY=OFF.
 *
 * The names follow RFC 4418 section 5. Nothing here branches on a key or looks up a table by it,
 * but for the marker of POLY, which a message of chance meets once in 2^32 blocks. */
#include "crypto/legacy_umac.h"

#include "base/memory.h"
#include "crypto/cipher_inside.h"
#include "crypto/legacy.h"
#include "crypto/mac_inside.h"

#include <string.h>

enum {
    AES_BLOCK = 16,
    L1_CHUNK = 1024,                   /* bytes of the message that one NH takes */
    L1_WORDS = L1_CHUNK / 4,           /* key words of one stream */
    L1_SHIFT = 4,                      /* words by which the next stream's key is ahead */
    L1_STEP = 32,                      /* NH takes the message in steps of 32 bytes */
    STREAMS_MAX = SX_UMAC_TAG_MAX / 4, /* each stream gives four bytes of the tag */
    L1_KEY_WORDS = L1_WORDS + (STREAMS_MAX - 1) * L1_SHIFT,
    L3_TERMS = 8
};

static const uint64_t prime36 = 0xFFFFFFFFBu; /* 2^36 - 5 */
static const uint64_t offset64 = 59;          /* 2^64 - prime(64) */
static const uint64_t poly_key_mask = 0x01FFFFFF01FFFFFFu;

struct sx_umac {
    EVP_CIPHER_CTX *pad; /* AES-128-ECB under the key of the pad */
    size_t streams;
    uint32_t l1_key[L1_KEY_WORDS];
    uint64_t l2_key[STREAMS_MAX];
    uint64_t l3_key[STREAMS_MAX][L3_TERMS];
    uint8_t l3_mask[STREAMS_MAX * 4];
};

static uint64_t load_u64(const uint8_t *p)
{
    return (uint64_t)sx_load_u32(p) << 32 | sx_load_u32(p + 4);
}

/* --- Keys (section 3.2) ------------------------------------------------------------------------ */

static bool encrypt_block(EVP_CIPHER_CTX *aes, const uint8_t *in, uint8_t *out)
{
    int done = 0;

    return EVP_CipherUpdate(aes, out, &done, in, AES_BLOCK) == 1 && done == AES_BLOCK;
}

/* KDF: n bytes of AES in counter mode, set apart by index. */
static bool derive(EVP_CIPHER_CTX *aes, uint8_t index, uint8_t *out, size_t n)
{
    uint8_t in[AES_BLOCK] = { [7] = index };
    uint8_t block[AES_BLOCK] = { 0 };
    bool is_ok = true;

    for (uint32_t i = 1; is_ok && n > 0; i++) {
        size_t part = n < sizeof block ? n : sizeof block;

        sx_store_u32(in + AES_BLOCK - 4, i);
        is_ok = encrypt_block(aes, in, block);
        memcpy(out, block, part);
        out += part;
        n -= part;
    }
    sx_wipe(block, sizeof block);
    return is_ok;
}

static bool derive_hash_keys(struct sx_umac *umac, EVP_CIPHER_CTX *aes)
{
    uint8_t bytes[L1_KEY_WORDS * 4] = { 0 };
    bool is_ok = derive(aes, 1, bytes, sizeof bytes);

    for (size_t i = 0; i < L1_KEY_WORDS; i++)
        umac->l1_key[i] = sx_load_u32(bytes + 4 * i);

    /* Of each stream's 24 bytes the last 16 would serve messages that are not taken here. */
    is_ok = is_ok && derive(aes, 2, bytes, umac->streams * 24);
    for (size_t s = 0; s < umac->streams; s++)
        umac->l2_key[s] = load_u64(bytes + 24 * s) & poly_key_mask;

    is_ok = is_ok && derive(aes, 3, bytes, umac->streams * 8 * L3_TERMS);
    for (size_t s = 0; s < umac->streams; s++) {
        for (size_t i = 0; i < L3_TERMS; i++)
            umac->l3_key[s][i] = load_u64(bytes + 8 * (L3_TERMS * s + i)) % prime36;
    }
    is_ok = is_ok && derive(aes, 4, umac->l3_mask, umac->streams * 4);
    sx_wipe(bytes, sizeof bytes);
    return is_ok;
}

static bool set_aes_key(const struct sx_provider *provider, EVP_CIPHER *cipher, EVP_CIPHER_CTX *aes,
                        const uint8_t *key)
{
    return sx_cipher_start(provider, aes, cipher, true) &&
           EVP_CipherInit_ex2(aes, NULL, key, NULL, -1, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(aes, 0) == 1;
}

enum sx_err sx_umac_new(struct sx_provider *provider, const uint8_t *key, size_t tag_len,
                        struct sx_umac **out)
{
    EVP_CIPHER *cipher = sx_cipher_fetch(provider, "AES-128-ECB");
    EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
    struct sx_umac *umac = sx_alloc(sizeof *umac);
    uint8_t pad_key[SX_UMAC_KEY_SIZE];
    enum sx_err err = SX_OK;

    if (cipher == NULL) {
        err = sx_openssl_fault(NULL, SX_ERR_PROVIDER_FETCH, "UMAC");
        goto out;
    }
    if (umac != NULL)
        umac->pad = EVP_CIPHER_CTX_new();
    if (aes == NULL || umac == NULL || umac->pad == NULL) {
        err = SX_ERR_MEMORY;
        goto out;
    }
    umac->streams = tag_len / 4;
    if (!set_aes_key(provider, cipher, aes, key) || !derive_hash_keys(umac, aes) ||
        !derive(aes, 0, pad_key, sizeof pad_key) ||
        !set_aes_key(provider, cipher, umac->pad, pad_key)) {
        err = sx_openssl_fault(NULL, SX_ERR_SET_KEYS, "UMAC");
        goto out;
    }
    *out = umac;
    umac = NULL;
out:
    sx_wipe(pad_key, sizeof pad_key);
    sx_umac_free(umac);
    EVP_CIPHER_CTX_free(aes);
    EVP_CIPHER_free(cipher);
    return err;
}

void sx_umac_free(struct sx_umac *umac)
{
    if (umac == NULL)
        return;
    EVP_CIPHER_CTX_free(umac->pad);
    sx_free_wiped(umac, sizeof *umac);
}

/* --- The hash (section 5) ---------------------------------------------------------------------- */

/* The RFC reads the message's words as little-endian numbers (its ENDIAN-SWAP). */
static uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | (uint32_t)p[0];
}

/* NH over n bytes, a multiple of L1_STEP. */
static uint64_t nh(const uint32_t *key, const uint8_t *bytes, size_t n)
{
    uint64_t sum = 0;

    for (size_t at = 0; at < n; at += L1_STEP, key += L1_STEP / 4) {
        for (size_t j = 0; j < 4; j++) {
            uint32_t a = load_le32(bytes + at + 4 * j) + key[j];
            uint32_t b = load_le32(bytes + at + 4 * j + 16) + key[j + 4];

            sum += (uint64_t)a * b;
        }
    }
    return sum;
}

/* L1-HASH of one chunk: what is no whole step, or no step at all, is filled up with zeros. */
static uint64_t hash_chunk(const uint32_t *key, const uint8_t *bytes, size_t n)
{
    size_t whole = n - n % L1_STEP;
    uint8_t last[L1_STEP] = { 0 };
    uint64_t sum = nh(key, bytes, whole);

    if (whole < n || n == 0) {
        if (n != 0)
            memcpy(last, bytes + whole, n - whole);
        sum += nh(key + whole / 4, last, sizeof last);
        sx_wipe(last, sizeof last); /* a piece of the plain text */
    }
    return sum + 8 * (uint64_t)n;
}

/* a + b modulo prime(64), where the sum may still have the prime in it. */
static uint64_t add_mod64(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    uint64_t carry = (uint64_t)(sum < a);

    sum += offset64 & (0 - carry);
    return sum;
}

/* key * y modulo prime(64). Each half of key is below 2^25, which keeps all sums in their words:
 * key * y = high * 2^64 + middle * 2^32 + low, and 2^64 is 59. */
static uint64_t multiply_mod64(uint64_t key, uint64_t y)
{
    uint64_t key_high = key >> 32;
    uint64_t key_low = key & 0xFFFFFFFFu;
    uint64_t y_high = y >> 32;
    uint64_t y_low = y & 0xFFFFFFFFu;
    uint64_t middle = key_high * y_low + key_low * y_high;
    uint64_t high = key_high * y_high + (middle >> 32);

    return add_mod64(add_mod64(middle << 32, key_low * y_low), high * offset64);
}

/* One step of POLY (section 5.3.1) with its guard for numbers that don't fit under the prime. */
static uint64_t poly64(uint64_t key, uint64_t y, uint64_t m)
{
    if (m >= 0xFFFFFFFF00000000u) {
        y = add_mod64(multiply_mod64(key, y), 0 - offset64 - 1); /* prime - 1 */
        m -= offset64;
    }
    return add_mod64(multiply_mod64(key, y), m);
}

/* L1-HASH and L2-HASH of one stream: the 64 low bits of the 128 that L3-HASH takes. */
static uint64_t hash_message(const struct sx_umac *umac, size_t stream, struct sx_slice message)
{
    const uint32_t *key = umac->l1_key + stream * L1_SHIFT;
    const uint8_t *bytes = message.ptr;
    size_t left = message.len;
    uint64_t y = 1;

    if (left <= L1_CHUNK)
        return hash_chunk(key, bytes, left);
    while (left > 0) {
        size_t part = left < L1_CHUNK ? left : L1_CHUNK;

        y = poly64(umac->l2_key[stream], y, hash_chunk(key, bytes, part));
        bytes += part;
        left -= part;
    }
    return y >= 0 - offset64 ? y + offset64 : y; /* y - prime */
}

/* L3-HASH: sixteen bytes, of which the first eight are always zero here, to four. */
static uint32_t hash_short(const uint64_t *key, uint64_t y)
{
    uint64_t sum = 0;

    for (size_t i = 4; i < L3_TERMS; i++)
        sum += (y >> (16 * (L3_TERMS - 1 - i)) & 0xFFFF) * key[i];
    return (uint32_t)(sum % prime36);
}

/* --- The tag ----------------------------------------------------------------------------------- */

/* PDF (section 3.3): two tags of 64 bits share one block, whose nonce lacks the lowest bit. */
static bool make_pad(struct sx_umac *umac, const uint8_t *nonce, uint8_t *out)
{
    uint8_t in[AES_BLOCK] = { 0 };
    uint8_t block[AES_BLOCK] = { 0 };
    size_t n = umac->streams * 4;
    size_t index = n == AES_BLOCK ? 0 : nonce[SX_UMAC_NONCE_SIZE - 1] & 1;
    bool is_ok;

    memcpy(in, nonce, SX_UMAC_NONCE_SIZE);
    in[SX_UMAC_NONCE_SIZE - 1] ^= (uint8_t)index;
    is_ok = encrypt_block(umac->pad, in, block);
    memcpy(out, block + index * n, n);
    sx_wipe(block, sizeof block);
    return is_ok;
}

enum sx_err sx_umac_compute(struct sx_umac *umac, const uint8_t *nonce, struct sx_slice message,
                            uint8_t *out_tag)
{
    uint8_t pad[SX_UMAC_TAG_MAX] = { 0 };

    if (message.len > SX_UMAC_MESSAGE_MAX)
        return SX_ERR_ARGUMENT;
    if (!make_pad(umac, nonce, pad))
        return sx_openssl_fault(NULL, SX_ERR_ENCRYPT, "UMAC");
    for (size_t s = 0; s < umac->streams; s++) {
        uint64_t y = hash_message(umac, s, message);

        sx_store_u32(out_tag + 4 * s, hash_short(umac->l3_key[s], y));
        for (size_t i = 4 * s; i < 4 * s + 4; i++)
            out_tag[i] ^= umac->l3_mask[i] ^ pad[i];
    }
    sx_wipe(pad, sizeof pad);
    return SX_OK;
}

/* --- As SSH uses it: the nonce is the sequence number ------------------------------------------- */

static bool umac_is_available(struct sx_provider *provider, const struct sx_mac_alg *alg)
{
    EVP_CIPHER *cipher = sx_cipher_fetch(provider, "AES-128-ECB");
    char reason[8];

    (void)alg;
    if (cipher == NULL)
        sx_openssl_reason(reason, sizeof reason);
    EVP_CIPHER_free(cipher);
    return cipher != NULL;
}

static enum sx_err umac_make(struct sx_provider *provider, const struct sx_mac_alg *alg,
                             struct sx_slice key, void **out_state)
{
    struct sx_umac *umac = NULL;

    SX_TRY(sx_umac_new(provider, key.ptr, alg->tag_len, &umac));
    *out_state = umac;
    return SX_OK;
}

static void umac_destroy(void *state)
{
    sx_umac_free(state);
}

static enum sx_err umac_compute(void *state, uint32_t sequence, const uint8_t *packet, size_t n,
                                uint8_t *out_tag)
{
    uint8_t nonce[SX_UMAC_NONCE_SIZE] = { 0 };

    sx_store_u32(nonce + 4, sequence);
    return sx_umac_compute(state, nonce, sx_slice_of(packet, n), out_tag);
}

static const struct sx_mac_ops umac_ops = {
    .is_available = umac_is_available,
    .make = umac_make,
    .destroy = umac_destroy,
    .compute = umac_compute,
};

#define SX_UMAC(ssh_name, tag, etm)                                                                \
    {                                                                                              \
        .name = ssh_name, .kind = SX_MAC_UMAC, .key_len = SX_UMAC_KEY_SIZE, .tag_len = tag,        \
        .is_etm = etm, .ops = &umac_ops                                                            \
    }

const struct sx_mac_alg sx_mac_umac_64 = SX_UMAC("umac-64@openssh.com", 8, false);
const struct sx_mac_alg sx_mac_umac_64_etm = SX_UMAC("umac-64-etm@openssh.com", 8, true);
const struct sx_mac_alg sx_mac_umac_128 = SX_UMAC("umac-128@openssh.com", 16, false);
const struct sx_mac_alg sx_mac_umac_128_etm = SX_UMAC("umac-128-etm@openssh.com", 16, true);
