"""Kerberos for the tests: MIT KDCs of two realms that trust each other, their principals and
keytabs, and OpenSSH servers that take GSSAPI. All of it is on the loopback, on free ports, below
the scratch folder: no file of the machine's own Kerberos is read or written, no name is looked up.

    with realms.Realms() as world, realms.Server(world) as server:
        cache = world.ticket("alice")
        server.sign_on(realms.MIC, command="klist", cache=cache)

HOME and FAR are the realms. Users: the tester, in either realm; alice, whom the tester's k5login
lets in; bob of FAR, the same; mallory, whom no account lets in; plain, whose tickets can't be
forwarded.
Services: see SERVICES. Each user has PASSWORD, and can have a ticket without it: ticket() takes
the key from the database.
"""

import os
import pathlib
import random
import re
import select
import shutil
import socket
import struct
import subprocess
import sys

import servers
import support
from support import check

HOME, FAR = "HOME.TEST", "FAR.TEST"
HOST = "localhost" # what the tests connect to, so that a service bears its name
ALICE, BOB, MALLORY, PLAIN = f"alice@{HOME}", f"bob@{FAR}", f"mallory@{HOME}", f"plain@{HOME}"
PASSWORD = "Kerberos sentinel 7341"
SEVERAL, MIC, KEYEX = 1, 5, 7 # ssh_auth_mode
SUFFIX = "toWM5Slw5Ew8Mqkay+al2g==" # of an exchange's name: the mechanism Kerberos
USERS = {
    "alice": "+requires_preauth", "mallory": "", "plain": "-allow_forwardable",
    servers.USER: "",
}
SERVICES = (
    "host/localhost", f"host/{servers.ADDRESS}",
    "host/other.home.test", "ssh-gate/localhost", # names that are set by hand
    "host/stale.home.test", # the servers' keytab has another key
)
FAR_SERVICES = ("host/far.test", "host/localhost")
ENCTYPES = "aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal"


def tool(name):
    """A program's path; those of servers stand where only root's PATH leads."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    check(path, f"{name} is missing: install krb5-kdc, krb5-admin-server and krb5-user")
    return path


def call(arguments, env, text="", may_fail=False):
    """Runs a tool of Kerberos; its output, or a Failure with what it said."""
    done = subprocess.run(
        [str(part) for part in arguments], input=text, env=env, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=60,
    )
    check(done.returncode == 0 or may_fail, f"{arguments}: {done.returncode}: {done.stdout}")
    return done.stdout


def secret_file(text):
    """What --password-file takes."""
    path = support.folder("secret") / "secret"
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def faketime_library():
    found = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    check(found, "libfaketime is missing: install faketime")
    return found[0]


class Kdc:
    """A KDC over a realm's database; with offset seconds, one whose clock is wrong."""

    def __init__(self, realm, offset=0):
        self.folder = support.folder("kdc")
        self.log = self.folder / "log"
        self.process = None
        env = dict(realm.admin_environment)
        if offset:
            env.update(
                LD_PRELOAD=str(faketime_library()), FAKETIME=f"{offset:+d}s",
                FAKETIME_DONT_FAKE_MONOTONIC="1",
            )
        for _ in range(20):
            # Below the range that the system hands out by itself.
            self.port = random.randrange(20000, 32000)
            env["KRB5_KDC_PROFILE"] = str(realm.write_profile(self.folder, self.port))
            if self.start(realm, env):
                return
        raise support.Failure(f"no KDC came up: {self.log.read_text(encoding='utf-8')}")

    def start(self, realm, env):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [tool("krb5kdc"), "-n", "-r", realm.name], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=env, start_new_session=True,
            )

        def is_decided():
            said = self.log.read_bytes()
            return self.process.poll() is not None or b"commencing operation" in said

        if servers.wait_until(is_decided) and self.process.poll() is None:
            return True
        self.stop()
        return False

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class SilentKdc(servers.Listener):
    """A KDC that takes requests, over TCP and UDP, and never answers."""

    def __init__(self):
        super().__init__()
        self.datagrams = socket.socket(type=socket.SOCK_DGRAM)
        self.datagrams.bind((servers.ADDRESS, self.port))

    def is_asked(self):
        return self.connections > 0 or bool(select.select([self.datagrams], [], [], 0)[0])

    def stop(self):
        super().stop()
        self.datagrams.close()


class Realm:
    """The database of one realm: principals and their keys."""

    def __init__(self, name, defaults):
        self.name = name
        self.folder = support.folder("realm")
        profile = self.write_profile(self.folder, 88)
        self.admin_environment = support.clean_environment(
            KRB5_CONFIG=str(defaults), KRB5_KDC_PROFILE=str(profile)
        )
        call(
            [tool("kdb5_util"), "-r", name, "-P", f"{name} master", "create", "-s", "-W"],
            self.admin_environment,
        )

    def write_profile(self, folder, port):
        """A kdc.conf for this database in that folder."""
        path = folder / "kdc.conf"
        path.write_text(
            f"""[kdcdefaults]
    kdc_listen = {servers.ADDRESS}:{port}
    kdc_tcp_listen = {servers.ADDRESS}:{port}
[realms]
    {self.name} = {{
        database_name = {self.folder / "principal"}
        key_stash_file = {self.folder / "stash"}
        acl_file = {self.folder / "acl"}
        supported_enctypes = {ENCTYPES}
        max_life = 10h
        max_renewable_life = 7d
        default_principal_flags = +forwardable,+renewable
    }}
[logging]
    kdc = STDERR
    default = STDERR
""", encoding="utf-8")
        return path

    def admin(self, *lines):
        """Commands of kadmin.local; each must do what it says."""
        text = "".join(f"{line}\n" for line in lines)
        said = call([tool("kadmin.local"), "-r", self.name], self.admin_environment, text)
        # It goes on after an error, and ends well.
        for mark in (": No such", "while ", "usage:", "Unknown request"):
            check(mark not in said, f"kadmin.local of {self.name}: {said}")
        return said

    def add(self, principal, password=None, flags=""):
        key = f'-pw "{password}"' if password is not None else "-randkey"
        return f"addprinc {key} {flags} {principal}"

    def export(self, keytab, *principals):
        return [f"ktadd -norandkey -k {keytab} {name}" for name in principals]


class Realms:
    """Both realms with their KDCs."""

    def __init__(self):
        self.folder = support.folder("krb5")
        self.logins = self.folder / "k5login"
        self.logins.mkdir(mode=0o700)
        welcome = (ALICE, PLAIN, BOB, f"{servers.USER}@{HOME}", f"{servers.USER}@{FAR}")
        (self.logins / servers.USER).write_text("\n".join(welcome) + "\n", encoding="utf-8")
        self.count = 0
        self.kdcs = {}
        empty = self.config(kdcs={})
        self.home, self.far = Realm(HOME, empty), Realm(FAR, empty)
        self.keytab, self.user_keytab = self.folder / "keytab", self.folder / "users"
        self.fill()
        self.kdcs = {HOME: Kdc(self.home), FAR: Kdc(self.far)}
        self.default_config = self.config()

    def fill(self):
        """Principals, the trust in both directions, keytabs of the servers and of the users."""
        trust = [
            self.home.add(f"krbtgt/{one}@{other}", f"trust {one} {other}")
            for one, other in ((FAR, HOME), (HOME, FAR))
        ]
        self.home.admin(
            *trust,
            *(self.home.add(name, PASSWORD, flags) for name, flags in USERS.items()),
            *(self.home.add(name) for name in SERVICES),
            *self.home.export(self.keytab, *SERVICES),
            *self.home.export(self.user_keytab, *USERS),
            # The KDC goes on with another key, which has the same number.
            "delprinc -force host/stale.home.test",
            self.home.add("host/stale.home.test"),
        )
        self.far.admin(
            *trust, self.far.add("bob", PASSWORD), self.far.add(servers.USER, PASSWORD),
            *(self.far.add(name) for name in FAR_SERVICES),
            *self.far.export(self.keytab, *FAR_SERVICES),
            *self.far.export(self.user_keytab, "bob"),
        )

    def stop(self):
        for kdc in self.kdcs.values():
            kdc.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def config(self, kdcs=None, default=HOME, **settings):
        """A new krb5.conf. kdcs: realm -> port, beside or in place of our own; default: the
        default realm; settings: more of [libdefaults]."""
        ports = {name: kdc.port for name, kdc in self.kdcs.items()}
        ports.update(kdcs or {})
        defaults = {
            "default_realm": default, "dns_lookup_kdc": "false", "dns_lookup_realm": "false",
            "dns_canonicalize_hostname": "false", "rdns": "false", "forwardable": "true",
            "k5login_directory": self.logins, "k5login_authoritative": "false",
            "default_ccache_name": f"FILE:{self.folder / 'no-cache'}",
            "clockskew": "5", # so that a ticket's end is seen within a test's patience
            **settings,
        }
        lines = ["[libdefaults]", *(f"    {name} = {value}" for name, value in defaults.items())]
        lines += ["[realms]"]
        lines += [
            f"    {name} = {{\n        kdc = {servers.ADDRESS}:{port}\n    }}"
            for name, port in ports.items()
        ]
        lines += [
            "[domain_realm]", f"    {HOST} = {HOME}", f"    .home.test = {HOME}",
            f"    far.test = {FAR}",
        ]
        self.count += 1
        path = self.folder / f"krb5-{self.count}.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def environment(self, cache=None, config=None, **more):
        """What leads a client to these realms; without a cache, to one that isn't there."""
        return support.clean_environment(
            KRB5_CONFIG=str(config or self.default_config),
            KRB5CCNAME=f"FILE:{cache or self.folder / 'no-cache'}",
            KRB5_CLIENT_KTNAME=str(self.folder / "no-client-keytab"),
            KRB5_KTNAME=str(self.folder / "no-keytab"), **more,
        )

    def server_environment(self):
        """What a server needs to take tickets."""
        return {
            "KRB5_CONFIG": str(self.default_config), "KRB5_KTNAME": str(self.keytab),
            "KRB5CCNAME": f"FILE:{self.folder / 'no-cache'}",
            "KRB5RCACHENAME": f"file2:{self.folder / 'replays'}",
        }

    def ticket(self, principal, *options, config=None):
        """A new cache with a ticket for the user; options go to kinit, such as -l 10s."""
        cache = support.folder("cache") / "krb5cc"
        user = principal if "@" in principal else f"{principal}@{HOME}"
        env = self.environment(cache, config)
        call([tool("kinit"), "-k", "-t", self.user_keytab, *options, user], env)
        return cache

    def list(self, cache):
        """What klist says of a cache; nothing when there is none."""
        return call([tool("klist"), "-e", "-f"], self.environment(cache), may_fail=True)

    def keytab_of(self, *users):
        """A keytab with keys of users of HOME."""
        path = support.folder("keytab") / "keytab"
        self.home.admin(*self.home.export(path, *users))
        return path


def shift_clock(cache, seconds):
    """Makes whoever uses the cache believe that the KDC's clock is off by that much: what a file
    cache's header has for it (tag 1). Its tickets stay as they were."""
    data = cache.read_bytes()
    check(data[:2] == b"\5\4", "a file cache of version 4 is wanted")
    length = struct.unpack(">H", data[2:4])[0]
    header = struct.pack(">HHii", 1, 8, seconds, 0)
    cache.write_bytes(data[:2] + struct.pack(">H", len(header)) + header + data[4 + length:])


class Target:
    """A server of a test: its world, its port, its log, and options that trust its host key."""

    mark = 0 # of the log

    def sign_on(
        self, mode, *options, command="echo in", cache=None, config=None, host=HOST,
        is_trusted=True, **more,
    ):
        """Runs a command with sexec in a mode (MIC or KEYEX), with the tickets of a cache. Without
        is_trusted, no option tells the host key. In what it says there is never the password."""
        trust = self.trust() if is_trusted else []
        self.mark = len(self.log.read_bytes())
        done = support.run(
            ["-4", "-p", self.port, *trust, "--set", f"ssh_auth_mode={mode}", *options,
             f"{servers.USER}@{host}", command],
            env=self.world.environment(cache, config), **more,
        )
        check(PASSWORD not in done.err and PASSWORD.encode() not in done.out, "a password is told")
        return done

    def told(self):
        """What the server has logged since the last sign_on()."""
        return self.log.read_bytes()[self.mark:].decode("utf-8", "replace")


class Server(Target, servers.Sshd):
    """An sshd that takes GSSAPI, by the servers' keytab."""

    def __init__(self, world, *extra, **more):
        self.world = world
        super().__init__(
            *extra, "GSSAPIAuthentication yes", "GSSAPIKeyExchange yes",
            "GSSAPIStrictAcceptorCheck no", f"SetEnv KRB5_CONFIG={world.default_config}",
            "LogLevel DEBUG1", # tells each exchange by its name
            environment=world.server_environment(), **more,
        )

    def kex(self):
        """The gss exchanges that this sshd offers, without the mechanism's suffix."""
        said = subprocess.run(
            [self.program(), "-T", "-f", self.folder / "sshd_config"], check=True,
            stdout=subprocess.PIPE, text=True, env=self.environment,
        ).stdout
        line = next(one for one in said.splitlines() if one.startswith("gssapikexalgorithms "))
        return line.split()[1].split(",")

    def exchanges(self):
        """The key exchanges since the last sign_on(), in their order."""
        return re.findall(r"kex: algorithm: (\S+)", self.told())

    def accepted(self):
        """The methods that let somebody in during that time."""
        return re.findall(r"Accepted (\S+) for", self.told())

    def ssh(self, command, *options, env=None, **more):
        """The same with OpenSSH's client; options are ssh_config's."""
        known = self.folder / "known_hosts"
        known.write_text("".join(
            f"[{HOST}]:{self.port} {key.with_suffix('.pub').read_text(encoding='utf-8')}"
            for key in self.host_keys
        ), encoding="utf-8")
        fixed = [
            f"UserKnownHostsFile={known}", "GlobalKnownHostsFile=/dev/null", "BatchMode=yes",
            "StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "IdentityFile=/dev/null",
        ]
        arguments = [part for option in (*options, *fixed) for part in ("-o", option)]
        return support.run(
            ["-F", "/dev/null", "-4", "-p", self.port, *arguments, f"{servers.USER}@{HOST}",
             command],
            program="/usr/bin/ssh", env=env, **more,
        )


class AsyncSshServer(Target):
    """asyncssh_gss_server.py, which takes these principals. Its log is what it prints."""

    def __init__(self, world, *principals, rekey_seconds=3600):
        self.world = world
        self.key = servers.keys() / "host_ecdsa256"
        self.log = support.folder("asyncssh") / "log"
        program = pathlib.Path(__file__).parent / "asyncssh_gss_server.py"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", program, self.key, HOST, str(rekey_seconds),
                 *principals],
                stdin=subprocess.DEVNULL, stdout=log,
                env={**support.clean_environment(PYTHONDONTWRITEBYTECODE="1"),
                     **world.server_environment()},
            )
        servers.wait_until(
            lambda: self.process.poll() is not None or b"\n" in self.log.read_bytes()
        )
        said = self.log.read_text(encoding="utf-8")
        check(said.startswith("port "), f"asyncssh_gss_server.py did not start, see above: {said}")
        self.port = int(said.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def trust(self):
        return [f"--host-key-fingerprint={servers.fingerprint(self.key)}"]

    def exchanges(self):
        return re.findall(r"^kex (\S+)", self.told(), re.MULTILINE)

    def users(self):
        """The principals that asked to be let in."""
        return re.findall(r"^asks (\S+)", self.told(), re.MULTILINE)
