"""An sshd whose PAM asks what a test says: passwords, a second factor, as many rounds as wanted,
none at all, or a new password in place of one that has expired.

    steps = [pam.hidden("Password: ", "sentinel"), pam.shown("Code: ", "246810")]
    with pam.Server(steps) as server:
        server.run("echo in", "-o", "PreferredAuthentications=keyboard-interactive", ...)

No account and no file of /etc is touched: pam_wrapper leads sshd to services in the scratch folder,
whose one module is ../support/pam/pam_dialog.c. The account is the tester's own.

What OpenSSH makes of it (it can't be made to do otherwise):
  * keyboard-interactive: each question is a request of its own with one prompt, which begins with
    the lines of info() and error() that stand before the question; the last request, once PAM is
    content, has no prompt. Several prompts in one request take another server.
  * password: the answer to the first hidden() question; every further one gets the same answer.
  * a password that has expired: its change is asked for in keyboard-interactive; with the method
    password the session starts, and ends at once with a complaint, as there is no terminal.
    OpenSSH never sends SSH_MSG_USERAUTH_PASSWD_CHANGEREQ.
"""

import functools
import pathlib
import shutil
import subprocess

import servers
import support
from support import check

MODULE = support.SOURCE / "tests" / "support" / "pam" / "pam_dialog.c"


def step(group, kind, text="", answer=""):
    check("\t" not in text + answer, "a tab separates the fields")
    return "\t".join((group, kind, text.replace("\n", "\\n"), answer))


def hidden(text, answer):
    """Asks while signing on, without echo."""
    return step("auth", "hidden", text, answer)


def shown(text, answer):
    """Asks while signing on, with echo."""
    return step("auth", "shown", text, answer)


def info(text):
    return step("auth", "info", text)


def error(text):
    return step("auth", "error", text)


def refuse():
    """Fails while signing on, after the questions that come before."""
    return step("auth", "refuse")


def expired():
    """The right password must be changed; change() says how."""
    return step("account", "expired")


def locked():
    """The account takes nobody, whatever they know."""
    return step("account", "refuse")


def change(text, answer):
    """Asks during the change of a password, without echo."""
    return step("password", "hidden", text, answer)


@functools.lru_cache(maxsize=None)
def module():
    """The module, compiled once for each test."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    check(compiler, "a C compiler is missing: install gcc")
    path = support.folder("pam") / "pam_dialog.so"
    done = subprocess.run(
        [compiler, "-D_GNU_SOURCE", "-std=c11", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", path,
         MODULE, "-lpam"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False, timeout=60,
    )
    check(done.returncode == 0, f"pam_dialog.c (install libpam0g-dev): {done.stdout}")
    return path


class Server(servers.Sshd):
    """extra: lines of sshd_config, such as AuthenticationMethods. Without one, all of password,
    keyboard-interactive and publickey are offered, and each is enough."""

    def __init__(self, steps, *extra, **more):
        self.script = support.folder("dialog") / "script"
        self.rewrite(steps)
        super().__init__(
            *extra, "PasswordAuthentication yes", "KbdInteractiveAuthentication yes",
            pam_module=f"{module()} {self.script}", **more,
        )

    def rewrite(self, steps):
        """Another dialogue, for connections from now on."""
        self.script.write_text("".join(f"{one}\n" for one in steps), encoding="utf-8")
        self.changed().unlink(missing_ok=True)

    def changed(self):
        """The file that is there once the expired password was changed."""
        return self.script.with_name("script.changed")

    def ssh(self, command, answers, *options, **more):
        """Runs a command with OpenSSH's client. answers: (part of a prompt, answer) pairs, of
        which the first fits; a prompt that nothing fits gets none. The prompts that were seen are
        in prompts()."""
        place = support.folder("askpass")
        program, self.seen = place / "askpass", place / "seen"
        lines = ["#!/bin/sh", f"printf '%s\\n' \"$1\" >>'{self.seen}'", 'case "$1" in']
        lines += [f"*'{part}'*) printf '%s\\n' '{answer}' ;;" for part, answer in answers]
        lines += ["*) exit 1 ;;", "esac"]
        program.write_text("\n".join(lines) + "\n", encoding="utf-8")
        program.chmod(0o700)
        fixed = [
            "UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "IdentitiesOnly=yes",
            "NumberOfPasswordPrompts=1", f"IdentityFile={self.client_key}", "LogLevel=ERROR",
        ]
        arguments = [part for option in (*options, *fixed) for part in ("-o", option)]
        return support.run(
            ["-F", "/dev/null", "-p", self.port, *arguments,
             f"{servers.USER}@{servers.ADDRESS}", command],
            program="/usr/bin/ssh", start_new_session=True, env=support.clean_environment(
                SSH_ASKPASS=str(program), SSH_ASKPASS_REQUIRE="force", DISPLAY=":nowhere",
            ), **more,
        )

    def prompts(self):
        """What the last ssh() was asked."""
        path = pathlib.Path(self.seen)
        return path.read_text(encoding="utf-8") if path.exists() else ""
