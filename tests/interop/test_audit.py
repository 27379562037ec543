#!/usr/bin/python3
"""The audit in whole sessions: what is recorded, that nothing runs that can't be, what is seen of a
process that dies, and what sexec-audit makes of it."""

import errno
import hashlib
import html.parser
import os
import random
import resource
import signal
import subprocess
import sys
import time

import audit_tools
import servers
import support
from audit_tools import LOST, Audit
from support import check

SESSION = [
    "log_begin", "object_begin", "setup", "session_begin", "provider", "key_exchange", "host_key",
    "auth_attempt", "logged_on", "command_begin", "command_end", "call", "session_end", "object_end",
]
CHECKPOINT_LINES = 2


def find(records, kind):
    found = [record for record in records if record["type"] == kind]
    check(found, f"no record {kind} in {[record['type'] for record in records]}")
    return found[-1]


def show_session(sshd, setup):
    """Every record of one session, its members, and its digests."""
    audit = Audit(*setup.options)
    given = b"some input\n" * 1000
    done = audit.run(sshd, "cat; echo oops >&2; exit 3", stdin=given).expect(3)
    check(done.out == given, "output is lost")
    records = audit.records()
    kinds = [record["type"] for record in records]
    left = list(kinds)
    for kind in SESSION:
        check(kind in left, f"no {kind} in its place: {kinds}")
        left = left[left.index(kind) + 1:]
    begin = find(records, "session_begin")
    check(begin["server"] == servers.ADDRESS and begin["login"] == servers.USER, str(begin))
    check(begin["policy"] == setup.policy, str(begin))
    end = find(records, "command_end")
    check(end["state"] == "exited" and end["status"] == 3 and end["code"] == 3001, str(end))
    check((end["stdin_bytes"], end["stdout_bytes"], end["stderr_bytes"]) ==
          (len(given), len(given), 5), str(end))
    wanted = hashlib.sha256(given).hexdigest() if setup.policy == "fips" else None
    check(end["stdin_sha256"] == wanted and end["stdout_sha256"] == wanted, str(end))
    check(find(records, "host_key")["accepted"] is True, "the host key's decision")
    check(find(records, "host_key")["fingerprint"] in " ".join(sshd.trust()), "its fingerprint")
    check(find(records, "logged_on")["niap"] == "establishment", "NIAP's establishment")
    check(find(records, "session_end")["niap"] == "termination", "NIAP's termination")
    provider = find(records, "provider")
    check(provider["fips"] == (setup.policy == "fips"), str(provider))
    check(provider["self_tests_failed"] == 0, str(provider))
    results = provider["self_test_results"]
    check(len(results) == provider["self_tests"], str(provider))
    check(all(result.endswith(": pass") for result in results), str(results))
    calls = find(records, "setup")["calls"]
    for call in (f"set_ssh_user {servers.USER}", f"set_ssh_port {sshd.port}",
                 f"config AuditFile={audit.file}"):
        check(call in calls, f"no {call} in {calls}")
    end = find(records, "session_end")
    check(end["getters"] > 0 and end["sends"] > 0 and end["unapproved"] == 0, str(end))
    verdict = audit.expect_whole()
    check(int(verdict["records"]) == len(records), str(verdict))
    return f"{len(records)} records"


def show_digests_on_wish(sshd):
    audit = Audit()
    audit.run(sshd, "printf abc", "--set", "AuditDigests=True").expect(0)
    end = find(audit.records(), "command_end")
    check(end["stdout_sha256"] == hashlib.sha256(b"abc").hexdigest(), str(end))
    check(end["stderr_sha256"] == hashlib.sha256(b"").hexdigest(), str(end))


def show_failures(sshd, fips):
    """Refusals, weakenings and failures to connect."""
    audit = Audit(*fips.options)
    audit.run(sshd, "true", "-c", "chacha20-poly1305@openssh.com").expect(255)
    refusal = find(audit.records(), "policy_refusal")
    check("chacha20" in refusal["reason"] and refusal["policy"] == "fips", str(refusal))
    end = find(audit.records(), "session_end")
    check(end["niap"] == "connection failure" and end["code"] == 3005, str(end))
    audit.run(sshd, "true", "-p", "1").expect(255)
    end = find(audit.records(), "session_end")
    check(end["niap"] == "connection failure" and end["code"] == 10061, str(end))
    audit.run(sshd, "true", "--host-key-fingerprint=SHA256:" + "A" * 43).expect(0)
    other = support.run(
        ["-p", sshd.port, "-i", sshd.client_key, *audit.settings(),
         "--host-key-fingerprint=SHA256:" + "A" * 43, f"{servers.USER}@{servers.ADDRESS}", "true"])
    other.expect_failure(1030)
    check(find(audit.records(), "host_key")["accepted"] is False, "the host key that was refused")
    audit.expect_whole()


def show_weakening(sshd):
    audit = Audit()
    audit.run(sshd, "true", "--set", "SSHAcceptAnyServerHostKey=True").expect(0)
    weakening = find(audit.records(), "weakening")
    check(weakening["setting"] == "SSHAcceptAnyServerHostKey", str(weakening))
    done = audit.tool("report", "--key", audit.verifier, audit.file).expect(0)
    check("SSHAcceptAnyServerHostKey=True" in done.out.decode(), str(done))


def show_secrets_are_not_there(sshd):
    secret = "Sentinel-4711-Xyzzy"
    audit = Audit()
    support.run(
        [*audit.settings(), "-p", sshd.port, *sshd.trust(), "--set", f"SSHPassword={secret}",
         "--set", f"FirewallPassword={secret}", f"{servers.USER}@{servers.ADDRESS}", "true"])
    password = audit.folder / "password"
    password.write_text(secret + "\n", encoding="utf-8")
    password.chmod(0o600)
    support.run(
        ["-p", sshd.port, *sshd.trust(), *audit.settings(), "--password-file", password,
         f"{servers.USER}@{servers.ADDRESS}", "true"]).expect(255)
    audit.run(sshd, f"true --password={secret}; PGPASSWORD={secret} true").expect(0)
    check(secret not in audit.file.read_text(encoding="utf-8"), "the audit holds a password")
    check(audit.key.stat().st_mode & 0o777 == 0o600, "the key's mode")


# --- Fail closed ----------------------------------------------------------------------------------


def marked(audit):
    """A command that leaves a mark."""
    mark = audit.folder / f"mark{random.randrange(10**9)}"
    return mark, f"touch {mark}"


def refused(audit, sshd, words, **more):
    """Nothing runs, and the error says why; where the record isn't required it runs all the same."""
    mark, command = marked(audit)
    audit.run(sshd, command, **more).expect_failure(LOST, words)
    check(not mark.exists(), "the command ran")
    if "default" in audit.options:
        audit.run(sshd, command, "--set", "AuditRequired=False", **more).expect(0)
        check(mark.exists(), "the command didn't run")


def show_disk_full(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "true").expect(0)
    size = audit.file.stat().st_size

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 700, size + 700))

    refused(audit, sshd, "can't be written", preexec_fn=limit, restore_signals=False)
    check(audit.file.stat().st_size <= size + 700, "records in no room")
    audit.run(sshd, "true").expect(0)
    audit.expect_whole()


def show_file_removed(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "true").expect(0)
    audit.file.unlink()
    refused(audit, sshd, "is gone")
    audit.tool("rotate", "--key", audit.key, "--to", audit.folder / "old", audit.file).expect(0)
    audit.run(sshd, "true").expect(0)
    audit.expect_whole()


def show_permission_lost(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "true").expect(0)
    audit.file.chmod(0o666)
    refused(audit, sshd, "only its owner")
    audit.file.chmod(0o600)
    audit.key.chmod(0o644)
    refused(audit, sshd, "no permission for others")
    audit.key.chmod(0o600)
    audit.run(sshd, "true").expect(0)
    audit.expect_whole()


def show_key_unreadable(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "true").expect(0)
    kept = audit.key.read_bytes()
    audit.key.write_bytes(kept[:100] + bytes([kept[100] ^ 1]) + kept[101:])
    refused(audit, sshd, "damaged")
    audit.key.unlink()
    refused(audit, sshd, "can't be opened")
    audit.run(sshd, "true", "--set", "AuditKeyFile=").expect_failure(LOST, "AuditKeyFile")


class SmallDisk:
    """A file system of 256 KiB, where one can be mounted; it is filled to the last page."""

    SIZE = 256 * 1024

    def __init__(self):
        self.folder = support.folder("disk")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "none",
                               self.folder], check=False, stderr=subprocess.DEVNULL)
        self.is_there = done.returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_there:
            subprocess.run(["umount", self.folder], check=True)

    def fill(self):
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError as why:
                check(why.errno == errno.ENOSPC, str(why))

    def free(self):
        (self.folder / "filler").unlink()


def can_mount():
    with SmallDisk() as disk:
        return disk.is_there


def show_small_disk(sshd, setup):
    """A disk that is really full: before a command, and while one runs."""
    with SmallDisk() as disk:
        check(disk.is_there, "nothing can be mounted here")
        audit = Audit(*setup.options)
        audit.file = disk.folder / "audit"
        audit.run(sshd, "true").expect(0)
        disk.fill()
        refused(audit, sshd, "can't be written")
        disk.free()
        padding = 0
        for _ in range(12):  # until the last page has no room for one more record
            before = audit.file.stat().st_size
            process = audit_tools.start(audit, sshd, "echo started; sleep 1 #" + padding * "x")
            check(process.stdout.readline() == b"started\n", "the command did not start")
            begun = audit.file.stat().st_size - before - padding
            left = -audit.file.stat().st_size % 4096
            if left < 400:
                break
            process.communicate(timeout=60)
            padding = (-audit.file.stat().st_size - begun - 200) % 4096
        disk.fill()
        _, err = process.communicate(timeout=60)
        disk.free()
        check(left < 400, f"no full page came about: {left}")
        check(process.returncode == 255 and b"code 3014" in err, f"{process.returncode}: {err}")
        check(b"can't be written" in err and b"No space" in err, str(err))
        audit.run(sshd, "true").expect(0)
        audit.expect_whole()


def show_lost_while_running(sshd, setup):
    """The command runs already: the connection ends with an error of its own."""

    def remove(audit):
        audit.file.unlink()

    def replace(audit):
        kept = audit.file.read_bytes()
        audit.file.unlink()
        audit.file.write_bytes(kept)
        audit.file.chmod(0o600)

    def cut(audit):
        os.truncate(audit.file, audit.file.stat().st_size - 10)

    def damage_key(audit):
        with audit.key.open("r+b") as key:
            key.seek(130)
            key.write(b"damage")

    def empty_key(audit):
        os.truncate(audit.key, 0)

    for harm, word in ((remove, b"removed"), (replace, b"replaced"), (cut, b"was cut"),
                       (damage_key, b"damaged"), (empty_key, b"cut short")):
        audit = Audit(*setup.options)
        process = audit_tools.start(audit, sshd, "echo started; sleep 0.5; echo done")
        check(process.stdout.readline() == b"started\n", "the command did not start")
        harm(audit)
        _, err = process.communicate(timeout=60)
        check(process.returncode == 255 and b"code 3014" in err and word in err,
              f"{harm.__name__}: {process.returncode}: {err}")


def show_tampered_is_not_continued(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "true").expect(0)
    text = audit.file.read_text(encoding="utf-8").splitlines(True)
    audit.file.write_text("".join(text[:-1]), encoding="utf-8")
    refused(audit, sshd, "was changed")
    audit.file.write_text("".join(text) + "{}\n", encoding="utf-8")
    refused(audit, sshd, "didn't seal")


# --- Death ----------------------------------------------------------------------------------------


def show_begun_is_visible(sshd):
    audit = Audit()
    process = audit_tools.start(audit, sshd, "echo started; sleep 30")
    check(process.stdout.readline() == b"started\n", "the command did not start")
    audit_tools.kill(process)
    kinds = audit.types()
    check("command_begin" in kinds and "command_end" not in kinds, str(kinds))
    audit.expect_whole()
    done = audit.tool("show", "--result", "failed", audit.file).expect(0)
    check("NO END RECORDED" in done.out.decode(), str(done))


def show_killed_writers(sshd, moments, writers):
    """kill -9: the file verifies, and no command is missing that was told to be complete."""
    audit = Audit()
    completed = set()
    for moment in range(moments):
        running = {}
        for writer in range(writers):
            name = f"true part-{moment}-{writer}"
            running[name] = audit_tools.start(audit, sshd, name)
        time.sleep(random.uniform(0.05, 0.1 * writers))
        for name, process in running.items():
            if process.poll() == 0:
                completed.add(name)
            audit_tools.kill(process)
    audit.run(sshd, "true last").expect(0)
    audit.expect_whole()
    begun = {}
    ended = set()
    for record in audit.records():
        if record["type"] == "command_begin":
            begun[record["session"]] = record["command"]
        elif record["type"] == "command_end":
            ended.add(begun[record["session"]])
    check(completed <= ended, f"completed, but without a record: {completed - ended}")
    return f"{len(completed)} completed, {len(begun) - len(ended)} killed in a command"


def show_many_at_once(sshd, count):
    """Many processes on one file: every command is there, in one chain."""
    audit = Audit()
    running = [audit_tools.start(audit, sshd, f"true {i}") for i in range(count)]
    for process in running:
        _, err = process.communicate(timeout=120)
        check(process.returncode == 0, str(err))
    audit.expect_whole()
    commands = [record["command"] for record in audit.records()
                if record["type"] == "command_begin"]
    check(sorted(commands) == sorted(f"true {i}" for i in range(count)), str(commands))


# --- The tool -------------------------------------------------------------------------------------


def show_checkpoints(sshd, setup):
    """A cut tail shows through a checkpoint; one that somebody else signed doesn't count."""
    audit = Audit(*setup.options)
    signer = audit.folder / "signer"
    servers.make_key(signer, "ecdsa256")
    points = audit.folder / "checkpoints"
    for _ in range(CHECKPOINT_LINES):
        audit.run(sshd, "true").expect(0)
        audit.tool("checkpoint", "--key", audit.key, "--sign", signer, "--output", points,
                   audit.file).expect(0)
    for inside in (audit.file, audit.key):  # a line that isn't sealed would end the audit
        audit.tool("checkpoint", "--key", audit.key, "--sign", signer, "--output", inside,
                   audit.file).expect_failure(10022, "--output")
    # What isn't in the file would be missing there for ever.
    audit.tool("checkpoint", "--key", audit.key, "--sign", signer).expect_failure(LOST, "named")
    audit.run(sshd, "true").expect(0)
    audit.tool("checkpoint", "--key", audit.key, "--sign", signer, "--output", points,
               audit.file).expect(0)
    empty = audit.folder / "empty"
    empty.touch()
    audit.tool("verify", "--key", audit.verifier, "--checkpoints", empty, "--public-key",
               f"{signer}.pub", audit.file).expect_failure(LOST, "no checkpoint")
    also = ["--checkpoints", points, "--public-key", f"{signer}.pub", audit.file]
    audit.tool("verify", "--key", audit.verifier, *also[2:]).expect_failure(10022, "--checkpoints")
    verdict = audit.expect_whole(*also)
    check(int(verdict["covered"]) == len(audit.records()) - 1, str(verdict))
    text = audit.file.read_text(encoding="utf-8").splitlines(True)
    for cut in (2, 3, len(text) // 2):
        audit.file.write_text("".join(text[:-cut]), encoding="utf-8")
        verdict = audit.verify(*also, status=1)
        check(verdict["result"] == "cut off" and int(verdict["number"]) == len(text) - cut,
              str(verdict))
    audit.file.write_text("".join(text), encoding="utf-8")
    forged = points.read_text(encoding="utf-8").replace('"records":', '"records":1', 1)
    points.write_text(forged, encoding="utf-8")
    audit.tool("verify", "--key", audit.verifier, *also).expect_failure(LOST, "checkpoint 1")


def show_rotation(sshd):
    """The chain goes on over files, also for who is writing."""
    audit = Audit()
    aside = audit.folder / "audit.1"
    process = audit_tools.start(audit, sshd, "echo started; sleep 1")
    check(process.stdout.readline() == b"started\n", "the command did not start")
    audit.tool("rotate", "--key", audit.key, "--to", aside, audit.file).expect(0)
    _, err = process.communicate(timeout=60)
    check(process.returncode == 0, str(err))
    audit.expect_whole(aside, audit.file)
    check(audit.records()[0]["before"] == "audit.1", str(audit.records()[0]))
    check(find(audit.records(), "command_end")["code"] == 0, "the command's end")
    verdict = audit.expect_whole(audit.file)
    check(int(verdict["first"]) == len(audit.records(aside)), str(verdict))
    audit.tool("rotate", "--key", audit.key, "--to", aside, audit.file).expect_failure(302)


class Page(html.parser.HTMLParser):
    """Wants every element closed, nothing that loads or runs, and counts the timeline's marks."""

    EMPTY = {"meta", "line", "rect", "br"}

    def __init__(self):
        super().__init__()
        self.open = []
        self.marks = 0
        self.text = ""

    def handle_starttag(self, tag, attrs):
        check(tag not in ("script", "link", "img", "iframe"), f"<{tag}> in the page")
        for name, value in attrs:
            check(not name.startswith("on") and "http" not in (value or ""), f"{name}={value}")
        self.marks += tag == "rect"
        if tag not in ("meta", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("meta", "line"):
            check(self.open.pop() == tag, f"</{tag}> closes another element")

    def handle_data(self, data):
        self.text += data


def show_views(sshd):
    audit = Audit()
    audit.run(sshd, "echo '<script>alert(1)</script>' \"&\"").expect(0)
    audit.run(sshd, "exit 7").expect(7)
    done = audit.tool("show", audit.file).expect(0).out.decode()
    check("2 sessions" in done and "status=7" in done and "<script>" in done, done)
    check("1 sessions" in audit.tool("show", "--result=ok", audit.file).out.decode(), "filter ok")
    check("0 sessions" in audit.tool("show", "--host=elsewhere", audit.file).out.decode(), "host")
    check("2 sessions" in audit.tool("show", f"--user={servers.USER}", "--from=2020", "--to=2999",
                                     audit.file).out.decode(), "user and time")
    for time in ("yesterday", "2026/11", "2026-11-30 08"):
        audit.tool("show", f"--from={time}", audit.file).expect_failure(10022, "from and to")
    report = audit.tool("report", "--key", audit.verifier, audit.file).expect(0).out.decode()
    for words in ("whole and in order", "exited with 7", "default"):
        check(words in report, report)
    done = audit.tool("report", "--html", "--key", audit.verifier, audit.file).expect(0)
    page = Page()
    page.feed(done.out.decode())
    page.close()
    check(not page.open and page.marks == 2, f"{page.open} {page.marks}")
    check("<script>alert(1)</script>" in page.text, "the command isn't shown")
    return f"{len(done.out)} bytes of HTML"


def main():
    support.watch(280)
    report = support.Report()
    is_full = bool(os.environ.get("SEXEC_TEST_FULL"))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with servers.Sshd() as sshd:
        setups = support.all_setups()
        fips = setups[0]
        for setup in setups:
            report.case(f"a session under {setup.name}", show_session, sshd, setup)
        report.case("digests on wish", show_digests_on_wish, sshd)
        report.case("failures", show_failures, sshd, fips)
        report.case("weakening", show_weakening, sshd)
        report.case("secrets", show_secrets_are_not_there, sshd)
        for setup in (fips, setups[-1]):
            report.case(f"disk full, {setup.name}", show_disk_full, sshd, setup)
            report.case(f"file removed, {setup.name}", show_file_removed, sshd, setup)
            report.case(f"permission lost, {setup.name}", show_permission_lost, sshd, setup)
            report.case(f"key unreadable, {setup.name}", show_key_unreadable, sshd, setup)
            report.case(f"tampered, {setup.name}", show_tampered_is_not_continued, sshd, setup)
        for setup in (fips, setups[-1]):
            report.case(f"lost while running, {setup.name}", show_lost_while_running, sshd, setup)
        if os.geteuid() == 0 and can_mount():
            report.case("a small disk", show_small_disk, sshd, fips)
        else:
            print("a small disk: NOT SHOWN, as nothing can be mounted here; limits stand for it")
        report.case("begun is visible", show_begun_is_visible, sshd)
        report.case("kill -9", show_killed_writers, sshd, *((40, 20) if is_full else (4, 5)))
        report.case("many at once", show_many_at_once, sshd, 60 if is_full else 15)
        for setup in (fips, setups[-1]):
            report.case(f"checkpoints, {setup.name}", show_checkpoints, sshd, setup)
        report.case("rotation", show_rotation, sshd)
        report.case("views", show_views, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
