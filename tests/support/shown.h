/* tests/support/shown.h: a code that a public function really returned, told to whoever counts:
 * tests/interop/test_interface.py reads these lines. */
#ifndef SX_TESTS_SHOWN_H
#define SX_TESTS_SHOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static inline void check_shown(int code, int wanted)
{
    assert_int_equal(code, wanted);
    printf("shown: error %d\n", code);
    fflush(stdout);
}

#endif
