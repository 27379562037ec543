"""What the lint scripts share: the rooms, their files, and a C file without its comments."""

import pathlib
import re

# The one direction: a room includes itself, the rooms before it, and <sexec/...>.
ROOMS = [
    ("base", "src/base"),
    ("wire", "src/wire"),
    ("crypto", "src/crypto"),
    ("policy", "policy"),
    ("keys", "src/keys"),
    ("transport", "src/transport"),
    ("auth", "src/auth"),
    ("connection", "src/connection"),
    ("engine", "src/engine"),
    ("services", "src/services"),
    ("net", "src/net"),
    ("audit", "audit"),
    ("client", "src/client"),
    ("cli", "src/cli"),
]
FOLDERS = dict(ROOMS)
PUBLIC_FOLDER = "include/sexec"

# Comments and literals in one pattern, so that a quote in a comment or a /* in a string is
# recognised for what it is.
_TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)


def strip(text, keep_strings=False):
    """The code with comments (and literals) blanked; line numbers stay as they are."""

    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token if keep_strings else token[0] + token[0]
        return " " + "\n" * token.count("\n")

    return _TOKEN.sub(blank, text)


def files(top, folder):
    """All C files below a folder, as (path relative to top, text)."""
    base = pathlib.Path(top) / folder
    found = sorted(p for p in base.rglob("*.[ch]") if p.is_file())
    return [(p.relative_to(top).as_posix(), p.read_text(encoding="utf-8")) for p in found]


def functions(text):
    """(name, first line, lines) of each function definition; its braces stand in column 0."""
    lines = strip(text).split("\n")
    found = []
    start = None
    for number, line in enumerate(lines):
        if start is None and line.rstrip() == "{":
            head = number - 1
            while head > 0 and not re.match(r"[A-Za-z_]", lines[head]):
                head -= 1
            name = re.search(r"(\w+)\s*\(", lines[head])
            if name:
                start = (name.group(1), head)
        elif start is not None and line.startswith("}"):
            found.append((start[0], start[1] + 1, number - start[1] + 1))
            start = None
    return found
