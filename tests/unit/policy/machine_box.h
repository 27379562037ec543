/* A machine of a test's own, in one folder: site file, kernel switch, crypto-policies. */
#ifndef SX_TESTS_MACHINE_BOX_H
#define SX_TESTS_MACHINE_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/machine.h"
#include "support/providers.h"

/* A machine of the test's own: all its files in one folder. */
struct box {
    char folder[64];
    char site[128];
    char kernel[128];
    char lists[128];
    struct sx_machine_paths paths;
};

static struct box box;
static struct sx_machine machine;
static struct sx_machine_room room;

static inline int make_box(void **state)
{
    (void)state;
    (void)snprintf(box.folder, sizeof box.folder, "/tmp/sexec-machine.XXXXXX");
    assert_non_null(mkdtemp(box.folder));
    assert_int_equal(chmod(box.folder, 0755), 0);
    (void)snprintf(box.site, sizeof box.site, "%s/policy.conf", box.folder);
    (void)snprintf(box.kernel, sizeof box.kernel, "%s/fips_enabled", box.folder);
    (void)snprintf(box.lists, sizeof box.lists, "%s/openssh.config", box.folder);
    box.paths = (struct sx_machine_paths){ box.site, box.kernel, box.lists, geteuid() };
    return 0;
}

static inline int drop_box(void **state)
{
    (void)state;
    (void)chmod(box.folder, 0755);
    (void)unlink(box.site);
    (void)rmdir(box.site);
    (void)unlink(box.kernel);
    (void)unlink(box.lists);
    return rmdir(box.folder);
}

static inline void put(const char *path, const char *text)
{
    file_write(path, text, strlen(text));
    assert_int_equal(chmod(path, 0644), 0);
}

static inline void load(void)
{
    struct sx_fault fault = { 0 };

    if (sx_machine_load(&box.paths, &fault, &machine) != SX_OK)
        fail_msg("not loaded: %s", fault.text);
}

static inline void load_site(const char *text)
{
    put(box.site, text);
    load();
}

static inline void refuse(const char *word)
{
    struct sx_fault fault = { 0 };
    enum sx_err err;

    memset(&machine, 0x5a, sizeof machine);
    err = sx_machine_load(&box.paths, &fault, &machine);
    if (err != SX_ERR_POLICY_SETTING && err != SX_ERR_POLICY_ALGORITHM)
        fail_msg("err %s: %s", sx_err_name(err), fault.text);
    if (strstr(fault.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, fault.text);
    assert_int_equal(((const unsigned char *)&machine)[0], 0x5a); /* untouched */
}

static inline void refuse_site(const char *text, const char *word)
{
    put(box.site, text);
    refuse(word);
}

static inline const struct sx_policy *narrow(const struct sx_policy *policy)
{
    const struct sx_policy *out = NULL;
    struct sx_fault fault = { 0 };

    if (sx_machine_narrow(&machine, policy, &fault, &room, &out) != SX_OK)
        fail_msg("not narrowed: %s", fault.text);
    return out;
}

static inline const char *names(const struct sx_policy *policy, enum sx_alg_kind kind)
{
    static char text[2048];

    assert_int_equal(sx_policy_wish_names(policy, kind, "", text, sizeof text), SX_OK);
    return text;
}

static inline void expect_choice(const struct sx_policy *policy, const char *refusal)
{
    struct sx_fault fault = { 0 };
    enum sx_err err = sx_machine_check(&machine, policy, &fault);

    if (refusal == NULL) {
        assert_int_equal(err, SX_OK);
        return;
    }
    assert_int_equal(err, SX_ERR_POLICY_SETTING);
    if (strstr(fault.text, refusal) == NULL)
        fail_msg("\"%s\" is not in: %s", refusal, fault.text);
}

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, make_box, drop_box)

#endif
