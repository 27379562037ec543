/* What properties and settings make of a session, as the server sees it: versions, algorithms, the host
 * key, signing on. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "base/text.h"
#include "memory/seen.h"

/* ---- versions -------------------------------------------------------------------------------- */

static void test_version_strings(void **state)
{
    struct session_of session = plain();

    (void)state;
    begin(&session);
    set(&session, "ClientSSHVersionString=SSH-2.0-somebody_else");
    assert_string_equal(run(&session)->client_version, "SSH-2.0-somebody_else");
    expect(&session, "ServerSSHVersionString", "SSH-2.0-peer_1.0");
    end(&session);
}

static void test_version_patterns(void **state)
{
    static const struct {
        const char *greeting;
        const char *pattern;
        int code;
    } rows[] = {
        { "SSH-1.99-x\r\n", NULL, 0 },
        { "SSH-2.0-x\r\n", "SSHVersionPattern=*SSH-1.99-*,*-x", 0 },
        { "SSH-2.0-x\r\n", "SSHVersionPattern=*SSH-1.99-*", SEXEC_VERSION_UNSUPPORTED },
        { "SSH-2.0-x\r\n", "SSHVersionPattern=SSH-2.0-[a-w]", SEXEC_VERSION_UNSUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_of session = plain();

        session.config.peer.greeting = rows[i].greeting;
        begin(&session);
        if (rows[i].pattern != NULL)
            set(&session, rows[i].pattern);
        assert_int_equal(sexec_execute(session.client, "true"), rows[i].code);
        end(&session);
    }
}

/* ---- algorithms ------------------------------------------------------------------------------ */

static void test_lists_decide(void **state)
{
    struct session_of session = plain();
    const struct peer *peer;

    (void)state;
    session.config.peer.host_keys[1] = fixture_key(fixture_provider(), SX_KEY_ECDSA_P384, 0);
    begin(&session);
    set(&session, "SSHKeyExchangeAlgorithms=ecdh-sha2-nistp521");
    set(&session, "SSHMacAlgorithms=hmac-sha2-512,hmac-sha2-256");
    set(&session, "SSHPublicKeyAlgorithms=ecdsa-sha2-nistp384");
    assert_int_equal(sexec_set_ssh_encryption_algorithms(session.client, "aes192-ctr"), 0);
    assert_int_equal(sexec_set_ssh_compression_algorithms(session.client, "zlib,none"), 0);
    assert_int_equal(sexec_ssh_logon(session.client, NULL, 0), 0);
    assert_non_null(strstr(sexec_get_negotiated(session.client), "kex: ecdh-sha2-nistp521\n"));
    assert_int_equal(sexec_ssh_logoff(session.client), 0);
    peer = served_end(session.served);
    assert_string_equal(peer->kex.kex->name, "ecdh-sha2-nistp521");
    assert_string_equal(peer->kex.host_key->name, "ecdsa-sha2-nistp384");
    for (int i = 0; i < 2; i++) {
        assert_string_equal(peer->kex.ciphers[i]->name, "aes192-ctr");
        assert_string_equal(peer->kex.macs[i]->name, "hmac-sha2-512");
        assert_string_equal(peer->kex.compressions[i]->name, "zlib");
    }
    end(&session);
}

static void test_preferred_bits_are_asked_for(void **state)
{
    struct session_of session = plain();

    (void)state;
    begin(&session);
    set(&session, "SSHKeyExchangeAlgorithms=diffie-hellman-group-exchange-sha256");
    set(&session, "PreferredDHGroupBits=4096");
    assert_int_equal(run(&session)->kex.gex.preferred, 4096);
    end(&session);
}

static void test_levels_of_strictness(void **state)
{
    static const struct {
        const char *level;
        bool is_strict;
        int code;
    } rows[] = {
        { "UseStrictKeyExchange=3", true, 0 },
        { "UseStrictKeyExchange=3", false, SEXEC_NEGOTIATION },
        { "UseStrictKeyExchange=2", false, 0 }, /* with ciphers that aren't affected */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_of session = plain();

        session.config.peer.is_strict = rows[i].is_strict;
        begin(&session);
        set(&session, rows[i].level);
        assert_int_equal(
            sexec_set_ssh_encryption_algorithms(session.client, "aes128-gcm@openssh.com"), 0);
        assert_int_equal(sexec_execute(session.client, "true"), rows[i].code);
        end(&session);
    }
}

/* ---- the host key ---------------------------------------------------------------------------- */

struct judgement {
    char fingerprint[128];
    char algorithm[64];
    size_t key_length;
    bool was_accepted;
    bool accept;
};

static void judge(struct sexec *object, struct sexec_ssh_server_authentication_event *event,
                  void *context)
{
    struct judgement *judgement = context;

    (void)object;
    (void)snprintf(judgement->fingerprint, sizeof judgement->fingerprint, "%s",
                   sexec_ssh_server_authentication_event_fingerprint(event));
    (void)snprintf(judgement->algorithm, sizeof judgement->algorithm, "%s",
                   sexec_ssh_server_authentication_event_key_algorithm(event));
    (void)sexec_ssh_server_authentication_event_host_key(event, &judgement->key_length);
    judgement->was_accepted = sexec_ssh_server_authentication_event_accept(event);
    sexec_ssh_server_authentication_event_set_accept(event, judgement->accept);
}

static void test_fingerprints_by_each_hash(void **state)
{
    static const struct {
        const char *setting;
        const char *name;
        size_t length; /* of hex with colons */
    } rows[] = {
        { "SSHFingerprintHashAlgorithm=MD5", "SSHFingerprintMD5", 47 },
        { "SSHFingerprintHashAlgorithm=sha1", "SSHFingerprintSHA1", 59 },
        { "SSHFingerprintHashAlgorithm=SHA256", "SSHFingerprintSHA256", 95 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_of session = plain();
        struct judgement judgement = { .accept = true };

        begin(&session);
        set(&session, "SSHAcceptAnyServerHostKey=False");
        set(&session, rows[i].setting);
        sexec_on_ssh_server_authentication(session.client, judge, &judgement);
        (void)run(&session);
        assert_false(judgement.was_accepted);
        assert_int_equal(strlen(judgement.fingerprint), rows[i].length);
        assert_string_equal(judgement.algorithm, "ssh-ed25519");
        assert_int_equal(judgement.key_length, 4 + 11 + 4 + 32);
        expect(&session, rows[i].name, judgement.fingerprint);
        end(&session);
    }
}

static void test_a_key_that_is_known_and_refused_all_the_same(void **state)
{
    struct session_of session = plain();
    struct judgement judgement = { .accept = false };

    (void)state;
    begin(&session); /* with SSHAcceptAnyServerHostKey=True */
    sexec_on_ssh_server_authentication(session.client, judge, &judgement);
    assert_int_equal(sexec_execute(session.client, "true"), SEXEC_HOST_KEY_REJECTED);
    assert_true(judgement.was_accepted);
    end(&session);
}

/* The server's key as PEM, as the reference has it; another one isn't taken for it. */
static void test_accepted_key_in_pem(void **state)
{
    static const char other[] = "-----BEGIN PUBLIC KEY-----\n"
                                "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                "-----END PUBLIC KEY-----\n"; /* RFC 8410 section 10.1 */
    /* RFC 8410: SubjectPublicKeyInfo of Ed25519 is this and the key's 32 bytes. */
    static const uint8_t head[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                    0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
    struct sx_slice blob = sx_key_public_blob(fixture_key(fixture_provider(), SX_KEY_ED25519, 0));
    uint8_t der[44];
    char base64[64], pem[256];

    (void)state;
    memcpy(der, head, sizeof head);
    memcpy(der + sizeof head, blob.ptr + blob.len - 32, 32);
    assert_int_equal(sx_base64_encode(sx_slice_of(der, sizeof der), base64, sizeof base64), SX_OK);
    (void)snprintf(pem, sizeof pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
                   base64);
    for (int i = 0; i < 3; i++) {
        static const char garbage[] = "-----BEGIN NOTHING-----\n";
        const char *const keys[] = { pem, other, garbage };
        static const int codes[] = { 0, SEXEC_HOST_KEY_REJECTED, SEXEC_INVALID_ARGUMENT };
        struct session_of session = plain();

        begin(&session);
        set(&session, "SSHAcceptAnyServerHostKey=False");
        assert_int_equal(
            sexec_set_ssh_accept_server_host_key_encoded(session.client, keys[i], strlen(keys[i])),
            0);
        assert_string_equal(sexec_get_ssh_accept_server_host_key_encoded(session.client, NULL),
                            keys[i]);
        assert_int_equal(sexec_execute(session.client, "true"), codes[i]);
        end(&session);
    }
}

static void replace_all(struct sexec *object, struct sexec_ssh_server_authentication_event *event,
                        void *context)
{
    const char *line =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    assert_int_equal(
        sexec_config(
            object,
            "SSHAcceptServerHostKeyFingerPrint=SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA",
            NULL),
        0);
    assert_int_equal(sexec_config(object, "SSHAcceptServerCAKey=", NULL), 0);
    assert_int_equal(sexec_set_ssh_accept_server_host_key_encoded(object, line, strlen(line)), 0);
    sexec_ssh_server_authentication_event_set_accept(event, *(bool *)context);
}

/* What is judged by may change while it is judged. */
static void test_handler_replaces_what_is_accepted(void **state)
{
    (void)state;
    for (int accept = 0; accept < 2; accept++) {
        struct session_of session = plain();
        bool is_accepted = accept == 1;

        begin(&session);
        set(&session, "SSHAcceptAnyServerHostKey=False");
        set(&session,
            "SSHAcceptServerHostKeyFingerPrint=SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        sexec_on_ssh_server_authentication(session.client, replace_all, &is_accepted);
        assert_int_equal(sexec_execute(session.client, "true"),
                         is_accepted ? 0 : SEXEC_HOST_KEY_REJECTED);
        end(&session);
    }
}

/* ---- signing on ------------------------------------------------------------------------------ */

static void test_user_name_and_password(void **state)
{
    struct session_of session = plain();

    (void)state;
    session.config.peer.takes_none = false;
    session.config.peer.password = "s\xc3\xa9same";
    begin(&session);
    assert_int_equal(sexec_set_ssh_auth_mode(session.client, SEXEC_AM_PASSWORD), 0);
    assert_int_equal(sexec_set_ssh_password(session.client, "s\xc3\xa9same"), 0);
    (void)run(&session);
    assert_string_equal(sexec_get_ssh_password(session.client), "s\xc3\xa9same");
    end(&session);
}

static void test_prompt_that_the_pattern_matches(void **state)
{
    static const struct peer_round round = { .count = 1,
                                             .prompts = { "Password for you: " },
                                             .answers = { "sesame" } };

    (void)state;
    for (int is_matching = 0; is_matching < 2; is_matching++) {
        struct session_of session = plain();

        session.config.peer.takes_none = false;
        session.config.peer.rounds = &round;
        session.config.peer.round_count = 1;
        session.config.peer.methods = "keyboard-interactive";
        begin(&session);
        assert_int_equal(sexec_set_ssh_auth_mode(session.client, SEXEC_AM_KEYBOARD_INTERACTIVE), 0);
        assert_int_equal(sexec_set_ssh_password(session.client, "sesame"), 0);
        set(&session,
            is_matching ? "PasswordPrompt=?assword*:[ ]" : "PasswordPrompt=[0-9]assword*");
        assert_int_equal(sexec_execute(session.client, "true"),
                         is_matching ? 0 : SEXEC_AUTHENTICATION);
        end(&session);
    }
}

/* An RSA key as PEM in memory. */
static char *rsa_key(size_t *out_length)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL, *copy;
    long length;

    assert_non_null(key);
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    length = BIO_get_mem_data(bio, &text);
    copy = malloc((size_t)length);
    assert_non_null(copy);
    memcpy(copy, text, (size_t)length);
    *out_length = (size_t)length;
    BIO_free(bio);
    EVP_PKEY_free(key);
    return copy;
}

static void test_signature_algorithms_of_the_user(void **state)
{
    static const struct {
        const char *list;
        const char *tried;
    } rows[] = {
        { "SSHPubKeyAuthSigAlgorithms=rsa-sha2-256", "rsa-sha2-256|" },
        { "SSHPubKeyAuthSigAlgorithms=rsa-sha2-512,rsa-sha2-256", "rsa-sha2-512|rsa-sha2-256|" },
        { "SSHPubKeyAuthSigAlgorithms=ssh-ed25519", "" }, /* none fits the key */
    };
    size_t length;
    char *key = rsa_key(&length);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_of session = plain();

        session.config.peer.takes_none = false;
        begin(&session);
        assert_int_equal(sexec_set_ssh_auth_mode(session.client, SEXEC_AM_PUBLIC_KEY), 0);
        assert_int_equal(sexec_set_ssh_cert_store_type(session.client, SEXEC_CST_PEM_KEY_BLOB), 0);
        assert_int_equal(sexec_set_ssh_cert_store(session.client, key, length), 0);
        set(&session, rows[i].list);
        assert_int_not_equal(sexec_execute(session.client, "true"), 0);
        (void)served_end(session.served);
        assert_string_equal(session.seen.algorithms, rows[i].tried);
        end(&session);
    }
    free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_strings),
        cmocka_unit_test(test_version_patterns),
        cmocka_unit_test(test_lists_decide),
        cmocka_unit_test(test_preferred_bits_are_asked_for),
        cmocka_unit_test(test_levels_of_strictness),
        cmocka_unit_test(test_fingerprints_by_each_hash),
        cmocka_unit_test(test_a_key_that_is_known_and_refused_all_the_same),
        cmocka_unit_test(test_accepted_key_in_pem),
        cmocka_unit_test(test_handler_replaces_what_is_accepted),
        cmocka_unit_test(test_user_name_and_password),
        cmocka_unit_test(test_prompt_that_the_pattern_matches),
        cmocka_unit_test(test_signature_algorithms_of_the_user),
    };

    return RUN_GROUP(tests);
}
