"""The words the plan is written in: sprints, tasks, hypotheses, trials.

A plan file says what people did and claimed. It never says how a claim ended:
that is computed from the trained numbers (see verdicts.py).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from demo.work.people import Person
from demo.work.training.settings import Settings

# The moment the story is told at: day 9 of sprint 49, a Tuesday, 07:00 UTC.
TOLD_AT = datetime(2026, 11, 24, 7, tzinfo=UTC)
FIRST_SPRINT, FIRST_START = 44, datetime(2026, 9, 7, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Sprint:
    """Two weeks; day 1 is a Monday."""

    number: int
    goal: str

    @property
    def start(self) -> datetime:
        return FIRST_START + timedelta(weeks=2 * (self.number - FIRST_SPRINT))

    @property
    def end(self) -> datetime:
        return self.start + timedelta(weeks=2)

    def at(self, when: str) -> datetime:
        """`"3 14:20"`: day 3 at 14:20 UTC; `"45/3 14:20"`: of sprint 45."""
        other, _, rest = when.rpartition("/")
        if other:
            return Sprint(int(other), "").at(rest)
        day, clock = when.split()
        hours, minutes = clock.split(":")
        midnight = self.start.replace(hour=0, minute=0)
        return midnight + timedelta(days=int(day) - 1, hours=int(hours), minutes=int(minutes))


type Ending = Literal["finished", "failed", "stopped", "running"]
type Gap = Literal["", "partial", "notebook"]


@dataclass(frozen=True)
class Trial:
    """One run. `seed` goes into the settings of its hypothesis, or stands with `settings`."""

    when: str
    seed: int = 1
    tags: tuple[str, ...] = ()
    by: Person | None = None
    settings: Settings | None = None
    name: str = "hypothesis_test"
    ending: Ending = "finished"
    gap: Gap = ""
    stop_at: int = 0
    notebook: str = ""


@dataclass(frozen=True)
class Hypothesis:
    """A claim on one metric's best value over the epochs of a run."""

    key: str
    claim: str
    metric: str
    threshold: float
    settings: Settings
    trials: tuple[Trial, ...]
    owner: Person
    opened: str
    decided: str = ""
    below: bool = False
    baseline: str = ""
    note: str = ""
    by_type: bool = False
    name: str = "hypothesis_test"


@dataclass(frozen=True)
class Said:
    """A comment."""

    when: str
    by: Person
    text: str


@dataclass(frozen=True)
class Worked:
    """A worklog, in hours."""

    when: str
    by: Person
    hours: float
    text: str = ""


@dataclass(frozen=True)
class Task:
    """`moves` are status changes: (when, new status); the first status is To Do.

    `created` is before the sprint's start unless told; `added` is when it came
    into a sprint that was already running. `carried` are the later sprints it
    went on in, with moves and remarks dated there as "49/3 14:20".
    """

    key: str
    summary: str
    assignee: Person
    points: float | None
    moves: tuple[tuple[str, str], ...] = ()
    text: str = ""
    type: str = "Story"
    epic: str = ""
    added: str = ""
    created: str = ""
    carried: tuple[int, ...] = ()
    blocks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    version: str = ""
    component: str = ""
    priority: str = "Medium"
    hypotheses: tuple[Hypothesis, ...] = ()
    trials: tuple[Trial, ...] = ()
    said: tuple[Said, ...] = ()
    worked: tuple[Worked, ...] = ()
    moved_to: str = ""
    moved_when: str = ""
    estimated: tuple[tuple[str, float], ...] = ()
    due: str = ""
    reporter: Person | None = None


@dataclass(frozen=True)
class Chapter:
    """One sprint's plan, and runs of it that belong to no task."""

    sprint: Sprint
    tasks: tuple[Task, ...]
    strays: tuple[Trial, ...] = field(default=())
