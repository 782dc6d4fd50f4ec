"""A big made-up team, for measuring: the same seed gives the same state."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

from demo.jira.changes import changes
from demo.jira.state import State
from demo.jira.things import (
    Board,
    Change,
    Comment,
    History,
    Issue,
    Link,
    Project,
    Sprint,
    User,
    Version,
    Worklog,
)
from demo.jira.truth import FIELDS, STATUSES, TYPES

PEOPLE = 24
PROJECTS = ("DOC", "VIS", "ASR")
SPRINTS = 40
DAY = 86_400_000
FORTNIGHT = 14 * DAY
START = round(datetime(2025, 5, 5, 6, tzinfo=UTC).timestamp() * 1000)
VERBS = ("Train", "Compare", "Tune", "Prune", "Export", "Label", "Clean", "Profile", "Retry")
NOUNS = ("backbone", "dataset", "augmentation", "learning rate", "head", "checkpoint", "loss")
LABELS = ("cnn", "baseline", "data", "infra", "hypothesis", "paper", "latency")
ORDER = ("10000", "3", "10001", "10002")  # the way of a task through its statuses


def crowd(issues: int = 20_000, *, seed: int = 1) -> State:
    """Three projects of 24 people over 40 sprints. Every fourth issue is a
    sub-task; an issue has about eight history entries, two worklogs, two comments.

    The first person, `p00`, may log in: p00@example.org with the token `crowd`.
    """
    state = State()
    _furnish(state)
    random = Random(seed)
    pace = SPRINTS * FORTNIGHT / max(issues, 20_000)  # the last ones are of today
    made = [_issue(state, random, number, pace) for number in range(issues)]
    for issue in made[:: max(1, issues // 500)]:
        other = made[random.randrange(len(made))]
        if other.id != issue.id:
            state.join(Link(state.next_id("link"), "Relates", issue.id, other.id))
    state.index.settle()
    return state


def _furnish(state: State) -> None:
    state.statuses = {known.id: known for known in STATUSES}
    state.types = {known.id: known for known in TYPES}
    state.fields = {known.id: known for known in FIELDS}
    state.users = {user.name: user for user in map(_person, range(PEOPLE))}
    for number, key in enumerate(PROJECTS):
        _project(state, number, key)


def _person(number: int) -> User:
    name = f"p{number:02d}"
    zone = ("Asia/Kolkata", "Europe/Berlin", "America/St_Johns")[number % 3]
    token = "crowd" if number == 0 else ""
    return User(name, f"account-{name}", f"Person {number}", f"{name}@example.org", zone, token)


def _project(state: State, number: int, key: str) -> None:
    versions = tuple(Version(str(state.next_id("version")), f"{key} {n}.0") for n in range(1, 4))
    home = Project(str(state.next_id("project")), key, f"Project {key}", "p00", versions)
    state.projects[home.id] = home
    board = Board(state.next_id("board"), f"{key} board", home.id)
    state.boards[board.id] = board
    if number == 0:
        for place in range(SPRINTS):
            _sprint(state, board, place)


def _sprint(state: State, board: Board, place: int) -> None:
    start = START + place * FORTNIGHT
    end = start + FORTNIGHT
    stage = "closed" if place < SPRINTS - 2 else "active" if place == SPRINTS - 2 else "future"
    number = state.next_id("sprint")
    state.sprints[number] = Sprint(
        number,
        board.id,
        f"Sprint {place + 1}",
        stage,
        f"Goal {place + 1}: one number better",
        start - DAY,
        None if stage == "future" else start,
        None if stage == "future" else end,
        end if stage == "closed" else None,
    )


def _issue(state: State, random: Random, number: int, pace: float) -> Issue:
    home = state.project(PROJECTS[number % len(PROJECTS)])
    assert home is not None
    parent = _parent(state, number)
    created = START + int(number * pace) + random.randrange(DAY)
    person = f"p{random.randrange(PEOPLE):02d}"
    issue = Issue(
        id=state.next_id("issue"),
        key=state.next_key(home),
        project=home.id,
        type="10004" if parent else random.choice(("10001", "10002", "10003")),
        status=ORDER[0],
        summary=f"{random.choice(VERBS)} the {random.choice(NOUNS)} ({number})",
        reporter=person,
        created=created,
        updated=created,
        description=_text(random, number),
        assignee=person,
        labels=tuple(random.sample(LABELS, 2)),
        parent=parent,
        points=None if parent else float(random.choice((1, 2, 3, 5, 8))),
        comments=tuple(_comments(state, random, created)),
        worklogs=tuple(_worklogs(state, random, created)),
    )
    return state.put(_with_history(state, random, issue))


def _parent(state: State, number: int) -> int | None:
    """Every fourth issue is a sub-task of one three before it: the same project."""
    before = 10_001 + number - 3
    return before if number % 4 == 3 and before in state.issues else None


def _text(random: Random, number: int) -> str:
    noun = random.choice(NOUNS)
    return (
        f"We believe that a better {noun} helps.\n\n"
        f"* baseline: [run {number}|https://tracker.example.org/runs/{number}]\n"
        f"* metric: *f1*, at least {random.random():.3f}\n\n"
        + "Words that nobody reads, and yet they must travel. "
        * random.randrange(1, 6)
    )


def _comments(state: State, random: Random, created: int) -> Iterator[Comment]:
    for _ in range(random.randrange(5)):
        at = created + random.randrange(20 * DAY)
        by = f"p{random.randrange(PEOPLE):02d}"
        text = f"f1 is {random.random():.3f} now, see https://tracker.example.org/c/{at}"
        yield Comment(state.next_id("comment"), by, at, at, text)


def _worklogs(state: State, random: Random, created: int) -> Iterator[Worklog]:
    for _ in range(random.randrange(5)):
        at = created + random.randrange(20 * DAY)
        by = f"p{random.randrange(PEOPLE):02d}"
        seconds = 900 * random.randrange(1, 20)
        yield Worklog(state.next_id("worklog"), by, at, at, at - 1000 * seconds, seconds)


def _with_history(state: State, random: Random, issue: Issue) -> Issue:
    entries: list[History] = []
    at, values = issue.created, {"status": issue.status, "sprints": issue.sprints}
    for line in _steps(state, random, issue, values):
        at += random.randrange(1000, 3 * DAY)
        by = f"p{random.randrange(PEOPLE):02d}"
        entries.append(History(state.next_id("history"), at, by, tuple(line)))
    return _updated(issue, entries, values)


def _steps(
    state: State, random: Random, issue: Issue, values: dict[str, Any]
) -> Iterator[list[Change]]:
    """The changes in their order; `values` is left at where they end."""
    if issue.parent is None:
        for sprint in _sprints(random, issue):
            grown = (*values["sprints"], sprint)
            yield changes(state, "sprints", values["sprints"], grown)
            values["sprints"] = grown
        yield changes(state, "points", None, issue.points)
    for _ in range(random.randrange(3)):
        yield changes(state, "summary", f"{issue.summary}?", issue.summary)
    yield changes(state, "assignee", None, issue.assignee)
    for before, after in pairwise(ORDER[: random.randrange(1, 5)]):
        yield changes(state, "status", before, after)
        values["status"] = after
    yield changes(state, "labels", (), issue.labels)


def _sprints(random: Random, issue: Issue) -> list[int]:
    place = min((issue.created - START) // FORTNIGHT, SPRINTS - 2) + 1
    first = [int(place)] if random.random() < 0.8 else []
    carried_over = first and place < SPRINTS - 1 and random.random() < 0.3
    return [*first, int(place) + 1] if carried_over else first


def _updated(issue: Issue, entries: list[History], values: dict[str, Any]) -> Issue:
    newest = [issue.created, *(entry.at for entry in entries)]
    newest += [note.updated for note in issue.comments]
    newest += [work.updated for work in issue.worklogs]
    done = values["status"] == ORDER[-1]
    return replace(
        issue,
        history=tuple(entries),
        updated=max(newest),
        resolved=entries[-1].at if done else None,
        **values,
    )
