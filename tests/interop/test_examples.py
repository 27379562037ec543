#!/usr/bin/python3
"""The reference's worked examples, translated to C (examples.c), against real servers: each does what
its section says. Those that can mean nothing here are named with the reason."""

import concurrent.futures
import subprocess
import sys

import pam
import server_keys
import servers
import support
import test_agent
import test_tokens
from support import check

EXAMPLES = support.BUILD / "tests" / "interop" / "examples"
PASSWORD = "sentinel of the examples"
IMPOSSIBLE = {
    "ssh_cert_store_type, the part with CertMgr": "that class isn't part of SExec; a PKCS#11 URI "
    "names what it would have collected",
    "get_ssh_param's \"%s,f\"": "it names no order of x11-req's fields; shown with the right one",
    "SSHVersionPattern, a server of version 2.99": "there is none, and the exchange's hash binds a "
    "real one's version; shown with 2.0",
}


class Place:
    """Servers, keys and files that the examples speak of."""

    def __init__(self):
        self.key = server_keys.user_key("rsa")
        self.sshd = servers.Sshd(
            f"TrustedUserCAKeys {server_keys.keys() / 'ca.pub'}", password=PASSWORD
        )
        self.sshd.authorize(f"{self.key}.pub")
        self.pfx = self.make_pfx()
        self.token = test_tokens.Token()
        with open(self.sshd.authorized, "a", encoding="ascii") as file:
            file.write(self.token.public_lines())

    def make_pfx(self):
        """The key with a certificate of the reference's example subject."""
        place = support.folder("pfx")
        subject = "/C=US/OU=test/CN=www.server.com/emailAddress=support@server.com"
        server_keys.tool(
            "openssl", "req", "-x509", "-new", "-key", self.key, "-subj", subject, "-days", "30",
            "-out", place / "cert",
        )
        server_keys.tool(
            "openssl", "pkcs12", "-export", "-in", place / "cert", "-inkey", self.key, "-passout",
            "pass:certpassword", "-out", place / "cert.pfx",
        )
        (place / "cert.pfx").chmod(0o600)
        return place / "cert.pfx"

    def run(self, example, command="echo in", server=None, env=None, **given):
        server = server or self.sshd
        values = {
            "host": servers.ADDRESS, "port": server.port, "user": servers.USER, "key": self.key,
            "host_key": server.host_keys[0].with_suffix(".pub").read_text(encoding="utf-8").strip(),
            "password": PASSWORD, **given,
        }
        return support.run(
            [example, command, *(f"{name}={value}" for name, value in values.items())],
            program=EXAMPLES, env=env,
        )

    def expect(self, example, out, *arguments, **more):
        self.run(example, *arguments, **more).expect(0, out=out, err="")


def show_passwords(place, example):
    place.expect(example, b"in\n")
    place.run(example, password="wrong").expect(1)


def show_pfx(place, example):
    found = b""
    if example == "ssh_cert_subject":
        done = place.run(example, pfx=place.pfx, pfx_password="certpassword").expect(0)
        found = done.out.removesuffix(b"in\n")
        for part in (b"CN=www.server.com", b"OU=test", b"C=US", b"support@server.com"):
            check(part in found, f"{done}")
    place.expect(example, found + b"in\n", pfx=place.pfx, pfx_password="certpassword")
    place.run(example, pfx=place.pfx, pfx_password="wrong").expect(1)


def show_security_key(place, example):
    given = {"token": place.token.uri(), "env": place.token.env}
    place.expect(example, b"in\n", pin=test_tokens.RIGHT_PIN, **given)
    place.run(example, pin="7654321", **given).expect(1)


def show_keyboard(place, example):
    prompt = "[Something].txt"
    with pam.Server([pam.hidden(prompt, PASSWORD)]) as server:
        asked = b"" if example == "PasswordPrompt" else f"{prompt}\n".encode()
        place.expect(example, asked + b"in\n", server=server)
    if example == "PasswordPrompt":
        with pam.Server([pam.hidden("Something.txt", PASSWORD)]) as server:
            place.run(example, server=server).expect(1)


def show_agent(place, example):
    with test_agent.Agent(place.key) as agent:
        place.expect(example, b"in\n", env=agent.environment(), password="")


def show_signed_cert(place, example):
    coded = server_keys.user_certificate("rsa")
    key = support.folder("signed") / "key"
    key.write_bytes(place.key.read_bytes())
    key.chmod(0o600)
    for name in ("ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"):
        place.expect(example, b"in\n", key=key, cert=f"{name}-cert-v01@openssh.com {coded}")
    place.run(example, key=key, cert="ssh-rsa-cert-v01@openssh.com AAAA").expect(1)


def show_authority(place, example):
    host = server_keys.keys() / "host_rsa"
    authority = (server_keys.keys() / "ca.pub").read_text(encoding="ascii").strip()
    with servers.Sshd(f"HostKey {host}", f"HostCertificate {host}-cert.pub", host_keys=()) as server:
        server.host_keys = [host]
        server.authorize(f"{place.key}.pub")
        place.expect(example, b"in\n", server=server, host_key="", ca=authority)
        other = (server_keys.keys() / "host_ecdsa384.pub").read_text(encoding="ascii").strip()
        place.run(example, server=server, host_key="", ca=other).expect(1)


def show_fingerprint(place, example):
    prints = []
    for key in place.sshd.host_keys:
        done = subprocess.run(
            ["ssh-keygen", "-l", "-E", "md5", "-f", f"{key}.pub"], check=True,
            stdout=subprocess.PIPE, text=True,
        )
        prints.append(done.stdout.split()[1].removeprefix("MD5:"))
    place.expect(example, b"in\n", host_key="", md5=",".join(prints))
    place.run(example, host_key="", md5=":".join(["0a"] * 16)).expect(1)


def show_terminal(place, example):
    ask = "stty -a | tr ' ;' '\\n\\n' | grep -x -e echo -e -echo"
    place.expect(example, b"-echo\r\n", ask)


SHOWN = {
    "ssh_auth_mode.user_password": show_passwords,
    "ssh_auth_mode.public_key": show_pfx,
    "ssh_logon": show_passwords,
    "ssh_cert_store_type.security_key": show_security_key,
    "ssh_cert_subject": show_pfx,
    "on_ssh_keyboard_interactive": show_keyboard,
    "PasswordPrompt": show_keyboard,
    "on_ssh_custom_auth": show_passwords,
    "EnablePageantAuth": show_agent,
    "SignedSSHCert": show_signed_cert,
    "SSHAcceptServerCAKey": show_authority,
    "SSHAcceptServerHostKeyFingerPrint": show_fingerprint,
    "SSHVersionPattern": lambda place, name: place.expect(name, b"in\n"),
    "config": lambda place, name: place.expect(name, b"True\nFalse\nTrue\nin\n"),
    "KeyRenegotiationThreshold": lambda place, name: place.expect(name, b"524288000\nin\n"),
    "SSHKeyRenegotiate": lambda place, name: place.expect(
        name, b"Key exchange (initial)\nKey exchange (requested)\nin\n"
    ),
    "ProxyExceptionsList": lambda place, name: place.expect(name, b"in\n"),
    "TerminalModes": show_terminal,
    "EncodedTerminalModes": show_terminal,
    "send_stdin_bytes": lambda place, name: place.expect(name, b"20000000\n", "wc -c"),
    "get_ssh_param": lambda place, name: place.expect(
        name, b"MIT-MAGIC-COOKIE-1\nMIT-MAGIC-COOKIE-1\n1234\nin\n"
    ),
}


def main():
    report = support.Report()
    names = support.run(["--list"], program=EXAMPLES).expect(0).out.decode().split()
    check(sorted(names) == sorted(SHOWN), f"examples.c has others: {set(names) ^ set(SHOWN)}")
    place = Place()
    with place.sshd, concurrent.futures.ThreadPoolExecutor(3) as pool:
        for name in names:
            pool.submit(report.case, name, SHOWN[name], place, name)
    for name, reason in IMPOSSIBLE.items():
        print(f"not shown as it stands: {name}: {reason}")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
