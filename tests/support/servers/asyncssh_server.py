#!/usr/bin/python3
"""AsyncSSH with everything it has switched on. See common.py.

The certificates beside a host key are offered as well: KEY-cert.pub, of OpenSSH's kind, and
KEY.x509, which is sent as RFC 6187 has it.
"""

import asyncio
import pathlib

import common

try:
    import asyncssh
except ImportError:
    common.need("python3-asyncssh")


async def handle(process):
    """Runs what was asked for."""
    child = await asyncio.create_subprocess_exec(
        common.SHELL, "-c", process.command, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
    status = await child.wait()
    await process.stdout.drain()
    process.exit(status)


def load(paths):
    """The keys, each alone and with its certificates."""
    pairs = asyncssh.load_keypairs(paths)
    certified = [(path, path + ".x509") for path in paths if pathlib.Path(path + ".x509").exists()]
    for pair in asyncssh.load_keypairs(certified):
        if pair.get_algorithm().startswith("x509v3-"):
            pairs.append(pair)
    return pairs


async def serve(arguments, *more_keys):
    server = await asyncssh.listen(
        common.ADDRESS, 0, server_host_keys=[*load(arguments.host_keys), *more_keys],
        authorized_client_keys=arguments.user_keys, process_factory=handle, encoding=None,
        kex_algs="*", encryption_algs="*", mac_algs="*", compression_algs="*",
        signature_algs="*", allow_scp=False,
    )
    common.tell_port(server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(common.arguments()))
