"""Each kex x cipher x MAC x host key type of each policy against OpenSSH 9 and 10: a command runs,
its streams and its status arrive, and what was negotiated is what was asked for. Pairs of them in
a quick run, all combinations in a full one. What the provider or OpenSSH hasn't is named; that
each of those works too is shown by test_algorithms.py and test_post_quantum.py."""

import concurrent.futures
import itertools
import os

import other_servers
import support

KINDS = ("kex", "cipher", "mac", "host key")
BODY = os.urandom(3000)


class KnownGroups:
    """Without a file of groups sshd has those of RFC 3526 to give in a group exchange, and an
    approved policy takes no other: test_policies.py shows that."""

    def more_lines(self):
        return [*super().more_lines(), "ModuliFile /dev/null"]


class OpenSsh(KnownGroups, other_servers.OpenSsh):
    pass


class OpenSsh10(KnownGroups, other_servers.OpenSsh10):
    pass


def show(server, setup, row):
    kex, cipher, mac, key = row
    done = server.run(
        "cat; echo told >&2; exit 5", *setup.options, "-v", "-c", cipher, "-m", mac,
        "-o", f"KexAlgorithms={kex}", "-o", f"HostKeyAlgorithms={key}", stdin=BODY,
    )
    done.expect(5, out=BODY)
    support.check("told\n" in done.err, f"standard error is lost: {done}")
    has_own_mac = not ("gcm" in cipher or "poly1305" in cipher)
    wanted = [
        f"kex: {kex}", f"host key: {key}", f"cipher to server: {cipher}",
        f"cipher to client: {cipher}",
        f"MAC to server: {mac}" if has_own_mac else "MAC to server: (part of the cipher)",
    ]
    for line in wanted:
        support.check(f"sexec: negotiated {line}\n" in done.err, f"wanted {line!r}: {done}")


def is_provided(setup, name):
    """Whether the provider has it; that the policy does is known."""
    return support.run([*setup.options, "--explain", setup.policy, name]).status == 0


def speaker(servers, row):
    """The first server that speaks all of the row, or None."""
    for server in servers:
        if all(name in server.offer[kind] for kind, name in zip(KINDS, row)):
            return server
    return None


def columns_of(setup, servers):
    """The policy's lists, without what is told as missing."""
    columns = []
    for kind, names in zip(KINDS, setup.lists()):
        provided = [name for name in names if is_provided(setup, name)]
        spoken = [name for name in provided if any(name in each.offer[kind] for each in servers)]
        for who, had, has in (("the provider", names, provided), ("OpenSSH", provided, spoken)):
            missing = [name for name in had if name not in has]
            if missing:
                print(f"{setup.name}: {who} has no {kind} {', '.join(missing)}")
        support.check(len(spoken) >= 2, f"{setup.name}: nothing to combine of {kind} {names}")
        columns.append(spoken)
    return columns


def show_setup(servers, setup, report):
    columns = columns_of(setup, servers)
    rows = list(itertools.product(*columns)) if support.IS_FULL else support.pairwise(columns)
    sizes = " x ".join(str(len(column)) for column in columns)
    print(f"{setup.name}: {sizes} algorithms, {len(rows)} combinations", flush=True)
    quiet = support.Report()
    quiet.print_good = False
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for row in rows:
            pool.submit(quiet.case, " ".join(row), show, speaker(servers, row), setup, row)
    report.case(
        f"{setup.name}: {len(rows)} combinations", support.check,
        quiet.count == len(rows) and not quiet.failures,
        f"{quiet.count} were tried, {len(quiet.failures)} failed: {quiet.failures[:20]}",
    )


def main(setups):
    """The exit status of a test that shows these."""
    report = support.Report()
    servers = [OpenSsh(), OpenSsh10()]
    for setup in setups:
        report.case(f"{setup.name}: lists", show_setup, servers, setup, report)
    return report.end()
