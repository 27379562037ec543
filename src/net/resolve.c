/* net/resolve.c: getaddrinfo on a detached thread. The C library's lookup has no timeout of its
 * own that we could trust and can't be cancelled, so an abandoned one is left to end by itself:
 * the last of the two owners (caller, thread) frees. */
#include "net/resolve.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "net/wake.h"

struct sx_resolve {
    pthread_mutex_t lock;
    struct sx_wake done_wake;
    bool is_done;
    bool is_abandoned;
    char *host;
    char port[8];
    int family;
    int result; /* of getaddrinfo */
    struct addrinfo *addresses;
};

static void resolve_destroy(struct sx_resolve *resolve)
{
    if (resolve->addresses != NULL)
        freeaddrinfo(resolve->addresses);
    sx_wake_close(&resolve->done_wake);
    pthread_mutex_destroy(&resolve->lock);
    sx_free(resolve->host);
    sx_free(resolve);
}

static int look_up(struct sx_resolve *resolve, int flags)
{
    struct addrinfo hints = { .ai_family = resolve->family,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICSERV | flags };

    return getaddrinfo(resolve->host, resolve->port, &hints, &resolve->addresses);
}

static void *run(void *arg)
{
    struct sx_resolve *resolve = arg;
    bool is_abandoned;

    resolve->result = look_up(resolve, AI_ADDRCONFIG);
    pthread_mutex_lock(&resolve->lock);
    resolve->is_done = true;
    is_abandoned = resolve->is_abandoned;
    /* Under the lock: afterwards the caller may free it at any moment. */
    if (!is_abandoned)
        sx_wake_up(&resolve->done_wake);
    pthread_mutex_unlock(&resolve->lock);
    if (is_abandoned)
        resolve_destroy(resolve);
    return NULL;
}

/* The thread takes no signals: they are the program's. */
static int start_thread(struct sx_resolve *resolve)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    int failed;

    if (pthread_attr_init(&attributes) != 0)
        return -1;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&thread, &attributes, run, resolve);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}

enum sx_err sx_resolve_start(const char *host, int port, enum sx_address_family family,
                             struct sx_fault *fault, struct sx_resolve **out)
{
    static const int families[] = { AF_INET, AF_INET6, AF_UNSPEC };
    struct sx_resolve *resolve = sx_alloc(sizeof *resolve);

    if (resolve == NULL)
        return SX_ERR_MEMORY;
    pthread_mutex_init(&resolve->lock, NULL);
    resolve->family = families[family];
    snprintf(resolve->port, sizeof resolve->port, "%d", port);
    resolve->host = sx_text_dup(host);
    resolve->done_wake.fd = -1;
    if (resolve->host == NULL)
        goto failed;
    resolve->result = look_up(resolve, AI_NUMERICHOST);
    resolve->is_done = resolve->result == 0; /* an address: no thread, and nothing to wait for */
    if (!resolve->is_done &&
        (sx_wake_open(&resolve->done_wake) != SX_OK || start_thread(resolve) != 0))
        goto failed;
    *out = resolve;
    return SX_OK;
failed:
    resolve_destroy(resolve);
    return sx_fault_set(fault, SX_ERR_MEMORY, "no memory, descriptor or thread for a name lookup");
}

int sx_resolve_fd(const struct sx_resolve *resolve)
{
    return resolve->done_wake.fd;
}

bool sx_resolve_is_done(struct sx_resolve *resolve)
{
    bool is_done;

    pthread_mutex_lock(&resolve->lock);
    is_done = resolve->is_done;
    pthread_mutex_unlock(&resolve->lock);
    return is_done;
}

enum sx_err sx_resolve_result(struct sx_resolve *resolve, struct sx_fault *fault,
                              const struct addrinfo **out)
{
    if (resolve->result != 0)
        return sx_fault_set_sys(fault, SX_ERR_RESOLVE, resolve->result,
                                "host \"%s\" has no address: %s", resolve->host,
                                gai_strerror(resolve->result));
    *out = resolve->addresses;
    return SX_OK;
}

void sx_resolve_free(struct sx_resolve *resolve)
{
    bool is_done;

    if (resolve == NULL)
        return;
    pthread_mutex_lock(&resolve->lock);
    is_done = resolve->is_done;
    resolve->is_abandoned = true;
    pthread_mutex_unlock(&resolve->lock);
    if (is_done)
        resolve_destroy(resolve);
}
