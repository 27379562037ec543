#!/usr/bin/python3
"""The object's promises against a real server: each case of api.c."""

import sys

import servers
import support
from support import check

API = support.BUILD / "tests" / "interop" / "api"


def show_case(sshd, name):
    prints = ",".join(option.partition("=")[2] for option in sshd.trust())
    done = support.run(
        [name, "127.0.0.1", str(sshd.port), servers.USER, str(sshd.client_key), prints],
        program=API,
    )
    done.expect(0)
    return f"{done.seconds:.1f} s"


def main():
    report = support.Report()
    names = support.run(["--list"], program=API).expect(0).out.decode().split()
    check(len(names) > 5, f"api lists its cases: {names}")
    with servers.Sshd("MaxStartups 200") as sshd:
        for name in names:
            report.case(name, show_case, sshd, name)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
