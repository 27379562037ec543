#!/bin/bash
# From a bare Debian machine to a result: installs what is missing, gets a FIPS module, builds the
# library and its command, starts a throw-away sshd on the loopback, runs a command there under the
# policy "fips", and shows what happened. Needs root only to install; leaves build/ behind and
# nothing else.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
support="$root/tests/support"
modules="$root/build/modules"
cd "$root"

say()
{
    printf '\n== %s [%s s]\n' "$1" "$SECONDS"
}

# Runs a command whose output matters only when it fails.
quietly()
{
    "$@" >"$scratch/log" 2>&1 || {
        tail -n 40 "$scratch/log" >&2
        echo "demo.sh: this failed: $*" >&2
        exit 1
    }
}

cleanup()
{
    "$support/sshd.sh" stop "$scratch/sshd" || true
    rm -rf "$scratch"
}
scratch=$(mktemp -d)
mkdir "$scratch/sshd"
trap cleanup EXIT
trap 'exit 130' INT TERM

say 'packages'
"$support/setup.sh" demo
echo 'all there'

# One module is enough here. The packaged one of the next release takes a download, the one of this
# release a build of half a minute.
say 'a FIPS module'
for generation in 3.5 3.0; do
    "$support/modules.sh" --only "$generation" "$modules"
    module=$(cat "$modules/available")
    [ -z "$module" ] || break
done
if [ -z "$module" ]; then
    echo 'demo.sh: no FIPS module could be had; the lines above say why' >&2
    exit 1
fi
echo "using $module"

say 'build'
quietly cmake --preset release -B build/demo -D SEXEC_TESTS=OFF
quietly cmake --build build/demo
sexec="$root/build/demo/sexec"
"$sexec" -V

# One host key, so that its fingerprint is the one to expect.
say 'a throw-away sshd'
"$support/sshd.sh" start "$scratch/sshd" ecdsa >"$scratch/server"
sed 's/^/  /' "$scratch/server"
server_value()
{
    sed -n "s/^$1=//p" "$scratch/server"
}

# shellcheck disable=SC2016 # $(...) is for the shell on the server
remote='echo "hello from $(uname -srm), as $(id -un)"; echo "and this is its stderr" >&2; exit 7'
say "sexec, policy fips: $remote"
status=0
"$sexec" -v --policy fips --provider fips \
    --module-dir "$module" --provider-config "$module/fipsmodule.cnf" \
    --host-key-fingerprint "$(server_value fingerprint_ecdsa)" \
    -i "$(server_value client_key)" -p "$(server_value port)" \
    "$(server_value user)@127.0.0.1" "$remote" \
    </dev/null >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
sed 's/^/  stdout | /' "$scratch/stdout"
sed 's/^/  stderr | /' "$scratch/stderr"
echo "  exit status: $status"

if [ "$status" -ne 7 ] || ! grep -q '^hello from ' "$scratch/stdout"; then
    sed 's/^/  sshd   | /' "$scratch/sshd/log" >&2
    echo 'demo.sh: that is not what the command was to do (output, and exit status 7)' >&2
    exit 1
fi
say 'done: the output above came through SSH, with the exit status that the command gave'
