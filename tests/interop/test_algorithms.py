#!/usr/bin/python3
"""Every algorithm of algorithms.tsv, each in a session of its own that carries data both ways and
renews its keys: with each real server that offers it (in a quick run: with two of them), else with
a test peer whose primitives aren't ours, else by the unit test that is named. Says what each server
offers, and at the end how each row was shown. A row that nothing shows is a failure. In a build
without SEXEC_LEGACY only what is left is due."""

import concurrent.futures
import hashlib
import os
import pathlib
import random
import subprocess
import sys

import other_servers
import server_keys
import support

TABLE = pathlib.Path(__file__).with_name("algorithms.tsv")
# What every server here speaks: the four others in a session that shows a fifth.
USUAL = {
    "kex": "ecdh-sha2-nistp256", "host key": "ecdsa-sha2-nistp256", "cipher": "aes128-ctr",
    "mac": "hmac-sha2-256", "compression": "none",
}
# A user's X.509 certificate comes with the key stores. Until then no session signs with it; the
# unit test holds the signatures against keys, certificates and signatures that Python's
# cryptography made.
BY_UNIT_TEST = {
    ("user signature", "x509v3-sign-rsa"): "crypto.legacy_sign",
    ("user signature", "x509v3-sign-dss"): "crypto.legacy_sign",
}
KEY_OF_SIGNATURE = {
    "ssh-rsa": "rsa", "rsa-sha2-256": "rsa", "rsa-sha2-512": "rsa", "ssh-dss": "dsa",
    "ecdsa-sha2-nistp256": "ecdsa256", "ecdsa-sha2-nistp384": "ecdsa384",
    "ecdsa-sha2-nistp521": "ecdsa521", "ssh-ed25519": "ed25519",
}
# What a server takes from users isn't in its KEXINIT. Twisted and Paramiko of this age know no
# other RSA signatures of users than ssh-rsa.
USER_SERVERS = {
    "ssh-rsa": (
        other_servers.OpenSsh, other_servers.OpenSsh10, other_servers.Dropbear,
        other_servers.Uppity, other_servers.AsyncSsh, other_servers.Paramiko, other_servers.Conch,
    ),
}
HYBRIDS = ("mlkem768x25519-sha256", "mlkem768nistp256-sha256", "mlkem1024nistp384-sha384")
BODY = random.Random(4253).randbytes(20_000) + bytes(20_000)
BODY_SUM = f"{hashlib.sha256(BODY).hexdigest()}  -\n".encode()
QUICK_SERVERS = 2


class Row:
    def __init__(self, line):
        self.kind, self.name, self.origin, *by = line.split("\t")
        self.by = by[0] if by else ""  # another test, by the name that ctest has for it
        self.is_built = True
        self.shown = []  # how

    def __str__(self):
        return f"{self.kind} {self.name}"


def read_table():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Row(line) for line in lines if line and not line.startswith("#")]


def built_rows():
    """(kind, name) of all that the widest policy holds, which is all that is built."""
    kinds = {
        "kex": "kex", "host-key": "host key", "user-key": "user signature", "cipher": "cipher",
        "mac": "mac", "compression": "compression",
    }
    found = set()
    for line in support.query(f"policy {support.WIDEST}"):
        kind, _, rest = line.partition(" ")
        kind = kind.removesuffix("-opt-in")
        place, _, facts = rest.partition(": ")
        if kind in kinds and place.isdigit():
            found.add((kinds[kind], facts.split()[0]))
    return found


def check_complete(rows):
    named = {(row.kind, row.name) for row in rows}
    built = built_rows()
    if support.HAS_LEGACY:
        support.check(named == built, f"the table and policy legacy differ in {named ^ built}")
        return
    for row in rows:
        row.is_built = (row.kind, row.name) in built
    support.check(built < named, f"the table lacks {built - named}, or nothing is left out")


# --- One row with one server ----------------------------------------------------------------------


def provider_for(row):
    """Options of the provider: the hybrids need ML-KEM, which the 3.5 module has."""
    if row.name not in HYBRIDS:
        return []
    for version, place in support.modules():
        if version.startswith("3.5."):
            return ["--provider", "fips", "--module-dir", place]
    raise support.Failure("no module 3.5 is at hand")


def show(row, server):
    names = dict(USUAL)
    base, mark, _ = row.name.partition("-cert-v01@")
    options = ["--policy", support.WIDEST, "-v", *provider_for(row)]
    key = None
    if row.kind == "user signature":
        key = server_keys.user_key(KEY_OF_SIGNATURE[base])
        options += ["-o", f"PubkeyAcceptedAlgorithms={row.name}"]
        if mark:
            coded = server_keys.user_certificate(KEY_OF_SIGNATURE[base])
            options += ["--set", f"SignedSSHCert={row.name} {coded}"]
    else:
        names[row.kind] = row.name
    options += [
        "-c", names["cipher"], "-m", names["mac"], "-o", f"KexAlgorithms={names['kex']}",
        "-o", f"HostKeyAlgorithms={names['host key']}", "-o", "RekeyLimit=16K",
    ]
    if row.kind == "compression":
        options += ["--set", f"ssh_compression_algorithms={names['compression']}"]
    # Some servers must have all of the input before anything comes back.
    reader, out = ("cat", BODY) if server.is_safe_in_rekey else ("sha256sum", BODY_SUM)
    command = f"{reader}; echo told >&2; {server.linger}exit 5"
    done = server.run(command, *options, key=key, stdin=BODY, timeout=60)
    done.expect(5, out=out)
    support.check("told\n" in done.err, f"standard error is lost: {done}")
    has_own_mac = not ("gcm" in names["cipher"] or "poly1305" in names["cipher"])
    wanted = {
        "kex": names["kex"], "host key": names["host key"],
        "cipher to server": names["cipher"], "cipher to client": names["cipher"],
        "MAC to server": names["mac"] if has_own_mac else "(part of the cipher)",
        "MAC to client": names["mac"] if has_own_mac else "(part of the cipher)",
        "compression to server": names["compression"],
        "compression to client": names["compression"],
    }
    for what, name in wanted.items():
        line = f"sexec: negotiated {what}: {name}\n"
        support.check(line in done.err, f"wanted {line!r}: {done}")
    exchanges = done.err.count("sexec: Key exchange (")
    support.check(exchanges >= 2, f"the keys were not renewed: {done}")


# --- All rows -------------------------------------------------------------------------------------


def start_all(report):
    """The servers that run, and what they offer on standard output."""
    found = []
    for kind in other_servers.EVERY:
        try:
            server = other_servers.start(kind)
            offer = server.offer
        except (support.Failure, OSError, subprocess.CalledProcessError) as error:
            report.case(f"{kind.name} runs", support.check, False, f"MISSING: {error}")
            continue
        found.append(server)
        print(f"{server} offers:")
        for list_name, names in offer.items():
            print(f"    {list_name}: {' '.join(names)}")
    return found


def servers_for(row, running, used):
    """Those that speak it: real ones before the test peer, the least used first."""
    if row.by or (row.kind, row.name) in BY_UNIT_TEST:
        return []
    if row.kind == "user signature":
        classes = USER_SERVERS.get(row.name, (other_servers.OpenSsh,))
        speaking = [server for server in running if type(server) in classes]
    else:
        speaking = [server for server in running if row.name in server.offer[row.kind]]
    real = [server for server in speaking if not isinstance(server, other_servers.Peer)]
    if not real:
        return speaking
    if not support.IS_FULL:
        real = sorted(real, key=lambda server: used.get(server.name, 0))[:QUICK_SERVERS]
    for server in real:
        used[server.name] = used.get(server.name, 0) + 1
    return real


def run_unit_test(name):
    room, file = name.split(".")
    binary = support.BUILD / "tests" / "unit" / room / f"test_{file}"
    done = subprocess.run([binary], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    support.check(done.returncode == 0, f"{binary}: {done.stdout[-2000:]}")


def show_row(row, speaking, report):
    if (row.kind, row.name) in BY_UNIT_TEST:
        unit_test = BY_UNIT_TEST[row.kind, row.name]
        before = len(report.failures)
        report.case(f"{row}: unit test {unit_test}", run_unit_test, unit_test)
        if len(report.failures) == before:
            row.shown.append(f"unit test {unit_test}")
    if row.by:
        kind, file = row.by.split(".")
        found = list((support.SOURCE / "tests" / kind).glob(f"test_{file}.*"))
        report.case(f"{row}: {row.by}", support.check, found, f"there is no test {row.by}")
        row.shown += [row.by] * len(found)
    for server in speaking:
        def case(server=server):
            show(row, server)
            row.shown.append(str(server))

        report.case(f"{row} with {server}", case)


def print_table(rows):
    width = max(len(str(row)) for row in rows)
    for row in rows:
        how = ", ".join(sorted(row.shown)) if row.is_built else "not in this build"
        print(f"{str(row):{width}}  {how or 'NOT SHOWN'}")
    due = [row for row in rows if row.is_built]
    shown = [row for row in due if row.shown]
    print(f"{len(rows)} rows, {len(due)} in this build, {len(shown)} shown")
    missing = [str(row) for row in due if not row.shown]
    support.check(not missing, f"not shown: {', '.join(missing)}")


def main():
    report = support.Report()
    report.print_good = False
    rows = read_table()
    report.case("the table is complete", check_complete, rows)
    running = start_all(report)
    used = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=2 * os.cpu_count()) as pool:
        for row in rows:
            if row.is_built:
                pool.submit(show_row, row, servers_for(row, running, used), report)
    print(f"{report.count} sessions, by server: {used}")
    report.case("every row is shown", print_table, rows)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
