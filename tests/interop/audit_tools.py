"""Audits for tests: a key pair, a file, sexec and sexec-audit over them."""

import functools
import json
import os
import pathlib
import signal
import subprocess

import jsonschema
import servers
import support
from support import check

AUDIT = support.BUILD / "sexec-audit"
LOST = 3014


class Audit:
    """One audit in a folder of its own. options: what every call of both commands gets."""

    def __init__(self, *options):
        self.options = options
        self.folder = support.folder("audit")
        self.file = self.folder / "audit"
        self.key = self.folder / "machine.key"
        self.verifier = self.folder / "verifier.key"
        self.tool("keygen", self.key, self.verifier).expect(0)

    def tool(self, *arguments, **more):
        return support.run([*self.options, *arguments], program=AUDIT, **more)

    def settings(self):
        return [*self.options, "--audit", self.file, "--audit-key", self.key]

    def run(self, sshd, command, *options, **more):
        return sshd.run(command, *self.settings(), *options, **more)

    def records(self, *files):
        lines = []
        for path in files or (self.file,):
            lines += path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def types(self):
        return [record["type"] for record in self.records()]

    def verify(self, *arguments, status=0):
        """The verdict as a dict."""
        done = self.tool("verify", "--key", self.verifier, *(arguments or (self.file,)))
        done.expect(status)
        lines = done.out.decode().splitlines()
        return dict(line.split(": ", 1) if ": " in line else (line[:-1], "") for line in lines)

    def expect_whole(self, *arguments):
        verdict = self.verify(*arguments)
        check(verdict["result"] == "whole", f"not whole: {verdict}")
        return verdict


def start(audit, sshd, command, *options):
    """sexec in the background."""
    return subprocess.Popen(
        [str(word) for word in (
            support.SEXEC, *sshd.options(), *audit.settings(), *options,
            f"{servers.USER}@{servers.ADDRESS}", command)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=support.clean_environment(),
    )


def kill(process):
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()


# --- The schema -----------------------------------------------------------------------------------

SOURCE = pathlib.Path(os.environ.get("SEXEC_SOURCE_DIR") or pathlib.Path(__file__).parents[2])
FIRST = ["v", "seq", "time", "host", "process", "user", "session", "type"]


@functools.cache
def schema():
    text = json.loads((SOURCE / "audit" / "record.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(text)
    return text, jsonschema.Draft202012Validator(text)


def check_schema(records):
    """Each record is as audit/record.schema.json says, its members in their order; the types seen."""
    text, validator = schema()
    orders = {kind["title"]: FIRST + kind["required"] + ["prev", "tag"] for kind in text["oneOf"]}
    for record in records:
        for error in validator.iter_errors(record):
            raise support.Failure(f"against the schema: {error.message[:300]}: {record}")
        check(list(record) == orders[record["type"]], f"members out of order: {record}")
    return {record["type"] for record in records}
