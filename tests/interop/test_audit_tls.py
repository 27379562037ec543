#!/usr/bin/python3
"""Audits at a log collector over TLS (RFC 5425): rsyslog with OpenSSL and with GnuTLS, under each
provider; collectors that aren't who they should be get nothing; one that goes away has all in the
end."""

import datetime
import ipaddress
import os
import ssl
import sys
import warnings

import servers
import support
from audit_tools import Audit
from collectors import Rsyslog, expect_collected
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from support import check

PLACE = support.folder("tls")
NAME = "collector.example"
NOW = datetime.datetime.now(datetime.timezone.utc)
AUTHORITIES = {}


def save(path, text, mode=0o600):
    path.write_bytes(text)
    path.chmod(mode)
    return path


def make(name, issuer=None, alternative=None, days=(-1, 30), use=ExtendedKeyUsageOID.SERVER_AUTH,
         key=None):
    """NAME.pem and NAME.key; an authority when there is no issuer."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ca, ca_key = AUTHORITIES[issuer] if issuer else (None, key)
    build = x509.CertificateBuilder().subject_name(subject).issuer_name(
        ca.subject if ca else subject).public_key(key.public_key()).serial_number(
        x509.random_serial_number()).not_valid_before(
        NOW + datetime.timedelta(days=days[0])).not_valid_after(
        NOW + datetime.timedelta(days=days[1]))
    build = build.add_extension(x509.BasicConstraints(not issuer, None), critical=True)
    build = build.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    build = build.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
        ca_key.public_key()), False)
    build = build.add_extension(x509.KeyUsage(bool(issuer), False, False, False, False, not issuer,
                                              not issuer, False, False), critical=True)
    if issuer:
        build = build.add_extension(x509.ExtendedKeyUsage([use]), False)
        build = build.add_extension(
            x509.SubjectAlternativeName([alternative or x509.DNSName(name)]), False)
    cert = build.sign(ca_key, hashes.SHA256())
    if not issuer:
        AUTHORITIES[name] = (cert, key)
    save(PLACE / f"{name}.key", key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return save(PLACE / f"{name}.pem", cert.public_bytes(serialization.Encoding.PEM), 0o644)


def server(name, driver="ossl", client=None):
    return (PLACE / "ca.pem", PLACE / f"{name}.pem", PLACE / f"{name}.key", driver, client)


def target(port, *more, ca="ca", host="127.0.0.1"):
    return "AuditSyslog=tls://%s:%d?%s" % (
        host, port, "&".join([f"ca={PLACE / ca}.pem", *more]))


def show_works(sshd, setup, driver, name):
    audit = Audit(*setup.options)
    with Rsyslog(tls=server(name, driver)) as rsyslog:
        for _ in range(3):
            audit.run(sshd, "true; # \"quotes\" \\ and \xe9\t", "--set",
                      target(rsyslog.port, f"name={NAME}")).expect(0)
        return expect_collected(audit, rsyslog.file)


def show_address(sshd):
    """Without a name the host itself must be named, here an address."""
    audit = Audit()
    with Rsyslog(tls=server("address")) as rsyslog:
        audit.run(sshd, "true", "--set", target(rsyslog.port)).expect(0)
        return expect_collected(audit, rsyslog.file, repeated=False)


def show_client_certificate(sshd, setup):
    """A collector that wants to know who sends takes nothing from who doesn't say so."""
    own = [f"cert={PLACE / 'client.example'}.pem", f"key={PLACE / 'client.example'}.key"]
    audit = Audit(*setup.options)
    with Rsyslog(tls=server(NAME, client="client.example")) as rsyslog:
        audit.run(sshd, "true nobody", "--set", target(rsyslog.port, f"name={NAME}")).expect(0)
        check(not rsyslog.file.exists(), "an unknown client's records were taken")
        audit.run(sshd, "true known", "--set",
                  target(rsyslog.port, f"name={NAME}", *own)).expect(0)
        return expect_collected(audit, rsyslog.file)


def show_refused(sshd, setup, server_name, options, word, ca="ca"):
    """The command runs, as the file has its records; the collector gets none, and it is said why."""
    audit = Audit(*setup.options)
    with Rsyslog(tls=server(server_name)) as rsyslog:
        done = audit.run(sshd, "true", "-v", "--set", target(rsyslog.port, *options, ca=ca))
        done.expect(0)
        check(word in done.err and "log collector" in done.err, f"no {word!r}: {done}")
        audit.expect_whole()
        check(not rsyslog.file.exists() or not rsyslog.file.read_text(encoding="utf-8"),
              "records went to who isn't the collector")
    return word


def show_old_protocol(sshd):
    """TLS 1.1 and suites that aren't ours are refused, whatever the server would like."""
    words = []
    for minimum, maximum, ciphers in (
            (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
            (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-CHACHA20-POLY1305"),
            (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-SHA384")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PLACE / f"{NAME}.pem", PLACE / f"{NAME}.key")
        context.set_ciphers(ciphers)
        context.minimum_version, context.maximum_version = minimum, maximum
        taken = []

        def serve(client, context=context, taken=taken):
            try:
                with context.wrap_socket(client, server_side=True) as secure:
                    taken.append(secure.recv(10))
            except (OSError, ssl.SSLError):
                pass

        audit = Audit()
        with servers.Listener(serve) as listener:
            done = audit.run(sshd, "true", "-v", "--set", target(listener.port, f"name={NAME}"))
            done.expect(0)
            check("TLS" in done.err and not taken, f"{ciphers}: {taken} {done}")
        words.append(ciphers)
    return ", ".join(words)


def show_hostile(sshd):
    """What isn't TLS, ends in the middle or says nothing is an error within its time."""
    for answer in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\x16\x03\x03\xff\xff" + bytes(300),
                   b"\x15\x03\x03\x00\x02\x02\x28", None):
        def serve(client, answer=answer):
            client.recv(100)
            if answer is None:
                client.settimeout(10)
                client.recv(1)
            else:
                client.sendall(answer)

        audit = Audit()
        with servers.Listener(serve) as listener:
            done = audit.run(sshd, "true", "-v", "--set", target(listener.port, f"name={NAME}"))
            done.expect(0)
            check("log collector" in done.err, str(done))
        audit.expect_whole()
    return "five of them"


def show_wrong_settings(sshd, setup):
    """A collector that can't be meant as it is named: nothing runs."""
    audit = Audit(*setup.options)
    plain = save(PLACE / "empty.pem", b"nothing\n", 0o644)
    for option, word in (
            (target(1, ca="missing"), "missing.pem"),
            (f"AuditSyslog=tls://127.0.0.1:1?ca={plain}", "empty.pem"),
            (target(1, f"cert={PLACE / NAME}.pem", f"key={PLACE / 'client.example'}.key"), "isn't its certificate's")):
        audit.run(sshd, "true", "--set", option).expect_failure(3014, word)
    for text in ("tls://h:1", "tls://h?ca=/x", "tls://h:1?ca=x", "tls://h:1?ca=/x&cert=/y",
                 "tls://h:1?ca=/x&other=1", "tls://:1?ca=/x"):
        audit.run(sshd, "true", "--set", f"AuditSyslog={text}").expect_failure(3006, "AuditSyslog")
    return "said"


def show_away_and_back(sshd, setup):
    """Nothing ends while it is away. Back again it gets what came since the last checkpoint, also
    what it had and may have lost, and what was rotated away meanwhile."""
    audit = Audit(*setup.options)
    options = ["--set", None]
    rsyslog = Rsyslog(tls=server(NAME))
    options[1] = target(rsyslog.port, f"name={NAME}")
    audit.run(sshd, "true first", *options).expect(0)
    servers.wait_until(lambda: rsyslog.file.exists() and "session_end" in
                       rsyslog.file.read_text(encoding="utf-8"))
    rsyslog.stop()
    for _ in range(2):
        audit.run(sshd, "true away", *options).expect(0)
    aside = audit.folder / "audit.1"
    audit.tool("rotate", "--key", audit.key, "--to", aside, audit.file).expect(0)
    audit.run(sshd, "true rotated", *options).expect(0)
    again = Rsyslog(port=rsyslog.port, tls=server(NAME))
    audit.run(sshd, "true back", *options).expect(0)
    both = audit.folder / "both"
    again.stop()
    both.write_bytes(rsyslog.file.read_bytes() + again.file.read_bytes())
    wanted = len(audit.records(aside, audit.file))
    verdict = audit.verify("--collected", both)
    check(verdict["result"] == "whole" and int(verdict["records"]) == wanted, str(verdict))
    check(int(verdict["repeated"]) > 0, f"nothing was sent again: {verdict}")
    return f"{wanted} records, {verdict['repeated']} of them twice"


def main():
    support.watch(250)
    os.umask(0o022)
    warnings.simplefilter("ignore", DeprecationWarning) # of old protocols, which must be refused
    report = support.Report()
    make("ca")
    make("other")
    make(NAME, "ca")
    make("rsa", "ca", x509.DNSName(NAME), key=rsa.generate_private_key(65537, 2048))
    make("address", "ca", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    make("expired", "ca", x509.DNSName(NAME), days=(-9, -2))
    make("elsewhere.example", "ca")
    make("not-a-server", "ca", x509.DNSName(NAME), use=ExtendedKeyUsageOID.CLIENT_AUTH)
    make("client.example", "ca", use=ExtendedKeyUsageOID.CLIENT_AUTH)
    named = [f"name={NAME}"]
    with servers.Sshd() as sshd:
        setups = support.all_setups()
        for setup in setups:
            for driver, name in (("ossl", NAME), ("ossl", "rsa"), ("gtls", NAME)):
                report.case(f"{driver}, {name}, {setup.name}", show_works, sshd, setup, driver,
                            name)
        for setup in (setups[0], setups[-1]):
            report.case(f"client's certificate, {setup.name}", show_client_certificate, sshd, setup)
            report.case(f"away and back, {setup.name}", show_away_and_back, sshd, setup)
            report.case(f"wrong settings, {setup.name}", show_wrong_settings, sshd, setup)
            for what, name, options, word, ca in (
                    ("wrong CA", NAME, named, "certificate chain", "other"),
                    ("wrong name", "elsewhere.example", named, "ostname mismatch", "ca"),
                    ("no name", NAME, [], "IP address mismatch", "ca"),
                    ("expired", "expired", named, "expired", "ca"),
                    ("no server's", "not-a-server", named, "purpose", "ca")):
                report.case(f"{what}, {setup.name}", show_refused, sshd, setup, name, options,
                            word, ca)
        report.case("by its address", show_address, sshd)
        report.case("old protocols and suites", show_old_protocol, sshd)
        report.case("hostile collectors", show_hostile, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
