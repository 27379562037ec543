/* cli/standard.h: the standard descriptors as the commands find them and leave them. */
#ifndef SX_CLI_STANDARD_H
#define SX_CLI_STANDARD_H

/* sx_cli_open_standard fills the places of closed ones, which the next file or connection would
 * else get. Reading from what stands there is the end of input; writing to it fails, as writing to
 * a closed one does. Returns 0, or the exit status. */
int sx_cli_open_standard(void);

/* sx_cli_finish_output: what was printed is there, or its loss is a failure. Returns status, or
 * the exit status of a failure. */
int sx_cli_finish_output(int status);

#endif
