"""Which task a run's words may have meant: keys one slip away, and the named sprint's tasks.

A slip is what fingers do: a digit left out, added, changed, or two swapped;
a hyphen forgotten; letters of the project in another order.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sources.models import Person
from sprints.models import JiraProject, Sprint, Task, TaskKey
from tracking.models import Mention, Run

PROPOSALS = 3  # of one run
LOOSE = re.compile(r"([A-Za-z][A-Za-z0-9_]{1,19}?)[\s_#:.-]{0,2}([0-9]{1,7})", re.ASCII)
SPRINT = re.compile(r"s(?:p?r?i?n?t?)[\s_#:.-]{0,2}([0-9]{1,6})\W?", re.IGNORECASE)
DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A task that may be meant, and why: "tagged DOC-2968"."""

    task: Task
    why: str


@dataclass(frozen=True, slots=True)
class _Guess:
    """The less `slips`, the better."""

    name: str
    slips: int
    word: str


def proposals(user: Person, runs: Sequence[Run]) -> dict[UUID, list[Proposal]]:
    """The likeliest tasks of each run, the likeliest first: five queries.

    Nothing is decided: a person picks one, or none.
    """
    words = _words(runs)
    projects = _projects(user)
    guesses = {run.pk: list(_guesses(words[run.pk], projects)) for run in runs}
    tasks = _tasks(user, {guess.name for several in guesses.values() for guess in several})
    planned = _planned(user, {run.pk: _numbers(run, words[run.pk]) for run in runs})
    return {
        run.pk: _ranked(run, guesses[run.pk], tasks, planned.get(run.pk, []))[:PROPOSALS]
        for run in runs
    }


def _words(runs: Sequence[Run]) -> dict[UUID, list[str]]:
    """What each run names: the keys of its mentions, then its tags as written."""
    found: dict[UUID, list[str]] = {run.pk: [] for run in runs}
    held = Mention.objects.filter(run__in=list(found), kind__in=("key", "sprint")).order_by("id")
    for key, value in held.values_list("run", "value"):
        found[key].append(value)
    for run in runs:
        found[run.pk] += [tag for tag in run.tags if tag not in found[run.pk]]
    return found


def _projects(user: Person) -> list[str]:
    return list(JiraProject.objects.visible_to(user).values_list("short", flat=True))


# ── keys one slip away ───────────────────────────────────────────────────────


def _guesses(words: Iterable[str], projects: Sequence[str]) -> Iterator[_Guess]:
    for word in words:
        if found := LOOSE.fullmatch(word.strip(" !?.,;")):
            for project, slips in _near_projects(found[1].upper(), projects):
                for number, more in _near_numbers(found[2]):
                    yield _Guess(f"{project}-{number}", slips + more, word)


def _near_projects(word: str, projects: Iterable[str]) -> Iterator[tuple[str, int]]:
    for project in projects:
        name = project.upper()
        if name == word:
            yield project, 0
        elif name in _slips(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
            yield project, 1


def _near_numbers(number: str) -> Iterator[tuple[str, int]]:
    """With one slip at most: two would lead everywhere."""
    yield number, 0
    for near in _slips(number, DIGITS):
        if near and near != number and not near.startswith("0"):
            yield near, 1


def _slips(word: str, letters: str) -> set[str]:
    """Every word that is one slip from this one."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    changed = {a + letter + b[1:] for a, b in parts if b for letter in letters}
    added = {a + letter + b for a, b in parts for letter in letters}
    return left_out | swapped | changed | added


def _tasks(user: Person, names: set[str]) -> dict[str, list[Task]]:
    """The tasks that have, or had, each key: two queries."""
    keys = list(TaskKey.objects.filter(name__in=names).values_list("name", "task"))
    tasks = Task.objects.visible_to(user).in_bulk({task for _, task in keys})
    found: dict[str, list[Task]] = {}
    for name, task in keys:
        if task in tasks:
            found.setdefault(name, []).append(tasks[task])
    return found


# ── the tasks of the sprint that it names ────────────────────────────────────


def _numbers(run: Run, words: Iterable[str]) -> set[int]:
    """ "sprnt 49" and "sprint46!" say a number, too."""
    said = (SPRINT.fullmatch(word.strip()) for word in [*words, run.name])
    return {int(found[1]) for found in said if found}


def _planned(
    user: Person, numbers: Mapping[UUID, set[int]]
) -> dict[UUID, list[tuple[Sprint, Task]]]:
    """The hypotheses of the named sprints, by run: two queries."""
    held = Sprint.objects.visible_to(user).filter(number__in=set().union(*numbers.values()))
    sprints = {one.pk: one for one in held}
    tasks = list(
        Task.objects.visible_to(user)
        .hypotheses()
        .filter(sprint__in=sprints)
        .order_by("-created_at")
    )
    of_number: dict[int, list[tuple[Sprint, Task]]] = {}
    for task in tasks:
        assert task.sprint_id is not None
        sprint = sprints[task.sprint_id]
        of_number.setdefault(sprint.number or 0, []).append((sprint, task))
    return {
        run: [pair for number in several for pair in of_number.get(number, [])]
        for run, several in numbers.items()
    }


def _ranked(
    run: Run,
    guesses: Iterable[_Guess],
    tasks: Mapping[str, list[Task]],
    planned: Sequence[tuple[Sprint, Task]],
) -> list[Proposal]:
    """Fewest slips first; of these what the named sprint has, then what the
    run's owner has. The sprint's own tasks come last, the owner's alone."""
    in_sprint = {task.pk for _, task in planned}
    spelt = [
        (
            (guess.slips, task.pk not in in_sprint, not _is_of(run, task)),
            Proposal(task, f"spelt {guess.word}"),
        )
        for guess in guesses
        for task in tasks.get(guess.name, ())
    ]
    spelt.sort(key=lambda pair: pair[0])
    if spelt and spelt[0][0][0] == 0:  # only a hyphen was missing: no need to guess on
        return [spelt[0][1]]
    owned = [
        Proposal(task, f"in {sprint.name}, with {task.assignee_name}")
        for sprint, task in planned
        if _is_of(run, task)
    ]
    every = [*(proposal for _, proposal in spelt), *owned]
    first: dict[UUID, Proposal] = {}
    for one in every:
        first.setdefault(one.task.pk, one)
    return list(first.values())


def _is_of(run: Run, task: Task) -> bool:
    """Trackers write jun.kato where Jira writes Jun Kato."""
    owner = re.sub(r"[\W_]+", " ", run.owner).strip().casefold()
    return bool(owner) and owner == task.assignee_name.strip().casefold()
