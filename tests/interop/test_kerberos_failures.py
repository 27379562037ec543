#!/usr/bin/python3
"""Kerberos that fails, against real KDCs and sshd's: each failure ends in time, with a code and a
text that names the cause, and with nothing secret in it."""

import signal
import subprocess
import sys
import time

import realms
import servers
import support
from realms import FAR, HOME, KEYEX, MIC, PASSWORD, secret_file
from support import check

FAILED, LOGON_TIMEOUT, POLICY, CLOSED = 1032, 201, 3005, 1120
SECONDS = 3
PATIENCE = 60 # of a busy machine
MODES = ((MIC, "with-mic"), (KEYEX, "keyex"))


def expect_cause(done, *words, code=FAILED):
    return done.expect_failure(code, *words).lines()[0]


def expect_server_cause(done, mode, word):
    """The server's refusal: with-mic has a message for it, but in a key exchange sshd just goes."""
    if mode == MIC:
        return expect_cause(done, word)
    return expect_cause(done, "key exchange by Kerberos", word, code=CLOSED)


# --- Tickets -------------------------------------------------------------------------------------


def show_no_ticket(world, server, mode):
    return expect_cause(server.sign_on(mode), "ticket", "kinit")


def show_expired(world, server, mode):
    cache = world.ticket("alice", "-l", "1s")
    time.sleep(2)
    return expect_cause(server.sign_on(mode, cache=cache), "xpired", "kinit")


def show_damaged(world, server, mode):
    cache = world.ticket("alice")
    cache.write_bytes(cache.read_bytes()[:60])
    return expect_cause(server.sign_on(mode, cache=cache), "cache")


def show_stranger(world, server, mode):
    """A ticket that nobody doubts, of a user whom this account doesn't let in."""
    done = server.sign_on(mode, cache=world.ticket("mallory"))
    return expect_cause(done, "gssapi", "publickey")


def show_policy(world, server, mode):
    """Policies that don't take krb5's own cryptography; nothing is asked of a KDC then."""
    cache = world.ticket("alice")
    before = cache.read_bytes()
    for policy in ("niap", "cnsa1"):
        for _, place in support.modules()[:1]:
            done = server.sign_on(
                mode, "--policy", policy, "--module-dir", place, cache=cache
            )
            expect_cause(done, policy, "Kerberos", code=POLICY)
    check(cache.read_bytes() == before, "a ticket was asked for")
    return done.lines()[0]


# --- Names and realms ----------------------------------------------------------------------------


def show_unknown_service(world, server, mode):
    spn = "host/ghost.home.test"
    done = server.sign_on(mode, "--set", f"KerberosSPN={spn}", cache=world.ticket("alice"))
    return expect_cause(done, spn, HOME, "KerberosSPN")


def show_unknown_user(world, server, mode):
    """One whom the server's machine knows, and the KDC doesn't."""
    done = server.sign_on(mode, "--password-file", secret_file(PASSWORD), "-l", "nobody")
    return expect_cause(done, f"nobody@{HOME}", "no such user")


def show_unknown_realm(world, server, mode):
    done = server.sign_on(
        mode, "--set", "KerberosRealm=NOWHERE.TEST", cache=world.ticket("alice")
    )
    return expect_cause(done, "NOWHERE.TEST", "realm")


def show_wrong_realm(world, server, mode):
    """A realm that there is, but that hasn't that service."""
    done = server.sign_on(
        mode, "--set", f"KerberosRealm={FAR}", cache=world.ticket("alice"), host=servers.ADDRESS
    )
    return expect_cause(done, f"host/{servers.ADDRESS}", FAR)


# --- Keys ----------------------------------------------------------------------------------------


def show_wrong_password(world, server, mode):
    done = server.sign_on(mode, "--password-file", secret_file("sentinel guess"))
    check("sentinel guess" not in done.err, f"the password is told: {done}")
    return expect_cause(done, "password", "wrong")


def show_enctype(world, server, mode):
    """An encryption type that no key at the KDC has."""
    config = world.config(default_tkt_enctypes="camellia256-cts-cmac")
    done = server.sign_on(mode, "--password-file", secret_file(PASSWORD), config=config)
    return expect_cause(done, "encryption type")


def show_no_enctype(world, server, mode):
    """An encryption type that the ticket at hand hasn't."""
    config = world.config(permitted_enctypes="camellia256-cts-cmac")
    done = server.sign_on(mode, cache=world.ticket("alice"), config=config)
    return expect_cause(done, "permits no encryption type")


def show_stale_key(world, server, mode):
    """The server's keytab has a key that isn't the KDC's any more."""
    done = server.sign_on(
        mode, "--set", "KerberosSPN=host/stale.home.test", cache=world.ticket("alice")
    )
    return expect_server_cause(done, mode, "keytab")


# --- Clocks --------------------------------------------------------------------------------------


def show_skew(world, server, mode):
    """A client whose clock is off: the KDC says so; with the service's ticket, the server does."""
    cache = world.ticket("alice")
    realms.shift_clock(cache, 600)
    shown = expect_cause(server.sign_on(mode, cache=cache), "set them right")
    cache = world.ticket("alice")
    server.sign_on(mode, cache=cache).expect(0)
    realms.shift_clock(cache, 600)
    expect_server_cause(server.sign_on(mode, cache=cache), mode, "clock")
    return shown


def show_skewed_kdc(world, server, mode):
    """A KDC whose clock is off; krb5 would set itself right by it, unless told not to."""
    with realms.Kdc(world.home, offset=600) as kdc:
        config = world.config(kdcs={HOME: kdc.port}, kdc_timesync=0)
        done = server.sign_on(mode, "--password-file", secret_file(PASSWORD), config=config)
        return expect_cause(done, "set them right")


# --- KDCs that are down --------------------------------------------------------------------------


def show_refusing_kdc(world, server, mode):
    config = world.config(kdcs={HOME: 1})
    return expect_cause(
        server.sign_on(mode, cache=world.ticket("alice"), config=config), "KDC", HOME
    )


def show_silent_kdc(world, server, mode):
    """The timeout holds, whatever a KDC does, for tickets of a service and of a user."""
    with realms.SilentKdc() as kdc:
        config = world.config(kdcs={HOME: kdc.port})
        for more in ([], ["--password-file", secret_file(PASSWORD)]):
            done = server.sign_on(
                mode, "-o", f"ConnectTimeout={SECONDS}", *more, cache=world.ticket("alice"),
                config=config, timeout=PATIENCE,
            )
            expect_cause(done, code=LOGON_TIMEOUT)
            check(SECONDS * 0.9 <= done.seconds < SECONDS + 5, f"after {done.seconds} s: {done}")
        return f"after {done.seconds:.1f} s: {done.lines()[0]}"


def show_interrupt(world, server, mode):
    """An interrupt ends it at once."""
    with realms.SilentKdc() as kdc:
        env = world.environment(world.ticket("alice"), world.config(kdcs={HOME: kdc.port}))
        arguments = [
            "-4", "-p", server.port, *server.trust(), "--set", f"ssh_auth_mode={mode}",
            f"{servers.USER}@{realms.HOST}", "true",
        ]
        with subprocess.Popen(
            [support.SEXEC, *map(str, arguments)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
        ) as process:
            check(servers.wait_until(lambda: kdc.is_asked()), "nobody asked the KDC")
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            try:
                _, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise support.Failure("it goes on after an interrupt") from None
        seconds = time.monotonic() - started
        check(process.returncode != 0, f"wanted a failure: {err}")
        check(seconds < 5, f"it took {seconds} s: {err}")
        return f"status {process.returncode} after {seconds:.1f} s"


CASES = [
    ("no ticket", show_no_ticket), ("an expired ticket", show_expired),
    ("a damaged cache", show_damaged), ("a user who isn't let in", show_stranger),
    ("an unknown service", show_unknown_service), ("an unknown user", show_unknown_user),
    ("an unknown realm", show_unknown_realm), ("a wrong realm", show_wrong_realm),
    ("a wrong password", show_wrong_password), ("a wrong enctype", show_enctype),
    ("no enctype", show_no_enctype), ("a server with an old key", show_stale_key),
    ("a client's wrong clock", show_skew), ("a KDC's wrong clock", show_skewed_kdc),
    ("a KDC that is down", show_refusing_kdc), ("a silent KDC", show_silent_kdc),
    ("an interrupt", show_interrupt), ("a policy without Kerberos", show_policy),
]


def main():
    report = support.Report()
    with realms.Realms() as world, realms.Server(world) as server:
        for mode, how in MODES:
            for name, function in CASES:
                report.case(f"{how}: {name}", function, world, server, mode)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
