#!/usr/bin/python3
"""Text from outside fools no log, terminal, JSON reader or browser: what servers, proxies, files, names and
commands bring along shows nothing but what it is. Control bytes, ANSI escapes, C1 controls, bidi marks,
characters without width, line and paragraph separators, overlong forms, surrogates, noncharacters and markup
go in everywhere that takes text; all that comes out is looked at, character by character."""

import html.parser
import json
import os
import subprocess
import sys
import unicodedata

import pam
import servers
import support
from audit_tools import AUDIT, Audit
from support import check

HIDDEN = (
    "\x07\x08\x1b[31m\x1b]0;owned\x07\x7f" # C0, ANSI escapes, DEL
    "\u0080\u0085\u009b31m\u009d" # C1, as UTF-8
    "\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff\ufdd0\ufffe\uffff\U0001ffff\ue000\U000e0041\u00ad"
)
BROKEN = b"\x80\x9b\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf\xed\xa0\x80\xf4\x90\x80\x80\xff\xfe\xe2\x80"
MARKUP = "</td></script><script>alert('x')</script>\"'&amp;\" onload=\"x"
MARK = "naive" # stands around it all, so that it can be found
TEXT = f"{MARK}{MARKUP}{HIDDEN}\nsexec: false line\r\n\\x41{MARK}"
BYTES = TEXT.encode() + BROKEN + MARK.encode()
ARGUMENT = os.fsdecode(BYTES)


def expect_tame(what, data):
    """Valid UTF-8 of characters that print; lines may end."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise support.Failure(f"{what} is no UTF-8: {error}") from None
    for number, sign in enumerate(text):
        is_plain = unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        if not is_plain and sign not in "\n\t":
            near = text[max(0, number - 80):number + 20]
            raise support.Failure(f"{what} has {sign!r}: {near!r}")
    return text


def expect_lines(what, data):
    """And no line that isn't the command's own."""
    text = expect_tame(what, data)
    for line in text.split("\n"):
        check(not line.startswith("sexec: false"), f"{what}: a line of the peer's own: {line!r}")
    check(MARK in text, f"{what} doesn't show the text at all: {text[-1500:]!r}")
    return text


class Page(html.parser.HTMLParser):
    """What a browser would see: the elements, and the text."""

    def __init__(self, data):
        super().__init__()
        self.seen, self.attributes, self.text = set(), set(), ""
        self.feed(data)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def standard_error(arguments):
    """As bytes, which support.run would mend."""
    done = subprocess.run(
        [str(support.SEXEC), "-vvv", *map(str, arguments)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=support.clean_environment(), check=False,
        timeout=60,
    )
    return done.stderr


# --- What goes in ---------------------------------------------------------------------------------


def show_banner(server):
    said = standard_error([*server.options(), f"{servers.USER}@{servers.ADDRESS}", "true"])
    text = expect_lines("standard error", said)
    banners = [line for line in text.split("\n") if line.startswith("sexec: log: banner ")]
    check(len(banners) == 1, f"one line was wanted: {banners}")
    return banners[0][:100]


def show_prompts():
    prompt = TEXT.replace("\n", "").replace("\r", "").replace("\t", "") + ": "
    with pam.Server([pam.hidden(prompt, "x")]) as server:
        said = standard_error([
            "-p", server.port, *server.trust(), "--password-file", secret(), "-o",
            "PreferredAuthentications=keyboard-interactive", f"{servers.USER}@{servers.ADDRESS}", "true",
        ])
    expect_lines("standard error", said)


def secret():
    path = support.folder("secret") / "secret"
    path.write_text("wrong\n", encoding="ascii")
    path.chmod(0o600)
    return path


def show_versions():
    """In front of and in the version line, and as a proxy's answer."""
    flat = BYTES.replace(b"\n", b"").replace(b"\r", b"")
    for answer in (flat + b"\r\n", b"SSH-1.5-" + flat[:200] + b"\r\n", b"SSH-2.0-" + flat[:200] + b"\r\n"):
        with servers.Listener(lambda client, answer=answer: client.sendall(answer) or client.recv(4096)
                              and client.close()) as nobody:
            said = standard_error(["-p", nobody.port, "--set", "timeout=5", "-o",
                                   "PreferredAuthentications=none", f"x@{servers.ADDRESS}", "true"])
            text = expect_tame("standard error", said)
            check("(code " in text and "log: connected" in text, f"it wasn't asked: {text[-500:]}")
    with servers.Listener(lambda client: client.sendall(b"HTTP/1.1 403 " + flat + b"\r\n\r\n")) as proxy:
        said = standard_error([
            "--set", "firewall_type=1", "--set", f"firewall_host={servers.ADDRESS}", "--set",
            f"firewall_port={proxy.port}", "-o", "PreferredAuthentications=none", f"x@{servers.ADDRESS}", "true",
        ])
        expect_lines("standard error", said)


SETTINGS = (
    "firewall_host", "FirewallHost", "FirewallData", "KnownHostsMode", "KnownHostsFile", "LocalHost",
    "KerberosSPN", "KerberosKeytab", "ClientSSHVersionString", "SSHVersionPattern", "StdInFile",
    "AuditFile", "AuditSyslog", "X509TrustAnchorFile", "X509TrustAnchors", "SignedSSHCert", "CodePage",
    "ssh_cert_store", "ssh_cert_encoded", "SSHFingerprintHashAlgorithm", "Policy", "Provider",
    "ProviderConfigFile", "LogLevel", "OutputMode", "TerminalModes", "HostKeyAlias", "ssh_port",
)


def show_arguments(server):
    """A user's own words can come from anywhere, too."""
    base = server.options()
    for arguments in (
        [*base, f"{ARGUMENT}@{servers.ADDRESS}", "true"],
        [*base, f"{servers.USER}@{ARGUMENT}", "true"],
        ["-p", server.port, "-i", ARGUMENT, f"x@{servers.ADDRESS}", "true"],
        [*base, "--set", f"{ARGUMENT}=1", f"x@{servers.ADDRESS}", "true"],
        [*base, "--set", f"SSHKeyExchangeAlgorithms={ARGUMENT}", f"x@{servers.ADDRESS}", "true"],
        [*base, "--set", f"SSHAcceptServerHostKeyFingerPrint={ARGUMENT}", f"x@{servers.ADDRESS}", "true"],
        [*base, "--set", f"ssh_cert_subject={ARGUMENT}", f"{servers.USER}@{servers.ADDRESS}", "true"],
        [*base, "-o", f"UserKnownHostsFile={ARGUMENT}", f"x@{servers.ADDRESS}", "true"],
        [*base, "-c", ARGUMENT, f"x@{servers.ADDRESS}", "true"],
        [*base, "--policy", ARGUMENT, f"x@{servers.ADDRESS}", "true"],
        [*base, "--module-dir", ARGUMENT, f"x@{servers.ADDRESS}", "true"],
        [*base, f"--{ARGUMENT}", f"x@{servers.ADDRESS}", "true"],
        ["--explain", "default", ARGUMENT], ["-Q", ARGUMENT],
        *([*base, "--set", "timeout=3", "--set", f"{name}={ARGUMENT}", f"{servers.USER}@{servers.ADDRESS}",
           "true"] for name in SETTINGS),
        [*base, "--set", "firewall_type=1", "--set", f"firewall_host={ARGUMENT}", f"x@{servers.ADDRESS}",
         "true"],
        [*base, "--set", "ssh_auth_mode=5", "--set", f"KerberosSPN={ARGUMENT}", f"x@{servers.ADDRESS}",
         "true"],
    ):
        said = standard_error(arguments)
        text = expect_tame(f"standard error of {arguments[-4:]!r}", said)
        for line in text.split("\n"):
            check(not line.startswith("sexec: false"), f"a line of the peer's own: {arguments[-4:]!r}: {line!r}")


def show_records(server):
    """The audit's own forms: JSON, a terminal's and a browser's view."""
    audit = Audit()
    audit.run(server, f": {ARGUMENT}")
    audit.run(server, "true", "--set", f"{ARGUMENT}=1")
    support.run([*server.options(), *audit.settings(), f"{ARGUMENT}@{servers.ADDRESS}", "true"])
    data = audit.file.read_bytes()
    expect_tame("the audit", data)
    for line in data.decode().splitlines():
        json.loads(line)
    check(data.decode().count("naive") > 2, "the text isn't in the records")
    for words in (["show"], ["report"], ["report", "--html"]):
        shown = support.run([*words, audit.file], program=AUDIT).expect(0).out
        text = expect_tame(f"sexec-audit {words}", shown)
    page = Page(text)
    check("script" not in page.seen and "onload" not in page.attributes, f"{page.seen} {page.attributes}")
    check("<script>alert" in page.text, "the command isn't on the page")


def show_forged(server):
    """Records that somebody edited: what they hold is shown as little."""
    for sign in ("\u202e", "\u2066", "\u200b", "\u2028", "\u009b", "\ufeff", "\ufffe", "\u001b"):
        audit = Audit()
        audit.run(server, "echo plain")
        data = audit.file.read_bytes()
        audit.file.write_bytes(data.replace(b"echo plain", b"echo " + sign.encode() + b"plain"))
        for words in (["show"], ["report"], ["report", "--html"], ["verify", "--key", audit.verifier]):
            done = support.run([*words, audit.file], program=AUDIT)
            expect_tame(f"sexec-audit {words[0]}", done.out)
            expect_tame(f"sexec-audit {words[0]}", done.err.encode())
        check(done.status != 0, f"a forged record is whole: {done}")


def main():
    report = support.Report()
    banner = support.folder("banner") / "banner"
    banner.write_bytes(BYTES)
    with servers.Sshd(f"Banner {banner}", "MaxAuthTries 50") as server:
        report.case("a banner", show_banner, server)
        report.case("arguments", show_arguments, server)
        report.case("records", show_records, server)
        report.case("forged records", show_forged, server)
    report.case("prompts", show_prompts)
    report.case("version lines and proxies", show_versions)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
