#!/usr/bin/python3
"""Keys in a PKCS#11 token (SoftHSM) sign on to a real sshd under every policy's provider, each of a
token's failures has its own error, and a token that stands still holds up nobody (token_waits.c)."""

import pathlib
import subprocess
import sys

import servers
import support
from audit_tools import Audit
from support import check

FAILED, POLICY, SIGN = 1032, 3005, 1013
NOT_FOUND, TOKEN, PIN, LOCKED, REMOVED, SESSION = 3041, 3042, 3043, 3044, 3045, 3046
RIGHT_PIN = "1234567"
WAITS = support.BUILD / "tests" / "interop" / "token_waits"
UNLOAD = pathlib.Path(__file__).parent / "token_unload.py"
KEYS = {"RSA 2048": "rsa:2048", "RSA 3072": "rsa:3072", "P-256": "EC:secp256r1",
        "P-384": "EC:secp384r1", "P-521": "EC:secp521r1"}


def softhsm():
    for place in ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm"):
        path = pathlib.Path(place) / "libsofthsm2.so"
        if path.exists():
            return path.resolve()
    raise support.Failure("SoftHSM is missing: apt-get install softhsm2 opensc")


class Token:
    """A SoftHSM of our own, with one token that holds one key of each type."""

    def __init__(self):
        self.folder = support.folder("softhsm")
        (self.folder / "tokens").mkdir()
        config = self.folder / "softhsm2.conf"
        config.write_text(
            f"directories.tokendir = {self.folder / 'tokens'}\nobjectstore.backend = file\n"
            "log.level = ERROR\n", encoding="ascii",
        )
        self.env = support.clean_environment(SOFTHSM2_CONF=str(config))
        self.module = softhsm()
        self.init("first")
        for number, (name, kind) in enumerate(KEYS.items(), 1):
            self.tool("--token-label", "first", "-l", "--pin", RIGHT_PIN, "--keypairgen", "--key-type",
                      kind, "--id", f"{number:02x}", "--label", name)

    def init(self, label):
        self.call("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", RIGHT_PIN,
                  "--so-pin", "87654321")

    def tool(self, *arguments):
        return self.call("pkcs11-tool", "--module", self.module, *arguments)

    def call(self, *arguments):
        done = subprocess.run(
            [str(argument) for argument in arguments], check=False, env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        check(done.returncode == 0, f"{arguments[0]}: {done.stdout!r} {done.stderr!r}")
        return done.stdout

    def public_lines(self):
        return self.call("ssh-keygen", "-D", self.module).decode()

    def uri(self, path="token=first", module=None):
        return f"pkcs11:{path}?module-path={module or self.module}"


def pin_file(pin):
    path = support.folder("pin") / "pin"
    path.write_text(pin + "\n", encoding="ascii")
    path.chmod(0o600)
    return path


def sign_on(server, token, setup, store, *options, pin=RIGHT_PIN, env=None):
    secret = ["--passphrase-file", pin_file(pin)] if pin else []
    return support.run(
        [*setup.options, "-p", server.port, *server.trust(), "--set", "ssh_auth_mode=3",
         "--set", "ssh_cert_store_type=23", "--set", f"ssh_cert_store={store}", *secret, *options,
         f"{servers.USER}@{servers.ADDRESS}", "echo in"],
        env=env or token.env,
    )


def show_key(server, token, setup, name):
    label = name.replace(" ", "%20")
    done = sign_on(server, token, setup, token.uri(f"token=first;object={label}"), "-v")
    done.expect(0, out=b"in\n")
    check("outside of the provider" in done.err, f"it isn't told where it was signed: {done}")
    check(RIGHT_PIN not in done.err, f"the PIN is shown: {done}")


def show_ways(server, token, setup):
    """The token and the key by every name that they have."""
    for path in ("token=first", "token=first;id=%03", "object=P-256;type=private",
                 "token=first;object=RSA%202048"):
        sign_on(server, token, setup, token.uri(path)).expect(0, out=b"in\n")
    sign_on(server, token, setup, token.module).expect(0, out=b"in\n")
    for subject in ("*", "P-521", "521"):
        sign_on(server, token, setup, token.uri(), "--set", f"ssh_cert_subject={subject}").expect(0)
    slot = token.tool("-T").decode().split("Slot 0 (0x")[1].split(")")[0]
    sign_on(server, token, setup, token.uri(f"slot-id={int(slot, 16)}")).expect(0)


def show_failures(server, token, setup):
    cases = [
        (token.uri(), "7654321", PIN, "the PIN is wrong"),
        (token.uri(), "", PIN, "wants a PIN"),
        (token.uri("token=second"), RIGHT_PIN, TOKEN, "no token"),
        (token.uri("token=first;object=nothing"), RIGHT_PIN, NOT_FOUND, "that is meant"),
        (token.uri(module="/nowhere/module.so"), RIGHT_PIN, TOKEN, "no such PKCS#11 module"),
        (token.uri(module=support.BUILD / "libsexec.so.0"), RIGHT_PIN, TOKEN, "no PKCS#11 module"),
        ("relative.so", RIGHT_PIN, 10022, "absolute"),
        (token.uri("token=first;pin-value=1"), RIGHT_PIN, 10022, "ssh_cert_store_password"),
        (token.uri("token=first;strange=1"), RIGHT_PIN, 10022, "isn't known"),
    ]
    for store, pin, code, word in cases:
        done = sign_on(server, token, setup, store, pin=pin)
        done.expect_failure(code, word)
        check(not pin or pin not in done.err, f"the PIN is shown: {done}")
    return done.lines()[0]


def show_faults(server, token, setup, module):
    """Failures that no token shows when it is asked to, by a module before the real one."""
    def env(fault):
        return {**token.env, "TOKEN_REAL": str(token.module), "TOKEN_FAULT": fault}

    uri = token.uri("token=first;object=P-256", module)
    for fault in ("none", "session-once"):
        sign_on(server, token, setup, uri, env=env(fault)).expect(0, out=b"in\n")
    for fault, code, word in (
        ("session", SESSION, "session is lost"), ("removed", REMOVED, "removed"),
        ("locked", LOCKED, "locked"),
    ):
        done = sign_on(server, token, setup, uri, env=env(fault))
        done.expect_failure(code, word)
    # A signature that isn't the key's own never leaves.
    sign_on(server, token, setup, uri, env=env("wrong-key")).expect_failure(FAILED)
    return done.lines()[0]


# Which call stands still, and whether the module lets others in meanwhile.
SLOW = [(call, lock, case) for call in ("sign", "login") for lock, cases in (
    ("one lock", ("loop", "second", "timeout", "loop-timeout", "interrupt", "free", "reset", "exit")),
    ("no lock", ("loop", "many", "free"))) for case in cases]


def gated(token, call):
    """A gate before this call of the token's, and the environment for it."""
    gate = support.folder("gate") / "gate"
    return gate, {**token.env, "TOKEN_REAL": str(token.module), "TOKEN_FAULT": f"slow-{call}",
                  "TOKEN_GATE": str(gate)}


def fingerprints(server):
    return ",".join(option.partition("=")[2] for option in server.trust())


def show_slow(server, token, module, call, lock, case):
    """What is done with the gate shut is done while the token has not answered."""
    gate, env = gated(token, call)
    if lock == "one lock":
        env["TOKEN_LOCK"] = "1"
    support.run(
        [case, servers.ADDRESS, server.port, servers.USER, server.client_key, fingerprints(server),
         token.uri("token=first;object=P-256", module), pin_file(RIGHT_PIN), gate],
        program=WAITS, env=env, timeout=100,
    ).expect(0)


def show_unloading(server, token, module, call):
    """The library stays where it is while a call is inside, also when the program unloads it."""
    library = support.BUILD / "libsexec.so.0"
    flags = subprocess.run(["readelf", "-d", library], check=True, stdout=subprocess.PIPE).stdout
    check(b"NODELETE" in flags, "libsexec.so can be unloaded under its threads")
    if support.IS_SANITIZED:
        return "the flag alone: a sanitizer's library can't be loaded by a program without it"
    gate, env = gated(token, call)
    support.run(
        [UNLOAD, library, servers.ADDRESS, server.port, servers.USER, fingerprints(server),
         token.uri("token=first;object=P-256", module), RIGHT_PIN, gate],
        program=sys.executable, env=env, timeout=100,
    ).expect(0, out=b"whole\n")
    return ""


def show_policy(server, token):
    """A site can forbid tokens; here the policy's own row is shown to be there."""
    lines = support.query("policy fips")
    check("may-use-token: yes" in lines, "no row for tokens")


def show_two_tokens(server, token, setup):
    """With a second token, one must be named: a PIN is never tried on a token by chance."""
    token.init("other")
    done = sign_on(server, token, setup, token.module)
    done.expect_failure(TOKEN, "several tokens")
    sign_on(server, token, setup, token.uri()).expect(0, out=b"in\n")
    return done.lines()[0]


def faults_module(folder):
    out = folder / "token_faults.so"
    source = pathlib.Path(__file__).parent / "modules" / "token_faults.c"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-std=c11", "-D_GNU_SOURCE", "-I", support.SOURCE / "src", "-o",
         out, source], check=True,
    )
    out.chmod(0o755)
    return out


def show_checkpoints(server, token, setup):
    """A token's key signs how far an audit is; a cut tail shows by it."""
    audit = Audit(*setup.options)
    audit.run(server, "true").expect(0)
    points, pin = audit.folder / "points", pin_file(RIGHT_PIN)
    public = audit.folder / "token.pub"

    def sign(uri, secret=pin):
        return audit.tool("checkpoint", "--key", audit.key, "--sign", uri, "--passphrase-file",
                          secret, audit.file, env=token.env)

    for name in ("RSA 2048", "P-256", "P-521"):
        label = name.replace(" ", "%20")
        points.write_bytes(sign(token.uri(f"token=first;object={label}")).expect(0).out)
        lines = [line for line in token.public_lines().splitlines() if line.endswith(name)]
        public.write_text(lines[0] + "\n", encoding="ascii")
        also = ["--checkpoints", points, "--public-key", public, audit.file]
        verdict = audit.expect_whole(*also)
        check(int(verdict["covered"]) == len(audit.records()) - 1, str(verdict))
        whole = audit.file.read_bytes()
        audit.file.write_bytes(b"".join(whole.splitlines(True)[:-2]))
        check(audit.verify(*also, status=1)["result"] == "cut off", "a cut tail isn't seen")
        audit.file.write_bytes(whole)
    sign(token.uri()).expect_failure(TOKEN, "keys of the token fit")
    sign(token.uri("token=first;object=nothing")).expect_failure(NOT_FOUND)
    sign(token.uri("token=none")).expect_failure(TOKEN)
    sign(token.uri("token=first;id=%03"), pin_file("0000")).expect_failure(PIN)
    audit.expect_whole()


def main():
    report = support.Report()
    token = Token()
    with servers.Sshd("MaxAuthTries 50") as server:
        with open(server.authorized, "a", encoding="ascii") as file:
            file.write(token.public_lines())
        for setup in support.all_setups():
            for name in KEYS:
                report.case(f"{setup.name}: {name}", show_key, server, token, setup, name)
            report.case(f"{setup.name}: checkpoints", show_checkpoints, server, token, setup)
        setup = support.default_setup()
        report.case("names of tokens and keys", show_ways, server, token, setup)
        report.case("failures", show_failures, server, token, setup)
        module = faults_module(token.folder)
        report.case("faults", show_faults, server, token, setup, module)
        for call, lock, case in SLOW:
            report.case(f"slow {call}, {lock}: {case}", show_slow, server, token, module, call, lock,
                        case)
        for call in ("sign", "login"):
            report.case(f"slow {call}: unloading", show_unloading, server, token, module, call)
        report.case("policy", show_policy, server, token)
        report.case("several tokens", show_two_tokens, server, token, setup)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
