/* tests/interop/modules/slow_lookup.c: a name service that stands still. Put in front of the C
 * library's, it lets lookups of SLOW_NAME wait until somebody opens the FIFO SLOW_GATE for writing,
 * and then finds no address; that there was one shows in the file SLOW_ASKED. Whatever else is
 * looked up goes to the C library.
 *
 * Built by servers.py. */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    const char *name = getenv("SLOW_NAME");
    lookup *next;

    if (name != NULL && strcmp(node, name) == 0 &&
        (hints == NULL || (hints->ai_flags & AI_NUMERICHOST) == 0)) {
        close(open(getenv("SLOW_ASKED"), O_WRONLY | O_CREAT, 0600));
        close(open(getenv("SLOW_GATE"), O_RDONLY));
        return EAI_NONAME;
    }
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(node, service, hints, out);
}
