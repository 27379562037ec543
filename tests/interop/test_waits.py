#!/usr/bin/python3
"""What ends a wait. An interrupt, from another thread and from a signal handler, in the middle of
each: name lookup, connect, proxy, version, key exchange, sign-on, agent, Kerberos, command, input,
logoff. A timeout, by inactivity and absolute; and what becomes of the command on the server. No wait at all
with timeout 0. How long an interrupt takes is printed; the limit here is a busy machine's."""

import concurrent.futures
import pathlib
import random
import re
import shlex
import socket
import subprocess
import sys
import threading
import time

import realms
import servers
import support
import test_addresses
import test_agent
from support import check

WAITS = support.BUILD / "tests" / "interop" / "waits"
INTERRUPTED, TIMEOUT, LOGON_TIMEOUT, WOULD_BLOCK = 10004, 301, 201, 10035
LIMIT_MS = 1000 # the promise is 50
PATIENCE = 60
ADDRESS = servers.ADDRESS
taken_ms = []


class Wait:
    """The program waits.c against a server, or whatever stands in its place."""

    def __init__(self, sshd, method, by, command="true", *settings, port=None, host=ADDRESS,
                 env=None):
        prints = ",".join(option.partition("=")[2] for option in sshd.trust())
        arguments = [
            WAITS, method, by, host, port or sshd.port, sshd.user, sshd.client_key, prints, command,
            *settings,
        ]
        self.process = subprocess.Popen(
            list(map(str, arguments)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=env or support.clean_environment(),
        )
        check(self.process.stdout.readline() == b"ready\n", "it does not begin")

    def is_up(self):
        return self.process.stdout.readline() == b"up\n"

    def end(self):
        """What it tells: a dict of numbers, and the text of the error."""
        try:
            out, err = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise support.Failure("nothing ended the wait") from None
        check(self.process.returncode == 0, f"status {self.process.returncode}: {out} {err}")
        lines = out.decode().splitlines()
        told = {name: float(number) for name, number in re.findall(r"(\w+)=([\d.]+)", lines[-2])}
        return told, lines[-1]

    def interrupt(self, is_there):
        """Once is_there says so, and a moment later, so that it waits indeed."""
        check(servers.wait_until(is_there), f"it does not come so far: {self.process.poll()}")
        time.sleep(0.2)
        self.process.stdin.write(b"x")
        self.process.stdin.flush()
        told, text = self.end()
        check(told["code"] == INTERRUPTED, f"{told}: {text}")
        check(told["ms"] < LIMIT_MS, f"{told}: {text}")
        taken_ms.append(told["ms"])
        return told


# --- Interrupts -----------------------------------------------------------------------------------


def at_once():
    return True


def in_lookup(sshd, by):
    with servers.SlowLookup() as slow:
        Wait(sshd, "logon", by, host=slow.name, env=slow.environment()).interrupt(slow.is_asked)


def in_connect(sshd, by):
    port = servers.closed_port()
    with test_addresses.Dead("127.0.0.77", port):
        Wait(sshd, "logon", by, host="127.0.0.77", port=port).interrupt(at_once)


def in_proxy(sshd, by):
    with servers.Listener() as proxy:
        Wait(
            sshd, "logon", by, "true", "firewall_type=3", f"firewall_host={ADDRESS}",
            f"firewall_port={proxy.port}",
        ).interrupt(lambda: proxy.connections > 0)


def in_version(sshd, by):
    with servers.Listener() as silent:
        Wait(sshd, "logon", by, port=silent.port).interrupt(lambda: silent.connections > 0)


def in_key_exchange(sshd, by):
    """The real server's version and the first part of its first packet."""
    passed = []

    def handle(client):
        with socket.create_connection((ADDRESS, sshd.port)) as behind:
            threading.Thread(target=servers.pump, args=(client, behind), daemon=True).start()
            with behind.makefile("rb") as file:
                client.sendall(file.readline() + file.read(200))
                passed.append(True)
                time.sleep(PATIENCE)

    with servers.Listener(handle) as relay:
        Wait(sshd, "logon", by, port=relay.port).interrupt(lambda: passed)


def processes(words):
    """The ids of processes with this command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == "\0".join([*words, ""]).encode():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def in_sign_on(_sshd, by):
    """A server that looks for the user's key as long as it takes."""
    words = ["/bin/sleep", str(random.randrange(10**8, 10**9))]
    with servers.Sshd(
        f"AuthorizedKeysCommand {shlex.join(words)}", f"AuthorizedKeysCommandUser {servers.USER}",
        "AuthorizedKeysFile none",
    ) as slow:
        Wait(slow, "logon", by).interrupt(lambda: processes(words))


def in_agent(sshd, by):
    """An agent that lists its keys, and then waits for a person."""
    listed = test_agent.identities(f"{sshd.client_key}.pub")

    def answer(request):
        return listed if request[0] == 11 else b""

    with test_agent.Scripted(answer) as agent:
        Wait(
            sshd, "logon", by, "true", "EnablePageantAuth=2", env=agent.environment()
        ).interrupt(lambda: len(agent.requests) >= 2)


def in_command(sshd, by):
    wait = Wait(sshd, "execute", by, "echo up; sleep 30")
    told = wait.interrupt(wait.is_up)
    check(told["may_still_run"] == 1, f"{told}")


def in_input(sshd, by, *settings):
    """More input than the command takes: its window, and the buffers between."""
    wait = Wait(sshd, "send", by, "echo up; sleep 30", *settings)
    told = wait.interrupt(wait.is_up)
    check(told["may_still_run"] == 1 and told["taken"] > 0, f"{told}")


def in_lingering_input(sshd, by):
    """What the server's system doesn't take any more either: closing must not wait for it."""
    def handle(client):
        with socket.create_connection((ADDRESS, sshd.port)) as behind:
            threading.Thread(target=servers.pump, args=(behind, client), daemon=True).start()
            while True: # slower than any input
                behind.sendall(client.recv(4096))
                time.sleep(0.01)

    with servers.Listener(handle) as slow:
        wait = Wait(sshd, "send", by, "echo up; cat >/dev/null", "LingerTime=20", port=slow.port)
        wait.interrupt(wait.is_up)


def in_logoff(sshd, by):
    """A server that stands still, and would be waited for."""
    stopped = "(sleep 0.2; kill -STOP $PPID; echo > {0}) </dev/null >/dev/null 2>&1 & echo up"
    mark = support.folder("stopped") / "mark"
    wait = Wait(
        sshd, "logoff", by, stopped.format(mark), "WaitForServerDisconnect=True", "timeout=50"
    )
    wait.interrupt(lambda: mark.exists() and not time.sleep(1))


def in_kerberos(world, server, by):
    with realms.SilentKdc() as kdc:
        env = world.environment(world.ticket("alice"), world.config(kdcs={realms.HOME: kdc.port}))
        Wait(
            server, "logon", by, "true", f"mode={realms.MIC}", host=realms.HOST, env=env,
        ).interrupt(kdc.is_asked)


# --- Timeouts -------------------------------------------------------------------------------------


def show_command_is_stopped(sshd, *settings):
    """The server is asked to end what runs, and does; that it isn't waited for is told."""
    words = ["sleep", str(random.randrange(10**8, 10**9))]
    wait = Wait(sshd, "execute", "none", f"echo up; exec {shlex.join(words)}", "timeout=1", *settings)
    check(wait.is_up() and servers.wait_until(lambda: processes(words)), "it does not run")
    told, text = wait.end()
    check(told["code"] == TIMEOUT and told["may_still_run"] == 1, f"{told}: {text}")
    check("may still run" in text, text)
    check(servers.wait_until(lambda: not processes(words), 10), "it still runs")
    return text


def show_command_is_stopped_by_interrupt(sshd):
    words = ["sleep", str(random.randrange(10**8, 10**9))]
    wait = Wait(sshd, "execute", "signal", f"exec {shlex.join(words)}")
    wait.interrupt(lambda: processes(words))
    check(servers.wait_until(lambda: not processes(words), 10), "it still runs")
    # A command that doesn't read is interrupted in a send.
    wait = Wait(sshd, "send", "thread", f"echo up; exec {shlex.join(words)}")
    check(wait.is_up(), "it does not run")
    wait.interrupt(lambda: processes(words))
    check(servers.wait_until(lambda: not processes(words), 10), "it still runs after a send")


def show_command_runs_on(sshd):
    """One that takes no signals may run on, as the result says."""
    wait = Wait(sshd, "execute", "none", "trap '' TERM; echo up; echo $$ >&2; sleep 20", "timeout=1")
    check(wait.is_up(), "it does not run")
    told, text = wait.end()
    check(told["code"] == TIMEOUT and told["may_still_run"] == 1, f"{told}: {text}")


def show_input_times_out(sshd):
    """By inactivity: when the command takes nothing any more."""
    told, text = Wait(sshd, "send", "none", "sleep 30", "timeout=1").end()
    check(told["code"] == TIMEOUT and told["ms"] > 900, f"{told}: {text}")
    check(0 < told["taken"] < 64 * support.MIB, f"{told}")
    # One that reads slowly is active; in an absolute time it doesn't come to the end.
    told, text = Wait(
        sshd, "send", "none", "while head -c 1000000 >/dev/null; do sleep 0.3; done", "timeout=2",
        "AbsoluteTimeout=True",
    ).end()
    check(told["code"] == TIMEOUT and told["ms"] < 15000, f"{told}: {text}")
    return text


def show_connection_timeout(sshd):
    """ConnectionTimeout holds until the sign-on is complete, and timeout after it."""
    with servers.Listener() as silent:
        told, _ = Wait(
            sshd, "logon", "none", "true", "timeout=50", "ConnectionTimeout=1", port=silent.port
        ).end()
        check(told["code"] == LOGON_TIMEOUT and 900 < told["ms"] < 20000, f"{told}")
    told, _ = Wait(
        sshd, "execute", "none", "sleep 30", "timeout=1", "ConnectionTimeout=50"
    ).end()
    check(told["code"] == TIMEOUT, f"{told}")


WAITING = [
    ("name lookup", in_lookup), ("connect", in_connect), ("proxy", in_proxy),
    ("the server's version", in_version), ("key exchange", in_key_exchange),
    ("sign-on", in_sign_on), ("agent", in_agent), ("command", in_command), ("input", in_input),
    ("input, with LingerTime", in_lingering_input), ("logoff", in_logoff),
]


def main():
    report = support.Report()
    with servers.Sshd() as sshd, servers.UserSshd() as users, realms.Realms() as world, \
            realms.Server(world) as gss, concurrent.futures.ThreadPoolExecutor(4) as pool:
        for by in ("thread", "signal"):
            for name, function in WAITING:
                pool.submit(report.case, f"{by}: {name}", function, sshd, by)
            pool.submit(report.case, f"{by}: Kerberos", in_kerberos, world, gss, by)
        for name, function, server in [
            ("a timeout stops the command", show_command_is_stopped, users),
            ("an interrupt does", show_command_is_stopped_by_interrupt, users),
            ("a command that takes no signal", show_command_runs_on, users),
            ("input that isn't taken", show_input_times_out, sshd),
            ("ConnectionTimeout", show_connection_timeout, sshd),
        ]:
            pool.submit(report.case, name, function, server)
        pool.submit(
            report.case, "an absolute timeout stops it", show_command_is_stopped, users,
            "AbsoluteTimeout=True",
        )
    taken_ms.sort()
    if taken_ms:
        print(f"{len(taken_ms)} interrupts: {taken_ms[len(taken_ms) // 2]} ms in the middle, "
              f"{taken_ms[-1]} ms at most")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
