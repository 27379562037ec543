/* tests/bench/client_libssh2.c: the bench's work by libssh2, written as its own examples do it. */
#include <arpa/inet.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "work.h"

enum { PIECE = 32 * 1024 };

struct connection {
    LIBSSH2_SESSION *session;
    int fd;
};

static _Noreturn void fail(LIBSSH2_SESSION *session, const char *what)
{
    char *text = NULL;

    libssh2_session_last_error(session, &text, NULL, 0);
    work_fail(what, text);
}

static void prefer(LIBSSH2_SESSION *session, int method, const char *list)
{
    if (list[0] != '\0' && libssh2_session_method_pref(session, method, list) != 0)
        fail(session, list);
}

static struct connection logged_on(const struct work *work)
{
    struct connection made = { libssh2_session_init(), socket(AF_INET, SOCK_STREAM, 0) };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)work->port) };
    char public_key[1024];

    inet_pton(AF_INET, work->host, &address.sin_addr);
    if (connect(made.fd, (const struct sockaddr *)&address, sizeof address) != 0)
        work_fail("connect", work->host);
    prefer(made.session, LIBSSH2_METHOD_CRYPT_CS, work->cipher);
    prefer(made.session, LIBSSH2_METHOD_CRYPT_SC, work->cipher);
    prefer(made.session, LIBSSH2_METHOD_MAC_CS, work->mac);
    prefer(made.session, LIBSSH2_METHOD_MAC_SC, work->mac);
    prefer(made.session, LIBSSH2_METHOD_KEX, work->kex);
    prefer(made.session, LIBSSH2_METHOD_HOSTKEY, work->host_key_type);
    if (libssh2_session_handshake(made.session, made.fd) != 0)
        fail(made.session, "handshake");
    snprintf(public_key, sizeof public_key, "%s.pub", work->key);
    if (libssh2_userauth_publickey_fromfile(made.session, work->user, public_key, work->key, "") !=
        0)
        fail(made.session, "userauth");
    return made;
}

static void leave(struct connection *connection)
{
    libssh2_session_disconnect(connection->session, "done");
    libssh2_session_free(connection->session);
    close(connection->fd);
}

static LIBSSH2_CHANNEL *begin(struct connection *connection, const struct work *work)
{
    LIBSSH2_CHANNEL *channel = libssh2_channel_open_session(connection->session);

    if (channel == NULL || libssh2_channel_exec(channel, work->command) != 0)
        fail(connection->session, "exec");
    return channel;
}

static void finish(struct connection *connection, LIBSSH2_CHANNEL *channel)
{
    char buffer[PIECE];
    ssize_t n;

    while ((n = libssh2_channel_read(channel, buffer, sizeof buffer)) > 0)
        work_write(buffer, (size_t)n);
    if (n < 0)
        fail(connection->session, "read");
    libssh2_channel_close(channel);
    libssh2_channel_wait_closed(channel);
    if (libssh2_channel_get_exit_status(channel) != 0)
        work_fail("exit status", "not 0");
    libssh2_channel_free(channel);
}

static void up(const struct work *work)
{
    struct connection connection = logged_on(work);
    LIBSSH2_CHANNEL *channel = begin(&connection, work);
    int is_tiny = strcmp(work->name, "tiny_up") == 0;
    char *piece = calloc(1, PIECE);
    unsigned long long left = work->size;

    while (left > 0) {
        size_t n = is_tiny ? work_tiny() : PIECE;
        ssize_t sent;

        if (n > left)
            n = (size_t)left;
        sent = libssh2_channel_write(channel, piece, n);
        if (sent < 0)
            fail(connection.session, "write");
        left -= (unsigned long long)sent;
    }
    libssh2_channel_send_eof(channel);
    finish(&connection, channel);
    leave(&connection);
    free(piece);
}

static void execute(const struct work *work, int connections, int executions)
{
    for (int i = 0; i < connections; i++) {
        struct connection connection = logged_on(work);

        for (int j = 0; j < executions; j++)
            finish(&connection, begin(&connection, work));
        leave(&connection);
    }
}

/* One connection; its first command isn't measured, as its sign-on isn't. */
static void reuse(const struct work *work)
{
    struct connection connection = logged_on(work);

    finish(&connection, begin(&connection, work));
    work_begin();
    for (int i = 0; i < work->count; i++)
        finish(&connection, begin(&connection, work));
    work_end();
    leave(&connection);
}

/* What a process does at its first connection alone is no part of it: libraries set themselves up,
 * a FIPS module tests itself. */
static void fresh(const struct work *work)
{
    execute(work, 1, 1);
    work_begin();
    execute(work, work->count, 1);
    work_end();
}

static void idle(const struct work *work)
{
    struct connection *all = calloc((size_t)work->count, sizeof *all);
    long first;

    all[0] = logged_on(work);
    first = work_memory_kib();
    for (int i = 1; i < work->count; i++)
        all[i] = logged_on(work);
    printf("memory %ld %ld %d\n", first, work_memory_kib(), work->count);
    fflush(stdout);
    for (int i = 0; i < work->count; i++)
        leave(&all[i]);
    free(all);
}

int main(int argc, char **argv)
{
    struct work work;

    work_parse(&work, argc, argv);
    if (libssh2_init(0) != 0)
        work_fail("libssh2_init", "failed");
    if (strcmp(work.name, "up") == 0 || strcmp(work.name, "tiny_up") == 0)
        up(&work);
    else if (strcmp(work.name, "fresh") == 0)
        fresh(&work);
    else if (strcmp(work.name, "once") == 0)
        execute(&work, 1, 1);
    else if (strcmp(work.name, "reuse") == 0)
        reuse(&work);
    else if (strcmp(work.name, "down") == 0)
        execute(&work, 1, 1);
    else if (strcmp(work.name, "idle") == 0)
        idle(&work);
    else
        work_fail("no such work", work.name);
    libssh2_exit();
    if (work.size > 0)
        work_peak();
    return 0;
}
