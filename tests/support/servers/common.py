"""What the Python test servers share: their arguments, and how a command is run.

Each is called as  SCRIPT --user-keys FILE HOSTKEY...  and prints "port N" once it listens on
loopback. FILE is as authorized_keys: whoever proves to have one of its keys is in, under any
name. A command is run by the shell, with its input, both outputs and its status passed on.
"""

import argparse
import pathlib
import subprocess
import sys

ADDRESS = "127.0.0.1"
SHELL = "/bin/sh"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--user-keys", required=True)
    parser.add_argument("host_keys", nargs="+")
    return parser.parse_args()


def user_keys(path):
    """The lines of the file, each a public key."""
    return pathlib.Path(path).read_text(encoding="utf-8").splitlines()


def need(package):
    sys.exit(f"{package} is missing: apt-get install {package}")


def tell_port(port):
    print("port", port, flush=True)


def shell(command):
    """The command, started with pipes on all three ends."""
    return subprocess.Popen(
        [SHELL, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
