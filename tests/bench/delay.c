/* tests/bench/delay.c: a long path in user space: a TCP proxy that holds each byte back and lets so
 * many a second through.
 *
 *   delay ONE_WAY_MS MBIT_PER_S PORT           to a server at that port of the loopback
 *   delay ONE_WAY_MS MBIT_PER_S COMMAND ARG... to a server of its own for each connection, such as
 *                                              sshd -i, at a pair of sockets: without a second TCP,
 *                                              whose own pace would be taken for the path's
 *
 * Prints its own port on the loopback, serves connections one after another, and ends when its
 * standard input does. Each direction has a line of its own with room for what is under way. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "work.h"

enum { PIECE = 16 * 1024, PIECES = 4096 }; /* 64 MiB under way at most */

struct piece {
    uint64_t due; /* microseconds */
    size_t length;
    size_t sent;
    uint8_t bytes[PIECE];
};

struct line {
    struct piece *pieces;
    unsigned first;
    unsigned count;
    uint64_t free_at; /* when the link has sent all that it took */
    int has_more;     /* there was more than the link could take when we last looked */
    int from;
    int to;
    int is_ended;
};

static uint64_t delay_us;
static double us_per_byte;

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* Takes what has come, as far as the link is free within a millisecond or so. */
static int take(struct line *line, uint64_t now)
{
    struct piece *piece;
    ssize_t n;

    if (line->is_ended || line->count == PIECES || line->free_at > now + 1000) {
        line->has_more |= line->free_at > now + 1000;
        return 0;
    }
    piece = &line->pieces[(line->first + line->count) % PIECES];
    n = recv(line->from, piece->bytes, PIECE, MSG_DONTWAIT);
    if (n < 0) {
        line->has_more = 0;
        return errno == EAGAIN ? 0 : -1;
    }
    /* What waited while this program had no processor was sent meanwhile by the link it stands for. */
    if (line->free_at < now && !line->has_more)
        line->free_at = now;
    line->free_at += (uint64_t)((double)n * us_per_byte);
    piece->due = line->free_at + delay_us;
    piece->length = (size_t)n;
    piece->sent = 0;
    line->count++;
    if (n == 0)
        line->is_ended = 1;
    return 1;
}

static int give(struct line *line, uint64_t now)
{
    struct piece *piece = &line->pieces[line->first];
    ssize_t n;

    if (line->count == 0 || piece->due > now)
        return 0;
    if (piece->length == 0) {
        shutdown(line->to, SHUT_WR);
        line->count = 0;
        return 0;
    }
    n = send(line->to, piece->bytes + piece->sent, piece->length - piece->sent,
             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN ? 0 : -1;
    piece->sent += (size_t)n;
    if (piece->sent == piece->length) {
        line->first = (line->first + 1) % PIECES;
        line->count--;
    }
    return 1;
}

static void carry(int a, int b)
{
    struct line lines[2] = { { .from = a, .to = b }, { .from = b, .to = a } };

    for (int i = 0; i < 2; i++) {
        lines[i].pieces = malloc(PIECES * sizeof *lines[i].pieces);
        if (lines[i].pieces == NULL)
            work_fail("delay", "no memory");
    }
    for (;;) {
        uint64_t now = now_us();
        int did = 0;

        for (int i = 0; i < 2; i++) {
            int took = take(&lines[i], now);
            int gave = give(&lines[i], now);

            if (took < 0 || gave < 0 ||
                (lines[0].is_ended && lines[1].is_ended && lines[0].count + lines[1].count == 0))
                goto over;
            did |= took | gave;
        }
        if (!did)
            nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
    }
over:
    for (int i = 0; i < 2; i++)
        free(lines[i].pieces);
    close(a);
    close(b);
}

static int dial(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        work_fail("delay", "the target does not answer");
    return fd;
}

static int start(char **command, pid_t *out_child)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || (*out_child = fork()) < 0)
        work_fail("delay", "no server can be started");
    if (*out_child == 0) {
        dup2(pair[1], STDIN_FILENO);
        dup2(pair[1], STDOUT_FILENO);
        close(pair[0]);
        close(pair[1]);
        execv(command[0], command);
        _exit(127);
    }
    close(pair[1]);
    return pair[0];
}

static void serve(int client, char **target)
{
    int yes = 1;
    pid_t child = 0;
    int server = target[1] == NULL ? dial(atoi(target[0])) : start(target, &child);

    /* The path is this program's queue: TCP's own control of the short way (BBR paces by what it
     * measures) must not make another. */
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    carry(client, server);
    if (child != 0)
        waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (argc < 4)
        return 2;
    delay_us = strtoull(argv[1], NULL, 10) * 1000u;
    us_per_byte = 8.0 / strtod(argv[2], NULL);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        work_fail("delay", "no port");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd fds[2] = { { .fd = listener, .events = POLLIN },
                                 { .fd = STDIN_FILENO, .events = POLLIN } };
        int fd;

        if (poll(fds, 2, -1) < 0 || fds[1].revents != 0)
            return 0;
        fd = accept(listener, NULL, NULL);
        if (fd < 0)
            return 1;
        serve(fd, argv + 3);
    }
}
