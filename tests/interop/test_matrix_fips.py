#!/usr/bin/python3
"""The algorithms of policy fips under each module, see matrix.py."""

import sys

import matrix
import support

if __name__ == "__main__":
    sys.exit(matrix.main(support.fips_setups()))
