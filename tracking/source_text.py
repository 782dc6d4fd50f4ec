"""Source files of runs as text: read with a limit, coloured on the server, compared."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename, guess_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from tracking.blobs import open_blob
from tracking.models import Artifact

LONGEST = 400_000  # bytes of a file on a page
CONTEXT = 3
TEXTS = (
    "text/",
    "application/json",
    "application/x-ipynb+json",
    "application/yaml",
    "application/toml",
    "application/x-sh",
)
NOT_SHOWN = ("text/html",)


@dataclass(frozen=True, slots=True)
class Shown:
    text: str
    cut: bool


def is_text(artifact: Artifact) -> bool:
    kind = artifact.blob.media_type if artifact.blob else ""
    return kind.startswith(TEXTS) and kind not in NOT_SHOWN


def read(artifact: Artifact) -> Shown:
    """Empty for a file without bytes; bytes that are no UTF-8 are replaced."""
    if artifact.blob is None:
        return Shown("", cut=False)
    with open_blob(artifact.blob) as stream:
        body = stream.read(LONGEST + 1)
    return Shown(body[:LONGEST].decode(errors="replace"), cut=len(body) > LONGEST)


def highlighted(text: str, name: str) -> SafeString:
    """Spans with class names; the stylesheet colours them. Pygments escapes the text."""
    try:
        lexer = get_lexer_for_filename(name)
    except ClassNotFound:
        lexer = _guessed(text, name)
    coloured: str = highlight(text, lexer, HtmlFormatter(nowrap=True))
    return mark_safe(coloured)  # noqa: S308 -- Pygments escaped it


def _guessed(text: str, name: str) -> Lexer:
    try:
        return guess_lexer_for_filename(name, text[:5_000])
    except ClassNotFound:
        return TextLexer()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of parts/diff.html; `before` and `after` are its numbers."""

    kind: str
    before: int | None
    after: int | None
    text: str


def diff(old: str, new: str) -> list[Line]:
    """Changed lines with a little around them; what is skipped is said."""
    before, after = old.splitlines(), new.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > 5_000)
    found: list[Line] = []
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if found or group[0][1] > 0:
            found.append(Line("skipped", None, None, "…"))
        for opcode in group:
            found.extend(_lines(opcode, before, after))
    return found


def _lines(
    opcode: tuple[str, int, int, int, int], before: Sequence[str], after: Sequence[str]
) -> Iterator[Line]:
    kind, a, b, c, d = opcode
    if kind == "equal":
        for old, new in zip(range(a, b), range(c, d), strict=True):
            yield Line("same", old + 1, new + 1, before[old])
        return
    for old in range(a, b):
        yield Line("removed", old + 1, None, before[old])
    for new in range(c, d):
        yield Line("added", None, new + 1, after[new])
