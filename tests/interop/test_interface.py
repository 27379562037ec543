#!/usr/bin/python3
"""The whole interface, row by row: tests/interface.tsv holds facts of the reference, and each must
be so here: there, with its default, readable, settable, refused while a connection is in progress,
and exercised by the test that the table names (interface_table.py looks whether that is true). Prints
how many rows there are and how many of them are exercised: all but those that can't occur here, which
it names one by one with the reason.

Columns: kind, name, type (of an event: its parameters, * for settable ones; of an error: the errnos
that bring it about; of values: the reference's constant), access, default ("-": not stated; "~" and a
text: ours is that, and -Q interface marks the row; of a code page: known or 434), value to set
("-": none), locked (refused meanwhile: a code), test (file:function, and what to look for in it where
that isn't the name; of errors: the program that gets them), reason (why a code can't occur)."""

import ctypes
import socket
import sys

import interface_table
import support
from support import check

support.run_sanitizer_first()
LIBRARY = ctypes.CDLL(str(support.BUILD / "libsexec.so"))
SETTING, BAD_STATE, CODE_PAGE = 3006, 211, 434
TEXT, NUMBER, SIZE = ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_size_t)
for new in ("sexec_new", "sexec_free"):
    getattr(LIBRARY, new).restype = ctypes.c_void_p
LIBRARY.sexec_error_text.restype = TEXT


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


def show_booleans(ssh, name):
    """The reference's spellings, without regard to case, read back as True and False."""
    before = config(ssh, name)[1]
    for text, shown in (("YES", "True"), ("no", "False"), ("1", "True"), ("0", "False"),
                        ("tRUE", "True"), ("FALSE", "False"), (before, before)):
        code, _ = config(ssh, f"{name}={text}")
        if name == "UseInternalSecurityAPI" and shown == "True":
            check(code == SETTING, "there is no internal implementation")
            continue
        check(code == 0, f"{text} gives {code}")
        check(config(ssh, name)[1] == shown, f"{text} reads back as {config(ssh, name)[1]}")


def show_config(row):
    ssh = fresh()
    for name in (row["name"], row["name"].upper(), row["name"].lower()):
        if row["default"] != "-":
            code, found = config(ssh, name)
            check(code == 0, f"reading {name} gives {code}")
            expect_default(row, found)
    if "write" not in row["access"]:
        check(config(ssh, f"{row['name']}=x")[0] == SETTING, "it can be written")
        code = LIBRARY.sexec_config_bytes(ssh, row["name"].encode(), b"x", ctypes.c_size_t(1))
        check(code == SETTING, "its bytes can be written")
    if row["index"]:
        check(config(ssh, f"{row['name']}[0]") == config(ssh, row["name"]), "it takes no index")
        check(config(ssh, f"{row['name']}[x]")[0] == SETTING, "it takes any index")
    elif row["name"] != "SSHKeyRenegotiate":
        check(config(ssh, f"{row['name']}[0]")[0] == SETTING, "it takes an index")
    if row["type"] == "bool" and "write" in row["access"]:
        show_booleans(ssh, row["name"])
    if row["value"] != "-":
        code, _ = config(ssh, f"{row['name']}={row['value']}")
        check(code == 0, f"setting it gives {code}")
        found = config(ssh, row["name"])[1]
        check(found == row["value"], f"{row['value']!r} reads back as {found!r}")
        if row["type"] in ("int", "bool"):
            for value in ("nonsense", "", "-1", "1x", " 1", "99999999999999999999"):
                check(config(ssh, f"{row['name']}={value}")[0] == SETTING, f"it takes {value!r}")
            check(config(ssh, row["name"])[1] == row["value"], "a refused value changes it")
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


def show_code_page(row):
    ssh = fresh()
    code = config(ssh, f"CodePage={row['name']}")[0]
    check(code == {"known": 0, "434": CODE_PAGE}[row["default"]], f"it gives {code}")
    LIBRARY.sexec_free(ssh)


def show_algorithm(row):
    """The widest policy knows it in its list."""
    kinds = {"cipher": "cipher", "mac": "MAC", "kex": "key exchange", "compression": "compression"}
    kind = kinds.get(row["type"])
    shown = TEXT()
    ssh = fresh()
    code = LIBRARY.sexec_explain(ssh, b"compat", row["name"].encode(), ctypes.byref(shown))
    text = (shown.value or b"").decode()
    LIBRARY.sexec_free(ssh)
    if "no algorithm of this name" in text and not support.HAS_LEGACY:
        return # left out of this build
    check(code == 0 and "no algorithm of this name" not in text, f"unknown: {text}")
    check(kind is None or f"{kind}: {row['name']}" in text, f"not among the {kind}s: {text}")
    listed = (support.SOURCE / "tests" / "interop" / "algorithms.tsv").read_text(encoding="utf-8")
    check(f"\t{row['name']}\treference" in listed, "algorithms.tsv doesn't have it")


def show_value(row):
    """A value of a property, kept as it is; the next free number is none."""
    name = {"cert store type": "ssh_cert_store_type", "auth mode": "ssh_auth_mode",
            "firewall type": "firewall_type"}[row["kind"]]
    ssh = fresh()
    setter, getter = (getattr(LIBRARY, f"sexec_{verb}_{name}") for verb in ("set", "get"))
    check(setter(ssh, int(row["name"])) == 0, "it is refused")
    check(getter(ssh) == int(row["name"]), "it isn't kept")
    if row["default"] != "-":
        check(LIBRARY.sexec_get_firewall_port(ssh) == int(row["default"]), "it brings another port")
    check(setter(ssh, 77) == 10022 and getter(ssh) == int(row["name"]), "77 is taken")
    header = (support.SOURCE / "include" / "sexec" / "sexec.h").read_text(encoding="utf-8")
    constants = [word.replace("_", "").removeprefix("SEXEC") for word in header.split()]
    check(row["type"].upper() in constants, f"sexec.h has no constant for {row['type']}")
    LIBRARY.sexec_free(ssh)


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
        if (kind, row["access"]) == ("error", "-") or kind not in ("property", "method", "event",
                                                                   "setting"):
            continue
        name = row["name"].split("[")[0].lower()
        check((kind, name) in marks, f"{row['name']} isn't listed")
        if row["default"].startswith("~"):
            check(marks[kind, name].startswith("differs: "), f"{row['name']} isn't marked")


SHOW = {"property": show_property, "config": show_config, "method": show_method,
        "event": show_event, "error": show_error, "code page": show_code_page,
        "algorithm": show_algorithm, "cert store type": show_value, "auth mode": show_value,
        "firewall type": show_value}


def show_exception(row):
    check(row["kind"] == "error" and len(row["reason"]) > 10, "an exception without a reason")


def main():
    report = support.Report()
    report.print_good = False
    table = interface_table.rows()
    report.case("the table is complete", interface_table.check_counts, table)
    outputs = interface_table.run_codes(table)
    exceptions = []
    for row in table:
        name = f"{row['kind']} {row['name']}"
        report.case(name, SHOW[row["kind"]], row)
        if row["test"] == "-":
            exceptions.append(f"can't occur here: {name}: {row['reason']}")
            report.case(f"{name}: why not", show_exception, row)
        elif row["kind"] == "error":
            report.case(f"{name} in {row['test']}", interface_table.check_shown, row, outputs)
        else:
            report.case(f"{name} in {row['test']}", interface_table.check_exercised, row)
    report.case("-Q interface", show_query, table)
    print("\n".join(exceptions))
    print(f"{len(table)} rows: {len(table) - len(exceptions)} exercised by a named test, "
          f"{len(exceptions)} that can't occur here")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
