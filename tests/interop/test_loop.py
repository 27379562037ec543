#!/usr/bin/python3
"""One thread and 200 objects (loop.c): commands that end well, with a status, by a signal, that are
killed on the server, that time out or are interrupted; servers that are lost, silent, distrusted, not
there or let nobody in; names whose lookup stands still. Each tells its own end, nothing leaks, and
waiting costs nothing."""

import sys

import servers
import support

LOOP = support.BUILD / "tests" / "interop" / "loop"
COUNT = 200


def show_loop(sshd):
    prints = ",".join(option.partition("=")[2] for option in sshd.trust())
    with servers.Listener() as silent, servers.SlowLookup() as slow:
        done = support.run(
            [servers.ADDRESS, sshd.port, servers.USER, sshd.client_key, prints, COUNT,
             servers.closed_port(), silent.port, slow.name, slow.gate],
            program=LOOP, timeout=250, env=slow.environment(),
        ).expect(0)
    return f"{done.seconds:.1f} s\n" + done.out.decode()


def main():
    report = support.Report()
    # They all knock at once.
    with servers.Sshd("MaxStartups 1000", "LoginGraceTime 240") as sshd:
        report.case(f"{COUNT} objects in one thread", show_loop, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
