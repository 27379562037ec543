#!/usr/bin/python3
"""Large streams arrive bit-exact while keys are exchanged every 16 MiB: standard output, standard
input and both at once, with the client and with the server asking for the exchanges, under each
policy and module. Peak memory stays under 16 MiB. 64 MiB in a quick run and under the sanitizers,
1 GiB in a full one."""

import hashlib
import os
import pathlib
import subprocess
import sys
import threading
import time

import pattern
import servers
import support
from support import MIB, check

MIBS = 1024 if support.IS_FULL and not support.IS_SANITIZED else 64
REKEY_MIBS = 16
PEAK_LIMIT_KIB = 16 * 1024
PEAK = support.BUILD / "tests" / "interop" / "peak"
OUT_SEED, IN_SEED = 1, 2
GENERATE = f"{sys.executable} {pathlib.Path(pattern.__file__).resolve()} {MIBS} {OUT_SEED}"
COMMANDS = {
    "stdout": f"{GENERATE}; exit 9",
    "stdin": "sha256sum; exit 9",
    # The hash of the input comes by standard error, as standard output is in use.
    "both": f"exec 3<&0; {GENERATE} & sha256sum <&3 >&2; wait; exit 9",
}


def hash_of(seed):
    digest = hashlib.sha256()
    for block in pattern.blocks(MIBS, seed):
        digest.update(block)
    return digest.hexdigest()


def feed(stdin):
    try:
        for block in pattern.blocks(MIBS, IN_SEED):
            stdin.write(block)
    except BrokenPipeError:
        pass # sexec's own words say why
    stdin.close()


def collect(stream, into):
    into.append(stream.read())


def show(server, setup, direction, options, expected):
    """One stream; a sentence about it."""
    peak_file = support.scratch / f"peak-{threading.get_ident()}"
    has_input = direction != "stdout"
    process = subprocess.Popen(
        [PEAK, peak_file, support.SEXEC, *map(str, server.options()), *setup.options, *options,
         "-v", f"{servers.USER}@{servers.ADDRESS}", COMMANDS[direction]],
        stdin=subprocess.PIPE if has_input else subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=support.clean_environment(),
    )
    started = time.monotonic()
    threads, err = [], []
    if has_input:
        threads.append(threading.Thread(target=feed, args=(process.stdin,)))
    threads.append(threading.Thread(target=collect, args=(process.stderr, err)))
    for thread in threads:
        thread.start()
    digest, length, head = hashlib.sha256(), 0, b""
    while block := process.stdout.read1(MIB):
        digest.update(block)
        length += len(block)
        head = (head + block)[:200] if length < 1000 else head
    for thread in threads:
        thread.join()
    status = process.wait()
    seconds = time.monotonic() - started
    text = err[0].decode("utf-8", "replace")

    check(status == 9, f"wanted status 9, got {status}: {text[-2000:]}")
    if direction != "stdin":
        check(length == MIBS * MIB, f"{length} bytes instead of {MIBS} MiB arrived: {text[-2000:]}")
        check(digest.hexdigest() == expected["out"], "standard output is not what was sent")
    if direction == "stdin":
        check(expected["in"] in head.decode(), f"standard input is not what was sent: {head!r}")
    if direction == "both":
        check(expected["in"] in text, f"standard input is not what was sent: {text[-2000:]}")
    return seconds, text, int(peak_file.read_text(encoding="utf-8"))


def show_rekeys(server, setup, direction, asks, expected):
    options = ["--set", f"KeyRenegotiationThreshold={REKEY_MIBS * MIB}"] if asks == "client" else []
    seconds, text, peak = show(server, setup, direction, options, expected)
    reason = "bytes" if asks == "client" else "by the server"
    rekeys = text.count(f"Key exchange ({reason})")
    # Each side counts what it sends and what it receives; either may reach the limit first.
    wanted = MIBS // REKEY_MIBS - 1
    check(rekeys >= wanted, f"{rekeys} key exchanges instead of {wanted} or more")
    if not support.IS_SANITIZED:
        check(peak < PEAK_LIMIT_KIB, f"peak memory {peak} KiB")
    speed = MIBS * (2 if direction == "both" else 1) / seconds
    return f"{MIBS} MiB, {rekeys} key exchanges, {speed:.0f} MiB/s, peak {peak} KiB"


def main():
    report = support.Report()
    setups = support.all_setups()
    expected = {"out": hash_of(OUT_SEED), "in": hash_of(IN_SEED)}
    if os.environ.get("SEXEC_TEST_FULL") and support.IS_SANITIZED:
        print("a build with sanitizers: 64 MiB all the same")
    with servers.Sshd() as quiet, servers.Sshd(f"RekeyLimit {REKEY_MIBS}M") as asking:
        for setup in setups:
            for asks, server in (("client", quiet), ("server", asking)):
                for direction in COMMANDS:
                    report.case(
                        f"{setup.name}: {direction}, keys exchanged by the {asks}",
                        show_rekeys, server, setup, direction, asks, expected,
                    )
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
