"""The jobs of test_sentinels.py: each way to hand a secret to the library, right and wrong, with the secrets
that are in it and the code that it ends with."""

import base64

import keys_corpus as corpus
import realms
import servers
import support
import test_firewall as proxies
import test_tokens as tokens
from sentinel_search import sentinel

PASSWORD, PUBLICKEY, INTERACTIVE, MIC, CUSTOM, KEYEX = 2, 3, 4, 5, 6, 7 # ssh_auth_mode
FAILED, NON_ZERO, PASSPHRASE, CHANGE, FIREWALL_USER, PIN = 1032, 3001, 3008, 3012, 3038, 3043
QUIET = "cat >/dev/null"


class Job:
    """Steps for sentinels.c. code: what the command ends with, None for any failure."""

    def __init__(self, server, mode, *steps, secrets, code=0, user=servers.USER, command=QUIET, env=None):
        keys = server.host_keys if hasattr(server, "host_keys") else [server.key]
        trust = ",".join(map(servers.fingerprint, keys))
        self.steps = [
            ("host", servers.ADDRESS), ("port", server.port), ("user", user), ("mode", mode),
            ("set", f"SSHAcceptServerHostKeyFingerPrint={trust}"), ("set", "ConnectionTimeout=20"),
            *steps,
        ]
        self.command, self.secrets, self.code, self.env = command, secrets, code, env


# --- Ways to sign on ------------------------------------------------------------------------------


def password_jobs(server):
    """Against an sshd whose PAM asks for one password."""
    word, wrong, third = server.word, sentinel("wrong"), sentinel("third")
    yield "password", Job(server, PASSWORD, ("password", word), secrets=[word])
    yield "password, wrong", Job(
        server, PASSWORD, ("password", wrong), secrets=[wrong], code=FAILED)
    names = ("NoSuchPassword", "NoSuchSetting", "FirewallPassword", "FirewallData", "SSHPassphrase")
    yield "settings, most of them refused", Job(
        server, PASSWORD, ("password", word), *(("bytes", f"{name}={third}") for name in names),
        *(("set", f"{name}={wrong}") for name in names), secrets=[word, wrong, third])
    yield "custom", Job(server, CUSTOM, ("custom", word), secrets=[word])
    yield "custom, wrong", Job(server, CUSTOM, ("custom", wrong), secrets=[wrong], code=FAILED)
    yield "all methods in a row, wrong", Job(
        server, PASSWORD, ("password", wrong), ("answer", third),
        ("set", "TryAllAvailableAuthMethods=True"), secrets=[wrong, third], code=FAILED)


def interactive_jobs(server):
    """Against an sshd whose PAM asks for a password and a code."""
    word, code, wrong = server.word, server.code, sentinel("wrong")
    prompt = [("password", word), ("set", "PasswordPrompt=Password*")]
    yield "keyboard-interactive", Job(
        server, INTERACTIVE, *prompt, ("answer", code), secrets=[word, code])
    yield "keyboard-interactive, wrong", Job(
        server, INTERACTIVE, *prompt, ("answer", wrong), secrets=[word, wrong], code=FAILED)


def change_jobs(server):
    """AsyncSSH demands a new password; when the new one won't do, it asks once more."""
    word, new, bad = server.word, server.new, sentinel("bad")
    more = {"user": "change", "command": "exit 0"}
    yield "a change of password", Job(
        server, PASSWORD, ("password", word), ("new", new), secrets=[word, new], **more)
    yield "a change of password, refused", Job(
        server, PASSWORD, ("password", word), ("new", bad), secrets=[word, bad], code=CHANGE, **more)


def kerberos_jobs(world, server):
    """Alternate credentials: the tokens are made of the password."""
    steps = [("host", realms.HOST), ("set", f"KerberosSPN=host/localhost@{realms.HOME}")]
    wrong, env = sentinel("wrong"), world.environment()
    for mode in (MIC, KEYEX):
        name = f"Kerberos, mode {mode}"
        yield name, Job(server, mode, *steps, ("password", realms.PASSWORD),
                        secrets=[realms.PASSWORD.replace("Kerberos ", "")], env=env)
        yield f"{name}, wrong", Job(
            server, mode, *steps, ("password", wrong), secrets=[wrong], code=FAILED, env=env)


# --- Keys -----------------------------------------------------------------------------------------


def private_number(kind):
    """The beginning of a key's secret number."""
    key = corpus.load(corpus.key(kind))
    if kind == "ed25519":
        return base64.urlsafe_b64decode(corpus.jwk(key)["d"] + "==")
    numbers = key.private_numbers()
    number = numbers.d if kind.startswith("rsa") else numbers.private_value
    return number.to_bytes((number.bit_length() + 7) // 8, "big")[:32]


def store_forms(phrase):
    """All forms of key files, protected by a passphrase of ours where they can be."""
    corpus.PASSPHRASE = phrase
    ours = {"PPK 2 with passphrase": corpus.ppk(2, phrase)}
    for form in corpus.forms():
        make = ours.get(form.name, form.make)
        yield corpus.Form(form.name, make, form.store, form.approved, form.secret, form.types)


def store_jobs(server):
    """Every form as bytes, and as a file: the secrets are the passphrase and the key itself."""
    phrase, wrong = sentinel("phrase"), sentinel("wrong")
    for form in store_forms(phrase):
        kind = "p256" if form.types is None or "p256" in form.types else "rsa2048"
        data = form.make(corpus.key(kind))
        file_type, blob_type = form.store if isinstance(form.store, tuple) else (form.store,) * 2
        secrets = [private_number(kind), *([phrase] if form.secret else [])]
        places = {"bytes": (blob_type, data)}
        if support.IS_FULL or form.name in ("OpenSSH", "PKCS#8"):
            places["a file"] = (file_type, corpus.key_file(data))
        for place, (number, value) in places.items():
            given = [("type", number), ("store", value)]
            right = [("passphrase", phrase)] if form.secret else []
            yield f"{form.name}, {place}", Job(
                server, PUBLICKEY, *right, *given, secrets=secrets)
            if form.secret:
                yield f"{form.name}, {place}, wrong passphrase", Job(
                    server, PUBLICKEY, ("passphrase", wrong), *given,
                    secrets=[wrong, private_number(kind)], code=PASSPHRASE)
        cut = [("type", blob_type), *right, ("store", data[:len(data) * 2 // 3])]
        yield f"{form.name}, cut", Job(
            server, PUBLICKEY, *cut, secrets=secrets, code=None)


def token_of(pin):
    """A SoftHSM with one key and this PIN."""
    tokens.RIGHT_PIN = pin
    tokens.KEYS = {"P-256": "EC:secp256r1"}
    return tokens.Token()


def token_jobs(server, token, pin):
    wrong = sentinel("wrong")
    store = [("type", 23), ("store", token.uri())]
    yield "a token's PIN", Job(
        server, PUBLICKEY, ("passphrase", pin), *store, secrets=[pin], env=token.env)
    yield "a token's PIN, wrong", Job(
        server, PUBLICKEY, ("passphrase", wrong), *store, secrets=[wrong], code=PIN, env=token.env)
    yield "a token's PIN in its name", Job(
        server, PUBLICKEY, ("type", 23), ("store", f"{token.uri()}&pin-value={wrong}"),
        secrets=[wrong], code=None, env=token.env)


# --- Proxies --------------------------------------------------------------------------------------


def proxy_steps(kind, proxy, password, **more):
    steps = {"fwtype": kind, "fwhost": servers.ADDRESS, "fwport": proxy.port, "fwuser": "me",
             "fwpassword": password, **more}
    return [(name, value) for name, value in steps.items() if value is not None]


def proxy_jobs(server, tiny, micro, dante, dynamic, word):
    """HTTP with Basic, SOCKS5 with user and password, SOCKS4 and 4A, which have none."""
    key = [("type", 6), ("store", server.client_key)]
    wrong = sentinel("wrong")
    for name, kind, proxy in (("HTTP", proxies.TUNNEL, tiny), ("SOCKS5", proxies.SOCKS5, micro)):
        yield f"{name} proxy", Job(
            server, PUBLICKEY, *key, *proxy_steps(kind, proxy, word), secrets=[word])
        yield f"{name} proxy, wrong", Job(
            server, PUBLICKEY, *key, *proxy_steps(kind, proxy, wrong), secrets=[wrong],
            code=FIREWALL_USER)
    for name, kind, proxy in (("SOCKS4", proxies.SOCKS4, dante), ("SOCKS4A", proxies.SOCKS4A, dynamic)):
        yield f"{name} proxy, which takes no password", Job(
            server, PUBLICKEY, *key, *proxy_steps(kind, proxy, wrong), secrets=[wrong])
    basic = base64.b64encode(f"me:{word}".encode()).decode()
    header = ("set", f"FirewallData=Proxy-Authorization: Basic {basic}")
    yield "headers for an HTTP proxy", Job(
        server, PUBLICKEY, *key, *proxy_steps(proxies.TUNNEL, tiny, None, fwuser=None), header,
        secrets=[word, basic])
    yield "headers for an HTTP proxy, wrong", Job(
        server, PUBLICKEY, *key, *proxy_steps(proxies.TUNNEL, tiny, None, fwuser=None),
        ("set", f"FirewallData=Proxy-Authorization: Bearer {wrong}"), secrets=[wrong], code=None)
    yield "headers that are none", Job(
        server, PUBLICKEY, *key, *proxy_steps(proxies.TUNNEL, tiny, word),
        ("set", f"FirewallData={wrong}"), secrets=[word, wrong], code=None)
    for scheme, proxy in (("http", tiny), ("socks5", micro)):
        for password, code in ((word, 0), (wrong, FIREWALL_USER)):
            place = f"{scheme}://me:{password}@{servers.ADDRESS}:{proxy.port}"
            yield f"the environment's proxy, {scheme}, {code}", Job(
                server, PUBLICKEY, *key, ("set", "FirewallAutoDetect=True"), secrets=[password],
                code=code, env=support.clean_environment(all_proxy=place, ALL_PROXY=place))
    yield "the environment's proxy, broken", Job(
        server, PUBLICKEY, *key, ("set", "FirewallAutoDetect=True"), secrets=[wrong], code=None,
        env=support.clean_environment(all_proxy=f"http://me:{wrong}@x:99999"))


# --- Commands and settings ------------------------------------------------------------------------


def command_jobs(server):
    key = [("type", 6), ("store", server.client_key)]
    s = sentinel("shown")
    shapes = (
        f"true --password={s} --token {s}; PGPASSWORD={s} true",
        f"true -H 'Authorization: Bearer {s}' 'X-Api-Key: {s}' https://u:{s}@h/",
        f": mysql -p{s} x; : sshpass -p {s} y; : curl -u me:{s} z",
        f"sh -c \"true --passphrase='{s}'\"",
    )
    for number, shape in enumerate(shapes):
        yield f"a command with secrets, {number}", Job(
            server, PUBLICKEY, *key, command=shape, secrets=[s])
        yield f"a command with secrets, {number}, that fails", Job(
            server, PUBLICKEY, *key, command=f"{shape}; exit 3", secrets=[s], code=NON_ZERO)
    given = sentinel("given")
    yield "standard input", Job(server, PUBLICKEY, *key, ("stdin", given * 50), secrets=[given])
    yield "settings by their names, and misspelt", Job(
        server, PUBLICKEY, *key, ("set", f"FirewallPassword={s}"), ("set", f"FirewallPasswrd={s}"),
        ("set", f"firewall_password={s}"), ("set", f"KerberosPassword={s}"), secrets=[s])
