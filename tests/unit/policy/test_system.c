/* crypto-policies' back end for OpenSSH, in the forms that Fedora and RHEL write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/site.h"

static struct sx_site decode(const char *text)
{
    struct sx_site site;
    struct sx_fault fault = { 0 };

    if (sx_site_decode_system(sx_slice_text(text), "FILE", &fault, &site) != SX_OK)
        fail_msg("refused: %s", fault.text);
    return site;
}

static void refuse(const char *text, const char *word)
{
    struct sx_site site = { .strict_kex = 77 };
    struct sx_fault fault = { 0 };

    assert_int_equal(sx_site_decode_system(sx_slice_text(text), "FILE", &fault, &site),
                     SX_ERR_POLICY_SETTING);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, fault.text);
    assert_int_equal(site.strict_kex, 77);
}

static void test_back_end_is_read(void **state)
{
    struct sx_site site =
        decode("Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr\n"
               "MACs hmac-sha2-256-etm@openssh.com,hmac-sha1-etm@openssh.com\n"
               "GSSAPIKeyExchange yes\n"
               "GSSAPIKexAlgorithms gss-curve25519-sha256-,gss-nistp256-sha256-\n"
               "KexAlgorithms curve25519-sha256,ecdh-sha2-nistp256\n"
               "HostKeyAlgorithms ecdsa-sha2-nistp256,rsa-sha2-256\n"
               "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256,rsa-sha2-512\n"
               "CASignatureAlgorithms ecdsa-sha2-nistp256\n"
               "RequiredRSASize 2048\n");

    (void)state;
    assert_string_equal(site.lists[SX_ALG_CIPHER],
                        "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr");
    assert_string_equal(site.lists[SX_ALG_MAC],
                        "hmac-sha2-256-etm@openssh.com,hmac-sha1-etm@openssh.com");
    assert_string_equal(site.lists[SX_ALG_KEX], "curve25519-sha256,ecdh-sha2-nistp256");
    assert_string_equal(site.lists[SX_ALG_HOST_KEY], "ecdsa-sha2-nistp256,rsa-sha2-256");
    assert_string_equal(site.lists[SX_ALG_USER_KEY], "ecdsa-sha2-nistp256,rsa-sha2-512");
    assert_string_equal(site.lists[SX_ALG_COMPRESSION], "");
    assert_int_equal(site.rsa_min_bits, 2048);
    assert_int_equal(site.strict_kex, -1);
    assert_false(site.is_locked);
}

static void test_other_spellings_are_read(void **state)
{
    struct sx_site site = decode("# comment\n\n  ciphers\t=  aes128-ctr  \r\n"
                                 "PubkeyAcceptedKeyTypes=rsa-sha2-256\nMACs = hmac-sha2-512");

    (void)state;
    assert_string_equal(site.lists[SX_ALG_CIPHER], "aes128-ctr");
    assert_string_equal(site.lists[SX_ALG_USER_KEY], "rsa-sha2-256");
    assert_string_equal(site.lists[SX_ALG_MAC], "hmac-sha2-512");
}

static void test_first_list_counts(void **state)
{
    (void)state;
    assert_string_equal(decode("Ciphers aes128-ctr\nCiphers aes256-ctr\n").lists[SX_ALG_CIPHER],
                        "aes128-ctr");
}

static void test_what_is_no_back_end_is_refused(void **state)
{
    static char text[SX_SITE_BYTES_MAX + 2];

    (void)state;
    refuse("", "no list of algorithms");
    refuse("# nothing\nGSSAPIKeyExchange no\n", "no list of algorithms");
    refuse("Ciphers aes128-ctr\nMatch host a\nMACs hmac-sha2-256\n", "line 2");
    refuse("Host *\nCiphers aes128-ctr\n", "no place");
    refuse("include /etc/x\nCiphers aes128-ctr\n", "no place");
    refuse("Ciphers\n", "empty");
    refuse("Ciphers \"aes128-ctr\"\n", "no part of a name");
    refuse("Ciphers aes128-ctr aes256-ctr\n", "no part of a name");
    refuse("Ciphers aes128\x01-ctr\n", "no part of a name");
    refuse("Ciphers aes128-ctr\nRequiredRSASize two\n", "number of bits");
    refuse("Ciphers aes128-ctr\nRequiredRSASize 0\n", "number of bits");
    refuse("Ciphers aes128-ctr\nRequiredRSASize 99999999999999999999\n", "number of bits");
    (void)snprintf(text, sizeof text, "Ciphers %0*d\n", SX_SITE_LIST_MAX, 7);
    refuse(text, "too long");
    memset(text, '#', sizeof text - 1);
    refuse(text, "too large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back_end_is_read),
        cmocka_unit_test(test_other_spellings_are_read),
        cmocka_unit_test(test_first_list_counts),
        cmocka_unit_test(test_what_is_no_back_end_is_refused),
    };

    return cmocka_run_group_tests_name("policy/system", tests, NULL, NULL);
}
