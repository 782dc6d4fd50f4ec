"""A row for Jira as the connector's wish, in the words that Jira will show. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from sources.connectors.jira.writes import (
    Comment,
    Labels,
    Line,
    Link,
    Move,
    Span,
    Subtask,
    Unlink,
    Wish,
    Worklog,
)
from sprints.outbox.models import Write

type Asked = Mapping[str, Any]


def address(path: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}{path}"


def mark_url(write: Write) -> str:
    """Leads to what was written; in a text it tells ours from all others."""
    return address(f"/w/{write.mark}/")


def label(write: Write) -> str:
    """The label by which a new sub-task is found again."""
    return f"labledger-{write.mark.hex[:16]}"


def wish_of(write: Write, *, held: str = "", known: Sequence[str] = ()) -> Wish:
    """`held` is the id of the comment that there is already, `known` is how it, or the
    status of an issue, may stand there (seen.py)."""
    asked = write.asked
    match write.kind:
        case "link":
            return _link(write)
        case "unlink":
            return Unlink(write.subject)
        case "labels":
            return Labels(tuple(asked.get("add", ())), tuple(asked.get("remove", ())))
        case "move":
            return Move(asked["status"], known)
        case "subtask":
            return _subtask(write)
        case "worklog":
            began = datetime.fromisoformat(asked["started"])
            return Worklog(asked["seconds"], began, _worklog_text(write), mark_url(write))
    return Comment(_verdict_text(write), mark_url(write), held, known)


def _link(write: Write) -> Link:
    asked = write.asked
    return Link(
        global_id=write.subject,
        url=asked["url"],
        title=asked["title"],
        summary=asked.get("summary", ""),
        relationship=asked.get("relationship", ""),
    )


def _subtask(write: Write) -> Subtask:
    asked = write.asked
    return Subtask(
        project=asked["project"],
        kind=asked["kind"],
        summary=asked["summary"],
        text=_subtask_text(write),
        labels=tuple(asked.get("labels", ())),
        mark=label(write),
    )


def _typed(text: str) -> list[Line]:
    """What a person typed, a line a paragraph."""
    return [[Span(line)] for line in text.splitlines() if line.strip()]


def _signed(write: Write, words: str) -> Line:
    return [Span(words), Span("Labledger", href=mark_url(write))]


def _verdict_text(write: Write) -> list[Line]:
    asked = write.asked
    lines: list[Line] = [
        [Span(f"Verdict: {asked['outcome']}", strong=True), Span(f", by {asked['who']}.")]
    ]
    if figures := figure_words(asked):
        lines.append([Span(figures)])
    if asked.get("run"):
        lines.append([Span("Decided by "), Span(asked["run"], href=asked["run_url"]), Span(".")])
    return [*lines, *_typed(asked.get("text", "")), _signed(write, "Kept up to date by ")]


def figure_words(asked: Asked) -> str:
    """ "valid/f1: best 0.9341, baseline 0.912, threshold ≥ 0.93, 3 runs." """
    sign = "≤" if asked.get("direction") == "min" else "≥"
    parts = (
        ("best {}", asked.get("best")),
        ("baseline {}", asked.get("baseline")),
        (f"threshold {sign} {{}}", asked.get("threshold")),
    )
    told = [words.format(f"{float(value):.6g}") for words, value in parts if value is not None]
    if runs := asked.get("runs"):
        told.append("1 run" if runs == 1 else f"{runs} runs")
    return f"{asked.get('metric') or 'Values'}: {', '.join(told)}." if told else ""


def _worklog_text(write: Write) -> list[Line]:
    asked = write.asked
    return [*_typed(asked.get("text", "")), _signed(write, f"By {asked['who']}, in ")]


def _subtask_text(write: Write) -> list[Line]:
    """The claim in lines that reading it back understands."""
    asked = write.asked
    lines: list[Line] = []
    if asked.get("metric"):
        lines.append([Span(f"Metric: {asked['metric']}")])
    if asked.get("threshold") is not None:
        word = "below" if asked.get("direction") == "min" else "above"
        lines.append([Span(f"Threshold: {word} {asked['threshold']:.12g}")])
    if asked.get("baseline"):
        lines.append([Span(f"Baseline: {asked['baseline']}")])
    return [
        *_typed(asked.get("text", "")),
        *lines,
        _signed(write, f"Written by {asked['who']} in "),
    ]
