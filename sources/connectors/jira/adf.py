"""Atlassian's document format (Cloud, v3) to safe HTML, plain text and links.

A document is walked with a stack of our own, so that no depth of nesting can
exhaust Python's; beyond `DEEPEST` tags are left out and only words are kept.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, Literal

from sources.connectors.jira.markup import addresses, anchor, is_address, plain, sanitised
from sources.connectors.jira.values import instant

DEEPEST = 40
WIDEST = 100  # the most columns or rows that one cell may span

WIDE = re.compile(r" {2,}")

type Node = Mapping[str, Any]
type Event = tuple[Literal["enter", "leave"], Node, int]


def html(adf: object) -> str:
    """Sanitised HTML; empty for no document. Unknown nodes keep their words."""
    parts = (_tag(event, node, depth) for event, node, depth in _walk(adf))
    return sanitised("".join(parts))


def text(adf: object) -> str:
    """Words only: a line a block, table cells separated by tabs."""
    parts: list[str] = []
    cells = 0
    for event, node, _ in _walk(adf):
        if _kind(node) in CELLS:
            cells += 1 if event == "enter" else -1
        words = _words(event, node)
        parts.append(words.replace("\n", " ") if cells else words)
    lines = (WIDE.sub(" ", line).strip() for line in plain("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def links(adf: object) -> list[str]:
    """Every address in it, in its order, each once: marks, cards, bare words."""
    found = (url for event, node, _ in _walk(adf) if event == "enter" for url in _urls(node))
    return list(dict.fromkeys(found))


def _walk(root: object) -> Iterator[Event]:
    """Each node entered and left, in reading order, whatever it is made of."""
    stack = [("enter", node, 0) for node in reversed(_nodes([root]))]
    while stack:
        event, node, depth = stack.pop()
        if event == "leave":
            yield "leave", node, depth
            continue
        yield "enter", node, depth
        stack.append(("leave", node, depth))
        stack.extend(("enter", child, depth + 1) for child in reversed(_nodes(node.get("content"))))


def _nodes(value: object) -> list[Node]:
    if isinstance(value, list):
        return [part if isinstance(part, dict) else _loose(part) for part in value]
    return []


def _loose(part: object) -> Node:
    """A bare string where a node should be is read as text, a list as a document."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "doc", "content": part} if isinstance(part, list) else {}


def _kind(node: Node) -> str:
    kind = node.get("type")
    return kind if isinstance(kind, str) else ""


def _attribute(node: Node, name: str) -> Any:
    attributes = node.get("attrs")
    return attributes.get(name) if isinstance(attributes, dict) else None


def _string(node: Node, name: str) -> str:
    value = _attribute(node, name)
    return value if isinstance(value, str) else ""


# ── leaves ───────────────────────────────────────────────────────────────────


def _said(node: Node) -> str:
    value = node.get("text")
    return value if isinstance(value, str) else ""


def _mention(node: Node) -> str:
    name = _string(node, "text") or _string(node, "id") or "somebody"
    return name if name.startswith("@") else f"@{name}"


def _emoji(node: Node) -> str:
    return _string(node, "text") or _string(node, "shortName")


def _day(node: Node) -> str:
    moment = instant(_attribute(node, "timestamp"))
    return moment.date().isoformat() if moment else ""


def _medium(node: Node) -> str:
    return _string(node, "alt") or _string(node, "url") or "attachment"


def _url(node: Node) -> str:
    return _string(node, "url")


LEAVES: dict[str, Callable[[Node], str]] = {
    "text": _said,
    "hardBreak": lambda _: "\n",
    "mention": _mention,
    "emoji": _emoji,
    "date": _day,
    "status": lambda node: _string(node, "text"),
    "inlineCard": _url,
    "blockCard": _url,
    "embedCard": _url,
    "media": _medium,
    "mediaInline": _medium,
    "placeholder": lambda _: "",
}
CARDS = {"inlineCard", "blockCard", "embedCard", "media", "mediaInline"}
SPANS = {"mention": "mention", "status": "status", "media": "media", "mediaInline": "media"}


def _urls(node: Node) -> list[str]:
    candidates = [_string(mark, "href") for mark in _marks(node)]
    if _kind(node) in CARDS:
        candidates.append(_string(node, "url"))
    if _kind(node) == "text":
        candidates.extend(addresses(_said(node)))
    return [url for url in candidates if is_address(url)]


def _marks(node: Node) -> list[Node]:
    marks = node.get("marks")
    return [mark for mark in marks if isinstance(mark, Mapping)] if isinstance(marks, list) else []


# ── HTML ─────────────────────────────────────────────────────────────────────

MARKS = {"strong": "strong", "em": "em", "code": "code", "underline": "u", "strike": "s"}
BLOCKS = {
    "paragraph": "p",
    "bulletList": "ul",
    "listItem": "li",
    "taskList": "ul",
    "decisionList": "ul",
    "decisionItem": "li",
    "blockquote": "blockquote",
    "panel": "blockquote",
    "tableRow": "tr",
}


def _tag(event: str, node: Node, depth: int) -> str:
    kind = _kind(node)
    if kind in LEAVES:
        return _leaf(kind, node) if event == "enter" else ""
    if depth > DEEPEST:
        return " "
    opening, closing = _around(kind, node)
    return opening if event == "enter" else closing


def _leaf(kind: str, node: Node) -> str:
    shown = escape(LEAVES[kind](node)).replace("\n", "<br>")
    if kind in CARDS and is_address(_url(node)):
        return anchor(_url(node), shown)
    if kind in SPANS:
        return f'<span class="{SPANS[kind]}">{shown}</span>'
    return _marked(shown, node)


def _marked(shown: str, node: Node) -> str:
    for mark in _marks(node)[:10]:
        shown = _with_mark(shown, _kind(mark), mark)
    return shown


def _with_mark(shown: str, kind: str, mark: Node) -> str:
    if kind == "link" and is_address(_string(mark, "href")):
        return anchor(_string(mark, "href"), shown)
    if kind == "subsup":
        tag = "sub" if _string(mark, "type") == "sub" else "sup"
        return f"<{tag}>{shown}</{tag}>"
    if kind in MARKS:
        return f"<{MARKS[kind]}>{shown}</{MARKS[kind]}>"
    return shown


def _around(kind: str, node: Node) -> tuple[str, str]:
    if kind in BLOCKS:
        return f"<{BLOCKS[kind]}>", f"</{BLOCKS[kind]}>"
    if kind in FRAMES:
        return FRAMES[kind](node)
    return "", ""


def _heading(node: Node) -> tuple[str, str]:
    """The page has headings of its own above these: level 1 becomes h3."""
    level = _attribute(node, "level")
    tag = f"h{min(max(level, 1) + 2, 6) if isinstance(level, int) else 3}"
    return f"<{tag}>", f"</{tag}>"


def _ordered(node: Node) -> tuple[str, str]:
    order = _attribute(node, "order")
    start = f' start="{order}"' if isinstance(order, int) and 1 < order < 100_000 else ""
    return f"<ol{start}>", "</ol>"


def _task(node: Node) -> tuple[str, str]:
    box = "☑" if _string(node, "state") == "DONE" else "☐"
    return f"<li>{box} ", "</li>"


def _cell(node: Node) -> tuple[str, str]:
    tag = "th" if _kind(node) == "tableHeader" else "td"
    spans = "".join(
        f' {name}="{span}"'
        for name in ("colspan", "rowspan")
        if isinstance(span := _attribute(node, name), int) and 1 < span <= WIDEST
    )
    return f"<{tag}{spans}>", f"</{tag}>"


def _expand(node: Node) -> tuple[str, str]:
    title = escape(_string(node, "title") or "More")
    return f"<details><summary>{title}</summary>", "</details>"


FRAMES: dict[str, Callable[[Node], tuple[str, str]]] = {
    "heading": _heading,
    "orderedList": _ordered,
    "taskItem": _task,
    "codeBlock": lambda _: ("<pre><code>", "</code></pre>"),
    "table": lambda _: ("<table><tbody>", "</tbody></table>"),
    "tableCell": _cell,
    "tableHeader": _cell,
    "expand": _expand,
    "nestedExpand": _expand,
    "rule": lambda _: ("<hr>", ""),
}

# ── plain text ───────────────────────────────────────────────────────────────

ENDS_LINE = {
    *("paragraph", "heading", "listItem", "taskItem", "decisionItem", "blockquote", "panel"),
    *("codeBlock", "tableRow", "rule", "mediaSingle", "mediaGroup", "expand", "nestedExpand"),
    *("blockCard", "embedCard"),
}
CELLS = {"tableCell", "tableHeader"}


def _words(event: str, node: Node) -> str:
    kind = _kind(node)
    if event == "enter":
        return _first_words(kind, node)
    if kind in CELLS:
        return "\t"
    return "\n" if kind in ENDS_LINE else ""


def _first_words(kind: str, node: Node) -> str:
    if kind in LEAVES:
        return LEAVES[kind](node)
    title = _string(node, "title") if kind in {"expand", "nestedExpand"} else ""
    return f"{title}\n" if title else ""
