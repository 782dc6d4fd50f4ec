"""Writing to Jira: each wish has its effect once, however often it is tried."""

from sources.connectors.jira.writes.notes import Comment, Worklog
from sources.connectors.jira.writes.pen import Pen
from sources.connectors.jira.writes.wishes import Labels, Link, Move, Subtask, Unlink, Wish
from sources.connectors.jira.writes.words import Line, Span, Text, adf, wiki

__all__ = [
    "Comment",
    "Labels",
    "Line",
    "Link",
    "Move",
    "Pen",
    "Span",
    "Subtask",
    "Text",
    "Unlink",
    "Wish",
    "Worklog",
    "adf",
    "wiki",
]
