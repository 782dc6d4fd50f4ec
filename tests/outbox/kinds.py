"""Each kind of write that would have its effect twice when sent twice: how one is
asked for, where its request goes, and how often its effect is there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sprints.outbox import asking
from tests.outbox.desk import CLAIM, TASK, Desk

MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    ask: Callable[[Desk], object]
    method: str
    path: str  # a regular expression of the request that has the effect
    looks: str  # and of the one that looks for it
    effects: Callable[[Desk], int]


def new_hypothesis(desk: Desk) -> None:
    asking.new_hypothesis(desk.task, by=desk.lead, summary="Focal loss helps")


def subtasks(desk: Desk) -> int:
    issues = desk.practice.state.issues.values()
    return sum(one.summary == "Focal loss helps" for one in issues)


def moved(desk: Desk) -> int:
    """How often it went from To Do to Done, and then back: a second move would show."""
    return sum(
        change.field == "status" and change.new_text == "Done"
        for entry in desk.issue(TASK).history
        for change in entry.changes
    )


def labelled(desk: Desk) -> int:
    return desk.issue(TASK).labels.count("new")


KINDS = {
    "comment": Kind(
        lambda desk: desk.decide(outcome="dropped", run=None),
        "POST", "/comment$", "/comment$", lambda desk: len(desk.issue(CLAIM).comments),
    ),
    "subtask": Kind(new_hypothesis, "POST", "/issue$", f"/issue/{TASK}$", subtasks),
    "worklog": Kind(
        lambda desk: asking.log_work(
            desk.task, seconds=3600, started=MORNING, text="Sweep", by=desk.lead
        ),
        "POST", "/worklog$", "/worklog$", lambda desk: len(desk.issue(TASK).worklogs),
    ),
    "move": Kind(
        lambda desk: asking.move(desk.task, "Done", by=desk.lead),
        "POST", "/transitions$", f"/issue/{TASK}$", moved,
    ),
    "link": Kind(
        lambda desk: asking.link_runs(desk.claim, [], by=desk.lead),
        "POST", "/remotelink$", "/remotelink$", lambda desk: len(desk.issue(CLAIM).remote_links),
    ),
    "labels": Kind(
        lambda desk: asking.relabel(desk.task, add=["new"], remove=[], by=desk.lead),
        "PUT", f"/issue/{TASK}$", f"/issue/{TASK}$", labelled,
    ),
}  # fmt: skip
