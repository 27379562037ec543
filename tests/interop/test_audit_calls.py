#!/usr/bin/python3
"""Every function that the library exports, found again in the audit of the object that it was called
on: in the record of what came before the first action, as a call after it, as a record of its own, or
in the counts of its session. The list is the library's own symbol table, so that a function that is
new and in no row below fails, and so does one that leaves no trace."""

import ctypes
import functools
import json
import re
import socket
import subprocess
import sys

import audit_tools
import servers
import support
from support import check

support.run_sanitizer_first()
PATH = support.BUILD / "libsexec.so"
LIBRARY = ctypes.CDLL(str(PATH))
SIZE, BOOL, NONE = ctypes.c_size_t, ctypes.c_bool, None
TAKE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, SIZE, ctypes.c_void_p)(lambda *_: 0)
LISTEN = ctypes.CFUNCTYPE(NONE, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: None)
LIBRARY.sexec_new.restype = ctypes.c_void_p

# Not on an object, or not in its audit: pattern -> reason.
EXEMPT = {
    r".*_event_.*": "reads or answers an event inside of its handler; the outcome is a record",
    r"version|error_text": "has no object",
    r"interrupt": "is for signal handlers and other threads, where nothing can be written; the "
                  "method that it ends is recorded with 10004",
}


class Text:
    """A pointer that a function fills in."""

    def __init__(self):
        self.value = ctypes.c_char_p()
        self.length = SIZE()

    def both(self):
        return ctypes.byref(self.value), ctypes.byref(self.length)


class Check(ctypes.Structure):
    """struct sexec_audit_check"""

    _fields_ = [("files", ctypes.c_void_p), ("verifier_key", ctypes.c_char_p),
                ("checkpoints", ctypes.c_char_p), ("public_key", ctypes.c_char_p),
                ("is_collected", BOOL)]


OUT = Text()
NOWHERE = b"/nowhere/file"
NO_FILES = (ctypes.c_char_p * 1)(None)
BYTES = (b"ab", SIZE(2))

# Arguments behind the object. Calls stand in setup before the first action, and as a call after it.
CALLS = {
    "add_ssh_cert_store": BYTES,
    "audit_checkpoint": (NOWHERE, NOWHERE, NOWHERE, b"", OUT.both()[0]),
    "audit_keygen": (NOWHERE, NOWHERE),
    "audit_rotate": (NOWHERE, NOWHERE, NOWHERE),
    "config": (b"LogLevel=0", NONE),
    "config_bytes": (b"ChannelDataEOL", *BYTES),
    "convert_key": (NOWHERE, b"passphrase", BOOL(False)),
    "reset": (),
    "send_eof": (),
    "send_signal": (b"TERM",),
    "set_audit_handler": (TAKE, NONE),
    "set_firewall_auto_detect": (BOOL(False),),
    "set_firewall_host": (b"",),
    "set_firewall_password": (b"",),
    "set_firewall_port": (80,),
    "set_firewall_type": (0,),
    "set_firewall_user": (b"",),
    "set_local_host": (b"",),
    "set_local_port": (0,),
    "set_ssh_accept_server_host_key_encoded": BYTES,
    "set_ssh_auth_mode": (2,),
    "set_ssh_cert_encoded": BYTES,
    "set_ssh_cert_store": BYTES,
    "set_ssh_cert_store_password": (b"",),
    "set_ssh_cert_store_type": (99,),
    "set_ssh_cert_subject": (b"",),
    "set_ssh_compression_algorithms": (b"none",),
    "set_ssh_encryption_algorithms": (b"",),
    "set_ssh_host": (b"host",),
    "set_ssh_password": (b"",),
    "set_ssh_port": (22,),
    "set_ssh_user": (b"user",),
    "set_timeout": (5,),
    "ssh_logoff": (),
}
# Methods whose actions have records of their own, and their arguments for a call that is refused.
ACTIONS = {
    "execute": (b"",),
    "explain_server": (NONE, 0, OUT.both()[0]),
    "set_command": (b"",),
    "set_connected": (BOOL(True),),
    "ssh_logon": (NONE, 0),
}
# Counted for the session: the member, and the arguments.
COUNTED = {
    "audit_report": ("getters", (NO_FILES, NO_FILES, BOOL(False), NONE, TAKE, NONE)),
    "audit_show": ("getters", (NO_FILES, NO_FILES, TAKE, NONE)),
    "audit_verify": ("getters", (ctypes.byref(Check(ctypes.addressof(NO_FILES), NOWHERE)), NONE)),
    "decode_packet": ("getters", (b"32", *OUT.both())),
    "describe_interface": ("getters", OUT.both()[:1]),
    "describe_machine": ("getters", OUT.both()[:1]),
    "describe_policy": ("getters", (b"fips", OUT.both()[0])),
    "describe_provider": ("getters", OUT.both()[:1]),
    "do_events": ("do_events", ()),
    "encode_packet": ("getters", (*BYTES, OUT.both()[0])),
    "explain": ("getters", (b"fips", b"aes256-ctr", OUT.both()[0])),
    "get_poll": ("getters", (NONE, SIZE(0), NONE)),
    "get_ssh_param": ("getters", (*BYTES, b"%b", OUT.both()[0])),
    "get_ssh_param_bytes": ("getters", (*BYTES, b"%b", *OUT.both())),
    "hold_output": ("holds", (SIZE(0),)),
    "is_busy": ("getters", ()),
    "release_output": ("holds", (SIZE(0),)),
    "send": ("sends", BYTES),
    "send_stdin_bytes": ("sends", BYTES),
    "send_stdin_text": ("sends", (b"text",)),
    "set_ssh_param": ("getters", (*BYTES, b"b", b"50", *OUT.both())),
    "set_stdin": ("sends", BYTES),
}
LIVES = {"new": "object_begin", "new_with": "object_begin", "free": "object_end"}


def exported():
    done = subprocess.run(["nm", "-D", "--defined-only", PATH], check=True, capture_output=True,
                          text=True)
    names = re.findall(r" T sexec_(\w+)", done.stdout)
    check(len(names) > 100, f"the library exports {names}")
    return names


def kind_of(name):
    """How the audit has it: "exempt", "life", "action", "counted" or "call"; None: nobody knows."""
    if any(re.fullmatch(pattern, name) for pattern in EXEMPT):
        return "exempt"
    for kind, rows in (("life", LIVES), ("action", ACTIONS), ("counted", COUNTED), ("call", CALLS)):
        if name in rows:
            return kind
    # These need no row: a handler is set, and a getter takes nothing, or where to put a length.
    return "call" if name.startswith("on_") else "counted" if name.startswith("get_") else None


def call(ssh, name, arguments=NONE):
    if arguments is NONE:
        arguments = {**CALLS, **ACTIONS}.get(name) or COUNTED.get(name, ("", (NONE, NONE)))[1]
    if name.startswith("on_"):
        arguments = (LISTEN, NONE)
    return getattr(LIBRARY, f"sexec_{name}")(ssh, *arguments)


@functools.cache
def keys():
    return audit_tools.Audit()


class Audited:
    """An object with an audit, and the records of what it did."""

    def __init__(self, *, has_begun):
        self.lines = []
        self.take = type(TAKE)(self.keep)
        self.ssh = ctypes.c_void_p(LIBRARY.sexec_new())
        code = LIBRARY.sexec_config(self.ssh, f"AuditKeyFile={keys().key}".encode(), NONE)
        check(code == 0, f"no audit: {code}")
        self.listener = socket.create_server(("127.0.0.1", 0))
        if has_begun:
            self.begin()

    def keep(self, line, length, _):
        self.lines.append(json.loads(ctypes.string_at(line, length)))
        return 0

    def begin(self):
        """On the way to a server that never says anything."""
        LIBRARY.sexec_set_audit_handler(self.ssh, self.take, NONE)
        LIBRARY.sexec_set_timeout(self.ssh, 0)
        LIBRARY.sexec_set_ssh_user(self.ssh, b"user")
        LIBRARY.sexec_set_ssh_auth_mode(self.ssh, 0)
        return LIBRARY.sexec_ssh_logon(self.ssh, b"127.0.0.1", self.listener.getsockname()[1])

    def of(self, kind):
        return [line for line in self.lines if line["type"] == kind]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LIBRARY.sexec_free(self.ssh)
        self.listener.close()


def methods(audited):
    return [record["method"] for record in audited.of("call")]


def early(name):
    """What stands in setup when a function was called before the first action; without a name, none
    but those that every object here has behind it."""
    with Audited(has_begun=False) as audited:
        LIBRARY.sexec_set_audit_handler(audited.ssh, audited.take, NONE)
        if name:
            call(audited.ssh, name)
        audited.begin()
    found = [text.split(" ")[0] for record in audited.of("setup") for text in record["calls"]]
    # An action may be the first one by itself.
    return found + (methods(audited) if kind_of(name or "") == "action" else [])


def show_before(name, nothing):
    found = early(name)
    check(found.count(name) > nothing.count(name), f"it leaves no trace: {found}")


def show_after(name):
    with Audited(has_begun=True) as audited:
        begun = len(audited.of("call"))
        call(audited.ssh, name)
        check(name in methods(audited)[begun:], f"it leaves no trace: {methods(audited)}")


def counts(name):
    """The counts of a session in which a function is called or, without a name, none."""
    with Audited(has_begun=True) as audited:
        if name:
            call(audited.ssh, name)
    ends = audited.of("session_end")
    check(len(ends) == 1, f"{len(ends)} ends of a session")
    return {kind: ends[0][kind] for kind in ("sends", "holds", "do_events", "getters")}


def show_counted(name, nothing):
    kind = COUNTED[name][0] if name in COUNTED else "getters"
    found = counts(name)
    for other, count in found.items():
        wanted = count == nothing[other] if other != kind else count > nothing[other]
        check(wanted, f"counted {found}, without it {nothing}")


def show_life(name):
    with Audited(has_begun=True) as audited:
        if name == "new_with":
            audit = audit_tools.Audit()
            settings = (ctypes.c_char_p * 3)(
                f"AuditKeyFile={audit.key}".encode(), f"AuditFile={audit.file}".encode(), NONE)
            other = ctypes.c_void_p()
            check(LIBRARY.sexec_new_with(settings, ctypes.byref(other)) == 0, "no object")
            LIBRARY.sexec_free(other)
            found = audit.types()
        else:
            LIBRARY.sexec_free(audited.ssh)
            audited.ssh = NONE
            found = [line["type"] for line in audited.lines]
        check(LIVES[name] in found, f"it leaves no trace: {found}")


def show_actions(sshd):
    """What goes well has its own records instead of calls, but for what only names it."""
    prints = ",".join(option.partition("=")[2] for option in sshd.trust())
    key = str(sshd.client_key).encode()
    with Audited(has_begun=False) as audited:
        ssh = audited.ssh
        LIBRARY.sexec_set_audit_handler(ssh, audited.take, NONE)
        LIBRARY.sexec_config(ssh, f"SSHAcceptServerHostKeyFingerPrint={prints}".encode(), NONE)
        LIBRARY.sexec_set_ssh_user(ssh, servers.USER.encode())
        LIBRARY.sexec_set_ssh_auth_mode(ssh, 3)
        LIBRARY.sexec_set_ssh_cert_store_type(ssh, 99)
        LIBRARY.sexec_set_ssh_cert_store(ssh, key, SIZE(len(key)))
        for name, arguments, wanted in (
            ("ssh_logon", (servers.ADDRESS.encode(), sshd.port), ["session_begin", "logged_on"]),
            ("execute", (b"true",), ["command_begin", "command_end"]),
            ("set_command", (b"true",), ["command_begin", "command_end", "call"]),
            ("set_connected", (BOOL(False),), ["session_end", "call"]),
            ("explain_server", (NONE, 0, OUT.both()[0]), ["session_begin", "session_end", "call"]),
        ):
            before = len(audited.lines)
            code = call(ssh, name, arguments)
            check(code == 0, f"{name} gives {code}: {audited.lines[-1]}")
            types = [line["type"] for line in audited.lines[before:]]
            for kind in wanted:
                check(kind in types, f"{name}: no {kind} in {types}")
            check(name in methods(audited) or "call" not in wanted, f"{name} isn't named")
        check("execute" not in methods(audited) and "ssh_logon" not in methods(audited),
              "an action is recorded twice")
        check(audit_tools.check_schema(audited.lines), "no records")


def show_it_notices():
    """A name that is in no row, and functions that leave no trace."""
    check(kind_of("made_up") is None and kind_of("set_made_up") is None, "anything is known")
    nothing = counts(NONE)
    for show in (lambda: show_before("version", early(NONE)), lambda: show_after("version"),
                 lambda: show_counted("version", nothing)):
        try:
            show()
        except support.Failure:
            continue
        raise support.Failure("a function without a trace passes")


def main():
    report = support.Report()
    report.print_good = False
    names = exported()
    report.case("the test notices", show_it_notices)
    for name in sorted({**CALLS, **ACTIONS, **COUNTED, **LIVES}):
        report.case(f"{name} is exported", check, name in names, "it isn't")
    nothing, nothing_early = counts(NONE), early(NONE)
    kinds = {name: kind_of(name) for name in names}
    for name, kind in kinds.items():
        report.case(f"{name} is known", check, kind, "no row says how the audit has it")
        if kind in ("call", "action"):
            report.case(f"{name}, before the first action", show_before, name, nothing_early)
            report.case(f"{name}, later", show_after, name)
        elif kind == "counted":
            report.case(f"{name} is counted", show_counted, name, nothing)
        elif kind == "life":
            report.case(name, show_life, name)
    with servers.Sshd() as sshd:
        report.case("actions", show_actions, sshd)
    for pattern, reason in EXEMPT.items():
        left = [name for name in names if re.fullmatch(pattern, name)]
        print(f"not in the audit, {len(left)} names {pattern}: {reason}")
    for kind in ("call", "action", "counted", "life"):
        print(f"{kind}: {sum(1 for found in kinds.values() if found == kind)} functions")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
