#!/usr/bin/python3
"""A test peer for what no server of a distribution speaks any more. See common.py.

It is asyncssh_server.py taught some more, over primitives that aren't our library's:
  hmac-ripemd160, hmac-ripemd160-96  Nettle's RIPEMD-160 under Python's own HMAC
  x509v3-sign-rsa, x509v3-sign-dss   Python's cryptography, for each host key that has a
                                     certificate beside it, KEY.x509
The last two are as in draft-ietf-secsh-transport-12 and PKIX-SSH: the key is the bare certificate
in DER, and the signature, over SHA-1, bears the algorithm's name; DSA's is in DER as well.
"""

import asyncio
import ctypes
import ctypes.util
import pathlib

import asyncssh_server
import common

import asyncssh
from asyncssh import mac
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, padding, rsa


class NettleHash(ctypes.Structure):
    """struct nettle_hash, Nettle's description of a hash function."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("context_size", ctypes.c_uint),
        ("digest_size", ctypes.c_uint), ("block_size", ctypes.c_uint),
        ("init", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("update", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p)),
        ("digest", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p)),
    ]


def find_nettle():
    path = ctypes.util.find_library("nettle")
    if path is None:
        common.need("libnettle8")
    return ctypes.CDLL(path)


class Ripemd160:
    """What Python's hmac wants of a hash."""

    nettle = NettleHash.in_dll(find_nettle(), "nettle_ripemd160")
    name = "ripemd160"
    digest_size = nettle.digest_size
    block_size = nettle.block_size

    def __init__(self, data=b""):
        self.context = ctypes.create_string_buffer(self.nettle.context_size)
        self.nettle.init(self.context)
        self.update(data)

    def update(self, data):
        self.nettle.update(self.context, len(data), bytes(data))

    def copy(self):
        other = Ripemd160()
        ctypes.memmove(other.context, self.context, self.nettle.context_size)
        return other

    def digest(self):
        ended = self.copy()
        out = ctypes.create_string_buffer(self.digest_size)
        self.nettle.digest(ended.context, self.digest_size, out)
        return out.raw


def add_macs():
    # pylint: disable-next=protected-access
    handler = mac._HMAC
    for name, size in ((b"hmac-ripemd160", 20), (b"hmac-ripemd160-96", 12)):
        mac.register_mac_alg(name, 20, size, False, handler, (Ripemd160,), True)


class BareCertificate(asyncssh.SSHKeyPair):
    """A host key in the form from before RFC 6187."""

    def __init__(self, path, key):
        self.key = key
        self.is_rsa = isinstance(key, rsa.RSAPrivateKey)
        algorithm = b"x509v3-sign-rsa" if self.is_rsa else b"x509v3-sign-dss"
        certificate = x509.load_pem_x509_certificate(pathlib.Path(path + ".x509").read_bytes())
        der = certificate.public_bytes(serialization.Encoding.DER)
        super().__init__(algorithm, algorithm, [algorithm], [algorithm], der, None)

    def sign(self, data):
        if self.is_rsa:
            signature = self.key.sign(data, padding.PKCS1v15(), hashes.SHA1())
        else:
            signature = self.key.sign(data, hashes.SHA1())
        return b"".join(
            len(field).to_bytes(4, "big") + field for field in (self.algorithm, signature)
        )


def bare_certificates(paths):
    pairs = []
    for path in paths:
        if pathlib.Path(path + ".x509").exists():
            key = serialization.load_pem_private_key(pathlib.Path(path).read_bytes(), None)
            if isinstance(key, (rsa.RSAPrivateKey, dsa.DSAPrivateKey)):
                pairs.append(BareCertificate(path, key))
    return pairs


def main():
    arguments = common.arguments()
    add_macs()
    asyncio.run(asyncssh_server.serve(arguments, *bare_certificates(arguments.host_keys)))


if __name__ == "__main__":
    main()
