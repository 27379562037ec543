/* What a firewall is told of the properties firewall_... and of the settings of the same name. */
#include <netinet/in.h>
#include <pthread.h>
#include <sexec/sexec.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memory/checks.h"

/* A proxy that keeps what it is asked, and wants another password. */
struct proxy {
    int listener;
    int port;
    pthread_t thread;
    char request[1024];
};

static void *refuse(void *arg)
{
    static const char answer[] = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    struct proxy *proxy = arg;
    int fd = accept(proxy->listener, NULL, NULL);
    size_t len = 0;
    ssize_t n = 1;

    while (n > 0 && strstr(proxy->request, "\r\n\r\n") == NULL) {
        n = recv(fd, proxy->request + len, sizeof proxy->request - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    (void)!send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    while (n > 0)
        n = recv(fd, proxy->request + len, sizeof proxy->request - 1 - len, 0);
    close(fd);
    return NULL;
}

static void start(struct proxy *proxy)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof address;

    memset(proxy, 0, sizeof *proxy);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(proxy->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(proxy->listener, 1), 0);
    assert_int_equal(getsockname(proxy->listener, (struct sockaddr *)&address, &len), 0);
    proxy->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&proxy->thread, NULL, refuse, proxy), 0);
}

/* "you:sesame" in base64, and to no one else's address. */
static void check_told(struct sexec *client, struct proxy *proxy)
{
    assert_int_equal(sexec_set_ssh_user(client, "someone"), 0);
    assert_int_equal(sexec_ssh_logon(client, "server.example", 2222), SEXEC_FIREWALL_USER);
    assert_null(strstr(sexec_get_last_error(client), "sesame"));
    sexec_free(client);
    assert_int_equal(pthread_join(proxy->thread, NULL), 0);
    close(proxy->listener);
    assert_string_equal(proxy->request, "CONNECT server.example:2222 HTTP/1.1\r\n"
                                        "Host: server.example:2222\r\n"
                                        "Proxy-Authorization: Basic eW91OnNlc2FtZQ==\r\n"
                                        "X-Ours: 1\r\n\r\n");
}

static void test_properties(void **state)
{
    struct sexec *client = sexec_new();
    struct proxy proxy;

    (void)state;
    start(&proxy);
    assert_int_equal(sexec_set_firewall_type(client, SEXEC_FW_TUNNEL), 0);
    assert_int_equal(sexec_set_firewall_host(client, "127.0.0.1"), 0);
    assert_int_equal(sexec_set_firewall_port(client, proxy.port), 0);
    assert_int_equal(sexec_set_firewall_user(client, "you"), 0);
    assert_int_equal(sexec_set_firewall_password(client, "sesame"), 0);
    assert_int_equal(sexec_config(client, "FirewallData=X-Ours: 1", NULL), 0);
    check_told(client, &proxy);
}

static void test_settings(void **state)
{
    static const char *const settings[] = { "FirewallType=1", "FirewallHost=127.0.0.1",
                                            "FirewallUser=you", "FirewallPassword=sesame",
                                            "FirewallData=X-Ours: 1" };
    struct sexec *client = sexec_new();
    struct proxy proxy;
    char port[32];

    (void)state;
    start(&proxy);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        assert_int_equal(sexec_config(client, settings[i], NULL), 0);
    (void)snprintf(port, sizeof port, "FirewallPort=%d", proxy.port);
    assert_int_equal(sexec_config(client, port, NULL), 0);
    check_told(client, &proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_settings),
    };

    return RUN_GROUP(tests);
}
