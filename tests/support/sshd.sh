#!/bin/bash
# A throw-away OpenSSH server on a free loopback port, with fresh keys, for the demo.
#
#   sshd.sh start DIR [HOSTKEYTYPE...]   DIR must be an empty folder; types: ecdsa rsa ed25519
#   sshd.sh stop DIR
#
# start returns when the server accepts connections, and prints what a client needs, one NAME=VALUE
# a line: port, user, client_key, and fingerprint_TYPE for each host key. Works as root and as a
# normal user, who can then only log in as oneself. The server runs until stop, which the caller's
# exit trap should call.
set -eu

usage()
{
    echo "usage: sshd.sh start DIR [ecdsa|rsa|ed25519]... | stop DIR" >&2
    exit 2
}

[ $# -ge 2 ] || usage
action="$1"
dir=$(cd "$2" && pwd)
shift 2

server_stop()
{
    local pid
    [ -s "$dir/pid" ] || return 0
    pid=$(cat "$dir/pid")
    rm -f "$dir/pid"
    kill "$pid" 2>/dev/null || true
}

key_make()
{
    case "$1" in
    rsa) ssh-keygen -q -t rsa -b 3072 -N '' -C '' -f "$2" ;;
    ecdsa) ssh-keygen -q -t ecdsa -b 256 -N '' -C '' -f "$2" ;;
    ed25519) ssh-keygen -q -t ed25519 -N '' -C '' -f "$2" ;;
    *) usage ;;
    esac
}

# The client's key is written as PKCS#8, which a FIPS provider can read by itself.
client_key_make()
{
    ssh-keygen -q -t ecdsa -b 256 -m PKCS8 -N '' -C '' -f "$dir/client_key"
    cp "$dir/client_key.pub" "$dir/authorized_keys"
    chmod 600 "$dir/authorized_keys"
}

config_write()
{
    local type
    {
        echo "ListenAddress 127.0.0.1"
        echo "PidFile none"
        for type in "$@"; do echo "HostKey $dir/host_$type"; done
        echo "AuthorizedKeysFile $dir/authorized_keys"
        # The folders above DIR are the caller's; only the key in DIR opens this server.
        echo "StrictModes no"
        echo "PermitRootLogin prohibit-password"
        echo "PasswordAuthentication no"
        echo "KbdInteractiveAuthentication no"
        # Debian's bash reads ~/.bashrc when sshd starts it; what stands there is not ours.
        echo "SetEnv HOME=$dir"
        echo "PermitUserRC no"
        # Without PAM sshd refuses an account that is locked for passwords, as root's can be.
        if [ "$(id -u)" -eq 0 ] && grep -q '^root:!' /etc/shadow; then
            echo "UsePAM yes"
        else
            echo "UsePAM no"
        fi
    } >"$dir/sshd_config"
}

# One attempt at one port: true once this very server says that it listens and a connection opens.
server_try()
{
    local port="$1" tries=0
    : >"$dir/log"
    setsid "$sshd" -D -e -f "$dir/sshd_config" -p "$port" </dev/null >"$dir/log" 2>&1 &
    echo $! >"$dir/pid"
    while [ $tries -lt 100 ]; do
        if grep -q '^Server listening on 127.0.0.1' "$dir/log" \
            && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return 0
        fi
        kill -0 "$(cat "$dir/pid")" 2>/dev/null || return 1
        sleep 0.1
        tries=$((tries + 1))
    done
    return 1
}

server_start()
{
    local attempt=0 port type
    sshd=$(command -v sshd || echo /usr/sbin/sshd)
    if [ "$(id -u)" -eq 0 ]; then
        mkdir -p /run/sshd
    fi
    for type in "$@"; do key_make "$type" "$dir/host_$type"; done
    client_key_make
    config_write "$@"
    # Below the range that the system hands out by itself; a port in use is tried once and left.
    while [ $attempt -lt 20 ]; do
        port=$((20000 + RANDOM % 12000))
        if server_try "$port"; then
            echo "port=$port"
            echo "user=$(id -un)"
            echo "client_key=$dir/client_key"
            for type in "$@"; do
                echo "fingerprint_$type=$(ssh-keygen -l -E sha256 -f "$dir/host_$type.pub" \
                    | cut -d' ' -f2)"
            done
            return 0
        fi
        server_stop
        attempt=$((attempt + 1))
    done
    echo "sshd.sh: no sshd came up; its last words:" >&2
    cat "$dir/log" >&2
    return 1
}

case "$action" in
start)
    [ $# -gt 0 ] || set -- ecdsa rsa ed25519
    server_start "$@"
    ;;
stop) server_stop ;;
*) usage ;;
esac
