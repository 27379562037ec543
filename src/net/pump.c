/* net/pump.c: moves bytes. Everything that means something is the engine's. */
#include "net/pump.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "net/clock.h"

enum {
    /* Rounds of read and write before the caller gets a look at its clock and its interrupts. */
    ROUNDS_MAX = 16,
    /* While at least GATHER_MIN bytes come in a millisecond, waiting lasts until what comes in one
     * is there, GATHER_MAX at most, or the millisecond is over. In a flood the receiver is about as
     * fast as the sender and would else be woken for each packet or two: 10,000 to 20,000 times for
     * 1 GiB, which cost more than the copying did. The rate is looked at every GATHER_LOOK ms; when
     * input was written since, the output may be answers, whose tails somebody waits for. */
    GATHER_MIN = 8 * 1024,
    GATHER_MAX = 256 * 1024,
    GATHER_LOOK = 8,
    /* Many servers send their version line and their first KEXINIT apart, and with the line alone
     * nothing can be done: the first wait is for FIRST_MIN bytes, which no KEXINIT is shorter than,
     * or for FIRST_MS, as what is no SSH server may send less and wait. */
    FIRST_MIN = 72,
    FIRST_MS = 50,
};

enum sx_err sx_pump_start(struct sx_pump *pump, const struct sx_connect_config *config,
                          struct sx_engine *engine, struct sx_fault *fault)
{
    pump->fd = -1;
    pump->engine = engine;
    pump->is_peer_closed = false;
    SX_TRY(sx_connect_start(&pump->connect, config, fault));
    pump->state = SX_PUMP_CONNECTING;
    return SX_OK;
}

static enum sx_err socket_failed(int error, const char *what, struct sx_fault *fault)
{
    return sx_fault_set_sys(fault, SX_ERR_SOCKET, error, "%s the server failed: %s", what,
                            strerror(error));
}

static enum sx_err work_connect(struct sx_pump *pump, struct sx_fault *fault, bool *did)
{
    int fd;

    SX_TRY(sx_connect_step(&pump->connect, sx_clock_now(), fault, &fd));
    if (fd < 0)
        return SX_OK;
    pump->fd = fd;
    pump->state = SX_PUMP_RUNNING;
    sx_connect_clear(&pump->connect);
    *did = true;
    if (pump->on_connected != NULL)
        pump->on_connected(pump->ctx);
    return SX_OK;
}

/* How much may go out now. The budget grows with the time, to a tenth of a second's at most, so
 * that a pause doesn't end in a burst. */
static size_t rate_budget(struct sx_pump *pump, size_t wanted)
{
    uint64_t now, grown, cap;

    if (pump->rate == 0)
        return wanted;
    now = sx_clock_now();
    cap = pump->rate / 10 > 0 ? pump->rate / 10 : 1;
    grown = pump->rate * (now - pump->rate_at < 1000 ? now - pump->rate_at : 1000) / 1000;
    if (grown > 0) {
        pump->rate_left = pump->rate_left + grown < cap ? pump->rate_left + grown : cap;
        pump->rate_at = now;
    }
    return pump->rate_left < wanted ? (size_t)pump->rate_left : wanted;
}

static bool is_throttled(const struct sx_pump *pump)
{
    return pump->rate != 0 && pump->rate_left == 0;
}

static enum sx_err work_send(struct sx_pump *pump, struct sx_fault *fault, bool *did)
{
    struct sx_slice out = sx_engine_to_send(pump->engine);

    while (out.len > 0) {
        size_t most = rate_budget(pump, out.len);
        ssize_t n;

        if (most == 0)
            return SX_OK;
        n = send(pump->fd, out.ptr, most, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return SX_OK;
            if (errno == EINTR)
                continue;
            /* What the server said before it hung up is still to be read, unless all that is left
             * to do is to say good-bye. */
            if ((errno == EPIPE || errno == ECONNRESET) && !pump->is_peer_closed &&
                pump->state == SX_PUMP_RUNNING)
                return SX_OK;
            return socket_failed(errno, "sending to", fault);
        }
        sx_engine_sent(pump->engine, (size_t)n);
        pump->owes_ack = false;
        if (pump->rate != 0)
            pump->rate_left -= (uint64_t)n;
        *did = true;
        out = sx_engine_to_send(pump->engine);
    }
    return SX_OK;
}

/* *drained: nothing more was there, so that the rounds of sending that follow don't ask again. */
static enum sx_err work_receive(struct sx_pump *pump, struct sx_fault *fault, bool *drained,
                                bool *did)
{
    uint8_t *space;
    size_t room = sx_engine_recv_space(pump->engine, &space);
    ssize_t n;

    if (room == 0 || pump->is_peer_closed || *drained)
        return SX_OK;
    do
        n = recv(pump->fd, space, room, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    *drained = n < (ssize_t)room;
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK
                   ? SX_OK
                   : socket_failed(errno, "receiving from", fault);
    *did = true;
    pump->owes_ack = n > 0;
    pump->has_begun = true;
    if (n == 0)
        pump->is_peer_closed = true;
    else
        sx_engine_received(pump->engine, (size_t)n);
    pump->gather_bytes += (size_t)n;
    return SX_OK;
}

/* Hands out events until all that was received is handled. */
static enum sx_err work_events(struct sx_pump *pump, bool *did)
{
    struct sx_event event;

    for (;;) {
        SX_TRY(sx_engine_next_event(pump->engine, &event));
        if (event.type == SX_EVENT_NONE)
            return SX_OK;
        *did = true;
        pump->on_event(pump->ctx, &event);
        if (pump->state != SX_PUMP_RUNNING)
            return SX_OK;
    }
}

/* What a server sends after our farewell means nothing; its end is what is waited for. */
static void work_left(struct sx_pump *pump, bool *did)
{
    uint8_t ignored[4096];
    ssize_t n = 0;

    if (pump->is_peer_closed)
        return;
    do
        n = recv(pump->fd, ignored, sizeof ignored, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    pump->is_peer_closed = n <= 0;
    *did = true;
}

static enum sx_err work_running(struct sx_pump *pump, struct sx_fault *fault, bool *drained,
                                bool *did)
{
    enum sx_err err = sx_engine_tick(pump->engine, sx_clock_now());

    if (err == SX_OK)
        err = work_events(pump, did);
    if (err == SX_OK && pump->state == SX_PUMP_RUNNING)
        err = work_send(pump, fault, did);
    if (err == SX_OK && pump->state == SX_PUMP_RUNNING)
        err = work_receive(pump, fault, drained, did);
    if (err == SX_OK && pump->state == SX_PUMP_RUNNING)
        err = work_events(pump, did);
    if (err == SX_OK && pump->is_peer_closed && !sx_engine_is_waiting(pump->engine))
        err = sx_engine_peer_closed(pump->engine);
    if (err != SX_OK && sx_engine_fault(pump->engine)->err == err) {
        /* The engine's farewell: one try, as nobody waits for it. */
        bool ignored = false;
        struct sx_fault none = { 0 };
        enum sx_err sent = work_send(pump, &none, &ignored);

        (void)sent;
    }
    return err;
}

enum sx_err sx_pump_work(struct sx_pump *pump, struct sx_fault *fault, bool *out_did)
{
    bool drained = false;

    *out_did = false;
    pump->has_more = true;
    for (int i = 0; i < ROUNDS_MAX; i++) {
        bool did = false;
        enum sx_err err = SX_OK;

        if (pump->state == SX_PUMP_RUNNING && pump->service != NULL)
            pump->service->work(pump->service->ctx, &did);
        if (pump->state == SX_PUMP_CONNECTING)
            err = work_connect(pump, fault, &did);
        else if (pump->state == SX_PUMP_RUNNING)
            err = work_running(pump, fault, &drained, &did);
        else if (pump->state == SX_PUMP_CLOSING)
            err = work_send(pump, fault, &did);
        else if (pump->state == SX_PUMP_LEFT)
            work_left(pump, &did);
        *out_did |= did;
        if (err != SX_OK)
            return err;
        if (!did) {
            pump->has_more = false;
            break;
        }
    }
    return SX_OK;
}

size_t sx_pump_poll(const struct sx_pump *pump, struct pollfd *out)
{
    short events = 0;
    size_t count = 0;

    if (pump->state == SX_PUMP_RUNNING && pump->service != NULL &&
        pump->service->poll(pump->service->ctx, out)) {
        out->revents = 0;
        out++;
        count++;
    }
    if (pump->state == SX_PUMP_CONNECTING) {
        out->fd = sx_connect_fd(&pump->connect, &events);
    } else if (pump->state == SX_PUMP_RUNNING || pump->state == SX_PUMP_CLOSING) {
        out->fd = pump->fd;
        if (sx_engine_to_send(pump->engine).len > 0 && !is_throttled(pump))
            events |= POLLOUT;
        if (pump->state == SX_PUMP_RUNNING && !sx_engine_is_waiting(pump->engine))
            events |= POLLIN;
    } else if (pump->state == SX_PUMP_LEFT && !pump->is_peer_closed) {
        out->fd = pump->fd;
        events = POLLIN;
    }
    /* Without anything to wait for it stays out: poll would tell of a hang-up all the time. */
    if (events == 0 || out->fd < 0)
        return count;
    out->events = events;
    out->revents = 0;
    return count + 1;
}

uint64_t sx_pump_wakes(const struct sx_pump *pump)
{
    uint64_t throttled = UINT64_MAX;
    uint64_t wakes, service;

    if (pump->has_more)
        return 0;
    if (pump->state == SX_PUMP_CONNECTING)
        return sx_connect_wakes(&pump->connect);
    if (pump->state != SX_PUMP_RUNNING && pump->state != SX_PUMP_CLOSING)
        return UINT64_MAX;
    if (is_throttled(pump) && sx_engine_to_send(pump->engine).len > 0)
        throttled = pump->rate_at + 1 + 1000 / pump->rate;
    if (pump->state == SX_PUMP_CLOSING)
        return throttled;
    wakes = sx_engine_deadline(pump->engine);
    if (throttled < wakes)
        wakes = throttled;
    service = pump->service == NULL ? UINT64_MAX : pump->service->wakes(pump->service->ctx);
    return service < wakes ? service : wakes;
}

/* How many bytes to wait for, 1 for any. */
static int gather(struct sx_pump *pump, uint64_t now)
{
    uint64_t took = now - pump->gather_began;

    if (took >= GATHER_LOOK) {
        uint64_t rate = pump->gather_bytes / took;
        uint64_t written = sx_engine_written(pump->engine);

        if (rate < GATHER_MIN || written != pump->gather_written)
            pump->gather = 1;
        else
            pump->gather = rate > GATHER_MAX ? GATHER_MAX : (int)rate;
        pump->gather_began = now;
        pump->gather_bytes = 0;
        pump->gather_written = written;
    }
    return pump->gather;
}

static void set_low_water(const struct sx_pump *pump, int bytes)
{
    /* Where the system can't, each piece wakes us. */
    (void)setsockopt(pump->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

/* The least that the wait is for; *until becomes when any will do. */
static int least_for(struct sx_pump *pump, uint64_t now, uint64_t *until)
{
    int least = 1;
    uint64_t end = now + 1;

    if (pump->state != SX_PUMP_RUNNING)
        return 1;
    if (pump->has_begun) {
        least = gather(pump, now);
    } else if (!pump->has_waited) {
        pump->has_waited = true;
        least = FIRST_MIN;
        end = now + FIRST_MS;
    }
    if (least > 1 && end < *until)
        *until = end;
    return least;
}

void sx_pump_acknowledge(struct sx_pump *pump)
{
    if (pump->owes_ack && pump->state == SX_PUMP_RUNNING && sx_engine_awaits_second(pump->engine))
        sx_socket_acknowledge(pump->fd);
    pump->owes_ack = false;
}

void sx_pump_wait(struct sx_pump *pump, const struct sx_wake *wake, uint64_t until)
{
    struct pollfd fds[3];
    size_t count = sx_pump_poll(pump, fds);
    uint64_t now = sx_clock_now();
    uint64_t wakes = sx_pump_wakes(pump);
    int ms = -1;
    int least;

    fds[count++] = (struct pollfd){ .fd = wake->fd, .events = POLLIN };
    if (wakes < until)
        until = wakes;
    least = least_for(pump, now, &until);
    sx_pump_acknowledge(pump);
    if (until != UINT64_MAX)
        ms = until <= now ? 0 : until - now > 3600000 ? 3600000 : (int)(until - now);
    /* Only for this wait: a program that polls by itself hears of every byte. */
    if (least > 1)
        set_low_water(pump, least);
    if (poll(fds, (nfds_t)count, ms) > 0 && fds[count - 1].revents != 0)
        sx_wake_drain(wake);
    if (least > 1)
        set_low_water(pump, 1);
}

static bool address_text(int failed, const struct sockaddr_storage *address, char *host, size_t cap,
                         int *port)
{
    char service[8];

    if (failed != 0 ||
        getnameinfo((const struct sockaddr *)address, sizeof *address, host, (socklen_t)cap,
                    service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return false;
    *port = address->ss_family == AF_INET6
                ? ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port)
                : ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
    return true;
}

bool sx_pump_local_address(const struct sx_pump *pump, char *host, size_t cap, int *port)
{
    struct sockaddr_storage address = { 0 };
    socklen_t len = sizeof address;

    if (pump->fd < 0)
        return false;
    return address_text(getsockname(pump->fd, (struct sockaddr *)&address, &len), &address, host,
                        cap, port);
}

bool sx_pump_peer_address(const struct sx_pump *pump, char *host, size_t cap, int *port)
{
    struct sockaddr_storage address = { 0 };
    socklen_t len = sizeof address;

    if (pump->fd < 0)
        return false;
    return address_text(getpeername(pump->fd, (struct sockaddr *)&address, &len), &address, host,
                        cap, port);
}

void sx_pump_close(struct sx_pump *pump)
{
    if (pump->state == SX_PUMP_CONNECTING)
        sx_connect_clear(&pump->connect);
    if (pump->fd >= 0)
        sx_socket_close(pump->fd, &pump->connect.config.options);
    pump->fd = -1;
    pump->has_more = false;
    pump->state = SX_PUMP_CLOSED;
}
