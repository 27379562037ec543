"""Keys of every type for servers and users, their certificates of both kinds, and trust in them."""

import functools
import shutil
import subprocess

import servers
import support

KEY_TYPES = {  # our name of a type -> ssh-keygen's options
    "rsa": ["-t", "rsa", "-b", "2048"],
    "dsa": ["-t", "dsa", "-b", "1024"],
    "ecdsa256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa521": ["-t", "ecdsa", "-b", "521"],
    "ed25519": ["-t", "ed25519"],
}


def tool(*arguments):
    subprocess.run(
        [str(argument) for argument in arguments], check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


@functools.lru_cache(maxsize=None)
def keys():
    """A folder, made once: host_TYPE and user_TYPE with .pub, for hosts also a certificate of
    OpenSSH's in -cert.pub, and a self-signed X.509 one in .x509 (but for Ed25519); and
    authorized_keys with every user key. The authority ca has signed hosts and users."""
    place = support.folder("all-keys")
    for kind, options in KEY_TYPES.items():
        for role, form in (("host", "PEM"), ("user", "PKCS8")):
            path = place / f"{role}_{kind}"
            tool("ssh-keygen", "-q", *options, "-m", form, "-N", "", "-C", "", "-f", path)
    # A certificate of ssh-dss can only be signed by another type of key.
    tool("ssh-keygen", "-q", *KEY_TYPES["ecdsa256"], "-N", "", "-C", "", "-f", place / "ca")
    for kind in KEY_TYPES:
        host = place / f"host_{kind}"
        signing = ["-s", place / "ca", "-h", "-I", kind, "-n", servers.ADDRESS]
        tool("ssh-keygen", "-q", *signing, f"{host}.pub")
        if kind != "ed25519":
            hash_option = "-sha1" if kind == "dsa" else "-sha256"
            tool(
                "openssl", "req", "-x509", "-new", "-key", host, hash_option, "-days", "30",
                "-subj", f"/CN={kind}.example", "-out", f"{host}.x509",
            )
        shutil.copy(place / f"user_{kind}.pub", place / f"signed_{kind}.pub")
        signing = ["-s", place / "ca", "-I", kind, "-n", f"{servers.USER},anybody"]
        tool("ssh-keygen", "-q", *signing, place / f"signed_{kind}.pub")
    users = [(place / f"user_{kind}.pub").read_text(encoding="utf-8") for kind in KEY_TYPES]
    (place / "authorized_keys").write_text("".join(users), encoding="utf-8")
    return place


def host_keys(*kinds):
    return [keys() / f"host_{kind}" for kind in kinds or KEY_TYPES]


def user_key(kind="ecdsa256"):
    return keys() / f"user_{kind}"


def user_certificate(kind):
    """The ca's certificate for the user's key, in base64. It lies apart from the key, where no tool
    takes it by itself."""
    return (keys() / f"signed_{kind}-cert.pub").read_text(encoding="ascii").split()[1]


def trust(*paths):
    """The options that trust these host keys, and their OpenSSH certificates."""
    files = [f"{path}{end}" for path in paths for end in (".pub", "-cert.pub")]
    return [servers.trust_in(servers.public_blob(file)) for file in files]


def certificate_der(path):
    done = subprocess.run(
        ["openssl", "x509", "-in", str(path), "-outform", "DER"], check=True,
        stdout=subprocess.PIPE,
    )
    return done.stdout
