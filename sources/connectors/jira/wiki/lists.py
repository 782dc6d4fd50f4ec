"""Lists: `*`, `#` and `-`, one sign a level, mixed as one likes."""

import re

from sources.connectors.jira.wiki.inline import inline
from sources.connectors.jira.wiki.nodes import Tree, hard_break, node

DEEPEST = 10
LIST_LINE = re.compile(r"\s*([*#-]+)\s+(\S.*)")
KINDS = {"*": "bulletList", "-": "bulletList", "#": "orderedList"}


def list_nodes(lines: list[str]) -> list[Tree]:
    """The lists of consecutive lines, of which the first bears a mark."""
    top: list[Tree] = []
    open_lists: list[Tree] = []
    for line in lines:
        found = LIST_LINE.fullmatch(line)
        if found is None:
            _continue(open_lists[-1], line)
            continue
        _descend(top, open_lists, found.group(1)[:DEEPEST])
        open_lists[-1]["content"].append(_point(found.group(2)))
    return top


def _point(text: str) -> Tree:
    return node("listItem", [node("paragraph", inline(text.strip()))])


def _continue(last: Tree, line: str) -> None:
    paragraph = last["content"][-1]["content"][0]
    paragraph["content"] += [hard_break(), *inline(line.strip())]


def _descend(top: list[Tree], open_lists: list[Tree], signs: str) -> None:
    """Close what the signs no longer name, open what they name anew."""
    kept = 0
    while kept < min(len(open_lists), len(signs)) and _same(open_lists[kept], signs[kept]):
        kept += 1
    del open_lists[kept:]
    for sign in signs[kept:]:
        made = node(KINDS[sign])
        _parent(top, open_lists).append(made)
        open_lists.append(made)


def _same(opened: Tree, sign: str) -> bool:
    return bool(opened["type"] == KINDS[sign])


def _parent(top: list[Tree], open_lists: list[Tree]) -> list[Tree]:
    """Inside a list, a deeper one hangs on its last point, made if there is none."""
    if not open_lists:
        return top
    points: list[Tree] = open_lists[-1]["content"]
    if not points:
        points.append(node("listItem", []))
    inside: list[Tree] = points[-1]["content"]
    return inside
