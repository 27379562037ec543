/* tests/interop/cases.h: a program of several cases against a server, one a run:
 *
 *     PROGRAM CASE HOST PORT USER KEYFILE FINGERPRINTS [MORE ...]
 *
 * With one word instead it lists its cases. It exits with 0 when all was as the headers promise, else
 * says what was not. */
#ifndef CASES_H
#define CASES_H

#include "target.h"

static struct target target;
static struct sexec *ssh; /* of the case that runs */

/* What a failed check shows beside the error; a program may have more to tell. */
#ifndef CHECK_SHOWS
#define CHECK_SHOWS ""
#endif

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s (code %d: %s) %s\n", __FILE__, __LINE__,            \
                    #condition, sexec_get_last_error_code(ssh), sexec_get_last_error(ssh),         \
                    CHECK_SHOWS);                                                                  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

struct test_case {
    const char *name; /* NULL behind the last */
    void (*run)(void);
};

/* Makes target and ssh from the command line; it must have so many words behind the target's. */
static inline void cases_begin(int argc, char **argv, const struct test_case *cases, int more)
{
    for (; argc == 2 && cases->name != NULL; cases++)
        puts(cases->name);
    if (argc != 2 + TARGET_WORDS + more)
        exit(argc == 2 ? 0 : 2);
    target = target_of(argv + 2);
    ssh = target_object(&target);
}

/* Runs the case of that name; the program's exit status. */
static inline int cases_run(const struct test_case *cases, const char *name)
{
    for (; cases->name != NULL; cases++) {
        if (strcmp(cases->name, name) == 0) {
            cases->run();
            sexec_free(ssh);
            return 0;
        }
    }
    fprintf(stderr, "no case %s\n", name);
    return 2;
}

#endif
