/* cli/input.h: standard input on its way to the command. */
#ifndef SX_CLI_INPUT_H
#define SX_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <sexec/sexec.h>

enum { SX_CLI_INPUT_BYTES = 64 * 1024 };

struct sx_cli_input {
    int fd;
    bool is_open;    /* the command takes input */
    bool is_blocked; /* it took less than all: on_stdin_ready says when it can go on */
    bool is_over;    /* at its end, or nobody wants it any more */
    int error;       /* errno of the read that failed */
    size_t start;    /* what waits is bytes[start] to bytes[end] */
    size_t end;
    unsigned char bytes[SX_CLI_INPUT_BYTES];
};

/* Whether to poll the descriptor. */
bool sx_cli_input_wants(const struct sx_cli_input *input);

/* Reads once; called when the descriptor is readable, so it doesn't wait. */
void sx_cli_input_read(struct sx_cli_input *input, struct sexec *ssh);

/* Hands the object what waits; true when it took anything. */
bool sx_cli_input_send(struct sx_cli_input *input, struct sexec *ssh);

#endif
