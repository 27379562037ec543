#!/usr/bin/python3
"""Where secrets stand: the program secrets.c searches all of its own memory, before, during and
after a connection. After the logoff a secret stands nowhere but in the property that holds it, and after
sexec_free nowhere; in none of four forms (as it is, backwards, hexadecimal in both cases)."""

import base64
import re
import subprocess
import sys

import keys_corpus as corpus
import pam
import realms
import sentinel_jobs as jobs
import servers
import support
import test_firewall as proxies
from sentinel_search import sentinel
from support import check

MULTI, PASSWORD, PUBLICKEY, INTERACTIVE, CUSTOM = 1, 2, 3, 4, 6
GSSAPI_WITH_MIC, GSSAPI_KEYEX = 5, 7
PROGRAM = support.BUILD / "tests" / "interop" / "secrets"
WORD, CODE = "a sentinel word", "sentinel 246810"
STEPS = ("set", "connected", "off", "freed")


def masked(secret):
    data = secret.encode() if isinstance(secret, str) else secret
    return bytes(byte ^ 0x5A for byte in data).hex()


def fingerprints(server):
    keys = [server.key] if hasattr(server, "key") else server.host_keys
    return ",".join(map(servers.fingerprint, keys))


def run(server, user, mode, expected, *options, code=0, env=None):
    """expected: a secret's name -> how often it may stand in memory after each of STEPS."""
    done = support.run(
        [servers.ADDRESS, server.port, user, fingerprints(server), mode, *options],
        program=PROGRAM, timeout=60, env=env,
    )
    lines = done.out.decode().split("\n")[:-1]
    codes = [line for line in lines if line.startswith("code ")]
    check(len(codes) == 1 and int(codes[0].split()[1]) == code, f"wanted code {code}: {done}")
    found = {}
    for line in lines:
        if line.startswith(STEPS):
            step, name, count = line.split()
            found.setdefault(name, {})[step] = int(count)
    check(set(found) == set(expected), f"searched for {set(found)}: {done}")
    for name, counts in expected.items():
        for step, most in zip(STEPS, counts):
            count = found[name][step]
            check(
                most in (count, ANY),
                f"{name} stands {count} times in memory after {step}, not {most}: {lines}",
            )
    return ", ".join(f"{name} {'/'.join(str(n) for n in counts.values())}"
                     for name, counts in found.items())


KEPT = (1, 1, 1, 0)  # a property holds it
GONE = (0, 0, 0, 0)
ANY = 99
USED = (0, ANY, 0, 0)  # keys work while they are connected


def show_search():
    """The search finds what is there: in a setting, and among the arguments."""
    with servers.Listener() as nobody:
        nobody.key = servers.keys() / "host_ecdsa256"
        told = run(
            nobody, "x", PASSWORD, {"password": KEPT, "look": (ANY, ANY, ANY, 1)}, "password",
            masked(WORD), "look", masked("the same twice"), "set", "PasswordPrompt=the same twice",
            "set", "ConnectionTimeout=1", code=201,
        )
        check(int(re.search(r"look (\d+)/", told).group(1)) >= 2, f"it isn't found: {told}")
        return told


def show_password(server):
    right = run(server, servers.USER, PASSWORD, {"password": KEPT}, "password", masked(WORD))
    run(server, servers.USER, PASSWORD, {"password": KEPT}, "password", masked("a wrong sentinel"),
        code=1032)
    # By keyboard-interactive, with the code of a handler; right and wrong.
    server.rewrite([pam.hidden("Password: ", WORD), pam.hidden("Code: ", CODE)])
    options = ["password", masked(WORD), "prompt", "Password*", "answer"]
    expected = {"password": KEPT, "answer": GONE}
    run(server, servers.USER, INTERACTIVE, expected, *options, masked(CODE))
    run(server, servers.USER, INTERACTIVE, expected, *options, masked("wrong sentinel"), code=1032)
    return right


def show_custom(server):
    server.rewrite([pam.hidden("Password: ", WORD)])
    right = run(server, servers.USER, CUSTOM, {"custom": GONE}, "custom", masked(WORD))
    wrong = masked("wrong sentinel")
    run(server, servers.USER, CUSTOM, {"custom": GONE}, "custom", wrong, code=1032)
    return right


def show_change(other):
    word = "right password"
    expected = {"password": KEPT, "new": GONE}
    return run(other, "change", PASSWORD, expected, "password", masked(word), "new",
               masked("sentinel new"))


def show_compressed(other):
    """Compression from the first packet on keeps what it has seen, until the logoff."""
    expected = {"password": (1, ANY, 1, 0)}
    return run(other, "user", PASSWORD, expected, "set", "Policy=compat", "compression", "zlib",
               "password", masked("right password"))


def private_parts(path, *options):
    """Of a key: its secret number, and a piece of the file's base64 text."""
    text = subprocess.run(
        ["openssl", "pkey", "-in", path, "-noout", "-text", *options], check=True,
        stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        env=support.clean_environment(),
    ).stdout
    match = re.search(r"(?:priv|privateExponent):\n((?: +[0-9a-f:]+\n)+)", text)
    check(match, f"no private part: {text[:60]}")
    number = bytes.fromhex(re.sub(r"[\s:]", "", match.group(1))).lstrip(b"\0")
    body = path.read_text(encoding="ascii").split("\n")[1]
    return number, body[8:48]


def show_key(server, kind):
    path = servers.make_key(support.folder("key") / "plain", kind, "-m", "PKCS8")
    server.authorize(f"{path}.pub")
    number, body = private_parts(path)
    look = ["look", masked(number), "body", masked(body)]
    told = run(server, servers.USER, PUBLICKEY, {"look": USED, "body": GONE}, *look, "key", path)
    # As a blob, the property holds the text.
    run(server, servers.USER, PUBLICKEY, {"look": USED, "body": KEPT}, *look, "store", path)
    return told


def show_passphrase(server):
    path = servers.make_key(support.folder("key") / "sealed", "ecdsa256", "-m", "PKCS8")
    server.authorize(f"{path}.pub")
    number, _ = private_parts(path)
    sealed = path.with_name("sealed.p8")
    subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-in", path, "-out", sealed, "-passout", f"pass:{WORD}",
         "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256"],
        check=True, stdin=subprocess.DEVNULL, env=support.clean_environment(),
    )
    sealed.chmod(0o600)
    expected = {"look": USED, "passphrase": KEPT}
    look = ["look", masked(number)]
    told = run(server, servers.USER, PUBLICKEY, expected, *look, "passphrase", masked(WORD), "key",
               sealed)
    run(server, servers.USER, PUBLICKEY, {"look": GONE, "passphrase": KEPT}, *look, "passphrase",
        masked("wrong sentinel"), "key", sealed, code=3008)
    return told


def show_proxy(server, kind, proxy, word):
    """HTTP has user and password in base64, SOCKS5 as they are."""
    place = ["set", f"FirewallType={kind}", "set", f"FirewallHost={servers.ADDRESS}", "set",
             f"FirewallPort={proxy.port}", "set", "FirewallUser=me"]
    key = ["key", server.client_key, "level", "3"]
    basic = base64.b64encode(f"me:{word}".encode())
    # The connection has a copy of the password, for as long as it lasts.
    held = {"firewall": (1, ANY, 1, 0), "look": GONE}
    told = run(server, servers.USER, PUBLICKEY, held, *place, *key, "firewall", masked(word), "look",
               masked(basic))
    wrong = base64.b64encode(b"me:" + b"wrong sentinel")
    run(server, servers.USER, PUBLICKEY, held, *place, *key, "firewall", masked("wrong sentinel"), "look",
        masked(wrong), code=3038)
    run(server, servers.USER, PUBLICKEY, {"firewall": held["firewall"], "header": KEPT}, *place, *key,
        "firewall", masked("wrong sentinel"), "header", masked(WORD), code=3038)
    return told


def show_token(server, token, pin):
    """SoftHSM is in the same process; it forgets a PIN when its session ends."""
    options = ["type", "23", "token", token.uri(), "level", "3", "passphrase"]
    expected = {"passphrase": (1, ANY, ANY, 0)}
    told = run(server, servers.USER, PUBLICKEY, expected, *options, masked(pin), env=token.env)
    run(server, servers.USER, PUBLICKEY, expected, *options, masked("a wrong sentinel"), code=3043,
        env=token.env)
    return told


def show_store(server, form, phrase):
    """Every form of key store, as bytes: the passphrase, the secret number, and the text around it."""
    kind = "p256" if form.types is None or "p256" in form.types else "rsa2048"
    path = corpus.key_file(form.make(corpus.key(kind)))
    store_type = form.store[1] if isinstance(form.store, tuple) else form.store
    expected = {"look": (ANY, ANY, ANY, 0)} # plain forms hold it themselves
    secret = []
    if form.secret:
        expected["passphrase"], secret = KEPT, ["passphrase", masked(phrase)]
    return run(server, servers.USER, PUBLICKEY, expected, "look", masked(jobs.private_number(kind)),
               "type", store_type, *secret, "bytes", path, "level", "3")


def show_command(server):
    """What a command shows and what it is fed; the property keeps the command."""
    return run(server, servers.USER, PUBLICKEY, {"command": (0, 0, 1, 0), "stdin": (0, 0, ANY, 0)}, "key",
               server.client_key, "level", "3", "command", masked("secretword"), "stdin", masked(CODE * 30))


def show_kerberos(mode):
    """Alternate credentials: the password goes to the Kerberos library, which must forget it too;
    while there is a connection, its credentials may be needed again."""
    held = {"password": (1, ANY, 1, 0)}
    options = ["set", f"KerberosSPN=host/localhost@{realms.HOME}", "password"]
    with realms.Realms() as world, realms.Server(world) as server:
        env = world.environment()
        told = run(server, servers.USER, mode, held, *options, masked(realms.PASSWORD), env=env)
        run(server, servers.USER, mode, held, *options, masked("wrong sentinel"), env=env, code=1032)
        return told


def show_factors():
    steps = [pam.hidden("Password: ", WORD), pam.hidden("Code: ", CODE)]
    with pam.Server(steps, "AuthenticationMethods publickey,keyboard-interactive") as server:
        number, _ = private_parts(server.client_key)
        return run(
            server, servers.USER, MULTI, {"look": USED, "password": KEPT, "answer": GONE},
            "look", masked(number), "password", masked(WORD), "prompt", "Password*", "answer",
            masked(CODE), "key", server.client_key,
        )


def main():
    check(not support.IS_SANITIZED, "a sanitizer keeps what is freed: nothing can be shown")
    report = support.Report()
    report.case("the search itself", show_search)
    with pam.Server([pam.hidden("Password: ", WORD)]) as server:
        report.case("password and keyboard-interactive", show_password, server)
        report.case("custom authentication", show_custom, server)
        for kind in ("ecdsa256", "rsa"):
            report.case(f"a private key: {kind}", show_key, server, kind)
        report.case("a passphrase", show_passphrase, server)
    report.case("publickey, then keyboard-interactive", show_factors)
    phrase, pin = sentinel("phrase"), sentinel("pin")
    with servers.Sshd("MaxAuthTries 50") as server:
        for kind in ("p256", "rsa2048"):
            server.authorize(corpus.key(kind) / "openssh.pub")
        report.case("a command and its input", show_command, server)
        for form in jobs.store_forms(phrase):
            report.case(f"a key store: {form.name}", show_store, server, form, phrase)
        token = jobs.token_of(pin)
        with open(server.authorized, "a", encoding="ascii") as file:
            file.write(token.public_lines())
        report.case("a token's PIN", show_token, server, token, pin)
        word = sentinel("word")
        with proxies.Tinyproxy(server.port, f"BasicAuth me {word}") as tiny, \
                proxies.Microsocks("-u", "me", "-P", word) as micro:
            report.case("an HTTP proxy", show_proxy, server, proxies.TUNNEL, tiny, word)
            report.case("a SOCKS5 proxy", show_proxy, server, proxies.SOCKS5, micro, word)
    for mode in (GSSAPI_WITH_MIC, GSSAPI_KEYEX):
        report.case(f"alternate credentials of Kerberos, mode {mode}", show_kerberos, mode)
    with servers.AsyncSsh() as other:
        report.case("a change of password", show_change, other)
        report.case("a password under compression", show_compressed, other)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
