/* Looking up and connecting without waiting: a resolver that takes its time holds up nobody, and an
 * address that doesn't answer holds up the next one for its share of the time. The C library's
 * lookup is stood in for; sockets are real, and the time is what a test says it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/connect.h"

enum { SLOW_MS = 400, PORT_MAX = 65535 };

static const char *const *listed; /* addresses of any name, NULL at the end */

static void pause_ms(long ms)
{
    const struct timespec time = { ms / 1000, (ms % 1000) * 1000000 };

    (void)nanosleep(&time, NULL);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In place of the C library's. Numeric addresses alone are known at once. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    struct addrinfo **next = out;
    bool is_numeric = (hints->ai_flags & AI_NUMERICHOST) != 0;
    struct in_addr own;
    const char *const itself[] = { host, NULL };
    const char *const *names = listed;

    *out = NULL;
    if (is_numeric && inet_pton(AF_INET, host, &own) != 1)
        return EAI_NONAME;
    if (is_numeric)
        names = itself;
    else
        pause_ms(SLOW_MS);
    for (; names != NULL && *names != NULL; names++) {
        struct addrinfo *info = calloc(1, sizeof *info);
        struct sockaddr_in *address = calloc(1, sizeof *address);

        assert_non_null(info);
        assert_non_null(address);
        address->sin_family = AF_INET;
        address->sin_port = htons((uint16_t)atoi(service));
        assert_int_equal(inet_pton(AF_INET, *names, &address->sin_addr), 1);
        info->ai_family = AF_INET;
        info->ai_socktype = SOCK_STREAM;
        info->ai_addr = (struct sockaddr *)address;
        info->ai_addrlen = sizeof *address;
        *next = info;
        next = &info->ai_next;
    }
    return *out == NULL ? EAI_NONAME : 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    while (info != NULL) {
        struct addrinfo *next = info->ai_next;

        free(info->ai_addr);
        free(info);
        info = next;
    }
}

/* A socket that listens on the address; its port. */
static int listen_on(const char *address, int port, int *out_port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    assert_true(fd >= 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *out_port = ntohs(at.sin_port);
    return fd;
}

static struct sx_connect_config config_of(const char *host, int port, uint64_t deadline)
{
    return (struct sx_connect_config){
        .host = host, .port = port, .family = SX_FAMILY_IPV4, .deadline = deadline
    };
}

/* Each step returns at once while the resolver sleeps, and its descriptor tells when it is done. */
static void test_a_slow_resolver_holds_up_nobody(void **state)
{
    static const char *const addresses[] = { "127.0.0.1", NULL };
    struct sx_connect_config config;
    struct sx_connect connect;
    struct pollfd wait;
    int port, fd = -1;
    int listener = listen_on("127.0.0.1", 0, &port);
    long started = now_ms();

    (void)state;
    listed = addresses;
    config = config_of("slow.example", port, UINT64_MAX);
    assert_int_equal(sx_connect_start(&connect, &config, NULL), SX_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(sx_connect_step(&connect, 0, NULL, &fd), SX_OK);
    assert_true(now_ms() - started < SLOW_MS / 2);
    assert_int_equal(fd, -1);
    while (fd < 0) {
        wait.fd = sx_connect_fd(&connect, &wait.events);
        assert_int_equal(poll(&wait, 1, 10 * SLOW_MS), 1);
        assert_int_equal(sx_connect_step(&connect, 0, NULL, &fd), SX_OK);
    }
    assert_true(now_ms() - started >= SLOW_MS);
    close(fd);
    close(listener);
    sx_connect_clear(&connect);
}

/* Given up in its middle, a lookup ends by itself. */
static void test_a_lookup_that_is_given_up(void **state)
{
    struct sx_connect_config config = config_of("slow.example", 1, UINT64_MAX);
    long started = now_ms();

    (void)state;
    listed = NULL;
    for (int i = 0; i < 8; i++) {
        struct sx_connect connect;
        int fd;

        assert_int_equal(sx_connect_start(&connect, &config, NULL), SX_OK);
        assert_int_equal(sx_connect_step(&connect, 0, NULL, &fd), SX_OK);
        sx_connect_clear(&connect);
    }
    assert_true(now_ms() - started < SLOW_MS / 2);
    pause_ms(2 * SLOW_MS); /* a leak checker looks after the threads' end */
}

/* A dead address is one whose queue is full: the system drops what comes. */
struct dead {
    int listener;
    int fillers[4];
};

static void dead_make(struct dead *dead, const char *address, int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int ignored;

    dead->listener = listen_on(address, port, &ignored);
    assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
    for (size_t i = 0; i < 4; i++) {
        dead->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(dead->fillers[i], (struct sockaddr *)&at, sizeof at);
    }
    pause_ms(50);
}

static void dead_drop(struct dead *dead)
{
    for (size_t i = 0; i < 4; i++)
        close(dead->fillers[i]);
    close(dead->listener);
}

/* With 3 addresses and 9 seconds the next one comes after 3 seconds, with much time after 5. */
static void test_dead_addresses_get_their_share(void **state)
{
    static const char *const addresses[] = { "127.0.0.91", "127.0.0.92", "127.0.0.1", NULL };
    static const struct {
        uint64_t deadline;
        uint64_t turns[2];
    } cases[] = {
        { 1000 + 9000, { 1000 + 3000, 1000 + 3000 + 3000 } },
        { 1000 + 100000, { 1000 + 5000, 1000 + 5000 + 5000 } },
        { UINT64_MAX, { 1000 + 5000, 1000 + 5000 + 5000 } },
    };
    int port;
    int listener = listen_on("127.0.0.1", 0, &port);
    struct dead dead[2];

    (void)state;
    listed = addresses;
    dead_make(&dead[0], addresses[0], port);
    dead_make(&dead[1], addresses[1], port);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sx_connect_config config = config_of("many.example", port, cases[i].deadline);
        struct sx_connect connect;
        int fd = -1;

        assert_int_equal(sx_connect_start(&connect, &config, NULL), SX_OK);
        pause_ms(2 * SLOW_MS);
        assert_int_equal(sx_connect_step(&connect, 1000, NULL, &fd), SX_OK);
        for (int turn = 0; turn < 2; turn++) {
            assert_int_equal(fd, -1);
            assert_int_equal(connect.tried, 1 + turn);
            assert_true(sx_connect_wakes(&connect) == cases[i].turns[turn]);
            assert_int_equal(sx_connect_step(&connect, cases[i].turns[turn] - 1, NULL, &fd), SX_OK);
            assert_int_equal(connect.tried, 1 + turn);
            assert_int_equal(sx_connect_step(&connect, cases[i].turns[turn], NULL, &fd), SX_OK);
        }
        assert_int_equal(connect.tried, 3);
        assert_true(sx_connect_wakes(&connect) == UINT64_MAX); /* the last one has all the rest */
        for (int n = 0; fd < 0 && n < 100; n++) {
            pause_ms(10);
            assert_int_equal(sx_connect_step(&connect, cases[i].turns[1], NULL, &fd), SX_OK);
        }
        assert_true(fd >= 0);
        close(fd);
        sx_connect_clear(&connect);
        /* The listener's queue holds one. */
        close(accept(listener, NULL, NULL));
    }
    dead_drop(&dead[0]);
    dead_drop(&dead[1]);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slow_resolver_holds_up_nobody),
        cmocka_unit_test(test_a_lookup_that_is_given_up),
        cmocka_unit_test(test_dead_addresses_get_their_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
