#!/usr/bin/python3
"""Signing on with what needs more than a setting: keyboard-interactive, several factors, all
available methods, a change of password, custom authentication, banners; on OpenSSH with a PAM of
our own, on AsyncSSH and on Paramiko. And everything wrong: code 1032, methods tried and left, no
secret."""

import re
import subprocess
import sys

import pam
import servers
import support
from support import check

NONE, MULTI, PASSWORD, PUBLICKEY, INTERACTIVE, CUSTOM = 0, 1, 2, 3, 4, 6
FAILED, PASSWORD_CHANGE, DROPPED = 1032, 3012, 1120
PROGRAM = support.BUILD / "tests" / "interop" / "sign_on"
WORD, CODE = "sentinel word", "sentinel 246810"
PROMPT = "PasswordPrompt=*[Pp]assword*"
FACTORS = [
    pam.info("Two factors, please"), pam.hidden("Password: ", WORD), pam.shown("Code: ", CODE),
]
ANSWERS = ["--answer", f"Code={CODE}"]


class Told:
    """What sign_on told: lines by their first word, and the code."""

    def __init__(self, result):
        self.result = result
        text = result.out.decode("utf-8", "backslashreplace")
        lines = text.split("\n")[:-1]
        check(lines and lines[-1].startswith("code "), f"no code: {result}")
        _, code, self.text = lines[-1].split(" ", 2)
        self.code = int(code)
        self.lines = lines[:-1]

    def of(self, kind):
        return [line[len(kind) + 1:] for line in self.lines if line.startswith(kind + " ")]

    def expect_in(self, method=None):
        check(self.code == 0 and self.of("out") == ["in"], f"wanted in: {self.result}")
        if method:
            line = f"Signed on with method {method}"
            check(line in self.of("status"), f"wanted {line!r}: {self.result}")
        return self

    def expect_failure(self, code, *words):
        check(self.code == code, f"wanted {code}: {self.result}")
        for word in words:
            check(word in self.text, f"wanted {word!r}: {self.result}")
        shown = self.result.out.decode("utf-8", "backslashreplace") + self.result.err
        check("sentinel" not in shown, f"a secret is shown: {self.result}")
        return self.text


def fingerprints(server):
    keys = [server.key] if hasattr(server, "key") else server.host_keys
    return ",".join(map(servers.fingerprint, keys))


def sign_on(server, user, mode, *options, setup=None, command="echo in"):
    settings = []
    if setup is not None and setup.policy == "fips":
        place = setup.options[setup.options.index("--module-dir") + 1]
        settings = ["--set", "Policy=fips", "--set", f"ProviderModuleDir={place}"]
    return Told(support.run(
        [servers.ADDRESS, server.port, user, fingerprints(server), mode, command, *settings,
         *options],
        program=PROGRAM, timeout=40,
    ))


class Paramiko:
    """../support/servers/paramiko_sign_on.py"""

    def __init__(self):
        # In PEM: of OpenSSH's own form Paramiko reads every second ECDSA key only.
        self.key = servers.make_key(support.folder("paramiko") / "host", "ecdsa256", "-m", "PEM")
        self.client_key = servers.keys() / "client"
        script = support.SOURCE / "tests" / "support" / "servers" / "paramiko_sign_on.py"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", script, "--user-keys", f"{self.client_key}.pub",
             self.key],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=support.clean_environment(PYTHONDONTWRITEBYTECODE="1"),
        )
        line = self.process.stdout.readline()
        check(line.startswith("port "), "paramiko_sign_on.py did not start")
        self.port = int(line.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


# --- OpenSSH --------------------------------------------------------------------------------------


def show_password_prompt(server, setup):
    """PasswordPrompt alone, without a handler; and prompts that it doesn't match."""
    server.rewrite(FACTORS[1:2])
    word = ["--password", WORD]
    user = servers.USER
    sign_on(server, user, INTERACTIVE, *word, "--set", PROMPT, setup=setup).expect_in(
        "keyboard-interactive"
    )
    other = ["--set", "PasswordPrompt=Pass[a-z]"]
    done = sign_on(server, user, INTERACTIVE, *word, *other, setup=setup)
    text = done.expect_failure(
        FAILED, "tried: keyboard-interactive", "nobody answered the prompt", "Password: "
    )
    wrong = ["--password", "sentinel x", "--set", PROMPT]
    done = sign_on(server, user, INTERACTIVE, *wrong, setup=setup)
    done.expect_failure(FAILED, "tried: keyboard-interactive", "left: ")
    return text


def show_two_factors(server, setup):
    """The password by PasswordPrompt, prefilled for the handler, and the code by the handler."""
    server.rewrite(FACTORS)
    word = ["--password", WORD, "--set", PROMPT]
    done = sign_on(server, servers.USER, INTERACTIVE, *word, *ANSWERS, setup=setup)
    done.expect_in("keyboard-interactive")
    prompts = done.of("prompt")
    check(len(prompts) >= 2 or prompts[-1].endswith("|Code: |1|0"), f"{prompts}")
    text = "\n".join(done.lines)
    check("Password: |0|1" in text and "Code: |1|0" in text, f"{text}")
    check("Two factors, please" in text, f"{text}")
    done = sign_on(server, servers.USER, INTERACTIVE, *word, "--answer", "Code=1", setup=setup)
    return done.expect_failure(FAILED, "tried: keyboard-interactive")


def show_expired_by_pam(server):
    server.rewrite([
        pam.hidden("Password: ", WORD), pam.expired(), pam.change("New password: ", "sentinel new"),
        pam.change("Again: ", "sentinel new"),
    ])
    new = ["--answer", "New=sentinel new", "--answer", "Again=sentinel new"]
    word = ["--password", WORD, "--set", "PasswordPrompt=Password:*"]
    sign_on(server, servers.USER, INTERACTIVE, *word, *new).expect_in("keyboard-interactive")
    check(server.changed().exists(), "it was not changed")


def show_locked(server):
    server.rewrite([FACTORS[1], pam.locked()])
    word = ["--password", WORD, "--set", PROMPT]
    return sign_on(server, servers.USER, INTERACTIVE, *word).expect_failure(FAILED)


def show_custom(server, user, word):
    """User code signs on with a password by the packet methods alone."""
    done = sign_on(server, user, CUSTOM, "--custom", word).expect_in("custom")
    customs = done.of("custom")
    check(customs[0].strip() == "6" and customs[1].startswith("51 "), f"{customs}")
    check("password" in customs[1], f"{customs}")
    wrong = sign_on(server, user, CUSTOM, "--custom", "sentinel wrong")
    return wrong.expect_failure(FAILED, "tried: custom, none, password", "left: ")


def show_every_method_wrong(server, stranger):
    """Each mode by itself, then all at once; and the order of all."""
    server.rewrite(FACTORS)
    wrong = {
        NONE: ([], "none"),
        PASSWORD: (["--password", "sentinel x"], "password"),
        PUBLICKEY: (["--key", stranger], "publickey"),
        INTERACTIVE: (
            ["--password", "sentinel x", "--set", PROMPT, *ANSWERS], "keyboard-interactive"
        ),
        MULTI: (["--password", "sentinel x"], "none, password"),
    }
    for mode, (options, tried) in wrong.items():
        text = sign_on(server, servers.USER, mode, *options).expect_failure(
            FAILED, f"tried: {tried} ", "left: ", "publickey,password,keyboard-interactive"
        )
    every = [part for options, _ in wrong.values() for part in options]
    text = sign_on(
        server, servers.USER, PASSWORD, *every, "--set", "TryAllAvailableAuthMethods=True"
    ).expect_failure(FAILED, "tried: password, publickey, keyboard-interactive ", "left: ")
    return text


def show_try_all(server):
    """A wrong password, and then a key that is right."""
    server.rewrite(FACTORS)
    options = ["--password", "sentinel x", "--key", server.client_key]
    all_methods = ["--set", "TryAllAvailableAuthMethods=True"]
    sign_on(server, servers.USER, PASSWORD, *options).expect_failure(FAILED, "tried: password ")
    sign_on(server, servers.USER, PASSWORD, *options, *all_methods).expect_in("publickey")
    sign_on(server, servers.USER, MULTI, *options).expect_in("publickey")
    # Without anything for the mode's own method, the server's list says what else would do.
    server.rewrite(FACTORS[1:2])
    right = ["--password", WORD]
    sign_on(server, servers.USER, PUBLICKEY, *right, *all_methods).expect_in("password")


def show_two_methods(second, setup):
    steps = FACTORS if second == "keyboard-interactive" else FACTORS[1:2]
    options = ["--password", WORD, "--set", PROMPT, *ANSWERS]
    with pam.Server(steps, f"AuthenticationMethods publickey,{second}") as server:
        key = ["--key", server.client_key]
        sign_on(server, servers.USER, MULTI, *options, *key, setup=setup).expect_in(second)
        sign_on(server, servers.USER, MULTI, *options, setup=setup).expect_failure(
            FAILED, "tried: none ", "left: publickey"
        )
        text = sign_on(server, servers.USER, PUBLICKEY, *key, setup=setup).expect_failure(
            FAILED, "accepted method publickey", f"({second})", "ssh_auth_mode 1"
        )
        sign_on(
            server, servers.USER, MULTI, *key, "--password", "sentinel x", "--set", PROMPT,
            *ANSWERS, setup=setup,
        ).expect_failure(FAILED, f"publickey (accepted), {second} ", f"left: {second}")
    return text


def show_banner(tmp):
    banner = tmp / "banner"
    banner.write_bytes(b"Authorised use only\n\x1b]0;owned\x07\xff\n")
    with servers.Sshd(f"Banner {banner}") as server:
        done = sign_on(server, servers.USER, PUBLICKEY, "--key", server.client_key)
        done.expect_in("publickey")
        told = [line for line in done.of("status") if line.startswith("Banner: ")]
        check(len(told) == 1 and "Authorised use only" in told[0], f"{told}")
        check(re.fullmatch(r"[\x20-\x7e]+", told[0]), f"not plain: {told!r}")
        return told[0]


def show_too_many_keys(tmp):
    """In their order, until the server has enough of it."""
    strangers = [servers.make_key(tmp / f"stranger{i}", "ecdsa256") for i in range(5)]
    with servers.Sshd("MaxAuthTries 3") as server:
        keys = [part for path in strangers for part in ("--key", path)]
        right = ["--key", server.client_key]
        sign_on(server, servers.USER, PUBLICKEY, *right, *keys).expect_in("publickey")
        return sign_on(server, servers.USER, PUBLICKEY, *keys, *right).expect_failure(
            FAILED, "tried: publickey", "Too many authentication failures"
        )


# --- AsyncSSH and Paramiko ------------------------------------------------------------------------


def show_change(other):
    """AsyncSSH sends PASSWD_CHANGEREQ, again when it doesn't like the new one."""
    word = ["--password", "right password"]
    done = sign_on(other, "change", PASSWORD, *word, "--new", "short", "--new", "sentinel new",
                   command="exit 0")
    check(done.code == 0, f"wanted in: {done.result}")
    check(done.of("change") == ["Choose a new one", "Too short"], f"{done.of('change')}")
    done = sign_on(other, "change", PASSWORD, *word, "--new", "short")
    done.expect_failure(PASSWORD_CHANGE, "Too short")
    return sign_on(other, "change", PASSWORD, *word).expect_failure(
        PASSWORD_CHANGE, "Choose a new one", "on_ssh_password_change"
    )


def show_asyncssh_prompts(other, setup):
    """Two prompts in one request, a request without any, and a last one."""
    answers = ["--answer", "Pet=Rex", *ANSWERS]
    word = ["--password", WORD, "--set", PROMPT]
    done = sign_on(
        other, "interactive", INTERACTIVE, *word, *answers, setup=setup, command="exit 0"
    )
    check(done.code == 0, f"wanted in: {done.result}")
    check(
        done.of("prompt") == ["Two things|Say/them|Password: |0|1", "Two things|Say/them|Pet? |1|0",
                              "Last||Code: |0|0"], f"{done.of('prompt')}",
    )
    check("The server says: Look at your phone" in done.of("status"), f"{done.result}")
    wrong = sign_on(other, "interactive", INTERACTIVE, *word, "--answer", "Pet=Tom", setup=setup)
    return wrong.expect_failure(FAILED, "tried: keyboard-interactive")


def show_abrupt(other):
    """A server that closes the connection after a refusal has refused; before one, it is gone."""
    options = ["--password", "sentinel x", "--set", PROMPT]
    sign_on(other, "abrupt", INTERACTIVE, *options).expect_failure(DROPPED)
    return sign_on(
        other, "abrupt", PASSWORD, *options, "--set", "TryAllAvailableAuthMethods=True"
    ).expect_failure(FAILED, "tried: password, keyboard-interactive ", "closed the connection")


def show_paramiko(other, user, methods, setup):
    options = ["--password", WORD, "--set", PROMPT, "--answer", "Pet=Rex", *ANSWERS, "--key",
               other.client_key]
    done = sign_on(other, user, MULTI, *options, setup=setup)
    done.expect_in(methods[-1])
    if "keyboard-interactive" in methods:
        check(len(done.of("prompt")) == 3, f"{done.of('prompt')}")
        check("The server says: Look at your phone" in done.of("status"), f"{done.result}")


def show_paramiko_wrong(other):
    wrong = ["--password", "sentinel x", "--set", PROMPT, *ANSWERS]
    sign_on(other, "password", PASSWORD, *wrong).expect_failure(FAILED, "tried: password ")
    return sign_on(
        other, "any", MULTI, *wrong, "--set", "TryAllAvailableAuthMethods=True"
    ).expect_failure(
        FAILED, "tried: none, password, keyboard-interactive ",
        "left: publickey,password,keyboard-interactive",
    )


def main():
    report = support.Report()
    tmp = support.folder("sign-on")
    stranger = servers.make_key(tmp / "stranger", "ecdsa256")
    setups = support.all_setups()
    with pam.Server(FACTORS) as server:
        for setup in setups:
            report.case(f"{setup.name}: PasswordPrompt", show_password_prompt, server, setup)
            report.case(f"{setup.name}: two factors of PAM", show_two_factors, server, setup)
        report.case("an expired password, by PAM", show_expired_by_pam, server)
        report.case("a locked account", show_locked, server)
        server.rewrite(FACTORS[1:2])
        report.case("custom authentication on OpenSSH", show_custom, server, servers.USER, WORD)
        report.case("every method wrong", show_every_method_wrong, server, stranger)
        report.case("all available methods", show_try_all, server)
    for setup in setups:
        for second in ("password", "keyboard-interactive"):
            report.case(f"{setup.name}: publickey, then {second}", show_two_methods, second, setup)
    report.case("a hostile banner", show_banner, tmp)
    report.case("too many keys", show_too_many_keys, tmp)
    with servers.AsyncSsh() as other:
        report.case("a change of password on AsyncSSH", show_change, other)
        report.case("a server that hangs up", show_abrupt, other)
        for setup in setups:
            report.case(
                f"{setup.name}: several prompts on AsyncSSH", show_asyncssh_prompts, other, setup
            )
    with Paramiko() as other:
        report.case("custom authentication on Paramiko", show_custom, other, "password", WORD)
        report.case("wrong on Paramiko", show_paramiko_wrong, other)
        for methods in (
            ["publickey", "password"], ["password", "publickey"],
            ["publickey", "keyboard-interactive"],
            ["keyboard-interactive", "password", "publickey"],
        ):
            for setup in setups:
                report.case(
                    f"{setup.name}: {', then '.join(methods)} on Paramiko", show_paramiko, other,
                    "+".join(methods), methods, setup,
                )
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
