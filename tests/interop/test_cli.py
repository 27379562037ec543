#!/usr/bin/python3
"""The command line: options and their misuse, one line for each failure, what can be asked without a
server, hosts and their keys."""

import os
import socket
import sys

import servers
import support
from support import check

USAGE, SETTING, POLICY, REJECTED = 10022, 3006, 3005, 1030
HERE = f"{servers.USER}@{servers.ADDRESS}"


# --- The command line -----------------------------------------------------------------------------

MISUSE = [  # arguments, code, words of the line
    ([], USAGE, ["the host is missing"]),
    (["host"], USAGE, ["the command is missing"]),
    (["-z", "host", "true"], USAGE, ["no option -z"]),
    (["-4z", "host", "true"], USAGE, ["no option -z"]),
    (["--nosuch", "host", "true"], USAGE, ["no option --nosuch"]),
    (["--nosuch=1", "host", "true"], USAGE, ["no option --nosuch"]),
    (["--pol", "fips", "host", "true"], USAGE, ["no option --pol"]),
    (["-p"], USAGE, ["-p needs a value: PORT"]),
    (["--policy"], USAGE, ["--policy needs a value"]),
    (["--help=me"], USAGE, ["takes no value"]),
    (["-p", "0", "host", "true"], USAGE, ["port", "1 to 65535"]),
    (["-p", "65536", "host", "true"], USAGE, ["port"]),
    (["-p", "ssh", "host", "true"], USAGE, ["port", "ssh"]),
    (["-p", "-1", "host", "true"], USAGE, ["port"]),
    (["-p", "99999999999999999999", "host", "true"], USAGE, ["port"]),
    (["-o", "Nonsense=1", "host", "true"], SETTING, ["Nonsense"]),
    (["-o", "ForwardAgent=yes", "host", "true"], SETTING, ["ForwardAgent"]),
    (["-o", "Port", "host", "true"], USAGE, ["Key=Value"]),
    (["-o", "Port=many", "host", "true"], USAGE, ["port"]),
    (["-o", "StrictHostKeyChecking=ask", "host", "true"], USAGE, ["accept-new"]),
    (["-o", "BatchMode=no", "host", "true"], USAGE, ["BatchMode"]),
    (["-o", "AddressFamily=ipx", "host", "true"], USAGE, ["AddressFamily", "inet6"]),
    (["-o", "ConnectTimeout=soon", "host", "true"], USAGE, ["ConnectTimeout"]),
    (["-o", "RekeyLimit=none", "host", "true"], USAGE, ["RekeyLimit"]),
    (["-o", "RekeyLimit=1T", "host", "true"], USAGE, ["RekeyLimit"]),
    (["-o", "RekeyLimit=1M 1h more", "host", "true"], USAGE, ["RekeyLimit"]),
    (["-o", "LogLevel=LOUD", "host", "true"], USAGE, ["LogLevel"]),
    (["-o", "PreferredAuthentications=publickey,password", "host", "true"], USAGE, ["one of"]),
    (["-o", "PreferredAuthentications=hostbased", "host", "true"], USAGE, ["one of"]),
    (["--policy", "lax", "host", "true"], SETTING, ["lax", "fips", "default"]),
    (["--set", "NoSuchSetting=1", "host", "true"], SETTING, ["NoSuchSetting"]),
    (["--set", "MaxPacketSize=huge", "host", "true"], SETTING, ["MaxPacketSize"]),
    (["--set", "MaxPacketSize=1", "host", "true"], SETTING, ["MaxPacketSize"]),
    (["--set", "timeout=soon", "host", "true"], USAGE, ["timeout"]),
    (["--set", "ssh_port", "host", "true"], USAGE, ["NAME=VALUE"]),
    (["--set", "command=id", "host", "true"], SETTING, ["command"]),
    (["--set", "BuildInfo=mine", "host", "true"], SETTING, ["BuildInfo"]),
    (["--policy", "fips", "--set", "SSHAcceptAnyServerHostKey=True", "host", "true"], POLICY,
     ["fips"]),
    (["--policy", "fips", "--set", "MaskSensitive=False", "host", "true"], POLICY, ["fips"]),
    (["host", "true"], 1032, ["nothing to sign on with"]),
    (["user@", "true"], USAGE, ["no host"]),
    (["-Q", "nonsense"], USAGE, ["policies"]),
    (["-Q", "policy", "lax"], POLICY, ["policy"]),
    (["-Q", "kex", "extra"], USAGE, ["extra"]),
    (["-V", "host"], USAGE, ["host"]),
]


def show_misuse():
    for arguments, code, words in MISUSE:
        done = support.run(arguments).expect_failure(code, *words)
        check(done.out == b"", f"nothing belongs on standard output: {done}")
    return f"{len(MISUSE)} kinds"


def show_secrets():
    """Secrets don't come by the command line, and the refusal doesn't repeat them."""
    for name in ("ssh_password", "SSH_PASSWORD", "ssh_cert_store_password"):
        done = support.run(["--set", f"{name}=sesame", "host", "true"])
        done.expect_failure(SETTING, "-file", "-fd")
        check("sesame" not in done.err, f"it shows the secret: {done}")
    done = support.run(["--set", "=sesame", "host", "true"]).expect_failure(USAGE)
    check("sesame" not in done.err, f"it shows the value: {done}")


def show_help():
    done = support.run(["--help"]).expect(0, err="")
    text = done.out.decode()
    for option in ("-p", "-l", "-i", "-c", "-m", "-n", "-T", "-q", "-v", "-4", "-b", "-o", "-V",
                   "-Q", "--policy", "--provider", "--module-dir", "--provider-config",
                   "--host-key-fingerprint", "--password-file", "--set"):
        check(option in text, f"--help doesn't tell of {option}")
    support.run(["-h"]).expect(0, out=done.out, err="")
    check(max(map(len, text.splitlines())) <= 100, "a line of the help is too long")


def show_questions(setups):
    version = support.run(["-V"]).expect(0, err="").out.decode()
    check(version.startswith("sexec ") and "libcrypto: OpenSSL 3" in version, version)
    check({"fips", "default"} < set(support.query("policies")), "the list of policies")
    for setup in setups:
        for name in ("kex", "cipher", "mac", "key", "key-sig"):
            names = support.query(name, *setup.options)
            check(names and all(names), f"-Q {name} is empty for {setup.name}")
        text = "\n".join(support.query(f"policy {setup.policy}"))
        check(f"policy: {setup.policy}\n" in text, f"-Q policy {setup.policy}: {text}")
        provider = "\n".join(support.query("provider", *setup.options))
        check("running: yes" in provider, provider)
    kex = support.query("KexAlgorithms", "--policy", "fips")
    check("ecdh-sha2-nistp256" in kex, f"kex of fips: {kex}")
    check(not any("25519" in name for name in kex), f"kex of fips: {kex}")
    support.run(["--policy", "fips", "--module-dir", "/nowhere", "-V"]).expect_failure(3004)


# --- Options at work ------------------------------------------------------------------------------


def show_forms(server):
    """Every way of writing the same."""
    trust = server.trust()
    key, port = str(server.client_key), str(server.port)
    forms = [
        ["-p", port, "-i", key, *trust, HERE, "echo", "in"],
        [f"-p{port}", f"-i{key}", *trust, HERE, "echo", "in"],
        [f"-qTvp{port}", f"-i{key}", "-q", *trust, HERE, "echo", "in"],
        ["-oPort=" + port, "-o", f"IdentityFile {key}", *trust, HERE, "echo", "in"],
        ["-o", f"port = {port}", "-o", f'identityfile="{key}"', *trust, HERE, "echo", "in"],
        [HERE, "-p", port, "-i", key, *trust, "echo", "in"],
        ["-l", servers.USER, servers.ADDRESS, "-p", port, "-i", key, *trust, "echo", "in"],
        ["-l", servers.USER, f"nobody@{servers.ADDRESS}", "-p", port, "-i", key, *trust, "echo in"],
        ["-p", port, "-i", key, *trust, "--", HERE, "echo", "in"],
        ["-p", port, "-i", key, *trust, servers.ADDRESS, "echo", "in"],
        ["-p", "1", "-p", port, "-i", key, *trust, HERE, "echo", "in"],
        ["-p", port, "-i", key, "--host-key-fingerprint",
         ",".join(option.partition("=")[2] for option in trust), HERE, "echo in"],
    ]
    for arguments in forms:
        support.run(arguments).expect(0, out=b"in\n", err="")
    # Behind the command's first word everything is the command's.
    server.run("echo", "-4").expect(0, out=b"\n")
    support.run([*server.options(), HERE, "echo", "-p", "x y", "--help"]).expect(
        0, out=b"-p x y --help\n"
    )
    return f"{len(forms)} forms"


def show_settings(server):
    """Options that change nothing that can be seen, but must be taken; and some that can."""
    for options in (
        ["-4"], ["-b", servers.ADDRESS], ["-n"], ["-T"], ["-q"], ["-o", "ConnectTimeout=10"],
        ["-o", "ConnectTimeout=none"], ["-o", "ConnectTimeout=1m30s"], ["-o", "RekeyLimit=16M"],
        ["-o", "RekeyLimit=1G 30m"], ["-o", "RekeyLimit default none"], ["-o", "BatchMode=yes"],
        ["-o", "StrictHostKeyChecking=yes"], ["-o", "AddressFamily=inet"],
        ["-o", "AddressFamily=any"], ["-o", "BindAddress=127.0.0.1"], ["-o", "LogLevel=QUIET"],
        ["-o", f"User={servers.USER}"], ["--set", "MaxPacketSize=4096"],
        ["--set", "maxwindowsize=65536"], ["--set", "TcpNoDelay=No"], ["--set", "ssh_port=1",
         "-p", str(server.port)], ["--set", "OutputMode=lines"], ["--set", "SelectWaitMillis=500"],
    ):
        server.run("echo in", *options).expect(0, out=b"in\n", err="")
    done = server.run("echo $SSH_CONNECTION", "-b", "127.0.0.2")
    check(done.out.startswith(b"127.0.0.2 "), f"-b does not bind: {done}")
    server.run("true", "-6").expect_failure(None, servers.ADDRESS)
    server.run("true", "-b", "192.0.2.1").expect_failure(None)
    file = support.folder("input") / "file"
    file.write_bytes(os.urandom(300000))
    server.run("cat", "--set", f"StdInFile={file}", stdin=b"not this").expect(
        0, out=file.read_bytes(), err=""
    )


def show_lists(server, setup):
    """A list that the policy doesn't allow is refused with its reason, and nothing connects."""
    cases = [
        (["-c", "3des-cbc"], "3des-cbc"),
        (["-c", "aes128-ctr,arcfour"], "arcfour"),
        (["-m", "hmac-md5"], "hmac-md5"),
        (["-o", "KexAlgorithms=diffie-hellman-group1-sha1"], "diffie-hellman-group1-sha1"),
        (["-o", "HostKeyAlgorithms=ssh-dss"], "ssh-dss"),
        (["-c", "no-such-cipher"], "no-such-cipher"),
    ]
    if setup.policy == "fips":
        cases += [
            (["-o", "KexAlgorithms=curve25519-sha256"], "curve25519-sha256"),
            (["-o", "HostKeyAlgorithms=ssh-ed25519"], "ssh-ed25519"),
            (["-o", "PubkeyAcceptedAlgorithms=ssh-ed25519"], "ssh-ed25519"),
            (["-c", "aes192-ctr"], "aes192-ctr"),
            (["-c", "chacha20-poly1305@openssh.com"], "chacha20-poly1305@openssh.com"),
        ]
    with servers.Listener() as listener:
        for options, name in cases:
            done = server.run("true", *setup.options, *options, "-p", listener.port)
            done.expect_failure(POLICY, name)
            check(listener.connections == 0, f"it connected: {done}")
    return done.lines()[0]


# --- Hosts and their keys -------------------------------------------------------------------------


def show_hosts(server):
    key = ["-i", server.client_key]
    support.run([*key, "no-such-host.invalid", "true"]).expect_failure(
        None, "no-such-host.invalid"
    )
    with socket.socket() as closed:
        closed.bind((servers.ADDRESS, 0)) # nobody else gets it, and nobody listens
        port = closed.getsockname()[1]
        done = support.run([*key, "-p", port, HERE, "true"])
    done.expect_failure(10061, str(port), "refused")
    with servers.Listener(lambda client: client.close()) as rude:
        support.run([*key, "-p", rude.port, HERE, "true"]).expect_failure(None)
    with servers.Listener(lambda client: client.sendall(b"HTTP/1.1 400 No\r\n\r\n" * 9)) as web:
        support.run(
            [*key, "-p", web.port, "-o", "ConnectTimeout=3", HERE, "true"]
        ).expect_failure(None)
    return done.lines()[0]


def show_host_keys(server):
    """No server is trusted unless its key is named; the refusal shows the key."""
    where = ["-p", server.port, "-i", server.client_key]
    prints = [servers.fingerprint(key) for key in server.host_keys]
    done = support.run([*where, HERE, "true"]).expect_failure(REJECTED, "--host-key-fingerprint")
    check(any(value in done.err for value in prints), f"the fingerprint is not shown: {done}")
    wrong = "SHA256:" + "A" * 43
    done = support.run([*where, "--host-key-fingerprint", wrong, HERE, "true"])
    done.expect_failure(REJECTED)
    check(any(value in done.err for value in prints), f"the fingerprint is not shown: {done}")
    for bad in ("SHA256:short", "nonsense", "SHA512:" + "A" * 43):
        support.run([*where, "--host-key-fingerprint", bad, HERE, "true"]).expect_failure(None)
    accept = ["--set", "SSHAcceptAnyServerHostKey=True"]
    support.run([*where, *accept, HERE, "echo in"]).expect(0, out=b"in\n", err="")
    for key in server.host_keys:
        line = (key.with_suffix(".pub")).read_text(encoding="utf-8").strip()
        algorithm = {"ssh-rsa": "rsa-sha2-512"}.get(line.split()[0], line.split()[0])
        support.run(
            [*where, "-o", f"HostKeyAlgorithms={algorithm}", "--set",
             f"ssh_accept_server_host_key_encoded={line}", HERE, "echo in"]
        ).expect(0, out=b"in\n", err="")
    return done.lines()[0]


def show_hex_fingerprints(server):
    where = ["-p", server.port, "-i", server.client_key, "-o", "HostKeyAlgorithms=ssh-ed25519"]
    key = next(key for key in server.host_keys if "ed25519" in key.name)
    sha256 = servers.fingerprint(key)
    done = support.run([*where, "-v", "--host-key-fingerprint", sha256, HERE, "true"]).expect(0)
    shown = next(word for word in done.err.split() if word.count(":") == 31)
    for form in (shown, shown.upper(), shown.replace(":", ""), sha256 + "="):
        support.run([*where, "--host-key-fingerprint", form, HERE, "echo in"]).expect(
            0, out=b"in\n", err=""
        )


def show_verbose(server, setup):
    done = server.run("echo in", *setup.options, "-v").expect(0, out=b"in\n")
    for word in ("sexec: crypto provider: ", "sexec: crypto version: ", "sexec: crypto module: ",
                 "sexec: negotiated kex: ", "sexec: negotiated cipher to server: ",
                 "sexec: negotiated host key: ", "sexec: negotiated MAC to client: "):
        check(word in done.err, f"-v doesn't say {word!r}: {done}")
    more = server.run("echo in", *setup.options, "-vvv").expect(0, out=b"in\n")
    check(len(more.err) > len(done.err), "-vvv says no more than -v")
    server.run("echo in", *setup.options, "-v", "-q").expect(0, out=b"in\n", err="")


def main():
    report = support.Report()
    setups = support.all_setups()
    report.case("misuse", show_misuse)
    report.case("secrets on the command line", show_secrets)
    report.case("--help", show_help)
    report.case("-V and -Q", show_questions, setups)
    with servers.Sshd() as server:
        for name, function in [
            ("forms of options", show_forms),
            ("settings", show_settings),
            ("hosts", show_hosts),
            ("host keys", show_host_keys),
            ("fingerprints in hex", show_hex_fingerprints),
        ]:
            report.case(name, function, server)
        for setup in setups:
            report.case(f"{setup.name}: lists", show_lists, server, setup)
            report.case(f"{setup.name}: -v", show_verbose, server, setup)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
