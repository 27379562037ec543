#!/usr/bin/python3
"""Paramiko with everything it has switched on. See common.py. It knows no strict key exchange."""

import base64
import socket
import threading

import common

try:
    import paramiko
except ImportError:
    common.need("python3-paramiko")

KEYS = (paramiko.RSAKey, paramiko.DSSKey, paramiko.ECDSAKey, paramiko.Ed25519Key)


def read_host_key(path):
    for kind in KEYS:
        try:
            return kind.from_private_key_file(path)
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise SystemExit(f"no host key that Paramiko can read: {path}")


class Server(paramiko.ServerInterface):
    def __init__(self, user_keys):
        self.user_keys = user_keys

    def check_auth_publickey(self, username, key):
        is_known = key.asbytes() in self.user_keys
        return paramiko.AUTH_SUCCESSFUL if is_known else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username):
        return "publickey"

    def check_channel_request(self, kind, chanid):
        is_session = kind == "session"
        return paramiko.OPEN_SUCCEEDED if is_session else paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=run, args=(channel, command), daemon=True).start()
        return True


def copy(read, write):
    while data := read(32768):
        write(data)


def feed(channel, child):
    try:
        copy(channel.recv, child.stdin.write)
        child.stdin.close()
    except OSError:
        pass


def run(channel, command):
    child = common.shell(command)
    threading.Thread(target=feed, args=(channel, child), daemon=True).start()
    outputs = [
        threading.Thread(target=copy, args=(child.stdout.read1, channel.sendall)),
        threading.Thread(target=copy, args=(child.stderr.read1, channel.sendall_stderr)),
    ]
    for output in outputs:
        output.start()
    for output in outputs:
        output.join()
    channel.send_exit_status(child.wait())
    channel.close()


def serve(client, host_keys, user_keys):
    transport = paramiko.Transport(client)
    for key in host_keys:
        transport.add_server_key(key)
    try:
        transport.start_server(server=Server(user_keys))
    except (paramiko.SSHException, EOFError, OSError):
        transport.close()


def main():
    arguments = common.arguments()
    host_keys = [read_host_key(path) for path in arguments.host_keys]
    lines = common.user_keys(arguments.user_keys)
    # Without groups of its own it would offer group exchange at first, and not for a second time.
    paramiko.Transport.load_server_moduli("/etc/ssh/moduli")
    user_keys = {base64.b64decode(line.split()[1]) for line in lines}
    with socket.create_server((common.ADDRESS, 0)) as listener:
        common.tell_port(listener.getsockname()[1])
        while True:
            client, _ = listener.accept()
            serve(client, host_keys, user_keys)


if __name__ == "__main__":
    main()
