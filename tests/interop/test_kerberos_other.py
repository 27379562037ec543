#!/usr/bin/python3
"""Kerberos against a server that is not OpenSSH: the exchanges that OpenSSH hasn't, errors that the
server tells, and a host key that comes in the exchange and is worth something later."""

import concurrent.futures
import sys

import realms
import support
from realms import ALICE, BOB, HOME, KEYEX, MIC, SUFFIX
from support import check

FAILED, POLICY = 1032, 3005
PLAIN = "ecdh-sha2-nistp256"
NAMES = (
    "curve25519-sha256", "nistp256-sha256", "nistp384-sha384", "nistp521-sha512",
    "group14-sha256", "group15-sha512", "group16-sha512", "group17-sha512", "group18-sha512",
    "group14-sha1", "gex-sha1",
)
SLOW = ("group17-sha512", "group18-sha512") # in Python
LIFE = 8 # seconds of a ticket


def expect_in(done, server, user):
    done.expect(7, out=b"", err="")
    check(server.users() == [user], f"wanted {user}: {server.told()}")


def show_exchange(world, server, setup, name):
    full = f"gss-{name}-{SUFFIX}"
    is_allowed = support.run([*setup.options, "--explain", setup.policy, full]).status == 0
    done = server.sign_on(
        KEYEX, *setup.options, "-o", f"KexAlgorithms={full}", cache=world.ticket("alice"),
        command="0",
    )
    if not is_allowed:
        return done.expect_failure(POLICY, full).lines()[0]
    expect_in(done, server, ALICE)
    check(server.exchanges() == [full], f"wanted {full}: {server.exchanges()}")
    return "allowed"


def show_mic(world, server):
    for user in (ALICE, BOB):
        done = server.sign_on(MIC, cache=world.ticket(user), command="0")
        expect_in(done, server, user)
    done = server.sign_on(MIC, cache=world.ticket("mallory"), command="0")
    check(server.users() == [f"mallory@{HOME}"], f"{server.told()}")
    return done.expect_failure(FAILED).lines()[0]


def show_error(world, server, mode):
    """The server tells what its Kerberos says: here that the clocks differ."""
    cache = world.ticket("alice")
    expect_in(server.sign_on(mode, cache=cache, command="0"), server, ALICE)
    realms.shift_clock(cache, 600)
    done = server.sign_on(mode, cache=cache, command="0")
    check(not server.users(), f"somebody got in: {server.told()}")
    return done.expect_failure(FAILED, "lock").lines()[0]


def show_rekeys(world):
    """Its rekeys, each with a context of its own."""
    with realms.AsyncSshServer(world, ALICE, rekey_seconds=1) as server:
        done = server.sign_on(KEYEX, cache=world.ticket("alice"), command="6")
        done.expect(7)
        exchanges = server.exchanges()
        is_gss = all(name.endswith(SUFFIX) for name in exchanges)
        check(len(exchanges) > 2 and is_gss, f"{exchanges}")
        return f"{len(exchanges)} exchanges"


def show_host_key_came(world):
    """No option tells the host key, but Kerberos proved the one that came with it: after the
    ticket's end it is what proves the server."""
    with realms.AsyncSshServer(world, ALICE) as server:
        gss = f"gss-nistp256-sha256-{SUFFIX}"
        done = server.sign_on(
            KEYEX, "-o", f"KexAlgorithms={gss},{PLAIN}", "-o", "RekeyLimit=default 3s",
            cache=world.ticket("alice", "-l", f"{LIFE}s"), command=f"{LIFE + 5}",
            is_trusted=False,
        )
        done.expect(7)
        exchanges = server.exchanges()
        check(exchanges[0] == gss and exchanges[-1] == PLAIN, f"{exchanges}")
        return f"{exchanges}"


def main():
    report = support.Report()
    setups = [*support.fips_setups(), support.default_setup()]
    if support.cache_value("SEXEC_LEGACY") != "OFF":
        setups.append(support.Setup("compat", "compat", ["--policy", "compat"]))
    with realms.Realms() as world, realms.AsyncSshServer(world, ALICE, BOB) as server, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        slow = [
            pool.submit(report.case, "rekeys of the server's", show_rekeys, world),
            pool.submit(report.case, "a host key that came", show_host_key_came, world),
        ]
        for setup in setups:
            for name in NAMES if support.IS_FULL else [one for one in NAMES if one not in SLOW]:
                report.case(f"{setup.name}: {name}", show_exchange, world, server, setup, name)
        report.case("with-mic", show_mic, world, server)
        report.case("with-mic: an error", show_error, world, server, MIC)
        report.case("keyex: an error", show_error, world, server, KEYEX)
        concurrent.futures.wait(slow)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
