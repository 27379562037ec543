/* tests/bench/work.h: what a client of the bench is told to do, the same for each library.
 *
 *   CLIENT WORK NAME=VALUE...
 *
 * WORK: down (read all output of a command, write it to standard output), up (feed a command's
 * input from memory), tiny_up (the same in pieces of 1 to 100 bytes), fresh (connect, run, leave:
 * once to warm up and then count times, which alone are measured), once (the same one time, warm-up
 * and all), at_once (libsexec's alone: fresh, but all count of them at the same time, in threads),
 * load (libsexec's alone: the provider, for two objects), reuse (one connection: run once to warm up
 * and then count times), idle (open count sessions, tell the memory of the first and of all). Names: host port user key cipher mac kex host_key_type fingerprint size count command policy
 * module. What it costs is measured from outside, by wait4, but where lines "cpu SECONDS" and "wall
 * SECONDS" on standard error say what the part that counts took. What of it went into the sign-on,
 * and the memory, a client says there as well. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stddef.h>

struct work {
    const char *name;
    const char *host;
    int port;
    const char *user;
    const char *key; /* file with a PEM private key; KEY.pub beside it */
    const char *cipher;
    const char *mac; /* "" when the cipher has its own */
    const char *kex;
    const char *host_key_type;
    const char *fingerprint; /* SHA256:base64 */
    const char *command;
    const char *policy;
    const char *module;   /* folder of fips.so, "" */
    const char *settings; /* further settings of libsexec, separated by ";" */
    unsigned long long size;
    int count;
};

/* Ends the program with 2 when the arguments make no sense. */
void work_parse(struct work *work, int argc, char **argv);

/* Ends the program with 1 and a line on standard error. */
_Noreturn void work_fail(const char *what, const char *why);

/* The part that counts begins; work_end tells on standard error what it took. */
void work_begin(void);
void work_end(void);

/* All of it to standard output; the program ends when that fails. */
void work_write(const void *data, size_t length);

/* Length of the next tiny piece, 1 to 100: the same row of numbers for everyone. */
size_t work_tiny(void);

/* Memory of this process that is nobody else's, in KiB: its heaps and stacks. */
long work_memory_kib(void);

/* Seconds of CPU, user and system, that this process has used. */
double work_cpu(void);

/* "peak KIB" on standard error: the most that was resident, shared libraries with it. */
void work_peak(void);

#endif
