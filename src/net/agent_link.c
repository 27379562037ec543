/* net/agent_link.c: a local stream socket, never in blocking mode: an agent that neither takes nor
 * answers must not hold up the caller's clock. */
#include "net/agent_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_SIZE = 8192, READS_MAX = 16 };

enum sx_err sx_agent_link_open(struct sx_agent_link *link, const char *path, struct sx_fault *fault)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int error = 0;
    int fd;

    if (strlen(path) >= sizeof address.sun_path)
        return sx_fault_set(fault, SX_ERR_AGENT, "the name of the ssh-agent's socket is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        error = errno;
    if (error != 0) {
        if (fd >= 0)
            close(fd);
        return sx_fault_set_sys(fault, SX_ERR_AGENT, error,
                                "the ssh-agent's socket can't be reached: %s", strerror(error));
    }
    link->fd = fd;
    return SX_OK;
}

static enum sx_err broken(int error, struct sx_fault *fault)
{
    return sx_fault_set_sys(fault, SX_ERR_AGENT, error, "the connection to the ssh-agent broke: %s",
                            strerror(error));
}

static enum sx_err work_send(struct sx_agent_link *link, struct sx_agent *agent,
                             struct sx_fault *fault, bool *out_did)
{
    struct sx_slice out;

    while ((out = sx_agent_to_send(agent)).len > 0) {
        ssize_t n = send(link->fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? SX_OK : broken(errno, fault);
        sx_agent_sent(agent, (size_t)n);
        *out_did = true;
    }
    return SX_OK;
}

enum sx_err sx_agent_link_work(struct sx_agent_link *link, struct sx_agent *agent,
                               struct sx_fault *fault, bool *out_did)
{
    uint8_t bytes[READ_SIZE];

    SX_TRY(work_send(link, agent, fault, out_did));
    for (int i = 0; i < READS_MAX && agent->state == SX_AGENT_ASKED; i++) {
        ssize_t n = recv(link->fd, bytes, sizeof bytes, MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? SX_OK : broken(errno, fault);
        if (n == 0)
            return sx_fault_set(fault, SX_ERR_AGENT, "the ssh-agent hung up without an answer");
        *out_did = true;
        SX_TRY(sx_agent_received(agent, sx_slice_of(bytes, (size_t)n), fault));
    }
    return SX_OK;
}

short sx_agent_link_events(const struct sx_agent *agent)
{
    return sx_agent_to_send(agent).len > 0 ? POLLIN | POLLOUT : POLLIN;
}

void sx_agent_link_close(struct sx_agent_link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}
