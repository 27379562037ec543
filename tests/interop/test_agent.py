#!/usr/bin/python3
"""Signing on with keys of an ssh-agent: a real one with every type of key and certificates, against
OpenSSH and AsyncSSH; SignedSSHCert; and agents that lie, refuse, hang and hang up."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

import other_servers
import server_keys
import servers
import support
from support import check

FAILED, POLICY, AGENT, AGENT_ANSWER, KEY_FORMAT = 1032, 3005, 3035, 3036, 3007
TYPES = [kind for kind in server_keys.KEY_TYPES if kind != "dsa"]
TARGET = f"{servers.USER}@{servers.ADDRESS}"
USE, ONLY = ["--set", "EnablePageantAuth=1"], ["--set", "EnablePageantAuth=2"]


# --- Agents ---------------------------------------------------------------------------------------


class Agent:
    """OpenSSH's agent, with these private keys and the certificates beside them."""

    def __init__(self, *keys):
        self.path = support.folder("agent") / "socket"
        self.process = subprocess.Popen(
            ["ssh-agent", "-D", "-a", self.path], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        check(servers.wait_until(self.listens), "ssh-agent did not come up")
        for key in keys:
            self.tool("-q", key)

    def listens(self):
        """The socket is there a moment before anybody listens on it."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.path)) == 0

    def tool(self, *arguments):
        done = subprocess.run(
            ["ssh-add", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self.environment(), check=False,
        )
        check(done.returncode == 0, f"ssh-add {arguments}: {done.stdout}")

    def environment(self):
        return support.clean_environment(SSH_AUTH_SOCK=str(self.path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def text(data):
    return len(data).to_bytes(4, "big") + data


class Scripted:
    """An agent in a thread: answer(request) gives the bytes for each request, or None to hang up;
    a generator's bytes are sent one after another."""

    def __init__(self, answer):
        self.path = support.folder("liar") / "socket"
        self.answer = answer
        self.requests = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen(8)
        self.clients = []
        threading.Thread(target=self.serve, daemon=True).start()

    def environment(self):
        return support.clean_environment(SSH_AUTH_SOCK=str(self.path))

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.clients.append(client)
            threading.Thread(target=self.talk, args=(client,), daemon=True).start()

    def talk(self, client):
        with client.makefile("rb") as file:
            while len(head := file.read(4)) == 4:
                request = file.read(int.from_bytes(head, "big"))
                self.requests.append(request[0])
                answer = self.answer(request)
                if answer is None:
                    client.shutdown(socket.SHUT_RDWR)
                    return
                try:
                    client.sendall(answer)
                except OSError:
                    return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        for client in self.clients:
            client.close()


def identities(*paths):
    """An answer that lists these public key files."""
    body = b"\14" + len(paths).to_bytes(4, "big")
    for path in paths:
        body += text(servers.public_blob(path)) + text(b"a key")
    return text(body)


# --- Cases ----------------------------------------------------------------------------------------


def run(server, agent, *options, command="echo in", **more):
    """Signs on without any file."""
    return support.run(
        ["-p", server.port, *server.trusted_options, *options, TARGET, command],
        env=agent.environment(), **more,
    )


def certified(kind):
    """A copy of the user's key of this type with a certificate beside it."""
    place = support.folder("certified")
    key = place / f"user_{kind}"
    source = server_keys.user_key(kind)
    key.write_bytes(source.read_bytes())
    key.chmod(0o600)
    pathlib.Path(f"{key}.pub").write_bytes(pathlib.Path(f"{source}.pub").read_bytes())
    server_keys.tool(
        "ssh-keygen", "-q", "-s", server_keys.keys() / "ca", "-I", kind, "-n", servers.USER,
        f"{key}.pub",
    )
    return key


def show_type(server, kind):
    with Agent(server_keys.user_key(kind)) as agent:
        for use in (USE, ONLY):
            run(server, agent, *use).expect(0, out=b"in\n", err="")
        told = run(server, agent, *ONLY, "-v").expect(0)
        check("signed by the agent, outside of the provider" in told.err, f"untold: {told}")


def show_certificate(server, kind):
    """The server trusts the authority alone; the agent holds the certificate beside the key."""
    with Agent(certified(kind)) as agent:
        run(server, agent, *ONLY).expect(0, out=b"in\n", err="")


def show_signed_cert(server, kind):
    """The certificate is ours, its key a file's or the agent's."""
    key = certified(kind)
    line = pathlib.Path(f"{key}-cert.pub").read_text(encoding="ascii").strip()
    setting = ["--set", f"SignedSSHCert={line}"]
    with Agent() as nobody:
        run(server, nobody, "-i", key, *setting).expect(0, out=b"in\n", err="")
        run(server, nobody, "-i", key).expect_failure(FAILED, "publickey")
    with Agent() as agent:
        bare = support.folder("bare") / "key"
        bare.write_bytes(key.read_bytes())
        bare.chmod(0o600)
        agent.tool("-q", bare)
        run(server, agent, *ONLY, *setting).expect(0, out=b"in\n", err="")
        run(server, agent, *ONLY).expect_failure(FAILED, "publickey")


def show_cert_algorithms(server):
    """One certificate of RSA, by each algorithm that is allowed; SHA-1's name means the best."""
    key = certified("rsa")
    coded = pathlib.Path(f"{key}-cert.pub").read_text(encoding="ascii").split()[1]
    for name in ("rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"):
        line = f"SignedSSHCert={name}-cert-v01@openssh.com {coded}"
        with Agent() as nobody:
            run(server, nobody, "-i", key, "--set", line).expect(0, out=b"in\n", err="")
    other = certified("ecdsa256")
    with Agent() as nobody:
        line = f"SignedSSHCert=rsa-sha2-256-cert-v01@openssh.com {coded}"
        run(server, nobody, "-i", other, "--set", line).expect_failure(KEY_FORMAT, "another key")
        run(server, nobody, "-i", key, "--set", "SignedSSHCert=x AAAA").expect_failure(POLICY, "x")


def show_many(server):
    """More keys in the agent than the server allows tries; ours is known by what comes first."""
    strangers = []
    for number in range(8):
        path = support.folder("stranger") / f"key{number}"
        server_keys.tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
        strangers.append(path)
    with Agent(*strangers) as agent:
        run(server, agent, *ONLY).expect_failure(FAILED, "publickey")
        run(server, agent, *USE, "-i", server_keys.user_key()).expect(0, out=b"in\n", err="")


def show_policy(server):
    with Agent(server_keys.user_key()) as agent:
        for setup in support.fips_setups():
            for use in (USE, ONLY):
                done = run(server, agent, *use, *setup.options)
                done.expect_failure(POLICY, "agent", "outside of the provider")
    return done.lines()[0]


def show_no_agent(server):
    """Also without the variable, and with a socket that nobody serves."""
    dead = support.folder("dead") / "socket"
    socket.socket(socket.AF_UNIX).bind(str(dead))
    for path in (None, "/nowhere/at/all", dead, "/" + "x" * 200):
        env = support.clean_environment()
        env.pop("SSH_AUTH_SOCK", None)
        if path is not None:
            env["SSH_AUTH_SOCK"] = str(path)

        def go(*options, env=env):
            return support.run(
                ["-p", server.port, *server.trusted_options, *options, TARGET, "echo in"], env=env
            )

        go(*ONLY).expect_failure(AGENT, "agent")
        go(*USE).expect_failure(FAILED, "private key")
        go(*USE, "-i", server_keys.user_key()).expect(0, out=b"in\n", err="")
    return go(*ONLY).lines()[0]


def show_lies(server):
    """Each wrong answer to the list and to the signature, in both uses."""
    key = server_keys.user_key("ecdsa256")
    public = f"{key}.pub"
    lists = {
        "no length": bytes(4),
        "a huge length": b"\xff\xff\xff\xff",
        "4 GiB of keys": text(b"\14\xff\xff\xff\xff"),
        "a key that ends early": text(b"\14\0\0\0\1\0\0\0\x7fssh-"),
        "another message": text(b"\16\0\0\0\0"),
        "more than it said": identities(public) + b"x",
        "hangs up": None,
    }
    for name, answer in lists.items():
        with Scripted(lambda _, answer=answer: answer) as agent:
            done = run(server, agent, *ONLY).expect_failure(None)
            wanted = AGENT if answer is None else AGENT_ANSWER
            check(f"(code {wanted})" in done.err, f"{name}: {done}")
            run(server, agent, *USE, "-i", key).expect(0, out=b"in\n", err="")
    with Scripted(lambda _: text(b"\5")) as agent:
        run(server, agent, *ONLY).expect_failure(FAILED, "refused to list its keys")
    with Scripted(lambda _: text(b"\14\0\0\0\0")) as agent:
        run(server, agent, *ONLY).expect_failure(FAILED, "no key that can be used")
    wrong = text(b"ecdsa-sha2-nistp256") + text(text(b"\1" * 32) + text(b"\2" * 32))
    signatures = {
        "refuses": text(b"\5"),
        "a wrong signature": text(b"\16" + text(wrong)),
        "another algorithm": text(b"\16" + text(text(b"ssh-rsa") + text(b"x" * 256))),
        "no signature": text(b"\16" + text(b"")),
        "the list again": identities(public),
        "hangs up": None,
    }
    for name, answer in signatures.items():
        def sign(request, answer=answer):
            return identities(public) if request[0] == 11 else answer

        with Scripted(sign) as agent:
            done = run(server, agent, *ONLY, "-v")
            check(done.status == 255 and f"(code {FAILED})" in done.err, f"{name}: {done}")
            check("can't sign" in done.err, f"{name}: {done}")
            check(agent.requests == [11, 13], f"{name}: {agent.requests}")
            run(server, agent, *USE, "-i", server_keys.user_key("rsa")).expect(0, out=b"in\n")


def show_hanging(server):
    """An agent that takes the question and says nothing, or a byte now and then: the list ends after
    5 seconds, a signature at the timeout, and an interrupt ends either at once."""
    key = f"{server_keys.user_key()}.pub"
    with Scripted(lambda _: b"") as agent:
        done = run(server, agent, *ONLY).expect_failure(AGENT, "within 5 seconds")
        check(4.5 < done.seconds < 15, f"after {done.seconds} s: {done}")
        done = run(server, agent, *USE, "-i", server_keys.user_key()).expect(0, out=b"in\n")
        done = run(server, agent, *ONLY, "-o", "ConnectTimeout=2").expect_failure(201)
        check(1.5 < done.seconds < 10, f"after {done.seconds} s: {done}")
    with Scripted(lambda request: identities(key) if request[0] == 11 else b"\0") as agent:
        done = run(server, agent, *ONLY, "-o", "ConnectTimeout=3").expect_failure(201)
        check(2.5 < done.seconds < 11, f"after {done.seconds} s: {done}")
        # CPU time while it waits: poll must not spin, also when the server has gone meanwhile.
        before = os.times()
        run(server, agent, *ONLY, "-o", "ConnectTimeout=3").expect_failure(201)
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        check(spent < 1, f"{spent} s of CPU time while waiting")
        show_interrupt(server, agent)


def show_interrupt(server, agent):
    child = subprocess.Popen(
        [str(part) for part in
         [support.SEXEC, "-p", server.port, *server.trusted_options, *ONLY, TARGET, "echo in"]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=agent.environment(),
    )
    count = len(agent.requests)
    check(servers.wait_until(lambda: len(agent.requests) >= count + 2), "it doesn't ask")
    started = time.monotonic()
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=20)
    check(time.monotonic() - started < 3, "the interrupt did not end the wait")


# --- Servers --------------------------------------------------------------------------------------


def main():
    report = support.Report()
    authority = server_keys.keys() / "ca.pub"
    lines = ["MaxAuthTries 6"]
    server = servers.Sshd(*lines)
    by_authority = servers.Sshd(*lines, f"TrustedUserCAKeys {authority}")
    with server, by_authority:
        for kind in TYPES:
            server.authorize(f"{server_keys.user_key(kind)}.pub")
        for each in (server, by_authority):
            each.trusted_options = each.trust()
        other = other_servers.start(other_servers.AsyncSsh)
        other.trusted_options = other.trusted
        for kind in TYPES:
            for name, target in (("OpenSSH", server), ("AsyncSSH", other)):
                report.case(f"{name}: {kind} of the agent", show_type, target, kind)
            report.case(f"OpenSSH: {kind} in a certificate", show_certificate, by_authority, kind)
            report.case(f"OpenSSH: SignedSSHCert, {kind}", show_signed_cert, by_authority, kind)
        for name, function, target in [
            ("algorithms of an RSA certificate", show_cert_algorithms, by_authority),
            ("more keys than tries", show_many, server),
            ("approved policies have no agent", show_policy, server),
            ("no agent", show_no_agent, server),
            ("an agent that lies", show_lies, server),
            ("an agent that hangs", show_hanging, server),
        ]:
            report.case(name, function, target)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
