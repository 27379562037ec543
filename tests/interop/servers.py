"""Real servers for the tests: OpenSSH with fresh keys, AsyncSSH, and TCP ends that misbehave."""

import base64
import functools
import hashlib
import os
import pathlib
import pwd
import random
import shutil
import socket
import subprocess
import sys
import threading
import time

import support

USER = pwd.getpwuid(os.getuid()).pw_name
ADDRESS = "127.0.0.1"
HOST_KEYS = {  # name of a type -> ssh-keygen's options
    "rsa": ["-t", "rsa", "-b", "3072"],
    "ecdsa256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa521": ["-t", "ecdsa", "-b", "521"],
    "ed25519": ["-t", "ed25519"],
}


def make_key(path, kind, *options):
    """A new key pair; options go to ssh-keygen, such as -m PEM."""
    subprocess.run(
        ["ssh-keygen", "-q", *HOST_KEYS[kind], "-N", "", "-C", "", "-f", str(path), *options],
        check=True, stdin=subprocess.DEVNULL,
    )
    return path


def fingerprint(path):
    done = subprocess.run(
        ["ssh-keygen", "-l", "-E", "sha256", "-f", f"{path}.pub"],
        check=True, stdout=subprocess.PIPE, text=True,
    )
    return done.stdout.split()[1]


@functools.lru_cache(maxsize=None)
def keys():
    """The folder with host keys of all types and a client key, made once for each test."""
    place = support.folder("keys")
    for kind in HOST_KEYS:
        make_key(place / f"host_{kind}", kind)
    make_key(place / "client", "ecdsa256", "-m", "PKCS8")
    return place


def wait_until(condition, seconds=30):
    """True when the condition came about."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def can_connect(port):
    try:
        socket.create_connection((ADDRESS, port), timeout=5).close()
        return True
    except OSError:
        return False


class Sshd:
    """An OpenSSH server of our own, on the loopback. extra: lines of sshd_config, which go before
    all others, as the first line counts. With password, a PAM of our own takes only that;
    pam_module: the module, with its arguments, that PAM asks; environment: what sshd's has beside
    ours."""

    def __init__(
        self, *extra, password=None, pam_module=None, host_keys=tuple(HOST_KEYS), environment=()
    ):
        self.folder = support.folder("sshd")
        self.host_keys = [keys() / f"host_{kind}" for kind in host_keys]
        self.client_key = keys() / "client"
        self.authorized = self.folder / "authorized_keys"
        self.log = self.folder / "log"
        self.environment = support.clean_environment(**dict(environment))
        self.process = None
        self.port = None
        self.user = USER
        self.identity = {} # whom the process belongs to, if not us
        self.authorize(f"{self.client_key}.pub")
        if password is not None:
            extra = [*extra, *self.use_pam(password)]
        elif pam_module is not None:
            extra = [*extra, *self.use_pam_module(pam_module)]
        self.write_config(extra)
        self.prepare()
        if os.getuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        for _ in range(20):
            # Below the range that the system hands out by itself.
            if self.try_port(random.randrange(20000, 32000)):
                return
        raise support.Failure(f"no sshd came up: {self.log.read_text(encoding='utf-8')}")

    def authorize(self, public_key):
        with open(self.authorized, "a", encoding="utf-8") as file:
            file.write(pathlib.Path(public_key).read_text(encoding="utf-8"))
        self.authorized.chmod(0o600)

    def prepare(self):
        """What a kind of server does before it is started."""

    def write_config(self, extra):
        lines = list(extra)
        lines += [f"HostKey {key}" for key in self.host_keys]
        lines += [
            f"ListenAddress {ADDRESS}", "PidFile none", f"AuthorizedKeysFile {self.authorized}",
            "StrictModes no", "PermitRootLogin yes", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "MaxStartups 200", "LogLevel VERBOSE",
            # Debian's bash reads ~/.bashrc when sshd starts it: what stands there, and how long
            # it takes, is no part of a test.
            f"SetEnv HOME={self.folder}", "PermitUserRC no",
        ]
        if not any(line.startswith("UsePAM") for line in lines):
            lines.append(f"UsePAM {'yes' if is_locked_root() else 'no'}")
        (self.folder / "sshd_config").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def use_pam(self, password):
        """PAM services of our own, in which pam_matrix reads the password from a file. The account
        is a real one; only its password isn't."""
        passwords = self.folder / "passwords"
        passwords.write_text(f"{USER}:{password}:sshd\n", encoding="utf-8")
        matrix = next(pathlib.Path("/usr/lib").glob("*/pam_wrapper/pam_matrix.so"), None)
        support.check(matrix, "libpam-wrapper is missing: apt-get install it")
        return [*self.use_pam_module(f"{matrix} passdb={passwords}"), "PasswordAuthentication yes"]

    def use_pam_module(self, module):
        """PAM services of one module, to which pam_wrapper leads sshd."""
        services = self.folder / "pam.d"
        services.mkdir()
        wrapper = next(pathlib.Path("/usr/lib").glob("*/libpam_wrapper.so"), None)
        support.check(wrapper, "libpam-wrapper is missing: apt-get install it")
        lines = [f"# of {self.folder}, by which stop() knows its copies\n"]
        lines += [
            f"{kind} required {module}\n" for kind in ("auth", "account", "password", "session")
        ]
        for service in ("sshd", "other"):
            (services / service).write_text("".join(lines), encoding="utf-8")
        self.environment.update(
            LD_PRELOAD=str(wrapper), PAM_WRAPPER="1", PAM_WRAPPER_SERVICE_DIR=str(services)
        )
        return ["UsePAM yes"]

    def program(self):
        return find_sshd()

    def try_port(self, port):
        """True once this very server says that it listens."""
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.program(), "-D", "-e", "-f", self.folder / "sshd_config", "-p", str(port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                start_new_session=True, **self.identity,
            )

        def is_decided():
            return self.process.poll() is not None or b"Server listening" in self.log.read_bytes()

        if wait_until(is_decided) and self.process.poll() is None and can_connect(port):
            self.port = port
            return True
        self.stop()
        return False

    def at_standard_input(self):
        """The command of the same server for one connection, at its standard input and output."""
        return [self.program(), "-i", "-E", self.log, "-f", self.folder / "sshd_config"]

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.process = None
        # pam_wrapper leaves a copy of the services for each process that was killed.
        for place in pathlib.Path("/tmp").glob("pam.?"):
            try:
                if str(self.folder) in (place / "sshd").read_text(encoding="utf-8"):
                    shutil.rmtree(place, ignore_errors=True)
            except OSError:
                continue

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def trust(self):
        return [f"--host-key-fingerprint={fingerprint(key)}" for key in self.host_keys]

    def options(self):
        """What sexec needs to sign on here, but for the destination."""
        return ["-p", self.port, "-i", self.client_key, *self.trust()]

    def run(self, command, *options, stdin=b"", **more):
        """Runs a command here with sexec."""
        return support.run([*self.options(), *options, f"{self.user}@{ADDRESS}", command], stdin, **more)


class UserSshd(Sshd):
    """The sshd of an ordinary user, as it sends no signals where root signs on. Where the tests
    themselves are root's, it is nobody's, who gets a shell by nss_wrapper."""

    def __init__(self, *extra):
        super().__init__("UsePAM no", *extra)

    def prepare(self):
        if os.getuid() != 0:
            return
        owner = pwd.getpwnam("nobody")
        wrapper = next(pathlib.Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
        support.check(wrapper, "libnss-wrapper is missing: apt-get install it")
        passwd = self.folder / "passwd"
        passwd.write_text(
            f"nobody:x:{owner.pw_uid}:{owner.pw_gid}::{self.folder}:/bin/sh\n", encoding="ascii"
        )
        self.environment.update(
            LD_PRELOAD=str(wrapper), NSS_WRAPPER_PASSWD=str(passwd),
            NSS_WRAPPER_GROUP="/etc/group", HOME=str(self.folder),
        )
        config = self.folder / "sshd_config"
        text = config.read_text(encoding="utf-8")
        for key in self.host_keys:
            shutil.copy(key, self.folder)
            text = text.replace(f"HostKey {key}", f"HostKey {self.folder / key.name}")
        config.write_text(text, encoding="utf-8")
        for path in (self.folder, *self.folder.iterdir()):
            shutil.chown(path, "nobody")
        support.scratch.chmod(0o711)
        self.user = "nobody"
        self.identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def is_locked_root():
    """Whether sshd refuses root without PAM, as its account is locked for passwords."""
    if os.getuid() != 0:
        return False
    shadow = pathlib.Path("/etc/shadow").read_text(encoding="utf-8")
    return any(line.startswith("root:!") for line in shadow.splitlines())


def find_sshd():
    return shutil.which("sshd") or "/usr/sbin/sshd"


def public_blob(path):
    """What a file in the form of authorized_keys holds."""
    return base64.b64decode(pathlib.Path(path).read_text(encoding="utf-8").split()[1])


def trust_in(blob):
    """The option that trusts a host key, or whatever stands in its place."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"--host-key-fingerprint=SHA256:{digest}"


def closed_port():
    """A port that nobody listens at, as it was free a moment ago; not one that the system would
    hand out next."""
    while can_connect(port := random.randrange(20000, 32000)):
        continue
    return port


class SlowLookup:
    """Lookups of a name stand still until somebody opens the gate for writing, as release() does."""

    name = "slow.example"

    def __init__(self):
        place = support.folder("lookup")
        self.gate = place / "gate"
        self.asked = place / "asked"
        os.mkfifo(self.gate)
        self.library = place / "slow_lookup.so"
        source = pathlib.Path(__file__).parent / "modules" / "slow_lookup.c"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-std=c11", "-D_GNU_SOURCE", "-o", self.library, source],
            check=True,
        )

    def environment(self):
        return support.preloaded(
            self.library, SLOW_NAME=self.name, SLOW_GATE=str(self.gate),
            SLOW_ASKED=str(self.asked),
        )

    def is_asked(self):
        return self.asked.exists()

    def release(self):
        try:
            os.close(os.open(self.gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            pass # nobody waits

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()


class Listener:
    """A TCP server in a thread: handler(socket) runs for each connection, which are counted."""

    def __init__(self, handler=None, backlog=50):
        self.handler = handler
        self.connections = 0
        self.open = []
        self.socket = socket.socket()
        self.socket.bind((ADDRESS, 0))
        self.socket.listen(backlog)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(client)
            if self.handler is not None:
                threading.Thread(target=self.handle, args=(client,), daemon=True).start()

    def handle(self, client):
        try:
            self.handler(client)
        except OSError:
            pass

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR) # or the thread in accept would keep it open
        self.socket.close()
        for client in self.open:
            client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def pump(source, sink):
    """Moves bytes until either end is gone."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass


class Proxy(Listener):
    """Passes bytes to a server until cut() ends all connections in the middle."""

    def __init__(self, port):
        self.target = port
        self.servers = []
        super().__init__(self.forward)

    def forward(self, client):
        server = socket.create_connection((ADDRESS, self.target))
        self.servers.append(server)
        threading.Thread(target=pump, args=(server, client), daemon=True).start()
        pump(client, server)

    def cut(self, with_reset):
        """Ends what goes through here: with RST, or with FIN as a server that goes down does. The
        shutdown wakes the threads, as a socket in use isn't closed."""
        ends = [*self.open, *self.servers]
        if with_reset:
            for end in ends:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RD if with_reset else socket.SHUT_RDWR)
            except OSError:
                pass
        time.sleep(0.1)
        for end in ends:
            end.close()

    def stop(self):
        super().stop()
        for server in self.servers:
            server.close()


class AsyncSsh:
    """asyncssh_server.py, a server that does what OpenSSH can't be made to do."""

    def __init__(self, *passwords):
        self.key = keys() / "host_ecdsa256"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", pathlib.Path(__file__).parent / "asyncssh_server.py", self.key,
             *passwords],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env=support.clean_environment(PYTHONDONTWRITEBYTECODE="1"),
        )
        line = self.process.stdout.readline()
        support.check(line.startswith("port "), "asyncssh_server.py did not start, see above")
        self.port = int(line.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def run(self, user, command, *options, **more):
        trust = f"--host-key-fingerprint={fingerprint(self.key)}"
        arguments = ["-p", self.port, trust, *options, f"{user}@{ADDRESS}", command]
        return support.run(arguments, **more)
