#!/usr/bin/python3
"""Servers that stop: one that accepts and says nothing, one that stops after its version or in the
middle of its first packet, one that never accepts, commands that are silent. Each ends within its
time, with the code of a timeout. How long exactly is left to the tests in memory, whose clock is
their own; here it must end, and not before its time."""

import socket
import subprocess
import sys
import time

import servers
import support
from support import check

LOGON_TIMEOUT, TIMEOUT = 201, 301
SECONDS = 2
PATIENCE = 60  # of a busy machine


def run_to(port, *options):
    trust = f"--host-key-fingerprint={servers.fingerprint(servers.keys() / 'host_ecdsa256')}"
    return support.run(
        ["-p", port, "-i", servers.keys() / "client", trust, *options,
         f"user@{servers.ADDRESS}", "true"], timeout=PATIENCE,
    )


def expect_in_time(done, code, *words):
    done.expect_failure(code, *words)
    check(done.seconds >= SECONDS * 0.9, f"it ended early, after {done.seconds} s: {done}")
    return f"after {done.seconds:.1f} s: {done.lines()[0]}"


def show_stopping(said):
    """A server that says this much and no more."""
    with servers.Listener(lambda client: client.sendall(said)) as listener:
        shown = expect_in_time(
            run_to(listener.port, "-o", f"ConnectTimeout={SECONDS}"), LOGON_TIMEOUT
        )
        expect_in_time(run_to(listener.port, "--set", f"timeout={SECONDS}"), LOGON_TIMEOUT)
        expect_in_time(
            run_to(listener.port, "--set", f"ConnectionTimeout={SECONDS}"), LOGON_TIMEOUT
        )
        return shown


def show_no_accept():
    """A listening socket whose queue is full: the system drops what comes."""
    waiting = []
    with socket.socket() as full:
        full.bind((servers.ADDRESS, 0))
        full.listen(0)
        for _ in range(8):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(full.getsockname())
            waiting.append(client)
        time.sleep(0.2)
        try:
            return expect_in_time(
                run_to(full.getsockname()[1], "-o", f"ConnectTimeout={SECONDS}"), LOGON_TIMEOUT
            )
        finally:
            for client in waiting:
                client.close()


def show_many_comment_lines():
    """Lines before the version keep coming: that is no progress."""
    def chatter(client):
        while True:
            client.sendall(b"one moment please\r\n")
            time.sleep(0.1)

    with servers.Listener(chatter) as listener:
        done = run_to(listener.port, "-o", f"ConnectTimeout={SECONDS}")
        # Either limit may come first: the time, or the number of lines that is bearable.
        done.expect_failure(None)
        return done.lines()[0]


def show_silent_command(server):
    done = server.run("echo first; sleep 30; echo last", "--set", f"timeout={SECONDS}")
    check(done.out == b"first\n", f"output is lost: {done}")
    return expect_in_time(done, TIMEOUT, "may still run")


def show_busy_command(server):
    """A command that says something within each timeout may run for longer than it."""
    server.run(
        "for i in 1 2 3 4 5 6; do echo $i; sleep 1; done; exit 3", "--set", "timeout=3",
    ).expect(3, out=b"1\n2\n3\n4\n5\n6\n", err="")


def show_absolute(server):
    """With AbsoluteTimeout it may not."""
    done = server.run(
        "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 1; done", "--set", f"timeout={SECONDS}",
        "--set", "AbsoluteTimeout=True",
    )
    check(done.out.startswith(b"1\n"), f"output is lost: {done}")
    return expect_in_time(done, TIMEOUT, "did not end", "may still run")


def show_input_counts(server):
    """Input that moves is activity, as is output."""
    process = subprocess.Popen(
        [support.SEXEC, *map(str, server.options()), "--set", "timeout=3",
         f"{servers.USER}@{servers.ADDRESS}", "cat >/dev/null; exit 4"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=support.clean_environment(),
    )
    for _ in range(6):
        time.sleep(1)
        process.stdin.write(b"more\n")
        process.stdin.flush()
    out, err = process.communicate(timeout=PATIENCE)
    check((process.returncode, out, err) == (4, b"", b""), f"{process.returncode} {out} {err}")


def show_no_limit(server):
    """Without a timeout a silent command may be silent."""
    server.run("sleep 4; echo done").expect(0, out=b"done\n", err="")


def main():
    report = support.Report()
    version = b"SSH-2.0-slow\r\n"
    report.case("a server that says nothing", show_stopping, b"")
    report.case("a server that stops in its version", show_stopping, version[:7])
    report.case("a server that stops after its version", show_stopping, version)
    report.case(
        "a server that stops in its first packet", show_stopping,
        version + b"\0\0\0\xfc\4\x14" + bytes(16),
    )
    report.case("a server that doesn't accept", show_no_accept)
    report.case("a server with endless comment lines", show_many_comment_lines)
    with servers.Sshd() as server:
        report.case("a silent command", show_silent_command, server)
        report.case("a command that goes on", show_busy_command, server)
        report.case("an absolute timeout", show_absolute, server)
        report.case("input is activity", show_input_counts, server)
        report.case("no timeout, a silent command", show_no_limit, server)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
