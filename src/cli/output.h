/* cli/output.h: standard output and standard error, written without ever waiting.
 *
 * The descriptors keep their mode: O_NONBLOCK would hold for everybody who shares the open file,
 * the shell and the next program in the terminal among them, also after we end (or are killed).
 * Instead each write follows a poll that found room and is at most PIPE_BUF long, which is what a
 * pipe with room takes at once. Files are written whole: they have no reader to wait for. */
#ifndef SX_CLI_OUTPUT_H
#define SX_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct sx_cli_output {
    int fd;
    bool is_file;
    int error;           /* errno of the write that failed; nothing is written after it */
    unsigned char *data; /* a ring */
    size_t capacity;
    size_t start;          /* where what waits begins */
    size_t length;         /* how much waits */
    size_t held;           /* bytes of the waiting ones that the server's window waits for */
    unsigned long dropped; /* notes that found no room */
    bool did_write;        /* since it was last set to false */
};

void sx_cli_output_init(struct sx_cli_output *output, int fd);
void sx_cli_output_clear(struct sx_cli_output *output);

/* sx_cli_output_put writes what it can now and keeps the rest; the number of bytes kept, which
 * the caller holds back from the server's window. */
size_t sx_cli_output_put(struct sx_cli_output *output, const void *text, size_t length);

/* sx_cli_output_note adds a line of our own, in order with the rest. When the reader is so slow
 * that many wait already, it is dropped and counted. */
void sx_cli_output_note(struct sx_cli_output *output, const char *line);

bool sx_cli_output_is_waiting(const struct sx_cli_output *output);

/* sx_cli_output_flush writes what it can of what waits; the number of bytes of which the server's
 * window can be told. */
size_t sx_cli_output_flush(struct sx_cli_output *output);

#endif
