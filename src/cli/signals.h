/* cli/signals.h: what may end the session from outside, as flags and a wake-up. */
#ifndef SX_CLI_SIGNALS_H
#define SX_CLI_SIGNALS_H

#include <stdbool.h>

#include <sexec/sexec.h>

/* sx_cli_signals_open ignores SIGPIPE and has SIGINT, SIGTERM, SIGHUP and the timer interrupt the
 * object. A signal that was ignored when the program started (nohup, a background job of a script)
 * stays ignored. The second signal of a kind ends the program at once, as it would without us. */
void sx_cli_signals_open(struct sexec *ssh);

/* From here on no signal touches the object, which may then be freed. */
void sx_cli_signals_close(void);

/* The signal that came, 0 for none, and its name. */
int sx_cli_signals_caught(void);
const char *sx_cli_signals_name(int number);

/* sx_cli_timer_start gives the session so many seconds from now; 0 takes the limit away. */
void sx_cli_timer_start(int seconds);
bool sx_cli_timer_is_over(void);

#endif
