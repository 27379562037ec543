#!/usr/bin/python3
"""The whole interface, row by row: tests/interface.tsv holds facts of the reference, and each must
be so here: there, with its default, readable, settable, refused while a connection is in progress,
and exercised by the test that the table names. Prints how many rows there are and how many of them are
exercised, and names the others one by one, as those that this version doesn't have.

Columns: kind, name, type, access, default ("-": not stated; "~" and a text: ours is that, and
-Q interface marks the row), value to set ("-": none), locked (refused meanwhile: a code), test."""

import ctypes
import csv
import socket
import sys

import support
from support import check

support.run_sanitizer_first()
TABLE = support.SOURCE / "tests" / "interface.tsv"
LIBRARY = ctypes.CDLL(str(support.BUILD / "libsexec.so"))
SETTING, BAD_STATE = 3006, 211
TEXT, NUMBER, SIZE = ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_size_t)
for new in ("sexec_new", "sexec_free"):
    getattr(LIBRARY, new).restype = ctypes.c_void_p
LIBRARY.sexec_error_text.restype = TEXT


def rows():
    with open(TABLE, encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def fresh():
    return ctypes.c_void_p(LIBRARY.sexec_new())


def config(ssh, text):
    """(code, value) of sexec_config."""
    value = TEXT()
    code = LIBRARY.sexec_config(ssh, text.encode(), ctypes.byref(value))
    return code, (value.value or b"").decode("utf-8", "replace")


def get_property(ssh, row):
    getter = getattr(LIBRARY, f"sexec_get_{row['name']}")
    if row["type"] == "str":
        getter.restype = TEXT
        return getter(ssh).decode()
    if row["type"] == "bytes":
        getter.restype = ctypes.c_void_p
        length = ctypes.c_size_t()
        pointer = getter(ssh, ctypes.byref(length))
        return ctypes.string_at(pointer, length.value).decode() if length.value else ""
    if row["type"] == "bool":
        getter.restype = ctypes.c_bool
        return "True" if getter(ssh) else "False"
    getter.restype = NUMBER
    return str(getter(ssh))


def set_property(ssh, row, value):
    setter = getattr(LIBRARY, f"sexec_set_{row['name']}")
    if row["type"] == "str":
        return setter(ssh, value.encode())
    if row["type"] == "bytes":
        return setter(ssh, value.encode(), ctypes.c_size_t(len(value.encode())))
    if row["type"] == "bool":
        return setter(ssh, ctypes.c_bool(value == "True"))
    return setter(ssh, int(value))


class InProgress:
    """An object on the way to a server that never says anything."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.ssh = fresh()
        LIBRARY.sexec_set_timeout(self.ssh, 0)
        LIBRARY.sexec_set_ssh_user(self.ssh, b"user")
        LIBRARY.sexec_set_ssh_auth_mode(self.ssh, 0)
        code = LIBRARY.sexec_ssh_logon(self.ssh, b"127.0.0.1", self.listener.getsockname()[1])
        check(code == 0, f"the logon doesn't start: {code}")
        return self.ssh

    def __exit__(self, *_):
        LIBRARY.sexec_free(self.ssh)
        self.listener.close()


def expect_default(row, found):
    wanted = row["default"].removeprefix("~")
    if row["default"] == "-":
        return
    check(found.replace("\n", "\\n") == wanted, f"default {found!r} instead of {wanted!r}")


def show_property(row):
    ssh = fresh()
    if "read" in row["access"]:
        expect_default(row, get_property(ssh, row))
    else:
        check(not hasattr(LIBRARY, f"sexec_get_{row['name']}"), "it can be read")
    if "write" not in row["access"]:
        check(not hasattr(LIBRARY, f"sexec_set_{row['name']}"), "it can be written")
    else:
        check(hasattr(LIBRARY, f"sexec_set_{row['name']}"), "it can't be written")
    if row["value"] != "-":
        code = set_property(ssh, row, row["value"])
        check(code == 0, f"setting it gives {code}")
        if "read" in row["access"]:
            found = get_property(ssh, row)
            check(found == row["value"], f"{row['value']!r} reads back as {found!r}")
    LIBRARY.sexec_free(ssh)
    if row["locked"] != "-":
        with InProgress() as busy:
            code = set_property(busy, row, row["value"])
            check(code == int(row["locked"]), f"set while in progress: {code}")


def show_config(row):
    ssh = fresh()
    for name in (row["name"], row["name"].upper(), row["name"].lower()):
        if row["default"] != "-":
            code, found = config(ssh, name)
            check(code == 0, f"reading {name} gives {code}")
            expect_default(row, found)
    if "write" not in row["access"]:
        check(config(ssh, f"{row['name']}=x")[0] == SETTING, "it can be written")
    if row["value"] != "-":
        code, _ = config(ssh, f"{row['name']}={row['value']}")
        check(code == 0, f"setting it gives {code}")
        found = config(ssh, row["name"])[1]
        check(found == row["value"], f"{row['value']!r} reads back as {found!r}")
        if row["type"] in ("int", "bool"):
            check(config(ssh, f"{row['name']}=nonsense")[0] == SETTING, "it takes nonsense")
    LIBRARY.sexec_free(ssh)
    if row["locked"] != "-":
        with InProgress() as busy:
            code, _ = config(busy, f"{row['name']}={row['value']}")
            check(code == int(row["locked"]), f"set while in progress: {code}")


def show_method(row):
    check(hasattr(LIBRARY, f"sexec_{row['name']}"), "there is no such function")


def show_event(row):
    """The handler is set by a function, and each parameter has its accessor."""
    check(hasattr(LIBRARY, f"sexec_{row['name']}"), "there is no such function")
    event = row["name"].removeprefix("on_")
    for parameter in filter(None, row["type"].split(",")):
        name = f"sexec_{event}_event_{parameter.removesuffix('*')}"
        check(hasattr(LIBRARY, name), f"{name} is missing")
        if parameter.endswith("*"):
            setter = f"sexec_{event}_event_set_{parameter.removesuffix('*')}"
            check(hasattr(LIBRARY, setter), f"{setter} is missing")


def show_error(row):
    text = LIBRARY.sexec_error_text(int(row["name"]))
    check(text and text != b"Unknown error.", "it has no text")


def show_exercised(row):
    """The named test is there and speaks of the row."""
    path = support.SOURCE / "tests" / row["test"]
    check(path.exists(), f"{path} is missing")
    name = row["name"].split("[")[0]
    check(name.lower() in path.read_text(encoding="utf-8").lower(), f"{path} says nothing of it")


def show_query(table):
    """-Q interface has each row, and marks those whose default is another one."""
    marks = {}
    for line in support.query("interface")[1:]:
        fields = line.split("\t")
        check(len(fields) == 6, line)
        if fields[0] != "setting":
            check(hasattr(LIBRARY, fields[2]), f"{fields[2]} is missing")
        marks[fields[0], fields[1].lower()] = fields[5]
    for row in table:
        kind = "setting" if row["kind"] == "config" else row["kind"]
        if kind == "error" or not row["is_there"]:
            continue
        name = row["name"].split("[")[0].lower()
        check((kind, name) in marks, f"{row['name']} isn't listed")
        if row["default"].startswith("~"):
            check(marks[kind, name].startswith("differs: "), f"{row['name']} isn't marked")


def is_there(row):
    """Whether this version has the row at all."""
    if row["kind"] == "property":
        return any(hasattr(LIBRARY, f"sexec_{verb}_{row['name']}") for verb in ("get", "set"))
    if row["kind"] == "config":
        return row["name"] == "SSHKeyRenegotiate" or config(fresh(), row["name"])[0] != SETTING
    return row["kind"] == "error" or hasattr(LIBRARY, f"sexec_{row['name']}")


SHOW = {"property": show_property, "config": show_config, "method": show_method,
        "event": show_event, "error": show_error}


def main():
    report = support.Report()
    report.print_good = False
    table = rows()
    exceptions = []
    for row in table:
        row["name"] = row["name"].split("[")[0]
        row["is_there"] = is_there(row)
        if not row["is_there"]:
            exceptions.append(f"not there: {row['kind']} {row['name']}")
            continue
        report.case(f"{row['kind']} {row['name']}", SHOW[row["kind"]], row)
        if row["test"] == "-":
            exceptions.append(f"exercised by no test of its own: {row['kind']} {row['name']}")
        else:
            report.case(f"{row['kind']} {row['name']} in {row['test']}", show_exercised, row)
    report.case("-Q interface", show_query, table)
    print(f"{len(table)} rows, {len(table) - len(exceptions)} exercised by a named test")
    for name in exceptions:
        print(name)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
