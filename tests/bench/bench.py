"""The bench: the same work by libsexec and its peers, in turns, against one throw-away sshd.

What counts is the client's CPU time (user and system, by wait4), as medians; see README. What the
sign-on costs is part of that, but where two runs of libsexec are held against each other: there the
rows "after sign-on" hold what streaming alone took, as FIPS modules test themselves when they load.
Usage: bench.py [--smoke] [--rounds N] [--mib N] [--only PART] [--json FILE] [--markdown FILE]
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import servers  # noqa: E402  pylint: disable=wrong-import-position
import support  # noqa: E402  pylint: disable=wrong-import-position
import plain  # noqa: E402  pylint: disable=wrong-import-position
from table import CLIENTS, Table  # noqa: E402  pylint: disable=wrong-import-position

PROGRAMS = support.BUILD / "tests" / "bench"
KEX = "ecdh-sha2-nistp256"
HOST_KEY = "ecdsa-sha2-nistp256"
MUX_RUNS = 50
# A library's process has made one connection before, so that what it does once in its life (a FIPS
# module's self-tests, say) isn't divided by a number of ours; the rows of loading have that.
FRESH = "true, fresh connection, not a library's first"
AUDITED = ("sexec", "sexec_audited", "sexec_fips", "sexec_fips_audited")
AUDITED_ROWS = ("true, fresh connection, with audit", "true, a process each, with audit, cpu",
                "true, 100 fresh connections at once, with audit, cpu")
PARTS = ("streams", "audit", "tiny", "connections", "long_path", "memory")
LINK = 1000  # Mbit/s of the long path
WIDE_LINK = 400  # of that to the server with the large window, which is Python and no faster
WIDE = f"long path of {WIDE_LINK} Mbit/s, up, window of 32 MiB"
ROUND_TRIP = 100  # its milliseconds
CIPHERS = {  # row's name -> cipher, MAC
    "aes256-gcm": ("aes256-gcm@openssh.com", ""),
    "aes128-gcm": ("aes128-gcm@openssh.com", ""),
    "aes256-ctr+sha256-etm": ("aes256-ctr", "hmac-sha2-256-etm@openssh.com"),
    "chacha20-poly1305": ("chacha20-poly1305@openssh.com", ""),
}
PUTTY_CIPHERS = {"aes256-gcm": "aesgcm", "aes256-ctr+sha256-etm": "aes",
                 "chacha20-poly1305": "chacha20"}


@dataclasses.dataclass
class Run:
    """One run of one client: seconds of CPU and of the clock, what it printed, and what it said of
    itself: the seconds of CPU that were left after the sign-on, KiB of memory at the peak."""

    cpu: float
    wall: float
    out: bytes
    after_sign_on: float = 0
    peak: int = 0
    parts: list = dataclasses.field(default_factory=list)  # CPU of what it measured one by one


class Missing(Exception):
    """This client can't do that work; the text says why."""


def medians(seen):
    return {client: statistics.median(values) for client, values in seen.items()}


def measure(arguments, stdin=None, out=subprocess.DEVNULL, env=None):
    started = time.monotonic()
    process = subprocess.Popen(
        [str(argument) for argument in arguments], stdin=stdin or subprocess.DEVNULL, stdout=out,
        stderr=subprocess.PIPE, env=env or support.clean_environment(),
    )
    printed = process.stdout.read() if out == subprocess.PIPE else b""
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    support.check(process.returncode == 0, f"{arguments[0]}: {errors.decode()[-500:]}")
    said = dict(line.split(" ", 1) for line in errors.decode().splitlines() if " " in line)
    cpu = float(said.get("cpu", usage.ru_utime + usage.ru_stime))
    wall = float(said.get("wall", wall))
    parts = [float(line.split()[1]) for line in errors.decode().splitlines()
             if line.startswith("cpu ")]
    return Run(cpu, wall, printed, cpu - float(said.get("sign-on", 0)), int(said.get("peak", 0)),
               parts)


class Bench:
    def __init__(self, options, table):
        self.options = options
        self.table = table
        self.size = options.mib * support.MIB
        self.server = servers.Sshd("MaxStartups 2000:30:4000", host_keys=["ecdsa256"])
        self.folder = support.folder("bench")
        self.key = self.folder / "key"
        servers.make_key(self.key, "ecdsa256", "-m", "PEM")
        self.server.authorize(f"{self.key}.pub")
        subprocess.run(["puttygen", self.key, "-O", "private", "-o", f"{self.key}.ppk"], check=True)
        self.fingerprint = servers.fingerprint(servers.keys() / "host_ecdsa256")
        self.known = self.folder / "known_hosts"
        public = (servers.keys() / "host_ecdsa256.pub").read_text(encoding="utf-8")
        self.known.write_text(f"* {public}", encoding="utf-8")
        self.modules = support.modules()

    # --- the clients ------------------------------------------------------------------------------

    def words(self, work, cipher, **more):
        name, mac = CIPHERS[cipher]
        words = dict(
            host=servers.ADDRESS, port=self.server.port, user=servers.USER, key=self.key,
            cipher=name, mac=mac, kex=KEX, host_key_type=HOST_KEY, fingerprint=self.fingerprint,
        )
        words.update(more)
        return [work, *(f"{name}={value}" for name, value in words.items() if value != "")]

    def library(self, program, work, cipher, out=subprocess.DEVNULL, **more):
        run = lambda: measure([PROGRAMS / program, *self.words(work, cipher, **more)], out=out)
        return self.many(run, more["count"]) if work == "once" else run()

    def sexec(self, work, cipher, **more):
        return self.library("client_sexec", work, cipher, **more)

    def sexec_command(self, work, cipher, count=1, **_):
        """The command, as a user calls it: only for what starts a process each."""
        name, mac = CIPHERS[cipher]
        words = [
            support.SEXEC, "-p", self.server.port, "-i", self.key, "--host-key-fingerprint",
            self.fingerprint, "-o", f"Ciphers={name}", "-o", f"KexAlgorithms={KEX}",
            "-o", f"HostKeyAlgorithms={HOST_KEY}", *(["-o", f"MACs={mac}"] if mac else []),
            f"{servers.USER}@{servers.ADDRESS}", "true",
        ]
        return self.many(lambda: measure(words), count)

    def sexec_fips(self, work, cipher, **more):
        if cipher == "chacha20-poly1305":
            raise Missing("not approved")
        if not self.modules:
            raise Missing("no module")
        return self.sexec(work, cipher, policy="fips", module=self.modules[-1][1], **more)

    def sexec_audited(self, work, cipher, **more):
        return self.sexec(work, cipher, settings=self.audit_settings("audit"), **more)

    def sexec_fips_audited(self, work, cipher, **more):
        return self.sexec_fips(work, cipher, settings=self.audit_settings("audit_fips"), **more)

    def sha256(self, work, cipher, size=0, **_):
        """One pass of SHA-256 over as many bytes, which stream digests may cost."""
        text = ("import hashlib,sys\nh=hashlib.sha256();b=bytes(32768)\n"
                f"for _ in range({size // 32768}): h.update(b)")
        return measure([sys.executable, "-c", text])

    def libssh(self, work, cipher, **more):
        return self.library("client_libssh", work, cipher, **more)

    def libssh2(self, work, cipher, **more):
        if "gcm" in cipher or "chacha" in cipher:
            raise Missing("libssh2 1.10 hasn't that cipher")
        if "etm" in cipher:  # nor that MAC: its nearest is the same hash over the plain text
            more["mac"] = "hmac-sha2-256"
        return self.library("client_libssh2", work, cipher, **more)

    def fed(self, arguments, work, size, env=None):
        """A command that reads its standard input from a pipe."""
        feeder = None
        if work == "up":
            feeder = subprocess.Popen(["head", "-c", str(size), "/dev/zero"],
                                      stdout=subprocess.PIPE)
        elif work == "tiny_up":
            feeder = subprocess.Popen([PROGRAMS / "tiny", str(size)], stdout=subprocess.PIPE)
        try:
            return measure(arguments, stdin=feeder.stdout if feeder else None, env=env)
        finally:
            if feeder:
                feeder.stdout.close()
                feeder.wait()

    def many(self, run, count):
        runs = [run() for _ in range(count)]
        return Run(sum(r.cpu for r in runs), sum(r.wall for r in runs), b"")

    def openssh(self, work, cipher, size=0, count=1, command="true", port=None, **_):
        name, mac = CIPHERS[cipher]
        ssh = [
            "ssh", "-F", "none", "-T", "-p", port or self.server.port, "-i", self.key,
            "-o", f"UserKnownHostsFile={self.known}", "-o", "GlobalKnownHostsFile=none",
            "-o", f"Ciphers={name}", "-o", f"KexAlgorithms={KEX}",
            "-o", f"HostKeyAlgorithms={HOST_KEY}", "-o", "IdentitiesOnly=yes",
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
        ]
        if mac:
            ssh += ["-o", f"MACs={mac}"]
        destination = [f"{servers.USER}@{servers.ADDRESS}"]
        if work == "reuse":
            path = self.folder / "mux"
            subprocess.run([*map(str, ssh), "-M", "-S", path, "-f", "-N", *destination], check=True)
            try:
                run = lambda: measure(["ssh", "-F", "none", "-S", path, *destination, command])
                done = self.many(run, MUX_RUNS)
            finally:
                subprocess.run(["ssh", "-F", "none", "-S", path, "-O", "exit", *destination],
                               check=False, stderr=subprocess.DEVNULL)
            return Run(done.cpu * count / MUX_RUNS, done.wall * count / MUX_RUNS, b"")
        return self.many(lambda: self.fed([*ssh, *destination, command], work, size),
                         count if work in ("fresh", "once") else 1)

    def plink(self, work, cipher, size=0, count=1, command="true", port=None, **_):
        if cipher not in PUTTY_CIPHERS or work == "reuse":
            raise Missing("no such choice in plink")
        sessions = self.folder / ".putty" / "sessions"
        sessions.mkdir(parents=True, exist_ok=True)
        rest = ",".join(n for n in ("aesgcm", "chacha20", "aes") if n != PUTTY_CIPHERS[cipher])
        (sessions / "bench").write_text(
            f"Cipher={PUTTY_CIPHERS[cipher]},{rest},WARN\nKEX=ecdh,WARN\nHostKey=ecdsa,WARN\n"
            "Protocol=ssh\nCompression=0\n", encoding="utf-8")
        plink = [
            "plink", "-load", "bench", "-batch", "-ssh", "-T", "-P", port or self.server.port,
            "-i", f"{self.key}.ppk", "-hostkey", self.fingerprint, "-l", servers.USER,
            servers.ADDRESS, command,
        ]
        env = support.clean_environment(HOME=str(self.folder))
        return self.many(lambda: self.fed(plink, work, size, env),
                         count if work in ("fresh", "once") else 1)

    def floor(self, work, cipher, size=0, **_):
        if work != "down" or cipher != "aes256-gcm":
            raise Missing("the floor is of aes256-gcm down")
        return measure([PROGRAMS / "floor", size])

    def audit_settings(self, name):
        """An audit with digests, in a file on the disk that holds the scratch folder."""
        place = self.folder / name
        if not place.exists():
            place.mkdir()
            subprocess.run([support.BUILD / "sexec-audit", "keygen", place / "machine.key",
                            place / "verifier.key"], check=True)
        return (f"AuditFile={place / 'log'};AuditKeyFile={place / 'machine.key'};"
                "AuditDigests=True")

    # --- the work ---------------------------------------------------------------------------------

    def row(self, name, unit, clients, work, cipher="aes256-gcm", of="cpu", divide=1.0, **more):
        """Runs a row, the clients in turns, and keeps the medians of cpu or wall."""
        seen = {}
        streaming = {}
        missing = {}
        for _ in range(self.options.rounds):
            for client in clients:
                if client in missing:
                    continue
                try:
                    run = getattr(self, client)(work, cipher, **more)
                except Missing as why:
                    missing[client] = str(why)
                    continue
                seen.setdefault(client, []).append(getattr(run, of) / divide)
                if client.startswith("sexec") and work in ("down", "up"):
                    streaming.setdefault(client, []).append(run.after_sign_on / divide)
        self.table.add(name, unit, medians(seen), seen, missing)
        if streaming:
            self.table.add(f"{name}, after sign-on", unit, medians(streaming), streaming)

    def streams(self):
        clients = ["floor", "sexec", "sexec_fips", "openssh", "libssh", "libssh2", "plink"]
        gib = self.size / (1024 * support.MIB)
        for cipher in CIPHERS:
            self.row(f"down, {cipher}", "cpu s/GiB", clients, "down", cipher, divide=gib,
                     size=self.size, command=f"head -c {self.size} /dev/zero")
            self.row(f"up, {cipher}", "cpu s/GiB", clients, "up", cipher, divide=gib,
                     size=self.size, command="cat >/dev/null")

    def audit(self):
        """What an audit costs: digests of a stream, and all the records of short sessions."""
        gib = self.size / (1024 * support.MIB)
        self.row("down with audit and digests", "cpu s/GiB", [*AUDITED, "sha256"], "down",
                 divide=gib, size=self.size, command=f"head -c {self.size} /dev/zero")
        is_smoke = self.options.smoke
        self.row(AUDITED_ROWS[0], "cpu ms", AUDITED, "fresh", cipher="aes256-ctr+sha256-etm",
                 divide=(5 if is_smoke else 50) / 1000, count=5 if is_smoke else 50)
        self.rows_of_both("true, a process each, with audit", AUDITED, "once",
                          2 if is_smoke else 10)
        self.rows_of_both("true, 100 fresh connections at once, with audit", AUDITED, "at_once",
                          10 if is_smoke else 100)

    def tiny(self):
        size = min(self.size, 16 * support.MIB)
        clients = ["sexec", "sexec_fips", "openssh", "libssh", "libssh2", "plink"]
        self.row("tiny writes down", "cpu s/MB", clients, "down", divide=size / 1e6, size=size,
                 command=f"{PROGRAMS / 'tiny'} {size}")
        # A peer that sends each piece in a packet of its own keeps the server busy for a minute.
        size = min(size, 4 * support.MIB)
        self.row("tiny writes up", "cpu s/MB", clients, "tiny_up", divide=size / 1e6, size=size,
                 command="cat >/dev/null")

    def rows_of_both(self, name, clients, work, count):
        """A row of CPU and one of the clock, of the same runs, in ms for one of count."""
        runs = {}
        for _ in range(self.options.rounds):
            for client in clients:
                try:
                    run = getattr(self, client)(work, "aes256-ctr+sha256-etm", count=count)
                except Missing:
                    continue
                runs.setdefault(client, []).append(run)
        for of in ("cpu", "wall"):
            seen = {client: [getattr(run, of) * 1000 / count for run in each]
                    for client, each in runs.items()}
            self.table.add(f"{name}, {of}", "ms", medians(seen), seen)

    def connections(self):
        clients = ["sexec", "sexec_fips", "openssh", "libssh", "libssh2", "plink"]
        is_smoke = self.options.smoke
        self.rows_of_both(FRESH, clients, "fresh", 3 if is_smoke else 40)
        self.rows_of_both("true, a process each", ["sexec_command", *clients], "once",
                          2 if is_smoke else 10)
        self.rows_of_both("true, open connection", clients, "reuse", 20 if is_smoke else 200)
        self.loading()

    def loading(self):
        """What the provider costs a process: its first object, and each further one."""
        runs = {}
        for _ in range(self.options.rounds):
            for client in ("sexec", "sexec_fips") if self.modules else ("sexec",):
                runs.setdefault(client, []).append(getattr(self, client)("load", "aes256-gcm"))
        for number, name in enumerate(("first", "second")):
            seen = {client: [run.parts[number] * 1000 for run in each]
                    for client, each in runs.items()}
            self.table.add(f"provider loaded, {name} object of a process", "cpu ms",
                           medians(seen), seen)

    def rate(self, client, work, size, port, command):
        """Mbit/s of data, without what connecting and signing on take."""
        run = getattr(self, client)
        empty = run(work, "aes256-gcm", port=port, size=0, command="true")
        whole = run(work, "aes256-gcm", port=port, size=size, command=command)
        return size * 8 / 1e6 / (whole.wall - empty.wall)

    def rates(self, name, jobs):
        """A row of rates; jobs: column -> arguments of rate, or what gives the rate."""
        seen = {column: [] for column in jobs}
        for _ in range(self.options.rounds):
            for column, job in jobs.items():
                seen[column].append(job() if callable(job) else self.rate(*job))
        self.table.add(name, "Mbit/s", medians(seen), seen)

    def long_path(self):
        # The peers' rates are steady and low, so a part tells them.
        some = self.size // 8
        down = {"sexec": self.size, "openssh": some, "libssh": some // 4}
        sshd = self.server.at_standard_input()
        delay = [PROGRAMS / "delay", ROUND_TRIP // 2, LINK]
        bare = ["/usr/bin/head", "-c", self.size, "/dev/zero"]
        with listening([*delay, *sshd]) as port, listening([*delay, *bare]) as bare_port:
            jobs = {c: (c, "down", n, port, f"head -c {n} /dev/zero") for c, n in down.items()}
            self.rates("long path, down",
                       {"floor": lambda: plain.rate(bare_port, self.size), **jobs})
            self.rates("long path, up", {c: (c, "up", some, port, "cat >/dev/null") for c in down})
        wide = pathlib.Path(__file__).parent / "wide_server.py"
        with listening([sys.executable, wide, servers.keys() / "host_ecdsa256"]) as near, \
                listening([PROGRAMS / "delay", ROUND_TRIP // 2, WIDE_LINK, near]) as port:
            self.rates(WIDE, {c: (c, "up", self.size // 4, port, "drop")
                              for c in ("sexec", "openssh")})

    def memory(self):
        count = 20 if self.options.smoke else 1000
        each = {}
        for client in ("sexec", "libssh", "libssh2"):
            run = getattr(self, client)("idle", "aes256-ctr+sha256-etm", count=count,
                                        out=subprocess.PIPE)
            first, last, number = map(int, run.out.split()[1:4])
            each[client] = (last - first) / (number - 1)
        self.table.add("idle session", "KiB each", each)
        size = min(10 * self.size, 10 * 1024 * support.MIB)
        for work, command in (("down", f"head -c {size} /dev/zero"), ("up", "cat >/dev/null")):
            peaks = {}
            for client in ("sexec", "sexec_fips", "libssh"):
                with contextlib.suppress(Missing):
                    run = getattr(self, client)(work, "aes256-gcm", size=size, command=command)
                    peaks[client] = run.peak / 1024
            self.table.add(f"peak memory, {size / 1024 / support.MIB:.3g} GiB {work}", "MiB", peaks)

    # --- the marks --------------------------------------------------------------------------------

    def marks(self):
        table = self.table
        mark, best = table.mark, table.best
        print()
        first = "down, aes256-gcm"
        mark("down, aes256-gcm: against the floor", first, "sexec", 1.15,
             lambda r: table.medians(r)["floor"])
        mark("down, aes256-gcm: against the best peer", first, "sexec", 0.75, best)
        mark("up, aes256-gcm: against the best peer", "up, aes256-gcm", "sexec", 0.75, best)
        for cipher in ("aes256-ctr+sha256-etm", "chacha20-poly1305"):
            for way in ("down", "up"):
                name = f"{way}, {cipher}"
                mark(f"{name}: against the best peer", name, "sexec", 0.8, best)
        for row in [row["name"] for row in table.rows]:
            if row.endswith(", after sign-on") and not row.startswith("tiny"):
                mark(f"{row}: fips against default", row, "sexec_fips", 1.05,
                     lambda r: table.medians(r)["sexec"])
        for row in ("tiny writes down", "tiny writes up"):
            mark(f"{row}: against the best peer", row, "sexec", 0.5, best)
        for client in ("sexec", "sexec_fips"):
            mark(f"fresh connection, {client}: against the best peer",
                 f"{FRESH}, cpu", client, 0.6, best)
        mark("open connection, wall: against OpenSSH's multiplexing", "true, open connection, wall",
             "sexec", 1.0, lambda r: table.medians(r)["openssh"])
        window = 2 * support.MIB * 8 / 1e6 / (ROUND_TRIP / 1000)  # Mbit/s that sshd's window makes
        mark("long path, down: against the link", "long path, down", "sexec", 0.95,
             lambda r: LINK, at_least=True)
        mark("long path, up: against a window of 2 MiB", "long path, up", "sexec", 0.95,
             lambda r: min(LINK, window), at_least=True)
        mark(f"{WIDE}: against the link", WIDE, "sexec", 0.95, lambda r: WIDE_LINK, at_least=True)
        mark("idle session: against 40 KiB", "idle session", "sexec", 1.0, lambda r: 40)
        for row in [row["name"] for row in table.rows if row["name"].startswith("peak memory")]:
            for client in ("sexec", "sexec_fips"):
                mark(f"{row}, {client}: against 12 MiB", row, client, 1.0, lambda r: 12)
        mark("audit and digests: above the figure without, in SHA-256 passes",
             "down with audit and digests", "sexec_audited", 1.0,
             lambda r: table.medians(r)["sha256"], less=lambda r: table.medians(r)["sexec"])
        for row in AUDITED_ROWS:
            for client in ("sexec", "sexec_fips"):
                mark(f"{row}, {client}: against without", row, f"{client}_audited", 1.05,
                     lambda r, client=client: table.medians(r)[client])


@contextlib.contextmanager
def listening(arguments):
    """A program that prints the port that it listens on, or "port" and that."""
    process = subprocess.Popen([str(argument) for argument in arguments], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        yield int(process.stdout.readline().split()[-1])
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.machine())
    def first_line(*command):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        return (done.stdout or done.stderr).splitlines()[0]

    versions = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", "openssh-client", "openssh-server",
         "libssh-4", "libssh2-1", "putty-tools", "libssl3"],
        check=False, capture_output=True, text=True).stdout.split("\n")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(),
            "libsexec": first_line(str(support.SEXEC), "--version"),
            "versions": ", ".join(v for v in versions if v)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true", help="small and once: does it run at all")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--mib", type=int, default=0)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.smoke else 7)
    options.mib = options.mib or (8 if options.smoke else 1024)
    support.watchdog.cancel()
    table = Table(machine())
    bench = Bench(options, table)
    module = bench.modules[-1][0] if bench.modules else "no module"
    table.about |= {
        "rounds": options.rounds, "MiB": options.mib, "key exchange": KEX, "host key": HOST_KEY,
        "module": module, "ciphers": CIPHERS,
        "clients": {name: text.format(module=module) for name, text in CLIENTS.items()},
    }
    print("\n".join(f"{name}: {value}" for name, value in table.about.items()), flush=True)
    for part in PARTS:
        if not options.only or part in options.only:
            getattr(bench, part)()
    if options.smoke:
        print("a smoke run is too small to be held against the marks")
    else:
        bench.marks()
    bench.server.stop()
    if options.json:
        table.to_json(options.json)
    if options.markdown:
        table.to_markdown(options.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
