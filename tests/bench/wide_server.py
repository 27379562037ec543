#!/usr/bin/python3
"""A server that grants a window of 32 MiB, on AsyncSSH; it reads a command's input and drops it.

wide_server.py HOSTKEY prints "port N", then serves. Nobody needs to sign on.
"""

import asyncio
import sys
import warnings

warnings.simplefilter("ignore")
import asyncssh  # noqa: E402  pylint: disable=wrong-import-position

WINDOW = 32 * 1024 * 1024


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return False

    def session_requested(self):
        return Session()


class Session(asyncssh.SSHServerSession):
    def connection_made(self, chan):
        self.channel = chan

    def exec_requested(self, command):
        return True

    def eof_received(self):
        self.channel.exit(0)
        return True


async def main():
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[sys.argv[1]], encoding=None, window=WINDOW,
        encryption_algs=["aes256-gcm@openssh.com"],
    )
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
