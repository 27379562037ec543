#!/usr/bin/python3
"""Kerberos against real KDCs and sshd's: gssapi-with-mic, gssapi-keyex, and what goes wrong."""

import sys

import realms
import support
from support import check

MIC = ["PreferredAuthentications=gssapi-with-mic", "GSSAPIAuthentication=yes"]
KEYEX = [
    "PreferredAuthentications=gssapi-keyex", "GSSAPIAuthentication=yes", "GSSAPIKeyExchange=yes",
]

# --- The realms themselves, with OpenSSH's client, so that a failure below is the library's -------


def show_ssh_mic(world, server):
    env = world.environment(world.ticket("alice"))
    server.ssh("klist", *MIC, env=env).expect(1, out=b"")
    done = server.ssh("klist", *MIC, "GSSAPIDelegateCredentials=yes", env=env).expect(0)
    check(f"principal: {realms.ALICE}" in done.out.decode(), f"wanted alice's ticket: {done}")
    mallory = world.environment(world.ticket("mallory"))
    check(server.ssh("true", *MIC, env=mallory).status == 255, "mallory got in")


def show_ssh_keyex(world, server, name):
    env = world.environment(world.ticket("alice"))
    done = server.ssh("echo in", *KEYEX, f"GSSAPIKexAlgorithms={name}", "LogLevel=DEBUG1", env=env)
    done.expect(0, out=b"in\n")
    check(f"kex: algorithm: {name}toWM5Slw5Ew8Mqkay+al2g==" in done.err, f"wanted {name}: {done}")


def show_ssh(report, world, server):
    report.case("OpenSSH: with-mic and delegation", show_ssh_mic, world, server)
    for name in server.kex():
        report.case(f"OpenSSH: keyex with {name}", show_ssh_keyex, world, server, name)


def main():
    report = support.Report()
    with realms.Realms() as world, realms.Server(world) as server:
        show_ssh(report, world, server)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
