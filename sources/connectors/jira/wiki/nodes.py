"""The tree that the markup is read into: nodes of Atlassian's document format."""

from typing import Any

type Tree = dict[str, Any]


def node(kind: str, content: list[Tree] | None = None, **attributes: Any) -> Tree:
    made: Tree = {"type": kind, "content": content if content is not None else []}
    if attributes:
        made["attrs"] = attributes
    return made


def words(text: str, marks: tuple[Tree, ...] = ()) -> Tree:
    return {"type": "text", "text": text, "marks": list(marks)}


def mark(kind: str, **attributes: str) -> Tree:
    return {"type": kind, "attrs": attributes}


def hard_break() -> Tree:
    return {"type": "hardBreak"}
