#!/bin/bash
# The FIPS modules that the tests and the demo run over.
#
#   modules.sh [--require] [--only GENERATION] [--add FOLDER]... [DIR]
#
# Makes under DIR (build/modules) a folder for each generation, holding fips.so and fipsmodule.cnf:
#   3.0  built from the source package of this release's own openssl
#   3.5  taken out of the package openssl-provider-fips of the next release; with it comes
#        fipsmodule-tolerant.cnf, which a client under an approved policy must refuse
# --add takes any other folder that holds fips.so, for example the certified 3.1.2; with a
# fipsmodule.cnf of its own it is used as it is, else a copy with a strict config is made.
#
# Prints one line for each module, "module NAME: ..." or "module NAME: MISSING: reason", and writes
# the folders of those at hand to DIR/available, one a line. A missing one that was asked for, by
# --add or --require, is an error. What is there already is kept. The machine's apt configuration is
# not touched, and neither root nor anything installed beyond setup.sh's list "demo" is needed.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/apt-root.sh
. "$here/apt-root.sh"

# The checks that a FIPS provider can be told to make, by their names in its config. A module is
# given those that it knows: 3.0 the first two, 3.1 four, 3.4 and later all. None of them is in
# the way of an SSH client that keeps to the approved algorithms: rsa-pkcs15-pad-disabled is about
# encryption and not about signatures, and the NIST curves of SSH have the cofactor 1.
options='conditional-errors security-checks
    tls1-prf-ems-check drbg-no-trunc-md
    no-short-mac hmac-key-check kmac-key-check signature-digest-check
    hkdf-digest-check tls13-kdf-digest-check tls1-prf-digest-check sshkdf-digest-check
    sskdf-digest-check x963kdf-digest-check
    dsa-sign-disabled tdes-encrypt-disabled
    rsa-pkcs15-pad-disabled rsa-pss-saltlen-check rsa-sign-x931-pad-disabled
    hkdf-key-check kbkdf-key-check tls13-kdf-key-check tls1-prf-key-check sshkdf-key-check
    sskdf-key-check x963kdf-key-check x942kdf-key-check
    pbkdf2-lower-bound-check ecdh-cofactor-check'

require=false
only=
added=()
dir=
while [ $# -gt 0 ]; do
    case "$1" in
    --require) require=true ;;
    --only) only="${2:?--only needs a generation}"; shift ;;
    --add) added+=("${2:?--add needs a folder}"); shift ;;
    -*) echo "modules.sh: unknown option $1" >&2; exit 2 ;;
    *) dir="$1" ;;
    esac
    shift
done
dir="${dir:-$here/../../build/modules}"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# Two runs at once in one clone must not build into each other's folders.
exec 9>"$dir/.lock"
flock 9

work=$(mktemp -d "$dir/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The command line's own settings would lead it to another module.
openssl_clean()
{
    env -u OPENSSL_CONF -u OPENSSL_CONF_INCLUDE -u OPENSSL_MODULES openssl "$@"
}

# config_write FOLDER strict|tolerant NAME: the config of FOLDER/fips.so. The section stands alone:
# no "activate", because the client loads the provider itself, and no "install-status", which would
# let a 3.0 module skip its self-tests.
config_write()
{
    local folder="$1" kind="$2" out="$1/$3" raw="$work/raw.cnf" option
    openssl_clean fipsinstall -quiet -self_test_onload -provider_name fips \
        -section_name fips_sect -module "$folder/fips.so" -out "$raw" || return 1
    {
        echo '[fips_sect]'
        grep -E '^(module-mac|install-version) *=' "$raw"
        for option in $options; do
            if [ "$kind" = tolerant ]; then
                case "$option" in
                conditional-errors | security-checks) ;;
                *) continue ;;
                esac
            fi
            grep -aqF -e "$option" "$folder/fips.so" || continue
            echo "$option = 1"
        done
    } >"$out.new"
    mv "$out.new" "$out"
}

# config_check FOLDER: loads the module with its config and prints its version. This is where a
# module that this machine cannot run shows itself.
config_check()
{
    local folder="$1" conf="$work/check.cnf" text
    {
        printf '%s\n' 'openssl_conf = init' '[init]' 'providers = providers' \
            '[providers]' 'fips = fips_sect'
        cat "$folder/fipsmodule.cnf"
        printf '%s\n' '[fips_sect]' 'activate = 1'
    } >"$conf"
    text=$(OPENSSL_CONF="$conf" OPENSSL_MODULES="$folder" openssl list -providers) || return 1
    printf '%s\n' "$text" | grep -q 'status: active' || return 1
    printf '%s\n' "$text" | sed -n 's/^ *version: //p'
}

# fips.so of the running release, from its source package. The pristine tarball is enough; that
# the distribution's patches of a superseded version are gone from a mirror does not matter.
fetch_3_0()
{
    local root="$work/apt-3.0" tarball
    apt_root_make "$root" deb-src "$(apt_own_suite)" || return 1
    apt_root_get "$root" update || true
    (cd "$root/archives" && apt_root_get "$root" source --download-only --tar-only openssl) || true
    tarball=$(find "$root/archives" -maxdepth 1 -name 'openssl_3.0.*.orig.tar.*' ! -name '*.asc')
    [ -n "$tarball" ] || { echo "the source package openssl could not be fetched"; return 1; }
    mkdir "$work/src"
    tar -xf "$tarball" -C "$work/src" --strip-components=1
    (
        cd "$work/src"
        ./Configure enable-fips no-tests
        make -s build_generated
        make -s -j"$(nproc)" providers/fips.so
    ) || { echo "the source package openssl did not build"; return 1; }
    cp "$work/src/providers/fips.so" "$1/fips.so"
}

# fips.so of the next release's package; that one file needs nothing else from there.
fetch_3_5()
{
    local root="$work/apt-3.5" own suite file
    own=$(apt_own_suite)
    suite=$(apt_next_suite "$own")
    [ -n "$suite" ] || { echo "no release after '$own' is known"; return 1; }
    apt_root_make "$root" deb "$suite" || return 1
    apt_root_get "$root" update || true
    (cd "$root/archives" && apt_root_get "$root" download openssl-provider-fips) \
        || { echo "package openssl-provider-fips of $suite could not be fetched"; return 1; }
    dpkg-deb -x "$root"/archives/openssl-provider-fips_*.deb "$work/deb"
    file=$(find "$work/deb" -name fips.so)
    [ -n "$file" ] || { echo "package openssl-provider-fips of $suite holds no fips.so"; return 1; }
    cp "$file" "$1/fips.so"
}

# Everything of one generation, in a fresh folder that takes its place only when it is complete.
generation_make()
{
    local gen="$1" new="$work/new-$1"
    mkdir "$new"
    "fetch_${gen/./_}" "$new" || return 1
    config_write "$new" strict fipsmodule.cnf \
        || { echo "this machine's libcrypto cannot load the module"; return 1; }
    [ "$gen" = 3.0 ] || config_write "$new" tolerant fipsmodule-tolerant.cnf || return 1
    config_check "$new" || { echo "the module does not start with its config"; return 1; }
    rm -rf "${dir:?}/$gen"
    mv "$new" "$dir/$gen"
}

# added_make FOLDER: where the module that the user named can be used from.
added_make()
{
    local given="$1" sum copy
    [ -f "$given/fips.so" ] || { echo "no fips.so in $given"; return 1; }
    given=$(cd "$given" && pwd)
    copy="$given"
    if [ ! -f "$given/fipsmodule.cnf" ]; then
        sum=$(sha256sum "$given/fips.so" | cut -c1-12)
        copy="$dir/added/$sum"
        mkdir -p "$copy"
        cp "$given/fips.so" "$copy/fips.so"
        config_write "$copy" strict fipsmodule.cnf >&2 \
            || { echo "this machine's libcrypto cannot load the module"; return 1; }
    fi
    config_check "$copy" >/dev/null \
        || { echo "the module does not start with its config"; return 1; }
    echo "$copy"
}

available=()
missing=false

# report NAME FOLDER: the line for a module that is there.
report()
{
    local name="$1" folder="$2" version strict
    version=$(config_check "$folder") || {
        report_missing "$name" "the module in $folder does not start with its config"
        return 0
    }
    strict=$(grep -v '^install-version' "$folder/fipsmodule.cnf" | grep -c '= *1$' || true)
    available+=("$folder")
    echo "module $name: version $version, $strict checks on, in $folder"
}

report_missing()
{
    missing=true
    echo "module $1: MISSING: $2"
}

for gen in ${only:-3.0 3.5}; do
    if [ ! -s "$dir/$gen/fips.so" ] || [ ! -s "$dir/$gen/fipsmodule.cnf" ]; then
        # Not "if generation_make": the shell would ignore errors all through it.
        set +e
        (set -e; generation_make "$gen") >"$dir/$gen.log" 2>&1
        status=$?
        set -e
        if [ $status -ne 0 ]; then
            report_missing "$gen" "$(tail -n 1 "$dir/$gen.log") (log: $dir/$gen.log)"
            continue
        fi
        rm -f "$dir/$gen.log"
    fi
    report "$gen" "$dir/$gen"
done

for folder in ${added[@]+"${added[@]}"}; do
    if where=$(added_make "$folder"); then
        report "$folder" "$where"
    else
        report_missing "$folder" "$where"
        require=true
    fi
done

: >"$dir/available"
for folder in ${available[@]+"${available[@]}"}; do
    printf '%s\n' "$folder" >>"$dir/available"
done
if $missing && $require; then
    exit 1
fi
