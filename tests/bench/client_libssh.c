/* tests/bench/client_libssh.c: the bench's work by libssh, written as its own examples do it. */
#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

enum { PIECE = 32 * 1024 };

static ssh_key user_key;

static void option(ssh_session session, enum ssh_options_e name, const void *value)
{
    if (*(const char *)value != '\0' && ssh_options_set(session, name, value) != SSH_OK)
        work_fail("option", ssh_get_error(session));
}

static ssh_session logged_on(const struct work *work)
{
    ssh_session session = ssh_new();
    int port = work->port;
    int no = 0;

    if (session == NULL)
        work_fail("ssh_new", "no memory");
    option(session, SSH_OPTIONS_HOST, work->host);
    ssh_options_set(session, SSH_OPTIONS_PORT, &port);
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
    option(session, SSH_OPTIONS_USER, work->user);
    option(session, SSH_OPTIONS_CIPHERS_C_S, work->cipher);
    option(session, SSH_OPTIONS_CIPHERS_S_C, work->cipher);
    option(session, SSH_OPTIONS_HMAC_C_S, work->mac);
    option(session, SSH_OPTIONS_HMAC_S_C, work->mac);
    option(session, SSH_OPTIONS_KEY_EXCHANGE, work->kex);
    option(session, SSH_OPTIONS_HOSTKEYS, work->host_key_type);
    if (ssh_connect(session) != SSH_OK)
        work_fail("connect", ssh_get_error(session));
    if (user_key == NULL &&
        ssh_pki_import_privkey_file(work->key, NULL, NULL, NULL, &user_key) != SSH_OK)
        work_fail("key", work->key);
    if (ssh_userauth_publickey(session, NULL, user_key) != SSH_AUTH_SUCCESS)
        work_fail("userauth", ssh_get_error(session));
    return session;
}

static ssh_channel begin(ssh_session session, const struct work *work)
{
    ssh_channel channel = ssh_channel_new(session);

    if (channel == NULL || ssh_channel_open_session(channel) != SSH_OK ||
        ssh_channel_request_exec(channel, work->command) != SSH_OK)
        work_fail("exec", ssh_get_error(session));
    return channel;
}

static void finish(ssh_session session, ssh_channel channel)
{
    char buffer[PIECE];
    int n;

    while ((n = ssh_channel_read(channel, buffer, sizeof buffer, 0)) > 0)
        work_write(buffer, (size_t)n);
    if (n < 0)
        work_fail("read", ssh_get_error(session));
    if (ssh_channel_get_exit_status(channel) != 0)
        work_fail("exit status", "not 0");
    ssh_channel_close(channel);
    ssh_channel_free(channel);
}

static void leave(ssh_session session)
{
    ssh_disconnect(session);
    ssh_free(session);
}

static void up(const struct work *work)
{
    ssh_session session = logged_on(work);
    ssh_channel channel = begin(session, work);
    int is_tiny = strcmp(work->name, "tiny_up") == 0;
    char *piece = calloc(1, PIECE);
    unsigned long long left = work->size;

    while (left > 0) {
        size_t n = is_tiny ? work_tiny() : PIECE;
        int sent;

        if (n > left)
            n = (size_t)left;
        sent = ssh_channel_write(channel, piece, (uint32_t)n);
        if (sent <= 0)
            work_fail("write", ssh_get_error(session));
        left -= (unsigned long long)sent;
    }
    ssh_channel_send_eof(channel);
    finish(session, channel);
    leave(session);
    free(piece);
}

static void execute(const struct work *work, int connections, int executions)
{
    for (int i = 0; i < connections; i++) {
        ssh_session session = logged_on(work);

        for (int j = 0; j < executions; j++)
            finish(session, begin(session, work));
        leave(session);
    }
}

/* One connection; its first command isn't measured, as its sign-on isn't. */
static void reuse(const struct work *work)
{
    ssh_session session = logged_on(work);

    finish(session, begin(session, work));
    work_begin();
    for (int i = 0; i < work->count; i++)
        finish(session, begin(session, work));
    work_end();
    leave(session);
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
    ssh_session *all = calloc((size_t)work->count, sizeof *all);
    long first;

    all[0] = logged_on(work);
    first = work_memory_kib();
    for (int i = 1; i < work->count; i++)
        all[i] = logged_on(work);
    printf("memory %ld %ld %d\n", first, work_memory_kib(), work->count);
    fflush(stdout);
    for (int i = 0; i < work->count; i++)
        leave(all[i]);
    free(all);
}

int main(int argc, char **argv)
{
    struct work work;

    work_parse(&work, argc, argv);
    if (ssh_init() != 0)
        work_fail("ssh_init", "failed");
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
    ssh_key_free(user_key);
    if (work.size > 0)
        work_peak();
    return 0;
}
