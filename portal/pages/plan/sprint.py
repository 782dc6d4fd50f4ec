"""A sprint's page: where it stands, and which of its hypotheses held."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from portal import moved
from portal.pages.outbox.shown import may_not_send
from portal.pages.plan.shown import (
    TONES,
    Action,
    ClaimLine,
    Figure,
    Tab,
    claim_line,
    runs_url,
    sprint_url,
)
from portal.templatetags.shown import four_digits
from sources.models import Person
from sprints import bests, board, burnup
from sprints.models import Sprint, Task
from sprints.outbox.models import mode
from sprints.pictures import burn_up
from tracking.models import Run
from tracking.pictures import short, step_curve

ORDER = {"doing": 0, "todo": 1, "done": 2}


@dataclass(frozen=True, slots=True)
class Row:
    """A task, or a sub-task under it. `outcome` is a hypothesis's; `note` says more.
    `movable`: this person may move it to another status, in Jira."""

    task: Task
    tone: str
    runs: int
    child: bool = False
    outcome: str = ""
    note: str = ""
    movable: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    sprint: Sprint
    opening: str
    figures: list[Figure]
    actions: list[Action]
    main_action: Action | None
    burn_up: SafeString
    counted: list[Tab]
    best: SafeString
    best_name: str
    best_note: str
    claims: list[ClaimLine]
    rows: list[Row]
    carried: list[Row]
    mark: str  # while it goes on, an open page renews itself


def read(user: Person, sprint: Sprint, asked: QueryDict) -> Page:
    """A constant number of queries, whatever is in the sprint."""
    mark = moved.mark(user) if sprint.state == "active" else ""
    shown = board.read(user, sprint)
    runs = _runs(user, shown)
    best = bests.read(sprint, shown.hypotheses)
    wanted = asked.get("count")
    drawn = burnup.read(user, sprint, timezone.now(), unit="tasks" if wanted == "tasks" else None)
    outcomes = {line.task.pk: line.outcome for line in shown.hypotheses}
    movable = mode(sprint.source) != "off" and not may_not_send(user)
    return Page(
        sprint=sprint,
        opening=sprint.goal,
        figures=_figures(shown, best, runs),
        actions=_actions(shown),
        main_action=_runs_action(sprint),
        burn_up=_picture(drawn),
        counted=_counted(shown, drawn),
        best=_steps(best),
        best_name=best.metric if best else "",
        best_note=_target_words(best),
        claims=_claims(shown, runs),
        rows=list(_rows(shown, shown.cards, outcomes, movable=movable)),
        carried=list(_rows(shown, shown.carried, outcomes, movable=movable)),
        mark=mark,
    )


# ── figures ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Runs:
    count: int
    seconds: float
    running: frozenset[UUID]


def _runs(user: Person, shown: board.Board) -> _Runs:
    """The runs of its tasks: one query."""
    keys = {run for several in shown.runs.values() for run in several}
    rows = list(
        Run.objects.visible_to(user).filter(pk__in=keys).values_list("pk", "seconds", "state")
    )
    return _Runs(
        len(rows),
        sum(seconds or 0 for _, seconds, _ in rows),
        frozenset(key for key, _, state in rows if state == "running"),
    )


def _figures(shown: board.Board, best: bests.Best | None, runs: _Runs) -> list[Figure]:
    progress = shown.progress
    found = [_day(shown)]
    if progress.points:
        found.append(_share("Points done", progress.points_done, progress.points))
    found += [
        _share("Tasks done", progress.tasks_done, progress.tasks),
        _share("Hypotheses decided", progress.decided, progress.hypotheses),
        _best_figure(best),
        Figure("Runs", f"{runs.count:,}", _going(runs)),
        Figure("Run hours", short(round(runs.seconds / 3600, 1))) if runs.count else None,
    ]
    return [one for one in found if one is not None]


def _day(shown: board.Board) -> Figure | None:
    sprint, days = shown.sprint, shown.days
    if sprint.state == "closed":
        ended = sprint.completed_at or sprint.ends_at
        return Figure("Closed", f"{timezone.localtime(ended):%-d %b %Y}" if ended else "yes")
    if days is None:
        return Figure("Planned", "without dates")
    if days.day == 0 and sprint.starts_at:
        return Figure(
            "Begins", f"{timezone.localtime(sprint.starts_at):%-d %b}", f"for {days.of} days"
        )
    return Figure("Day", str(days.day), f"of {days.of}")


def _share(label: str, part: float, whole: float) -> Figure:
    return Figure(label, short(part), f"of {short(whole)}")


def _best_figure(best: bests.Best | None) -> Figure | None:
    if best is None or best.value is None:
        return None
    if best.met is None:
        return Figure(f"Best {best.metric}", four_digits(best.value))
    words = "target met" if best.met else f"target {short(best.target or 0)}"
    return Figure(f"Best {best.metric}", four_digits(best.value), words, "good" if best.met else "")


def _going(runs: _Runs) -> str:
    return f"{len(runs.running)} going" if runs.running else ""


# ── head ─────────────────────────────────────────────────────────────────────


def _actions(shown: board.Board) -> list[Action]:
    return [Action(one.name, sprint_url(one)) for one in (shown.before, shown.after) if one]


def _runs_action(sprint: Sprint) -> Action | None:
    """Its runs by what they name."""
    if sprint.number is None:
        return None
    return Action("Runs of this sprint", runs_url(f"sprint = {sprint.number}"))


# ── pictures ─────────────────────────────────────────────────────────────────


def _picture(drawn: burnup.BurnUp | None) -> SafeString:
    if drawn is None or not any(drawn.scope):
        return mark_safe("")
    return burn_up(drawn.scope, drawn.done, drawn.days, drawn.today, unit=drawn.unit)


def _counted(shown: board.Board, drawn: burnup.BurnUp | None) -> list[Tab]:
    """Points or tasks, where there are points."""
    if drawn is None or not shown.progress.points:
        return []
    here = reverse("sprint_by_id", args=[shown.sprint.pk])
    return [
        Tab("points", here, drawn.unit == "points"),
        Tab("tasks", f"{here}?count=tasks", drawn.unit == "tasks"),
    ]


def _steps(best: bests.Best | None) -> SafeString:
    if best is None:
        return mark_safe("")
    return step_curve(
        [(one.at, one.value) for one in best.reached],
        target=best.target,
        labels=[one.name for one in best.reached],
        direction=best.direction,
        name=best.metric,
    )


def _target_words(best: bests.Best | None) -> str:
    if best is None or best.target is None:
        return ""
    of = "the goal" if best.target_of == "goal" else "the hardest threshold"
    return f"target {short(best.target)}, of {of}"


# ── tables ───────────────────────────────────────────────────────────────────


def _claims(shown: board.Board, runs: _Runs) -> list[ClaimLine]:
    return [
        claim_line(line, runs.running, carried=_went_to(shown.sprint, line.task))
        for line in shown.hypotheses
    ]


def _went_to(sprint: Sprint, task: Task) -> str:
    if task.sprint_id == sprint.pk:
        return ""
    return task.sprint.name if task.sprint else "the backlog"


def _rows(
    shown: board.Board, cards: Iterable[board.Card], outcomes: dict[UUID, str], *, movable: bool
) -> Iterable[Row]:
    """What is being done comes first, each task followed by its sub-tasks."""

    def row(task: Task, **more: Any) -> Row:
        return Row(
            task,
            TONES.get(task.category, "plain"),
            len(shown.runs.get(task.pk, ())),
            outcome=outcomes.get(task.pk, ""),
            movable=movable,
            **more,
        )

    for card in sorted(cards, key=lambda card: ORDER.get(card.task.category, 1)):
        done = f"{card.done_children} of {len(card.children)}" if card.children else ""
        yield row(card.task, note=_went_to(shown.sprint, card.task) or done)
        yield from (row(child, child=True) for child in card.children)
