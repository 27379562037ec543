"""Finds secrets in whatever was said, in every form that text and bytes take on their way out: as they
are, in hexadecimal, base64, URL and JSON escapes, the log's own escapes and UTF-16. A secret is found by
any ten of its characters in a row, so that half of one, cut at a line's end, is found as well."""

import base64
import random
import string

WINDOW, STEP = 10, 2


def sentinel(kind, rng=random.SystemRandom()):
    """A secret that stands nowhere else. What it is for is part of it, so that a find explains itself."""
    letters = string.ascii_letters + string.digits
    return f"{kind}{''.join(rng.choice(letters) for _ in range(20))}"


def base64_forms(data):
    """What is sure of the base64 of data, wherever it stands in what is encoded."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data)
        first = -(-shift * 8 // 6) # characters that the bytes before have a part in
        last = (shift + len(data)) * 8 // 6
        yield text[first:last]
        yield text[first:last].translate(bytes.maketrans(b"+/", b"-_"))


def forms(data):
    yield data
    for digits in (data.hex(), data.hex().upper()):
        pairs = [digits[i:i + 2] for i in range(0, len(digits), 2)]
        yield digits.encode()
        for sign in (":", " ", "%", "\\x", "\\u00"):
            yield (sign if len(sign) > 1 or sign == "%" else "").encode() + sign.join(pairs).encode()
    yield from base64_forms(data)
    for form in ("utf-16-le", "utf-16-be"):
        yield data.decode("latin-1").encode(form)


def windows(secret):
    data = secret.encode() if isinstance(secret, str) else secret
    for at in range(0, max(1, len(data) - WINDOW + 1), STEP):
        yield data[at:at + WINDOW]


def found(secret, places):
    """(place, form) of each find; places: name -> bytes."""
    return [
        (name, form) for window in windows(secret) for form in forms(window)
        for name, said in places.items() if form in said
    ]
