"""The long path's floor: what a plain stream of bytes reaches over it, without SSH."""

import socket
import time


def rate(port, size):
    """Mbit/s of size bytes that come from a port of the loopback, from the first one on."""
    piece = bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", port)) as link:
        got = link.recv_into(piece)
        started = time.monotonic()
        while n := link.recv_into(piece):
            got += n
        took = time.monotonic() - started
    if got != size:
        raise RuntimeError(f"{got} bytes instead of {size} came over the long path")
    return size * 8 / 1e6 / took
