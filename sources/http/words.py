"""An answer's body: JSON, or what is wrong with it; and an error's own words."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import orjson

from sources.http.lost import Lost
from sources.http.wire import Reply

LONGEST = 300
TAG = re.compile(rb"<\s*(!doctype|html|head|body|script)", re.IGNORECASE)
TITLE = re.compile(rb"<title[^>]*>(.{1,200}?)</title", re.IGNORECASE | re.DOTALL)
# Of a body's bytes: which are digits, and which may stand before a number.
SHAPE = bytes(
    48 if chr(n).isdecimal() else 32 if chr(n) in " \t\r\n,:[-" else 97 for n in range(256)
)
LARGE = b" " + 19 * b"0"
ERROR_KEYS = ("errorMessages", "errors", "errorMessage", "message", "error", "detail", "title")


def parsed(reply: Reply) -> Any:
    """The body's JSON; None for an empty body. Lost says what came instead."""
    if not reply.body.strip():
        return None
    try:
        return read_json(reply.body)
    except (ValueError, RecursionError):
        raise Lost(f"answered with {_instead(reply)} instead of JSON") from None


def read_json(body: bytes) -> Any:
    """In half the time, but for what orjson refuses (NaN, halves of surrogates, deep
    nesting) or would make a float of: whole numbers that may be beyond 64 bits."""
    if _began_as_json(body) and LARGE not in body.translate(SHAPE):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(body)
    return json.loads(body)


def _instead(reply: Reply) -> str:
    if is_html(reply):
        title = page_title(reply.body)
        return f'a web page ("{title}")' if title else "a web page"
    return "text that is broken or cut off" if _began_as_json(reply.body) else "something else"


def is_html(reply: Reply) -> bool:
    return "html" in reply.headers.get("content-type", "") or bool(TAG.search(reply.body[:512]))


def page_title(body: bytes) -> str:
    found = TITLE.search(body[:65_536])
    return one_line(found.group(1).decode(errors="replace")) if found else ""


def _began_as_json(body: bytes) -> bool:
    return body.lstrip()[:1] in (b"{", b"[")


def own_words(reply: Reply) -> str:
    """What an error answer says of itself, on one line; empty if nothing useful."""
    if is_html(reply):
        return page_title(reply.body)
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    return one_line("; ".join(_sentences(body)))


def _sentences(body: Any) -> Iterable[str]:
    if not isinstance(body, Mapping):
        return
    for key in ERROR_KEYS:
        yield from _texts(body.get(key))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, list):
        yield from (text for text in value if isinstance(text, str))
    elif isinstance(value, Mapping):
        yield from (f"{key}: {text}" for key, text in value.items() if isinstance(text, str))


def one_line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
