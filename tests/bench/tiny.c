/* tests/bench/tiny.c: writes SIZE bytes to standard output in pieces of 1 to 100 bytes.
 *
 *   tiny SIZE */
#include <stdlib.h>

#include "work.h"

int main(int argc, char **argv)
{
    static const char piece[100];
    unsigned long long left = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;

    while (left > 0) {
        size_t n = work_tiny();

        if (n > left)
            n = (size_t)left;
        work_write(piece, n);
        left -= n;
    }
    return 0;
}
