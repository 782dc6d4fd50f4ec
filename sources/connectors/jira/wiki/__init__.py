"""Jira's wiki markup (Data Center, v2) to safe HTML, plain text and links.

The markup is read into the same tree as Atlassian's document format, so that
both are rendered, cleaned and searched for links by the same code.
"""

from sources.connectors.jira import adf
from sources.connectors.jira.wiki.blocks import document


def html(markup: str) -> str:
    """Sanitised HTML; markup that is not understood stays as it was typed."""
    return adf.html(document(markup))


def text(markup: str) -> str:
    """Words only: a line a block, table cells separated by tabs."""
    return adf.text(document(markup))


def links(markup: str) -> list[str]:
    """Every address in it, in its order, each once; images count as links."""
    return adf.links(document(markup))
