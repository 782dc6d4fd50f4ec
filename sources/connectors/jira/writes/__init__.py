"""Writing to Jira: each wish has its effect once, however often it is tried."""

from sources.connectors.jira.writes.notes import Comment, Worklog
from sources.connectors.jira.writes.pen import LIMITS, Busy, Declined, Effect, Pen
from sources.connectors.jira.writes.wishes import Labels, Link, Move, Request, Subtask, Unlink, Wish
from sources.connectors.jira.writes.words import Line, Span, Text, adf, wiki

__all__ = [
    "LIMITS",
    "Busy",
    "Comment",
    "Declined",
    "Effect",
    "Labels",
    "Line",
    "Link",
    "Move",
    "Pen",
    "Request",
    "Span",
    "Subtask",
    "Text",
    "Unlink",
    "Wish",
    "Worklog",
    "adf",
    "wiki",
]
