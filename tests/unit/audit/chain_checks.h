/* unit/audit/chain_checks.h: chains made for tests. */
#ifndef SX_TESTS_CHAIN_CHECKS_H
#define SX_TESTS_CHAIN_CHECKS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "audit/chain.h"

/* The first head of a chain with a key that the test knows. */
static inline struct sx_audit_head chain_first(void)
{
    struct sx_audit_head head = { 0 };

    for (size_t i = 0; i < sizeof head.key; i++)
        head.key[i] = (uint8_t)(3 * i + 1);
    for (size_t i = 0; i < sizeof head.chain; i++)
        head.chain[i] = (uint8_t)(0xa0 + i);
    return head;
}

/* A record like any other: its command tells it apart. */
static inline struct sx_audit_record chain_record(unsigned number)
{
    static char command[64];
    struct sx_audit_record record = { .type = SX_AUDIT_COMMAND_BEGIN,
                                      .time_us = 1795435200000000ULL + number * 1000ULL,
                                      .host = sx_slice_text("h.example"),
                                      .process = 7,
                                      .user = sx_slice_text("ann"),
                                      .session = sx_slice_text("0123456789abcdef") };

    (void)snprintf(command, sizeof command, "backup --part %u", number);
    record.command_begin.command = sx_slice_text(command);
    return record;
}

#endif
