/* crypto/legacy_bcrypt.c: bcrypt_pbkdf, by which OpenSSH makes a key of a passphrase. OpenSSL has
 * none, and its Blowfish can't be made one of: bcrypt's key schedule takes a salt in. So this file
 * holds a Blowfish of our own. Not approved: no FIPS provider's session comes here, as its policy
 * refuses the container first. Left out by -DSEXEC_LEGACY=OFF.
 *
 * The loads from the S-boxes depend on the passphrase, as in every Blowfish: who shares this
 * machine's caches may learn of it while a key is read. */
#include "crypto/key_box.h"

#include <string.h>

#include "base/memory.h"
#include "crypto/legacy_blowfish.h"

enum {
    BCRYPT_ROUNDS = 64, /* 2^6 */
    BCRYPT_WORDS = 8,   /* of the text that is encrypted */
    BCRYPT_SIZE = 4 * BCRYPT_WORDS,
    BCRYPT_COUNT_MAX = 4096, /* ssh-keygen -a: 24 by default; some 15 ms each */
};

/* Subkeys and S-boxes in one row. */
struct blowfish {
    uint32_t words[SX_BLOWFISH_WORDS];
};

static uint32_t round_of(const struct blowfish *fish, uint32_t x)
{
    const uint32_t *box = fish->words + SX_BLOWFISH_SUBKEYS;

    return ((box[x >> 24] + box[SX_BLOWFISH_BOX + (x >> 16 & 0xff)]) ^
            box[2 * SX_BLOWFISH_BOX + (x >> 8 & 0xff)]) +
           box[3 * SX_BLOWFISH_BOX + (x & 0xff)];
}

static void encrypt(const struct blowfish *fish, uint32_t *pair)
{
    uint32_t left = pair[0] ^ fish->words[0];
    uint32_t right = pair[1];

    for (unsigned i = 1; i <= 16; i += 2) {
        right ^= round_of(fish, left) ^ fish->words[i];
        left ^= round_of(fish, right) ^ fish->words[i + 1];
    }
    pair[0] = right ^ fish->words[17];
    pair[1] = left;
}

/* Reads big-endian words round and round. */
static uint32_t next_word(struct sx_slice bytes, size_t *place)
{
    uint32_t word = 0;

    for (int i = 0; i < 4; i++) {
        word = word << 8 | bytes.ptr[*place];
        *place = (*place + 1) % bytes.len;
    }
    return word;
}

/* bcrypt's ExpandKey; an empty salt counts as zeros. */
static void expand(struct blowfish *fish, struct sx_slice salt, struct sx_slice key)
{
    uint32_t pair[2] = { 0, 0 };
    size_t place = 0;

    for (unsigned i = 0; i < SX_BLOWFISH_SUBKEYS; i++)
        fish->words[i] ^= next_word(key, &place);
    place = 0;
    for (unsigned i = 0; i < SX_BLOWFISH_WORDS; i += 2) {
        if (salt.len != 0) {
            pair[0] ^= next_word(salt, &place);
            pair[1] ^= next_word(salt, &place);
        }
        encrypt(fish, pair);
        fish->words[i] = pair[0];
        fish->words[i + 1] = pair[1];
    }
}

/* One bcrypt of OpenSSH's kind: salt and key are digests of SHA-512. */
static void bcrypt(struct blowfish *fish, struct sx_slice key, struct sx_slice salt, uint8_t *out)
{
    static const char text[BCRYPT_SIZE + 1] = "OxychromaticBlowfishSwatDynamite";
    uint32_t words[BCRYPT_WORDS];
    size_t place = 0;

    memcpy(fish->words, sx_blowfish_start, sizeof fish->words);
    expand(fish, salt, key);
    for (unsigned i = 0; i < BCRYPT_ROUNDS; i++) {
        expand(fish, SX_SLICE_NONE, salt);
        expand(fish, SX_SLICE_NONE, key);
    }
    for (unsigned i = 0; i < BCRYPT_WORDS; i++)
        words[i] = next_word(sx_slice_of(text, BCRYPT_SIZE), &place);
    for (unsigned round = 0; round < BCRYPT_ROUNDS; round++) {
        for (unsigned i = 0; i < BCRYPT_WORDS; i += 2)
            encrypt(fish, words + i);
    }
    for (unsigned i = 0; i < BCRYPT_WORDS; i++) {
        for (unsigned k = 0; k < 4; k++)
            out[4 * i + k] = (uint8_t)(words[i] >> 8 * k); /* little-endian, unlike the input */
    }
    sx_wipe(words, sizeof words);
}

/* The count-th block of 32 bytes. */
static enum sx_err block(struct sx_provider *provider, struct blowfish *fish, struct sx_slice key,
                         const struct sx_box_password *password, uint32_t number, uint8_t *out)
{
    const uint8_t tail[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
                              (uint8_t)(number >> 8), (uint8_t)number };
    struct sx_digest *digest = NULL;
    uint8_t salt[SX_DIGEST_MAX];
    uint8_t once[BCRYPT_SIZE];
    size_t n;
    enum sx_err err = sx_digest_new(provider, SX_HASH_SHA512, &digest);

    if (err == SX_OK)
        err = sx_digest_update(digest, password->salt);
    if (err == SX_OK)
        err = sx_digest_update(digest, sx_slice_of(tail, sizeof tail));
    if (err == SX_OK)
        err = sx_digest_final(digest, salt, &n);
    sx_digest_free(digest);
    if (err != SX_OK)
        return err;
    bcrypt(fish, key, sx_slice_of(salt, sizeof salt), once);
    memcpy(out, once, sizeof once);
    for (uint64_t i = 1; err == SX_OK && i < password->count; i++) {
        err = sx_digest_once(provider, SX_HASH_SHA512, sx_slice_of(once, sizeof once), salt, &n);
        if (err == SX_OK)
            bcrypt(fish, key, sx_slice_of(salt, sizeof salt), once);
        for (size_t k = 0; k < sizeof once; k++)
            out[k] ^= once[k];
    }
    sx_wipe(salt, sizeof salt);
    sx_wipe(once, sizeof once);
    return err;
}

enum sx_err sx_box_bcrypt(struct sx_provider *provider, const struct sx_box_password *password,
                          uint8_t *out, size_t n)
{
    uint8_t key[SX_DIGEST_MAX];
    uint8_t bytes[BCRYPT_SIZE];
    const size_t stride = (n + BCRYPT_SIZE - 1) / BCRYPT_SIZE;
    struct blowfish *fish;
    size_t key_len;
    enum sx_err err;

    if (n == 0 || n > 1024 || password->text.len == 0 || password->salt.len == 0 ||
        password->count == 0 || password->count > BCRYPT_COUNT_MAX)
        return SX_ERR_ARGUMENT;
    fish = sx_alloc(sizeof *fish);
    if (fish == NULL)
        return SX_ERR_MEMORY;
    err = sx_digest_once(provider, SX_HASH_SHA512, password->text, key, &key_len);
    /* The blocks are dealt out like cards, so that none of them gives a whole part of the key. */
    for (size_t i = 0; err == SX_OK && i < stride; i++) {
        err = block(provider, fish, sx_slice_of(key, sizeof key), password, (uint32_t)i + 1, bytes);
        for (size_t k = 0; err == SX_OK && k < BCRYPT_SIZE && k * stride + i < n; k++)
            out[k * stride + i] = bytes[k];
    }
    sx_wipe(key, sizeof key);
    sx_wipe(bytes, sizeof bytes);
    sx_free_wiped(fish, sizeof *fish);
    return err;
}
