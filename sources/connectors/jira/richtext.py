"""A body from Jira, whichever way it is written: v3 sends ADF, v2 wiki markup."""

from collections.abc import Mapping

from sources.connectors.jira import adf, wiki


def html(body: object) -> str:
    """Sanitised HTML; empty for no body."""
    if isinstance(body, str):
        return wiki.html(body)
    return adf.html(body) if isinstance(body, Mapping) else ""


def text(body: object) -> str:
    """Words only, a line a block."""
    if isinstance(body, str):
        return wiki.text(body)
    return adf.text(body) if isinstance(body, Mapping) else ""


def links(body: object) -> list[str]:
    """Every address in it, in its order, each once."""
    if isinstance(body, str):
        return wiki.links(body)
    return adf.links(body) if isinstance(body, Mapping) else []
