#!/usr/bin/python3
"""Paramiko as a server that wants more than one proof. See common.py: whoever has one of the user
keys, PASSWORD and the answers of ROUNDS is in, and the user's name says in which order:

  password, keyboard-interactive, publickey      one method alone
  several joined by "+", such as publickey+password     all of them, in this order
  any                                            each is enough, and all are listed
"""

import base64
import socket
import threading

import common

try:
    import paramiko
except ImportError:
    common.need("python3-paramiko")

PASSWORD = "sentinel word"
# name, instructions, prompts with echo; and the answers to them. One round has no prompt at all.
ROUNDS = [
    (("Two things", "Say\r\nthem", ("Password: ", False), ("Pet? ", True)), [PASSWORD, "Rex"]),
    (("", "Look at your phone"), []),
    (("Last", "", ("Code: ", False)), ["sentinel 246810"]),
]
METHODS = ["publickey", "password", "keyboard-interactive"]


class Server(paramiko.ServerInterface):
    def __init__(self, user_keys):
        self.user_keys = user_keys
        self.left = None
        self.round = 0

    def get_allowed_auths(self, username):
        self.begin(username)
        return ",".join(METHODS if self.left is None else self.left[:1])

    def begin(self, username):
        if self.left is None and username != "any":
            self.left = username.split("+")

    def outcome(self, username, method, is_right):
        self.begin(username)
        if not is_right or (self.left is not None and self.left[:1] != [method]):
            return paramiko.AUTH_FAILED
        self.left = self.left[1:] if self.left is not None else None
        return paramiko.AUTH_PARTIALLY_SUCCESSFUL if self.left else paramiko.AUTH_SUCCESSFUL

    def check_auth_publickey(self, username, key):
        return self.outcome(username, "publickey", key.asbytes() in self.user_keys)

    def check_auth_password(self, username, password):
        return self.outcome(username, "password", password == PASSWORD)

    def query(self):
        name, instructions, *prompts = ROUNDS[self.round][0]
        return paramiko.server.InteractiveQuery(name, instructions, *prompts)

    def check_auth_interactive(self, username, submethods):
        self.user, self.round = username, 0
        return self.query()

    def check_auth_interactive_response(self, responses):
        if list(responses) != ROUNDS[self.round][1]:
            return paramiko.AUTH_FAILED
        self.round += 1
        if self.round < len(ROUNDS):
            return self.query()
        return self.outcome(self.user, "keyboard-interactive", True)

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=run, args=(channel, command), daemon=True).start()
        return True


def run(channel, command):
    child = common.shell(command)
    child.stdin.close()
    channel.sendall(child.stdout.read())
    channel.send_exit_status(child.wait())
    channel.close()


def main():
    arguments = common.arguments()
    keys = {base64.b64decode(line.split()[1]) for line in common.user_keys(arguments.user_keys)}
    host_keys = [paramiko.ECDSAKey.from_private_key_file(path) for path in arguments.host_keys]
    with socket.create_server((common.ADDRESS, 0)) as listener:
        common.tell_port(listener.getsockname()[1])
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, host_keys, keys), daemon=True).start()


def serve(client, host_keys, user_keys):
    transport = paramiko.Transport(client)
    for key in host_keys:
        transport.add_server_key(key)
    try:
        transport.start_server(server=Server(user_keys))
    except (paramiko.SSHException, EOFError, OSError):
        transport.close()


if __name__ == "__main__":
    main()
