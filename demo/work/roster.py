"""The plan as a list of runs, each with its number, its person and its time.

Runs of the sprints before 49 are in the archive (project paper-lab/form-reading,
FORM-1 and up), those of 49 in the practice Neptune (paper-lab/forms, FRM-1 and
up): the team moved to a new server when sprint 48 was over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from demo.work.people import Person
from demo.work.plan import CHAPTERS
from demo.work.training.settings import Settings
from demo.work.words import Chapter, Hypothesis, Sprint, Task, Trial

ARCHIVED, LIVE = "paper-lab/form-reading", "paper-lab/forms"
KEYS = {ARCHIVED: "FORM", LIVE: "FRM"}
LAST_ARCHIVED_SPRINT = 48
# The lab's machine is shared and slow: the story gives every epoch half a minute.
EPOCH, FIRST_EPOCH = timedelta(seconds=30), timedelta(seconds=20)
# Tags that somebody spelled wrong: no task, no sprint, or one that is not there.
WRONG_TAGS = frozenset(
    {"DOC2625", "sprint46!", "DOC-9656", "doc2698", "DOC-27111", "sprnt 49", "width", "try again"}
)


@dataclass(frozen=True)
class Run:
    """One run of the story. `settings` is None for a notebook that trains nothing."""

    project: str
    number: int
    sprint: Sprint
    trial: Trial
    owner: Person
    task: Task | None
    hypothesis: Hypothesis | None

    @property
    def run_id(self) -> str:
        return f"{KEYS[self.project]}-{self.number}"

    @property
    def created(self) -> datetime:
        return self.sprint.at(self.trial.when)

    @property
    def settings(self) -> Settings | None:
        chosen = self.hypothesis.settings if self.hypothesis else self.trial.settings
        return replace(chosen, seed=self.trial.seed) if chosen else None

    @property
    def name(self) -> str:
        return self.hypothesis.name if self.hypothesis else self.trial.name

    @property
    def decides(self) -> bool:
        """Only whole runs of a hypothesis weigh in its verdict; a run whose
        curves the export lost does not."""
        whole = self.trial.ending in ("finished", "failed") and self.trial.gap != "partial"
        return self.hypothesis is not None and whole

    def epoch_at(self, epoch: int) -> datetime:
        """When an epoch (from 0) was logged."""
        return self.created + FIRST_EPOCH + epoch * EPOCH


@cache
def runs() -> tuple[Run, ...]:
    """All runs, oldest first, numbered by project in that order."""
    found = sorted(_unnumbered(), key=lambda run: run.created)
    counts = dict.fromkeys(KEYS, 0)
    numbered = []
    for run in found:
        counts[run.project] += 1
        numbered.append(replace(run, number=counts[run.project]))
    return tuple(numbered)


def of_hypothesis(key: str) -> list[Run]:
    """The runs that weigh in a verdict, oldest first."""
    return [run for run in runs() if run.decides and run.hypothesis and run.hypothesis.key == key]


def hypotheses() -> Iterator[tuple[Chapter, Task, Hypothesis]]:
    for chapter in CHAPTERS:
        for task in chapter.tasks:
            for hypothesis in task.hypotheses:
                yield chapter, task, hypothesis


def _unnumbered() -> Iterator[Run]:
    for chapter, task, hypothesis in hypotheses():
        for trial in hypothesis.trials:
            yield _run(chapter.sprint, trial, trial.by or hypothesis.owner, task, hypothesis)
    for chapter in CHAPTERS:
        for task in chapter.tasks:
            for trial in task.trials:
                yield _run(chapter.sprint, trial, trial.by or task.assignee, task, None)
        for trial in chapter.strays:
            if trial.by is None:
                raise ValueError(f"a stray run of sprint {chapter.sprint.number} has no owner")
            yield _run(chapter.sprint, trial, trial.by, None, None)


def _run(
    sprint: Sprint, trial: Trial, owner: Person, task: Task | None, hypothesis: Hypothesis | None
) -> Run:
    project = ARCHIVED if sprint.number <= LAST_ARCHIVED_SPRINT else LIVE
    return Run(project, 0, sprint, trial, owner, task, hypothesis)
