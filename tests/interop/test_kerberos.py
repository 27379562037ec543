#!/usr/bin/python3
"""Kerberos against real KDCs and sshd's: gssapi-with-mic under each policy, alone and before a
password; what is delegated; whose tickets are used; names of services and realms."""

import shutil
import sys

import realms
import servers
import support
from audit_tools import Audit, check_schema
from realms import ALICE, BOB, FAR, HOME, MIC, PASSWORD, PLAIN, SEVERAL, secret_file
from support import check

MIC_METHOD = "gssapi-with-mic"

FAILED = 1032
API = support.BUILD / "tests" / "interop" / "kerberos_api"
SSH_MIC = ["PreferredAuthentications=gssapi-with-mic", "GSSAPIAuthentication=yes"]


def expect_in(done, server, user):
    """In, and as this user of Kerberos."""
    done.expect(0, out=b"in\n")
    check(server.accepted() == ["gssapi-with-mic"], f"{server.accepted()}: {done}")
    check(f"krb5 principal {user} " in server.told(), f"wanted {user}: {server.told()}")


# --- The realms themselves, with OpenSSH's client, so that a failure below is the library's -------


def show_openssh(world, server):
    env = world.environment(world.ticket("alice"))
    server.ssh("klist", *SSH_MIC, env=env).expect(1, out=b"")
    done = server.ssh("klist", *SSH_MIC, "GSSAPIDelegateCredentials=yes", env=env).expect(0)
    check(f"principal: {ALICE}" in done.out.decode(), f"wanted alice's ticket: {done}")
    mallory = world.environment(world.ticket("mallory"))
    check(server.ssh("true", *SSH_MIC, env=mallory).status == 255, "mallory got in")


# --- What goes with the user ---------------------------------------------------------------------


def show_mic(world, server, setup):
    expect_in(server.sign_on(MIC, *setup.options, cache=world.ticket("alice")), server, ALICE)
    check("gss-" not in str(server.exchanges()), f"wanted no gss exchange: {server.exchanges()}")


def show_delegation(world, server):
    """Shown by what the session can do with the ticket: it goes on to the other realm."""
    onward = f"klist && kvno host/far.test@{FAR}"
    cache = world.ticket("alice")
    done = server.sign_on(MIC, cache=cache, command=onward).expect(0)
    text = done.out.decode()
    check(f"principal: {ALICE}" in text and f"host/far.test@{FAR}: kvno" in text, f"{done}")
    off = ["--set", "KerberosDelegation=False"]
    done = server.sign_on(MIC, *off, cache=cache, command=onward)
    check(done.status == 1 and done.out == b"", f"wanted no ticket there: {done}")
    for options, told in (([], "delegation granted"), (off, "delegation not asked for")):
        done = server.sign_on(MIC, "-v", *options, cache=cache).expect(0, out=b"in\n")
        check(told in done.err, f"wanted {told}: {done}")


def show_no_delegation(world, server):
    """The KDC forwards nothing of this user's, and the sign-on goes on all the same."""
    cache = world.ticket("plain")
    done = server.sign_on(MIC, cache=cache, command="klist")
    check(done.status == 1 and done.out == b"", f"wanted no ticket there: {done}")
    told = server.sign_on(MIC, "-v", cache=cache)
    expect_in(told, server, PLAIN)
    check("delegation not granted" in told.err, f"it isn't told: {told}")


def show_audit(world, server):
    """The record says whose ticket it was, for which service, and what became of the delegation;
    also for a user who isn't let in."""
    audit = Audit()
    for user, options, delegated in (("alice", [], True),
                                     ("alice", ["--set", "KerberosDelegation=False"], False),
                                     ("mallory", [], None)):
        done = server.sign_on(MIC, *audit.settings(), *options, cache=world.ticket(user))
        check((done.status == 0) == (user == "alice"), str(done))
        records = audit.records()
        check_schema(records)
        last = [record for record in records if record["type"] == "kerberos"][-1]
        check(last["principal"] == f"{user}@{HOME}", str(last))
        check(last["service"] == f"host/localhost@{HOME}", str(last))
        check(delegated is None or last["delegated"] == delegated, str(last))
    tried = [record for record in records if record["type"] == "auth_attempt"]
    check([(t["method"], t["accepted"]) for t in tried] ==
          [(MIC_METHOD, True), (MIC_METHOD, True), (MIC_METHOD, False)], str(tried))
    audit.expect_whole()


# --- Whose tickets -------------------------------------------------------------------------------


def show_alternate(world, server):
    """ssh_password gets tickets of the object's own; a cache of another's is neither read nor
    written, and none is left behind."""
    foreign = world.ticket("mallory")
    before = foreign.read_bytes()
    right = ["--password-file", secret_file(PASSWORD)]
    expect_in(server.sign_on(MIC, *right, cache=foreign), server, f"{servers.USER}@{HOME}")
    check(list(foreign.parent.iterdir()) == [foreign], "something was left beside the cache")
    server.sign_on(MIC, "-vvv", *right).expect(0, out=b"in\n") # where no password is told
    check(not (world.folder / "no-cache").exists(), "a cache was made")
    done = server.sign_on(MIC, "--password-file", secret_file("a guess"), cache=foreign)
    done.expect_failure(FAILED)
    check("a guess" not in done.err, f"the password is told: {done}")
    check(foreign.read_bytes() == before, "the foreign cache was written")


def show_alternate_elsewhere(world, server):
    """KerberosRealm says whose user it is, and the service stays where it is."""
    done = server.sign_on(
        MIC, "--password-file", secret_file(PASSWORD), "--set", f"KerberosRealm={FAR}",
        "--set", f"KerberosSPN=host/localhost@{HOME}",
    )
    expect_in(done, server, f"{servers.USER}@{FAR}")


def show_objects(world, server):
    """Objects of one process, at the same time, with the same password: each is whom it says."""
    prints = ",".join(option.partition("=")[2] for option in server.trust())
    rounds = 4
    for mode in (MIC, realms.KEYEX):
        server.mark = len(server.log.read_bytes())
        done = support.run(
            [mode, server.port, servers.USER, prints, f"host/localhost@{HOME}", rounds, HOME, FAR],
            f"{PASSWORD}\n".encode(), program=API, env=world.environment(world.ticket("mallory")),
        )
        wanted = "".join(
            f"{realm} client={servers.USER}@{realm} delegated=granted code=0\n"
            for realm in (HOME, FAR)
        )
        done.expect(0, out=wanted.encode())
        for realm in (HOME, FAR):
            count = server.told().count(f"krb5 principal {servers.USER}@{realm} ")
            check(count == rounds, f"{realm}: {count} sign-ons")


def show_keytab(world, server):
    """A keytab in place of a ticket; of several users the one of that name, or else the first."""
    own, several = world.keytab_of("alice"), world.keytab_of("mallory", servers.USER)
    foreign = world.ticket("mallory")
    for keytab, user in ((own, ALICE), (several, f"{servers.USER}@{HOME}")):
        for cache in (None, foreign):
            done = server.sign_on(MIC, "--set", f"KerberosKeytab={keytab}", cache=cache)
            expect_in(done, server, user)
    missing = own.with_name("nothing")
    done = server.sign_on(MIC, "--set", f"KerberosKeytab={missing}", cache=foreign)
    return done.expect_failure(FAILED, str(missing)).lines()[0]


def show_cache(world, server):
    """KerberosCache before the environment's."""
    alice, foreign = world.ticket("alice"), world.ticket("mallory")
    place = support.folder("collection")
    shutil.copy(alice, place / "tkt")
    (place / "primary").write_text("tkt\n", encoding="utf-8")
    for name in (alice, f"FILE:{alice}", f"DIR:{place}"):
        done = server.sign_on(MIC, "--set", f"KerberosCache={name}", cache=foreign)
        expect_in(done, server, ALICE)
    done = server.sign_on(MIC, "--set", f"KerberosCache={place / 'nothing'}", cache=alice)
    return done.expect_failure(FAILED, "ticket").lines()[0]


# --- Names ---------------------------------------------------------------------------------------


def show_service(world, server, spn, service):
    """The ticket that is asked for, as the cache shows it afterwards."""
    cache = world.ticket("alice")
    options = ["--set", f"KerberosSPN={spn}"] if spn else []
    server.sign_on(MIC, *options, cache=cache).expect(0, out=b"in\n")
    check(f" {service}\n" in world.list(cache), f"wanted {service}: {world.list(cache)}")


def show_address(world, server):
    """An address is a name as any other: no name is looked up for it."""
    cache = world.ticket("alice")
    server.sign_on(MIC, cache=cache, host=servers.ADDRESS).expect(0, out=b"in\n")
    listed = world.list(cache)
    check(f" host/{servers.ADDRESS}@{HOME}\n" in listed, listed)
    check("host/localhost" not in listed, f"the name was looked up: {listed}")


def show_realm(world, server):
    """A user of the other realm, and a server that is said to be there."""
    expect_in(server.sign_on(MIC, cache=world.ticket(BOB)), server, BOB)
    cache = world.ticket("alice")
    done = server.sign_on(MIC, "--set", f"KerberosRealm={FAR}", cache=cache)
    expect_in(done, server, ALICE)
    listed = world.list(cache)
    check(f" host/localhost@{FAR}\n" in listed, f"wanted a ticket of {FAR}: {listed}")


# --- Several methods -----------------------------------------------------------------------------


def show_then_password(world, setup):
    """First a ticket, then a password; the ticket is a cache's, or what the password gives."""
    password = ["--password-file", secret_file(PASSWORD)]
    with realms.Server(
        world, "AuthenticationMethods gssapi-with-mic,password", password=PASSWORD
    ) as server:
        for mode, options, cache, user in [
            (SEVERAL, password, world.ticket("alice"), ALICE),
            (MIC, [*password, "--set", "TryAllAvailableAuthMethods=True"], None,
             f"{servers.USER}@{HOME}"),
        ]:
            done = server.sign_on(mode, *setup.options, *options, cache=cache)
            done.expect(0, out=b"in\n")
            told = server.told()
            check("Partial gssapi-with-mic" in told, f"wanted gssapi-with-mic first: {told}")
            check(f"krb5 principal {user} " in told, f"wanted {user}: {told}")
            check(server.accepted() == ["password"], f"wanted password last: {server.accepted()}")
        done = server.sign_on(MIC, *setup.options, cache=world.ticket("alice"))
        return done.expect_failure(FAILED, "password").lines()[0]


def main():
    report = support.Report()
    with realms.Realms() as world, realms.Server(world) as server:
        report.case("OpenSSH's client", show_openssh, world, server)
        for setup in support.all_setups():
            report.case(f"{setup.name}: with-mic", show_mic, world, server, setup)
            report.case(f"{setup.name}: then password", show_then_password, world, setup)
        for name, function in [
            ("delegation", show_delegation), ("the audit", show_audit),
            ("delegation that the KDC refuses", show_no_delegation),
            ("several objects", show_objects),
            ("alternate credentials", show_alternate),
            ("alternate credentials of FAR", show_alternate_elsewhere), ("a keytab", show_keytab),
            ("a cache", show_cache), ("an address", show_address), ("another realm", show_realm),
        ]:
            report.case(name, function, world, server)
        for spn, service in [
            (None, f"host/localhost@{HOME}"),
            ("host/other.home.test", f"host/other.home.test@{HOME}"),
            (f"ssh-gate/localhost@{HOME}", f"ssh-gate/localhost@{HOME}"),
            (f"host/far.test@{FAR}", f"host/far.test@{FAR}"),
        ]:
            report.case(f"service {spn}", show_service, world, server, spn, service)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
