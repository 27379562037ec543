#!/usr/bin/env bash
# sources.sh TOP: what the text of the tree must not hold.
#   calls.py      OpenSSL's default context, allocation, printing, clocks outside their rooms
#   markers       words that call something unfinished
#   hosts         package registries: the scripts take the machine's own configuration
#   clang-format  code that isn't in the house style
set -u
top=${1:?usage: sources.sh TOP}
here=$(cd "$(dirname "$0")" && pwd)
cd "$top" || exit 1
failed=0

complain() {
    printf 'sources: %s\n' "$1" >&2
    failed=1
}

# Everything of ours: what git knows or would take, or all files where there is no git.
list_files() {
    git ls-files --cached --others --exclude-standard -z 2>/dev/null ||
        find . -path ./build -prune -o -path ./.git -prune -o -type f -print0
}
mapfile -d '' -t all < <(list_files)
existing=()
code=()
for path in "${all[@]}"; do
    [ -f "$path" ] || continue
    existing+=("$path")
    case $path in
        *.c | *.h) code+=("$path") ;;
    esac
done
if [ "${#code[@]}" -eq 0 ]; then
    complain "no C file found in $top"
    exit 1
fi

# refuse PATTERN MEANING: no file matches. The patterns are written so that they don't match here.
refuse() {
    local hits
    hits=$(printf '%s\0' "${existing[@]}" | xargs -0 grep -nIHE -e "$1" --)
    if [ -n "$hits" ]; then
        printf '%s\n' "$hits" >&2
        complain "$2"
    fi
}

/usr/bin/python3 "$here/calls.py" . || complain "calls that their room doesn't make"
refuse '\b(TO[D]O|FIX[M]E|X[X]X|HAC[K])\b' "unfinished by its own words"
refuse '\b(deb|security|ftp|archive|registry|pypi|crates)\.[a-z]+\.(org|com|io)' \
    "a package registry's host name"

formatter=$(command -v clang-format-14 || command -v clang-format)
if [ -z "$formatter" ]; then
    complain "clang-format is missing (Debian: apt-get install clang-format)"
else
    for path in "${code[@]}"; do
        "$formatter" --style=file --dry-run -Werror "$path" 2>/dev/null ||
            complain "$path isn't in the house style; mend with: clang-format -i $path"
    done
fi

echo "sources: ${#existing[@]} files looked at"
exit "$failed"
