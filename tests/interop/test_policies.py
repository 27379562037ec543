#!/usr/bin/python3
"""What the command says of policies is what it does: -Q shows the tables, --explain gives each
refusal its rule, --explain-server shows what then is negotiated, and a server that has nothing
but refused algorithms gets error 1003 with both lists and the rule behind each refusal, under
every approved policy."""

import re
import sys

import servers
import support
from support import check

GOLDEN = support.SOURCE / "tests" / "golden"
APPROVED = ("fips", "niap", "cnsa1", "stig")
POLICIES = (*APPROVED, "default", *(("compat", "legacy") if support.HAS_LEGACY else ()))
NEGOTIATION = 1003
POLICY = 3005

# A list that no approved policy has anything of; what else the server must have so that the list is
# reached; and what the policies' own list is called by -Q.
REFUSED = {
    "key exchange": (
        "KexAlgorithms",
        ["curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group14-sha1",
         "diffie-hellman-group1-sha1", "sntrup761x25519-sha512@openssh.com"],
        [], "kex",
    ),
    "cipher": (
        "Ciphers",
        ["chacha20-poly1305@openssh.com", "aes256-cbc", "aes128-cbc", "3des-cbc", "aes192-ctr"],
        [], "cipher",
    ),
    "MAC": (
        "MACs",
        ["hmac-sha1", "hmac-md5", "umac-64@openssh.com", "hmac-sha1-96", "hmac-md5-96"],
        ["Ciphers aes256-ctr"], "mac",
    ),
}


def show_queries():
    names = support.query("policies")
    check(names == list(POLICIES), f"-Q policies: {names}")
    for name in names:
        dump = support.run(["-Q", "policy", name]).expect(0).out.decode()
        golden = (GOLDEN / f"policy-{name}.txt").read_text(encoding="utf-8")
        check(dump == golden, f"-Q policy {name} is not tests/golden/policy-{name}.txt")
    lines = support.query("machine")
    check("site file: none" in lines and "policy: default" in lines, f"-Q machine: {lines}")
    return f"{len(names)} policies are their golden dumps"


def fields(text):
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def explain(options, policy, algorithm):
    """(exit status, the first block's fields)"""
    done = support.run([*options, "--explain", policy, algorithm])
    check(done.status in (0, 1), f"{done}")
    return done.status, fields(done.out.decode().split("\n\n")[0])


def show_explanations(module):
    options = ["--module-dir", module]
    rows = [  # policy, algorithm, allowed, a word of the rule, a word of the source
        ("fips", "aes256-ctr", True, "lists it", "FIPS 140-3"),
        ("fips", "aes256-cbc", False, "CBC", "STIG RHEL-09-255064"),
        ("fips", "curve25519-sha256", False, "not an approved", "SP 800-56A"),
        ("fips", "ssh-ed25519", False, "FIPS 186-5", "#4985"),
        ("niap", "aes256-ctr", False, "no other mechanisms", "NIAP"),
        ("cnsa1", "ecdh-sha2-nistp256", False, "P-384", "RFC 9212"),
        ("stig", "hmac-sha1", False, "SHA-1", "SP 800-131A"),
        ("default", "chacha20-poly1305@openssh.com", True, "lists it", "RFC 9142"),
        ("default", "arcfour", False, "RC4", "RFC 8758"),
        ("default", "made-up", False, "no algorithm of this name", "-"),
    ]
    for policy, algorithm, allowed, rule, source in rows:
        status, got = explain(options, policy, algorithm)
        check(status == (0 if allowed else 1), f"{policy} {algorithm}: status {status}")
        check(got["verdict"] == ("allowed" if allowed else "refused"), f"{algorithm}: {got}")
        check(rule in got["rule"] and source in got["source"], f"{policy} {algorithm}: {got}")
        check(got["provider"] != "", f"{policy} {algorithm}: {got}")
    support.run(["--explain", "nonesuch", "aes256-ctr"]).expect_failure(3005, "nonesuch")
    support.run(["--explain", "fips"]).expect_failure(10022, "--explain")
    return f"{len(rows)} explanations"


def rows_of(text):
    """{heading: {name: word}} of --explain-server."""
    found, heading = {}, None
    for line in text.splitlines():
        row = re.match(r"  (chosen|allowed|left out|refused|signal) +([^ :]+)", line)
        if row:
            found[heading][row.group(2)] = row.group(1)
        elif line.endswith(":"):
            heading = line[:-1]
            found[heading] = {}
    return found


def chosen(rows, heading):
    names = [name for name, word in rows[heading].items() if word == "chosen"]
    return names[0] if names else None


def show_server_offer(sshd, options):
    done = support.run([*options, "-p", sshd.port, "--explain-server", servers.ADDRESS]).expect(0)
    text = done.out.decode()
    rows = rows_of(text)
    check(text.startswith("server: SSH-2.0-OpenSSH"), text)
    check(rows["key exchange"]["kex-strict-s-v00@openssh.com"] == "signal", text)
    ran = sshd.run("true", *options, "-v")  # the policy may refuse the user's key, later
    wanted = {
        "key exchange": r"kex ([^ ,]+),", "host key": r"host key ([^ ,]+),",
        "cipher from client to server": r"cipher ([^ ,/]+)/",
        "cipher from server to client": r"cipher [^ ,/]+/([^ ,]+),",
    }
    for heading, pattern in wanted.items():
        used = re.search(r"Key exchange \(initial\): .*?" + pattern, ran.err)
        check(used, f"no key exchange is told: {ran}")
        check(chosen(rows, heading) == used.group(1),
              f"{heading}: {chosen(rows, heading)} was shown, {used.group(1)} used")
    return f"{sum(map(len, rows.values()))} rows, the chosen ones are used"


def show_refusal(policy, options, kind):
    keyword, names, more, what = REFUSED[kind]
    # Not every module has ML-KEM.
    ours = [name for name in support.query(what, *options) if not name.startswith("mlkem")]
    with servers.Sshd(f"{keyword} {','.join(names)}", *more) as sshd:
        done = sshd.run("true", *options)
        done.expect_failure(NEGOTIATION, f"no common {kind}", ours[0], ours[-1], *names)
        line = done.lines()[0]
        for name in names:
            _, got = explain(options, policy, name)
            rule = got["rule"].split(" refuses it: ", 1)[1]
            check(rule in line, f"the rule against {name}, {rule!r}, is not in: {line}")
            check(got["source"] in line, f"the source against {name}, {got['source']!r}: {line}")
        done = support.run([*options, "-p", sshd.port, "--explain-server", servers.ADDRESS])
        done.expect(1)
        check("nothing in common; ours: " in done.out.decode(), f"{done}")
    return f"{len(names)} refusals with their rules"


def show_refused_host_key(options):
    with servers.Sshd(host_keys=("ed25519",)) as sshd:
        done = sshd.run("true", *options)
        done.expect_failure(NEGOTIATION, "no common host key", "ssh-ed25519", "FIPS 186-5", "#4985")
    return ""


def show_group_exchange(policy, options):
    """A group of the server's own is told apart before use; known ones are what sshd falls back to
    without a file of them."""
    kex = "diffie-hellman-group-exchange-sha256"
    wish = ["-o", f"KexAlgorithms={kex}"]
    with servers.Sshd() as sshd:
        done = sshd.run("true", *options, *wish)
        done.expect_failure(POLICY, "none of the safe-prime groups", "RFC 3526", f"policy {policy}",
                            "SP 800-56A")
    with servers.Sshd("ModuliFile /dev/null") as sshd:
        for bits in (2048, 3072, 4096, 8192):
            done = sshd.run("exit 5", *options, *wish, "-v", "--set", f"PreferredDHGroupBits={bits}")
            done.expect(5)
            check(f"kex {kex}," in done.err, f"took another: {done}")
    return "unknown refused, known taken"


def main():
    report = support.Report()
    found = support.modules()
    check(found, "not one FIPS module is at hand: set SEXEC_TEST_MODULES, or run tests/run.sh")
    report.case("-Q", show_queries)
    for version, module in found:
        report.case(f"--explain, module {version}", show_explanations, module)
        with servers.Sshd() as sshd:
            for policy in POLICIES:
                options = ["--policy", policy, "--module-dir", module]
                report.case(f"--explain-server, {policy}, module {version}", show_server_offer,
                            sshd, options)
        for policy in APPROVED:
            options = ["--policy", policy, "--module-dir", module]
            name = f"{policy}, module {version}: only refused"
            for kind in REFUSED:
                # Where all ciphers authenticate, a MAC isn't negotiated.
                if kind != "MAC" or support.query("mac", *options):
                    report.case(f"{name} {kind}", show_refusal, policy, options, kind)
            report.case(f"{name} host keys", show_refused_host_key, options)
        report.case(f"fips, module {version}: group exchange", show_group_exchange, "fips",
                    ["--policy", "fips", "--module-dir", module])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
