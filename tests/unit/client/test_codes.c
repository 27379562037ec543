/* The one table from inside outcomes to the reference's numbers, and the text of each number. */
#define _GNU_SOURCE /* EAI_NODATA, EAI_ADDRFAMILY */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "client/codes.h"
#include "net/resolve.h"

/* All of the reference's. */
static const int reference[] = {
    1050,  1001,  1002,  1003,  1005,  1006,  1010,  1011,  1012,  1013,  1014,  1015,  1016,
    1020,  1021,  1022,  1023,  1024,  1027,  1030,  1031,  1032,  1033,  1034,  1036,  1037,
    1038,  1039,  1098,  1130,  1133,  100,   101,   102,   104,   106,   107,   112,   116,
    117,   135,   201,   211,   212,   213,   301,   302,   434,   1105,  1117,  1119,  1120,
    10004, 10009, 10013, 10014, 10022, 10024, 10035, 10036, 10037, 10038, 10039, 10040, 10041,
    10042, 10043, 10044, 10045, 10046, 10047, 10048, 10049, 10050, 10051, 10052, 10053, 10054,
    10055, 10056, 10057, 10058, 10059, 10060, 10061, 10062, 10063, 10064, 10065, 10066, 10067,
    10068, 10069, 10070, 10071, 10091, 10092, 10093, 11001, 11002, 11003, 11004
};

static bool is_reference(int code)
{
    for (size_t i = 0; i < sizeof reference / sizeof reference[0]; i++)
        if (reference[i] == code)
            return true;
    return false;
}

static bool has_text(int code)
{
    const char *text = sexec_error_text(code);

    return strlen(text) > 1 && strcmp(text, sexec_error_text(-1)) != 0;
}

static void test_every_code_of_the_reference_has_its_text(void **state)
{
    size_t count = 0;

    (void)state;
    for (int code = 1; code < 20000; code++) {
        if (is_reference(code))
            assert_true(has_text(code));
        else if (code < 3000 || code >= 4000) /* between them are our own */
            assert_false(has_text(code));
        count += is_reference(code) && has_text(code);
    }
    assert_int_equal(count, 102);
    assert_int_equal(sizeof reference / sizeof reference[0], 102);
}

/* The numbers of TCP/IP stand in their texts, as in the reference. */
static void test_texts_of_tcp_ip_begin_with_the_number(void **state)
{
    char number[16];

    (void)state;
    for (size_t i = 0; i < sizeof reference / sizeof reference[0]; i++) {
        if (reference[i] < 10000)
            continue;
        (void)snprintf(number, sizeof number, "[%d] ", reference[i]);
        assert_memory_equal(sexec_error_text(reference[i]), number, strlen(number));
    }
}

static const struct {
    int sys;
    int code;
} errnos[] = { { EINTR, 10004 },        { EBADF, 10009 },           { EACCES, 10013 },
               { EPERM, 10013 },        { EFAULT, 10014 },          { EINVAL, 10022 },
               { EMFILE, 10024 },       { ENFILE, 10024 },          { EAGAIN, 10035 },
               { EINPROGRESS, 10036 },  { EALREADY, 10037 },        { ENOTSOCK, 10038 },
               { EDESTADDRREQ, 10039 }, { EMSGSIZE, 10040 },        { EPROTOTYPE, 10041 },
               { ENOPROTOOPT, 10042 },  { EPROTONOSUPPORT, 10043 }, { ESOCKTNOSUPPORT, 10044 },
               { EOPNOTSUPP, 10045 },   { EPFNOSUPPORT, 10046 },    { EAFNOSUPPORT, 10047 },
               { EADDRINUSE, 10048 },   { EADDRNOTAVAIL, 10049 },   { ENETDOWN, 10050 },
               { ENETUNREACH, 10051 },  { ENETRESET, 10052 },       { ECONNABORTED, 10053 },
               { ECONNRESET, 10054 },   { EPIPE, 10054 },           { ENOBUFS, 10055 },
               { ENOMEM, 10055 },       { EISCONN, 10056 },         { ENOTCONN, 10057 },
               { ESHUTDOWN, 10058 },    { ETOOMANYREFS, 10059 },    { ETIMEDOUT, 10060 },
               { ECONNREFUSED, 10061 }, { ELOOP, 10062 },           { ENAMETOOLONG, 10063 },
               { EHOSTDOWN, 10064 },    { EHOSTUNREACH, 10065 },    { ENOTEMPTY, 10066 },
               { EUSERS, 10068 },       { EDQUOT, 10069 },          { ESTALE, 10070 },
               { EREMOTE, 10071 } };

static void test_every_errno_of_the_network_has_its_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        for (int is_on = 0; is_on < 2; is_on++) {
            assert_int_equal(sx_code_of(SX_ERR_CONNECT, errnos[i].sys, is_on == 1), errnos[i].code);
            assert_int_equal(sx_code_of(SX_ERR_SOCKET, errnos[i].sys, is_on == 1), errnos[i].code);
        }
        assert_true(is_reference(errnos[i].code));
    }
    assert_int_equal(sx_code_of(SX_ERR_CONNECT, EDOM, false), SEXEC_CONNECTION_FAILED);
    assert_int_equal(sx_code_of(SX_ERR_SOCKET, 0, true), SEXEC_CONNECTION_FAILED);
}

static void test_every_outcome_of_a_lookup_has_its_number(void **state)
{
    static const struct {
        int eai;
        int code;
    } rows[] = {
        { EAI_NONAME, 11001 },     { EAI_AGAIN, 11002 },  { EAI_FAIL, 11003 },
        { EAI_SYSTEM, 11003 },     { EAI_MEMORY, 11003 }, { EAI_NODATA, 11004 },
        { EAI_ADDRFAMILY, 11004 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sx_code_of(SX_ERR_RESOLVE, rows[i].eai, false), rows[i].code);
}

/* All enumerators are found by their names; only what is wrong inside is 3016. */
static void test_every_outcome_inside_has_a_number_outside(void **state)
{
    unsigned count = 0;

    (void)state;
    for (int value = 1; value < 0x900; value++) {
        enum sx_err err = (enum sx_err)value;
        int code = sx_code_of(err, 0, true);

        if (strcmp(sx_err_name(err), sx_err_name((enum sx_err)0xfff)) == 0)
            continue;
        count++;
        assert_true(has_text(code));
        if (err != SX_ERR_INTERNAL && err != SX_ERR_SPACE)
            assert_int_not_equal(code, SEXEC_INTERNAL);
    }
    assert_true(count > 70); /* they were looked at at all */
    assert_int_equal(sx_code_of(SX_OK, EINVAL, true), 0);
}

static void test_time_before_the_sign_on_and_after(void **state)
{
    (void)state;
    assert_int_equal(sx_code_of(SX_ERR_TIMEOUT, 0, false), 201);
    assert_int_equal(sx_code_of(SX_ERR_TIMEOUT, 0, true), 301);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_of_the_reference_has_its_text),
        cmocka_unit_test(test_texts_of_tcp_ip_begin_with_the_number),
        cmocka_unit_test(test_every_errno_of_the_network_has_its_number),
        cmocka_unit_test(test_every_outcome_of_a_lookup_has_its_number),
        cmocka_unit_test(test_every_outcome_inside_has_a_number_outside),
        cmocka_unit_test(test_time_before_the_sign_on_and_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
