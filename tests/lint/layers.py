#!/usr/bin/python3
"""Checks that the rooms include in one direction only, and that each keeps to its own tools.

layers.py TOP         reads the tree at TOP, prints the rooms in order, lists what is wrong
layers.py --self-test breaks a made-up tree in every way there is, and wants each one noticed

Each finding names its rule:
  direction   an include of a room that stands further right
  public      a public header that needs more than the standard headers and <sexec/...>
  command     src/cli includes an inner room (it is a user of the public interface)
  unknown     "..." that names no room, or no file that is there
  openssl     <openssl/...> outside src/crypto
  gssapi      <gssapi...> or <krb5...> outside src/services/gss*
  zlib        <zlib.h> outside src/transport
  system      a socket, poll or clock header outside src/net
  stdio       <stdio.h> outside src/cli, but for what isn't a stream (snprintf, rename); the
              calls of the rest are in calls.py
  file-length more than 500 lines
  function    more than 100 lines (a warning above 60)
"""

import collections
import contextlib
import io
import pathlib
import re
import sys
import tempfile

from csource import FOLDERS, PUBLIC_FOLDER, ROOMS, files, functions, strip

FILE_LINES = 500
FUNCTION_LINES_WARN = 60
FUNCTION_LINES = 100

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|\"[^\"\n]+\")", re.MULTILINE)
ORDER = {room: place for place, (room, _) in enumerate(ROOMS)}

STANDARD_HEADERS = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "limits.h"}
SOCKETS = {
    "arpa/inet.h", "net/if.h", "netdb.h", "netinet/in.h", "netinet/ip.h", "netinet/tcp.h",
    "sys/socket.h", "sys/un.h", "ifaddrs.h",
}
WAITING = {"poll.h", "sys/poll.h", "sys/epoll.h", "sys/select.h", "sys/eventfd.h"}
WITHOUT_STREAM = re.compile(r"\b(?:v?snprintf|rename)\s*\(")
CLOCKS = {"time.h", "sys/time.h", "sys/timerfd.h", "sys/timeb.h"}

Finding = collections.namedtuple("Finding", "rule path line text")


def system_rule(room, path, header):
    """The rule that a system header breaks in this room, or None."""
    if header.startswith("openssl/"):
        return None if room == "crypto" else "openssl"
    if header.startswith(("gssapi", "krb5")):
        return None if path.startswith("src/services/gss") else "gssapi"
    if header == "zlib.h":
        return None if room == "transport" else "zlib"
    if header in SOCKETS or header in CLOCKS:
        return None if room == "net" else "system"
    if header in WAITING:
        return None if room in ("net", "cli") else "system"
    return None


def room_rule(top, room, target):
    """The rule that "target" breaks when a file of this room includes it, or None."""
    to_room, slash, rest = target.partition("/")
    if not slash or to_room not in FOLDERS or not (top / FOLDERS[to_room] / rest).is_file():
        return "unknown"
    if room == "public":
        return "public"
    if room == "cli" and to_room != "cli":
        return "command"
    return "direction" if ORDER[to_room] > ORDER[room] else None


def check_file(top, room, path, text):
    """The findings of one file."""
    found = []
    code = strip(text, keep_strings=True)
    for match in INCLUDE.finditer(code):
        written = match.group(1)
        target = written[1:-1]
        if written[0] == '"':
            rule = room_rule(top, room, target)
        elif target.startswith("sexec/"):
            rule = None if (top / "include" / target).is_file() else "unknown"
        elif room == "public":
            rule = None if target in STANDARD_HEADERS else "public"
        elif target == "stdio.h":
            rule = None if room == "cli" or WITHOUT_STREAM.search(code) else "stdio"
        else:
            rule = system_rule(room, path, target)
        if rule:
            line = code.count("\n", 0, match.start()) + 1
            found.append(Finding(rule, path, line, "#include " + written))

    length = text.count("\n")
    if length > FILE_LINES:
        found.append(Finding("file-length", path, length, f"{length} lines"))
    for name, line, lines in functions(text):
        if lines > FUNCTION_LINES:
            found.append(Finding("function", path, line, f"{name} has {lines} lines"))
    return found


def check(top):
    """All findings of a tree, the long functions to warn of, and the number of files per room."""
    top = pathlib.Path(top)
    found, warnings, counts = [], [], {}
    for room, folder in [("public", PUBLIC_FOLDER)] + ROOMS:
        here = files(top, folder)
        counts[room] = (folder, len(here))
        for path, text in here:
            found += check_file(top, room, path, text)
            warnings += [
                f"{path}:{line}: {name} has {lines} lines"
                for name, line, lines in functions(text)
                if FUNCTION_LINES_WARN < lines <= FUNCTION_LINES
            ]
    known = {pathlib.PurePath(folder).name for _, folder in ROOMS} | {"cmake"}
    for folder in sorted(p for p in (top / "src").iterdir() if p.is_dir()):
        if folder.name not in known:
            found.append(Finding("unknown", f"src/{folder.name}", 0, "a folder that is no room"))
    return found, warnings, counts


def report(top):
    """Prints what the check says; the exit status."""
    found, warnings, counts = check(top)
    for room, (folder, count) in counts.items():
        print(f"{room:<11} {folder:<15} {count:3} files")
    if sum(count for _, count in counts.values()) == 0:
        print(f"layers: {top} holds no source file", file=sys.stderr)
        return 1
    for warning in warnings:
        print(f"warning: {warning} (more than {FUNCTION_LINES_WARN})")
    for item in found:
        print(f"{item.path}:{item.line}: [{item.rule}] {item.text}", file=sys.stderr)
    print(f"layers: {len(found)} findings, {len(warnings)} warnings")
    return 1 if found else 0


# --- Self-test -----------------------------------------------------------------------------------

GOOD_TREE = {
    "include/sexec/sexec.h": "#include <stddef.h>\n#include <sexec/error.h>\n",
    "include/sexec/error.h": "#include <stdint.h>\n",
    "src/base/error.h": "",
    "src/base/text.c": '#include "base/error.h"\n#include <stdio.h>\nint n = snprintf(a, 1, "");\n',
    "src/wire/reader.h": '#include "base/error.h"\n',
    "src/crypto/digest.h": '#include "wire/reader.h"\n',
    "src/crypto/digest.c": '#include "crypto/digest.h"\n#include <openssl/evp.h>\n',
    "policy/policy.h": '#include "crypto/digest.h"\n',
    "src/transport/compress.c": '#include "policy/policy.h"\n#include <zlib.h>\n',
    "src/services/gss.c": '#include "base/error.h"\n#include <gssapi/gssapi.h>\n',
    "src/net/loop.c": "#include <sys/socket.h>\n#include <poll.h>\n#include <time.h>\n",
    "audit/record.h": '#include "policy/policy.h"\n',
    "src/client/sexec.c": '#include "audit/record.h"\n#include <sexec/sexec.h>\n',
    "src/cli/options.h": "",
    "src/cli/main.c": '#include "cli/options.h"\n#include <sexec/sexec.h>\n#include <stdio.h>\n'
    "#include <poll.h>\n",
    "src/base/quiet.c": '/* #include <openssl/evp.h> */\n// #include "net/loop.h"\n',
}


def long_function(lines):
    return "int f(void)\n{\n" + "    g();\n" * (lines - 3) + "}\n"


# (the rule that must speak, the file that is added or replaced, what it holds)
BAD_FILES = [
    ("direction", "src/base/bad.c", '#include "wire/reader.h"\n'),
    ("direction", "src/crypto/bad.c", '#include "policy/policy.h"\n'),
    ("direction", "policy/bad.c", '#include "audit/record.h"\n'),
    ("direction", "src/net/bad.c", '#  include   "audit/record.h"\n'),
    ("public", "include/sexec/bad.h", "#include <openssl/evp.h>\n"),
    ("public", "include/sexec/bad.h", '#include "base/error.h"\n'),
    ("command", "src/cli/bad.c", '#include "base/error.h"\n'),
    ("unknown", "src/base/bad.c", '#include "error.h"\n'),
    ("unknown", "src/wire/bad.c", '#include "base/nosuch.h"\n'),
    ("unknown", "src/wire/bad.c", '#include "kitchen/sink.h"\n'),
    ("unknown", "src/wire/bad.c", '#include "../base/error.h"\n'),
    ("unknown", "src/client/bad.c", "#include <sexec/nosuch.h>\n"),
    ("unknown", "src/kitchen/bad.c", ""),
    ("openssl", "src/keys/bad.c", "#include <openssl/pem.h>\n"),
    ("openssl", "src/cli/bad.c", "#include <openssl/crypto.h>\n"),
    ("gssapi", "src/auth/bad.c", "#include <gssapi/gssapi.h>\n"),
    ("gssapi", "src/services/second.c", "#include <gssapi/gssapi_krb5.h>\n"),
    ("gssapi", "src/client/gss.c", "#include <krb5.h>\n"),
    ("zlib", "src/wire/bad.c", "#include <zlib.h>\n"),
    ("system", "src/engine/bad.c", "#include <sys/socket.h>\n"),
    ("system", "src/client/bad.c", "#include <netdb.h>\n"),
    ("system", "src/services/bad.c", "#include <poll.h>\n"),
    ("system", "src/transport/bad.c", "#include <time.h>\n"),
    ("system", "src/cli/bad.c", "#include <sys/socket.h>\n"),
    ("stdio", "src/transport/bad.c", "#include <stdio.h>\n"),
    ("stdio", "src/base/bad.c", "#include <stdio.h>\n/* snprintf(a, 1, b) */\n"),
    ("file-length", "src/base/bad.c", "\n" * (FILE_LINES + 1)),
    ("file-length", "include/sexec/bad.h", "\n" * (FILE_LINES + 1)),
    ("function", "src/base/bad.c", long_function(FUNCTION_LINES + 1)),
]


def findings_of(tree):
    """Checks a tree given as path -> text; (rules that spoke, warnings)."""
    with tempfile.TemporaryDirectory() as top:
        for path, text in tree.items():
            place = pathlib.Path(top) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        found, warnings, _ = check(top)
    return found, warnings


def self_test():
    failures = []
    found, warnings = findings_of(GOOD_TREE)
    if found or warnings:
        failures.append(f"the good tree is refused: {found} {warnings}")
    for rule, path, text in BAD_FILES:
        found, _ = findings_of({**GOOD_TREE, path: text})
        folder = path.rsplit("/", 1)[0]
        spoke = [(item.rule, item.path) for item in found]
        if spoke not in ([(rule, path)], [(rule, folder)]):
            failures.append(f"wanted only {rule} at {path}, got {spoke}")

    edge = {**GOOD_TREE, "src/base/edge.c": long_function(FUNCTION_LINES)}
    found, warnings = findings_of(edge)
    if found or len(warnings) != 1:
        failures.append(f"a function of {FUNCTION_LINES} lines wants one warning: {warnings}")
    edge = {**GOOD_TREE, "src/base/edge.c": long_function(FUNCTION_LINES_WARN)}
    if findings_of(edge) != ([], []):
        failures.append(f"a function of {FUNCTION_LINES_WARN} lines is no warning")

    with tempfile.TemporaryDirectory() as empty:
        (pathlib.Path(empty) / "src").mkdir()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            if report(empty) != 1:
                failures.append("an empty tree passes")

    for failure in failures:
        print(f"layers self-test: {failure}", file=sys.stderr)
    print(f"layers self-test: {len(BAD_FILES)} bad trees, {len(failures)} failures")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print("usage: layers.py TOP | --self-test", file=sys.stderr)
        return 2
    return report(arguments[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
