#!/usr/bin/python3
"""Records of every type, made by real sessions and by their accidents, against the schema that stands
in audit/record.schema.json; and a schema that notices what isn't right."""

import copy
import sys

import audit_tools
import servers
import support
from audit_tools import Audit, check_schema, schema
from support import check

ELSEWHERE = {"kerberos"}  # interop.kerberos has it


def hostile(client):
    """A server whose first packet is beyond any bound."""
    client.sendall(b"SSH-2.0-big\r\n\xff\xff\xff\xff" + bytes(64))
    client.recv(4096)
    client.recv(4096)


def make_all_types(sshd, setup):
    audit = Audit(*setup.options)
    audit.run(sshd, "echo out; echo err >&2; exit 3", stdin=b"in").expect(3)
    audit.run(sshd, "kill -9 $$")
    audit.run(sshd, "true", "-c", "aes256-cbc,none").expect(255)
    audit.run(sshd, "true", "--set", "KnownHostsMode=accept-new", "--set",
              f"KnownHostsFile={audit.folder / 'known'}").expect(0)
    with servers.Listener(hostile) as listener:
        done = support.run(["-p", listener.port, *audit.settings(), "-o",
                            "PreferredAuthentications=none", "--host-key-fingerprint",
                            "SHA256:" + "A" * 43, f"x@{servers.ADDRESS}", "true"])
        done.expect(255)
    process = audit_tools.start(audit, sshd, "echo started; sleep 30")
    check(process.stdout.readline() == b"started\n", "the command did not start")
    audit_tools.kill(process)
    with audit.file.open("ab") as file:
        file.write(b'{"v":1,"seq":')  # as a writer that died leaves it
    audit.run(sshd, "true").expect(0)
    signer = audit.folder / "signer"
    servers.make_key(signer, "ecdsa256")
    audit.tool("checkpoint", "--key", audit.key, "--sign", signer, audit.file).expect(0)
    aside = audit.folder / "aside"
    audit.tool("rotate", "--key", audit.key, "--to", aside, audit.file).expect(0)
    audit.expect_whole(aside, audit.file)
    return audit.records(aside, audit.file)


def show_records(sshd, setup):
    records = make_all_types(sshd, setup)
    seen = check_schema(records)
    missing = set(schema()[0]["properties"]["type"]["enum"]) - seen - ELSEWHERE
    check(not missing, f"no record of {missing}")
    niap = {record["niap"] for record in records if record.get("niap")}
    check(niap == {"establishment", "termination", "connection failure", "packet dropped"},
          f"NIAP's events: {niap}")
    sizes = [record["size"] for record in records if record["type"] == "packet_dropped"]
    check(sizes == [0xffffffff], f"sizes of dropped packets: {sizes}")
    for record in records:
        if record.get("niap"):
            check(record["address"] or record.get("reason"), f"who was it? {record}")
    return f"{len(records)} records of {len(seen)} types"


def show_it_notices(sshd):
    records = make_all_types(sshd, support.default_setup())
    good = next(record for record in records if record["type"] == "host_key")
    for change in ({"v": 2}, {"seq": -1}, {"time": "2026-11-30T00:00:00Z"}, {"accepted": "true"},
                   {"more": 1}, {"type": "other"}, {"bits": 1.5}, {"tag": "00"}, {"user": None}):
        bad = copy.copy(good)
        bad.update(change)
        check(list(schema()[1].iter_errors(bad)), f"{change} passes")
    for name in good:
        bad = {key: value for key, value in good.items() if key != name}
        check(list(schema()[1].iter_errors(bad)), f"without {name} it passes")


def main():
    report = support.Report()
    with servers.Sshd() as sshd:
        setups = support.all_setups()
        for setup in (setups[-2], setups[-1]):  # with the longest list of self-tests, and default
            report.case(f"records, {setup.name}", show_records, sshd, setup)
        report.case("the schema notices", show_it_notices, sshd)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
