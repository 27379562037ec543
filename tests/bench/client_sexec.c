/* tests/bench/client_sexec.c: the bench's work by libsexec, through its public interface. */
#include <pthread.h>
#include <sexec/sexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

enum { PIECE = 32 * 1024, SHORT = 4 * 1024 };

static char output[PIECE];
static size_t gathered;

static void write_gathered(void)
{
    work_write(output, gathered);
    gathered = 0;
}

static void on_stdout(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const void *data = sexec_stdout_event_text(event, &length);

    (void)object;
    (void)context;
    /* Pieces are as small as the server's packets: short ones are written together, as any program
     * does that nobody waits for. */
    if (length < SHORT && gathered + length <= sizeof output) {
        memcpy(output + gathered, data, length);
        gathered += length;
        return;
    }
    write_gathered();
    work_write(data, length);
}

static void check(struct sexec *object, int code, const char *what)
{
    if (code != 0)
        work_fail(what, sexec_get_last_error(object));
}

static void set(struct sexec *object, const char *name, const char *value)
{
    char text[1024];

    if (value[0] == '\0')
        return;
    snprintf(text, sizeof text, "%s=%s", name, value);
    check(object, sexec_config(object, text, NULL), text);
}

static void set_more(struct sexec *object, const char *settings)
{
    char text[1024];
    char *rest;

    snprintf(text, sizeof text, "%s", settings);
    for (char *one = strtok_r(text, ";", &rest); one != NULL; one = strtok_r(NULL, ";", &rest))
        check(object, sexec_config(object, one, NULL), one);
}

static struct sexec *make(const struct work *work)
{
    struct sexec *object = sexec_new();

    if (object == NULL)
        work_fail("sexec_new", "no memory");
    set(object, "Policy", work->policy);
    set(object, "ProviderModuleDir", work->module);
    set(object, "SSHKeyExchangeAlgorithms", work->kex);
    set(object, "SSHMacAlgorithms", work->mac);
    set(object, "SSHPublicKeyAlgorithms", work->host_key_type);
    set(object, "SSHAcceptServerHostKeyFingerPrint", work->fingerprint);
    set(object, "OutputMode", "chunks");
    set_more(object, work->settings);
    check(object, sexec_set_ssh_encryption_algorithms(object, work->cipher), "cipher");
    check(object, sexec_set_ssh_user(object, work->user), "user");
    check(object, sexec_set_ssh_auth_mode(object, SEXEC_AM_PUBLIC_KEY), "mode");
    check(object, sexec_set_ssh_cert_store_type(object, SEXEC_CST_PEM_KEY_FILE), "store type");
    check(object, sexec_set_ssh_cert_store(object, work->key, strlen(work->key)), "store");
    sexec_on_stdout(object, on_stdout, NULL);
    return object;
}

static struct sexec *logged_on(const struct work *work)
{
    struct sexec *object = make(work);

    check(object, sexec_ssh_logon(object, work->host, work->port), "logon");
    if (work->size > 0)
        fprintf(stderr, "sign-on %.6f\n", work_cpu());
    return object;
}

struct feed {
    const struct work *work;
    unsigned long long left;
    char *piece;
    size_t pending; /* of the piece that was not taken whole */
    int is_ended;
};

/* As much as there is room for, whenever there is some. */
static void on_stdin_ready(struct sexec *object, void *context)
{
    struct feed *feed = context;
    int is_tiny = strcmp(feed->work->name, "tiny_up") == 0;

    while (feed->left > 0) {
        size_t n = feed->pending > 0 ? feed->pending : is_tiny ? work_tiny() : PIECE;
        int code;

        if (n > feed->left)
            n = (size_t)feed->left;
        code = sexec_send_stdin_bytes(object, feed->piece, n);
        feed->left -= sexec_get_bytes_taken(object);
        feed->pending = n - sexec_get_bytes_taken(object);
        if (feed->pending > 0)
            return; /* it is told when there is room again */
        if (code != 0)
            work_fail("send", sexec_get_last_error(object));
    }
    if (!feed->is_ended) {
        feed->is_ended = 1;
        check(object, sexec_send_eof(object), "eof");
    }
}

static void up(const struct work *work)
{
    struct sexec *object = logged_on(work);
    struct feed feed = { work, work->size, calloc(1, PIECE), 0, 0 };

    sexec_on_stdin_ready(object, on_stdin_ready, &feed);
    check(object, sexec_execute(object, work->command), "execute");
    if (feed.left > 0)
        work_fail("up", "not all was sent");
    check(object, sexec_ssh_logoff(object), "logoff");
    sexec_free(object);
    free(feed.piece);
}

static void execute(const struct work *work, int connections, int executions)
{
    for (int i = 0; i < connections; i++) {
        struct sexec *object = logged_on(work);

        for (int j = 0; j < executions; j++)
            check(object, sexec_execute(object, work->command), "execute");
        check(object, sexec_ssh_logoff(object), "logoff");
        sexec_free(object);
    }
}

/* One connection; its first command isn't measured, as its sign-on isn't. */
static void reuse(const struct work *work)
{
    struct sexec *object = logged_on(work);

    check(object, sexec_execute(object, work->command), "execute");
    work_begin();
    for (int i = 0; i < work->count; i++)
        check(object, sexec_execute(object, work->command), "execute");
    work_end();
    check(object, sexec_ssh_logoff(object), "logoff");
    sexec_free(object);
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

static void *execute_once(void *work)
{
    execute(work, 1, 1);
    return NULL;
}

/* The same, all of them at once, in a thread each. The command prints nothing: output isn't theirs. */
static void at_once(struct work *work)
{
    pthread_t *threads = calloc((size_t)work->count, sizeof *threads);

    execute(work, 1, 1);
    work_begin();
    for (int i = 0; i < work->count; i++)
        if (pthread_create(&threads[i], NULL, execute_once, work) != 0)
            work_fail("at_once", "no thread");
    for (int i = 0; i < work->count; i++)
        if (pthread_join(threads[i], NULL) != 0)
            work_fail("at_once", "a thread is lost");
    work_end();
    free(threads);
}

/* The provider, for the first object of the process and for one more. */
static void load(const struct work *work)
{
    for (int i = 0; i < 2; i++) {
        struct sexec *object = make(work);
        const char *text;

        work_begin();
        check(object, sexec_describe_provider(object, &text), "provider");
        work_end();
        sexec_free(object);
    }
}

static void idle(const struct work *work)
{
    struct sexec **all = calloc((size_t)work->count, sizeof *all);
    long first;

    all[0] = logged_on(work);
    first = work_memory_kib();
    for (int i = 1; i < work->count; i++)
        all[i] = logged_on(work);
    printf("memory %ld %ld %d\n", first, work_memory_kib(), work->count);
    fflush(stdout);
    for (int i = 0; i < work->count; i++)
        sexec_free(all[i]);
    free(all);
}

int main(int argc, char **argv)
{
    struct work work;

    work_parse(&work, argc, argv);
    if (strcmp(work.name, "up") == 0 || strcmp(work.name, "tiny_up") == 0)
        up(&work);
    else if (strcmp(work.name, "fresh") == 0)
        fresh(&work);
    else if (strcmp(work.name, "at_once") == 0)
        at_once(&work);
    else if (strcmp(work.name, "once") == 0)
        execute(&work, 1, 1);
    else if (strcmp(work.name, "load") == 0)
        load(&work);
    else if (strcmp(work.name, "reuse") == 0)
        reuse(&work);
    else if (strcmp(work.name, "down") == 0)
        execute(&work, 1, 1);
    else if (strcmp(work.name, "idle") == 0)
        idle(&work);
    else
        work_fail("no such work", work.name);
    write_gathered();
    if (work.size > 0)
        work_peak();
    return 0;
}
