#!/usr/bin/python3
"""How a command can end, in the command and in the API: exit statuses, signals, a session closed
without a status, a connection cut in the middle, a background child that holds standard output."""

import signal
import subprocess
import sys
import time

import servers
import support
from support import check

EXIT_API = support.BUILD / "tests" / "interop" / "exit_api"
MODES = ("wait", "poll", "twice")
RUNS_ON = "may still run"


class Ends:
    """The servers of this test, and exit_api against them."""

    def __init__(self, sshd, other):
        self.sshd = sshd
        self.other = other

    def api(self, mode, command, *settings, port=None, is_other=False):
        """The ends that exit_api tells, as dicts."""
        if is_other:
            target = [self.other.port, "anonymous", "-", servers.fingerprint(self.other.key)]
        else:
            prints = ",".join(option.partition("=")[2] for option in self.sshd.trust())
            target = [port or self.sshd.port, servers.USER, self.sshd.client_key, prints]
        done = support.run([mode, *target, command, *settings], program=EXIT_API).expect(0)
        lines = done.out.decode().splitlines()
        check(len(lines) == (2 if mode == "twice" else 1), f"wanted an end for each: {done}")
        return [dict(pair.split("=", 1) for pair in line.split()) for line in lines]

    def other_cli(self, command, **more):
        return self.other.run(
            "anonymous", command, "-o", "PreferredAuthentications=none", **more
        )


def expect(end, **wanted):
    for name, value in wanted.items():
        check(end[name] == str(value), f"wanted {name}={value}: {end}")


def show_status(ends, number):
    done = ends.sshd.run(f"echo out; exit {number}").expect(number, out=b"out\n", err="")
    for mode in MODES:
        found = ends.api(mode, f"echo out; exit {number}")
        expect(
            found[0], code=3001 if number else 0, result="exited", status=number, signal="",
            may_run=0, out=4,
        )
        if mode == "twice":
            expect(found[1], code=3001, result="exited", status=6, out=0)
    return f"{done.seconds:.1f} s for the command"


def show_signal(ends, name):
    command = f"echo before; kill -{name} $$; sleep 20"
    done = ends.sshd.run(command)
    done.expect_failure(3002, f"signal {name}")
    check(done.out == b"before\n", f"output is lost: {done}")
    for mode in MODES:
        found = ends.api(mode, command)
        expect(
            found[0], code=3002, result="signaled", status=-1, signal=name, may_run=0, out=7
        )
        if mode == "twice":
            expect(found[1], code=3001, result="exited", status=6)


def show_signal_with_core(ends):
    ends.other_cli("signal SEGV core").expect_failure(3002, "signal SEGV", "core dumped")
    ends.other_cli("signal USR1").expect_failure(3002, "signal USR1")
    expect(ends.api("wait", "signal SEGV core", is_other=True)[0], signal="SEGV", core=1)
    expect(ends.api("wait", "signal TERM", is_other=True)[0], signal="TERM", core=0)


def show_no_status(ends):
    done = ends.other_cli("quiet").expect_failure(3003, RUNS_ON)
    check(done.out == b"said this\n", f"output is lost: {done}")
    for mode in ("wait", "poll"):
        expect(
            ends.api(mode, "quiet", is_other=True)[0], code=3003, result="no_status", status=-1,
            may_run=1, out=10,
        )


def show_high_status(ends):
    """What doesn't fit a process's own status is never shown as success."""
    ends.other_cli("exit 256").expect_failure(3001, "status 256")
    ends.other_cli("exit 1000000").expect_failure(3001, "status 1000000")
    expect(ends.api("wait", "exit 256", is_other=True)[0], code=3001, status=256)


def show_refused(ends):
    ends.other_cli("refuse").expect_failure(1033, "refused")
    expect(ends.api("wait", "refuse", is_other=True)[0], code=1033, may_run=0)


def show_dropped(ends):
    done = ends.other_cli("abort")
    done.expect_failure(None, RUNS_ON)
    check(done.out == b"partial", f"output is lost: {done}")
    expect(ends.api("wait", "abort", is_other=True)[0], result="no_status", may_run=1, out=7)


def show_session_killed(ends):
    """The server's own process for this connection is killed."""
    done = ends.sshd.run("echo before; sleep 0.5; kill -KILL $PPID; sleep 1; exit 0")
    done.expect_failure(None, RUNS_ON)
    check(done.out == b"before\n", f"output is lost: {done}")


def show_cut(ends, with_reset):
    """A proxy between us and the server cuts the connection while the command runs."""
    command = "echo running; sleep 20; exit 0"
    with servers.Proxy(ends.sshd.port) as proxy:
        process = subprocess.Popen(
            [support.SEXEC, *map(str, ends.sshd.options()), "-p", str(proxy.port),
             f"{servers.USER}@{servers.ADDRESS}", command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=support.clean_environment(),
        )
        check(process.stdout.readline() == b"running\n", "the command did not start")
        proxy.cut(with_reset)
        out, err = process.communicate(timeout=60)
        done = support.Result(process.args, process.returncode, out, err.decode(), 0)
    done.expect_failure(None, RUNS_ON)
    return done.lines()[0]


def show_cut_in_api(ends, mode):
    """The server's process is killed by the command itself, after its output."""
    end = ends.api(mode, "echo x; sleep 0.5; kill -KILL $PPID; sleep 1")[0]
    expect(end, result="no_status", status=-1, may_run=1, signal="", out=2)
    check(int(end["code"]) not in (0, 3001, 3002), f"the connection broke: {end}")


def show_background(ends):
    """A child that holds standard output keeps the session open; its output arrives, and the
    status is that of the command."""
    command = "(sleep 2; echo late) & echo early; exit 4"
    done = ends.sshd.run(command).expect(4, out=b"early\nlate\n", err="")
    check(done.seconds > 1.5, f"it did not wait for the child: {done}")
    for mode in MODES:
        expect(ends.api(mode, command)[0], code=3001, result="exited", status=4, out=11, may_run=0)


def show_background_timeout(ends):
    """A child that holds standard output for longer than the timeout: the session ends, and the
    status that was told is kept."""
    command = "sleep 15 & echo early; exit 4"
    done = ends.sshd.run(command, "--set", "timeout=2")
    done.expect_failure(301)
    check(RUNS_ON not in done.err, f"the command itself ended: {done}")
    check(done.seconds < 12, f"it waited for the child: {done}")
    end = ends.api("wait", command, "timeout=2")[0]
    expect(end, code=301, result="exited", status=4, may_run=0)


def show_signal_to_us(ends, number):
    """SIGINT and SIGTERM end the session; what runs on the server is told of."""
    process = subprocess.Popen(
        [support.SEXEC, *map(str, ends.sshd.options()), f"{servers.USER}@{servers.ADDRESS}",
         "echo running; sleep 20"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=support.clean_environment(),
    )
    check(process.stdout.readline() == b"running\n", "the command did not start")
    started = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    done = support.Result(process.args, process.returncode, out, err.decode(), 0)
    done.expect_failure(10004, number.name, RUNS_ON)
    check(time.monotonic() - started < 10, "it took too long to end")


def main():
    report = support.Report()
    with servers.Sshd() as sshd, servers.AsyncSsh() as other:
        ends = Ends(sshd, other)
        for number in (0, 1, 2, 127, 255):
            report.case(f"exit status {number}", show_status, ends, number)
        for name in ("TERM", "SEGV", "KILL"):
            report.case(f"killed by {name}", show_signal, ends, name)
        report.case("killed, core dumped or not", show_signal_with_core, ends)
        report.case("closed without a status", show_no_status, ends)
        report.case("a status above 255", show_high_status, ends)
        report.case("the server refuses the command", show_refused, ends)
        report.case("the server drops the connection", show_dropped, ends)
        report.case("the session's process is killed", show_session_killed, ends)
        report.case("connection cut by FIN", show_cut, ends, False)
        report.case("connection cut by RST", show_cut, ends, True)
        for mode in ("wait", "poll"):
            report.case(f"connection lost, API ({mode})", show_cut_in_api, ends, mode)
        report.case("a background child holds standard output", show_background, ends)
        report.case("a background child holds it too long", show_background_timeout, ends)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            report.case(f"{number.name} to the command", show_signal_to_us, ends, number)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
