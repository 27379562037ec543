#!/usr/bin/python3
"""A server on AsyncSSH for what OpenSSH can't be made to do. Prints "port N", then serves.

asyncssh_server.py HOSTKEY [PASSWORD NEW]

PASSWORD and NEW stand for "right password" and "sentinel new".
Users:    anonymous   in without any authentication, as is anybody whose name begins with "open"
          change      password method: "right password", and demands a new one: "sentinel new"
          interactive keyboard-interactive: the answers of ROUNDS
          abrupt      keyboard-interactive: closes the connection without a word
          all others  password method: the password is "right password"
Commands: exit N              exits with N
          signal NAME [core]  ends by that signal, with a message
          quiet               closes the channel without telling how it ended
          abort               writes "partial" and drops the connection
          echo                copies its input, exits with 0
          refuse              is not run at all
"""

import asyncio
import sys

try:
    import asyncssh
except ImportError:
    sys.exit("python3-asyncssh is missing: apt-get install python3-asyncssh")


# name, instructions, language and prompts with echo; and the answers to them.
ROUNDS = [
    (("Two things", "Say\r\nthem", "", [("Password: ", False), ("Pet? ", True)]),
     ["sentinel word", "Rex"]),
    (("", "Look at your phone", "", []), []),
    (("Last", "", "", [("Code: ", False)]), ["sentinel 246810"]),
]


PASSWORD, NEW = sys.argv[2:] or ("right password", "sentinel new")


class Server(asyncssh.SSHServer):
    def connection_made(self, conn):
        self.connection = conn

    def begin_auth(self, username):
        return username != "anonymous" and not username.startswith("open")

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        if username == "change":
            raise asyncssh.PasswordChangeRequired("Choose a new one")
        return password == PASSWORD

    def change_password(self, username, old_password, new_password):
        if (old_password, new_password) != (PASSWORD, NEW):
            raise asyncssh.PasswordChangeRequired("Too short")
        return True

    def kbdint_auth_supported(self):
        return True

    def get_kbdint_challenge(self, username, lang, submethods):
        self.round = 0
        if username == "abrupt":
            self.connection.abort()
        return username == "interactive" and ROUNDS[0][0]

    def validate_kbdint_response(self, username, responses):
        if list(responses) != ROUNDS[self.round][1]:
            return False
        self.round += 1
        return ROUNDS[self.round][0] if self.round < len(ROUNDS) else True

    def session_requested(self):
        return Session(self.connection)


class Session(asyncssh.SSHServerSession):
    def __init__(self, connection):
        self.connection = connection
        self.channel = None
        self.words = []

    def connection_made(self, chan):
        self.channel = chan

    def exec_requested(self, command):
        self.words = command.split()
        return self.words[0] != "refuse"

    def session_started(self):
        what, arguments = self.words[0], self.words[1:]
        if what == "exit":
            self.channel.write(b"leaving\n")
            self.exit_unmasked(int(arguments[0]))
        elif what == "signal":
            self.channel.exit_with_signal(arguments[0], "core" in arguments, "it was told so")
        elif what == "quiet":
            self.channel.write(b"said this\n")
            self.channel.close()
        elif what == "abort":
            self.channel.write(b"partial")
            asyncio.get_event_loop().call_later(0.5, self.connection.abort)

    def exit_unmasked(self, status):
        """exit() would keep the low 8 bits only; the protocol has 32."""
        # pylint: disable-next=protected-access
        self.channel._send_request(b"exit-status", status.to_bytes(4, "big"))
        self.channel.close()

    def data_received(self, data, datatype):
        if self.words and self.words[0] == "echo":
            self.channel.write(data)

    def eof_received(self):
        if self.words and self.words[0] == "echo":
            self.channel.exit(0)
        return True


async def main():
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[sys.argv[1]], encoding=None,
        compression_algs=["zlib@openssh.com", "none", "zlib"],
    )
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
