"""Comments, worklogs and links of an issue. Pure."""

from typing import Any
from uuid import UUID

from sources.connectors.jira import richtext
from sources.connectors.jira.values import instant, person
from sources.store import Row
from sprints.streams.tasks import issue_id
from sprints.streams.words import LINK, TASK, Key, Record, rows, text

MOST_SECONDS = 2_147_483_647


def comment_from(task: UUID, note: Record) -> Row:
    """A comment's row; a ValueError for one without a time."""
    author = person(note.get("author"))
    made, changed = instant(note.get("created")), instant(note.get("updated"))
    if made is None:
        raise ValueError("a comment without a time")
    return {
        "task_id": task,
        "author_name": author.name if author else "",
        "at": made,
        "edited_at": changed if changed and changed > made else None,
        "html": richtext.html(note.get("body")),
        "text": richtext.text(note.get("body")),
    }


def worklog_from(task: UUID, log: Record) -> Row:
    """A worklog's row; a ValueError for one without a time."""
    author = person(log.get("author"))
    started = instant(log.get("started")) or instant(log.get("created"))
    if started is None:
        raise ValueError("a worklog without a time")
    return {
        "task_id": task,
        "author_name": author.name if author else "",
        "started_at": started,
        "seconds": _seconds(log.get("timeSpentSeconds")),
        "text": richtext.text(log.get("comment")),
    }


def _seconds(value: Any) -> int:
    whole = value if isinstance(value, int) and not isinstance(value, bool) else 0
    return min(max(whole, 0), MOST_SECONDS)


def links_from(record: Record, key: Key) -> list[Row]:
    """The issue's links, each by its outward side: both ends make the same row."""
    here = issue_id(record)
    made = [_link(key, here, link) for link in rows(record["issue"]["fields"].get("issuelinks"))]
    return [row for row in made if row is not None]


def _link(key: Key, here: str, link: Record) -> Row | None:
    outward, inward = text(link, "outwardIssue", "id"), text(link, "inwardIssue", "id")
    if not (outward or inward) or not text(link, "id"):
        return None
    source, target = (here, outward) if outward else (inward, here)
    return {
        "key": key(LINK, text(link, "id")),
        "task_id": key(TASK, source),
        "other_id": key(TASK, target),
        "kind": text(link, "type", "outward") or "relates to",
        "inward": text(link, "type", "inward") or "relates to",
    }
