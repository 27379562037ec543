#!/usr/bin/python3
"""Checks which functions the library's rooms call, where an include tells too little.

calls.py TOP         reads the tree at TOP and lists what is wrong
calls.py --self-test wants each rule noticed in a made-up line, and a good line left alone

Each finding names its rule:
  context    an OpenSSL call that works in the default library context: the provider's own
             context and property string are what every fetch must name
  allocation malloc and its kin outside src/base/memory.c (the commands may, they see no room)
  hands      exit, abort, assert or printing outside src/cli
  clock      reading the time outside src/net
  unbounded  a C function that can't be told how much room there is
  random     a random number that isn't the provider's
"""

import collections
import pathlib
import re
import sys
import tempfile

from csource import PUBLIC_FOLDER, ROOMS, files, strip


def call(names):
    """A call of one of these functions; a struct's member of that name is not meant."""
    return r"(?<![\w.>])(?:" + names + r")\s*\("


# Each of these reaches the default library context, whatever it is given ...
DEFAULT_CONTEXT = "|".join(
    [
        r"EVP_(?:md5|md5_sha1|ripemd160|whirlpool|sha\d\w*|sm\d\w*|blake2\w*|shake\d+)",
        r"EVP_(?:aes|des|rc2|rc4|bf|cast5|chacha20|camellia|aria|seed|idea)\w*",
        r"EVP_(?:RSA|EC)_gen|EVP_get_(?:digest|cipher)byname|EVP_BytesToKey",
        r"EVP_PKEY_CTX_new(?:_id)?|EVP_Digest(?:Sign|Verify)Init",
        r"EVP_PKEY_new_raw_(?:private|public)_key|EVP_PKEY_new_mac_key",
        r"RAND_(?:priv_)?bytes|PKCS5_PBKDF2_HMAC(?:_SHA1)?|PKCS8_decrypt|HMAC|CMAC_\w+",
        r"MD5|SHA(?:1|224|256|384|512)|AES_\w+|DES_\w+|BN_CTX_(?:secure_)?new",
        r"PEM_read_bio_(?:PrivateKey|PUBKEY|X509|Parameters)|PEM_read_\w*PrivateKey",
        r"d2i_(?:Auto)?PrivateKey(?:_bio)?|d2i_PUBKEY(?:_bio)?|X509_new|X509_STORE_CTX_new",
        r"EC_GROUP_new_by_curve_name|OPENSSL_config|CONF_modules_load_file|NCONF_new",
    ]
)
# ... and each of these when its first argument is NULL.
NULL_CONTEXT = "|".join(
    [
        r"\w+_fetch|\w+_from_name|\w+_from_pkey|\w+_Q_\w+|RAND_\w+_ex|X509_\w*new_ex",
        r"OSSL_PROVIDER_\w+|OSSL_LIB_CTX_load_config|OSSL_SELF_TEST_\w+|OSSL_INDICATOR_\w+",
        r"EVP_set_default_properties|EVP_default_properties_\w+|BN_CTX_\w*new_ex",
    ]
)

RULES = [
    # (rule, pattern, where it may stand all the same)
    ("context", call(DEFAULT_CONTEXT), ()),
    ("context", call(NULL_CONTEXT) + r"\s*NULL\b", ()),
    (
        "allocation",
        call(r"malloc|calloc|realloc|reallocarray|free|strn?dup|v?asprintf"),
        ("src/base/memory.c", "src/cli/"),
    ),
    ("hands", call(r"_?exit|_Exit|quick_exit|abort|assert"), ("src/cli/",)),
    ("hands", call(r"v?f?printf|f?puts|f?putc|putchar|perror|fwrite|fflush"), ("src/cli/",)),
    ("hands", call(r"fopen|fdopen|freopen|popen|tmpfile|fread|fgets|f?scanf"), ("src/cli/",)),
    ("clock", call(r"clock_gettime|gettimeofday|time|clock"), ("src/net/",)),
    ("unbounded", call(r"strcpy|strcat|v?sprintf|gets|strtok|alloca"), ()),
    ("random", call(r"s?rand(?:om)?|rand_r|[djlmn]rand48|getrandom|getentropy"), ()),
]
COMPILED = [(rule, re.compile(pattern), allowed) for rule, pattern, allowed in RULES]

Finding = collections.namedtuple("Finding", "rule path line text")


def check(top):
    found = []
    count = 0
    for folder in [PUBLIC_FOLDER] + [folder for _, folder in ROOMS]:
        for path, text in files(top, folder):
            count += 1
            code = strip(text)
            for rule, pattern, allowed in COMPILED:
                if path.startswith(allowed):
                    continue
                for match in pattern.finditer(code):
                    line = code.count("\n", 0, match.start()) + 1
                    found.append(Finding(rule, path, line, match.group(0).strip()))
    return found, count


def report(top):
    found, count = check(top)
    for item in found:
        print(f"{item.path}:{item.line}: [{item.rule}] {item.text}", file=sys.stderr)
    print(f"calls: {count} files, {len(found)} findings")
    return 1 if found or count == 0 else 0


BAD_LINES = [
    ("context", "src/crypto/a.c", "md = EVP_sha256();"),
    ("context", "src/crypto/a.c", "c = EVP_aes_128_gcm();"),
    ("context", "src/crypto/a.c", 'k = EVP_EC_gen("P-256");'),
    ("context", "src/crypto/a.c", "k = EVP_RSA_gen(2048);"),
    ("context", "src/crypto/a.c", "RAND_bytes(out, 4);"),
    ("context", "src/crypto/a.c", "RAND_priv_bytes (out, 4);"),
    ("context", "src/crypto/a.c", "RAND_bytes_ex(NULL, out, 4, 0);"),
    ("context", "src/crypto/a.c", 'md = EVP_MD_fetch(NULL, "SHA256", p);'),
    ("context", "src/crypto/a.c", 'md = EVP_MD_fetch(\n        NULL, "SHA256", p);'),
    ("context", "src/crypto/a.c", 'x = EVP_PKEY_CTX_new_from_name(NULL, "EC", p);'),
    ("context", "src/crypto/a.c", "x = EVP_PKEY_CTX_new(key, NULL);"),
    ("context", "src/crypto/a.c", "EVP_DigestSignInit(m, NULL, md, NULL, key);"),
    ("context", "src/crypto/a.c", 'p = OSSL_PROVIDER_load(NULL, "fips");'),
    ("context", "src/crypto/a.c", "SHA256(in, n, out);"),
    ("context", "src/crypto/a.c", "k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);"),
    ("context", "src/crypto/a.c", "x = X509_new();"),
    ("context", "src/crypto/a.c", "bn = BN_CTX_new();"),
    ("context", "src/crypto/a.c", "c = NCONF_new(NULL);"),
    ("allocation", "src/wire/a.c", "p = malloc(4);"),
    ("allocation", "src/base/text.c", "p = strdup(s);"),
    ("allocation", "audit/a.c", "free(p);"),
    ("hands", "src/client/a.c", "exit(1);"),
    ("hands", "src/wire/a.c", "assert(x);"),
    ("hands", "src/transport/a.c", 'fprintf(stderr, "x");'),
    ("hands", "src/keys/a.c", 'f = fopen("x", "r");'),
    ("clock", "src/transport/a.c", "clock_gettime(CLOCK_MONOTONIC, &now);"),
    ("clock", "src/cli/a.c", "now = time(NULL);"),
    ("unbounded", "src/cli/a.c", "strcpy(a, b);"),
    ("unbounded", "src/base/a.c", "sprintf(a, b);"),
    ("random", "src/transport/a.c", "x = rand();"),
]
GOOD_LINES = [
    ("src/crypto/a.c", 'md = EVP_MD_fetch(p->libctx, "SHA256", p->propq);'),
    ("src/crypto/a.c", "EVP_DigestSignInit_ex(m, NULL, n, c, p, key, NULL);"),
    ("src/crypto/a.c", "k = EVP_PKEY_Q_keygen(c, p, n);"),
    ("src/crypto/a.c", "RAND_bytes_ex(c, out, n, 0); x = X509_new_ex(c, p);"),
    ("src/crypto/a.c", "c = NCONF_new_ex(ctx, NULL); CONF_modules_load(c, NULL, 0);"),
    ("src/crypto/a.c", "/* never EVP_sha256() */ EVP_MD_free(md); EVP_PKEY_CTX_free(x);"),
    ("src/base/memory.c", "p = malloc(4); free(p);"),
    ("src/cli/main.c", 'p = malloc(4); printf("x"); exit(1);'),
    ("src/net/loop.c", "clock_gettime(CLOCK_MONOTONIC, &now);"),
    ("src/wire/a.c", 's->free(p); s.time(p); sx_free(p); snprintf(a, 4, b); x = "malloc(";'),
    ("src/transport/a.c", "sx_random_bytes(p, out, 4); sx_timeout(x); regexit(1);"),
]


def findings_of(path, line):
    with tempfile.TemporaryDirectory() as top:
        place = pathlib.Path(top) / path
        place.parent.mkdir(parents=True)
        place.write_text(f"void f(void)\n{{\n    {line}\n}}\n", encoding="utf-8")
        return check(top)[0]


def self_test():
    failures = []
    for rule, path, line in BAD_LINES:
        spoke = [item.rule for item in findings_of(path, line)]
        if spoke != [rule]:
            failures.append(f"wanted only {rule} for {path}: {line}, got {spoke}")
    for path, line in GOOD_LINES:
        found = findings_of(path, line)
        if found:
            failures.append(f"refused {path}: {line}: {found}")
    for failure in failures:
        print(f"calls self-test: {failure}", file=sys.stderr)
    print(f"calls self-test: {len(BAD_LINES)} bad lines, {len(failures)} failures")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print("usage: calls.py TOP | --self-test", file=sys.stderr)
        return 2
    return report(arguments[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
