"""What stands within a line: bold, italics, links, images, mentions, code.

Every pattern stops at its own sign or at the line's end, so that no text,
however long, makes one search another time over the rest.
"""

import re
from collections.abc import Callable

from sources.connectors.jira.markup import URL, is_address, trimmed
from sources.connectors.jira.wiki.nodes import Tree, hard_break, mark, node, words

DEEPEST = 8

type Marks = tuple[Tree, ...]

# sign -> the mark of what stands between two of it
PAIRED = {
    "*": mark("strong"),
    "_": mark("em"),
    "-": mark("strike"),
    "+": mark("underline"),
    "^": mark("subsup", type="sup"),
    "~": mark("subsup", type="sub"),
}
PAIR = "|".join(
    rf"(?<![\w\\{re.escape(sign)}]){re.escape(sign)}(?=[^\s{re.escape(sign)}])"
    rf"[^{re.escape(sign)}\n]+(?<=\S){re.escape(sign)}(?![\w{re.escape(sign)}])"
    for sign in PAIRED
)
TOKEN = re.compile(
    r"(?P<line>\\\\)"
    r"|\\(?P<escaped>[^\w\s\\])"
    r"|\{\{(?P<code>[^{}\n]+)\}\}"
    r"|\[(?P<link>[^\[\]\n]+)\]"
    r"|!(?P<image>[^\s!|][^!|\n]*)(?:\|[^!\n]*)?!"
    r"|\?\?(?P<cite>[^?\n]+)\?\?"
    rf"|(?P<url>{URL.pattern})"
    r"|(?P<macro>\{(?:color|anchor)(?::[^{}\n]*)?\})"
    rf"|(?P<pair>{PAIR})",
    re.IGNORECASE,
)
FILE_NAME = re.compile(r"\S[^/:*?\"<>|]*\.\w{1,5}")


def inline(text: str, marks: Marks = (), depth: int = 0) -> list[Tree]:
    """The nodes of one run of text, which may hold line breaks."""
    nodes: list[Tree] = []
    position = 0
    for found in TOKEN.finditer(text):
        nodes += _plain(text[position : found.start()], marks)
        nodes += _token(found, marks, depth)
        position = found.end()
    return nodes + _plain(text[position:], marks)


def _plain(text: str, marks: Marks) -> list[Tree]:
    """Line breaks are kept: Jira shows them."""
    nodes: list[Tree] = []
    for number, line in enumerate(text.split("\n") if text else []):
        if number:
            nodes.append(hard_break())
        if line:
            nodes.append(words(line, marks))
    return nodes


def _token(found: re.Match[str], marks: Marks, depth: int) -> list[Tree]:
    kind = found.lastgroup or ""
    content = found.group(kind)
    if kind == "pair":
        return _pair(content, marks, depth)
    return TOKENS[kind](content, found.group(), marks)


def _pair(content: str, marks: Marks, depth: int) -> list[Tree]:
    inner = (*marks, PAIRED[content[0]])
    if depth >= DEEPEST:
        return _plain(content[1:-1], inner)
    return inline(content[1:-1], inner, depth + 1)


def _link(content: str, whole: str, marks: Marks) -> list[Tree]:
    """[url], [text|url], [text|url|tip], [~user], [^file], [#anchor]; else brackets."""
    if content.startswith("~"):
        return [node("mention", text=content[1:].removeprefix("accountid:"))]
    if content.startswith("^"):
        return [node("mediaInline", alt=content[1:])]
    first, *rest = content.split("|")
    target = (rest[0] if rest else first).strip()
    if not is_address(target):
        return _plain(whole, marks)
    return [words(first.strip() or target, (*marks, mark("link", href=target)))]


def _image(content: str, whole: str, marks: Marks) -> list[Tree]:
    """A page shows no outside picture: an image becomes a link, or a file's name."""
    target = content.strip()
    if is_address(target):
        name = target.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        return [node("mediaInline", url=target, alt=name or target)]
    if FILE_NAME.fullmatch(target):
        return [node("mediaInline", alt=target)]
    return _plain(whole, marks)


def _bare_url(content: str, _: str, marks: Marks) -> list[Tree]:
    url = trimmed(content)
    return [words(url, (*marks, mark("link", href=url))), *_plain(content[len(url) :], marks)]


TOKENS: dict[str, Callable[[str, str, Marks], list[Tree]]] = {
    "line": lambda _, __, ___: [hard_break()],
    "escaped": lambda content, _, marks: _plain(content, marks),
    "code": lambda content, _, marks: [words(content, (*marks, mark("code")))],
    "link": _link,
    "image": _image,
    "cite": lambda content, _, marks: [words(content, (*marks, mark("em")))],
    "url": _bare_url,
    "macro": lambda _, __, ___: [],
}
