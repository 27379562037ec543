#!/usr/bin/python3
"""Settings that shape a session: pieces of output, pseudo-terminals, life signs; each case of
shape_api.c, and the command's own options; and of events_api.c: every event at its moment."""

import sys

import servers
import support
from support import check

API = support.BUILD / "tests" / "interop" / "shape_api"
EVENTS = support.BUILD / "tests" / "interop" / "events_api"
KEEP_ALIVE, REFUSED = 1039, 1033


def show_case(sshd, program, name, *more):
    prints = ",".join(option.partition("=")[2] for option in sshd.trust())
    support.run(
        [name, servers.ADDRESS, sshd.port, servers.USER, sshd.client_key, prints, *more],
        program=program,
    ).expect(0)


def show_terminal(sshd):
    tell = "test -t 0 && test -t 1 && echo $TERM && stty size"
    sshd.run(tell).expect(1, out=b"")
    sshd.run(tell, "-T").expect(1, out=b"")
    sshd.run(tell, "-t", "--set", "TerminalType=vt220").expect(0, out=b"vt220\r\n24 80\r\n")
    size = ["--set", "TerminalWidth=132", "--set", "TerminalHeight=50"]
    sshd.run("stty size", "--set", "UseTerminal=True", *size).expect(0, out=b"50 132\r\n")
    pixels = [*size, "--set", "TerminalUsePixel=True", "--set", "UseTerminal=1"]
    sshd.run("stty size", *pixels).expect(0, out=b"0 0\r\n")


def show_terminal_modes(sshd):
    """ECHO (53) off and on; opcodes of RFC 4254 section 8."""
    ask = "stty -a | tr ' ;' '\\n\\n' | grep -x -e echo -e -echo"
    for modes, wanted in (("TerminalModes=53=0", b"-echo\r\n"), ("TerminalModes=53=1", b"echo\r\n"),
                          ("EncodedTerminalModes=350000000000", b"-echo\r\n")):
        sshd.run(ask, "--set", "UseTerminal=True", "--set", modes).expect(0, out=wanted)


def show_terminal_refused(sshd):
    sshd.run("echo ran", "-t").expect_failure(REFUSED, "pseudo-terminal")


def show_life_signs(sshd):
    """A server that is there answers, however long the command says nothing."""
    options = ["--set", "SSHKeepAliveInterval=1", "--set", "SSHKeepAliveCountMax=1"]
    sshd.run("sleep 4; echo done", *options).expect(0, out=b"done\n", err="")


def show_dead_server(sshd):
    """One that stands still is given up, after interval times count and one interval more."""
    options = ["--set", "SSHKeepAliveInterval=1", "--set", "SSHKeepAliveCountMax=2"]
    done = sshd.run("kill -STOP $PPID; sleep 60", *options)
    done.expect_failure(KEEP_ALIVE, "2 keep-alive requests", "may still run")
    check(2.5 < done.seconds < 10, f"it took {done.seconds} s")


def main():
    report = support.Report()
    with servers.Sshd() as sshd:
        key = sshd.host_keys[0].with_suffix(".pub").read_text(encoding="utf-8")
        for program, more in ((API, ()), (EVENTS, (key,))):
            names = support.run(["--list"], program=program).expect(0).out.decode().split()
            check(len(names) > 3, f"{program} lists its cases: {names}")
            for name in names:
                report.case(name, show_case, sshd, program, name, *more)
        report.case("terminal", show_terminal, sshd)
        report.case("terminal modes", show_terminal_modes, sshd)
        report.case("life signs", show_life_signs, sshd)
        report.case("a dead server", show_dead_server, sshd)
    with servers.Sshd("PermitTTY no") as sshd:
        report.case("terminal refused", show_terminal_refused, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
