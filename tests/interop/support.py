"""What the interop tests share: the command under test, real servers, cases and their report.

Environment:
  SEXEC_BUILD_DIR      the build to test (build/release of this tree)
  SEXEC_TEST_MODULES   folders with FIPS modules, colon-separated (build/modules/available)
  SEXEC_TEST_FULL      set: whole matrices and sizes
"""

import atexit
import ctypes
import dataclasses
import faulthandler
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SEXEC_BUILD_DIR") or SOURCE / "build" / "release")
SEXEC = BUILD / "sexec"
IS_FULL = bool(os.environ.get("SEXEC_TEST_FULL"))
MIB = 1024 * 1024
# The generations that the test set-up makes, by the beginning of their version.
GENERATIONS = ("3.0.", "3.5.")


def cache_value(name):
    """A value of the build's CMake cache, or ''."""
    try:
        text = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
    except OSError:
        return ""
    match = re.search(rf"^{name}:[^=]*=(.*)$", text, re.MULTILINE)
    return match.group(1) if match else ""


if not SEXEC.exists():
    sys.exit(f"{SEXEC} is not built: set SEXEC_BUILD_DIR, or run tests/run.sh")
IS_SANITIZED = bool(cache_value("SEXEC_SANITIZE"))
HAS_LEGACY = cache_value("SEXEC_LEGACY") != "OFF"
# The policy that allows the most of what is built.
WIDEST = "legacy" if HAS_LEGACY else "default"


class Failure(Exception):
    """A case did not show what it should."""


def check(condition, text):
    if not condition:
        raise Failure(text)


# --- Cleaning up ----------------------------------------------------------------------------------
# Whatever a server starts and leaves behind becomes our child, so that it can be ended by its id.

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
scratch = pathlib.Path(tempfile.mkdtemp(prefix="sexec-interop-"))


def children():
    """The ids of all our children: started by us, or inherited from one of those."""
    ids = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
            if int(after_name.split()[1]) == os.getpid():
                ids.append(int(entry.parent.name))
        except (OSError, IndexError, ValueError):
            continue
    return ids


def kill_children():
    for _ in range(100):
        ids = children()
        if not ids:
            return
        for pid in ids:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except OSError:
                continue


@atexit.register
def clean_up():
    kill_children()
    shutil.rmtree(scratch, ignore_errors=True)


def exit_on_signal(number, _frame):
    clean_up()
    os._exit(128 + number) # at once: threads of a pool would run all that is left


def watch(seconds):
    """Ends the whole test, with where each thread stands, when it takes longer than that."""

    def bark():
        print(f"FAILED: no end after {seconds} s; the threads:", flush=True)
        faulthandler.dump_traceback(file=sys.stdout)
        sys.stdout.flush()
        clean_up()
        os._exit(1)

    timer = threading.Timer(seconds, bark)
    timer.daemon = True
    timer.start()
    return timer


watchdog = watch(3600 if IS_FULL else 600 if IS_SANITIZED else 300)
signal.signal(signal.SIGTERM, exit_on_signal)
signal.signal(signal.SIGINT, exit_on_signal)


def folder(prefix):
    return pathlib.Path(tempfile.mkdtemp(prefix=prefix + "-", dir=scratch))


# --- The command under test -----------------------------------------------------------------------


@dataclasses.dataclass
class Result:
    arguments: list
    status: int  # negative: the signal that ended it
    out: bytes
    err: str
    seconds: float

    def __str__(self):
        return (
            f"{' '.join(map(str, self.arguments))}: status {self.status}, "
            f"{len(self.out)} bytes out: {self.out[:300]!r}, err: {self.err[-2000:]!r}"
        )

    def lines(self):
        """What sexec itself said: the lines of standard error that begin with its name."""
        return [line for line in self.err.splitlines() if line.startswith("sexec: ")]

    def expect(self, status, out=None, err=None):
        check(self.status == status, f"wanted status {status}: {self}")
        if out is not None:
            check(self.out == out, f"wanted {out!r}: {self}")
        if err is not None:
            check(self.err == err, f"wanted on standard error {err!r}: {self}")
        return self

    def expect_failure(self, code, *words):
        """255, one line with this code (None for any) and these words, and nothing else."""
        check(self.status == 255, f"wanted status 255: {self}")
        check(len(self.lines()) == 1, f"wanted one line: {self}")
        line = self.lines()[0]
        pattern = r" \(code \d+\)$" if code is None else rf" \(code {code}\)$"
        check(re.search(pattern, line), f"wanted code {code}: {self}")
        for word in words:
            check(word in line, f"wanted {word!r} in the line: {self}")
        return self


def clean_environment(**more):
    """Ours, without what could lead OpenSSL or the tests elsewhere; home is the scratch folder."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENSSL_", "SEXEC_"))}
    env["HOME"] = str(scratch)
    env.update(more)
    return env


def preloaded(library, **more):
    """The environment in which the command finds this library before all others."""
    if IS_SANITIZED:  # whose runtime wants to be the first, and need not be
        more["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return clean_environment(LD_PRELOAD=str(library), **more)


def run_sanitizer_first():
    """A test that loads the library into its own interpreter: when that is sanitized, the test
    begins anew with the sanitizer's runtime in front, which doesn't look for the interpreter's own
    leaks."""
    if not IS_SANITIZED or "LD_PRELOAD" in os.environ:
        return
    done = subprocess.run(["cc", "-print-file-name=libasan.so"], check=True, capture_output=True,
                          text=True)
    options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    clean_up()
    os.execve(sys.executable, [sys.executable, *sys.argv],
              dict(os.environ, LD_PRELOAD=done.stdout.strip(), ASAN_OPTIONS=options))


def run(arguments, stdin=b"", timeout=90, env=None, program=SEXEC, **options):
    """Runs the program to its end; a Failure when that doesn't come in time."""
    arguments = [str(program), *map(str, arguments)]
    if isinstance(stdin, bytes):
        options["input"] = stdin
    else:
        options["stdin"] = stdin
    started = time.monotonic()
    try:
        done = subprocess.run(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
            env=env or clean_environment(), check=False, **options,
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"no end within {timeout} s: {' '.join(arguments)}: {error.stderr}") from None
    seconds = time.monotonic() - started
    err = done.stderr.decode("utf-8", "replace")
    return Result(arguments, done.returncode, done.stdout, err, seconds)


def query(what, *arguments):
    """The lines of -Q."""
    done = run([*arguments, "-Q", *what.split()]).expect(0)
    return done.out.decode().split("\n")[:-1]


# --- Policies and modules -------------------------------------------------------------------------


@dataclasses.dataclass
class Setup:
    """A policy with what provides for it."""

    name: str
    policy: str
    options: list

    def lists(self):
        """kex, cipher, mac and host key algorithms of the policy."""
        return [query(what, *self.options) for what in ("kex", "cipher", "mac", "key")]


def modules():
    """(version, folder) of each module at hand; says which generation is missing."""
    text = os.environ.get("SEXEC_TEST_MODULES", "").replace(":", "\n")
    if not text.strip():
        listed = SOURCE / "build" / "modules" / "available"
        text = listed.read_text(encoding="utf-8") if listed.exists() else ""
    found = []
    for place in filter(None, map(str.strip, text.splitlines())):
        options = ["--policy", "fips", "--module-dir", place]
        version = next(
            line.split(": ")[1] for line in query("provider", *options)
            if line.startswith("version: ")
        )
        found.append((version, place))
    for generation in GENERATIONS:
        if not any(version.startswith(generation) for version, _ in found):
            print(f"module {generation}x: MISSING, so nothing here is shown for it")
    return found


def fips_setups():
    setups = [
        Setup(f"fips with module {version}", "fips", ["--policy", "fips", "--module-dir", place])
        for version, place in modules()
    ]
    check(setups, "not one FIPS module is at hand: set SEXEC_TEST_MODULES, or run tests/run.sh")
    return setups


def default_setup():
    return Setup("default", "default", ["--policy", "default"])


def all_setups():
    return [*fips_setups(), default_setup()]


# --- Cases ----------------------------------------------------------------------------------------


class Report:
    """Runs cases and counts; end() gives the exit status."""

    def __init__(self):
        self.count = 0
        self.failures = []
        self.lock = threading.Lock()
        self.print_good = True

    def case(self, name, function, *arguments):
        started = time.monotonic()
        try:
            shown = function(*arguments)
        except Exception as error:  # pylint: disable=broad-except
            text = str(error) if isinstance(error, Failure) else traceback.format_exc(limit=-3)
            with self.lock:
                self.count += 1
                self.failures.append(name)
                print(f"FAILED {name}: {text}", flush=True)
            return
        seconds = time.monotonic() - started
        with self.lock:
            self.count += 1
            if not self.print_good:
                return
            print(f"ok {name} [{seconds:.1f} s]{': ' + shown if shown else ''}", flush=True)

    def end(self):
        print(f"{self.count} cases, {len(self.failures)} failures")
        for name in self.failures:
            print(f"FAILED {name}")
        return 1 if self.failures or self.count == 0 else 0


def pairwise(columns, rng=random.Random(20261123)):
    """Rows such that each pair of values of two columns is in one of them: far fewer than all."""
    columns = [list(column) for column in columns]
    places = range(len(columns))
    open_pairs = {
        (i, a, j, b) for i in places for j in places if i < j for a in columns[i]
        for b in columns[j]
    }
    rows = []
    while open_pairs:
        best, best_new = None, -1
        for _ in range(60):
            i, a, j, b = rng.choice(sorted(open_pairs))
            row = [rng.choice(column) for column in columns]
            row[i], row[j] = a, b
            new = sum((x, row[x], y, row[y]) in open_pairs for x in places for y in places if x < y)
            if new > best_new:
                best, best_new = row, new
        rows.append(tuple(best))
        open_pairs -= {(x, best[x], y, best[y]) for x in places for y in places if x < y}
    return rows
