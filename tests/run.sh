#!/bin/bash
# Every test, from a bare Debian machine on.
#
#   run.sh [--full] [--module FOLDER]...
#
# Installs what is missing, gets FIPS modules and servers, then runs the stages below. A stage that fails
# shows why and does not stop the others; the exit status is 0 only when all passed. The last thing
# printed is what ctest says of the release build. --full runs the whole matrices and stream sizes
# there (SEXEC_TEST_FULL=1); --module adds a folder that holds fips.so, see support/modules.sh.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
support="$root/tests/support"
modules="$root/build/modules"
logs="$root/build/logs"
jobs=$(nproc)
cd "$root"

full=
added=()
while [ $# -gt 0 ]; do
    case "$1" in
    --full) full=1 ;;
    --module) added+=(--add "$(cd "${2:?--module needs a folder}" && pwd)"); shift ;;
    *) echo "usage: run.sh [--full] [--module FOLDER]..." >&2; exit 2 ;;
    esac
    shift
done

# stage NAME PRESET build|test: configures, builds and perhaps tests that preset, with the output in
# a log. Not through "if ( ... )", which would make the shell ignore errors inside it.
failed=()
stage()
{
    local name="$1" preset="$2" what="$3" log="$logs/$2.log" start=$SECONDS status
    printf '%-24s' "$name"
    set +e
    (
        set -e
        cmake --preset "$preset"
        cmake --build --preset "$preset"
        [ "$what" = build ] || timeout -k 10 1800 ctest --preset "$preset" -j "$jobs"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ $status -eq 0 ]; then
        echo "ok, $((SECONDS - start)) s$(tests_counted "$log")"
    else
        failed+=("$name")
        echo "FAILED, $((SECONDS - start)) s; the end of $log:"
        tail -n 60 "$log"
    fi
}

# ", 12 tests" for a stage that ran ctest, from what ctest counted.
tests_counted()
{
    sed -n 's/^100% tests passed, .* out of \([0-9]*\)$/, \1 tests/p' "$1" | tail -n 1
}

mkdir -p "$logs"
"$support/setup.sh" test
"$support/modules.sh" ${added[@]+"${added[@]}"} "$modules"
SEXEC_TEST_MODULES=$(paste -s -d : "$modules/available")
export SEXEC_TEST_MODULES
# Without one of these servers the tests that need it fail, and say so.
export SEXEC_TEST_SERVERS="${SEXEC_TEST_SERVERS:-$root/build/servers}"
"$support/servers.sh" "$SEXEC_TEST_SERVERS"
unset SEXEC_TEST_FULL
if [ -z "$SEXEC_TEST_MODULES" ]; then
    echo 'run.sh: not one FIPS module is at hand; the lines above say why' >&2
    exit 1
fi
echo "set up after $SECONDS s"

stage 'release build' release build
stage 'clang build' clang build
stage 'no legacy algorithms' modern build
stage 'fuzz targets' fuzz test
# For reads of what was never written, which the sanitizers below don't see: where bytes are decoded
# and sessions run. Loading a module, a table of algorithms or a flood under valgrind takes minutes; and it
# doesn't know that F_OFD_SETLKW may block, so threads that wait for the audit file's lock stand still;
# and it takes how glibc's loader reads words, for iconv's modules, for an invalid read.
SEXEC_TEST_MODULES=none stage 'sessions, valgrind' valgrind test
stage 'all, asan and ubsan' asan test
if [ ${#failed[@]} -gt 0 ]; then
    printf 'FAILED: %s\n' "${failed[@]}"
fi

# Last, and seen whole, so that the run ends with ctest's own count.
echo "release tests, after $SECONDS s:"
[ -z "$full" ] || export SEXEC_TEST_FULL=1
status=0
timeout -k 10 "$([ -n "$full" ] && echo 18000 || echo 1800)" \
    ctest --preset release -j "$jobs" --no-label-summary || status=$?
[ ${#failed[@]} -eq 0 ] || status=1
exit $status
