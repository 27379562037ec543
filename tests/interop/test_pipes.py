#!/usr/bin/python3
"""The streams of the command as others see them: bytes untouched, other ends that are slow, closed
or gone, descriptors that are closed, full or shared with others."""

import os
import signal
import subprocess
import sys
import time

import servers
import support
from audit_tools import AUDIT, Audit
from support import MIB, check

FILE = 302
HERE = f"{servers.USER}@{servers.ADDRESS}"


def start(server, command, *options, stdin=subprocess.DEVNULL, **more):
    return subprocess.Popen(
        [support.SEXEC, *map(str, server.options()), *options, HERE, command], stdin=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=support.clean_environment(), **more,
    )


def show_binary(server):
    """All bytes, both ways, nothing added or changed."""
    body = bytes(range(256)) * 4000 + b"\r\n\r\n\0\n~.\n\x03\x04"
    server.run("cat", stdin=body).expect(0, out=body, err="")
    server.run("cat >&2", stdin=b"no newline at the end").expect(
        0, out=b"", err="no newline at the end"
    )
    server.run("wc -c", stdin=b"").expect(0, out=b"0\n", err="")
    server.run("wc -c", "-n", stdin=b"not read").expect(0, out=b"0\n", err="")


def show_slow_stdout(server):
    """The reader of standard output waits for a line on standard error first, which comes after
    more output than any pipe holds."""
    size = 8 * MIB
    process = start(
        server,
        f"head -c {MIB} /dev/zero; echo now >&2; head -c {size} /dev/zero; echo end >&2; exit 2",
    )
    first = process.stderr.readline()
    check(first == b"now\n", f"standard error: {first!r}")
    time.sleep(1)
    out = process.stdout.read()
    rest = process.stderr.read()
    check(process.wait(timeout=60) == 2 and rest == b"end\n", f"it ended badly: {rest!r}")
    check(len(out) == MIB + size, f"{len(out)} bytes arrived")


def show_slow_stderr(server):
    """The other way round, with the command's own lines on standard error too."""
    size = 8 * MIB
    process = start(
        server,
        f"head -c {MIB} /dev/zero >&2; echo now; head -c {size} /dev/zero >&2; echo end; exit 2",
        "-vvv",
    )
    first = process.stdout.readline()
    check(first == b"now\n", f"standard output: {first!r}")
    time.sleep(1)
    err = process.stderr.read()
    rest = process.stdout.read()
    check(process.wait(timeout=60) == 2 and rest == b"end\n", f"it ended badly: {rest!r}")
    check(err.count(b"\0") == MIB + size, f"{err.count(0)} bytes arrived")


def show_full_stdin(server):
    """A command that doesn't read its input ends all the same."""
    process = start(server, "echo done; exit 3", stdin=subprocess.PIPE)
    os.set_blocking(process.stdin.fileno(), False)
    try:
        while True:
            os.write(process.stdin.fileno(), bytes(65536))
    except (BlockingIOError, BrokenPipeError):
        pass
    check(process.stdout.read() == b"done\n", "output is lost")
    check(process.wait(timeout=60) == 3, "the status is lost")
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.stderr.close()


def show_closed_reader(server):
    """The reader of standard output goes away: the session ends with it."""
    for stream, target in (("stdout", ""), ("stderr", " >&2")):
        process = start(server, f"yes{target}")
        getattr(process, stream).read(10)
        getattr(process, stream).close()
        check(process.wait(timeout=60) == 255, f"status {process.returncode}")
        if stream == "stdout":
            err = process.stderr.read().decode()
            check("standard output" in err and err.count("\n") == 1, f"wanted a line: {err!r}")
    done = server.run("seq 1 100000 | head -c 100")  # and on the server it is the server's affair
    check(done.status == 0 and len(done.out) == 100, str(done))


def show_closed_descriptors(server):
    """Descriptors that are closed at the start don't become the connection's."""
    for close, command, status in (
        ("<&-", "cat; exit 4", 4), (">&-", "exit 4", 4), ("2>&-", "exit 4", 4),
        ("<&- >&- 2>&-", "exit 4", 4), (">&-", "echo lost", 255), ("2>&-", "echo lost >&2", 255),
    ):
        done = support.run(
            ["-c", f'exec "$@" {close}', "sh", support.SEXEC, *server.options(), HERE, command],
            program="/bin/sh",
        )
        check(done.status == status, f"{close}: wanted status {status}: {done}")
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [support.SEXEC, *map(str, server.options()), HERE, "echo lost"], stdout=full,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, timeout=60,
        )
    check(process.returncode == 255 and b"No space left" in process.stderr, f"{process}")
    support.run(
        ["-c", 'exec "$@" </', "sh", support.SEXEC, *server.options(), HERE, "cat"],
        program="/bin/sh",
    ).expect_failure(FILE, "standard input")


def show_lost_pages(server):
    """A page that can't be printed is a failure that says so, of either command."""
    del server
    audit = Audit()
    audit.file.write_bytes(b"")
    for program, words in (
        (support.SEXEC, ["--help"]), (support.SEXEC, ["-V"]), (support.SEXEC, ["-Q", "policies"]),
        (AUDIT, ["--help"]), (AUDIT, ["verify", "--key", audit.verifier, audit.file]),
        (AUDIT, ["show", audit.file]), (AUDIT, ["report", "--html", audit.file]),
    ):
        for lost in (">/dev/full", ">&-", "<&- >&-"):
            support.run(
                ["-c", f'exec "$@" {lost}', "sh", program, *words], program="/bin/sh",
            ).expect_failure(FILE, "standard output can't be written")


def show_modes_untouched(server):
    """The descriptors that we share with others keep their modes, whatever happens to us."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [support.SEXEC, *map(str, server.options()), HERE, "echo on; sleep 20"],
        stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    check(process.stdout.readline() == b"on\n", "the command did not start")
    check(os.get_blocking(reading), "standard input's mode was changed")
    check(os.get_blocking(process.stdout.fileno()), "standard output's mode was changed")
    process.kill()
    process.wait()
    process.stdout.close()
    os.close(reading)
    os.close(writing)


def show_interrupt_while_connecting():
    """SIGINT before the server says anything."""
    with servers.Listener() as silent:
        process = subprocess.Popen(
            [support.SEXEC, "-p", str(silent.port), "-i", str(servers.keys() / "client"), HERE,
             "true"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=support.clean_environment(),
        )
        check(servers.wait_until(lambda: silent.connections == 1), "it did not connect")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1].decode()
    check(process.returncode == 255, f"status {process.returncode}: {err}")
    check("SIGINT" in err and "may still run" not in err, f"wanted a line: {err!r}")


def main():
    report = support.Report()
    report.case("SIGINT while connecting", show_interrupt_while_connecting)
    with servers.Sshd() as server:
        for name, function in [
            ("binary streams", show_binary),
            ("a slow reader of standard output", show_slow_stdout),
            ("a slow reader of standard error", show_slow_stderr),
            ("input that nobody reads", show_full_stdin),
            ("readers that go away", show_closed_reader),
            ("closed and full descriptors", show_closed_descriptors),
            ("pages that can't be printed", show_lost_pages),
            ("modes of descriptors", show_modes_untouched),
        ]:
            report.case(name, function, server)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
