#!/usr/bin/python3
"""asyncssh_server.py as AsyncSSH was before strict key exchange: it doesn't offer it, and doesn't
mind the offer. See common.py."""

import asyncio

import asyncssh_server
import common

from asyncssh import connection

if __name__ == "__main__":
    lax = connection.SSHServerConnection
    # pylint: disable=protected-access
    lax._get_extra_kex_algs = lambda self: [b"ext-info-s"]
    lax._strict_kex = property(lambda self: False, lambda self, value: None)
    asyncio.run(asyncssh_server.serve(common.arguments()))
