#!/usr/bin/python3
"""An audit file of 10,000 records, and each kind of damage at random places: all of it is found and
named rightly. SEXEC_TEST_FULL: 1,000 trials of each kind; else a few."""

import concurrent.futures
import os
import random
import shutil
import sys

import servers
import support
from audit_tools import Audit
from support import check

HELPER = support.BUILD / "tests" / "interop" / "audit_damage"
KINDS = ("changed", "removed", "inserted", "reordered", "resealed", "cut")
RECORDS = 10000


def make():
    audit = Audit()
    support.run([audit.file, audit.key, RECORDS], program=HELPER).expect(0)
    verdict = audit.expect_whole()
    check(int(verdict["records"]) == RECORDS, str(verdict))
    signer = audit.folder / "signer"
    servers.make_key(signer, "ecdsa256")
    kept = audit.file.read_bytes()
    done = audit.tool("checkpoint", "--key", audit.key, "--sign", signer, audit.file).expect(0)
    audit.file.write_bytes(kept)  # without the record of the checkpoint
    return audit, done.out, signer


def try_kind(made, kind, trials):
    audit, checkpoint, signer = made
    scratch = audit.folder / kind
    (audit.folder / f"{kind}.checkpoints").write_bytes(checkpoint)
    shutil.copy(f"{signer}.pub", audit.folder / f"{kind}.pub")
    seed = random.randrange(2**31)
    done = support.run([audit.file, audit.verifier, scratch, kind, trials, seed], program=HELPER,
                       timeout=1100)
    check(done.status == 0, f"seed {seed}: {done.out.decode()}")
    return done.out.decode().strip()


def main():
    is_full = bool(os.environ.get("SEXEC_TEST_FULL"))
    support.watch(1150 if is_full else 120)
    report = support.Report()
    trials = 1000 if is_full else 15
    made = make()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for kind in KINDS:
            pool.submit(report.case, kind, try_kind, made, kind, trials)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
