"""The list of sprints: those that go on first, then newest first."""

from dataclasses import dataclass

from django.utils import timezone

from portal.pages.plan.shown import sprint_url
from portal.templatetags.parts import VERDICTS
from sources.models import Person
from sprints import board
from sprints.models import Sprint
from tracking.pictures import short

OUTCOMES = ("confirmed", "refuted", "inconclusive", "dropped", "open")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many ended so; the sign stands for the word where there is little room."""

    word: str
    count: int
    tone: str
    sign: str


@dataclass(frozen=True, slots=True)
class Row:
    """`part` of `whole` is done: points where there are some, else tasks."""

    sprint: Sprint
    url: str
    dates: str
    part: float
    whole: float
    done: str
    outcomes: list[Outcome]
    days: board.Days | None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    opening: str
    several_boards: bool


def read(user: Person) -> Page:
    rows = [_row(listed) for listed in board.read_list(user)]
    return Page(
        rows=rows,
        opening=_opening(rows),
        several_boards=len({row.sprint.board_id for row in rows}) > 1,
    )


def _row(listed: board.Listed) -> Row:
    sprint, progress = listed.sprint, listed.progress
    by_points = progress.points > 0
    part = progress.points_done if by_points else progress.tasks_done
    whole = progress.points if by_points else progress.tasks
    unit = "points" if by_points else "tasks"
    counts = {**listed.outcomes, "open": progress.hypotheses - progress.decided}
    return Row(
        sprint=sprint,
        url=sprint_url(sprint),
        dates=dates(sprint),
        part=part,
        whole=whole,
        done=f"{short(part)} of {short(whole)} {unit}" if whole else "no tasks",
        outcomes=[
            Outcome(word, counts[word], *VERDICTS[word]) for word in OUTCOMES if counts.get(word)
        ],
        days=board.days(sprint, timezone.now()) if sprint.state == "active" else None,
    )


def dates(sprint: Sprint) -> str:
    """16 Nov to 30 Nov 2026, in the viewer's zone."""
    if sprint.starts_at is None or sprint.ends_at is None:
        return ""
    first, last = timezone.localdate(sprint.starts_at), timezone.localdate(sprint.ends_at)
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%b}{year} to {last.day} {last:%b} {last.year}"


def _opening(rows: list[Row]) -> str:
    active = [row for row in rows if row.sprint.state == "active"]
    if not rows:
        return ""
    if not active:
        return "No sprint is going on."
    return "; ".join(
        f"{row.sprint.name}: {row.done} done"
        + (f", day {row.days.day} of {row.days.of}" if row.days else "")
        for row in active[:3]
    )
