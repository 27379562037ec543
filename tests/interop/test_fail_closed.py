#!/usr/bin/python3
"""Under policy fips nothing connects unless the FIPS provider that was asked for is there, whole
and strict. Each way to be without one ends with 255 and a line that names the cause, and the server
never sees a connection. Variables of the environment that point elsewhere change nothing."""

import hashlib
import hmac
import pathlib
import re
import shutil
import sys
import time

import servers
import support
from support import check

PROVIDER = 3004
# Published in OpenSSL's sources: the key with which a module's file is checked for damage.
INTEGRITY_KEY = bytes.fromhex("f4556650ac31d35461610bac4ed81b1a181b2d8a43ea2854cbae22ca74560813")
# FIPS 180-4's example SHA-512("abc"), which the modules compare with when they test themselves.
SHA512_ABC = bytes.fromhex("ddaf35a193617abacc417349ae204131")


class Place:
    """A copy of a module with its config, to be spoiled."""

    def __init__(self, module):
        self.folder = support.folder("module")
        self.module = self.folder / "fips.so"
        self.config = self.folder / "fipsmodule.cnf"
        shutil.copy(pathlib.Path(module) / "fips.so", self.module)
        shutil.copy(pathlib.Path(module) / "fipsmodule.cnf", self.config)

    def edit(self, pattern, replacement):
        text = self.config.read_text(encoding="utf-8")
        edited, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        check(count > 0, f"{pattern!r} is not in the config")
        self.config.write_text(edited, encoding="utf-8")
        return self

    def damage(self, at):
        data = bytearray(self.module.read_bytes())
        data[at] ^= 1
        self.module.write_bytes(data)
        return self


class Target:
    """A server that counts who comes, and sexec on its way there."""

    def __init__(self, listener):
        self.listener = listener
        self.accepted = 0
        self.client_key = servers.keys() / "client"

    def run(self, *options, env=None):
        return support.run(
            ["--policy", "fips", "-p", self.listener.port, "-i", self.client_key,
             f"--host-key-fingerprint={servers.fingerprint(servers.keys() / 'host_ecdsa256')}",
             "-o", "ConnectTimeout=5", *options, f"user@{servers.ADDRESS}", "true"],
            env=support.clean_environment(**(env or {})),
        )

    def refuse(self, options, words, code=PROVIDER, env=None):
        """code None: any."""
        before = self.listener.connections
        done = self.run(*options, env=env)
        check(self.listener.connections == before, f"it connected: {done}")
        done.expect_failure(code, *words)
        return done.lines()[0]

    def accept(self, options, env=None):
        """It gets as far as the server, which hangs up."""
        before = self.listener.connections
        done = self.run(*options, env=env)
        check(self.listener.connections == before + 1, f"it did not connect: {done}")
        self.accepted += 1
        return done


def at(place):
    return ["--module-dir", place.folder]


def show_no_module(target, _):
    empty = support.folder("empty")
    line = target.refuse(["--module-dir", empty], ["not found", f"{empty}/fips.so", "install"])
    target.refuse(["--module-dir", empty / "nowhere"], ["not found", "nowhere/fips.so"])
    return line


def show_no_config(target, module):
    place = Place(module)
    place.config.unlink()
    return target.refuse(at(place), ["fipsmodule.cnf"])


def show_wrong_mac(target, module):
    place = Place(module)
    right = re.search("module-mac = (.)", place.config.read_text(encoding="utf-8")).group(1)
    place.edit("module-mac = .", f"module-mac = {'1' if right == '0' else '0'}")
    return target.refuse(at(place), [str(place.module)])


def show_no_mac(target, module):
    return target.refuse(at(Place(module).edit("^module-mac.*$", "")), ["module-mac"])


def show_no_section(target, module):
    place = Place(module)
    place.config.write_text("[other_sect]\nname = value\n", encoding="utf-8")
    target.refuse(at(place), ["no section fips_sect", str(place.config)])
    place.config.write_text("", encoding="utf-8")
    return target.refuse(at(place), ["no section fips_sect", str(place.config)])


def show_activate(target, module):
    return target.refuse(at(Place(module).edit(r"(fips_sect\])", r"\1\nactivate = 1")), ["activate"])


def show_damaged(target, module):
    place = Place(module)
    where = place.module.read_bytes().find(b"OpenSSL ")
    check(where > 0, "the text to damage isn't in the module")
    return target.refuse(at(place.damage(where)), [str(place.module)])


def show_cut(target, module):
    """Less than is mapped would end the process by a signal, before anything connects."""
    place = Place(module)
    place.module.write_bytes(place.module.read_bytes()[:-1024])
    return target.refuse(at(place), [str(place.module)])


def show_failing_self_test(target, module):
    """A module whose own test of SHA-512 expects something else, with a MAC that fits."""
    place = Place(module)
    where = place.module.read_bytes().find(SHA512_ABC)
    check(where > 0, "the expected digest isn't in the module")
    place.damage(where)
    mac = hmac.new(INTEGRITY_KEY, place.module.read_bytes(), hashlib.sha256).hexdigest().upper()
    place.edit("module-mac = .*", "module-mac = " + ":".join(re.findall("..", mac)))
    return target.refuse(at(place), [str(place.module), "SHA2"])


def check_names(module):
    """The checks that a module's config switches on."""
    text = (pathlib.Path(module) / "fipsmodule.cnf").read_text(encoding="utf-8")
    names = re.findall("^([a-z0-9-]+) = 1$", text, re.MULTILINE)
    # Not a check of algorithms: it says what happens when a conditional self-test fails.
    return [name for name in names if name not in ("install-version", "conditional-errors")]


def show_check_off(target, module):
    """Every check that the module has, one at a time."""
    names = check_names(module)
    check("security-checks" in names, f"the config has no security-checks: {names}")
    for name in names:
        off = at(Place(module).edit(f"^{name} = 1$", f"{name} = 0"))
        target.refuse(off, [name])
    target.refuse(
        at(Place(module).edit("^conditional-errors = 1$", "conditional-errors = 0")),
        ["conditional-errors"],
    )
    return f"{len(names)} checks, each switched off"


def show_check_left_out(target, module):
    """Most checks of modules from 3.4 on are off unless the config names them."""
    refused, on_by_itself = 0, []
    for name in check_names(module):
        place = Place(module).edit(f"^{name} = 1$", "")
        told = support.run(["--policy", "fips", *at(place), "-Q", "provider"])
        if told.status == 0:
            check(f"check {name}: on\n" in told.out.decode(), f"{name} is off: {told}")
            on_by_itself.append(name)
        else:
            target.refuse(at(place), [name])
            refused += 1
    return f"{refused} refused, on by themselves: {', '.join(on_by_itself)}"


def show_tolerant(target, module):
    """The config that the packages make by themselves."""
    config = pathlib.Path(module) / "fipsmodule-tolerant.cnf"
    if not config.exists():
        return "this module has no more checks than its config names by default"
    return target.refuse(["--module-dir", module, "--provider-config", config], ["check"])


def show_environment(target, module):
    """OPENSSL_CONF and OPENSSL_MODULES can neither bring a module nor take one away."""
    spoiled = Place(module)
    spoiled.edit("^security-checks = 1$", "security-checks = 0")
    tolerant = spoiled.folder / "openssl.cnf"
    tolerant.write_text(
        "openssl_conf = init\n[init]\nproviders = list\n[list]\nfips = fips_sect\n"
        "default = default_sect\n[default_sect]\nactivate = 1\n"
        + spoiled.config.read_text(encoding="utf-8"), encoding="utf-8",
    )
    good = {"OPENSSL_MODULES": str(module), "OPENSSL_CONF": f"{module}/fipsmodule.cnf"}
    empty = support.folder("empty")
    target.refuse(["--module-dir", empty], [f"{empty}/fips.so"], env=good)
    for env in (
        {"OPENSSL_MODULES": str(empty)},
        {"OPENSSL_MODULES": str(spoiled.folder), "OPENSSL_CONF": str(tolerant)},
        {"OPENSSL_CONF": "/dev/null"},
        {"OPENSSL_CONF": str(empty / "nowhere.cnf")},
    ):
        done = target.accept(["--module-dir", module, "-v"], env=env)
        check(f"module: {module}/fips.so\n" in done.err, f"another module serves: {done}")
        target.refuse(at(spoiled), ["security-checks"], env=env)
    return "no variable brought or hid a module"


def show_other_provider(target, module):
    """Policy fips takes no other provider, even if the module is there."""
    target.refuse(["--module-dir", module, "--provider", "default"], ["provider"], code=3005)
    target.refuse(["--module-dir", module, "--provider", "base"], ["provider"], code=None)


def show_good(target, module):
    """What shows that the refusals above are about what they say."""
    target.accept(["--module-dir", module])
    target.accept(at(Place(module)))


CASES = [
    ("no module", show_no_module),
    ("no config", show_no_config),
    ("a config with another MAC", show_wrong_mac),
    ("a config without a MAC", show_no_mac),
    ("a config without the section", show_no_section),
    ("a config that activates", show_activate),
    ("a damaged module", show_damaged),
    ("a module that is cut short", show_cut),
    ("a module that fails its self-test", show_failing_self_test),
    ("a config that switches a check off", show_check_off),
    ("a config that leaves a check out", show_check_left_out),
    ("the tolerant config", show_tolerant),
    ("variables of the environment", show_environment),
    ("another provider", show_other_provider),
    ("the module as it is", show_good),
]


def main():
    report = support.Report()
    found = support.modules()
    check(found, "not one FIPS module is at hand: set SEXEC_TEST_MODULES, or run tests/run.sh")
    with servers.Listener(lambda client: client.close()) as listener:
        target = Target(listener)
        for version, module in found:
            for name, function in CASES:
                report.case(f"module {version}: {name}", function, target, module)
        time.sleep(0.5)
        report.case(
            f"the server saw {listener.connections} connections, those of the good modules", check,
            listener.connections == target.accepted, f"wanted {target.accepted}",
        )
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
