#!/bin/bash
# The bench, from a bare Debian machine on: installs peers, builds all, measures (under 30 minutes).
#
#   run.sh [--smoke] [--rounds N] [--mib N] [--only PART] [--json FILE] [--markdown FILE]
#
# The parts, the rows and the marks are in bench.py; the table in README came from here.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build="$root/build/bench"

"$root/tests/support/setup.sh" bench
"$root/tests/support/modules.sh" "$root/build/modules"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSEXEC_BENCH=ON >/dev/null
cmake --build "$build" >/dev/null
export SEXEC_BUILD_DIR="$build"
SEXEC_TEST_MODULES=$(paste -s -d : "$root/build/modules/available")
export SEXEC_TEST_MODULES
exec /usr/bin/python3 "$root/tests/bench/bench.py" "$@"
