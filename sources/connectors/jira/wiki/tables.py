"""Tables: `||head||head||` and `|cell|cell|`, one row a line."""

import re

from sources.connectors.jira.wiki.inline import inline
from sources.connectors.jira.wiki.nodes import Tree, node

# A bar inside a link, an image or code, or behind a backslash, parts no cells.
BAR = re.compile(
    r"\[[^\[\]\n]*\]|\{\{[^{}\n]+\}\}|!\S[^!\n]*!|\\.|(?P<bar>\|\|?)",
)


def table(lines: list[str]) -> Tree:
    return node("table", [node("tableRow", _cells(line.strip())) for line in lines])


def _cells(line: str) -> list[Tree]:
    bars = [found for found in BAR.finditer(line) if found.group("bar")]
    ends = [found.start() for found in bars[1:]] + [len(line)]
    cells = [
        _cell(line[bar.end() : end], head=bar.group("bar") == "||")
        for bar, end in zip(bars, ends, strict=True)
    ]
    # The bar that ends a row begins no cell.
    return cells[:-1] if len(cells) > 1 and bars[-1].end() == len(line) else cells


def _cell(text: str, *, head: bool) -> Tree:
    kind = "tableHeader" if head else "tableCell"
    return node(kind, [node("paragraph", inline(text.strip()))])
