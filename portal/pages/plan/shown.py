"""What several pages of the plan show alike: figures, actions, chips, addresses."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from sources.models import Person
from sprints.hypotheses import Claim, Line
from sprints.models import Sprint, Task
from tracking.curves import named
from tracking.pictures import short

TONES = {"done": "good", "doing": "accent", "todo": "plain"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One of parts/figures.html."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One of parts/page_head.html. `refused` is why a person may not."""

    name: str
    url: str
    post: bool = False
    danger: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of parts/tabs.html."""

    name: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A hypothesis as a row of a table. `carried` names the sprint that it went on in."""

    line: Line
    threshold: str
    met: bool
    running: bool
    carried: str = ""


def claim_line(line: Line, running: Any, *, carried: str = "") -> ClaimLine:
    """`running` are the keys of runs that still go on."""
    return ClaimLine(
        line=line,
        threshold=threshold(line.claim),
        met=line.figures.meets(line.claim) is True,
        running=any(run in running for run in line.runs),
        carried=carried,
    )


def threshold(claim: Claim) -> str:
    """f1 ≥ 0.930, without the split: the whole name is its title."""
    if claim.threshold is None:
        return ""
    return f"{named(claim.metric).stem} {claim.sign} {short(claim.threshold)}".strip()


def sprint_url(sprint: Sprint) -> str:
    """By number where it has one; two boards with one number get a choice there."""
    if sprint.number is None:
        return reverse("sprint_by_id", args=[sprint.pk])
    return reverse("sprint", args=[sprint.number])


def task_url(task: Task) -> str:
    return reverse("hypothesis" if task.is_hypothesis else "task", args=[task.name])


def runs_url(query: str) -> str:
    return f"{reverse('runs')}?{urlencode({'q': query})}"


def refused(user: Person, permission: str, what: str) -> str:
    """Why this person may not; empty when they may."""
    may = user.has_perm(permission)  # type: ignore[union-attr]
    return "" if may else f"{what} needs the role contributor or lead."


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things of the same name."""

    title: str
    note: str
    url: str
