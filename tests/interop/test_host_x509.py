#!/usr/bin/python3
"""X.509 host certificates: paths, names, times, uses, revocation lists and OCSP answers, made by
OpenSSL and shown by a server on AsyncSSH, each with the verdict that it must get."""

import dataclasses
import datetime
import pathlib
import subprocess
import sys

import servers
import support
from support import check

REJECTED, KEY_FORMAT, FILE, ARGUMENT = 1030, 3007, 302, 10022
NAME = "server.example"
SCRIPT = pathlib.Path(__file__).parent / "asyncssh_x509_server.py"
place = support.folder("x509")

CONFIG = """
[ca]
default_ca = own
[own]
new_certs_dir = {place}
database = {place}/{ca}.index
serial = {place}/{ca}.serial
crlnumber = {place}/{ca}.crlnumber
default_md = sha256
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
"""
SERVER_USE = "extendedKeyUsage=1.3.6.1.5.5.7.3.22"
SIGNATURE = "keyUsage=critical,digitalSignature"
HOST = [SIGNATURE, SERVER_USE, f"subjectAltName=DNS:{NAME}"]
CA = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]


def tool(*arguments):
    done = subprocess.run(
        ["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=support.clean_environment(), check=False,
    )
    check(done.returncode == 0, f"openssl {arguments}: {done.stderr.decode()}")


def day(offset):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=offset)
    return at.strftime("%Y%m%d%H%M%SZ")


def make_key(name, *options):
    options = options or ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    tool("genpkey", *options, "-out", place / f"{name}.key")


def make_authority(name):
    config = place / f"{name}.cnf"
    config.write_text(CONFIG.format(place=place, ca=name), encoding="utf-8")
    (place / f"{name}.index").write_text("", encoding="utf-8")
    (place / f"{name}.serial").write_text("1000\n", encoding="utf-8")
    (place / f"{name}.crlnumber").write_text("1000\n", encoding="utf-8")
    make_key(name)


def issue(name, ca, extensions, days=(-1, 30), md="sha256", key=None):
    """A certificate NAME.pem for KEY.key, signed by the authority, or by itself."""
    request, extfile = place / f"{name}.csr", place / f"{name}.ext"
    extfile.write_text("\n".join(["[e]", *extensions]) + "\n", encoding="utf-8")
    tool("req", "-new", "-key", place / f"{key or name}.key", "-subj", f"/CN={name}",
         "-config", place / f"{ca}.cnf", "-out", request)
    own = ["-selfsign", "-keyfile", place / f"{name}.key"] if ca == name else [
        "-keyfile", place / f"{ca}.key", "-cert", place / f"{ca}.pem"]
    tool("ca", "-batch", "-notext", "-config", place / f"{ca}.cnf", *own, "-in", request,
         "-extfile", extfile, "-extensions", "e", "-startdate", day(days[0]),
         "-enddate", day(days[1]), "-md", md, "-out", place / f"{name}.pem")


def make_all():
    for ca in ("root", "middle", "stranger"):
        make_authority(ca)
    issue("root", "root", CA)
    issue("stranger", "stranger", CA)
    issue("middle", "root", CA)
    make_key("host")
    make_key("small", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    issue("good", "middle", HOST, key="host")
    issue("address", "middle", [SIGNATURE, "subjectAltName=IP:127.0.0.1"], key="host")
    issue("any_use", "middle", [SIGNATURE, "extendedKeyUsage=anyExtendedKeyUsage", HOST[2]],
          key="host")
    issue("no_use", "middle", [HOST[2]], key="host")
    issue("web_use", "middle", [SIGNATURE, "extendedKeyUsage=serverAuth", HOST[2]], key="host")
    issue("signs_keys", "middle", ["keyUsage=critical,keyAgreement", HOST[2]], key="host")
    issue("other_name", "middle", [SIGNATURE, "subjectAltName=DNS:other.example"], key="host")
    issue(NAME, "middle", [SIGNATURE], key="host") # a common name alone
    issue("wildcard", "middle", [SIGNATURE, "subjectAltName=DNS:*.hosts.example"], key="host")
    issue("old", "middle", HOST, days=(-30, -1), key="host")
    issue("early", "middle", HOST, days=(1, 30), key="host")
    issue("weak_hash", "middle", HOST, md="sha1", key="host")
    issue("critical", "middle", [*HOST, "1.2.3.4=critical,DER:0500"], key="host")
    issue("strange", "stranger", HOST, key="host")
    issue("revoked", "middle", HOST, key="host")
    tool("ca", "-config", place / "middle.cnf", "-keyfile", place / "middle.key",
         "-cert", place / "middle.pem", "-revoke", place / "revoked.pem")
    for ca in ("root", "middle", "stranger"):
        tool("ca", "-config", place / f"{ca}.cnf", "-keyfile", place / f"{ca}.key",
             "-cert", place / f"{ca}.pem", "-gencrl", "-out", place / f"{ca}.crl")
    make_key("responder")
    issue("responder", "middle", [SIGNATURE, "extendedKeyUsage=OCSPSigning"])
    make_key("impostor")
    issue("impostor", "middle", [SIGNATURE])
    answer("good_answer", "good", "middle")
    answer("delegated", "good", "responder")
    answer("impostor_answer", "good", "impostor")
    answer("strange_answer", "good", "stranger")
    answer("revoked_answer", "revoked", "middle")
    answer("endless_answer", "good", "middle", "-resp_key_id") # no nextUpdate


def answer(name, about, signer, *options):
    request = place / f"{name}.req"
    tool("ocsp", "-issuer", place / "middle.pem", "-cert", place / f"{about}.pem", "-no_nonce",
         "-reqout", request)
    options = options or ("-ndays", "7")
    tool("ocsp", "-index", place / "middle.index", "-CA", place / "middle.pem",
         "-rsigner", place / f"{signer}.pem", "-rkey", place / f"{signer}.key",
         "-reqin", request, "-respout", place / f"{name}.der", *options)


class Server:
    def __init__(self, chain, key, ocsp):
        path = support.folder("chain") / "chain.pem"
        path.write_bytes(b"".join((place / f"{name}.pem").read_bytes() for name in chain))
        arguments = [place / f"{key}.key", path, *([place / f"{ocsp}.der"] if ocsp else [])]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", SCRIPT, *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True,
            env=support.clean_environment(PYTHONDONTWRITEBYTECODE="1"),
        )
        line = self.process.stdout.readline()
        check(line.startswith("port "), "the server did not start, see above")
        self.port = int(line.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


@dataclasses.dataclass
class Case:
    name: str
    chain: tuple
    words: tuple = ()  # of the refusal; without any it must be trusted
    anchors: tuple = ("root",)
    crls: tuple = ()
    ocsp: str = ""
    alias: str = NAME
    key: str = "host"
    more: tuple = ()
    code: int = REJECTED


PATH = "unable to get local issuer certificate"
CASES = [
    Case("good", ("good", "middle")),
    Case("an address", ("address", "middle"), alias=""),
    Case("any use", ("any_use", "middle")),
    Case("no use at all", ("no_use", "middle")),
    Case("a wildcard", ("wildcard", "middle"), alias="a.hosts.example"),
    Case("a wildcard for one label", ("wildcard", "middle"), ("no subjectAltName",),
         alias="a.b.hosts.example"),
    Case("the anchor in the middle", ("good",), anchors=("middle",)),
    Case("the anchor is the host's own", ("good",), anchors=("good",)),
    Case("several anchors", ("good", "middle"), anchors=("stranger", "root")),
    Case("the middle is missing", ("good",), (PATH,)),
    Case("another anchor", ("good", "middle"), (PATH,), anchors=("stranger",)),
    Case("a stranger's", ("strange",), (PATH,)),
    Case("wrong name", ("other_name", "middle"), ("no subjectAltName", NAME)),
    Case("a common name alone", (NAME, "middle"), ("no subjectAltName",)),
    Case("wrong address", ("good", "middle"), ("no subjectAltName", "127.0.0.1"), alias=""),
    Case("for web servers", ("web_use", "middle"), ("id-kp-secureShellServer",)),
    Case("no signatures", ("signs_keys", "middle"), ("digitalSignature",)),
    Case("expired", ("old", "middle"), ("expired",)),
    Case("not valid yet", ("early", "middle"), ("not yet valid",)),
    Case("SHA-1", ("weak_hash", "middle"), ("too weak",)),
    Case("an unknown critical extension", ("critical", "middle"), ("critical extension",)),
    Case("revocation lists, good", ("good", "middle"), crls=("middle", "root")),
    Case("revocation list of its issuer alone", ("good", "middle"), crls=("middle",)),
    Case("revocation lists, none of its issuer", ("good", "middle"), ("CRL",), crls=("root",)),
    Case("revoked, no list", ("revoked", "middle")),
    Case("revoked", ("revoked", "middle"), ("revoked",), crls=("middle",)),
    Case("OCSP: good", ("good", "middle"), ocsp="good_answer"),
    Case("OCSP: good, of a responder", ("good", "middle"), ocsp="delegated"),
    Case("OCSP: of who isn't entrusted", ("good", "middle"), ("neither",), ocsp="impostor_answer"),
    Case("OCSP: a stranger's", ("good", "middle"), ("neither",), ocsp="strange_answer"),
    Case("OCSP: revoked", ("revoked", "middle"), ("was revoked",), ocsp="revoked_answer"),
    Case("OCSP: about another", ("any_use", "middle"), ("doesn't speak",), ocsp="good_answer"),
    Case("OCSP: without an end", ("good", "middle"), ("too old",), ocsp="endless_answer"),
    Case("no anchor", ("good", "middle"), ("not known",), anchors=()),
    Case("lists without an anchor", ("good", "middle"), ("no trust anchor",), anchors=(),
         crls=("middle",), code=ARGUMENT),
]


def settings_of(case):
    options = []
    files = {"X509TrustAnchorFile": (case.anchors, "pem"), "X509RevocationListFile": (case.crls, "crl")}
    for setting, (names, end) in files.items():
        if names:
            path = support.folder("trusted") / "file"
            path.write_bytes(b"".join((place / f"{name}.{end}").read_bytes() for name in names))
            options += ["--set", f"{setting}={path}"]
    return options


def connect(port, setup, *options):
    return support.run(
        [*setup.options, "-o", "PreferredAuthentications=none", "-o", "UserKnownHostsFile=none",
         "-o", "GlobalKnownHostsFile=none", "-o", "HostKeyAlgorithms=x509v3-ecdsa-sha2-nistp256",
         "-p", port, *options, f"open@{servers.ADDRESS}", "say"],
    )


def show_case(case, setups):
    alias = ["-o", f"HostKeyAlias={case.alias}"] if case.alias else []
    with Server(case.chain, case.key, case.ocsp) as server:
        for setup in setups:
            done = connect(server.port, setup, *settings_of(case), *alias, *case.more)
            if case.words:
                done.expect_failure(case.code, *case.words)
            else:
                done.expect(0, out=b"in\n", err="")
    return done.lines()[0] if case.words else None


def show_forms(setup):
    """Anchors as text: PEM, and the base64 of DER; what is none is an error."""
    pem = (place / "root.pem").read_text(encoding="ascii")
    one_line = "".join(line for line in pem.splitlines() if not line.startswith("-"))
    der = support.folder("der") / "root.der"
    tool("x509", "-in", place / "root.pem", "-outform", "DER", "-out", der)
    alias = ["-o", f"HostKeyAlias={NAME}"]
    with Server(("good", "middle"), "host", "") as server:
        for anchor in (f"X509TrustAnchors={pem}", f"X509TrustAnchors={one_line}",
                       f"X509TrustAnchorFile={der}"):
            connect(server.port, setup, "--set", anchor, *alias).expect(0, out=b"in\n", err="")
        for anchor, code in (
            ("X509TrustAnchors=nonsense!", KEY_FORMAT),
            (f"X509TrustAnchors={one_line[:-8]}", KEY_FORMAT),
            ("X509TrustAnchorFile=/nonexistent", FILE),
            (f"X509TrustAnchorFile={place / 'root.key'}", KEY_FORMAT),
        ):
            connect(server.port, setup, "--set", anchor, *alias).expect_failure(code)


def show_certificate_is_asked_for(setup):
    """Anchors bring X.509 algorithms to the front; without them the server would show its key."""
    anchors = ["--set", f"X509TrustAnchorFile={place / 'root.pem'}", "-o", f"HostKeyAlias={NAME}"]
    arguments = [*setup.options, "-o", "PreferredAuthentications=none", "-o",
                 "UserKnownHostsFile=none", "-o", "GlobalKnownHostsFile=none"]
    with Server(("good", "middle"), "host", "") as server:
        support.run([*arguments, *anchors, "-p", server.port, f"open@{servers.ADDRESS}", "say"],
                    ).expect(0, out=b"in\n", err="")


def main():
    report = support.Report()
    setups = support.all_setups()
    chosen = setups if support.IS_FULL else [setups[0], setups[-1]]
    make_all()
    for case in CASES:
        report.case(case.name, show_case, case, chosen)
    for setup in chosen:
        report.case(f"forms of anchors, {setup.name}", show_forms, setup)
        report.case(f"certificate is asked for, {setup.name}", show_certificate_is_asked_for, setup)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
