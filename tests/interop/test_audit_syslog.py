#!/usr/bin/python3
"""Audits at a log collector: rsyslog over TCP and over the local socket, journald, and one that goes
away and comes back. What arrives is verified there, as it came."""

import os
import sys

import servers
import support
from audit_tools import Audit, LOST
from collectors import Collector, Journald, Rsyslog, expect_collected
from support import check

def show_rsyslog(sshd, target_of):
    audit = Audit()
    with Rsyslog() as rsyslog:
        for _ in range(3):
            audit.run(sshd, "true; # \"quotes\" \\ and \xe9\t", "--set",
                      f"AuditSyslog={target_of(rsyslog)}").expect(0)
        return expect_collected(audit, rsyslog.file)


def show_journald(sshd):
    """Quotes, backslashes, control bytes, and records beyond a kilobyte come back as they were."""
    audit = Audit()
    with Journald() as journald:
        for more in ("", "x" * 3000, "y" * 40000):
            audit.run(sshd, f"true; # \"quotes\" \\ and \xe9\t{more}", "--set",
                      f"AuditSyslog={journald.socket}").expect(0)
        wanted = audit.file.read_bytes().splitlines()
        servers.wait_until(lambda: all(line in journald.messages() for line in wanted))
        kept = audit.folder / "journal"
        kept.write_bytes(journald.messages())
    verdict = audit.verify("--collected", kept)
    check(verdict["result"] == "whole" and int(verdict["records"]) == len(wanted), str(verdict))
    return f"{len(wanted)} records"


def show_too_long_for_a_datagram(sshd):
    """A record that the socket can't take is missed there, and said so; those behind it arrive."""
    audit = Audit()
    with Rsyslog() as rsyslog:
        target = ["-v", "--set", f"AuditSyslog={rsyslog.socket}"]
        done = audit.run(sshd, "true #" + "z" * 80000 + "\x01" * 40000, *target)
        done.expect(0)
        check("beyond what a datagram takes" in done.err, str(done.err[-500:]))
        audit.run(sshd, "true last", *target).expect(0)
        audit.expect_whole()
        servers.wait_until(lambda: rsyslog.file.exists() and "true last" in
                           rsyslog.file.read_text(encoding="utf-8"))
        verdict = audit.verify("--collected", rsyslog.file, status=1)
        check(verdict["result"] == "removed", str(verdict))


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
        report.case("too long for a datagram", show_too_long_for_a_datagram, sshd)
        if Journald.can_run():
            report.case("journald", show_journald, sshd)
        else:
            print("journald: NOT SHOWN, it needs root, systemd's package and /etc/machine-id")
        for setup in (setups[0], setups[-1]):
            report.case(f"away and back, {setup.name}", show_away_and_back, sshd, setup)
            report.case(f"no substitute for a file, {setup.name}", show_it_is_not_enough, sshd,
                        setup)
        report.case("sent again", show_lost_connection_repeats, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
