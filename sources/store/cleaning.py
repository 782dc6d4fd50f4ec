"""Values on their way in: what Postgres and JSON cannot say is made plain."""

import math
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

# A new number makes every record count as changed when it is next read.
MAPPING = b"1"


def clean(text: str) -> str:
    """Text that Postgres takes: NUL and surrogate halves become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text


def plain(value: Any) -> Any:
    """A value that JSON and jsonb take: clean text, no NaN, no infinities.

    A number that JSON cannot say becomes its name ("NaN", "Infinity"); so
    does an integer too large for 64 bits.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    return value


def packed_json(value: Any) -> bytes:
    """Canonical enough to compare: sorted keys, no spaces, always the same."""
    return _as_it_is(value, orjson.OPT_SORT_KEYS) or orjson.dumps(
        plain(value), default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    )


def loose_json(value: Any) -> bytes:
    """The same in any order of keys: for jsonb, which has an order of its own."""
    return _as_it_is(value, 0) or packed_json(value)


def _as_it_is(value: Any, option: int) -> bytes:
    """The same bytes five times quicker, or none where `plain` would change something:
    NUL, surrogate halves, integers above 53 bits, and what would become null, a NaN too."""
    try:
        body = orjson.dumps(value, option=option | orjson.OPT_STRICT_INTEGER)
    except TypeError:  # orjson's own error is one
        return b""
    return b"" if b"null" in body or b"\\u0000" in body else body


def wire_json(value: Any) -> bytes:
    """The same for what came as JSON and so has no NaN: five times quicker. What
    Postgres would refuse all the same (NUL, surrogate halves) is still cleaned."""
    try:
        body = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, TypeError):
        return packed_json(value)
    return packed_json(value) if b"\\u0000" in body else body


def digest(body: bytes, *, reading: str = "") -> bytes:
    """Of what was read. `reading` changes when a source's settings do: what was
    mapped by other settings counts as changed."""
    made = blake2b(MAPPING + reading.encode(), digest_size=16)
    made.update(body)
    return made.digest()
