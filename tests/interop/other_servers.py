"""Servers that speak all they can: OpenSSH 9 and 10, Dropbear, PuTTY's uppity, AsyncSSH, Paramiko
and Twisted Conch, each with a host key of every type and every switch thrown.

start(NAME) gives one that runs, with its port, its user and what it offers; a second call gives
the same one. Where OpenSSH 10 and uppity lie says SEXEC_TEST_SERVERS (build/servers, made by
tests/support/servers.sh).
"""

import functools
import os
import pathlib
import random
import shutil
import socket
import subprocess
import threading

import server_keys
import servers
import support

ADDRESS = servers.ADDRESS
SCRIPTS = support.SOURCE / "tests" / "support" / "servers"
MADE = pathlib.Path(os.environ.get("SEXEC_TEST_SERVERS") or support.SOURCE / "build" / "servers")
LISTS = ("kex", "host key", "cipher", "mac", "compression")


# --- What a server offers -------------------------------------------------------------------------


def read_exactly(file, count):
    data = file.read(count)
    support.check(len(data) == count, "the server closed the connection before its KEXINIT")
    return data


def read_offer(port):
    """The name lists of the server's KEXINIT, read by hand: a dict by LISTS, and all of it told of
    kex. The lists of both directions must agree."""
    with socket.create_connection((ADDRESS, port), timeout=30) as sock, sock.makefile("rb") as file:
        sock.sendall(b"SSH-2.0-probe\r\n")
        while not (line := file.readline()).startswith(b"SSH-"):
            support.check(line, "the server closed the connection without a version line")
        packet = read_exactly(file, int.from_bytes(read_exactly(file, 4), "big"))
    support.check(packet[1] == 20, f"message {packet[1]} came before KEXINIT")
    at = 2 + 16
    lists = []
    for _ in range(8):
        size = int.from_bytes(packet[at:at + 4], "big")
        lists.append(packet[at + 4:at + 4 + size].decode("ascii").split(","))
        at += 4 + size
    kex, key, *both_ways = lists
    support.check(both_ways[0::2] == both_ways[1::2], f"the directions differ: {both_ways}")
    return dict(zip(LISTS, (kex, key, *both_ways[0::2])))


# --- The servers ----------------------------------------------------------------------------------


class Common:
    """What every server here can do once its port is known."""

    name = ""
    port = None
    user = servers.USER
    trusted = ()  # options that trust its host keys
    is_safe_in_rekey = True  # it can have something to say while keys are renewed
    linger = ""  # what a command says before its exit

    def __str__(self):
        return self.name

    @functools.cached_property
    def offer(self):
        return read_offer(self.port)

    @property
    def is_strict(self):
        """Whether it does strict key exchange."""
        return "kex-strict-s-v00@openssh.com" in self.offer["kex"]

    def run(self, command, *options, key=None, stdin=b"", port=None, **more):
        arguments = ["-p", port or self.port, "-i", key or server_keys.user_key(), *self.trusted]
        arguments += [*options, f"{self.user}@{ADDRESS}", command]
        return support.run(arguments, stdin, **more)


class Daemon(Common):
    """A program that is told its port, in the foreground."""

    environment = {}

    def __init__(self):
        self.folder = support.folder(self.name)
        self.port, _ = self.launch()

    def launch(self):
        """(the port, the process) that serves."""
        log = self.folder / "log"
        for _ in range(20):
            port = random.randrange(20000, 32000)
            if not is_free(port):
                continue
            with open(log, "wb") as file:
                process = subprocess.Popen(
                    list(map(str, self.command(port))), stdin=subprocess.DEVNULL, stdout=file,
                    stderr=file, env=support.clean_environment(**self.environment),
                )
            servers.wait_until(lambda: process.poll() is not None or servers.can_connect(port))
            if process.poll() is None:
                return port, process
        text = log.read_text(encoding="utf-8", errors="replace")
        raise support.Failure(f"{self.name} did not come up: {text}")

    def command(self, port):
        raise NotImplementedError


def is_free(port):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def openssh_names(what):
    """The machine's own OpenSSH lists all it is built with, switched on or not."""
    done = subprocess.run(["ssh", "-Q", what], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()


def openssh_config(lead, is_refused=lambda name: False):
    """Lines of sshd_config that switch on all names, with lead before each list."""
    lines = ["Compression yes", "MaxAuthTries 50", "RequiredRSASize 1024"]
    for option, what in (
        ("Ciphers", "cipher"), ("MACs", "mac"), ("KexAlgorithms", "kex"),
        ("HostKeyAlgorithms", "HostKeyAlgorithms"),
        ("PubkeyAcceptedAlgorithms", "PubkeyAcceptedAlgorithms"),
    ):
        names = [name for name in openssh_names(what) if not is_refused(name)]
        lines.append(f"{option} {lead}{','.join(names)}")
    return lines


class OpenSsh(Common, servers.Sshd):
    """This machine's own, which still speaks ssh-dss."""

    name = "OpenSSH 9"
    kinds = tuple(server_keys.KEY_TYPES)
    lead = ""

    def __init__(self):
        lines = openssh_config(self.lead, self.is_refused)
        lines.append(f"TrustedUserCAKeys {server_keys.keys() / 'ca.pub'}")
        for path in server_keys.host_keys(*self.kinds):
            lines += [f"HostKey {path}", f"HostCertificate {path}-cert.pub"]
        servers.Sshd.__init__(self, *lines, *self.more_lines(), host_keys=())
        for kind in self.kinds:
            self.authorize(f"{server_keys.user_key(kind)}.pub")
        self.trusted = server_keys.trust(*server_keys.host_keys(*self.kinds))

    run = Common.run

    def is_refused(self, _name):
        return False

    def more_lines(self):
        return []


class OpenSsh10(OpenSsh):
    name = "OpenSSH 10"
    kinds = tuple(kind for kind in server_keys.KEY_TYPES if kind != "dsa")
    lead = "+"

    def program(self):
        return MADE / "openssh10" / "sshd"

    def is_refused(self, name):
        return "dss" in name

    def more_lines(self):
        place = MADE / "openssh10"
        return [
            f"SshdSessionPath {place / 'sshd-session'}", f"SshdAuthPath {place / 'sshd-auth'}",
            "PerSourcePenalties no",
        ]


class Dropbear(Daemon):
    """It looks for the user's keys at home only, so it is told of another home."""

    name = "Dropbear"
    kinds = ("rsa", "dsa", "ecdsa256", "ed25519")  # it holds no more

    def command(self, port):
        home = self.folder / "home"
        (home / ".ssh").mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
        authorized = home / ".ssh" / "authorized_keys"
        shutil.copy(server_keys.keys() / "authorized_keys", authorized)
        authorized.chmod(0o600)
        uid, gid = os.getuid(), os.getgid()
        (self.folder / "passwd").write_text(f"{self.user}:x:{uid}:{gid}::{home}:/bin/sh\n")
        (self.folder / "group").write_text(f"{self.user}:x:{gid}:\n")
        wrapper = next(pathlib.Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
        support.check(wrapper, "libnss-wrapper is missing: apt-get install it")
        self.environment = {
            "LD_PRELOAD": str(wrapper), "NSS_WRAPPER_PASSWD": str(self.folder / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.folder / "group"),
        }
        arguments = [shutil.which("dropbear") or "/usr/sbin/dropbear", "-F", "-E"]
        arguments += ["-p", f"{ADDRESS}:{port}", "-P", self.folder / "pid"]
        for path in server_keys.host_keys(*self.kinds):
            converted = self.folder / path.name
            if not converted.exists():
                server_keys.tool("dropbearconvert", "openssh", "dropbear", path, converted)
            arguments += ["-r", converted]
        self.trusted = server_keys.trust(*server_keys.host_keys(*self.kinds))
        return arguments


class Uppity(Daemon):
    """PuTTY's. With any client, it mixes up sessions that run at the same time, so each has a process
    of its own; it drops the status and standard error of a command whose outputs close at its
    end, so something must hold them a moment longer; and a command's end is lost when keys are
    renewed at that moment. It has more algorithms, but dies of those that PuTTY asks a person
    about first, such as arcfour256, and makes a new prime for each group exchange."""

    name = "uppity"
    environment = {"SHELL": "/bin/sh"}  # which it starts without a look whether it is set
    lock = threading.Lock()
    linger = "sleep 0.2 </dev/null & "
    is_safe_in_rekey = False
    user = "anybody"
    kex = (
        "mlkem768x25519-sha256,mlkem768nistp256-sha256,mlkem1024nistp384-sha384,"
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
        "ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group15-sha512,"
        "diffie-hellman-group16-sha512,diffie-hellman-group17-sha512,"
        "diffie-hellman-group18-sha512,diffie-hellman-group14-sha1"
    )
    ciphers = (
        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,"
        "aes192-ctr,aes128-ctr,aes256-cbc,aes192-cbc,aes128-cbc,3des-ctr,3des-cbc"
    )
    macs = (
        "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-sha1-96,hmac-md5,"
        "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,"
        "hmac-md5-etm@openssh.com"
    )
    compressions = "none,zlib"  # delayed compression it forgets when it renews its keys

    def command(self, port):
        arguments = [MADE / "uppity" / "uppity", "--listen", port, "--verbose"]
        for kind in server_keys.KEY_TYPES:
            arguments += ["--userkey", f"{server_keys.user_key(kind)}.pub"]
        for path in server_keys.host_keys():
            converted = self.folder / path.name
            if not converted.exists():
                server_keys.tool("puttygen", path, "-O", "private", "-o", converted)
            arguments += ["--hostkey", converted]
        arguments += ["--kexinit-kex", self.kex]
        for way in ("cs", "sc"):
            arguments += [f"--kexinit-{way}cipher", self.ciphers, f"--kexinit-{way}mac", self.macs]
            arguments += [f"--kexinit-{way}comp", self.compressions]
        self.trusted = server_keys.trust(*server_keys.host_keys())
        return arguments

    def run(self, command, *options, **more):
        with self.lock:
            port, process = self.launch()
        try:
            return super().run(command, *options, port=port, **more)
        finally:
            process.kill()
            process.wait()


class Script(Common):
    """A server in Python, see tests/support/servers/common.py."""

    user = "anybody"
    script = ""
    kinds = tuple(server_keys.KEY_TYPES)

    def __init__(self):
        arguments = ["/usr/bin/python3", "-W", "ignore", SCRIPTS / self.script]
        arguments += ["--user-keys", server_keys.keys() / "authorized_keys"]
        arguments += server_keys.host_keys(*self.kinds)
        process = subprocess.Popen(
            list(map(str, arguments)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env=support.clean_environment(PYTHONDONTWRITEBYTECODE="1"),
        )
        line = process.stdout.readline()
        support.check(line.startswith("port "), f"{self.script} did not start, see above")
        self.port = int(line.split()[1])
        self.trusted = [*server_keys.trust(*server_keys.host_keys(*self.kinds)), *self.more_trust()]

    def more_trust(self):
        return []


class AsyncSsh(Script):
    """It also has X.509 certificates as RFC 6187 sends them. This version goes on sending data
    after its KEXINIT."""

    name = "AsyncSSH"
    is_safe_in_rekey = False
    script = "asyncssh_server.py"
    rsa_lock = threading.Lock()
    certified = {  # the type of a key -> the names of its certificates' algorithms
        "rsa": ("x509v3-ssh-rsa", "x509v3-rsa2048-sha256"),
        "dsa": ("x509v3-ssh-dss",),
        "ecdsa256": ("x509v3-ecdsa-sha2-nistp256",),
        "ecdsa384": ("x509v3-ecdsa-sha2-nistp384",),
        "ecdsa521": ("x509v3-ecdsa-sha2-nistp521",),
    }

    def run(self, command, *options, **more):
        """It writes the algorithm that a connection chose into the key that all connections share:
        of an RSA key's several algorithms only one at a time goes well."""
        if not any(str(option).startswith("HostKeyAlgorithms=") and "rsa" in str(option)
                   for option in options):
            return super().run(command, *options, **more)
        with self.rsa_lock:
            return super().run(command, *options, **more)

    def more_trust(self):
        """RFC 6187 section 2.1: the name, one certificate, no OCSP response."""
        options = []
        for kind, names in self.certified.items():
            der = server_keys.certificate_der(server_keys.keys() / f"host_{kind}.x509")
            for name in names:
                fields = [string(name.encode()), number(1), string(der), number(0)]
                options.append(servers.trust_in(b"".join(fields)))
        return options


class Peer(AsyncSsh):
    """No server of a distribution, but a test peer: AsyncSSH taught what none speaks any more."""

    name = "test peer"
    script = "peer.py"

    def more_trust(self):
        return [
            servers.trust_in(server_keys.certificate_der(server_keys.keys() / f"host_{kind}.x509"))
            for kind in ("rsa", "dsa")
        ]


class Paramiko(Script):
    name = "Paramiko"
    script = "paramiko_server.py"


class Conch(Script):
    name = "Conch"
    script = "conch_server.py"


def number(value):
    return value.to_bytes(4, "big")


def string(data):
    return number(len(data)) + data


REAL = (OpenSsh, OpenSsh10, Dropbear, Uppity, AsyncSsh, Paramiko, Conch)
EVERY = (*REAL, Peer)
running = {}
lock = threading.Lock()


def start(kind):
    """The running server of that class."""
    with lock:
        if kind not in running:
            running[kind] = kind()
        return running[kind]
