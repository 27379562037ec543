"""Log collectors for tests: rsyslog, and one of our own that can stop."""

import os
import pathlib
import shutil
import socket
import subprocess
import threading

import servers
import support
from support import check

RSYSLOGD = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"


class Rsyslog:
    """rsyslogd of our own: what it gets over TCP and a local socket goes into a file as it is.
    tls: (CA, certificate, key, driver's name, client's name or None), files in PEM."""

    def __init__(self, port=None, tls=None):
        check(pathlib.Path(RSYSLOGD).exists(), "rsyslogd is missing (tests/support/setup.sh test)")
        self.folder = support.folder("rsyslog")
        self.file = self.folder / "messages"
        self.socket = self.folder / "log"
        self.port = port or free_port()
        config = self.folder / "config"
        net, stream = "", ""
        if tls:
            net = (f'defaultNetstreamDriver="{tls[3]}" defaultNetstreamDriverCAFile="{tls[0]}" '
                   f'defaultNetstreamDriverCertFile="{tls[1]}" '
                   f'defaultNetstreamDriverKeyFile="{tls[2]}"')
            mode = f'x509/name" permittedPeer="{tls[4]}' if tls[4] else "anon"
            stream = (f'streamDriver.name="{tls[3]}" streamDriver.mode="1" '
                      f'streamDriver.authMode="{mode}"')
        config.write_text(
            'global(workDirectory="%s" maxMessageSize="512k" %s)\n'
            'module(load="imuxsock" SysSock.Use="off")\n'
            'input(type="imuxsock" Socket="%s" useSpecialParser="off" parseHostname="on")\n'
            'module(load="imtcp" %s)\ninput(type="imtcp" port="%d" address="127.0.0.1")\n'
            'template(name="plain" type="string" string="%%msg:::drop-last-lf%%\\n")\n'
            '*.* action(type="omfile" file="%s" template="plain")\n'
            % (self.folder, net, self.socket, stream, self.port, self.file), encoding="utf-8")
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


class Journald:
    """systemd's journal daemon without systemd, in a namespace of its own that goes away with it."""

    PROGRAM = pathlib.Path("/lib/systemd/systemd-journald")
    MACHINE = pathlib.Path("/etc/machine-id")

    def __init__(self):
        self.name = f"sexec{os.getpid()}"
        self.sockets = pathlib.Path(f"/run/systemd/journal.{self.name}")
        self.socket = self.sockets / "dev-log"
        self.process = subprocess.Popen(
            [self.PROGRAM, self.name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        servers.wait_until(self.socket.exists)

    @classmethod
    def can_run(cls):
        return (os.geteuid() == 0 and cls.PROGRAM.exists() and cls.MACHINE.exists()
                and cls.MACHINE.stat().st_size > 0)

    def messages(self):
        """As journalctl prints them, one a line."""
        done = subprocess.run(
            ["journalctl", f"--namespace={self.name}", "-o", "cat", "--no-pager", "-q"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        machine = self.MACHINE.read_text(encoding="ascii").strip()
        for folder in ("/run/log/journal", "/var/log/journal"):
            shutil.rmtree(f"{folder}/{machine}.{self.name}", ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)


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
