#!/usr/bin/python3
"""Which servers are trusted: a table of files of known hosts and certificates, times the modes, each
against a real sshd, and held against OpenSSH's own client; what may and may not override a changed
or revoked key; that a known key is asked for; and a hundred processes that write one file."""

import concurrent.futures
import dataclasses
import subprocess
import sys

import servers
import support
from support import check

REJECTED, POLICY, FILE, SETTING = 1030, 3005, 302, 10022
HOST = servers.ADDRESS
MODES = ("yes", "accept-new", "no")
OK, NO = "trusted", "refused"
ALWAYS, NEVER, NEW = (OK, OK, OK), (NO, NO, NO), (NO, OK, OK)
WRITERS = 100


def keygen(*arguments):
    subprocess.run(
        ["ssh-keygen", "-q", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


# --- Keys and servers -----------------------------------------------------------------------------

place = support.folder("trust")
for name, kind in (
    ("host", "ecdsa256"), ("other", "ecdsa256"), ("rsa", "rsa"), ("ed", "ed25519"),
    ("ca", "ecdsa384"), ("ca2", "ecdsa384"), ("ca_rsa", "rsa"), ("ca_ed", "ed25519"),
):
    servers.make_key(place / name, kind)


def public(key):
    """Type and base64 of a public key."""
    return " ".join((place / f"{key}.pub").read_text(encoding="utf-8").split()[:2])


def print_of(key):
    return servers.fingerprint(place / key)


def certify(name, ca, *options, principals=HOST):
    """A copy of the host's key with a certificate of its own."""
    for end in ("", ".pub"):
        (place / f"{name}{end}").write_bytes((place / f"host{end}").read_bytes())
        (place / f"{name}{end}").chmod(0o600)
    naming = ["-n", principals] if principals else []
    keygen("-s", place / ca, "-h", "-I", name, *naming, *options, place / f"{name}.pub")


certify("cert", "ca")
certify("cert_rsa", "ca_rsa", "-t", "rsa-sha2-512")
certify("cert_ed", "ca_ed")
certify("cert_wrong", "ca", principals="elsewhere.example")
certify("cert_nobody", "ca", principals=None)
certify("cert_old", "ca", "-V", "20200101:20200201")
certify("cert_early", "ca", "-V", "20990101:20990201")
certify("cert_critical", "ca", "-O", "critical:demand@example=1")


class TrustServer(servers.Sshd):
    """sshd with keys, and perhaps certificates, of this test."""

    def __init__(self, *names):
        self.names = names
        lines = [f"HostKey {place / name}" for name in names]
        lines += [
            f"HostCertificate {place / name}-cert.pub" for name in names if name.startswith("cert")
        ]
        super().__init__(*lines, host_keys=())
        self.host_keys = [place / name for name in names]


running = {}


def server(*names):
    if names not in running:
        running[names] = TrustServer(*names)
    return running[names]


# --- The table ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Case:
    """lines: of the file, with {h} for the server's name there and {p} for its port."""

    name: str
    lines: list
    verdicts: tuple
    server: tuple = ("host",)
    words: tuple = ()  # in the text of a refusal
    code: int = REJECTED
    is_hashed: bool = False
    differs: str = ""  # why OpenSSH's client decides otherwise
    options: tuple = ()


HOST_LINE = "{h} " + public("host")
OTHER_LINE = "{h} " + public("other")
CA_LINE = "@cert-authority {h} " + public("ca")
SAME_CHANGE = (print_of("host"), print_of("other"), "known_hosts:1 ", "has changed")
BARE = "where a certificate won't do it goes on with the bare key in it"

CASES = [
    Case("known", [HOST_LINE], ALWAYS),
    Case("known, after comments and foreign lines",
         ["# a comment", "", "nonsense", "@unknown {h} " + public("other"),
          "other.example " + public("other"), HOST_LINE + " a comment"], ALWAYS),
    Case("known, hashed", [HOST_LINE], ALWAYS, is_hashed=True),
    Case("known without its port", [HOST + " " + public("host")], ALWAYS),
    Case("known without its port, hashed", [HOST + " " + public("host")], ALWAYS, is_hashed=True),
    Case("known in a list", ["a.example,{h},b.example " + public("host")], ALWAYS),
    Case("known by a pattern", ["[127.0.?.*]:* " + public("host")], ALWAYS),
    Case("known by a pattern for all", ["* " + public("host")], ALWAYS),
    Case("negated", ["*,!{h},!" + HOST + " " + public("host")], NEW, words=("is not known",)),
    Case("several keys, one right", [OTHER_LINE, HOST_LINE], ALWAYS),
    Case("several keys of types", ["{h} " + public("rsa"), HOST_LINE], ALWAYS),
    Case("changed", [OTHER_LINE], NEVER, words=SAME_CHANGE),
    Case("changed, hashed", [OTHER_LINE], NEVER, words=SAME_CHANGE, is_hashed=True),
    Case("changed, on the second line", ["x " + public("host"), OTHER_LINE], NEVER,
         words=(print_of("host"), print_of("other"), "known_hosts:2 ")),
    Case("changed by a pattern", ["*:{p} " + public("other")], NEVER, words=SAME_CHANGE),
    Case("another port's key", [HOST + " " + public("other")], NEW),
    Case("wrong port", ["[127.0.0.1]:1 " + public("host")], NEW, words=(print_of("host"),)),
    Case("wrong port, other key", ["[127.0.0.1]:1 " + public("other")], NEW),
    Case("only another type is known", ["{h} " + public("ed")], NEVER,
         words=(print_of("host"), print_of("ed"), "known_hosts:1 ", "of a type"),
         differs="it takes a key of another type for a new one"),
    Case("new: an empty file", [], NEW, words=(print_of("host"), "is not known")),
    Case("new: other hosts", ["other.example " + public("host")], NEW),
    Case("revoked", ["@revoked {h} " + public("host")], NEVER,
         words=("revoked", print_of("host"), "known_hosts:1 ")),
    Case("revoked for all", ["@revoked * " + public("host")], NEVER, words=("revoked",)),
    Case("revoked and known", [HOST_LINE, "@revoked {h} " + public("host")], NEVER,
         words=("revoked", "known_hosts:2 ")),
    Case("revoked and known, the other way", ["@revoked {h} " + public("host"), HOST_LINE], NEVER,
         words=("revoked",)),
    Case("revoked without the port", [HOST_LINE, f"@revoked {HOST} " + public("host")], NEVER,
         words=("revoked",), differs="it looks at the name without the port only for new keys"),
    Case("revoked, hashed", [HOST_LINE, "@revoked {h} " + public("host")], NEVER,
         words=("revoked",), is_hashed=True),
    Case("revoked: another key", [HOST_LINE, "@revoked * " + public("other")], ALWAYS),
    Case("revoked: a damaged line", [HOST_LINE, "@revoked * ecdsa-sha2-nistp256"], NEVER,
         words=("known_hosts:2: ", "@revoked"), code=FILE,
         differs="it passes over lines that it can't read"),
    Case("CA", [CA_LINE], ALWAYS, ("cert",)),
    Case("CA for all", ["@cert-authority * " + public("ca")], ALWAYS, ("cert",)),
    Case("CA of RSA", ["@cert-authority {h} " + public("ca_rsa")], ALWAYS, ("cert_rsa",)),
    Case("CA, hashed", [CA_LINE], ALWAYS, ("cert",), is_hashed=True),
    Case("CA, and a changed key", [CA_LINE, OTHER_LINE], ALWAYS, ("cert",)),
    Case("CA with wrong principal", [CA_LINE], NEVER, ("cert_wrong",),
         words=("doesn't name 127.0.0.1", "elsewhere.example"), differs=BARE),
    Case("CA with wrong principal, the key known", [CA_LINE, HOST_LINE], NEVER, ("cert_wrong",),
         words=("doesn't name 127.0.0.1",), differs=BARE),
    Case("CA without principals", [CA_LINE], NEVER, ("cert_nobody",), words=("nobody",),
         differs="up to version 10.2 it takes no names for all names"),
    Case("CA: expired", [CA_LINE], NEVER, ("cert_old",), words=("expired", "2020-"),
         differs=BARE),
    Case("CA: not valid yet", [CA_LINE], NEVER, ("cert_early",), words=("not valid before",),
         differs=BARE),
    Case("CA: a critical option", [CA_LINE], NEVER, ("cert_critical",),
         words=("critical option", "demand@example"), differs=BARE),
    Case("CA: revoked", [CA_LINE, "@revoked * " + public("ca")], NEVER, ("cert",),
         words=("revoked", print_of("ca"))),
    Case("CA: the key revoked", [CA_LINE, "@revoked * " + public("host")], NEVER, ("cert",),
         words=("revoked", print_of("host"))),
    Case("CA: another, key unknown", ["@cert-authority {h} " + public("ca2")], NEW, ("cert",)),
    Case("CA: another, key known", ["@cert-authority {h} " + public("ca2"), HOST_LINE], ALWAYS,
         ("cert",)),
    Case("CA: another, key changed", ["@cert-authority {h} " + public("ca2"), OTHER_LINE], NEVER,
         ("cert",), words=SAME_CHANGE[:2]),
    Case("CA of another host", ["@cert-authority x.example " + public("ca")], NEW, ("cert",)),
    Case("CA known, but no certificate", [CA_LINE], NEW),
]


def write_known(case, target):
    """The case's file of known hosts, in a folder of its own."""
    path = support.folder("known") / "known_hosts"
    name = f"[{HOST}]:{target.port}"
    lines = [line.replace("{h}", name).replace("{p}", str(target.port)) for line in case.lines]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if case.is_hashed:
        keygen("-H", "-f", path)
    return path


def options(target, path, mode, setup=None):
    known = [] if path is None else ["-o", f"UserKnownHostsFile={path}"]
    return [
        *(setup.options if setup else []), *known, "-o", "GlobalKnownHostsFile=none",
        "-o", f"StrictHostKeyChecking={mode}", "-p", target.port, "-i", target.client_key,
    ]


def connect(target, path, mode, *more, setup=None):
    return support.run(
        [*options(target, path, mode, setup), *more, f"{servers.USER}@{HOST}", "echo in"]
    )


def show_case(case, mode, wanted, setup):
    target = server(*case.server)
    path = write_known(case, target)
    before = path.read_bytes()
    done = connect(target, path, mode, *case.options, setup=setup)
    added = path.read_bytes()[len(before):].decode()
    check(path.read_bytes().startswith(before), "what was in the file has changed")
    if mode == "no" and setup.policy == "fips":
        done.expect_failure(POLICY, "KnownHostsMode=no")
    elif wanted == NO:
        done.expect_failure(case.code, *case.words)
    else:
        done.expect(0, out=b"in\n", err="")
    is_new = case.verdicts == NEW and wanted == OK and done.status == 0
    line = f"[{HOST}]:{target.port} {public(case.server[0])}\n" if is_new else ""
    check(added == line, f"wanted {line!r} to be added, found {added!r}")
    if is_new: # and the next time it is known
        connect(target, path, "yes", setup=setup).expect(0, out=b"in\n", err="")
    return done.lines()[0] if done.status else None


def ask_openssh(case, mode, wanted):
    """OpenSSH's own client on the same file; where it differs, it must, or the table is stale."""
    target = server(*case.server)
    path = write_known(case, target)
    done = subprocess.run(
        ["ssh", "-F", "none", "-o", f"UserKnownHostsFile={path}", "-o", "GlobalKnownHostsFile=none",
         "-o", f"StrictHostKeyChecking={mode}", "-o", "BatchMode=yes", "-o", "UpdateHostKeys=no",
         "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i", target.client_key,
         "-p", str(target.port), f"{servers.USER}@{HOST}", "echo in"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
        env=support.clean_environment(), check=False,
    )
    is_trusted = done.returncode == 0 and done.stdout == b"in\n"
    if case.differs:
        return f"{'as here' if is_trusted == (wanted == OK) else 'differs'}: {case.differs}"
    check(is_trusted == (wanted == OK), f"ssh: {done.returncode} {done.stderr}")
    return None


# --- Beside the table -----------------------------------------------------------------------------


def one(lines, names=("host",)):
    target = server(*names)
    return target, write_known(Case("", lines, ALWAYS), target)


def show_only_explicit_overrides_a_change(setup):
    target, path = one([OTHER_LINE])
    key = f"ssh_accept_server_host_key_encoded={public('host')}"
    for mode in MODES[:2] if setup.policy == "fips" else MODES:
        explicit = (
            [f"--host-key-fingerprint={print_of('host')}"], ["--set", key],
        )
        for more in explicit:
            connect(target, path, mode, *more, setup=setup).expect(0, out=b"in\n", err="")
    any_key = ["--set", "SSHAcceptAnyServerHostKey=True"]
    if setup.policy == "fips":
        connect(target, path, "yes", *any_key, setup=setup).expect_failure(POLICY)
        return
    for mode in MODES:
        connect(target, path, mode, *any_key, setup=setup).expect_failure(REJECTED, *SAME_CHANGE)
    empty = write_known(Case("", [], NEW), target)
    connect(target, empty, "yes", *any_key, setup=setup).expect(0, out=b"in\n", err="")


def show_nothing_overrides_a_revocation(setup):
    target, path = one(["@revoked * " + public("host")])
    for more in (
        [f"--host-key-fingerprint={print_of('host')}"],
        ["--set", f"ssh_accept_server_host_key_encoded={public('host')}"],
        *([] if setup.policy == "fips" else [["--set", "SSHAcceptAnyServerHostKey=True"]]),
    ):
        connect(target, path, "yes", *more, setup=setup).expect_failure(REJECTED, "revoked")


def show_named_key_is_not_replaced_by_a_new_one(setup):
    target, path = one([])
    connect(target, path, "accept-new", f"--host-key-fingerprint={print_of('other')}",
            setup=setup).expect_failure(REJECTED, print_of("host"), print_of("other"))
    check(path.read_bytes() == b"", "the key was written down")


def show_ca_by_setting(setup):
    ca = ["--set", f"SSHAcceptServerCAKey={public('ca')} comment"]
    connect(server("cert"), "none", "yes", *ca, setup=setup).expect(0, out=b"in\n", err="")
    connect(server("cert_wrong"), "none", "yes", *ca, setup=setup).expect_failure(
        REJECTED, "elsewhere.example")
    connect(server("host"), "none", "yes", *ca, setup=setup).expect_failure(REJECTED)
    wrong = ["--set", f"SSHAcceptServerCAKey={public('ca2')}"]
    connect(server("cert"), "none", "yes", *wrong, setup=setup).expect_failure(REJECTED)
    bad = ["--set", "SSHAcceptServerCAKey=nonsense"]
    connect(server("cert"), "none", "yes", *bad, setup=setup).expect_failure(SETTING, "authority")
    alias = ["-o", "HostKeyAlias=elsewhere.example"]
    connect(server("cert_wrong"), "none", "yes", *ca, *alias, setup=setup).expect(0)


def show_ca_of_ed25519(setup):
    ca = ["--set", f"SSHAcceptServerCAKey={public('ca_ed')}"]
    done = connect(server("cert_ed"), "none", "yes", *ca, setup=setup)
    if setup.policy == "fips":
        done.expect_failure(REJECTED, "ssh-ed25519", "policy fips")
        return done.lines()[0]
    done.expect(0, out=b"in\n", err="")
    return None


def show_known_key_is_asked_for(setup):
    """Of a server that has them all, the one that is known comes, whichever it is."""
    kinds = ("rsa", "host", "ed")
    target = server(*kinds)
    for kind in kinds[:2] if setup.policy == "fips" else kinds:
        path = write_known(Case("", ["{h} " + public(kind)], ALWAYS), target)
        connect(target, path, "yes", setup=setup).expect(0, out=b"in\n", err="")
        key = f"ssh_accept_server_host_key_encoded={public(kind)}"
        connect(target, "none", "yes", "--set", key, setup=setup).expect(0, out=b"in\n", err="")
    if setup.policy == "fips": # a known key that the policy refuses isn't asked for
        path = write_known(Case("", ["{h} " + public("ed")], ALWAYS), target)
        connect(target, path, "yes", setup=setup).expect_failure(REJECTED, print_of("ed"))
    path = write_known(Case("", ["{h} " + public("rsa")], ALWAYS), target)
    connect(target, path, "yes", "-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256",
            setup=setup).expect_failure(REJECTED, "of a type")


def show_fingerprint_forms(setup):
    target = server("host")
    blob = servers.public_blob(f"{place / 'host'}.pub")
    sha256, md5 = (
        subprocess.run(["openssl", "dgst", name, "-r"], input=blob, check=True,
                       stdout=subprocess.PIPE).stdout.split()[0].decode()
        for name in ("-sha256", "-md5")
    )
    colons = ":".join(md5[i:i + 2] for i in range(0, 32, 2))
    for form in (sha256, sha256.upper(), print_of("host"), f"{print_of('other')},{sha256}"):
        connect(target, "none", "yes", f"--host-key-fingerprint={form}", setup=setup).expect(0)
    for form in (colons, f"MD5:{colons}", md5):
        done = connect(target, "none", "yes", f"--host-key-fingerprint={form}", setup=setup)
        if setup.policy == "fips":
            done.expect_failure(None, "MD5")
        else:
            done.expect(0, out=b"in\n", err="")
    connect(target, "none", "yes", f"--host-key-fingerprint={sha256[:-2]}00",
            setup=setup).expect_failure(REJECTED)


def show_files_that_wont_do(setup):
    target, path = one([HOST_LINE])
    path.chmod(0o666)
    connect(target, path, "yes", setup=setup).expect_failure(None, "everybody may write")
    path.chmod(0o644)
    connect(target, path.parent, "yes", setup=setup).expect_failure(FILE, "regular file")
    connect(target, path.parent / "missing", "yes", setup=setup).expect_failure(REJECTED)
    connect(target, "none", "accept-new", setup=setup).expect_failure(SETTING, "KnownHostsFile")
    deep = path.parent / "made" / "known_hosts"
    connect(target, deep, "accept-new", setup=setup).expect(0)
    check(deep.stat().st_mode & 0o777 == 0o600, "the new file's mode")
    check(deep.parent.stat().st_mode & 0o777 == 0o700, "the new folder's mode")
    unwritable = path.parent / "no" / "folder" / "known_hosts"
    connect(target, unwritable, "accept-new", setup=setup).expect_failure(
        REJECTED, "can't be written")
    if setup.policy != "fips":
        connect(target, unwritable, "no", setup=setup).expect(0, out=b"in\n", err="")


def show_first_of_several_files(setup):
    target, path = one([])
    first, second = path.parent / "first", path.parent / "second"
    second.write_text(f"[{HOST}]:{target.port} {public('other')}\n", encoding="utf-8")
    connect(target, f"{first} {second}", "accept-new", setup=setup).expect_failure(
        REJECTED, f"{second}:1 ")
    second.write_text("", encoding="utf-8")
    connect(target, f"{first} {second}", "accept-new", setup=setup).expect(0)
    check(first.exists() and second.read_bytes() == b"", "the first file is the one to be written")
    read_only = ["-o", f"GlobalKnownHostsFile={first}"]
    support.run([*options(target, "none", "yes", setup), *read_only, f"{servers.USER}@{HOST}",
                 "echo in"]).expect(0, out=b"in\n")


def show_home_of_the_command(setup):
    """Without options the file is the one in the home folder."""
    target = server("host")
    home = support.folder("home")
    arguments = [*setup.options, "-p", target.port, "-i", target.client_key,
                 "-o", "GlobalKnownHostsFile=none"]
    env = support.clean_environment()
    env["HOME"] = str(home)
    destination = [f"{servers.USER}@{HOST}", "echo in"]
    support.run([*arguments, *destination], env=env).expect_failure(REJECTED)
    support.run([*arguments, "-o", "StrictHostKeyChecking=accept-new", *destination],
                env=env).expect(0, out=b"in\n", err="")
    support.run([*arguments, *destination], env=env).expect(0, out=b"in\n", err="")
    check((home / ".ssh" / "known_hosts").exists(), "nothing was written")


def show_hashed_names_are_written(setup):
    target, path = one([])
    connect(target, path, "accept-new", "-o", "HashKnownHosts=yes", setup=setup).expect(0)
    text = path.read_text(encoding="utf-8")
    check(text.startswith("|1|") and HOST not in text, text)
    connect(target, path, "yes", setup=setup).expect(0, out=b"in\n", err="")
    done = subprocess.run(
        ["ssh-keygen", "-F", f"[{HOST}]:{target.port}", "-f", path], check=True,
        stdout=subprocess.PIPE, text=True,
    )
    check(public("host").split()[1] in done.stdout, "ssh-keygen doesn't find it")


def run_many(arguments, count):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(arguments, range(count)))


def show_many_writers():
    """A hundred processes with a hundred hosts, into one file whose last line is open, while
    OpenSSH's client adds its own without our lock."""
    target = server("host")
    path = support.folder("many") / "known_hosts"
    path.write_text("before.example " + public("other"), encoding="utf-8")

    def write(number):
        if number % 10 == 9:
            return subprocess.run(
                ["ssh", "-F", "none", "-o", f"UserKnownHostsFile={path}", "-o", "BatchMode=yes",
                 "-o", "GlobalKnownHostsFile=none", "-o", "StrictHostKeyChecking=accept-new",
                 "-o", "UpdateHostKeys=no", "-o", f"HostKeyAlias=host{number}.example",
                 "-i", target.client_key, "-p", str(target.port), f"{servers.USER}@{HOST}", "true"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=support.clean_environment(), check=False,
            ).returncode
        return connect(target, path, "accept-new", "-o", f"HostKeyAlias=host{number}.example",
                       "-o", "ConnectTimeout=80").status

    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    check(run_many(write, WRITERS) == [0] * WRITERS, "not all could sign on")
    lines = path.read_text(encoding="utf-8").splitlines()
    wanted = {f"host{number}.example" for number in range(WRITERS)} | {"before.example"}
    names = [line.split()[0] for line in lines]
    check(sorted(names) == sorted(wanted), f"{len(names)} lines, lost: {wanted - set(names)}")
    check(all(len(line.split()) == 3 for line in lines), "a line is torn")


def show_one_line_for_one_host():
    """Twenty at once for the same host add it once; with two servers, only one wins."""
    path = support.folder("same") / "known_hosts"
    alias = ["-o", "HostKeyAlias=same.example"]
    target = server("host")
    done = run_many(lambda _: connect(target, path, "accept-new", *alias).status, 20)
    check(done == [0] * 20, f"{done}")
    check(len(path.read_text(encoding="utf-8").splitlines()) == 1, "more than one line")
    path.unlink()
    both = (server("host"), server("other"))
    results = run_many(lambda i: (i % 2, connect(both[i % 2], path, "accept-new", *alias)), 20)
    lines = path.read_text(encoding="utf-8").splitlines()
    check(len(lines) == 1, f"{lines}")
    winner = 0 if public("host") in lines[0] else 1
    for which, result in results:
        if which == winner:
            result.expect(0)
        else:
            result.expect_failure(REJECTED, "has changed")


def show_cut_last_line():
    """A file whose last line has no end gets one before what is added."""
    target = server("host")
    path = support.folder("cut") / "known_hosts"
    path.write_text("before.example " + public("other"), encoding="utf-8")
    connect(target, path, "accept-new", "-o", "HostKeyAlias=new.example").expect(0)
    check(path.read_text(encoding="utf-8") ==
          f"before.example {public('other')}\nnew.example {public('host')}\n", "the file")


def main():
    report = support.Report()
    setups = support.all_setups()
    default = setups[-1]
    fips = setups[0]
    for case in CASES:
        for mode, wanted in zip(MODES, case.verdicts):
            report.case(f"{case.name}, {mode}", show_case, case, mode, wanted, default)
            if not support.IS_FULL and mode != "accept-new":
                continue # one mode stands for all, elsewhere
            report.case(f"{case.name}, {mode}, policy fips", show_case, case, mode, wanted, fips)
            if mode != "no": # where OpenSSH takes changed keys
                report.case(f"{case.name}, {mode}, OpenSSH's client", ask_openssh, case, mode,
                            wanted)
    report.case("unknown mode no, policy fips", show_case, CASES[0], "no", OK, fips)
    for setup in setups if support.IS_FULL else (fips, default):
        for function in (
            show_only_explicit_overrides_a_change, show_nothing_overrides_a_revocation,
            show_named_key_is_not_replaced_by_a_new_one, show_ca_by_setting, show_ca_of_ed25519,
            show_known_key_is_asked_for, show_fingerprint_forms, show_files_that_wont_do,
            show_first_of_several_files, show_home_of_the_command, show_hashed_names_are_written,
        ):
            name = function.__name__.removeprefix("show_").replace("_", " ")
            report.case(f"{name}, {setup.name}", function, setup)
    report.case(f"{WRITERS} processes lose nothing", show_many_writers)
    report.case("one line for one host", show_one_line_for_one_host)
    report.case("a file without an end of line", show_cut_last_line)
    for target in running.values():
        target.stop()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
