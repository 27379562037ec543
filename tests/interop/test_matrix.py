#!/usr/bin/python3
"""Each kex x cipher x MAC x host key type of each policy against OpenSSH: a command runs, its
streams and its status arrive, and what was negotiated is what was asked for. Pairs of them in a
quick run, all combinations in a full one."""

import concurrent.futures
import itertools
import os
import sys

import servers
import support

BODY = os.urandom(3000)


def show(server, setup, row):
    kex, cipher, mac, key = row
    done = server.run(
        "cat; echo told >&2; exit 5", *setup.options, "-v", "-c", cipher, "-m", mac,
        "-o", f"KexAlgorithms={kex}", "-o", f"HostKeyAlgorithms={key}", stdin=BODY,
    )
    done.expect(5, out=BODY)
    support.check("told\n" in done.err, f"standard error is lost: {done}")
    has_own_mac = "gcm" not in cipher
    wanted = [
        f"kex: {kex}", f"host key: {key}", f"cipher to server: {cipher}",
        f"cipher to client: {cipher}",
        f"MAC to server: {mac}" if has_own_mac else "MAC to server: (part of the cipher)",
    ]
    for line in wanted:
        support.check(f"sexec: negotiated {line}\n" in done.err, f"wanted {line!r}: {done}")


def show_setup(server, setup, report):
    columns = setup.lists()
    rows = list(itertools.product(*columns)) if support.IS_FULL else support.pairwise(columns)
    sizes = " x ".join(str(len(column)) for column in columns)
    print(f"{setup.name}: {sizes} algorithms, {len(rows)} combinations", flush=True)
    quiet = support.Report()
    quiet.print_good = False
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for row in rows:
            pool.submit(quiet.case, " ".join(row), show, server, setup, row)
    report.case(
        f"{setup.name}: {len(rows)} combinations", support.check, not quiet.failures,
        f"{len(quiet.failures)} of them failed: {quiet.failures[:20]}",
    )
    support.check(quiet.count == len(rows), "not all combinations were tried")


def main():
    report = support.Report()
    setups = support.all_setups()
    with servers.Sshd() as server:
        for setup in setups:
            show_setup(server, setup, report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
