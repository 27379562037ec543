/* The reference's TCP/IP codes, each as sexec_ssh_logon gives it. What loopback can bring about is
 * brought about there; of the rest the kernel says the errno itself, told so by a seccomp filter on
 * socket(2), in a process of its own. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sexec/sexec.h>

#include "memory/checks.h"
#include "support/shown.h"

static struct sexec *fresh(void)
{
    struct sexec *client = sexec_new();

    assert_non_null(client);
    assert_int_equal(sexec_set_ssh_user(client, "someone"), 0);
    assert_int_equal(sexec_set_ssh_auth_mode(client, SEXEC_AM_NONE), 0);
    return client;
}

static int log_on(const char *host, int port)
{
    struct sexec *client = fresh();
    int code = sexec_ssh_logon(client, host, port);

    assert_int_equal(sexec_get_last_error_code(client), code);
    check_text(sexec_get_last_error(client));
    sexec_free(client);
    return code;
}

/* A socket at a port of its own; listening or not. */
static int open_port(bool is_listening, int *out_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    if (is_listening)
        assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

static void test_nobody_listens(void **state)
{
    int port;
    int fd = open_port(false, &port);

    (void)state;
    check_shown(log_on("127.0.0.1", port), 10061);
    close(fd);
}

static void test_local_port_in_use(void **state)
{
    struct sexec *client = fresh();
    int port, server_port;
    int fd = open_port(true, &port);
    int server = open_port(true, &server_port);

    (void)state;
    assert_int_equal(sexec_set_local_host(client, "127.0.0.1"), 0);
    assert_int_equal(sexec_set_local_port(client, port), 0);
    check_shown(sexec_ssh_logon(client, "127.0.0.1", server_port), 10048);
    sexec_free(client);
    close(fd);
    close(server);
}

static void test_local_host_of_somebody_else(void **state)
{
    struct sexec *client = fresh();

    (void)state;
    assert_int_equal(sexec_set_local_host(client, "192.0.2.1"), 0); /* RFC 5737 */
    check_shown(sexec_ssh_logon(client, "127.0.0.1", 22), 10049);
    sexec_free(client);
}

static void test_multicast_leads_nowhere(void **state)
{
    (void)state;
    check_shown(log_on("224.0.0.1", 22), 10051);
}

static void test_values_that_are_none(void **state)
{
    struct sexec *client = fresh();

    (void)state;
    check_shown(sexec_set_ssh_port(client, 70000), 10022);
    check_shown(sexec_execute(client, ""), 10022);
    sexec_free(client);
}

/* A label of 70 characters has no address anywhere; an IPv6 address has none of IPv4. */
static void test_hosts_without_address(void **state)
{
    char label[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg.example";

    (void)state;
    check_shown(log_on(label, 22), 11001);
    check_shown(log_on("::1", 22), 11004);
}

/* ---- what the kernel is told to say ---------------------------------------------------------- */

static const struct {
    int sys;
    const char *name;
    int code;
} errnos[] = {
    { EINTR, "EINTR", 10004 },
    { EBADF, "EBADF", 10009 },
    { EACCES, "EACCES", 10013 },
    { EPERM, "EPERM", 10013 },
    { EFAULT, "EFAULT", 10014 },
    { EINVAL, "EINVAL", 10022 },
    { EMFILE, "EMFILE", 10024 },
    { ENFILE, "ENFILE", 10024 },
    { EAGAIN, "EAGAIN", 10035 },
    { EINPROGRESS, "EINPROGRESS", 10036 },
    { EALREADY, "EALREADY", 10037 },
    { ENOTSOCK, "ENOTSOCK", 10038 },
    { EDESTADDRREQ, "EDESTADDRREQ", 10039 },
    { EMSGSIZE, "EMSGSIZE", 10040 },
    { EPROTOTYPE, "EPROTOTYPE", 10041 },
    { ENOPROTOOPT, "ENOPROTOOPT", 10042 },
    { EPROTONOSUPPORT, "EPROTONOSUPPORT", 10043 },
    { ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT", 10044 },
    { EOPNOTSUPP, "EOPNOTSUPP", 10045 },
    { EPFNOSUPPORT, "EPFNOSUPPORT", 10046 },
    { EAFNOSUPPORT, "EAFNOSUPPORT", 10047 },
    { EADDRINUSE, "EADDRINUSE", 10048 },
    { EADDRNOTAVAIL, "EADDRNOTAVAIL", 10049 },
    { ENETDOWN, "ENETDOWN", 10050 },
    { ENETUNREACH, "ENETUNREACH", 10051 },
    { ENETRESET, "ENETRESET", 10052 },
    { ECONNABORTED, "ECONNABORTED", 10053 },
    { ECONNRESET, "ECONNRESET", 10054 },
    { EPIPE, "EPIPE", 10054 },
    { ENOBUFS, "ENOBUFS", 10055 },
    { ENOMEM, "ENOMEM", 10055 },
    { EISCONN, "EISCONN", 10056 },
    { ENOTCONN, "ENOTCONN", 10057 },
    { ESHUTDOWN, "ESHUTDOWN", 10058 },
    { ETOOMANYREFS, "ETOOMANYREFS", 10059 },
    { ETIMEDOUT, "ETIMEDOUT", 10060 },
    { ECONNREFUSED, "ECONNREFUSED", 10061 },
    { ELOOP, "ELOOP", 10062 },
    { ENAMETOOLONG, "ENAMETOOLONG", 10063 },
    { EHOSTDOWN, "EHOSTDOWN", 10064 },
    { EHOSTUNREACH, "EHOSTUNREACH", 10065 },
    { ENOTEMPTY, "ENOTEMPTY", 10066 },
    { EUSERS, "EUSERS", 10068 },
    { EDQUOT, "EDQUOT", 10069 },
    { ESTALE, "ESTALE", 10070 },
    { EREMOTE, "EREMOTE", 10071 },
};

/* From now on this process gets no IP socket, but this errno. */
static bool deny_sockets(int sys)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)sys),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { sizeof steps / sizeof steps[0], steps };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The code of a logon in a child that gets no socket; -1 when it has no filter. */
static int code_without_sockets(int sys, const char *host, const char *family)
{
    int ends[2];
    int code = -1;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (deny_sockets(sys)) {
            struct sexec *client = sexec_new();

            if (client != NULL && sexec_set_ssh_user(client, "u") == 0 &&
                sexec_config(client, family, NULL) == 0)
                code = sexec_ssh_logon(client, host, 22);
        }
        _exit(write(ends[1], &code, sizeof code) != sizeof code);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &code, sizeof code), sizeof code);
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return code;
}

static void test_every_errno_has_its_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        printf("%s: ", errnos[i].name);
        check_shown(code_without_sockets(errnos[i].sys, "127.0.0.1", "UseIPv6=0"), errnos[i].code);
    }
}

/* No name server listens; and a process that has no descriptor left to ask one. */
static void test_no_name_server(void **state)
{
    const char *host = "some-host.example.org";

    (void)state;
    check_shown(code_without_sockets(ECONNREFUSED, host, "UseIPv6=2"), 11002);
    check_shown(code_without_sockets(EMFILE, host, "UseIPv6=2"), 11003);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_local_port_in_use),
        cmocka_unit_test(test_local_host_of_somebody_else),
        cmocka_unit_test(test_multicast_leads_nowhere),
        cmocka_unit_test(test_values_that_are_none),
        cmocka_unit_test(test_hosts_without_address),
        cmocka_unit_test(test_every_errno_has_its_code),
        cmocka_unit_test(test_no_name_server),
    };

    return RUN_GROUP(tests);
}
