#!/usr/bin/python3
"""The PAM of pam.py, shown with OpenSSH's own client: a failure elsewhere is then not PAM's."""

import sys

import pam
import support
from support import check

INTERACTIVE = "PreferredAuthentications=keyboard-interactive"
FACTORS = [
    pam.info("Two factors, please"), pam.hidden("Password: ", "sentinel one"),
    pam.shown("Code: ", "246810"),
]
ANSWERS = [("Password", "sentinel one"), ("Code", "246810")]
EXPIRED = [
    pam.hidden("Password: ", "old sentinel"), pam.expired(),
    pam.change("New password: ", "new sentinel"), pam.change("Again: ", "new sentinel"),
]


def show_rounds(server):
    """Each question comes by itself, and each wrong answer is noticed."""
    server.rewrite(FACTORS)
    server.ssh("echo in", ANSWERS, INTERACTIVE).expect(0, out=b"in\n")
    for part in ("Two factors, please", "Password: ", "Code: "):
        check(part in server.prompts(), f"wanted {part!r}: {server.prompts()}")
    for wrong in ([ANSWERS[0], ("Code", "1")], [("Password", "guess"), ANSWERS[1]]):
        server.ssh("echo in", wrong, INTERACTIVE).expect(255, out=b"")


def show_no_questions(server):
    server.rewrite([pam.info("There is nothing to ask")])
    server.ssh("echo in", [], INTERACTIVE).expect(0, out=b"in\n")
    check(server.prompts() == "", f"wanted no prompt: {server.prompts()}")


def show_change(server):
    server.rewrite(EXPIRED)
    right = [("Password", "old sentinel"), ("New", "new sentinel"), ("Again", "new sentinel")]
    server.ssh("echo in", [*right[:2], ("Again", "mistyped")], INTERACTIVE).expect(255, out=b"")
    check(not server.changed().exists(), "it was changed to what was mistyped")
    server.ssh("echo in", right, INTERACTIVE).expect(0, out=b"in\n")
    check(server.changed().exists(), "it was not changed")
    server.ssh("echo in", right[:1], INTERACTIVE).expect(0, out=b"in\n")


def show_refusals(server):
    for last in (pam.refuse(), pam.locked()):
        server.rewrite([FACTORS[1], last])
        server.ssh("echo in", ANSWERS, INTERACTIVE).expect(255, out=b"")


def show_password(server):
    """The method password; one that has expired ends the session, as there is no terminal."""
    method = "PreferredAuthentications=password"
    server.rewrite(FACTORS[1:2])
    server.ssh("echo in", [("password", "sentinel one")], method).expect(0, out=b"in\n")
    server.rewrite(EXPIRED)
    done = server.ssh("echo in", [("password", "old sentinel")], method).expect(1, out=b"")
    check("expired" in done.err, f"wanted why: {done}")


def show_several_methods(second, answers):
    steps = FACTORS if second == "keyboard-interactive" else FACTORS[1:2]
    with pam.Server(steps, f"AuthenticationMethods publickey,{second}") as server:
        server.ssh("echo in", answers).expect(0, out=b"in\n")
        server.ssh("echo in", answers, "PubkeyAuthentication=no").expect(255, out=b"")


def main():
    report = support.Report()
    with pam.Server([]) as server:
        report.case("several rounds", show_rounds, server)
        report.case("no questions", show_no_questions, server)
        report.case("an expired password", show_change, server)
        report.case("refused after the questions", show_refusals, server)
        report.case("password", show_password, server)
    for second, answers in [
        ("password", [("password", "sentinel one")]), ("keyboard-interactive", ANSWERS),
    ]:
        report.case(f"publickey, then {second}", show_several_methods, second, answers)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
