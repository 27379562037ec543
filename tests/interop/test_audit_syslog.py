#!/usr/bin/python3
"""Audits at a log collector: rsyslog over TCP and over the local socket, and one that goes away and
comes back. What arrives is verified there, as it came."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading

import servers
import support
from audit_tools import Audit, LOST
from support import check

RSYSLOGD = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"


class Rsyslog:
    """rsyslogd of our own: what it gets over TCP and a local socket goes into a file as it is."""

    def __init__(self, port=None):
        check(pathlib.Path(RSYSLOGD).exists(), "rsyslogd is missing (tests/support/setup.sh test)")
        self.folder = support.folder("rsyslog")
        self.file = self.folder / "messages"
        self.socket = self.folder / "log"
        self.port = port or free_port()
        config = self.folder / "config"
        config.write_text(
            'global(workDirectory="%s" maxMessageSize="512k")\n'
            'module(load="imuxsock" SysSock.Use="off")\n'
            'input(type="imuxsock" Socket="%s" useSpecialParser="off" parseHostname="on")\n'
            'module(load="imtcp")\ninput(type="imtcp" port="%d" address="127.0.0.1")\n'
            'template(name="plain" type="string" string="%%msg:::drop-last-lf%%\\n")\n'
            '*.* action(type="omfile" file="%s" template="plain")\n'
            % (self.folder, self.socket, self.port, self.file), encoding="utf-8")
        self.process = subprocess.Popen(
            [RSYSLOGD, "-n", "-f", str(config), "-i", str(self.folder / "pid")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        servers.wait_until(lambda: servers.can_connect(self.port) and self.socket.exists())

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Collector:
    """A collector that can stop: it takes octet-counted messages and keeps their last part."""

    def __init__(self, path, port=0):
        self.path = path
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client:
                data = b""
                while piece := client.recv(65536):
                    data += piece
            with self.path.open("ab") as out:
                while b" " in data:
                    size, _, rest = data.partition(b" ")
                    out.write(rest[:int(size)].partition(b" audit - ")[2] + b"\n")
                    data = rest[int(size):]

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(timeout=30)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def expect_collected(audit, path, repeated=None):
    """All records of the file are at the collector, and it can tell that they are."""
    wanted = len(audit.records())

    def is_there():
        return path.exists() and len(set(path.read_text(encoding="utf-8").splitlines())) >= wanted

    servers.wait_until(is_there, seconds=20)
    verdict = audit.verify("--collected", path)
    check(verdict["result"] == "whole" and int(verdict["records"]) == wanted, str(verdict))
    if repeated is not None:
        check((int(verdict["repeated"]) > 0) == repeated, str(verdict))
    return f"{wanted} records, {verdict['repeated']} of them twice"


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
