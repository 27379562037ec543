#!/usr/bin/env bash
# tidy.sh --full BUILD: clang-tidy (.clang-tidy) over the library, the policies, the audit and the
# commands, with the compile commands of a configured build. Minutes long, so it is in no ctest;
# the complete test run calls it.
set -u
if [ "${1:-}" != --full ] || [ -z "${2:-}" ]; then
    echo "usage: tidy.sh --full BUILD" >&2
    exit 2
fi
build=$(cd "$2" && pwd) || exit 2
cd "$(dirname "$0")/../.." || exit 2
tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
if [ -z "$tidy" ]; then
    echo "tidy: clang-tidy is missing (Debian: apt-get install clang-tidy)" >&2
    exit 1
fi
if [ ! -f "$build/compile_commands.json" ]; then
    echo "tidy: $build has no compile_commands.json; configure it first" >&2
    exit 1
fi
mapfile -t sources < <(find src policy audit -name '*.c' 2>/dev/null | sort)
printf '%s\n' "${sources[@]}" |
    xargs -P "${SEXEC_JOBS:-2}" -n 4 "$tidy" -p "$build" --quiet --warnings-as-errors='*'
status=$?
echo "tidy: ${#sources[@]} files"
[ "$status" -eq 0 ]
