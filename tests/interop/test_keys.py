#!/usr/bin/python3
"""Key stores: every form with every type of key signs on to a real sshd, or is refused with its
reason under an approved policy; the refusal's advice works; stores are searched; nothing damaged
gives a wrong key."""

import base64
import concurrent.futures
import os
import sys

import keys_corpus as corpus
import servers
import support
from support import check

STORE = support.BUILD / "tests" / "interop" / "key_store"
FILE, POLICY, KEY_FORMAT, PASSPHRASE, MODE, CONTAINER = 302, 3005, 3007, 3008, 3009, 3010
NOT_HERE, NOT_FOUND = 3040, 3041
DSS = "ssh-dss"


def sign_on(server, setup, *options):
    return support.run(
        [*setup.options, "-p", server.port, *server.trust(), *options,
         f"{servers.USER}@{servers.ADDRESS}", "echo in"],
    )


def secret_options(form):
    return ["--passphrase-file", corpus.passphrase_file()] if form.secret else []


def refusal(setup, form, kind):
    """Why this can't be under the policy; None when it signs on."""
    if setup.policy == "fips" and not form.approved:
        return CONTAINER, ["sexec --policy default --convert-key"]
    if setup.policy == "fips" and kind in ("ed25519", "dsa"):
        return None, []
    if kind == "dsa" and setup.policy != "legacy":
        return None, []
    return None


def show_file(server, setup, form, kind):
    """As -i takes it: the form told from the bytes alone."""
    path = corpus.key_file(corpus.stored(form, kind))
    done = sign_on(server, setup, "-i", path, *secret_options(form))
    refused = refusal(setup, form, kind)
    if refused is None:
        done.expect(0, out=b"in\n", err="")
        return None
    code, words = refused
    done.expect_failure(code, *words)
    return done.lines()[0][:100]


def show_typed(server, setup, form, kind):
    """By the store's own types, as file and as blob, binary or base64."""
    data = corpus.stored(form, kind)
    path = corpus.key_file(data)
    file_type, blob_type = form.store
    common = ["--set", "ssh_auth_mode=3", *secret_options(form)]
    is_text = form.store != corpus.PFX
    blob = data.decode() if is_text else base64.b64encode(data).decode()
    for kind_of_store, value in ((file_type, path), (blob_type, blob), (corpus.AUTO, blob)):
        sign_on(
            server, setup, *common, "--set", f"ssh_cert_store_type={kind_of_store}", "--set",
            f"ssh_cert_store={value}",
        ).expect(0, out=b"in\n", err="")


def show_wrong_passphrase(server, setup, form):
    path = corpus.key_file(corpus.stored(form, "p256"))
    wrong = ["--passphrase-file", corpus.passphrase_file("guess")]
    done = sign_on(server, setup, "-i", path, *wrong)
    done.expect_failure(PASSPHRASE, str(path))
    check("guess" not in done.err, f"the passphrase is shown: {done}")
    sign_on(server, setup, "-i", path).expect_failure(PASSPHRASE, str(path))
    return done.lines()[0]


def show_converted(server, setup, form, kind):
    """What is refused under fips, converted as the refusal says, signs on under fips."""
    source = corpus.key_file(corpus.stored(form, kind))
    new = support.folder("new") / "key.pem"
    secret = corpus.passphrase_file()
    refused = sign_on(server, setup, "-i", source, *secret_options(form))
    refused.expect_failure(CONTAINER, "--convert-key NEWFILE -i FILE")
    convert = ["--policy", "default", "--convert-key", new, "-i", source, *secret_options(form),
               "--new-passphrase-file", secret]
    support.run(convert).expect(0, out=b"", err="")
    check(new.stat().st_mode & 0o777 == 0o600, f"mode {new.stat().st_mode:o}")
    content = new.read_bytes()
    check(content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "no PKCS#8")
    shown = corpus.tool("openssl", "asn1parse", "-in", new).decode()
    for word in ("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc"):
        check(word in shown, f"no {word} in {shown}")
    sign_on(server, setup, "-i", new, "--passphrase-file", secret).expect(0, out=b"in\n", err="")
    # Nothing is overwritten unless told, and nothing is left behind.
    support.run(convert).expect_failure(FILE, str(new), "already")
    check(new.read_bytes() == content, "the file was written over")
    support.run([*convert, "--overwrite"]).expect(0)
    check(new.read_bytes() != content and os.listdir(new.parent) == ["key.pem"], "not replaced")


def show_convert_needs(setup):
    source = corpus.key_file(corpus.stored(corpus.FORMS[0], "p256"))
    new = support.folder("new") / "key.pem"
    support.run(["--convert-key", new, "-i", source]).expect_failure(10022, "passphrase")
    support.run(["--convert-key", new]).expect_failure(10022, "-i FILE")
    secret = ["--passphrase-file", corpus.passphrase_file()]
    support.run(["--convert-key", "/nowhere/key", "-i", source, *secret]).expect_failure(FILE)
    public = corpus.key_file((corpus.key("p256") / "openssh.pub").read_bytes())
    support.run(["--convert-key", new, "-i", public, *secret]).expect_failure(NOT_FOUND)
    check(not new.exists(), "a file was left")


# --- What can't be signed on with -----------------------------------------------------------------


def open_store(kind, path, subject="*", passphrase=""):
    done = support.run(["open", str(kind), path, passphrase, subject], program=STORE).expect(0)
    code, _, found = done.out.decode().splitlines()[0].partition(" ")
    return int(code), found, done.out.decode()


def show_public(server, setup):
    """Stores without a private key open, and sign nobody on."""
    place = corpus.key("p256")
    spki = corpus.tool("openssl", "pkey", "-in", place / "pkcs8", "-pubout")
    p7b = corpus.tool("openssl", "crl2pkcs7", "-nocrl", "-certfile", place / "cert")
    p7b_der = corpus.tool("openssl", "crl2pkcs7", "-nocrl", "-certfile", place / "cert", "-outform",
                          "DER")
    rfc4716 = corpus.tool("ssh-keygen", "-e", "-f", place / "openssh.pub")
    cert = (place / "cert").read_bytes()
    cases = [
        (corpus.PUBLIC, spki), (corpus.PUBLIC, cert), (corpus.P7B, p7b), (corpus.P7B, p7b_der),
        (corpus.SSH_PUBLIC, (place / "openssh.pub").read_bytes()), (corpus.SSH_PUBLIC, rfc4716),
    ]
    for types, data in cases:
        path = corpus.key_file(data)
        path.chmod(0o644)  # nothing secret
        for kind in types:
            code, found, shown = open_store(kind, path)
            check(code == 0 and found != "", f"type {kind}: {shown}")
        check(open_store(corpus.AUTO, path)[0] == 0, f"not told by itself: {data[:40]!r}")
        done = sign_on(server, setup, "--set", "ssh_auth_mode=3", "--set",
                       f"ssh_cert_store_type={types[0]}", "--set", f"ssh_cert_store={path}")
        done.expect_failure(KEY_FORMAT, "no private key")


def show_other_stores(server, setup):
    for kind in (4, 5, 21, 22):
        path = corpus.key_file(b"\xfe\xed\xfe\xed" + b"x" * 40)
        code, _, shown = open_store(kind, path)
        check(code == NOT_HERE and "not available on this platform" in shown, shown)
    code, _, shown = open_store(corpus.AUTO, path)
    check(code == NOT_HERE, shown)
    done = sign_on(server, setup, "--set", "ssh_cert_store_type=20")
    return done.expect_failure(10022, "ssh_cert_store_type 20").lines()[0]


def show_wrong_type(server, setup):
    """Bytes of another form than the type says."""
    path = corpus.key_file(corpus.stored(corpus.FORMS[0], "p256"))
    for kind in (2, 8, 11, 13, 14, 16, 18):
        code, _, shown = open_store(kind, path)
        if kind in (8, 11):
            continue  # PEM may be of these
        check(code == KEY_FORMAT and f"type {kind} wants" in shown, f"type {kind}: {shown}")


def show_argon2(server, setup):
    """libcrypto has it from 3.2 on; before, the refusal says so."""
    path = corpus.key_file(corpus.stored(corpus.ARGON2, "p256"))
    done = sign_on(server, setup, "-i", path, *secret_options(corpus.ARGON2))
    if done.status == 0:
        return "signed on"
    return done.expect_failure(CONTAINER, "Argon2id", "version=2").lines()[0]


def show_rc2(server, setup):
    """The key is under 3DES: it signs on; the certificates need OpenSSL's legacy provider."""
    path = corpus.key_file(corpus.stored(corpus.RC2, "p256"))
    secret = secret_options(corpus.RC2)
    sign_on(server, setup, "-i", path, *secret).expect(0, out=b"in\n")
    subject = ["--set", "ssh_cert_subject=p256.example"]
    sign_on(server, setup, "-i", path, *secret, *subject).expect_failure(NOT_FOUND)
    legacy = support.Setup("legacy", "legacy", ["--policy", "legacy"])
    sign_on(server, legacy, "-i", path, *secret, *subject).expect(0, out=b"in\n")


def show_security_key(server, setup):
    line = "sk-ssh-ed25519@openssh.com " + base64.b64encode(
        b"".join(len(p).to_bytes(4, "big") + p
                 for p in (b"sk-ssh-ed25519@openssh.com", b"k" * 32, b"ssh:"))
    ).decode() + "\n"
    path = corpus.key_file(line.encode())
    return sign_on(server, setup, "-i", path).expect_failure(KEY_FORMAT, "security keys").lines()[0]


# --- The search -----------------------------------------------------------------------------------


def show_subject(server, setup):
    """A store of three keys: exact, then contained, then nothing; any; commas in quotes."""
    folder = support.folder("store")
    for kind in ("p256", "p384", "rsa2048"):
        place = corpus.key(kind)
        body = (place / "pkcs8").read_bytes() + (place / "cert").read_bytes()
        (folder / kind).write_bytes(body)
        (folder / kind).chmod(0o600)
    full = 'C=US, O="Example, Inc.", CN={}.example'
    cases = [
        ("*", full.format("p256")), (full.format("p384"), full.format("p384")),
        (full.format("rsa2048").replace(", C", ",C"), full.format("rsa2048")),
        ("CN=p384.example", full.format("p384")), ("rsa2048", full.format("rsa2048")),
        ('"Example, Inc."', full.format("p256")), ("CN=p999.example", ""), ("Example Inc", ""),
    ]
    for asked, wanted in cases:
        code, found, shown = open_store(0, folder, asked)
        check(code == 0 and found == wanted, f"{asked}: {shown}")
    common = ["--set", "ssh_auth_mode=3", "--set", f"ssh_cert_store={folder}"]
    sign_on(server, setup, *common, "--set", "ssh_cert_subject=CN=p384.example").expect(0)
    sign_on(server, setup, *common, "--set", "ssh_cert_subject=nobody").expect_failure(NOT_FOUND)
    certificate = (corpus.key("p384") / "cert").read_text(encoding="ascii")
    sign_on(server, setup, *common, "--set", f"ssh_cert_encoded={certificate}").expect(0)
    stranger = (corpus.key("p521") / "cert").read_text(encoding="ascii")
    sign_on(server, setup, *common, "--set", f"ssh_cert_encoded={stranger}").expect_failure(
        NOT_FOUND
    )
    # Which of the three it was, the server says.
    log = server.log.read_text(encoding="utf-8", errors="replace")
    check("ECDSA-SHA384" in log or "ECDSA SHA256" in log, "the server's log names no key")


def show_folder(server, setup):
    """A folder as the user's and the machine's store: all its keys are tried, in order."""
    folder = support.folder("store")
    stranger = support.folder("other") / "key"
    corpus.tool("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", stranger)
    for name, data in (
        ("a", stranger.read_bytes()), ("b", b"no key at all"),
        ("c", corpus.stored(corpus.FORMS[0], "p256")), ("c.pub", b"x"), (".hidden", b"x"),
    ):
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    for kind in (0, 1):
        where = ["--set", "ssh_auth_mode=3", "--set", f"ssh_cert_store_type={kind}", "--set",
                 f"ssh_cert_store={folder}"]
        sign_on(server, setup, *where).expect(0, out=b"in\n", err="")
    folder.chmod(0o777)
    sign_on(server, setup, *where).expect_failure(MODE, str(folder))
    folder.chmod(0o700)
    (folder / "c").unlink()
    (folder / "a").unlink()
    sign_on(server, setup, *where).expect_failure(KEY_FORMAT, f"{folder}/b")
    (folder / "b").unlink()
    done = sign_on(server, setup, *where).expect_failure(1032, str(folder))
    return done.lines()[0]


# --- Damage ---------------------------------------------------------------------------------------


def show_damage(form, kind):
    """Places and lengths are sampled in the quick run. PKCS#8 holds nothing of an Ed25519 key
    but its seed, and of a DSA key but its private number, so there, even in what was decrypted,
    another one is another good key."""
    path = corpus.key_file(corpus.stored(form, kind))
    public = corpus.key_file(
        corpus.tool("openssl", "pkey", "-in", corpus.key(kind) / "pkcs8", "-pubout")
    )
    passphrase = corpus.PASSPHRASE if form.secret else ""
    has_check = kind not in ("ed25519", "dsa") or form.name not in SEED_ALONE
    size = path.stat().st_size
    count, step = (100, 1) if support.IS_FULL else (6, size // 5 + 1)
    support.run(
        ["damage", path, passphrase, public, str(count), str(step), str(int(has_check))],
        program=STORE, timeout=900 if support.IS_FULL else 60,
    ).expect(0)


SEED_ALONE = {
    "PKCS#8", "DER", "DER, PBES2", "PKCS#8, PBES2, salt of 8 bytes", "PKCS#8, PBES2, 3DES",
    "PKCS#8 of sexec --convert-key",
}
SLOW = {"PKCS#8 of sexec --convert-key", "PFX, PBMAC1 and PBES2"}  # its key derivation is meant to be


# --- All of it ------------------------------------------------------------------------------------


def wanted(form, kind):
    """The quick run: each form with two types, each type with two forms."""
    if support.IS_FULL or form.name == "PFX, PBMAC1 and PBES2" and kind == "rsa2048":
        return True
    forms, kinds = corpus.FORMS.index(form), list(corpus.TYPES).index(kind)
    return (forms + kinds) % 4 == 0 or kind == "p256"


def authorize_all(server):
    for kind in corpus.TYPES:
        server.authorize(corpus.key(kind) / "openssh.pub")


def main():
    report = support.Report()
    fips = support.fips_setups()
    default = support.default_setup()
    legacy = support.Setup(support.WIDEST, support.WIDEST, ["--policy", support.WIDEST])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(corpus.key, corpus.TYPES))
    pairs = [pair for pair in corpus.combinations() if wanted(*pair)]
    with servers.Sshd("MaxAuthTries 100", "PubkeyAcceptedAlgorithms +ssh-dss") as server:
        authorize_all(server)
        jobs = []
        for form, kind in pairs:
            for setup in (*fips, legacy if kind == "dsa" else default):
                name = f"{setup.name}: {form.name}, {kind}"
                jobs.append((name, show_file, server, setup, form, kind))
            if form.name not in SLOW:
                jobs.append((f"damage: {form.name}, {kind}", show_damage, form, kind))
        for form in corpus.forms():
            if form.store != corpus.AUTO:
                kind = "rsa2048" if form.types and "p256" not in form.types else "p256"
                jobs.append((f"types: {form.name}", show_typed, server, default, form, kind))
            if form.secret:
                jobs.append((f"wrong passphrase: {form.name}", show_wrong_passphrase, server,
                             default, form))
            if not form.approved and form.secret and form.name.startswith(CONVERTED):
                jobs.append((f"converted: {form.name}", show_converted, server, fips[0], form,
                             "p256"))
        if support.HAS_LEGACY:
            jobs.append(("rc2", show_rc2, server, default))
        for function in (show_public, show_other_stores, show_wrong_type, show_argon2,
                         show_security_key, show_subject, show_folder):
            jobs.append((function.__name__[5:], function, server, default))
        jobs.append(("what a conversion needs", show_convert_needs, default))
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda job: report.case(*job), jobs))
    return report.end()


CONVERTED = ("OpenSSH, aes256-ctr", "traditional, AES-128", "PPK 2 with", "PFX", "PKCS#8, PBES2, salt")


if __name__ == "__main__":
    sys.exit(main())
