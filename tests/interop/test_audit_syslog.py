#!/usr/bin/python3
"""Audits at a log collector: rsyslog over TCP and over the local socket, and one that goes away and
comes back. What arrives is verified there, as it came."""

import os
import sys

import servers
import support
from audit_tools import Audit, LOST
from collectors import Collector, Rsyslog, expect_collected
from support import check

def show_rsyslog(sshd, target_of):
    audit = Audit()
    with Rsyslog() as rsyslog:
        for _ in range(3):
            audit.run(sshd, "true; # \"quotes\" \\ and \xe9\t", "--set",
                      f"AuditSyslog={target_of(rsyslog)}").expect(0)
        return expect_collected(audit, rsyslog.file)


def show_away_and_back(sshd, setup):
    """Nothing ends when the collector is away, and it has everything once it is back."""
    audit = Audit(*setup.options)
    path = audit.folder / "collected"
    collector = Collector(path)
    target = ["--set", f"AuditSyslog=tcp:127.0.0.1:{collector.port}"]
    audit.run(sshd, "true first", *target).expect(0)
    collector.stop()
    for _ in range(2):
        audit.run(sshd, "true away", *target).expect(0)
    audit.expect_whole()
    collector = Collector(path, collector.port)
    audit.run(sshd, "true back", *target).expect(0)
    collector.stop()
    return expect_collected(audit, path)


def show_lost_connection_repeats(sshd):
    """A collector that doesn't take its leave may have lost something: it gets it again."""
    audit = Audit()
    path = audit.folder / "collected"
    collector = Collector(path)
    target = ["--set", f"AuditSyslog=tcp:127.0.0.1:{collector.port}"]
    audit.run(sshd, "true", *target).expect(0)
    mark = audit.key.read_bytes()[528:544]
    check(mark != bytes(16), "no mark after a good end")
    with audit.key.open("r+b") as key:  # as a process that was killed leaves it
        key.seek(528)
        key.write(bytes(16))
    audit.run(sshd, "true", *target).expect(0)
    collector.stop()
    return expect_collected(audit, path, repeated=True)


def show_it_is_not_enough(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "true", "--set", "AuditFile=", "--set", "AuditSyslog=tcp:127.0.0.1:1"
              ).expect_failure(LOST, "AuditFile")


def main():
    support.watch(200)
    os.umask(0o022)
    report = support.Report()
    with servers.Sshd() as sshd:
        setups = support.all_setups()
        report.case("rsyslog over TCP", show_rsyslog, sshd,
                    lambda rsyslog: f"tcp:127.0.0.1:{rsyslog.port}")
        report.case("rsyslog over its socket", show_rsyslog, sshd, lambda rsyslog: rsyslog.socket)
        for setup in (setups[0], setups[-1]):
            report.case(f"away and back, {setup.name}", show_away_and_back, sshd, setup)
            report.case(f"no substitute for a file, {setup.name}", show_it_is_not_enough, sshd,
                        setup)
        report.case("sent again", show_lost_connection_repeats, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
