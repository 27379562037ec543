/* unit/crypto/key_checks.h: blobs and signatures for the tests of keys. */
#ifndef SX_TESTS_KEY_CHECKS_H
#define SX_TESTS_KEY_CHECKS_H

#include "unit/crypto/crypto_checks.h"

#include "crypto/key.h"
#include "wire/writer.h"

static const struct sx_sig_alg *const all_sigs[] = { &sx_sig_ecdsa_nistp256,
                                                     &sx_sig_ecdsa_nistp384,
                                                     &sx_sig_ecdsa_nistp521,
                                                     &sx_sig_ed25519,
                                                     &sx_sig_rsa_sha2_256,
                                                     &sx_sig_rsa_sha2_512,
                                                     NULL };

/* A key of RSA 2048 made for these tests (PKCS#8): to make one takes minutes under a checker. */
static const char rsa_2048_key[] =
    "308204bd020100300d06092a864886f70d0101010500048204a7308204a30201000282010100ba23298e4382"
    "271d066f0ca3a0bd780391a531bddee596f9271a0ebfaa6b3a1b61ede5382e8f4e45ee834ab75b47de46cbf7"
    "23f4545e1a245a837b16a4ef5655d747fb8af3f7022c38f8b0bdd8ac2fe758d016d27922cfc89168c46bcc99"
    "2851dbdb716a621bc4caf9f00a6ad7ba64558b990d4bc38cb7620711601522568efc364206d087f16f06ad32"
    "422376264d225244d460a393762dd30eab06462a311710e8b2fb806011957880b2e221398f24477278376f96"
    "d6e2f40141bad8dfc6cb06046a32587b87b6d092e517fc04b0c7b620ab60ef93eb4a0dac4e9ad07b7aba10df"
    "e4ff7a1136b514895791d0b7d222f65ef51a9e903ad94c40221113c14d5d020301000102820100046de4c5c1"
    "5e7dfec751ea2b949e1d967c2741ad427a15231da6959643006534149afc1adfa4c25890a9e823bfd4d079bf"
    "cdc439c2ae30920fe354110060bf9db04f42b1964798f22372eb85c0fbabf225df61c3a5654a2b7c2651923d"
    "1ea1e27cc85685110b971dbb5fd6679f758c80aa9f3c3d42cc7ceaa4bf699967254726b7cf8d767f3bac00e2"
    "f77018dbbf4ffb98d9231c37aeb9774ca422ea896700026764220fa730e140e49222dde4fb722d2dce2b58c9"
    "6b3610e56d2e44703a8112d5295564fed3f147b8fc9987dfc75c4a98693729af43d10583030012eb0261094e"
    "3e165a00006ed8d4621acfd200892c757e6f8fa4aec8ba7fb61ab48847d98102818100f5bea69b89457471c9"
    "a8e9c20cbb51970f86c163efaa2f928dd13bc3e33f5a4d351f43080a9a1912efdfc90120dfc8bb0915f66bc6"
    "6d6897b0f5fab319c76fab29b5447c1769e426afa9a8141f6b6b702e0eaa7e53f38c5dc22ad3957c264b2497"
    "817787d626a6c81b20d11ba45eab09e8073a58f27c28fc46af8d4a14e1019d02818100c1e7b63757c7c3a97e"
    "c6277ee736fd5d53339db8dbcf7aa3c9f850dcb8d8b6e048348e6fd929f34b5306f23eec4492ae85231c1bce"
    "96ecc2078671b0e8b7c47a848a7aefc109bde1ff88e05a912182162a1f5eb75d6954f010a777ea4fef12e892"
    "aa94859e198911f4158345dc2e9b911ba8130f1d0771c3ff795ded54028ec10281804754aaa9b503bb141853"
    "f65e4431cf3208e8b593db8a4bbabf7d7f5a91c8dede50501db5e4d5ebf74a376bf1eee7e62d1c2b0ad727c6"
    "b4386bbe4aa1d816c2bc2d241797e977ec28aa8e956219e8a54befa2842c9d13b1a7b96792f8ee0b737e5097"
    "dce949e8f83a575d843500d615d18f4f21c995c122686fe01f23e4c1972502818074ba243b14a0b0ecabe065"
    "8e436a1b03bf3e67480d2acd4d241c53b14ba54a11a1e5e188fb56019bea9357e9011a16a2f08abe350f1c53"
    "d249ed692b722c8e1ea3032a168242770841680886fcaf0b3c8486f5e1b45de03fd406bc6d55493a3cbf6de8"
    "92b725f019dab1c8a099778536c94b588dd48fd2b0866e6d589d261d0102818100ed26d4c011d0c37bcdb002"
    "c581e6f0d78d784846127531cb55f7b350573351fac8139bb0ff4ffab18c7f372f7fa24543413416ab4c315a"
    "4abffa565347c038ec55e76153364f6b1af3aa50801eba67336e345ede0450aec44e39b97355a743117f5e13"
    "9eb681812aaa1f8a712cd8ae07e49f14152e41113947fcf7e8eb3b104a";

/* A key pair of the type: a fresh one, but for RSA. */
static inline struct sx_key *generate(struct sx_provider *provider, enum sx_key_type type)
{
    struct sx_key *key = NULL;

    if (type == SX_KEY_RSA) {
        const struct sx_slice hex = sx_slice_of(rsa_2048_key, sizeof rsa_2048_key - 1);
        uint8_t der[2048];
        size_t n = 0;

        assert_ok(sx_hex_decode(hex, der, sizeof der, &n));
        assert_ok(sx_key_from_der(provider, sx_slice_of(der, n), NULL, &key));
    } else {
        assert_ok(sx_key_generate(provider, type, 0, &key));
    }
    return key;
}

static inline struct sx_key *from_blob(struct sx_provider *provider, struct sx_slice blob)
{
    struct sx_key *key = NULL;
    struct sx_fault fault = { 0 };

    assert_no_fault(sx_key_from_public_blob(provider, blob, &fault, &key), &fault);
    return key;
}

/* A signature over message in a fresh buffer; clear it with sx_buffer_clear. */
static inline struct sx_buffer sign(const struct sx_key *key, const struct sx_sig_alg *alg,
                                    struct sx_slice message)
{
    struct sx_buffer out;
    struct sx_fault fault = { 0 };

    sx_buffer_init(&out, 8192);
    assert_no_fault(sx_key_sign(key, alg, message, &fault, &out), &fault);
    return out;
}

/* string(name) string(raw) in storage. */
static inline struct sx_slice signature_blob(const char *name, struct sx_slice raw, void *storage,
                                             size_t cap)
{
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, name);
    sx_writer_string(&writer, raw);
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

/* Two mpints, as an ECDSA signature has them. */
static inline struct sx_slice mpint_pair(struct sx_slice a, struct sx_slice b, void *storage,
                                         size_t cap)
{
    struct sx_writer writer;
    struct sx_slice pair;

    sx_writer_init(&writer, storage, cap);
    sx_writer_mpint(&writer, a);
    sx_writer_mpint(&writer, b);
    assert_ok(sx_writer_finish(&writer, &pair));
    return pair;
}

/* string("ssh-rsa") mpint(e) mpint(n). */
static inline struct sx_slice rsa_blob(struct sx_slice e, struct sx_slice n, void *storage,
                                       size_t cap)
{
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, "ssh-rsa");
    sx_writer_mpint(&writer, e);
    sx_writer_mpint(&writer, n);
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

/* string(type) [string(curve)] string(point). */
static inline struct sx_slice point_blob(const char *type, const char *curve, struct sx_slice point,
                                         void *storage, size_t cap)
{
    struct sx_writer writer;
    struct sx_slice blob;

    sx_writer_init(&writer, storage, cap);
    sx_writer_text(&writer, type);
    if (curve != NULL)
        sx_writer_text(&writer, curve);
    sx_writer_string(&writer, point);
    assert_ok(sx_writer_finish(&writer, &blob));
    return blob;
}

#endif
