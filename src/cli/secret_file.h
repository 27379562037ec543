/* cli/secret_file.h: secrets come from files and descriptors, never from the command line. */
#ifndef SX_CLI_SECRET_FILE_H
#define SX_CLI_SECRET_FILE_H

enum { SX_CLI_SECRET_MAX = 4096 };

/* A secret text. Cleared by who holds it, on every path. */
struct sx_cli_secret {
    char text[SX_CLI_SECRET_MAX + 1];
};

/* sx_cli_secret_from_file reads the first line of a file that only its owner can read; what is no
 * regular file (a pipe, as of <(...)) isn't asked for its mode. Failures are reported; they give
 * the exit status, success gives 0. */
int sx_cli_secret_from_file(const char *path, struct sx_cli_secret *out);

/* sx_cli_secret_from_descriptor reads one line of a descriptor and not a byte more, so that
 * standard input can hold the secret first and the command's input after it. */
int sx_cli_secret_from_descriptor(const char *number, struct sx_cli_secret *out);

void sx_cli_secret_clear(struct sx_cli_secret *secret);

#endif
