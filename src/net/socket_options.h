/* net/socket_options.h: the reference's settings of a TCP socket. */
#ifndef SX_NET_SOCKET_OPTIONS_H
#define SX_NET_SOCKET_OPTIONS_H

#include <stdbool.h>

/* 0 leaves a number to the system. */
struct sx_socket_options {
    bool is_no_delay;
    bool is_keep_alive;
    int keep_alive_ms;          /* of silence before the first probe; in steps of a second */
    int keep_alive_interval_ms; /* between probes */
    int in_buffer;              /* bytes */
    int out_buffer;
    bool is_reset_on_close; /* Linger=False: what wasn't sent yet is dropped */
    int linger_seconds;     /* 0 to 65535 */
};

/* What was received is acknowledged now, not with the next thing that is sent. */
void sx_socket_acknowledge(int fd);

/* Sets what the system takes; what it doesn't take stays as it was, as in the reference. */
void sx_socket_options_set(int fd, const struct sx_socket_options *options);

/* Closes at once. What wasn't sent yet goes on in the background for linger_seconds, without them
 * for as long as the system tries. */
void sx_socket_close(int fd, const struct sx_socket_options *options);

#endif
