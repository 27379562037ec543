#!/usr/bin/python3
"""The object misused: every method in every handler (handlers.c), in odd orders and with odd data
(orders.c), and given up at every step without waiting (nowait.c). Under the sanitizers this shows
that nothing crashes or leaks."""

import concurrent.futures
import socket
import sys
import threading

import servers
import support
from support import check

PROGRAMS = [support.BUILD / "tests" / "interop" / name for name in ("handlers", "orders", "nowait")]
STEP = 57 # bytes by which the relay lets each connection live longer than the one before


class ClosingRelay(servers.Listener):
    """Passes bytes to a server, and closes after as many from there as the connection's number
    allows."""

    def __init__(self, port):
        self.target = port
        super().__init__(self.relay)

    def relay(self, client):
        left = self.connections * STEP
        with socket.create_connection((servers.ADDRESS, self.target)) as server:
            threading.Thread(target=servers.pump, args=(client, server), daemon=True).start()
            while left > 0 and (data := server.recv(min(left, 4096))):
                client.sendall(data)
                left -= len(data)
            for end in (server, client):
                end.shutdown(socket.SHUT_RDWR)


def show_case(sshd, program, name, *more):
    prints = ",".join(option.partition("=")[2] for option in sshd.trust())
    done = support.run(
        [name, servers.ADDRESS, sshd.port, servers.USER, sshd.client_key, prints, *more],
        program=program, timeout=200,
    )
    done.expect(0)


def main():
    report = support.Report()
    with servers.Sshd("ClientAliveInterval 1", "ClientAliveCountMax 1000") as sshd, \
            ClosingRelay(sshd.port) as relay, concurrent.futures.ThreadPoolExecutor(3) as pool:
        for program in PROGRAMS:
            names = support.run(["--list"], program=program).expect(0).out.decode().split()
            check(len(names) > 2, f"{program} lists its cases: {names}")
            more = [relay.port] if program.name == "orders" else []
            for name in names:
                pool.submit(report.case, name, show_case, sshd, program, name, *more)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
