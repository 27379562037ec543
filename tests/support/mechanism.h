/* tests/support/mechanism.h: a GSSAPI mechanism for sessions in memory: tokens are words, a MIC is
 * the message backwards. What SSH does with them is what such tests are about; Kerberos itself is
 * tested against real servers (tests/interop). */
#ifndef SX_TESTS_MECHANISM_H
#define SX_TESTS_MECHANISM_H

#include "base/slice.h"

#define MECHANISM_FIRST "first token"
#define MECHANISM_MORE "one more"
#define MECHANISM_LAST "last token"
#define MECHANISM_ERROR "error token"

enum { MECHANISM_MIC_MAX = 512 };

static inline struct sx_slice mechanism_mic(struct sx_slice message, uint8_t out[MECHANISM_MIC_MAX])
{
    size_t n = message.len < MECHANISM_MIC_MAX ? message.len : MECHANISM_MIC_MAX;

    for (size_t i = 0; i < n; i++)
        out[i] = message.ptr[message.len - 1 - i];
    return sx_slice_of(out, n);
}

#endif
