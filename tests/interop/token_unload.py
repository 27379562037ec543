"""A program that unloads the library while a call to a token, given up, is still inside.

    token_unload.py LIBRARY HOST PORT USER FINGERPRINTS STORE PIN GATE

GATE is that of modules/token_faults.c. Prints "whole" when the call's thread ended well after that."""

import _ctypes
import ctypes
import os
import pathlib
import sys
import time


def wait_for(is_so):
    for _ in range(2000):
        if is_so():
            return
        time.sleep(0.01)
    sys.exit("it does not come so far")


def threads():
    return len(os.listdir("/proc/self/task"))


def main():
    path, host, port, user, fingerprints, store, pin, gate = sys.argv[1:]
    before = threads()
    library = ctypes.CDLL(path)
    library.sexec_new.restype = ctypes.c_void_p
    ssh = ctypes.c_void_p(library.sexec_new())

    def call(name, *arguments):
        code = getattr(library, name)(ssh, *arguments)
        if code != 0:
            sys.exit(f"{name} gives {code}")

    call("sexec_config", f"SSHAcceptServerHostKeyFingerPrint={fingerprints}".encode(), None)
    call("sexec_config", b"SelectWaitMillis=10", None)
    call("sexec_set_ssh_host", host.encode())
    call("sexec_set_ssh_port", int(port))
    call("sexec_set_ssh_user", user.encode())
    call("sexec_set_ssh_auth_mode", 3)
    call("sexec_set_ssh_cert_store_type", 23)
    call("sexec_set_ssh_cert_store_password", pin.encode())
    call("sexec_set_ssh_cert_store", store.encode(), ctypes.c_size_t(len(store)))
    call("sexec_set_timeout", 0)
    call("sexec_ssh_logon", None, 0)
    inside, outside = pathlib.Path(gate + ".in"), pathlib.Path(gate + ".out")
    wait_for(lambda: call("sexec_do_events") or inside.exists())
    library.sexec_free(ssh)
    _ctypes.dlclose(library._handle)
    if outside.exists():
        sys.exit("the call didn't stand still")
    pathlib.Path(gate).touch()
    wait_for(lambda: outside.exists() and threads() == before)
    print("whole")


main()
