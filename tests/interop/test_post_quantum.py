#!/usr/bin/python3
"""The hybrids of RFC 10042 against PuTTY's and OpenSSH's implementations of ML-KEM.

Under policy fips with a module that has ML-KEM the two NIST ones complete, and are the first
choice; with one that hasn't, they are neither offered nor to be had. mlkem768x25519-sha256 is
refused by policy fips, and completes under policy default with the same module."""

import hashlib
import sys

import other_servers
import support

NIST_HYBRIDS = ("mlkem768nistp256-sha256", "mlkem1024nistp384-sha384")
X25519_HYBRID = "mlkem768x25519-sha256"
BODY = bytes(range(256)) * 200
BODY_SUM = f"{hashlib.sha256(BODY).hexdigest()}  -\n".encode()


def hybrids(module):
    """Whether that module has ML-KEM."""
    version, _ = module
    major, minor, *_ = version.split(".")
    return (int(major), int(minor)) >= (3, 5)


def options_for(policy, module):
    return ["--policy", policy, "--provider", "fips", "--module-dir", module[1]]


def exchanged(done):
    """The key exchanges of a session, in their order."""
    lead = "sexec: Key exchange ("
    lines = [line for line in done.err.splitlines() if line.startswith(lead)]
    return [line.split("kex ", 1)[1].split(",")[0] for line in lines]


def complete(server, policy, module, wanted, *options):
    """A command runs over that exchange, and over a second one of the same kind."""
    reader, out = ("cat", BODY) if server.is_safe_in_rekey else ("sha256sum", BODY_SUM)
    command = f"{reader}; echo told >&2; {server.linger}exit 5"
    done = server.run(
        command, *options_for(policy, module), "-v", "-o", "RekeyLimit=16K", *options, stdin=BODY
    )
    done.expect(5, out=out)
    support.check("told\n" in done.err, f"standard error is lost: {done}")
    kinds = exchanged(done)
    support.check(len(kinds) >= 2 and set(kinds) == {wanted}, f"the exchanges were {kinds}: {done}")
    return f"{len(kinds)} exchanges"


def refuse(server, policy, module, name, *words):
    done = server.run("true", *options_for(policy, module), "-o", f"KexAlgorithms={name}")
    done.expect_failure(None, name, *words)
    return done.lines()[0]


def not_offered(server, policy, module):
    """Without a wish the session takes another exchange; the hybrids stay out of it."""
    done = server.run(f"{server.linger}exit 5", *options_for(policy, module), "-v")
    done.expect(5)
    kinds = exchanged(done)
    support.check(kinds and not any("mlkem" in kind for kind in kinds), f"took {kinds}: {done}")
    return kinds[0]


def main():
    report = support.Report()
    modules = support.modules()
    servers = {}
    for kind in (other_servers.Uppity, other_servers.OpenSsh10):
        try:
            servers[kind] = other_servers.start(kind)
        except (support.Failure, OSError) as error:
            report.case(f"{kind.name} runs", support.check, False, f"MISSING: {error}")
    uppity = servers.get(other_servers.Uppity)
    support.check(any(map(hybrids, modules)), "MISSING: a module with ML-KEM, 3.5 or later")
    support.check(uppity, "MISSING: uppity, see tests/support/servers.sh")
    for module in modules:
        with_module = f"with module {module[0]}"
        if not hybrids(module):
            report.case(f"fips {with_module} offers no hybrid", not_offered, uppity, "fips", module)
            for name in NIST_HYBRIDS:
                report.case(
                    f"fips {with_module} refuses {name}", refuse, uppity, "fips", module, name,
                    "policy fips", "provider fips", module[0],
                )
            continue
        for name in NIST_HYBRIDS:
            report.case(
                f"fips {with_module}: {name} with uppity", complete, uppity, "fips", module, name,
                "-o", f"KexAlgorithms={name}",
            )
        report.case(
            f"fips {with_module} chooses {NIST_HYBRIDS[0]} by itself", complete, uppity, "fips",
            module, NIST_HYBRIDS[0],
        )
        report.case(
            f"fips {with_module} refuses {X25519_HYBRID}", refuse, uppity, "fips", module,
            X25519_HYBRID, "fips",
        )
        for server in servers.values():
            report.case(
                f"default {with_module}: {X25519_HYBRID} with {server}", complete, server,
                "default", module, X25519_HYBRID, "-o", f"KexAlgorithms={X25519_HYBRID}",
            )
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
