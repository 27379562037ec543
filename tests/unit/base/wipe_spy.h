/* unit/base/wipe_spy.h: sees what is wiped. A block can't be read after it was freed, so the test
 * stands in for the C library's explicit_bzero: it clears as that does, and notes where. Include
 * in one file of a test, without _DEFAULT_SOURCE, so that string.h doesn't declare it first. */
#ifndef SX_TESTS_WIPE_SPY_H
#define SX_TESTS_WIPE_SPY_H

#include <stdbool.h>
#include <stddef.h>

enum { WIPES_MAX = 64 };

static struct {
    const void *ptr[WIPES_MAX];
    size_t len[WIPES_MAX];
    size_t count;
} wipes;

void explicit_bzero(void *ptr, size_t len);
void __explicit_bzero_chk(void *ptr, size_t len, size_t room); /* its name when fortified */

void explicit_bzero(void *ptr, size_t len)
{
    volatile unsigned char *byte = ptr;

    for (size_t i = 0; i < len; i++)
        byte[i] = 0;
    wipes.ptr[wipes.count % WIPES_MAX] = ptr;
    wipes.len[wipes.count % WIPES_MAX] = len;
    wipes.count++;
}

void __explicit_bzero_chk(void *ptr, size_t len, size_t room)
{
    (void)room;
    explicit_bzero(ptr, len);
}

static void wipes_forget(void)
{
    wipes.count = 0;
}

/* Whether len bytes at ptr were wiped since wipes_forget. Only the address is looked at. */
static bool was_wiped(const void *ptr, size_t len)
{
    for (size_t i = 0; i < wipes.count && i < WIPES_MAX; i++) {
        if (wipes.ptr[i] == ptr && wipes.len[i] >= len)
            return true;
    }
    return false;
}

#endif
