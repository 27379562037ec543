#!/bin/bash
# Installs the packages that a Debian machine lacks for this project.
#
#   setup.sh demo    what building the library and running the demo need
#   setup.sh test    what the whole test run needs
#   setup.sh bench   what the bench needs (tests/bench/run.sh)
#
# Nothing is done when everything is there. Without root the one line that installs what is missing
# is printed, and the exit status is 1.
set -eu

build='cmake ninja-build make perl gcc libc6-dev pkg-config libssl-dev zlib1g-dev libkrb5-dev'
run='openssl openssh-server openssh-client ca-certificates'
check='clang libclang-rt-dev clang-format libcmocka-dev valgrind libc6-dbg python3 git
    libpam-wrapper libnss-wrapper libuid-wrapper'
serve='dropbear-bin putty-tools python3-asyncssh python3-paramiko python3-twisted
    python3-cryptography python3-openssl python3-jsonschema softhsm2 opensc libnettle8'
kerberos='krb5-kdc krb5-admin-server krb5-user faketime python3-gssapi'
pam='libpam0g-dev'
collect='rsyslog rsyslog-openssl rsyslog-gnutls systemd'
race='libssh-dev libssh2-1-dev'
proxies='tinyproxy microsocks dante-server'

case "${1:-}" in
demo) wanted="$build $run" ;;
test) wanted="$build $run $check $serve $proxies $kerberos $pam $race $collect" ;;
bench) wanted="$build $run putty-tools python3 python3-asyncssh libcmocka-dev libpam-wrapper $race" ;;
*) echo "usage: setup.sh demo|test|bench" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup.sh: this machine has no apt; install the equivalent of: $wanted" >&2
    exit 1
fi

missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi

# A package that brings a server would start it. policy-rc.d is how Debian lets a machine say no;
# one that is there already is the machine's own, and stays.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
cleanup()
{
    rm -f "$log"
    [ -z "${policy_made:-}" ] || rm -f "$policy"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
    policy_made=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt_get()
{
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 </dev/null
}
# Word splitting is wanted: the list is names of packages.
# shellcheck disable=SC2086
if ! apt_get update || ! apt_get install --no-install-recommends $missing; then
    tail -n 30 "$log" >&2
    echo "setup.sh: apt-get could not install:$missing" >&2
    exit 1
fi
