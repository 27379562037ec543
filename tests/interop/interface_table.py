"""tests/interface.tsv, and whether what it says of tests is true: that the named function exists, is
called, is in a file that ctest runs, and deals with the row; and for codes, that the named program
really got them out of a public function, by running it."""

import ast
import concurrent.futures
import csv
import re

import support
from support import check

TESTS = support.SOURCE / "tests"
COUNTS = {"property": 27, "method": 15, "event": 11, "config": 75, "error": 102, "code page": 150,
          "algorithm": 76, "cert store type": 24, "auth mode": 8, "firewall type": 5}


def rows():
    with open(TESTS / "interface.tsv", encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    table = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in table:
        check(None not in row and None not in row.values(), f"a row of another width: {row}")
        row["index"] = "[" in row["name"]
        row["name"] = row["name"].split("[")[0]
    return table


def check_counts(table):
    for kind, count in COUNTS.items():
        found = [row["name"] for row in table if row["kind"] == kind]
        check(len(found) == count, f"{len(found)} rows of kind {kind} instead of {count}")
        # Some algorithms belong to two lists, and the same name may be a property and a setting.
        names = [(row["name"].lower(), row["type"]) for row in table if row["kind"] == kind]
        check(len(set(names)) == count, f"a row of kind {kind} stands there twice")
    check(sum(COUNTS.values()) == len(table), "rows of another kind")


# --- Functions of tests ---------------------------------------------------------------------------


def functions_of(path):
    """name -> body."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        return {node.name: ast.get_source_segment(text, node) for node in nodes}
    pattern = r"^(?:static )?[a-z][\w ]*[ *](\w+)\([^;{}]*\)\n\{\n(.*?)^\}"
    return {m.group(1): m.group(2) for m in re.finditer(pattern, text, re.MULTILINE | re.DOTALL)}


def program_of(path):
    return support.BUILD / "tests" / path.parent.relative_to(TESTS) / path.stem


def check_is_run(path):
    """ctest runs each test_*; what is beside them in interop/ is run by one of those."""
    folder = path.relative_to(TESTS).parts[0]
    if path.suffix == ".py":
        check(folder == "interop", f"{path} is no test")
        if path.name.startswith("test_"):
            return
    elif folder in ("unit", "memory"):
        check(path.name.startswith("test_"), f"{path} is no test")
        check(program_of(path).exists(), f"{path} isn't built")
        return
    else:
        check(program_of(path).exists(), f"{path} isn't built")
    quoted = f'"{path.stem}"' if path.suffix == ".c" else path.stem
    users = [user for user in (TESTS / "interop").glob("test_*.py")
             if user.name != "test_interface.py" and quoted in user.read_text(encoding="utf-8")]
    check(users, f"no test runs {path}")


def mention(row):
    """What a function that exercises the row has in it."""
    name = re.escape(row["name"])
    return {"property": rf"sexec_[gs]et_{name}\(|\b{name}\b", "method": rf"sexec_{name}\(",
            "event": rf"sexec_{name}\(", "config": rf"(?i)\b{name}\b"}[row["kind"]]


def check_exercised(row):
    file, function, *token = row["test"].split(":", 2)
    path = TESTS / file
    check(path.is_file(), f"{path} is missing")
    check_is_run(path)
    body = functions_of(path).get(function)
    check(body is not None, f"{file} has no function {function}")
    calls = len(re.findall(rf"\b{function}\b", path.read_text(encoding="utf-8")))
    check(calls > 1 or function == "main", f"{file}: nobody calls {function}")
    pattern = re.escape(token[0]) if token else mention(row)
    check(re.search(pattern, body), f"{file}: {function} has nothing of {pattern}")


# --- Codes ----------------------------------------------------------------------------------------


def run_codes(table):
    """file -> what it printed, for the programs that show codes."""
    files = sorted({row["test"] for row in table if row["kind"] == "error"} - {"-"})

    def run(file):
        check_is_run(TESTS / file)
        done = support.run([], program=program_of(TESTS / file), timeout=120)
        return done.expect(0).out.decode()

    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(files, pool.map(run, files)))


def check_shown(row, outputs):
    text = outputs[row["test"]]
    line = f"shown: error {row['name']}\n"
    check(line in text, f"{row['test']} didn't get {row['name']} out of a public function")
    for errno in filter(None, row["type"].strip("-").split(",")):
        check(f"{errno}: {line}" in text, f"{errno} doesn't come as {row['name']}")
