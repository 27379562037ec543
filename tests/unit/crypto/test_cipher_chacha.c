/* chacha20-poly1305@openssh.com: the draft's worked packet, every way to damage one, sequence
 * numbers as nonces. */
#include "unit/crypto/crypto_checks.h"

#include "crypto/cipher.h"

/* draft-ietf-sshm-chacha20-poly1305 (-02 to -04), appendix A: figures 4, 5, 12 and 17. */
static const char draft_key[] = "8bbff6855fc102338c373e73aac0c914f076a905b2444a32eecaffeae22becc5"
                                "e9b7a7a5825a8249346ec1c28301cf394543fc7569887d76e168f37562ac0740";
static const char draft_plain[] =
    "00000048065e00000000000000384c6f72656d20697073756d20646f6c6f722073697420616d65742c20"
    "636f6e7365637465747572206164697069736963696e6720656c69744e43e804dc6c";
static const char draft_sealed[] =
    "2c3ecce4a5bc05895bf07a7ba956b6c68829ac7c83b780b7000ecde745afc705bbc378ce03a280236b87"
    "b53bed5839662302b164b6286a48cd1e097138e3cb909b8b2b829dd18d2a35ff82d9"
    "95349e855bf02c298ef775f2d1a7e8b8";
enum { DRAFT_SEQUENCE = 7, DRAFT_LENGTH = 0x48 };

static struct sx_cipher *new_cipher(struct sx_slice key, bool is_encrypt)
{
    struct sx_cipher *cipher = NULL;

    assert_ok(sx_cipher_new(providers_default(), &sx_cipher_chacha20_poly1305, key, SX_SLICE_NONE,
                            is_encrypt, &cipher));
    return cipher;
}

static void test_chacha_matches_the_draft(void **state)
{
    struct bytes key = from_hex(draft_key);
    struct bytes plain = from_hex(draft_plain);
    struct bytes sealed = from_hex(draft_sealed);
    struct bytes packet = plain;
    struct sx_cipher *seal = new_cipher(slice_of(&key), true);
    struct sx_cipher *open = new_cipher(slice_of(&key), false);
    uint32_t length = 0;

    (void)state;
    assert_int_equal(plain.len, 4 + DRAFT_LENGTH);
    for (int again = 0; again < 3; again++) { /* one context serves many packets */
        packet = plain;
        assert_ok(sx_cipher_seal(seal, DRAFT_SEQUENCE, packet.data, DRAFT_LENGTH));
        assert_memory_equal(packet.data, sealed.data, sealed.len);
        assert_ok(sx_cipher_peek_length(open, DRAFT_SEQUENCE, packet.data, &length));
        assert_int_equal(length, DRAFT_LENGTH);
        assert_memory_equal(packet.data, sealed.data, sealed.len); /* a look changes nothing */
        assert_ok(sx_cipher_open(open, DRAFT_SEQUENCE, packet.data, DRAFT_LENGTH));
        assert_memory_equal(packet.data + 4, plain.data + 4, DRAFT_LENGTH);
    }
    sx_cipher_free(seal);
    sx_cipher_free(open);
}

enum { BODY = 40, PACKET = 4 + BODY + 16 };

static void fill(uint8_t *packet, unsigned seed)
{
    for (unsigned i = 0; i < PACKET; i++)
        packet[i] = (uint8_t)(seed * 31 + i);
}

static void test_chacha_notices_every_changed_byte(void **state)
{
    uint8_t key[64];
    const uint8_t zero[BODY] = { 0 };

    (void)state;
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 7);
    for (size_t at = 0; at < PACKET; at++) {
        struct sx_cipher *seal = new_cipher(sx_slice_of(key, 64), true);
        struct sx_cipher *open = new_cipher(sx_slice_of(key, 64), false);
        uint8_t packet[PACKET];
        uint8_t good[PACKET];

        fill(packet, 1);
        fill(good, 2);
        assert_ok(sx_cipher_seal(seal, 0, packet, BODY));
        assert_ok(sx_cipher_seal(seal, 1, good, BODY));
        packet[at] ^= (uint8_t)(1u << (at % 8));
        assert_err(sx_cipher_open(open, 0, packet, BODY), SX_ERR_PEER_MAC);
        assert_memory_equal(packet + 4, zero, BODY); /* nothing unauthenticated is left */
        assert_err(sx_cipher_open(open, 1, good, BODY), SX_ERR_STATE);
        sx_cipher_free(seal);
        sx_cipher_free(open);
    }
}

/* A packet belongs to its number: replayed, dropped or swapped ones don't open. */
static void test_chacha_binds_a_packet_to_its_sequence_number(void **state)
{
    static const uint32_t wrong[] = { 0, 6, 8, 0x80000007, 0x0700, 0xffffffff };
    uint8_t key[64] = { 9 };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sx_cipher *seal = new_cipher(sx_slice_of(key, 64), true);
        struct sx_cipher *open = new_cipher(sx_slice_of(key, 64), false);
        uint8_t packet[PACKET];
        uint8_t copy[PACKET];

        fill(packet, 3);
        assert_ok(sx_cipher_seal(seal, 7, packet, BODY));
        memcpy(copy, packet, sizeof copy);
        assert_ok(sx_cipher_open(open, 7, packet, BODY));
        assert_err(sx_cipher_open(open, wrong[i], copy, BODY), SX_ERR_PEER_MAC);
        sx_cipher_free(seal);
        sx_cipher_free(open);
    }
}

/* Two numbers never share keystream, up to the last one; the two keys are not mixed up. */
static void test_chacha_makes_every_packet_differ(void **state)
{
    static const uint32_t numbers[] = { 0, 1, 2, 255, 256, 0x01000000, 0x80000000, 0xffffffff };
    enum { COUNT = sizeof numbers / sizeof numbers[0] };
    uint8_t key[64] = { 9 };
    uint8_t packets[COUNT][PACKET];
    struct sx_cipher *seal = new_cipher(sx_slice_of(key, 64), true);

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        memset(packets[i], 0, PACKET);
        assert_ok(sx_cipher_seal(seal, numbers[i], packets[i], BODY));
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(packets[i], packets[j], 4);
            assert_memory_not_equal(packets[i] + 4, packets[j] + 4, BODY);
            assert_memory_not_equal(packets[i] + 4 + BODY, packets[j] + 4 + BODY, 16);
        }
    }
    sx_cipher_free(seal);

    key[32] ^= 1; /* the header's key: it covers the length alone */
    seal = new_cipher(sx_slice_of(key, 64), true);
    memset(packets[1], 0, PACKET);
    assert_ok(sx_cipher_seal(seal, numbers[0], packets[1], BODY));
    assert_memory_not_equal(packets[0], packets[1], 4);
    assert_memory_equal(packets[0] + 4, packets[1] + 4, BODY);
    sx_cipher_free(seal);
}

static void test_chacha_refuses_wrong_sizes_and_uses(void **state)
{
    uint8_t key[64] = { 9 };
    uint8_t packet[PACKET] = { 0 };
    struct sx_cipher *none = NULL;
    struct sx_cipher *seal = new_cipher(sx_slice_of(key, 64), true);
    struct sx_cipher *open = new_cipher(sx_slice_of(key, 64), false);

    (void)state;
    assert_err(sx_cipher_new(providers_default(), &sx_cipher_chacha20_poly1305,
                             sx_slice_of(key, 63), SX_SLICE_NONE, true, &none),
               SX_ERR_ARGUMENT);
    for (size_t n = 0; n < BODY; n++) {
        if (n % 8 == 0 && n != 0)
            continue;
        assert_err(sx_cipher_seal(seal, 0, packet, n), SX_ERR_ARGUMENT);
        assert_err(sx_cipher_open(open, 0, packet, n), SX_ERR_ARGUMENT);
    }
    assert_err(sx_cipher_open(seal, 0, packet, BODY), SX_ERR_STATE);
    assert_err(sx_cipher_seal(open, 0, packet, BODY), SX_ERR_STATE);
    assert_err(sx_cipher_crypt(seal, packet, BODY), SX_ERR_STATE);
    assert_null(none);
    sx_cipher_free(seal);
    sx_cipher_free(open);
}

static void check_availability(const struct test_provider *tp)
{
    uint8_t key[64] = { 9 };
    struct sx_cipher *cipher = NULL;

    assert_int_equal(sx_cipher_is_available(tp->provider, &sx_cipher_chacha20_poly1305),
                     !tp->is_fips);
    if (tp->is_fips)
        assert_err(sx_cipher_new(tp->provider, &sx_cipher_chacha20_poly1305, sx_slice_of(key, 64),
                                 SX_SLICE_NONE, true, &cipher),
                   SX_ERR_PROVIDER_FETCH);
    assert_null(cipher);
}

static void test_chacha_is_not_there_under_fips(void **state)
{
    (void)state;
    for_each_provider(check_availability);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chacha_matches_the_draft),
        cmocka_unit_test(test_chacha_notices_every_changed_byte),
        cmocka_unit_test(test_chacha_binds_a_packet_to_its_sequence_number),
        cmocka_unit_test(test_chacha_makes_every_packet_differ),
        cmocka_unit_test(test_chacha_refuses_wrong_sizes_and_uses),
        cmocka_unit_test(test_chacha_is_not_there_under_fips),
    };

    return cmocka_run_group_tests_name("crypto/cipher_chacha", tests, empty_default_context,
                                       restore_default_context);
}
