/* tests/support/served.c: the socket and the thread around a peer. */
#include "support/served.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

/* LAST_ROUNDS: how long a session may take to end by itself once the test waits for it. */
enum { ROUND_MS = 10, LAST_ROUNDS = 200, READ_SIZE = 64 * 1024 };

struct served {
    struct served_config config;
    pthread_t thread;
    bool is_joined;
    atomic_bool is_over;
    int listener;
    int port;
    struct peer *peer;
    uint8_t bytes[READ_SIZE];
};

struct served_config served_config_default(void)
{
    struct served_config config = { .peer = peer_config_default(fixture_provider()) };

    config.peer.host_keys[0] = fixture_key(config.peer.provider, SX_KEY_ED25519, 0);
    config.peer.command.is_endless = true;
    return config;
}

static bool send_some(struct served *served, int fd)
{
    struct sx_slice out = peer_output(served->peer);
    ssize_t n = out.len == 0 ? 0 : send(fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0)
        peer_taken(served->peer, (size_t)n);
    return n >= 0 || errno == EAGAIN || errno == EINTR;
}

/* False at the client's end. */
static bool receive_some(struct served *served, int fd)
{
    ssize_t n = recv(fd, served->bytes, sizeof served->bytes, MSG_DONTWAIT);

    if (n > 0 && !served->config.is_silent)
        peer_receive(served->peer, sx_slice_of(served->bytes, (size_t)n));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void reset(int fd)
{
    const struct linger at_once = { .l_onoff = 1 };

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void serve(struct served *served, int fd)
{
    const struct served_config *config = &served->config;
    enum served_end end = SERVED_GOES_ON;
    struct pollfd wait = { .fd = fd };
    int last_rounds = LAST_ROUNDS;

    if (config->prepare != NULL)
        config->prepare(config->ctx, served->peer);
    if (!config->is_silent)
        peer_start(served->peer);
    while (!atomic_load(&served->is_over) || last_rounds-- > 0) {
        if (end == SERVED_STOPS_READING && atomic_load(&served->is_over))
            break;
        if (end != SERVED_STOPS_READING && !receive_some(served, fd))
            break;
        if (!config->is_silent)
            peer_work(served->peer);
        if (config->work != NULL)
            end = config->work(config->ctx, served->peer);
        if (!send_some(served, fd))
            break;
        if (end == SERVED_RESETS)
            reset(fd);
        if (end == SERVED_CLOSES || end == SERVED_RESETS ||
            (!config->is_obstinate && peer_count(served->peer, SX_MSG_DISCONNECT) > 0))
            break;
        wait.events = peer_output(served->peer).len > 0 ? POLLIN | POLLOUT : POLLIN;
        if (end == SERVED_STOPS_READING)
            wait.events &= ~POLLIN;
        (void)poll(&wait, 1, ROUND_MS);
    }
}

static void *run(void *arg)
{
    struct served *served = arg;
    unsigned sessions = served->config.sessions == 0 ? 1 : served->config.sessions;
    struct pollfd wait = { .fd = served->listener, .events = POLLIN };

    while (sessions > 0 && !atomic_load(&served->is_over)) {
        int fd;

        if (poll(&wait, 1, ROUND_MS) <= 0)
            continue;
        fd = accept(served->listener, NULL, NULL);
        if (fd < 0)
            continue;
        peer_free(served->peer);
        served->peer = peer_new(&served->config.peer);
        if (served->peer != NULL)
            serve(served, fd);
        close(fd);
        sessions--;
    }
    return NULL;
}

struct served *served_start(const struct served_config *config)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    struct served *served = sx_alloc(sizeof *served);
    socklen_t len = sizeof address;

    if (served == NULL)
        return NULL;
    served->config = *config;
    atomic_init(&served->is_over, false);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    served->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (served->listener < 0 ||
        bind(served->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(served->listener, 8) != 0 ||
        getsockname(served->listener, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&served->thread, NULL, run, served) != 0) {
        if (served->listener >= 0)
            close(served->listener);
        sx_free(served);
        return NULL;
    }
    served->port = ntohs(address.sin_port);
    return served;
}

int served_port(const struct served *served)
{
    return served->port;
}

struct sexec *served_client(const struct served *served)
{
    struct sexec *object = sexec_new();

    if (object == NULL)
        return NULL;
    (void)sexec_config(object, "SSHAcceptAnyServerHostKey=True", NULL);
    (void)sexec_set_ssh_host(object, "127.0.0.1");
    (void)sexec_set_ssh_port(object, served->port);
    (void)sexec_set_ssh_auth_mode(object, SEXEC_AM_NONE);
    (void)sexec_set_ssh_user(object, "someone");
    return object;
}

const struct peer *served_end(struct served *served)
{
    if (!served->is_joined) {
        atomic_store(&served->is_over, true);
        (void)pthread_join(served->thread, NULL);
        served->is_joined = true;
    }
    return served->peer;
}

void served_free(struct served *served)
{
    if (served == NULL)
        return;
    (void)served_end(served);
    close(served->listener);
    peer_free(served->peer);
    sx_free(served);
}
