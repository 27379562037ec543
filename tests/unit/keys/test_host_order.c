/* The order of host key algorithms: what can be trusted is asked for first, and nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/host_order.h"

static void expect(const struct sx_host_wishes *wishes, const char *wanted)
{
    struct sx_offer offer = { .host_key = { &sx_sig_ecdsa_nistp256, &sx_sig_ed25519,
                                            &sx_sig_rsa_sha2_512, &sx_sig_rsa_sha2_256,
                                            &sx_sig_ed25519_cert, &sx_sig_x509v3_ecdsa_nistp256 } };
    char names[512];

    sx_host_order(&offer, wishes);
    assert_int_equal(sx_offer_names(&offer, SX_ALG_HOST_KEY, names, sizeof names), SX_OK);
    assert_string_equal(names, wanted);
}

static void test_order(void **state)
{
    (void)state;
    expect(&(struct sx_host_wishes){ .has_ca = false },
           "ecdsa-sha2-nistp256,ssh-ed25519,rsa-sha2-512,rsa-sha2-256,"
           "ssh-ed25519-cert-v01@openssh.com,x509v3-ecdsa-sha2-nistp256");
    expect(&(struct sx_host_wishes){ .types = sx_slice_text("ssh-rsa") },
           "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519,"
           "ssh-ed25519-cert-v01@openssh.com,x509v3-ecdsa-sha2-nistp256");
    expect(
        &(struct sx_host_wishes){ .types = sx_slice_text("ssh-rsa,ssh-ed25519"), .has_ca = true },
        "ssh-ed25519-cert-v01@openssh.com,ssh-ed25519,rsa-sha2-512,rsa-sha2-256,"
        "ecdsa-sha2-nistp256,x509v3-ecdsa-sha2-nistp256");
    expect(&(struct sx_host_wishes){ .has_anchors = true },
           "x509v3-ecdsa-sha2-nistp256,ecdsa-sha2-nistp256,ssh-ed25519,rsa-sha2-512,rsa-sha2-256,"
           "ssh-ed25519-cert-v01@openssh.com");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
