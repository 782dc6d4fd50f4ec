"""Bodies of text in Jira's two forms: wiki (v2, Data Center) and ADF (v3).

A body is kept as it came in and turned into the other form when asked for.
The wiki that is understood: headings, bullets, code blocks, `*bold*`,
`{{code}}`, `[text|url]`, `[url]` and bare addresses. All else stays text.
"""

import re
from collections.abc import Iterator
from typing import Any

from demo.jira.things import Body

type Node = dict[str, Any]

INLINE = re.compile(
    r"\[(?P<text>[^\[\]|\n]+)\|(?P<url>[^\[\]|\s]+)\]"
    r"|\[(?P<only>https?://[^\[\]|\s]+)\]"
    r"|(?P<bare>https?://[^\s\[\]|*{}]*[^\s\[\]|*{}.,;:!?)'\"])"
    r"|\{\{(?P<code>[^{}\n]+)\}\}"
    r"|(?<!\w)\*(?P<bold>[^*\s](?:[^*\n]*[^*\s])?)\*(?!\w)"
)
HEADING = re.compile(r"h([1-6])\.\s+(.+)")
BULLET = re.compile(r"[*-]\s+(.+)")
FENCE = re.compile(r"\{(?:code|noformat)(?::([^}]*))?\}")


def adf(body: Body) -> Node | None:
    """The body as an ADF document; None for an empty one, as Jira answers it."""
    if isinstance(body, dict):
        return body
    if not body:
        return None
    return {"type": "doc", "version": 1, "content": list(_blocks(body.splitlines()))}


def wiki(body: Body) -> str:
    """The body as wiki text."""
    if isinstance(body, str):
        return body
    return "\n\n".join(_block_text(block) for block in body.get("content", ()))


def plain(body: Body) -> str:
    """The words alone, as a changelog quotes them."""
    return wiki(body)


def _blocks(lines: list[str]) -> Iterator[Node]:
    at = 0
    while at < len(lines):
        at, block = _block(lines, at)
        if block:
            yield block


def _block(lines: list[str], at: int) -> tuple[int, Node | None]:
    line = lines[at].strip()
    if not line:
        return at + 1, None
    if fence := FENCE.fullmatch(line):
        return _code(lines, at + 1, fence[1] or "")
    if heading := HEADING.fullmatch(line):
        content = _inline(heading[2])
        return at + 1, {
            "type": "heading",
            "attrs": {"level": int(heading[1])},
            "content": content,
        }
    if BULLET.fullmatch(line):
        return _bullets(lines, at)
    return _paragraph(lines, at)


def _code(lines: list[str], at: int, language: str) -> tuple[int, Node]:
    end = at
    while end < len(lines) and not FENCE.fullmatch(lines[end].strip()):
        end += 1
    node: Node = {"type": "codeBlock", "attrs": {"language": language} if language else {}}
    if text := "\n".join(lines[at:end]):
        node["content"] = [{"type": "text", "text": text}]
    return end + 1, node


def _bullets(lines: list[str], at: int) -> tuple[int, Node]:
    points: list[Node] = []
    while at < len(lines) and (bullet := BULLET.fullmatch(lines[at].strip())):
        paragraph = {"type": "paragraph", "content": _inline(bullet[1])}
        points.append({"type": "listItem", "content": [paragraph]})
        at += 1
    return at, {"type": "bulletList", "content": points}


def _paragraph(lines: list[str], at: int) -> tuple[int, Node]:
    content: list[Node] = []
    while at < len(lines) and _is_plain(lines[at].strip(), first=not content):
        if content:
            content.append({"type": "hardBreak"})
        content += _inline(lines[at].strip())
        at += 1
    return at, {"type": "paragraph", "content": content}


def _is_plain(line: str, *, first: bool) -> bool:
    if first:
        return True
    return bool(line) and not any(p.fullmatch(line) for p in (FENCE, HEADING, BULLET))


def _inline(text: str) -> list[Node]:
    nodes: list[Node] = []
    at = 0
    for found in INLINE.finditer(text):
        if found.start() > at:
            nodes.append({"type": "text", "text": text[at : found.start()]})
        nodes.append(_marked(found))
        at = found.end()
    if at < len(text):
        nodes.append({"type": "text", "text": text[at:]})
    return nodes


def _marked(found: re.Match[str]) -> Node:
    if found["code"]:
        return _text(found["code"], {"type": "code"})
    if found["bold"]:
        return _text(found["bold"], {"type": "strong"})
    url = found["url"] or found["only"] or found["bare"]
    return _text(found["text"] or url, {"type": "link", "attrs": {"href": url}})


def _text(text: str, mark: Node) -> Node:
    return {"type": "text", "text": text, "marks": [mark]}


def _block_text(node: Node) -> str:
    kind, inner = node.get("type"), node.get("content", ())
    if kind == "heading":
        return f"h{node.get('attrs', {}).get('level', 1)}. {_inline_text(inner)}"
    if kind == "codeBlock":
        return f"{{code}}\n{_inline_text(inner)}\n{{code}}"
    if kind in ("bulletList", "orderedList"):
        mark = "*" if kind == "bulletList" else "#"
        return "\n".join(f"{mark} {_block_text(point)}" for point in inner)
    if any(child.get("type") in ("paragraph", "bulletList") for child in inner):
        return "\n".join(_block_text(child) for child in inner)
    return _inline_text(inner)


def _inline_text(nodes: list[Node]) -> str:
    return "".join(_wiki_of(node) for node in nodes)


def _wiki_of(node: Node) -> str:
    kind, attrs = node.get("type"), node.get("attrs", {})
    if kind == "hardBreak":
        return "\n"
    if kind == "inlineCard":
        return f"[{attrs.get('url', '')}]"
    if kind != "text":
        return str(attrs.get("text", "")) or _inline_text(node.get("content", []))
    text = str(node.get("text", ""))
    for mark in node.get("marks", ()):
        text = _wrapped(text, mark)
    return text


def _wrapped(text: str, mark: Node) -> str:
    match mark.get("type"):
        case "strong":
            return f"*{text}*"
        case "code":
            return f"{{{{{text}}}}}"
        case "link":
            url = mark.get("attrs", {}).get("href", "")
            return f"[{url}]" if url == text else f"[{text}|{url}]"
    return text
