/* tests/memory/gss_checks.h: sessions by GSSAPI with the tests' mechanism. */
#ifndef SX_TESTS_MEMORY_GSS_CHECKS_H
#define SX_TESTS_MEMORY_GSS_CHECKS_H

#include <stdio.h>

#include "memory/checks.h"
#include "support/mechanism.h"
#include "wire/msg_gss.h"

#define SUFFIX "toWM5Slw5Ew8Mqkay+al2g=="
#define GSS_NISTP256 "gss-nistp256-sha256-" SUFFIX
#define GSS_CURVE25519 "gss-curve25519-sha256-" SUFFIX

/* Client and server have this exchange, and X25519 for where there is none. */
static inline struct session_config gss_config(const char *kex)
{
    static char lists[4][256];
    static unsigned next;
    char *list = lists[next++ % 4];
    struct session_config config = session_config_default();

    snprintf(list, sizeof lists[0], "%s,curve25519-sha256", kex);
    config.wishes.lists[SX_ALG_KEX] = list;
    config.wishes.is_gss_first = true;
    config.is_gss_demanded = true;
    config.mode = SX_AUTH_GSSAPI_KEYEX;
    config.peer.lists[SX_LIST_KEX] = list;
    config.peer.takes_none = false;
    config.peer.gss.rounds = 1;
    return config;
}

#endif
