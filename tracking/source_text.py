"""Source files of runs as text: read with a limit, coloured on the server, compared."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.python import PythonLexer
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from tracking import notebooks
from tracking.blobs import open_blob
from tracking.models import Artifact

LONGEST = 400_000  # bytes of a file on a page
COLOURED = 100_000  # characters; ten times as many took five seconds
CONTEXT = 3
MANY_LINES = 1_500  # above this, lines that are everywhere match nothing: it would take seconds
TEXTS = (
    "text/",
    "application/json",
    "application/x-ipynb+json",
    "application/yaml",
    "application/toml",
    "application/x-sh",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """`cells`: of a notebook only what was typed."""

    text: str
    cut: bool
    cells: bool = False


def is_text(artifact: Artifact) -> bool:
    kind = artifact.blob.media_type if artifact.blob else ""
    return kind.startswith(TEXTS)


def read(artifact: Artifact) -> Shown:
    """Empty for a file without bytes; of a notebook its cells; bytes that are no UTF-8 are
    replaced. Raises FileNotFoundError when the store has lost them."""
    if artifact.blob is None:
        return Shown("", cut=False)
    is_notebook = artifact.blob.media_type == notebooks.KIND
    with open_blob(artifact.blob) as stream:
        body = stream.read((notebooks.LONGEST if is_notebook else LONGEST) + 1)
    typed = notebooks.cells(body.decode(errors="replace")) if is_notebook else None
    if typed is not None:
        return Shown(typed[:LONGEST], cut=len(typed) > LONGEST, cells=True)
    return Shown(body[:LONGEST].decode(errors="replace"), cut=len(body) > LONGEST)


def highlighted(text: str, name: str) -> SafeString:
    """Spans with class names; the stylesheet colours them. Pygments escapes the text."""
    if len(text) > COLOURED:
        return format_html("{}", text)
    coloured: str = highlight(text, _lexer(name), HtmlFormatter(nowrap=True))
    return mark_safe(coloured)  # noqa: S308 -- Pygments escaped it


def _lexer(name: str) -> Lexer:
    if name.endswith(".ipynb"):
        return PythonLexer()
    try:
        return get_lexer_for_filename(name)
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
    before, after = _rows(old), _rows(new)
    many = len(before) + len(after) > MANY_LINES
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=many)
    found: list[Line] = []
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if found or group[0][1] > 0:
            found.append(Line("skipped", None, None, "…"))
        for opcode in group:
            found.extend(_lines(opcode, before, after))
    return found


def _rows(text: str) -> list[str]:
    """Lines as editors count them: a form feed ends none."""
    return (
        text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
        if text
        else []
    )


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
