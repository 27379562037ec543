/* Key exchanges with a server that lies: each lie is a named error before any key is in use. */
#include <openssl/bn.h>

#include "base/memory.h"
#include "memory/checks.h"

enum { SHARE_MAX = 1100 };

/* What the reply is made to say; empty slices leave a field as it is. */
struct forgery {
    struct sx_slice host_key;
    struct sx_slice share;
    struct sx_slice signature;
    bool has_empty_share;
    bool has_tail;
    int flip_signature; /* from its end; 0 for none */
};

static void forge(void *ctx, struct sx_slice payload, struct sx_writer *out)
{
    const struct forgery *forgery = ctx;
    struct sx_msg_kex_reply reply;
    uint8_t signature[2048];

    if (sx_msg_kex_reply_decode(payload, SX_MSG_KEXDH_REPLY, &reply) != SX_OK) {
        out->is_bad = true;
        return;
    }
    if (forgery->host_key.len != 0)
        reply.host_key = forgery->host_key;
    if (forgery->share.len != 0 || forgery->has_empty_share)
        reply.share = forgery->share;
    if (forgery->signature.len != 0)
        reply.signature = forgery->signature;
    if (forgery->flip_signature != 0 && reply.signature.len <= sizeof signature) {
        memcpy(signature, reply.signature.ptr, reply.signature.len);
        signature[(int)reply.signature.len - forgery->flip_signature] ^= 0x10;
        reply.signature.ptr = signature;
    }
    sx_msg_kex_reply_encode(out, SX_MSG_KEXDH_REPLY, &reply);
    if (forgery->has_tail)
        sx_writer_u8(out, 0);
}

/* A session whose server sends this reply ends with this error, and no key comes into use. */
static void check_forged(struct session_config *config, struct forgery *forgery,
                         enum sx_err expected)
{
    struct session *session = checked_session(config);
    struct peer_tamper *tamper =
        peer_tamper(session->peer, TAMPER_EDIT, PEER_ANY, SX_MSG_KEXDH_REPLY);

    tamper->edit = forge;
    tamper->ctx = forgery;
    session_run(session);
    if (session->err != expected)
        print_error("%s, %s, a share of %zu bytes\n", config->wishes.lists[SX_ALG_KEX],
                    config->wishes.lists[SX_ALG_HOST_KEY], forgery->share.len);
    check_ended(session, expected);
    assert_string_equal(session->trace, "VN");
    assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
    assert_int_equal(peer_count(session->peer, SX_MSG_NEWKEYS), 0);
    assert_int_equal(session->peer->disconnect_reason, expected == SX_ERR_PEER_DECODE
                                                           ? SX_DISCONNECT_PROTOCOL_ERROR
                                                           : SX_DISCONNECT_KEY_EXCHANGE_FAILED);
    session_free(session);
}

static void check_share(const char *kex, const uint8_t *share, size_t n, enum sx_err expected)
{
    struct session_config config = session_config_default();
    struct forgery forgery = { .share = sx_slice_of(share, n), .has_empty_share = n == 0 };

    session_offer(&config, kex, "ssh-ed25519", "aes128-gcm@openssh.com", NULL);
    check_forged(&config, &forgery, expected);
}

/* --- Diffie-Hellman values -------------------------------------------------------------------- */

struct group {
    const char *kex;
    BIGNUM *(*prime)(BIGNUM *);
};

/* p + difference as an mpint's content. */
static size_t prime_plus(const struct group *group, int difference, uint8_t *out)
{
    BIGNUM *p = group->prime(NULL);
    size_t n;

    assert_non_null(p);
    if (difference >= 0)
        assert_int_equal(BN_add_word(p, (BN_ULONG)difference), 1);
    else
        assert_int_equal(BN_sub_word(p, (BN_ULONG)-difference), 1);
    out[0] = 0; /* the top bit of each of these primes is set */
    n = 1 + (size_t)BN_bn2bin(p, out + 1);
    BN_free(p);
    return n;
}

static void test_dh_values_out_of_range(void **state)
{
    static const struct group groups[] = {
        { "diffie-hellman-group14-sha256", BN_get_rfc3526_prime_2048 },
        { "diffie-hellman-group16-sha512", BN_get_rfc3526_prime_4096 },
        { "diffie-hellman-group18-sha512", BN_get_rfc3526_prime_8192 },
    };
    static const struct {
        uint8_t bytes[4];
        size_t n;
    } small[] = {
        { { 0 }, 0 },          /* 0 */
        { { 1 }, 1 },          /* 1 */
        { { 0 }, 1 },          /* 0, written long */
        { { 0, 1 }, 2 },       /* 1, written long */
        { { 0, 2 }, 2 },       /* 2 would do, but not so long */
        { { 0x80 }, 1 },       /* negative */
        { { 0xff, 0xfe }, 2 }, /* negative */
    };
    uint8_t share[SHARE_MAX];

    (void)state;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        /* The large groups are dear; how a value is written does not depend on the group. */
        bool is_short = g > 0 && !fixture_is_full();
        size_t small_count = is_short ? 3 : sizeof small / sizeof small[0];

        for (size_t i = 0; i < small_count; i++)
            check_share(groups[g].kex, small[i].bytes, small[i].n, SX_ERR_PEER_DH_VALUE);
        for (int difference = -1; difference <= (is_short ? 0 : 2); difference++)
            check_share(groups[g].kex, share, prime_plus(&groups[g], difference, share),
                        SX_ERR_PEER_DH_VALUE);
        if (is_short)
            continue;
        memset(share, 0x7f, sizeof share); /* longer than the prime */
        check_share(groups[g].kex, share, sizeof share, SX_ERR_PEER_DH_VALUE);
    }
}

/* --- Points ----------------------------------------------------------------------------------- */

static void test_points_that_are_none(void **state)
{
    static const struct {
        const char *kex;
        size_t field;
    } curves[] = {
        { "ecdh-sha2-nistp256", 32 },
        { "ecdh-sha2-nistp384", 48 },
        { "ecdh-sha2-nistp521", 66 },
    };
    uint8_t share[SHARE_MAX];

    (void)state;
    for (size_t c = 0; c < sizeof curves / sizeof curves[0]; c++) {
        size_t n = 1 + 2 * curves[c].field;

        check_share(curves[c].kex, share, 0, SX_ERR_PEER_EC_POINT);
        memset(share, 0, sizeof share);
        check_share(curves[c].kex, share, 1, SX_ERR_PEER_EC_POINT); /* infinity */
        check_share(curves[c].kex, share, n, SX_ERR_PEER_EC_POINT);
        share[0] = 4; /* (0, 0) lies on none of these curves */
        check_share(curves[c].kex, share, n, SX_ERR_PEER_EC_POINT);
        check_share(curves[c].kex, share, n - 1, SX_ERR_PEER_EC_POINT);
        check_share(curves[c].kex, share, n + 1, SX_ERR_PEER_EC_POINT);
        share[curves[c].field] = 5;
        check_share(curves[c].kex, share, n, SX_ERR_PEER_EC_POINT);
        memset(share + 1, 0xff, n - 1); /* coordinates beyond the field */
        check_share(curves[c].kex, share, n, SX_ERR_PEER_EC_POINT);
        share[0] = 2; /* compressed */
        check_share(curves[c].kex, share, 1 + curves[c].field, SX_ERR_PEER_EC_POINT);
    }
}

/* Points of small order make the secret zero, whatever our key is (RFC 7748 section 6.1). */
static void test_x25519_values_without_a_secret(void **state)
{
    static const uint8_t order8[32] = { 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae,
                                        0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
                                        0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd,
                                        0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 };
    static const char *const names[] = { "curve25519-sha256", "curve25519-sha256@libssh.org" };
    uint8_t share[33] = { 0 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        share[0] = 0;
        check_share(names[i], share, 32, SX_ERR_PEER_EC_POINT);
        share[0] = 1;
        check_share(names[i], share, 32, SX_ERR_PEER_EC_POINT);
        check_share(names[i], order8, 32, SX_ERR_PEER_EC_POINT);
        share[0] = 9;
        check_share(names[i], share, 0, SX_ERR_PEER_EC_POINT);
        check_share(names[i], share, 31, SX_ERR_PEER_EC_POINT);
        check_share(names[i], share, 33, SX_ERR_PEER_EC_POINT);
    }
}

/* --- Host keys and signatures ----------------------------------------------------------------- */

static void test_a_wrong_signature_for_every_host_key(void **state)
{
    (void)state;
    for (size_t i = 0; all_signatures[i] != NULL; i++) {
        struct session_config config = session_config_default();
        struct forgery forgery = { 0 };

        session_offer(&config, "curve25519-sha256", all_signatures[i]->name,
                      "aes128-gcm@openssh.com", NULL);
        forgery.flip_signature = 1;
        check_forged(&config, &forgery, SX_ERR_PEER_SIGNATURE);
        forgery.flip_signature = 20;
        check_forged(&config, &forgery, SX_ERR_PEER_SIGNATURE);
        forgery.flip_signature = 0;
        forgery.signature = BYTES("\0\0\0\0");
        check_forged(&config, &forgery, SX_ERR_PEER_SIGNATURE);
        /* The right type of key, and not the one that signed. */
        forgery.signature = SX_SLICE_NONE;
        forgery.host_key =
            sx_key_public_blob(fixture_key(config.provider, all_signatures[i]->type, 1));
        check_forged(&config, &forgery, SX_ERR_PEER_SIGNATURE);
    }
}

static void test_a_host_key_of_another_type(void **state)
{
    (void)state;
    for (size_t i = 0; all_signatures[i] != NULL; i++)
        for (size_t k = 0; all_signatures[k] != NULL; k++) {
            struct session_config config = session_config_default();
            struct forgery forgery = { 0 };

            if (all_signatures[i]->type == all_signatures[k]->type)
                continue;
            session_offer(&config, "curve25519-sha256", all_signatures[i]->name,
                          "aes128-gcm@openssh.com", NULL);
            forgery.host_key =
                sx_key_public_blob(fixture_key(config.provider, all_signatures[k]->type, 0));
            check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY_TYPE);
        }
}

static void test_a_signature_of_another_algorithm(void **state)
{
    struct session_config config = session_config_default();
    struct forgery forgery = { 0 };

    (void)state;
    forgery.signature = BYTES("\0\0\0\7ssh-rsa\0\0\0\1x");
    check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY_TYPE);
    /* SHA-2 negotiated, SHA-1 delivered: the downgrade of RFC 8332. */
    session_offer(&config, "curve25519-sha256", "rsa-sha2-512", "aes128-gcm@openssh.com", NULL);
    check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY_TYPE);
    forgery.signature = BYTES("\0\0\0\14rsa-sha2-256\0\0\0\1x");
    check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY_TYPE);
}

static void test_host_keys_that_are_none(void **state)
{
    struct session_config config = session_config_default();
    struct forgery forgery = { 0 };

    (void)state;
    forgery.host_key = BYTES("\033[31mno key\n");
    check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY);
    forgery.host_key = BYTES("\0\0\0\7ssh-dss\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY);
    forgery.host_key = BYTES("\0\0\0\13ssh-ed25519\0\0\0\4abcd");
    check_forged(&config, &forgery, SX_ERR_PEER_HOST_KEY);
    forgery.host_key = SX_SLICE_NONE;
    forgery.has_tail = true;
    check_forged(&config, &forgery, SX_ERR_PEER_DECODE);
}

static void test_a_host_key_below_the_policys_size(void **state)
{
    struct session_config config = session_config_default();
    struct forgery forgery = { 0 };
    struct sx_key *key = NULL;

    (void)state;
    session_offer(&config, "curve25519-sha256", "rsa-sha2-256", "aes128-gcm@openssh.com", NULL);
    assert_int_equal(sx_key_generate(config.provider, SX_KEY_RSA, 1024, &key), SX_OK);
    forgery.host_key = sx_key_public_blob(key);
    check_forged(&config, &forgery, SX_ERR_POLICY_KEY_SIZE);
    sx_key_free(key);
}

/* Every byte of the server's unencrypted messages is under its signature. */
static void test_no_byte_of_the_exchange_can_be_changed(void **state)
{
    static const int numbers[] = { SX_MSG_KEXINIT, SX_MSG_KEXDH_REPLY };
    struct session_config config = session_config_default();

    (void)state;
    config.peer.lists[SX_LIST_CIPHER_C2S] = config.peer.lists[SX_LIST_CIPHER_S2C] =
        "aes128-gcm@openssh.com";
    for (size_t i = 0; i < 2; i++)
        for (int offset = 1;; offset++) {
            struct session *session = checked_session(&config);
            struct peer_tamper *tamper =
                peer_tamper(session->peer, TAMPER_FLIP_PLAIN, PEER_ANY, numbers[i]);
            bool is_past_end;

            tamper->offset = offset;
            tamper->mask = offset % 2 == 0 ? 0x01 : 0x80;
            session_run(session);
            is_past_end = session->err == SX_OK;
            if (is_past_end)
                check_finished(session); /* no byte was changed */
            else
                assert_int_equal(session->counts[SX_EVENT_KEYS_IN_USE], 0);
            session_free(session);
            if (is_past_end) {
                assert_true(offset > 100);
                break;
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dh_values_out_of_range),
        cmocka_unit_test(test_points_that_are_none),
        cmocka_unit_test(test_x25519_values_without_a_secret),
        cmocka_unit_test(test_a_wrong_signature_for_every_host_key),
        cmocka_unit_test(test_a_host_key_of_another_type),
        cmocka_unit_test(test_a_signature_of_another_algorithm),
        cmocka_unit_test(test_host_keys_that_are_none),
        cmocka_unit_test(test_a_host_key_below_the_policys_size),
        cmocka_unit_test(test_no_byte_of_the_exchange_can_be_changed),
    };

    return RUN_GROUP(tests);
}
