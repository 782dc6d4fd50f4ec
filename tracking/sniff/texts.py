"""Text, and what kind of text."""

import csv
import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

from tracking.sniff.binaries import ACTIVE
from tracking.sniff.python import is_python
from tracking.sniff.sniffed import Sniffed

OCTETS = Sniffed("application/octet-stream", "")
LONGEST_LINE = 2_000  # of a settings file
PLAIN = Sniffed("text/plain", ".txt")
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")

# Texts without a structure of their own: the name may say which.
BY_NAME = {
    ".md": "text/markdown",
    ".rst": "text/x-rst",
    ".sh": "text/x-shellscript",
    ".ini": "text/plain",
    ".cfg": "text/plain",
    ".log": "text/plain",
    ".sql": "text/x-sql",
    ".r": "text/x-r",
    ".c": "text/x-c",
    ".cpp": "text/x-c++",
    ".cu": "text/x-c++",
    ".java": "text/x-java",
    ".js": "text/plain",
    ".css": "text/plain",
    ".tex": "text/x-tex",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".py": "text/x-python",
}
HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|script|style|link|iframe|svg:|div|span|p|h[1-6]"
    r"|table|img|a|b|i|em|strong|ul|ol|pre|code|br|hr|center|form|main|section|article)\b",
    re.IGNORECASE,
)
PREAMBLE = re.compile(
    r"\s*(?:<\?xml[^>]{0,500}\?>|<!--.{0,2000}?-->|<!DOCTYPE[^>\[]{0,500}>|\s+)", re.DOTALL
)
DIFF = re.compile(r"(?:diff --git |--- \S.*\n\+\+\+ \S|Index: \S.*\n=====)")
KEY_LINE = re.compile(r"(?:- )*(?P<key>[A-Za-z_\"'][\w.\-\"']*):(?:\s|$)")
SHEBANG = re.compile(r"#!\S*\b(?:env\s+)?(?P<program>python|bash|sh|zsh)[\d.]*\b")


def of_text(head: bytes, named: str) -> Sniffed:
    """`named` chooses between forms that fit; it never makes one fit."""
    text = _decoded(head)
    if text is None:
        return OCTETS
    for ask in QUESTIONS:
        if found := ask(text):
            return found
    return _by_structure(text, named)


def _by_structure(text: str, named: str) -> Sniffed:
    toml, python = _is_toml(text), is_python(text)
    if toml and not (python and named == ".py"):
        return Sniffed("application/toml", ".toml")
    if python:
        return Sniffed("text/x-python", ".py")
    if found := _table(text):
        return found
    if _is_yaml(text):
        return Sniffed("application/yaml", ".yaml")
    if named in BY_NAME and not _claims_structure(named):
        return Sniffed(BY_NAME[named], named)
    return PLAIN


def _claims_structure(named: str) -> bool:
    """These would have been found by their structure."""
    return named in (".toml", ".py", ".json")


def _decoded(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text: str | None = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        text = _utf8(head)
    if text is None:
        return _latin(head)
    return None if CONTROL.search(text) else text


def _utf8(head: bytes) -> str | None:
    """The last character may be cut."""
    for cut in range(min(4, len(head))):
        try:
            return head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    return None


def _latin(head: bytes) -> str | None:
    """An old one-byte text has few bytes beyond ASCII and no control characters."""
    text = head.decode("latin-1")
    beyond = sum(1 for byte in head if byte >= 0x80)
    odd = re.search("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f]", text)
    return None if odd or beyond > len(head) * 0.3 else text


def _markup(text: str) -> Sniffed | None:
    """Anything that a browser might run is called what it is, whatever its name."""
    start = text.lstrip()
    if not start.startswith("<"):
        return None
    if HTML.match(start):
        return Sniffed("text/html", ".html", (ACTIVE,))
    rest, place = start, 0
    while (skipped := PREAMBLE.match(rest, place)) and skipped.end() > place:
        place = skipped.end()
    if re.compile(r"<(?:\w+:)?svg\b", re.IGNORECASE).match(rest, place):
        return Sniffed("image/svg+xml", ".svg", (ACTIVE,))
    if HTML.match(rest, place):
        return Sniffed("text/html", ".html", (ACTIVE,))
    if start.startswith("<?xml") or re.match(r"<[A-Za-z_][\w:.\-]*[\s>/]", rest[place:]):
        return Sniffed("application/xml", ".xml", (ACTIVE,))
    return None


def _json(text: str) -> Sniffed | None:
    start = text.lstrip()
    if not start.startswith(("{", "[")):
        return None
    try:
        return _of_json(json.loads(text))
    except json.JSONDecodeError as error:
        return _of_cut_json(start, error)
    except (RecursionError, ValueError):
        return Sniffed("application/json", ".json", ("too deep or too long to be read",))


def _of_json(value: Any) -> Sniffed:
    if isinstance(value, dict) and "nbformat" in value and {"cells", "worksheets"} & value.keys():
        return Sniffed("application/x-ipynb+json", ".ipynb")
    return Sniffed("application/json", ".json")


def _of_cut_json(start: str, error: json.JSONDecodeError) -> Sniffed | None:
    """A beginning of JSON, or several lines of it."""
    if error.msg == "Extra data":
        lines = [line for line in start.splitlines() if line.strip()][:20]
        several = len(lines) > 1 and all(map(_is_object, lines[:-1]))
        return Sniffed("application/x-ndjson", ".jsonl") if several else None
    cut = error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated string")
    if not cut or not re.match(r'(?:\{\s*"|\[\s*[\[{"\d\-tfn])', start):
        return None
    if re.match(r'\{\s*"(?:cells|worksheets)"\s*:\s*\[', start) and '"cell_type"' in start:
        return Sniffed("application/x-ipynb+json", ".ipynb")
    return Sniffed("application/json", ".json")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _diff(text: str) -> Sniffed | None:
    return Sniffed("text/x-diff", ".diff") if DIFF.match(text) else None


def _script(text: str) -> Sniffed | None:
    found = SHEBANG.match(text)
    if found is None:
        return None
    if found["program"] == "python":
        return Sniffed("text/x-python", ".py")
    return Sniffed("text/x-shellscript", ".sh")


def _is_toml(text: str) -> bool:
    # tomllib takes time with the square of a dotted key's length: 17 s for 64 KB.
    if max(map(len, text.splitlines()), default=0) > LONGEST_LINE:
        return False
    try:
        return bool(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError):
        return False


def _table(text: str) -> Sniffed | None:
    """Lines that a comma, semicolon or tab cuts into the same number of fields."""
    lines = text.splitlines()[:50]
    if len(lines) > 2 and not text.endswith("\n"):
        lines = lines[:-1]
    if not lines:
        return None
    for delimiter, found in DELIMITERS.items():
        if delimiter in lines[0] and _is_regular(lines, delimiter):
            return found
    return None


DELIMITERS = {
    "\t": Sniffed("text/tab-separated-values", ".tsv"),
    ",": Sniffed("text/csv", ".csv"),
    ";": Sniffed("text/csv", ".csv"),
}


def _is_regular(lines: list[str], delimiter: str) -> bool:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return False
    widths = {len(row) for row in rows}
    # Sentences have commas too, with a blank behind them and many words between.
    prose = sum(field.count(" ") > 5 for field in rows[0]) if rows else 1
    return len(rows) >= 2 and len(widths) == 1 and widths != {1} and not prose


def _is_yaml(text: str) -> bool:
    """By its lines: most have a key, and no key comes twice at the left edge."""
    if text.startswith(("---\n", "%YAML")):
        return True
    lines = [line for line in text.splitlines()[:200] if line.strip() and line.strip()[0] != "#"]
    keys = [found["key"] for line in lines if (found := KEY_LINE.match(line))]
    inner = sum(bool(re.match(r"\s+(?:- |[\w.\-\"']+:)|- ", line)) for line in lines)
    return (
        len(keys) >= 1
        and len(lines) >= 2
        and len(set(keys)) == len(keys)
        and len(keys) + inner >= 0.8 * len(lines)
    )


QUESTIONS: tuple[Callable[[str], Sniffed | None], ...] = (_markup, _json, _diff, _script)
