"""What stands on lines of its own: headings, lists, tables, quotes, code."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sources.connectors.jira.wiki.inline import inline
from sources.connectors.jira.wiki.lists import LIST_LINE, list_nodes
from sources.connectors.jira.wiki.nodes import Tree, node, words
from sources.connectors.jira.wiki.tables import table

DEEPEST = 12
MACRO = re.compile(r"\{(code|noformat|quote|panel)(?::([^{}\n]{0,300}))?\}", re.IGNORECASE)
HEADING = re.compile(r"\s*h([1-6])\.\s*(.*)", re.IGNORECASE)
QUOTED = re.compile(r"\s*bq\.\s*(.*)", re.IGNORECASE)
RULE = re.compile(r"\s*-{4,}\s*")
LITERAL = {"code", "noformat"}


@dataclass(slots=True)
class _Frames:
    """The quotes and panels that are open, outermost first."""

    root: Tree = field(default_factory=lambda: node("doc"))
    open: list[tuple[str, Tree]] = field(default_factory=list)

    def add(self, nodes: list[Tree]) -> None:
        (self.open[-1][1] if self.open else self.root)["content"].extend(nodes)

    def toggle(self, kind: str, title: str) -> None:
        """{quote} opens and closes; the innermost frame of its kind is meant."""
        if any(opened == kind for opened, _ in self.open):
            while self.open.pop()[0] != kind:
                pass
            return
        if len(self.open) >= DEEPEST:
            return
        frame = node("panel" if kind == "panel" else "blockquote")
        self.add([frame])
        self.open.append((kind, frame))
        if title:
            self.add([node("paragraph", [words(title, ({"type": "strong"},))])])


def document(markup: str) -> Tree:
    """The whole text as a tree. Linear in its length, whatever is left open."""
    text = markup.replace("\r\n", "\n").replace("\r", "\n")
    frames = _Frames()
    position = 0
    while found := MACRO.search(text, position):
        frames.add(_lines(text[position : found.start()]))
        position = _macro(frames, text, found)
    frames.add(_lines(text[position:]))
    return frames.root


def _macro(frames: _Frames, text: str, found: re.Match[str]) -> int:
    """The position behind the macro. Code that is never closed runs to the end."""
    kind, options = found.group(1).lower(), found.group(2) or ""
    if kind not in LITERAL:
        frames.toggle(kind, _title(options))
        return found.end()
    closing = re.compile(rf"\{{{kind}\}}", re.IGNORECASE).search(text, found.end())
    end = closing.start() if closing else len(text)
    code = text[found.end() : end].strip("\n")
    frames.add([node("codeBlock", [words(code)])])
    return closing.end() if closing else len(text)


def _title(options: str) -> str:
    found = re.search(r"title=([^|]+)", options)
    return found.group(1).strip() if found else ""


def _lines(text: str) -> list[Tree]:
    """The blocks of a stretch without macros."""
    nodes: list[Tree] = []
    lines = text.split("\n")
    position = 0
    while position < len(lines):
        read = next(reader for begins, reader in READERS if begins(lines[position]))
        made, position = read(lines, position)
        nodes += made
    return nodes


type Reader = Callable[[list[str], int], tuple[list[Tree], int]]


def _blank(_lines: list[str], at: int) -> tuple[list[Tree], int]:
    return [], at + 1


def _heading(lines: list[str], at: int) -> tuple[list[Tree], int]:
    found = HEADING.fullmatch(lines[at])
    assert found
    return [node("heading", inline(found.group(2)), level=int(found.group(1)))], at + 1


def _quoted(lines: list[str], at: int) -> tuple[list[Tree], int]:
    found = QUOTED.fullmatch(lines[at])
    assert found
    return [node("blockquote", [node("paragraph", inline(found.group(1)))])], at + 1


def _rule(_lines: list[str], at: int) -> tuple[list[Tree], int]:
    return [node("rule")], at + 1


def _table(lines: list[str], at: int) -> tuple[list[Tree], int]:
    end = _end(lines, at, lambda line: not line.lstrip().startswith("|"))
    return [table(lines[at:end])], end


def _list(lines: list[str], at: int) -> tuple[list[Tree], int]:
    """A line without a mark, right below, belongs to the point above it."""
    end = _end(lines, at, lambda line: not line.strip() or _begins_block(line))
    return list_nodes(lines[at:end]), end


def _paragraph(lines: list[str], at: int) -> tuple[list[Tree], int]:
    end = _end(lines, at, lambda line: _begins_block(line) or bool(LIST_LINE.fullmatch(line)))
    return [node("paragraph", inline("\n".join(lines[at:end]).strip()))], end


def _end(lines: list[str], at: int, stops: Callable[[str], bool]) -> int:
    """The first line after `at` that does not belong to the same block."""
    return next((n for n in range(at + 1, len(lines)) if stops(lines[n])), len(lines))


def _begins_block(line: str) -> bool:
    return any(begins(line) for begins, reader in READERS[:-2] if reader is not _list)


READERS: tuple[tuple[Callable[[str], bool], Reader], ...] = (
    (lambda line: not line.strip(), _blank),
    (lambda line: bool(HEADING.fullmatch(line)), _heading),
    (lambda line: bool(QUOTED.fullmatch(line)), _quoted),
    (lambda line: bool(RULE.fullmatch(line)), _rule),
    (lambda line: line.lstrip().startswith("|"), _table),
    (lambda line: bool(LIST_LINE.fullmatch(line)), _list),
    (lambda _: True, _paragraph),
)
