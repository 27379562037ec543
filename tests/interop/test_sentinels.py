#!/usr/bin/python3
"""Secrets stay where they were put: each one that a user can give, as a unique string, through every way
of signing on, each proxy and each key store, right and wrong. All that comes out is searched for it: the
lines of on_log and all other events, error texts, what can be read of the object, the audit's records, what
a log collector got, sexec-audit's pages, the command's output. That the search finds what is there is shown
first. The normal run has log level 3, the full one all four; secrets.c (test_secrets.py) searches memory."""

import base64
import concurrent.futures
import itertools
import sys

import pam
import realms
import sentinel_jobs as jobs
import servers
import support
import test_firewall as proxies
from audit_tools import AUDIT, Audit
from sentinel_search import found, sentinel
from support import check

PROGRAM = support.BUILD / "tests" / "interop" / "sentinels"
LEVELS = range(4) if support.IS_FULL else (3,)
POLICY = 3005


class Collector(servers.Listener):
    """Keeps what a log collector gets, byte by byte."""

    def __init__(self):
        self.got = bytearray()
        super().__init__(self.take)

    def take(self, client):
        with client: # whose end the other side waits for
            while data := client.recv(65536):
                self.got += data


def encoded(value):
    return (value if isinstance(value, bytes) else str(value).encode()).hex()


def run_program(job, *settings):
    steps = [*(("set", setting) for setting in settings), *job.steps, ("execute", job.command)]
    text = "".join(f"{verb} {encoded(value)}\n" for verb, value in steps)
    done = support.run([], text.encode(), program=PROGRAM, env=job.env, timeout=60)
    check(done.status == 0, f"the program failed: {done}")
    codes = [line for line in done.out.split(b"\n") if line.startswith(b"execute: ")]
    check(len(codes) == 1, f"one code was wanted: {done.out[-3000:]}")
    code = int(codes[0].split()[1])
    is_right = code != 0 if job.code is None else code == job.code
    check(is_right, f"wanted {job.code}: {codes[0]} {done.out[-3000:]}")
    return done


def perform(job, *settings):
    """Runs a job with an audit; all that came of it, by where it came."""
    audit = Audit()
    with Collector() as collector:
        done = run_program(
            job, f"AuditFile={audit.file}", f"AuditKeyFile={audit.key}",
            f"AuditSyslog=tcp:{servers.ADDRESS}:{collector.port}", *settings)
        servers.wait_until(lambda: b"session_end" in collector.got, 5)
        got = bytes(collector.got)
    check(b"session_begin" in got, f"the collector got nothing but {got}")
    places = {"the program's words": done.out, "standard error": done.err.encode(),
              "the audit file": audit.file.read_bytes(), "the collector": got}
    for name, words in (("show", ["show"]), ("page", ["report", "--html"])):
        places[f"sexec-audit {name}"] = support.run([*words, audit.file], program=AUDIT).expect(0).out
    return places


def expect_none(secrets, places, when):
    for secret in secrets:
        for name, form in found(secret, places)[:1]:
            at = places[name].index(form)
            near = places[name][max(0, at - 200):at + 200]
            raise support.Failure(f"{when}: {secret!r} stands in {name}: {near!r}")


def show_silence(job):
    size = 0
    for level in LEVELS:
        places = perform(job, f"LogLevel={level}")
        lines = places["the program's words"].count(b"\nlog ")
        check((lines > 0) == (level > 0), f"{lines} lines at level {level}")
        expect_none(job.secrets, places, f"level {level}")
        size += sum(map(len, places.values()))
    return f"code {job.code}, {size} bytes searched"


# --- The search itself ----------------------------------------------------------------------------


def show_search():
    """Each form of a planted secret is found, at every alignment."""
    secret = sentinel("planted")
    data = secret.encode()
    planted = [data, data.hex(), data.hex().upper(), data.hex(":"), data.hex(" ")]
    planted += [base64.b64encode(b"x" * n + data + b"yz") for n in range(6)]
    planted += ["".join(f"%{b:02X}" for b in data), "".join(f"\\u{b:04x}" for b in data)]
    planted += ["".join(f"\\x{b:02x}" for b in data)]
    planted += [secret.encode("utf-16-le"), secret.encode("utf-16-be")]
    planted += [data[:13] + b"\nlog 3 " + data[13:], data[3:16]]
    for number, text in enumerate(planted):
        text = text if isinstance(text, bytes) else text.encode()
        check(found(secret, {"it": b"before" + text + b"after"}), f"form {number}: {text}")
    odd = bytes(range(0xF0, 0x100)) * 2 # where the two alphabets of base64 differ
    for text in (base64.b64encode(b"x" + odd), base64.urlsafe_b64encode(b"xy" + odd)):
        check(found(odd, {"it": text}), f"not found: {text}")
    check(not found(secret, {"it": sentinel("other").encode() * 100}), "another one is found")
    return f"{len(planted)} forms"


def show_unmasked(server):
    """With MaskSensitive=False the log does hold the password, where the message has it, at level 3 and not
    below; records never do, and say that masking was off."""
    job = jobs.Job(server, jobs.PASSWORD, ("password", server.word), secrets=[server.word])
    places = perform(job, "LogLevel=3", "MaskSensitive=False")
    names = {name for name, _ in found(server.word, places)}
    check(names == {"the program's words"}, f"found in {names}")
    wanted = f'log 3 USERAUTH_REQUEST password="{server.word}"'.encode()
    check(wanted in places["the program's words"], "it isn't where the message has it")
    check(b'"setting":"MaskSensitive","value":"False"' in places["the audit file"], "no record")
    expect_none(job.secrets, perform(job, "LogLevel=2", "MaskSensitive=False"), "level 2")
    masked = perform(job, "LogLevel=3")["the program's words"]
    wanted = f"log 3 USERAUTH_REQUEST password=****({len(server.word)})\n".encode()
    check(wanted in masked, f"it isn't masked: {masked[-2000:]}")


def show_refused_unmasking():
    for setup in support.fips_setups():
        support.run([
            *setup.options, "--set", "MaskSensitive=False", f"x@{servers.ADDRESS}", "true",
        ]).expect_failure(POLICY, "MaskSensitive")
    for policy in ("niap", "cnsa1", "stig"):
        support.run([
            "--policy", policy, "--set", "MaskSensitive=False", f"x@{servers.ADDRESS}", "true",
        ]).expect_failure(POLICY, "MaskSensitive")


# --- The command ----------------------------------------------------------------------------------


def show_command(server, dialog):
    """sexec with all that it can say: -vvv, and its errors."""
    wrong = sentinel("wrong")
    for word, status in ((dialog.word, 0), (wrong, 255)):
        done = support.run([
            "-vvv", "-p", dialog.port, *dialog.trust(), "--password-file", realms.secret_file(word),
            "-o", "PreferredAuthentications=password", f"{servers.USER}@{servers.ADDRESS}",
            f"true --token={word}",
        ])
        check(done.status == status and "log: " in done.err, f"wanted {status}: {done}")
        expect_none([word], {"out": done.out, "err": done.err.encode()}, "sexec -vvv")
    for option in ("FirewallPassword", "ssh_password", "firewall_password", "nonsense"):
        done = server.run("true", "-vvv", "--set", f"{option}={wrong}")
        expect_none([wrong], {"out": done.out, "err": done.err.encode()}, option)


# --- All of it ------------------------------------------------------------------------------------


def run_jobs(report, pool, *generators):
    waiting = [
        pool.submit(report.case, name, show_silence, job)
        for name, job in itertools.chain(*generators)
    ]
    for one in waiting:
        one.result()


def main():
    report = support.Report()
    word, code, new, pin = map(sentinel, ("word", "code", "new", "pin"))
    asked = pam.hidden("Password: ", word)
    report.case("the search itself", show_search)
    report.case("approved policies refuse to unmask", show_refused_unmasking)
    with concurrent.futures.ThreadPoolExecutor(3) as pool, \
            servers.Sshd("MaxAuthTries 50") as server, pam.Server([asked]) as dialog, \
            pam.Server([asked, pam.hidden("Code: ", code)]) as two, \
            servers.AsyncSsh(word, new) as other:
        dialog.word = two.word = other.word = word
        two.code, other.new = code, new
        report.case("masking off", show_unmasked, dialog)
        report.case("the command", show_command, server, dialog)
        run_jobs(report, pool, jobs.password_jobs(dialog), jobs.interactive_jobs(two),
                 jobs.change_jobs(other), jobs.command_jobs(server))
        for kind in ("p256", "rsa2048"):
            server.authorize(jobs.corpus.key(kind) / "openssh.pub")
        run_jobs(report, pool, jobs.store_jobs(server))
        token = jobs.token_of(pin)
        with open(server.authorized, "a", encoding="ascii") as file:
            file.write(token.public_lines())
        run_jobs(report, pool, jobs.token_jobs(server, token, pin))
        with proxies.Tinyproxy(server.port, f"BasicAuth me {word}") as tiny, \
                proxies.Microsocks("-u", "me", "-P", word) as micro, \
                proxies.Dante(server.port) as dante, proxies.Dynamic(server) as dynamic:
            run_jobs(report, pool, jobs.proxy_jobs(server, tiny, micro, dante, dynamic, word))
        with realms.Realms() as world, realms.Server(world) as kerberized:
            run_jobs(report, pool, jobs.kerberos_jobs(world, kerberized))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
