#!/usr/bin/python3
"""A server on AsyncSSH whose host key comes in a chain of X.509 certificates (RFC 6187).

asyncssh_x509_server.py KEY CHAIN [OCSP]     prints "port N", then serves; every command says "in"
KEY is a private key, CHAIN its certificate and perhaps others in PEM, OCSP an answer in DER.
"""

import asyncio
import pathlib
import sys

try:
    import asyncssh
    from asyncssh import public_key
except ImportError:
    sys.exit("python3-asyncssh is missing: apt-get install python3-asyncssh")


def chain_with(answer):
    """What makes a chain out of certificates, with an OCSP answer for the first."""

    def construct(cls, certs):
        return cls(certs[0].algorithm, certs, (answer,), certs[0].get_comment_bytes())

    return classmethod(construct)


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return False


def on_process(process):
    process.stdout.write("in\n")
    process.exit(0)


async def main():
    if len(sys.argv) > 3:
        answer = pathlib.Path(sys.argv[3]).read_bytes()
        public_key.SSHX509CertificateChain.construct_from_certs = chain_with(answer)
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[(sys.argv[1], sys.argv[2])],
        process_factory=on_process,
    )
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
