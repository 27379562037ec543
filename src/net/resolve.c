/* net/resolve.c: getaddrinfo as work for a thread. The C library's lookup has no timeout of its own
 * that we could trust and can't be cancelled, so one that is given up is left to end by itself. */
#include "net/resolve.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "net/worker.h"

/* What is looked up, and what was found. */
struct lookup {
    char *host;
    char port[8];
    int family;
    int result; /* of getaddrinfo */
    struct addrinfo *addresses;
};

struct sx_resolve {
    struct sx_wake done_wake;
    struct lookup *lookup;    /* the worker's while there is one */
    struct sx_worker *worker; /* NULL for a numeric address, which is done at once */
};

static void lookup_destroy(void *job)
{
    struct lookup *lookup = job;

    if (lookup->addresses != NULL)
        freeaddrinfo(lookup->addresses);
    sx_free(lookup->host);
    sx_free(lookup);
}

/* Where both families will do, IPv6 comes first, whatever order the system has. */
static struct addrinfo *ipv6_first(struct addrinfo *list)
{
    struct addrinfo *first = NULL, *second = NULL;
    struct addrinfo **first_end = &first, **second_end = &second;

    for (struct addrinfo *at = list; at != NULL; at = at->ai_next) {
        struct addrinfo ***end = at->ai_family == AF_INET6 ? &first_end : &second_end;

        **end = at;
        *end = &at->ai_next;
    }
    *second_end = NULL;
    *first_end = second;
    return first;
}

static void look_up(struct lookup *lookup, int flags)
{
    struct addrinfo hints = { .ai_family = lookup->family,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICSERV | flags };

    lookup->result = getaddrinfo(lookup->host, lookup->port, &hints, &lookup->addresses);
    if (lookup->result == 0)
        lookup->addresses = ipv6_first(lookup->addresses);
}

static void lookup_run(void *job)
{
    look_up(job, AI_ADDRCONFIG);
}

static struct lookup *lookup_new(const char *host, int port, enum sx_address_family family)
{
    static const int families[] = { AF_INET, AF_INET6, AF_UNSPEC };
    struct lookup *lookup = sx_alloc(sizeof *lookup);

    if (lookup == NULL)
        return NULL;
    lookup->family = families[family];
    snprintf(lookup->port, sizeof lookup->port, "%d", port);
    lookup->host = sx_text_dup(host);
    if (lookup->host == NULL) {
        lookup_destroy(lookup);
        return NULL;
    }
    return lookup;
}

enum sx_err sx_resolve_start(const char *host, int port, enum sx_address_family family,
                             struct sx_fault *fault, struct sx_resolve **out)
{
    struct sx_resolve *resolve = sx_alloc(sizeof *resolve);

    if (resolve == NULL)
        return SX_ERR_MEMORY;
    resolve->done_wake.fd = -1;
    resolve->lookup = lookup_new(host, port, family);
    if (resolve->lookup == NULL)
        goto failed;
    look_up(resolve->lookup, AI_NUMERICHOST);
    if (resolve->lookup->result != 0) { /* no address: a thread, and something to wait for */
        const struct sx_work work = { lookup_run, lookup_destroy, resolve->lookup };

        if (sx_wake_open(&resolve->done_wake) != SX_OK ||
            sx_worker_start(&work, &resolve->done_wake, fault, &resolve->worker) != SX_OK)
            goto failed;
    }
    *out = resolve;
    return SX_OK;
failed:
    sx_resolve_free(resolve);
    return sx_fault_set(fault, SX_ERR_MEMORY, "no memory, descriptor or thread for a name lookup");
}

int sx_resolve_fd(const struct sx_resolve *resolve)
{
    return resolve->done_wake.fd;
}

bool sx_resolve_is_done(struct sx_resolve *resolve)
{
    return resolve->worker == NULL || sx_worker_is_done(resolve->worker);
}

enum sx_err sx_resolve_result(struct sx_resolve *resolve, struct sx_fault *fault,
                              const struct addrinfo **out)
{
    const struct lookup *lookup = resolve->lookup;

    if (lookup->result != 0)
        return sx_fault_set_sys(fault, SX_ERR_RESOLVE, lookup->result,
                                "host \"%s\" has no address: %s", lookup->host,
                                gai_strerror(lookup->result));
    *out = lookup->addresses;
    return SX_OK;
}

void sx_resolve_free(struct sx_resolve *resolve)
{
    if (resolve == NULL)
        return;
    if (resolve->worker != NULL)
        sx_worker_free(resolve->worker);
    else if (resolve->lookup != NULL)
        lookup_destroy(resolve->lookup);
    if (resolve->done_wake.fd >= 0)
        sx_wake_close(&resolve->done_wake);
    sx_free(resolve);
}
