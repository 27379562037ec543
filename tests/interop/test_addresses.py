#!/usr/bin/python3
"""Where a connection goes and where it comes from: IPv4 and IPv6, UseIPv6, names with several
addresses of which the first is dead, LocalHost and LocalPort."""

import concurrent.futures
import pathlib
import socket
import sys

import servers
import support
from support import check

REFUSED_TCP, TIMEOUT = 10061, 201
ADDRESS = servers.ADDRESS


class Dead:
    """An address on which nobody ever answers: its queue is full, so that the system drops what
    comes."""

    def __init__(self, address, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(0)
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((address, port))
            self.fillers.append(filler)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in [self.socket, *self.fillers]:
            each.close()


def named(*addresses):
    """An environment in which many.example has these addresses, in this order."""
    hosts = support.folder("hosts") / "hosts"
    hosts.write_text("".join(f"{a} many.example\n" for a in addresses), encoding="ascii")
    wrapper = next(pathlib.Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
    check(wrapper, "libnss-wrapper is missing: apt-get install it")
    # Without deep binding, which the sanitizers don't bear.
    return support.preloaded(
        wrapper, NSS_WRAPPER_HOSTS=str(hosts), NSS_WRAPPER_DISABLE_DEEPBIND="1"
    )


def show_dead_first(server):
    """The next address is tried within the timeout: after its share, which is 5 seconds at most."""
    env = named("127.0.0.77", ADDRESS)
    with Dead("127.0.0.77", server.port):
        def run(seconds, **more):
            return support.run(
                [*server.options(), "-o", f"ConnectTimeout={seconds}",
                 f"{servers.USER}@many.example", "echo in"], **more
            )

        done = run(4, env=env).expect(0, out=b"in\n", err="")
        check(1 < done.seconds < 4, f"after {done.seconds} s")
        done = run(60, env=env).expect(0, out=b"in\n", err="")
        check(4 < done.seconds < 9, f"after {done.seconds} s")
        run(2, env=named("127.0.0.77")).expect_failure(TIMEOUT)
        # One that refuses holds up nothing.
        done = run(60, env=named("127.0.0.78", "127.0.0.79", ADDRESS)).expect(0, out=b"in\n")
        check(done.seconds < 3, f"after {done.seconds} s")
    done = run(60, env=named("127.0.0.78", "127.0.0.79"))
    return done.expect_failure(REFUSED_TCP, "2 addresses tried").lines()[0]


def show_dead_family(server):
    """A dead address of one family holds up the other one's for its share only; UseIPv6 takes away
    what isn't wanted."""
    def run(version, env):
        return support.run(
            [*server.options(), "--set", f"UseIPv6={version}", "-o", "ConnectTimeout=4",
             f"{servers.USER}@many.example", "echo in"], env=env,
        )

    with Dead("127.0.0.77", server.port):
        run(2, named("::1", "127.0.0.77")).expect(0, out=b"in\n", err="")
        done = run(2, named("127.0.0.77", "::1")).expect(0, out=b"in\n", err="")
        run(1, named("127.0.0.77", "::1")).expect(0, out=b"in\n", err="")
        run(0, named("127.0.0.77", "::1")).expect_failure(TIMEOUT)
        run(1, named("127.0.0.77")).expect_failure(None, "no address")
        run(0, named("::1")).expect_failure(None, "no address")
    return f"{done.seconds:.1f} s"


def show_families(server):
    """UseIPv6: 0 IPv4 alone, 1 IPv6 alone, 2 either; literals and names."""
    def run(version, host):
        return support.run(
            [*server.options(), "--set", f"UseIPv6={version}", f"{servers.USER}@{host}",
             "echo $SSH_CONNECTION"]
        )

    for version in (0, 2):
        check(run(version, ADDRESS).expect(0).out.startswith(b"127.0.0.1 "), "not from IPv4")
    for version in (1, 2):
        check(run(version, "::1").expect(0).out.startswith(b"::1 "), "not from IPv6")
    run(1, ADDRESS).expect_failure(None, "address")
    run(0, "::1").expect_failure(None, "address")
    run(2, "localhost").expect(0)
    many = support.run(
        [*server.options(), "--set", "UseIPv6=2", f"{servers.USER}@many.example",
         "echo $SSH_CONNECTION"], env=named(ADDRESS, "::1"),
    )
    check(many.expect(0).out.startswith(b"::1 "), f"IPv6 isn't preferred: {many}")
    check(run(0, "localhost").expect(0).out.startswith(b"127."), "not from IPv4")


def show_no_ipv6(server):
    """A host that has the address, and nobody who listens there."""
    for version in (1, 2):
        support.run(
            [*server.options(), "--set", f"UseIPv6={version}", f"{servers.USER}@::1", "true"]
        ).expect_failure(REFUSED_TCP)
    support.run(
        [*server.options(), "--set", "UseIPv6=2", f"{servers.USER}@many.example", "true"],
        env=named(ADDRESS, "::1"),
    ).expect(0)


def show_local_end(server):
    """Where the connection comes from, as the server sees it."""
    command = "echo $SSH_CONNECTION"

    def run(host, *settings):
        more = [word for setting in settings for word in ("--set", setting)]
        return support.run(
            [*server.options(), *more, f"{servers.USER}@{host}", command]
        )

    for name in ("local_host", "LocalHost"):
        check(run(ADDRESS, f"{name}=127.0.0.9").expect(0).out.startswith(b"127.0.0.9 "), name)
    for host, version in ((ADDRESS, 0), ("::1", 1)):
        for name in ("local_port", "LocalPort"):
            port = servers.closed_port()
            done = run(host, f"{name}={port}", f"UseIPv6={version}").expect(0)
            check(done.out.split()[1] == str(port).encode(), f"{done}")
    port = servers.closed_port()
    done = run("::1", "LocalHost=::1", f"LocalPort={port}", "UseIPv6=1").expect(0)
    check(done.out.startswith(f"::1 {port} ".encode()), f"{done}")
    # An address that isn't ours, or is of another family than the host's; a port in use.
    run(ADDRESS, "LocalHost=192.0.2.55").expect_failure(10049)
    run(ADDRESS, "LocalHost=::1").expect_failure(10049)
    run("::1", "LocalHost=127.0.0.1", "UseIPv6=1").expect_failure(10049)
    with socket.create_server((ADDRESS, 0)) as taken:
        run(ADDRESS, f"LocalPort={taken.getsockname()[1]}").expect_failure(10048)
    # Of a host with both, the family of the local end is taken.
    done = support.run(
        [*server.options(), "--set", "LocalHost=127.0.0.9", "--set", "UseIPv6=2",
         f"{servers.USER}@many.example", command], env=named("::1", ADDRESS),
    ).expect(0)
    check(done.out.startswith(b"127.0.0.9 "), f"{done}")


def main():
    report = support.Report()
    with servers.Sshd() as server, servers.Sshd("ListenAddress ::1") as both, \
            concurrent.futures.ThreadPoolExecutor(3) as pool:
        for name, function, one in [
            ("several addresses, the first is dead", show_dead_first, server),
            ("several addresses of both families", show_dead_family, both),
            ("nobody on IPv6", show_no_ipv6, server),
            ("UseIPv6", show_families, both),
            ("LocalHost and LocalPort", show_local_end, both),
        ]:
            pool.submit(report.case, name, function, one)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
