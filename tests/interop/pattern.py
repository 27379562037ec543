#!/usr/bin/python3
"""Bytes that don't repeat: pattern.py MIBS SEED writes them to standard output. The tests make the
same ones, so that both ends know what should arrive."""

import random
import sys

MIB = 1024 * 1024


def blocks(mibs, seed):
    """mibs blocks of 1 MiB."""
    source = random.Random(seed)
    for _ in range(mibs):
        yield source.randbytes(MIB)


if __name__ == "__main__":
    for block in blocks(int(sys.argv[1]), int(sys.argv[2])):
        sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
