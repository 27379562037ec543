#!/usr/bin/python3
"""A Kerberos server on AsyncSSH, which has exchanges that OpenSSH hasn't, shows its host key in
them and tells errors. Prints "port N", then serves; each exchange and each sign-on is a line of
standard output from then on: "kex NAME" and "asks PRINCIPAL".

asyncssh_gss_server.py HOSTKEY HOST REKEY_SECONDS PRINCIPAL...

Only these principals are let in, as whoever. The command is a number of seconds, after which it
exits with 7. It has no output: AsyncSSH 2.10 sends data in the middle of a key exchange, against
RFC 4253 section 7.1; debug messages, one each second, may come then, and are what it starts its
own by."""

import asyncio
import sys

try:
    import asyncssh
    import gssapi
except ImportError:
    sys.exit("python3-asyncssh or python3-gssapi is missing: apt-get install them")

KEX = [
    *(f"gss-{name}" for name in (
        "curve25519-sha256", "nistp256-sha256", "nistp384-sha384", "nistp521-sha512",
        "group14-sha256", "group15-sha512", "group16-sha512", "group17-sha512", "group18-sha512",
        "group14-sha1", "gex-sha1",
    )),
    "ecdh-sha2-nistp256",
]


def say(*words):
    print(*words, flush=True)


class Server(asyncssh.SSHServer):
    def begin_auth(self, _username):
        return True

    def validate_gss_principal(self, _username, user_principal, _host_principal):
        say("asks", user_principal)
        return user_principal in sys.argv[4:]

    def connection_made(self, conn):
        self.connection = conn

    def session_requested(self):
        return Session(self.connection)


class Session(asyncssh.SSHServerSession):
    def __init__(self, connection):
        self.connection = connection
        self.channel = None
        self.seconds = 0

    def connection_made(self, chan):
        self.channel = chan

    def exec_requested(self, command):
        self.seconds = int(command)
        return True

    def session_started(self):
        self.tick()

    def eof_received(self):
        return True # or it would end too

    def tick(self):
        if self.seconds == 0:
            self.channel.exit(7)
            return
        self.seconds -= 1
        self.connection.send_debug("it goes on")
        # The end comes between two exchanges.
        asyncio.get_event_loop().call_later(1 if self.seconds else 0.5, self.tick)


def tell_exchanges():
    """AsyncSSH has no hook for it."""
    get_kex = asyncssh.connection.get_kex

    def telling(conn, alg):
        say("kex", alg.decode())
        return get_kex(conn, alg)

    asyncssh.connection.get_kex = telling


async def main():
    tell_exchanges()
    # Or AsyncSSH learns of an error too late to tell it.
    gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[sys.argv[1]], encoding=None, kex_algs=KEX,
        gss_host=sys.argv[2], gss_kex=True, gss_auth=True, rekey_seconds=float(sys.argv[3]),
        password_auth=False, public_key_auth=False, kbdint_auth=False,
    )
    say("port", server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
