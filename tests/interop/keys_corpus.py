"""Keys in every form that can carry them, made by the tools that people make keys with: OpenSSL,
ssh-keygen, puttygen, and for JSON Web Keys and XML Python's cryptography."""

import base64
import functools
import hashlib
import hmac
import json
import subprocess

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

import support

PASSPHRASE = "correct horse, battery staple"
TYPES = {  # name -> ssh-keygen's options
    "rsa2048": ["-t", "rsa", "-b", "2048"],
    "rsa3072": ["-t", "rsa", "-b", "3072"],
    "rsa4096": ["-t", "rsa", "-b", "4096"],
    "dsa": ["-t", "dsa"],
    "p256": ["-t", "ecdsa", "-b", "256"],
    "p384": ["-t", "ecdsa", "-b", "384"],
    "p521": ["-t", "ecdsa", "-b", "521"],
    "ed25519": ["-t", "ed25519"],
}
# ssh_cert_store_type: for a file, for a blob
PFX, PEM, PUBLIC, P7B, PPK, XML, JWK, AUTO = (2, 3), (6, 7), (8, 9), (11, 12), (14, 15), (16, 17), (18, 19), 99
SSH_PUBLIC = (13, 10)


def tool(*arguments, stdin=None, env=None):
    done = subprocess.run(
        [str(argument) for argument in arguments], check=False, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=env or support.clean_environment(),
        **({"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}),
    )
    support.check(done.returncode == 0, f"{arguments[:4]}: {done.stderr[-500:]!r}")
    return done.stdout


class Form:
    """A way to keep a key: how it is made, and what is true of it.

    approved: read under an approved policy; secret: protected by the passphrase; types: None is
    all; store: the store's types."""

    def __init__(self, name, make, store, approved, secret, types=None):
        self.name, self.make, self.store = name, make, store
        self.approved, self.secret, self.types = approved, secret, types


def pkcs8_of(place):
    """Plain PKCS#8 of what ssh-keygen made."""
    key = serialization.load_ssh_private_key((place / "openssh").read_bytes(), None)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load(place):
    return serialization.load_ssh_private_key((place / "openssh").read_bytes(), None)


def word(number, size=None, url=False):
    data = number.to_bytes(size or (number.bit_length() + 7) // 8, "big")
    if url:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    return base64.b64encode(data).decode()


def jwk(key):
    """RFC 7518 and 8037."""
    if isinstance(key, rsa.RSAPrivateKey):
        n = key.private_numbers()
        numbers = {
            "n": n.public_numbers.n, "e": n.public_numbers.e, "d": n.d, "p": n.p, "q": n.q,
            "dp": n.dmp1, "dq": n.dmq1, "qi": n.iqmp,
        }
        return {"kty": "RSA", **{k: word(v, url=True) for k, v in numbers.items()}}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        n = key.private_numbers()
        size = (key.curve.key_size + 7) // 8
        return {
            "kty": "EC", "crv": f"P-{key.curve.key_size}",
            "x": word(n.public_numbers.x, size, True), "y": word(n.public_numbers.y, size, True),
            "d": word(n.private_value, size, True),
        }
    raw = serialization.Encoding.Raw
    private = key.private_bytes(raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    public = key.public_key().public_bytes(raw, serialization.PublicFormat.Raw)
    return {
        "kty": "OKP", "crv": "Ed25519",
        "x": base64.urlsafe_b64encode(public).decode().rstrip("="),
        "d": base64.urlsafe_b64encode(private).decode().rstrip("="),
    }


def make_jwk(place):
    return json.dumps({"kid": "one", "use": "sig", **jwk(load(place))}, indent=1).encode()


def make_jwk_set(place):
    other = {"kty": "oct", "k": "AAAA"}
    return json.dumps({"keys": [other, jwk(load(place))]}).encode()


def make_xml(place):
    key = load(place)
    n = key.private_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        root = "RSAKeyValue"
        numbers = {
            "Modulus": n.public_numbers.n, "Exponent": n.public_numbers.e, "P": n.p, "Q": n.q,
            "DP": n.dmp1, "DQ": n.dmq1, "InverseQ": n.iqmp, "D": n.d,
        }
    else:
        root, p = "DSAKeyValue", n.public_numbers.parameter_numbers
        numbers = {"P": p.p, "Q": p.q, "G": p.g, "Y": n.public_numbers.y, "X": n.x}
    body = "".join(f"<{name}>{word(number)}</{name}>" for name, number in numbers.items())
    return f"<{root}>{body}</{root}>".encode()


def pkcs8_encrypted(*options):
    def make(place):
        return tool("openssl", "pkcs8", "-topk8", "-in", place / "pkcs8", "-passout",
                    f"pass:{PASSPHRASE}", *options)
    return make


def traditional(*cipher):
    """What OpenSSL wrote before PKCS#8, for RSA, DSA and EC."""
    def make(place):
        kind = {"rsa": "rsa", "dsa": "dsa", "p": "ec"}[place.name.rstrip("0123456789")]
        protect = [*cipher, "-passout", f"pass:{PASSPHRASE}"] if cipher else []
        form = ["-traditional"] if kind == "rsa" else []
        return tool("openssl", kind, "-in", place / "pkcs8", *form, *protect)
    return make


def openssh(cipher):
    def make(place):
        path = support.folder("sealed") / "key"
        path.write_bytes((place / "openssh").read_bytes())
        path.chmod(0o600)
        tool("ssh-keygen", "-q", "-p", "-P", "", "-N", PASSPHRASE, "-a", "1", "-Z", cipher, "-f",
             path)
        return path.read_bytes()
    return make


def ppk(version, passphrase):
    def make(place):
        work = support.folder("ppk")
        secret, out = work / "secret", work / "out"
        secret.write_text(passphrase, encoding="ascii")
        tool("puttygen", place / "openssh", "-O", "private", "--ppk-param", f"version={version}",
             "--new-passphrase", secret, "-o", out)
        return out.read_bytes()
    return make


def pfx(*options):
    def make(place):
        return tool("openssl", "pkcs12", "-export", "-in", place / "cert", "-inkey", place / "pkcs8",
                    "-name", place.name, "-passout", f"pass:{PASSPHRASE}", *options)
    return make


def tlv(tag, *parts):
    """One element of DER."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(length)]) + length + body


def pfx_pbmac1(place):
    """RFC 9579, which libcrypto makes from 3.4 on: here by hand, around what sexec wrote."""
    oid = lambda text: tlv(6, bytes.fromhex(text))  # pylint: disable=unnecessary-lambda-assignment
    data, bag = oid("2a864886f70d010701"), oid("2a864886f70d010c0a0102")
    sealed = ssl_der(stored(FORMS_BY_NAME["PKCS#8 of sexec --convert-key"], place.name))
    contents = tlv(0x30, tlv(0x30, bag, tlv(0xa0, sealed)))
    safe = tlv(0x30, tlv(0x30, data, tlv(0xa0, tlv(4, contents))))
    salt, count = b"sixteen of salt!", 2000
    hmac_sha256 = tlv(0x30, oid("2a864886f70d0209"), tlv(5))
    kdf = tlv(0x30, oid("2a864886f70d01050c"), tlv(
        0x30, tlv(4, salt), tlv(2, count.to_bytes(2, "big")), tlv(2, b"\x20"), hmac_sha256))
    algorithm = tlv(0x30, oid("2a864886f70d01050e"), tlv(0x30, kdf, hmac_sha256))
    secret = hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), salt, count, 32)
    mac = hmac.digest(secret, safe, "sha256")
    mac_data = tlv(0x30, tlv(0x30, algorithm, tlv(4, mac)), tlv(4, b"unused"), tlv(2, b"\x01"))
    return tlv(0x30, tlv(2, b"\x03"), tlv(0x30, data, tlv(0xa0, tlv(4, safe))), mac_data)


def ssl_der(pem):
    return base64.b64decode("".join(pem.decode().splitlines()[1:-1]))


def der(place):
    return tool("openssl", "pkey", "-in", place / "pkcs8", "-outform", "DER")


def der_encrypted(place):
    return tool("openssl", "pkcs8", "-topk8", "-in", place / "pkcs8", "-outform", "DER", "-passout",
                f"pass:{PASSPHRASE}", "-v2", "aes-256-cbc", "-iter", "2000")


def salted(place):
    """PBES2 with 16 bytes of salt, which OpenSSL 3.0's own command doesn't write."""
    return converted(place / "pkcs8", support.folder("new") / "key").read_bytes()


def converted(source, target):
    """By the command under test."""
    new = support.folder("secret") / "new"
    new.write_text(PASSPHRASE + "\n", encoding="ascii")
    new.chmod(0o600)
    support.run(["--convert-key", target, "-i", source, "--new-passphrase-file", new]).expect(0)
    return target


def plain(name):
    return lambda place: (place / name).read_bytes()


RSA = {"rsa2048", "rsa3072", "rsa4096"}
EC = {"p256", "p384", "p521"}
OLD = RSA | EC | {"dsa"}
FORMS = [
    Form("PKCS#8", plain("pkcs8"), PEM, True, False),
    Form("PKCS#8 of sexec --convert-key", salted, PEM, True, True),
    Form("PKCS#8, PBES2, salt of 8 bytes", pkcs8_encrypted("-v2", "aes-256-cbc"), PEM, False, True),
    Form("PKCS#8, PBES2, 3DES", pkcs8_encrypted("-v2", "des3"), PEM, False, True),
    Form("DER", der, AUTO, True, False),
    Form("DER, PBES2", der_encrypted, AUTO, False, True),
    Form("OpenSSH", plain("openssh"), PEM, True, False),
    Form("OpenSSH, aes256-ctr", openssh("aes256-ctr"), PEM, False, True),
    Form("OpenSSH, aes256-cbc", openssh("aes256-cbc"), PEM, False, True),
    Form("OpenSSH, aes128-cbc", openssh("aes128-cbc"), PEM, False, True),
    Form("OpenSSH, aes256-gcm", openssh("aes256-gcm@openssh.com"), PEM, False, True),
    Form("OpenSSH, chacha20-poly1305", openssh("chacha20-poly1305@openssh.com"), PEM, False, True),
    Form("OpenSSH, 3des-cbc", openssh("3des-cbc"), PEM, False, True),
    Form("traditional", traditional(), PEM, True, False, OLD),
    Form("traditional, AES-128", traditional("-aes128"), PEM, False, True, OLD),
    Form("traditional, AES-256", traditional("-aes256"), PEM, False, True, OLD),
    Form("traditional, 3DES", traditional("-des3"), PEM, False, True, OLD),
    Form("PPK 2", ppk(2, ""), PPK, False, False),
    Form("PPK 2 with passphrase", ppk(2, PASSPHRASE), PPK, False, True),
    Form("PPK 3", ppk(3, ""), PPK, False, False),
    Form("PFX, PBES2", pfx(), PFX, False, True),
    Form("PFX, 3DES", pfx("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg",
                          "sha1"), PFX, False, True),
    Form("PFX, plain inside", pfx("-keypbe", "NONE", "-certpbe", "NONE"), PFX, False, True),
    Form("PFX, PBMAC1 and PBES2", pfx_pbmac1, PFX, True, True),
    Form("JWK", make_jwk, JWK, True, False, RSA | EC | {"ed25519"}),
    Form("JWK set", make_jwk_set, JWK, True, False, RSA | EC | {"ed25519"}),
    Form("XML", make_xml, XML, True, False, RSA | {"dsa"}),
]
FORMS_BY_NAME = {form.name: form for form in FORMS}
# Read or refused for another reason than a policy's; tested one by one.
ARGON2 = Form("PPK 3 with passphrase", ppk(3, PASSPHRASE), PPK, False, True)
RC2 = Form("PFX, RC2 for certificates", pfx("-legacy"), PFX, False, True)


@functools.lru_cache(maxsize=None)
def key(kind):
    """A folder for the key: openssh and openssh.pub, pkcs8, and a certificate in cert."""
    place = support.folder("corpus") / kind
    place.mkdir()
    tool("ssh-keygen", "-q", *TYPES[kind], "-N", "", "-C", kind, "-f", place / "openssh")
    (place / "pkcs8").write_bytes(pkcs8_of(place))
    (place / "pkcs8").chmod(0o600)
    # DSA signs with SHA-1 or SHA-256 alike here; nobody verifies it.
    tool("openssl", "req", "-x509", "-new", "-key", place / "pkcs8", "-days", "30", "-subj",
         f"/C=US/O=Example, Inc./CN={kind}.example", "-out", place / "cert")
    return place


@functools.lru_cache(maxsize=None)
def stored(form, kind):
    """The bytes of a key in a form."""
    return form.make(key(kind))


def forms():
    """Those that this build reads: without legacy algorithms there is no bcrypt."""
    return [form for form in FORMS if support.HAS_LEGACY or not form.name.startswith("OpenSSH,")]


def combinations():
    for form in forms():
        for kind in TYPES:
            if kind == "dsa" and not support.HAS_LEGACY:
                continue
            if form.types is None or kind in form.types:
                yield form, kind


def key_file(data, suffix=""):
    path = support.folder("stored") / f"key{suffix}"
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def passphrase_file(text=PASSPHRASE):
    path = support.folder("secret") / "passphrase"
    path.write_text(text + "\n", encoding="ascii")
    path.chmod(0o600)
    return path
