#!/usr/bin/python3
"""Through proxies: tinyproxy (HTTP), microsocks (SOCKS5), Dante (SOCKS4 and 5) and ssh -D (4A as
well), with and without authentication, to IPv4, IPv6 and names, refused targets; proxies that hang,
talk too much, or close at each byte; the settings of the socket."""

import base64
import concurrent.futures
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import threading
import time

import servers
import support
from support import check

REFUSED_TCP, INVALID, TIMEOUT, SETTING = 10061, 10022, 201, 3006
FIREWALL, FIREWALL_USER, FIREWALL_ANSWER = 3037, 3038, 3039
TUNNEL, SOCKS4, SOCKS5, SOCKS4A = 1, 2, 3, 10
ADDRESS = servers.ADDRESS


# --- Proxies --------------------------------------------------------------------------------------


class Daemon:
    """A proxy program on a port of its own."""

    def __init__(self):
        self.folder = support.folder("proxy")
        self.log = self.folder / "log"
        for _ in range(20):
            self.port = random.randrange(20000, 32000)
            with open(self.log, "wb") as log:
                self.process = subprocess.Popen(
                    [str(part) for part in self.command()], stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, env=support.clean_environment(),
                )
            servers.wait_until(
                lambda: self.process.poll() is not None or servers.can_connect(self.port)
            )
            if self.process.poll() is None:
                return
        raise support.Failure(f"no proxy came up: {self.log.read_text(errors='replace')}")

    def command(self):
        raise NotImplementedError

    def write(self, *lines):
        path = self.folder / "conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def options(self, kind):
        return firewall(kind, self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Tinyproxy(Daemon):
    def __init__(self, target, *lines):
        self.lines = [f"ConnectPort {target}", *lines]
        super().__init__()

    def command(self):
        lines = [f"Port {self.port}", f"Listen {ADDRESS}", f"Allow {ADDRESS}", "Timeout 60"]
        return ["tinyproxy", "-d", "-c", self.write(*lines, *self.lines)]


class Microsocks(Daemon):
    def __init__(self, *options):
        self.more = options
        super().__init__()

    def command(self):
        return ["microsocks", "-i", ADDRESS, "-p", self.port, *self.more]


class Dante(Daemon):
    """Lets through to one port alone."""

    def __init__(self, target):
        self.target = target
        super().__init__()

    def command(self):
        program = shutil.which("danted") or "/usr/sbin/danted"
        path = self.write(
            "logoutput: stderr", f"internal: {ADDRESS} port = {self.port}", "external: lo",
            "clientmethod: none", "socksmethod: none",
            "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }",
            f"socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 port = {self.target} }}",
            "socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
        )
        return [program, "-f", path, "-p", self.folder / "pid", "-N", "1"]


class Dynamic(Daemon):
    """OpenSSH's client with -D, which speaks SOCKS4A, unlike the others."""

    def __init__(self, server):
        self.server = server
        super().__init__()

    def command(self):
        return [
            "ssh", "-F", "none", "-N", "-D", f"{ADDRESS}:{self.port}", "-p", self.server.port, "-i",
            self.server.client_key, "-o", "StrictHostKeyChecking=no", "-o",
            "UserKnownHostsFile=/dev/null", "-o", "IdentityAgent=none",
            f"{servers.USER}@{ADDRESS}",
        ]


def firewall(kind, port, host=ADDRESS):
    return [
        "--set", f"firewall_type={kind}", "--set", f"firewall_host={host}",
        "--set", f"firewall_port={port}",
    ]


# --- Cases ----------------------------------------------------------------------------------------


def show_through(server, proxy, kind, host=ADDRESS):
    body = os.urandom(300000)
    support.run(
        [*server.options(), *proxy.options(kind), f"{servers.USER}@{host}", "cat"], body
    ).expect(0, out=body)


def show_refused(server, proxy, kind, port):
    options = ["-p", port, "-i", server.client_key, *server.trust(), *proxy.options(kind)]
    done = support.run([*options, f"{servers.USER}@{ADDRESS}", "true"])
    return done.expect_failure(FIREWALL, "proxy").lines()[0]


def auto(server, url, *options, host=ADDRESS, **more):
    """With the proxy of the environment."""
    env = support.clean_environment(**{"all_proxy": url, "no_proxy": "", **more})
    return support.run(
        [*server.options(), "--set", "FirewallAutoDetect=True", *options,
         f"{servers.USER}@{host}", "echo in"], env=env,
    )


def show_user(server, proxy, scheme):
    place = f"{ADDRESS}:{proxy.port}"
    auto(server, f"{scheme}://me:open-sesame@{place}").expect(0, out=b"in\n", err="")
    for user in ("me:wrong", "me", "you:open-sesame", "me:" + "x" * 250):
        done = auto(server, f"{scheme}://{user}@{place}").expect_failure(FIREWALL_USER, "another")
        check("open-sesame" not in done.err and "wrong" not in done.err, f"told: {done}")
    done = auto(server, f"{scheme}://{place}").expect_failure(FIREWALL_USER, "firewall_user")
    return done.lines()[0]


def show_environment(server, proxy):
    """What switches the environment's proxy on and off."""
    dead = "http://127.0.0.1:1"
    place = f"{ADDRESS}:{proxy.port}"
    auto(server, f"socks5://{place}").expect(0, out=b"in\n")
    auto(server, dead).expect_failure(REFUSED_TCP, "the proxy")
    auto(server, dead, no_proxy="localhost,127.0.0.1").expect(0, out=b"in\n")
    auto(server, dead, "--set", f"ProxyExceptionsList=x;{ADDRESS}").expect(0, out=b"in\n")
    auto(server, dead, "--set", "FirewallAutoDetect=False").expect(0, out=b"in\n")
    auto(server, dead, *firewall(SOCKS5, proxy.port)).expect(0, out=b"in\n")
    auto(server, "gopher://x").expect_failure(INVALID, "environment")
    done = auto(server, "http://me:secret@127.0.0.1:99999").expect_failure(INVALID)
    check("secret" not in done.err, f"told: {done}")


def show_settings(server):
    def run(*options):
        return support.run([*server.options(), *options, f"{servers.USER}@{ADDRESS}", "true"])

    run("--set", "firewall_type=3").expect_failure(INVALID, "firewall_host")
    run("--set", "firewall_type=4").expect_failure(INVALID, "firewall_type")
    run("--set", "firewall_password=x").expect_failure(SETTING, "all_proxy")
    run("--set", "FirewallPassword=x").expect_failure(SETTING, "all_proxy")
    run("--set", "firewall_host=nobody.invalid").expect(0)  # of no type, so none
    run(*firewall(SOCKS5, 1, "nobody.invalid")).expect_failure(None, "nobody.invalid")
    run(*firewall(TUNNEL, 1), "--set", "FirewallData=no header").expect_failure(None)


def show_not_a_proxy(server):
    """An SSH server is no proxy: told at once, without waiting for more."""
    for kind, words in ((TUNNEL, "HTTP proxy"), (SOCKS5, "SOCKS"), (SOCKS4, "SOCKS")):
        done = support.run(
            [*server.options(), *firewall(kind, server.port), f"{servers.USER}@{ADDRESS}", "true"]
        )
        done.expect_failure(FIREWALL_ANSWER, words)
    return done.lines()[0]


# What a good proxy of each kind would say.
GOOD = {
    TUNNEL: [b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"],
    SOCKS4: [b"\0\x5a\0\0\0\0\0\0"],
    SOCKS4A: [b"\0\x5a\0\0\0\0\0\0"],
    SOCKS5: [b"\5\0", b"\5\0\0\3\4name\0\1"],
}


def scripted(answers, ending):
    """A proxy that answers each question with the next of answers and then does ending(client)."""
    def handle(client):
        for answer in answers:
            if not client.recv(65536):
                return
            client.sendall(answer)
        ending(client)
    return servers.Listener(handle)


def attempt(server, kind, port, *options, **more):
    return support.run(
        [*server.options(), *firewall(kind, port), *options, f"{servers.USER}@{ADDRESS}",
         "echo in"], **more
    )


def show_slow_bytes(server):
    """Every answer byte by byte, and the server's words right behind it in one piece."""
    for kind, answers in GOOD.items():
        def handle(client, answers=answers):
            with socket.create_connection((ADDRESS, server.port)) as behind:
                for number, answer in enumerate(answers):
                    client.recv(65536)
                    last = number == len(answers) - 1
                    for at in range(len(answer) - 1):
                        client.sendall(answer[at:at + 1])
                        time.sleep(0.002)
                    client.sendall(answer[-1:] + (behind.recv(65536) if last else b""))
                threading.Thread(target=servers.pump, args=(behind, client), daemon=True).start()
                servers.pump(client, behind)

        with servers.Listener(handle) as proxy:
            attempt(server, kind, proxy.port).expect(0, out=b"in\n", err="")


def show_closing_at(server, kind, answers, end, with_reset):
    """Closes behind so many bytes of its answers."""
    cut, left = [], end
    for answer in answers:
        cut.append(answer[:left])
        left = max(0, left - len(answer))
    cut = [part for number, part in enumerate(cut) if part or number == 0]

    def close(client):
        if with_reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        else:
            client.shutdown(socket.SHUT_RDWR)

    with scripted(cut, close) as proxy:
        done = attempt(server, kind, proxy.port)
    if end < sum(map(len, answers)):
        done.expect_failure(FIREWALL, "proxy", "broke" if with_reset else "closed")
    else: # behind the whole answer it is the server that closed
        check(done.status == 255 and "proxy" not in done.err, f"{done}")


def show_closing(server):
    """At each byte, with FIN and with RST."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(show_closing_at, server, kind, answers, end, with_reset)
            for kind, answers in GOOD.items() for end in range(sum(map(len, answers)) + 1)
            for with_reset in (False, True)
        ]
    for one in tries:
        one.result()
    return f"{len(tries)} times"


def show_hanging(server):
    """Says nothing, a part, or a byte of a header now and then: the timeout ends it."""
    def drip(client):
        while True:
            client.sendall(b"x")
            time.sleep(0.2)

    def sleep(_client):
        time.sleep(60)

    def show(kind, part, ending):
        with scripted([part], ending) as proxy:
            done = attempt(server, kind, proxy.port, "-o", "ConnectTimeout=2")
        done.expect_failure(TIMEOUT)
        check(1.5 < done.seconds < 9, f"after {done.seconds} s: {done}")

    with concurrent.futures.ThreadPoolExecutor(9) as pool:
        tries = [
            pool.submit(show, kind, part, sleep)
            for kind, answers in GOOD.items() for part in (b"", answers[0][:-1])
        ]
        tries.append(pool.submit(show, TUNNEL, b"HTTP/1.1 200 OK\r\nA: ", drip))
    for one in tries:
        one.result()


def show_too_much(server):
    """A header of 1 MiB, in one line, in many, and as informational answers."""
    for text in (
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * support.MIB,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (support.MIB // 6),
        b"HTTP/1.1 200 " + b"x" * support.MIB,
        b"HTTP/1.1 100 Continue\r\n\r\n" * (support.MIB // 25),
    ):
        with scripted([text], lambda client: None) as proxy:
            done = attempt(server, TUNNEL, proxy.port)
            done.expect_failure(FIREWALL_ANSWER, "32768 bytes")
    # SOCKS has answers of fixed length: what follows a good one are the server's words.
    for kind, answers in GOOD.items():
        for noise in (b"x", b"\0", b"\n"):
            body = noise * support.MIB
            with scripted([*answers[:-1], answers[-1] + body], lambda client: None) as proxy:
                attempt(server, kind, proxy.port, timeout=30).expect_failure(None)
            if kind != TUNNEL:
                with scripted([body], lambda client: None) as proxy:
                    done = attempt(server, kind, proxy.port).expect_failure(None, "127.0.0.1")
                    check("SOCKS" in done.err or "proxy" in done.err, f"{done}")
    return done.lines()[0]


def show_headers(server):
    """What the proxy is told: the request, FirewallData, and no word that isn't for it."""
    seen = []

    def handle(client):
        seen.append(client.recv(65536))
        client.sendall(b"HTTP/1.1 403 No\r\n\r\n")

    with servers.Listener(handle) as proxy:
        attempt(
            server, TUNNEL, proxy.port, "--set", "firewall_user=me", "--set",
            "FirewallData=X-One: 1\r\nX-Two: 2",
        ).expect_failure(FIREWALL, "403 No")
    place = f"{ADDRESS}:{server.port}"
    user = base64.b64encode(b"me:").decode()
    wanted = (
        f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nProxy-Authorization: Basic {user}\r\n"
        "X-One: 1\r\nX-Two: 2\r\n\r\n"
    )
    check(seen == [wanted.encode()], f"{seen}")
    for kind, wanted in (
        (SOCKS4, b"\4\1" + server.port.to_bytes(2, "big") + b"\x7f\0\0\1me\0"),
        (SOCKS4A, b"\4\1" + server.port.to_bytes(2, "big") + b"\0\0\0\1me\0not.here\0"),
    ):
        seen.clear()
        with servers.Listener(handle) as proxy:
            support.run(
                [*server.options(), *firewall(kind, proxy.port), "--set", "firewall_user=me",
                 f"{servers.USER}@{ADDRESS if kind == SOCKS4 else 'not.here'}", "true"]
            ).expect_failure(FIREWALL_ANSWER)
        check(seen == [wanted], f"{seen}")


# --- The socket -----------------------------------------------------------------------------------


def show_rate(server):
    """MaxTransferRate holds for what is sent: half a megabyte at 256 KiB a second."""
    body = os.urandom(512 * 1024)
    done = server.run("cat | wc -c", "--set", "MaxTransferRate=262144", stdin=body)
    done.expect(0, out=f"{len(body)}\n".encode())
    check(1.7 < done.seconds < 6, f"{done.seconds} s")
    done = server.run("cat | wc -c", stdin=body).expect(0)
    check(done.seconds < 1.7, f"without limit {done.seconds} s")


def show_socket_options(server):
    """All at once, as strace isn't everywhere: the connection works, and probes are on."""
    options = []
    for name, value in {
        "TCPKeepAlive": "True", "KeepAliveTime": "5000", "KeepAliveInterval": "2000",
        "InBufferSize": "65536", "OutBufferSize": "65536", "Linger": "True", "LingerTime": "3",
        "TcpNoDelay": "False",
    }.items():
        options += ["--set", f"{name}={value}"]
    child = subprocess.Popen(
        [str(part) for part in
         [support.SEXEC, *server.options(), *options, f"{servers.USER}@{ADDRESS}",
          "echo ready; sleep 20"]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=support.clean_environment(),
    )
    check(child.stdout.readline() == b"ready\n", "it doesn't run")
    # /proc/net/tcp: "02:" is a keep-alive timer, once what was sent is acknowledged.
    has_timer = servers.wait_until(
        lambda: any(line.split()[5].startswith("02:") for line in tcp_lines(child.pid)), 10
    )
    child.kill()
    child.wait()
    check(has_timer, "no keep-alive timer")
    for linger in ("True", "False"):
        server.run("echo in", "--set", f"Linger={linger}").expect(0, out=b"in\n", err="")


def tcp_lines(pid):
    """The process's own lines of /proc/net/tcp."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(link)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return [line for line in lines if line.split()[9] in inodes]


def main():
    report = support.Report()
    with servers.Sshd("ListenAddress ::1") as server:
        closed = servers.closed_port()
        with Tinyproxy(server.port) as tiny, Microsocks() as micro, Dante(server.port) as dante, \
                Dynamic(server) as dynamic:
            for name, proxy, kind, host in [
                ("tinyproxy", tiny, TUNNEL, ADDRESS), ("tinyproxy", tiny, TUNNEL, "localhost"),
                ("microsocks", micro, SOCKS5, ADDRESS),  # of a name it takes the first address only
                ("Dante", dante, SOCKS5, ADDRESS), ("Dante", dante, SOCKS5, "localhost"),
                ("Dante", dante, SOCKS4, ADDRESS), ("Dante", dante, SOCKS4, "localhost"),
                ("ssh -D", dynamic, SOCKS4A, "localhost"), ("ssh -D", dynamic, SOCKS4A, ADDRESS),
                ("ssh -D", dynamic, SOCKS4, ADDRESS), ("ssh -D", dynamic, SOCKS5, "localhost"),
                ("tinyproxy", tiny, TUNNEL, "::1"), ("microsocks", micro, SOCKS5, "::1"),
                ("ssh -D", dynamic, SOCKS5, "::1"), ("ssh -D", dynamic, SOCKS4A, "::1"),
            ]:
                report.case(f"{name}, type {kind}, to {host}", show_through, server, proxy, kind,
                            host)
            report.case("tinyproxy refuses the port", show_refused, server, tiny, TUNNEL, closed)
            report.case("microsocks reaches nobody", show_refused, server, micro, SOCKS5, closed)
            for name, proxy, kind in [
                ("Dante refuses", dante, SOCKS4), ("Dante refuses", dante, SOCKS5),
                ("ssh -D reaches nobody", dynamic, SOCKS4A),
                ("ssh -D reaches nobody", dynamic, SOCKS5),
            ]:
                report.case(f"{name}, type {kind}", show_refused, server, proxy, kind, closed)
            report.case("the environment's proxy", show_environment, server, micro)
        with Tinyproxy(server.port, 'BasicAuth me open-sesame') as tiny:
            report.case("tinyproxy with a password", show_user, server, tiny, "http")
        with Microsocks("-u", "me", "-P", "open-sesame") as micro:
            report.case("microsocks with a password", show_user, server, micro, "socks5")
        for name, function in [
            ("settings", show_settings),
            ("an SSH server is no proxy", show_not_a_proxy),
            ("answers byte by byte", show_slow_bytes),
            ("closes at each byte", show_closing),
            ("hangs", show_hanging),
            ("a header of 1 MiB", show_too_much),
            ("what an HTTP proxy is told", show_headers),
            ("MaxTransferRate", show_rate),
            ("options of the socket", show_socket_options),
        ]:
            report.case(name, function, server)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
