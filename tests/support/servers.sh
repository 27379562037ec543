#!/bin/bash
# The servers that the interop tests talk to, beside this machine's own OpenSSH.
#
#   servers.sh [--require] [DIR]
#
# Dropbear, AsyncSSH, Paramiko and Twisted Conch are packages of this release, and belong to
# setup.sh's list "test". What no package of it gives is made under DIR (build/servers):
#   openssh10  OpenSSH 10, unpacked from this release's backports
#   uppity     PuTTY's test server, built from the next release's source package
#
# Prints one line for each server, "server NAME: ..." or "server NAME: MISSING: reason". With
# --require a missing one is an error. What is there already is kept. The machine's apt
# configuration is not touched, and nothing but setup.sh's packages is installed.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/apt-root.sh
. "$here/apt-root.sh"

require=false
dir=
for argument in "$@"; do
    case "$argument" in
    --require) require=true ;;
    -*) echo "servers.sh: unknown option $argument" >&2; exit 2 ;;
    *) dir="$argument" ;;
    esac
done
dir="${dir:-$here/../../build/servers}"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# Two runs at once in one clone must not build into each other's folders.
exec 9>"$dir/.lock"
flock 9

work=$(mktemp -d "$dir/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The programs of OpenSSH 10 run with the libraries that this release's own OpenSSH brought.
make_openssh10()
{
    local root="$work/apt-openssh" suite program
    suite="$(apt_own_suite)-backports"
    apt_root_make "$root" deb "$suite" || return 1
    # Backports have no security archive of their own.
    awk -v RS= -v ORS='\n\n' '!/(^|\n)Suites: [^\n]*-security(\n|$)/' \
        "$root/sources.list.d/archive.sources" >"$root/main.sources"
    mv "$root/main.sources" "$root/sources.list.d/archive.sources"
    apt_root_get "$root" update || true
    (cd "$root/archives" && apt_root_get "$root" download openssh-server) \
        || { echo "package openssh-server of $suite could not be fetched"; return 1; }
    dpkg-deb -x "$root"/archives/openssh-server_*.deb "$work/openssh"
    for program in usr/sbin/sshd usr/lib/openssh/sshd-session usr/lib/openssh/sshd-auth; do
        cp "$work/openssh/$program" "$1/" \
            || { echo "package openssh-server of $suite is older than 10"; return 1; }
    done
}

make_uppity()
{
    local root="$work/apt-putty" suite tarball
    suite=$(apt_next_suite "$(apt_own_suite)")
    [ -n "$suite" ] || { echo "no release after this one is known"; return 1; }
    apt_root_make "$root" deb-src "$suite" || return 1
    apt_root_get "$root" update || true
    (cd "$root/archives" && apt_root_get "$root" source --download-only --tar-only putty) || true
    tarball=$(find "$root/archives" -maxdepth 1 -name 'putty_*.orig.tar.*' ! -name '*.asc')
    [ -n "$tarball" ] || { echo "the source package putty could not be fetched"; return 1; }
    mkdir "$work/putty"
    tar -xf "$tarball" -C "$work/putty" --strip-components=1
    cmake -S "$work/putty" -B "$work/putty-build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DPUTTY_GTK_VERSION=NONE -DPUTTY_GSSAPI=OFF \
        && cmake --build "$work/putty-build" --target uppity --parallel "$(nproc)" \
        || { echo "the source package putty did not build"; return 1; }
    cp "$work/putty-build/uppity" "$1/"
}

version_openssh10()
{
    "$dir/openssh10/sshd" -V 2>&1 | grep -o 'OpenSSH_[^ ,]*' | head -n 1
}

version_uppity()
{
    "$dir/uppity/uppity" --version | head -n 1
}

missing=false

for name in openssh10 uppity; do
    if [ ! -d "$dir/$name" ]; then
        new="$work/new-$name"
        mkdir "$new"
        # Not "if make_...": the shell would ignore errors all through it.
        set +e
        (set -e; "make_$name" "$new") >"$dir/$name.log" 2>&1
        status=$?
        set -e
        if [ $status -ne 0 ]; then
            echo "server $name: MISSING: $(tail -n 1 "$dir/$name.log") (log: $dir/$name.log)"
            missing=true
            continue
        fi
        mv "$new" "$dir/$name"
        rm -f "$dir/$name.log"
    fi
    if version=$("version_$name") && [ -n "$version" ]; then
        echo "server $name: $version, in $dir/$name"
    else
        echo "server $name: MISSING: $dir/$name does not run here"
        missing=true
    fi
done

if $require && $missing; then
    exit 1
fi
