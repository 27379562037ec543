#!/usr/bin/python3
"""Connections that outlive their tickets, against a real KDC and sshd: each side asks for new keys,
while tickets last, when they can be renewed, and when they have ended."""

import concurrent.futures
import sys

import realms
import support
from realms import KEYEX, MIC, SUFFIX
from support import check

LIFE = 10 # seconds of a ticket
COMMAND = f"for i in 1 2 3; do sleep {LIFE - 4}; echo $i; done; exit 3"
SAID = b"1\n2\n3\n"
OWN = ["-o", "RekeyLimit=default 3s"]
GSS = f"gss-nistp256-sha256-{SUFFIX}"
PLAIN = "ecdh-sha2-nistp256"
LISTS = ["-o", f"KexAlgorithms={GSS},{PLAIN}"]


class Session:
    """One sign-on to an sshd of its own, so that sessions can run at once."""

    def __init__(self, world, *extra):
        self.server = realms.Server(world, *extra, host_keys=["ecdsa256"])

    def __enter__(self):
        return self.server

    def __exit__(self, *_):
        self.server.stop()


def gss_count(exchanges):
    """How many exchanges were Kerberos' before the first that was not."""
    return next((i for i, name in enumerate(exchanges) if name != GSS), len(exchanges))


def show_lasting(world, *extra):
    """The MIC of each exchange is over its own hash, or sshd would end it. Either side's rekeys."""
    with Session(world, *extra) as server:
        own = [] if extra else ["-o", "RekeyLimit=300K"]
        done = server.sign_on(
            KEYEX, *LISTS, *own, cache=world.ticket("alice"),
            command="head -c 3000000 /dev/zero", timeout=60,
        )
        done.expect(0, out=bytes(3000000))
        exchanges = server.exchanges()
        check(len(exchanges) > 2 and gss_count(exchanges) == len(exchanges), f"{exchanges}")
        return f"{len(exchanges)} exchanges"


def show_with_mic(world):
    """with-mic needs no ticket once it is in."""
    with Session(world) as server:
        done = server.sign_on(
            MIC, *OWN, cache=world.ticket("alice", "-l", f"{LIFE}s"), command=COMMAND
        )
        done.expect(3, out=SAID)
        check(len(server.exchanges()) > 2, f"wanted rekeys: {server.exchanges()}")


def show_renewed(world, *options, is_from_cache=False, config=None):
    """What can be renewed is, into a store of the object's own."""
    with Session(world) as server:
        cache = world.ticket("alice", "-l", f"{LIFE}s", "-r", "1h") if is_from_cache else None
        before = cache.read_bytes() if cache else b""
        done = server.sign_on(
            KEYEX, *LISTS, *OWN, *options, cache=cache, config=config, command=COMMAND
        )
        done.expect(3, out=SAID)
        exchanges = server.exchanges()
        check(len(exchanges) > 3 and gss_count(exchanges) == len(exchanges), f"{exchanges}")
    if cache:
        after = cache.read_bytes()
        check(after.startswith(before), "the user's tickets were replaced in their cache")
    return f"{len(exchanges)} exchanges"


def show_expired(world):
    """The ticket ends; the host key is trusted, so exchanges go on without Kerberos."""
    with Session(world) as server:
        done = server.sign_on(
            KEYEX, *LISTS, *OWN, cache=world.ticket("alice", "-l", f"{LIFE}s"), command=COMMAND
        )
        done.expect(3, out=SAID)
        exchanges = server.exchanges()
        count = gss_count(exchanges)
        check(count >= 1 and set(exchanges[count:]) == {PLAIN}, f"{exchanges}")
        return f"{exchanges}"


def show_expired_untrusted(world):
    """No option tells the host key: without a ticket nothing proves the server any more."""
    with Session(world) as server:
        done = server.sign_on(
            KEYEX, *LISTS, *OWN, cache=world.ticket("alice", "-l", f"{LIFE}s"), command=COMMAND,
            is_trusted=False,
        )
        done.expect_failure(None, "ticket")
        check(done.out in (b"1\n", b"1\n2\n"), f"wanted a beginning of the output: {done}")
        check("Received disconnect" in server.told(), f"wanted an orderly end: {server.told()}")
        return done.lines()[0]


def main():
    report = support.Report()
    with realms.Realms() as world, concurrent.futures.ThreadPoolExecutor(8) as pool:
        brief = world.config(ticket_lifetime=f"{LIFE}s")
        password = realms.secret_file(realms.PASSWORD)
        jobs = [
            ("rekeys of ours", show_lasting, world),
            ("rekeys of the server's", show_lasting, world, "RekeyLimit 1M"),
            ("with-mic outlives its ticket", show_with_mic, world),
            ("a ticket that has ended, a trusted host key", show_expired, world),
            ("a ticket that has ended, no trusted host key", show_expired_untrusted, world),
        ]
        calls = [pool.submit(report.case, *job) for job in jobs]
        calls += [
            pool.submit(
                report.case, name,
                lambda options=options, more=more: show_renewed(world, *options, **more),
            )
            for name, options, more in [
                ("a renewable ticket", [], {"is_from_cache": True}),
                ("a keytab", ["--set", f"KerberosKeytab={world.keytab_of('alice')}"],
                 {"config": brief}),
                ("alternate credentials", ["--password-file", password], {"config": brief}),
            ]
        ]
        concurrent.futures.wait(calls)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
