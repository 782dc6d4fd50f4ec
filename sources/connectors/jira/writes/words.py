"""Our words as Jira writes them: ADF for Cloud, wiki markup for Data Center. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What wiki markup would read as its own: brackets and the like wherever they stand,
# the signs of bold, italics and lists only where they do not stand within a word.
MARKUP = re.compile(
    r"[{}\[\]|!]|(?<![A-Za-z0-9])[*_^~+#-]|[*_^~+-](?![A-Za-z0-9])|(?<=\?)\?",
)
BACKSLASH = "&#92;"  # a doubled one would be a line break
NOT_IN_A_LINK = str.maketrans("[]|", "() ")


@dataclass(frozen=True, slots=True)
class Span:
    """Some words of a line; with `href` they are a link."""

    text: str
    href: str = ""
    strong: bool = False


type Line = Sequence[Span]
type Text = Sequence[Line]


def adf(text: Text) -> dict[str, Any]:
    """A paragraph a line. ADF refuses an empty text, so empty spans are left out."""
    paragraphs = [
        {"type": "paragraph", "content": [_node(span) for span in line if span.text]}
        for line in text
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _node(span: Span) -> dict[str, Any]:
    marks: list[dict[str, Any]] = []
    if span.href:
        marks.append({"type": "link", "attrs": {"href": span.href}})
    if span.strong:
        marks.append({"type": "strong"})
    return {"type": "text", "text": span.text} | ({"marks": marks} if marks else {})


def wiki(text: Text) -> str:
    """A paragraph a line; what people typed is never read as markup."""
    return "\n\n".join("".join(_marked(span) for span in line) for line in text)


def _marked(span: Span) -> str:
    if not span.text:
        return ""
    if span.href:
        return f"[{span.text.translate(NOT_IN_A_LINK)}|{span.href}]"
    words = BACKSLASH.join(MARKUP.sub(r"\\\g<0>", piece) for piece in span.text.split("\\"))
    return f"*{words}*" if span.strong else words


def body(text: Text, *, cloud: bool) -> dict[str, Any] | str:
    return adf(text) if cloud else wiki(text)
