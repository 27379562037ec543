#!/usr/bin/python3
"""Key exchanges by Kerberos against a real sshd: each that it offers, under each policy; the method
gssapi-keyex, alone, before a password and where the server has no such exchange; whose tickets are
used; servers that only Kerberos proves."""

import sys

import realms
import servers
import support
from realms import (
    ALICE, BOB, FAR, HOME, KEYEX, MIC, PASSWORD, PLAIN, SEVERAL, SUFFIX, secret_file,
)
from support import check

FAILED, POLICY, HOST_KEY = 1032, 3005, 1030
OPT_IN = ("gss-nistp256-sha256-", "gss-group14-sha256-", "gss-group16-sha512-") # of policy fips
SSH = [
    "PreferredAuthentications=gssapi-keyex", "GSSAPIAuthentication=yes", "GSSAPIKeyExchange=yes",
]


def named(setup):
    """Options that name a gss exchange, which policy fips and modes but keyex wait for."""
    return [*setup.options, "-o", f"KexAlgorithms=^{OPT_IN[0]}{SUFFIX}"]


def expect_in(done, server, user, method="gssapi-keyex"):
    """In by this method, and as this user of Kerberos."""
    done.expect(0, out=b"in\n")
    check(server.accepted() == [method], f"wanted {method}: {server.accepted()}: {done}")
    check(f"krb5 principal {user} " in server.told(), f"wanted {user}: {server.told()}")


def show_openssh(world, server, name):
    """OpenSSH's client, so that a failure below is the library's."""
    env = world.environment(world.ticket("alice"))
    server.mark = len(server.log.read_bytes())
    server.ssh("echo in", *SSH, f"GSSAPIKexAlgorithms={name}", env=env).expect(0, out=b"in\n")
    check(server.exchanges() == [name + SUFFIX], f"wanted {name}: {server.exchanges()}")


# --- Exchanges -----------------------------------------------------------------------------------


def show_exchange(world, server, setup, name):
    """One that the policy allows, when it is named; one that it refuses, with the rule."""
    full = name + SUFFIX
    explained = support.run([*setup.options, "--explain", setup.policy, full])
    is_allowed = explained.status == 0
    if setup.policy == "fips":
        check(is_allowed == (name in OPT_IN), f"policy fips and {name}: {explained}")
    cache = world.ticket("alice")
    done = server.sign_on(KEYEX, *setup.options, "-o", f"KexAlgorithms={full}", cache=cache)
    if not is_allowed:
        return done.expect_failure(POLICY, full).lines()[0]
    expect_in(done, server, ALICE)
    check(server.exchanges() == [full], f"wanted {full}: {server.exchanges()}")
    return "allowed"


def show_default(world, server, setup):
    """Without a list of one's own: policy fips has no gss exchange then, and says how."""
    done = server.sign_on(KEYEX, *setup.options, cache=world.ticket("alice"))
    if setup.policy == "fips":
        return done.expect_failure(POLICY, "=+gss-").lines()[0]
    expect_in(done, server, ALICE)
    check(server.exchanges()[0].endswith(SUFFIX), f"wanted gss: {server.exchanges()}")
    return server.exchanges()[0]


def show_other_modes(world, server):
    """Kerberos proves the server to with-mic and to several methods too, where it is named."""
    lists = ["-o", f"KexAlgorithms={OPT_IN[0]}{SUFFIX}"]
    cache = world.ticket("alice")
    expect_in(server.sign_on(MIC, *lists, cache=cache), server, ALICE, "gssapi-with-mic")
    expect_in(server.sign_on(SEVERAL, *lists, cache=cache), server, ALICE)


def show_no_keyex(world, setup):
    """A server that has no gss exchange: keyex gives way to with-mic."""
    with realms.Server(world, "GSSAPIKeyExchange no") as server:
        done = server.sign_on(KEYEX, *named(setup), cache=world.ticket("alice"))
        expect_in(done, server, ALICE, "gssapi-with-mic")
        done = server.sign_on(
            KEYEX, *setup.options, "-o", f"KexAlgorithms={OPT_IN[0]}{SUFFIX}",
            cache=world.ticket("alice"),
        )
        return done.expect_failure(1003).lines()[0]


# --- Who proves what -----------------------------------------------------------------------------


def show_untrusted_host_key(world, server):
    """Kerberos proves the server, so nobody need know its host key; without Kerberos somebody
    must, and a wrong one never does."""
    wrong = f"--host-key-fingerprint=SHA256:{'A' * 43}"
    cache = world.ticket("alice")
    for options in ([], [wrong]):
        done = server.sign_on(KEYEX, *options, cache=cache, is_trusted=False)
        expect_in(done, server, ALICE)
        done = server.sign_on(MIC, "-o", "KexAlgorithms=ecdh-sha2-nistp256", *options, cache=cache,
                              is_trusted=False)
        done.expect_failure(HOST_KEY)
        check(not server.accepted(), f"a host key that nobody trusts: {done}")


def show_no_host_key(world):
    """A server that has no host key at all."""
    with realms.Server(world, "HostKey none", host_keys=()) as server:
        expect_in(server.sign_on(KEYEX, cache=world.ticket("alice")), server, ALICE)
        check("host key algorithm: null" in server.told(), f"wanted null: {server.told()}")


# --- Tickets -------------------------------------------------------------------------------------


def show_delegation(world, server):
    """Shown by what the session can do with the ticket: it goes on to the other realm."""
    onward = f"klist && kvno host/far.test@{FAR}"
    cache = world.ticket("alice")
    done = server.sign_on(KEYEX, cache=cache, command=onward).expect(0)
    text = done.out.decode()
    check(f"principal: {ALICE}" in text and f"host/far.test@{FAR}: kvno" in text, f"{done}")
    off = ["--set", "KerberosDelegation=False"]
    done = server.sign_on(KEYEX, *off, cache=cache, command=onward)
    check(done.status == 1 and done.out == b"", f"wanted no ticket there: {done}")
    plain = world.ticket("plain")
    for options, from_cache, told in [
        ([], cache, "delegation granted"), (off, cache, "delegation not asked for"),
        ([], plain, "delegation not granted"),
    ]:
        done = server.sign_on(KEYEX, "-v", *options, cache=from_cache)
        expect_in(done, server, PLAIN if from_cache is plain else ALICE)
        check(told in done.err, f"wanted {told}: {done}")


def show_users(world, server):
    """Alternate credentials, a keytab, the other realm; a cache of another's stays as it is."""
    foreign = world.ticket("mallory")
    before = foreign.read_bytes()
    password = ["--password-file", secret_file(PASSWORD)]
    spn = ["--set", f"KerberosSPN=host/localhost@{HOME}", "--set", f"KerberosRealm={FAR}"]
    keytab = ["--set", f"KerberosKeytab={world.keytab_of('alice')}"]
    for options, cache, user in [
        (password, foreign, f"{servers.USER}@{HOME}"),
        ([*password, *spn], foreign, f"{servers.USER}@{FAR}"),
        (keytab, foreign, ALICE), ([], world.ticket(BOB), BOB),
    ]:
        expect_in(server.sign_on(KEYEX, "-vvv", *options, cache=cache), server, user)
    check(foreign.read_bytes() == before, "the foreign cache was written")
    check(list(foreign.parent.iterdir()) == [foreign], "something was left beside the cache")


def show_service(world, server):
    """A name that is set by hand, as the cache shows it afterwards."""
    cache = world.ticket("alice")
    done = server.sign_on(KEYEX, "--set", "KerberosSPN=host/other.home.test", cache=cache)
    expect_in(done, server, ALICE)
    listed = world.list(cache)
    check(f" host/other.home.test@{HOME}\n" in listed, listed)
    check("host/localhost" not in listed, listed)


def show_then_password(world, setup):
    """First the ticket, then a password."""
    with realms.Server(
        world, "AuthenticationMethods gssapi-keyex,password", password=PASSWORD
    ) as server:
        for mode, options, cache, user in [
            (SEVERAL, [], world.ticket("alice"), ALICE),
            (KEYEX, ["--set", "TryAllAvailableAuthMethods=True"], None, f"{servers.USER}@{HOME}"),
        ]:
            done = server.sign_on(
                mode, *named(setup), "--password-file", secret_file(PASSWORD), *options,
                cache=cache,
            )
            done.expect(0, out=b"in\n")
            told = server.told()
            check("Partial gssapi-keyex" in told, f"wanted gssapi-keyex first: {told}")
            check(f"krb5 principal {user} " in told, f"wanted {user}: {told}")
            check(server.accepted() == ["password"], f"wanted password last: {server.accepted()}")


def main():
    report = support.Report()
    setups = support.all_setups()
    if support.cache_value("SEXEC_LEGACY") != "OFF":
        setups.append(support.Setup("compat", "compat", ["--policy", "compat"]))
    with realms.Realms() as world, realms.Server(world) as server:
        for name in server.kex():
            report.case(f"OpenSSH's client: {name}", show_openssh, world, server, name)
        for setup in setups:
            for name in server.kex():
                report.case(f"{setup.name}: {name}", show_exchange, world, server, setup, name)
            report.case(f"{setup.name}: no list", show_default, world, server, setup)
            if setup.policy == "compat":
                continue
            report.case(f"{setup.name}: then password", show_then_password, world, setup)
            report.case(f"{setup.name}: no keyex there", show_no_keyex, world, setup)
        for name, function in [
            ("other modes", show_other_modes), ("a host key unknown", show_untrusted_host_key),
            ("delegation", show_delegation), ("whose tickets", show_users),
            ("a service's name", show_service),
        ]:
            report.case(name, function, world, server)
        report.case("no host key", show_no_host_key, world)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
