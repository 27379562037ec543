#!/usr/bin/python3
"""Signing on: public keys of each type from each kind of file, several of them, passwords on
OpenSSH through PAM and on AsyncSSH, none, and what is refused with its reason."""

import base64
import os
import subprocess
import sys

import servers
import support
from support import check

FAILED, KEY_FORMAT, FILE, POLICY, UNPROVEN, PASSWORD_CHANGE = 1032, 3007, 302, 3005, 3011, 3012
KEY_TYPES = {
    "RSA 2048": ["-t", "rsa", "-b", "2048"],
    "RSA 3072": ["-t", "rsa", "-b", "3072"],
    "RSA 4096": ["-t", "rsa", "-b", "4096"],
    "ECDSA 256": ["-t", "ecdsa", "-b", "256"],
    "ECDSA 384": ["-t", "ecdsa", "-b", "384"],
    "ECDSA 521": ["-t", "ecdsa", "-b", "521"],
    "Ed25519": ["-t", "ed25519"],
}
FORMS = {"OpenSSH": [], "PEM": ["-m", "PEM"], "PKCS#8": ["-m", "PKCS8"]}


def make_key(folder, kind, form="OpenSSH", passphrase=""):
    path = folder / f"{kind}-{form}-{len(passphrase)}".replace(" ", "").replace("#", "")
    subprocess.run(
        ["ssh-keygen", "-q", *KEY_TYPES[kind], *FORMS[form], "-N", passphrase, "-C", "",
         "-f", path],
        check=True, stdin=subprocess.DEVNULL,
    )
    return path


def options_without_key(server):
    return ["-p", server.port, *server.trust()]


def run_key(server, setup, *key_options):
    return support.run(
        [*options_without_key(server), *setup.options, *key_options,
         f"{servers.USER}@{servers.ADDRESS}", "echo in"],
    )


def show_key(server, setup, kind, form):
    folder = support.folder("key")
    path = make_key(folder, kind, form)
    server.authorize(f"{path}.pub")
    done = run_key(server, setup, "-i", path)
    if kind == "Ed25519" and setup.policy == "fips":
        done.expect_failure(None, "policy fips")
        return done.lines()[0]
    done.expect(0, out=b"in\n", err="")
    return None


def show_ed25519_pkcs8(server, setup):
    """ssh-keygen writes Ed25519 in its own form only; OpenSSL writes PKCS#8."""
    path = support.folder("key") / "ed25519"
    done = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=False,
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=support.clean_environment(),
    )
    check(done.returncode == 0, f"openssl: {done.stderr}")
    path.chmod(0o600)
    public = subprocess.run(
        ["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], check=True,
        stdout=subprocess.PIPE, env=support.clean_environment(),
    ).stdout[-32:]
    line = ssh_line(b"ssh-ed25519", public)
    path.with_name("ed25519.pub").write_text(line, encoding="ascii")
    server.authorize(f"{path}.pub")
    run_key(server, setup, "-i", path).expect(0, out=b"in\n", err="")


def ssh_line(name, *fields):
    """A public key line (RFC 4253 section 6.6)."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (name, *fields))
    return f"{name.decode()} {base64.b64encode(blob).decode()}\n"


def show_signatures(server, setup):
    """An RSA key signs with either digest, as the user chooses; under fips none with SHA-1."""
    path = make_key(support.folder("key"), "RSA 2048")
    server.authorize(f"{path}.pub")
    for name in ("rsa-sha2-256", "rsa-sha2-512"):
        run_key(server, setup, "-i", path, "-o", f"PubkeyAcceptedAlgorithms={name}").expect(
            0, out=b"in\n"
        )
    done = run_key(server, setup, "-i", path, "-o", "PubkeyAcceptedAlgorithms=ssh-rsa")
    done.expect_failure(POLICY, "ssh-rsa")
    return done.lines()[0]


def show_several(server, setup):
    """Keys are tried in order until one is taken."""
    folder = support.folder("key")
    strangers = [make_key(folder, kind) for kind in ("ECDSA 256", "RSA 2048", "ECDSA 384")]
    right = make_key(folder, "ECDSA 521")
    server.authorize(f"{right}.pub")
    keys = [part for path in (*strangers, right) for part in ("-i", path)]
    run_key(server, setup, *keys).expect(0, out=b"in\n", err="")
    keys = [part for path in strangers for part in ("-i", path)]
    done = run_key(server, setup, *keys).expect_failure(FAILED, "publickey")
    return done.lines()[0]


def show_short_rsa(server, setup):
    path = support.folder("key") / "short"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-C", "", "-f", path],
        check=True, stdin=subprocess.DEVNULL,
    )
    return run_key(server, setup, "-i", path).expect_failure(POLICY, "1024").lines()[0]


def show_bad_files(server, setup):
    folder = support.folder("key")
    nothing = folder / "nothing"
    run_key(server, setup, "-i", nothing).expect_failure(FILE, str(nothing))
    text = folder / "text"
    text.write_text("not a key\n", encoding="utf-8")
    text.chmod(0o600)
    run_key(server, setup, "-i", text).expect_failure(KEY_FORMAT, str(text))
    good = make_key(folder, "ECDSA 256")
    data = good.read_bytes()
    good.write_bytes(data[: len(data) // 2])
    run_key(server, setup, "-i", good).expect_failure(KEY_FORMAT)
    public = make_key(folder, "ECDSA 384").with_suffix(".pub")
    public.chmod(0o600)
    run_key(server, setup, "-i", public).expect_failure(KEY_FORMAT)


def show_loose_mode(server, setup):
    path = make_key(support.folder("key"), "ECDSA 256")
    server.authorize(f"{path}.pub")
    for mode in (0o644, 0o640, 0o604, 0o660):
        path.chmod(mode)
        done = run_key(server, setup, "-i", path).expect_failure(3009, str(path))
    run_key(server, setup, "-i", path, "--set", "AllowLooseKeyFileMode=True").expect(0)
    for mode in (0o600, 0o400):
        path.chmod(mode)
        run_key(server, setup, "-i", path).expect(0, out=b"in\n", err="")
    return done.lines()[0]


def show_encrypted(server, setup):
    """Keys with a passphrase: opened with it, or refused with the reason; never guessed at."""
    path = make_key(support.folder("key"), "ECDSA 256", passphrase="a passphrase")
    server.authorize(f"{path}.pub")
    done = run_key(server, setup, "-i", path).expect_failure(None)
    check(" 3008" in done.err or " 3010" in done.err, f"wanted 3008 or 3010: {done}")
    return done.lines()[0]


def secret_file(text, mode=0o600):
    path = support.folder("secret") / "secret"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def show_password(server, setup, password):
    """On a real sshd, whose PAM knows this password and no other."""
    where = [*options_without_key(server), *setup.options]
    target = [f"{servers.USER}@{servers.ADDRESS}", "cat; echo in"]
    right = secret_file(f"{password}\nthe second line is nobody's\n")
    support.run([*where, "--password-file", right, *target], b"input\n").expect(
        0, out=b"input\nin\n", err=""
    )
    # The descriptor's first line is the password, the rest is the command's input.
    support.run(
        [*where, "--password-fd", "0", *target], f"{password}\nmore input\n".encode()
    ).expect(0, out=b"more input\nin\n", err="")
    reading, writing = os.pipe()
    os.write(writing, password.encode())
    os.close(writing)
    support.run(
        [*where, f"--password-fd={reading}", *target], b"", pass_fds=[reading]
    ).expect(0, out=b"in\n", err="")
    os.close(reading)
    wrong = support.run([*where, "--password-file", secret_file("guess\n"), *target])
    wrong.expect_failure(FAILED, "password")
    check("guess" not in wrong.err, f"the password is shown: {wrong}")
    told = support.run([*where, "-vvv", "--password-file", right, *target])
    told.expect(0)
    check(password not in told.err, f"the password is shown: {told}")
    return wrong.lines()[0]


def show_password_files(server):
    """A file that isn't fit to hold a secret is refused before anything connects."""
    where = options_without_key(server)
    target = [f"{servers.USER}@{servers.ADDRESS}", "true"]
    cases = [
        (["--password-file", secret_file("x\n", 0o644)], 3009),
        (["--password-file", "/nowhere/at/all"], FILE),
        (["--password-file", secret_file("")], 10022),
        (["--password-file", secret_file("\n")], 10022),
        (["--password-file", secret_file("a\0b\n")], 10022),
        (["--password-file", secret_file("x" * 5000)], 10022),
        (["--password-fd", "77"], FILE),
        (["--password-fd", "one"], 10022),
    ]
    for options, code in cases:
        support.run([*where, *options, *target]).expect_failure(code)
    support.run([*where, *target]).expect_failure(FAILED, "nothing to sign on with")


def show_password_change(other):
    done = other.run("change", "echo", "--password-file", secret_file("right password\n"))
    done.expect_failure(PASSWORD_CHANGE)
    return done.lines()[0]


def show_none(other):
    none = ["-o", "PreferredAuthentications=none"]
    other.run("anonymous", "exit 3", *none).expect(3, out=b"leaving\n", err="")
    done = other.run("somebody", "exit 3", *none)
    # Without authentication the reference signs on as "anonymous", whoever is named.
    done.expect(3, out=b"leaving\n")


def show_none_refused(server, setup):
    done = support.run(
        [*options_without_key(server), *setup.options, "-o", "PreferredAuthentications=none",
         f"{servers.USER}@{servers.ADDRESS}", "true"],
    )
    return done.expect_failure(FAILED, "none").lines()[0]


def show_unproven(other, setup):
    """A server that lets in whoever names a key, without asking for the proof that it is theirs.
    With one key the proof is in the first request, so there it is given anyway."""
    first, second = servers.keys() / "client", make_key(support.folder("key"), "ECDSA 256")
    other.run("open-door", "exit 3", *setup.options, "-i", first).expect(3, out=b"leaving\n")
    done = other.run("open-door", "exit 3", *setup.options, "-i", first, "-i", second, "-v")
    if setup.policy == "fips":
        done = other.run("open-door", "exit 3", *setup.options, "-i", first, "-i", second)
        done.expect_failure(UNPROVEN)
        return done.lines()[0]
    done.expect(3, out=b"leaving\n")
    check("without asking for the proof" in done.err, f"it isn't told: {done}")
    return "accepted under this policy, with a warning"


def show_other_server(other, setup):
    """Another implementation of SSH: password, streams, exit status."""
    secret = secret_file("right password\n")
    body = os.urandom(300000)
    other.run("user", "echo", *setup.options, "--password-file", secret, stdin=body).expect(
        0, out=body, err=""
    )
    wrong = secret_file("wrong password\n")
    other.run("user", "echo", *setup.options, "--password-file", wrong).expect_failure(FAILED)


def show_setup(report, setup, server, other):
    kinds = list(KEY_TYPES)
    for form in FORMS:
        for kind in kinds:
            if kind == "Ed25519" and form != "OpenSSH":
                continue # ssh-keygen has no such form
            report.case(f"{setup.name}: {kind} as {form}", show_key, server, setup, kind, form)
    if setup.policy != "fips":
        report.case(f"{setup.name}: Ed25519 as PKCS#8", show_ed25519_pkcs8, server, setup)
    for name, function, target in [
        ("RSA with either digest", show_signatures, server),
        ("several keys", show_several, server),
        ("a short RSA key", show_short_rsa, server),
        ("files that hold no key", show_bad_files, server),
        ("a key that others can read", show_loose_mode, server),
        ("a key with a passphrase", show_encrypted, server),
        ("none, refused", show_none_refused, server),
        ("access without proof", show_unproven, other),
        ("AsyncSSH", show_other_server, other),
    ]:
        report.case(f"{setup.name}: {name}", function, target, setup)


def main():
    report = support.Report()
    setups = support.all_setups()
    password = "correct horse, battery staple"
    with servers.Sshd() as server, servers.AsyncSsh() as other:
        for setup in setups:
            show_setup(report, setup, server, other)
        report.case("none", show_none, other)
        report.case("the server demands a new password", show_password_change, other)
        report.case("unfit password files", show_password_files, server)
    with servers.Sshd(password=password) as server:
        for setup in setups:
            report.case(
                f"{setup.name}: password on OpenSSH", show_password, server, setup, password
            )
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
