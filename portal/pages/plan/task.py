"""A task's page: what it is, the runs that belong to it, all that happened to it."""

from dataclasses import dataclass
from typing import Any

from portal import moved
from portal.accounts.ties.following import whose
from portal.pages.outbox.beside import Beside, beside
from portal.pages.people.addresses import person_url
from portal.pages.plan.history import Happened, told
from portal.pages.plan.shown import (
    TONES,
    Action,
    ClaimLine,
    claim_line,
    refused,
    runs_url,
    sprint_url,
    task_url,
)
from portal.pages.plan.snippets import Snippet, project_of, snippets
from portal.templatetags.shown import span_words, when
from sources.models import Person
from sprints import task as reading
from sprints.models import Task


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of parts/pairs.html."""

    label: str
    value: Any
    url: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    task: Task
    tone: str


@dataclass(frozen=True, slots=True)
class Page:
    seen: reading.Seen
    tone: str
    opening: str
    pairs: list[Pair]
    actions: list[Action]
    claims: list[ClaimLine]
    children: list[Child]
    history: list[Happened]
    may_not_tie: str
    snippets: list[Snippet]
    sprint_url: str
    runs_url: str
    runs_note: str
    logged: str
    outbox: Beside
    mark: str  # while its sprint goes on, an open page renews itself


def read(user: Person, task: Task) -> Page:
    mark = moved.mark(user)
    seen = reading.read(user, task)
    running = {linked.run.pk for linked in seen.runs if linked.run.state == "running"}
    outbox = beside(user, task, seen.events)
    return Page(
        seen=seen,
        tone=TONES.get(task.category, "plain"),
        opening=opening(seen),
        pairs=pairs(seen, assignee_url(user, task)),
        actions=actions(task),
        claims=[claim_line(line, running) for line in seen.claims],
        children=[
            Child(one, TONES.get(one.category, "plain"))
            for one in seen.children
            if not one.is_hypothesis
        ],
        history=told(seen.events, outbox.ours.events),
        outbox=outbox,
        may_not_tie=refused(user, "sprints.add_evidence", "Tying runs to tasks"),
        snippets=snippets(task, seen.sprint, project_of(user, seen)),
        sprint_url=sprint_url(seen.sprint) if seen.sprint else "",
        runs_url=runs_url(f"task = {task.name}"),
        runs_note="newest first" if len(seen.runs) > 1 else "",
        logged=span_words(seen.seconds_logged),
        mark=mark if seen.sprint and seen.sprint.state == "active" else "",
    )


def opening(seen: reading.Seen) -> str:
    """The sentence that says how it stands."""
    task = seen.task
    who = f"With {task.assignee_name}" if task.assignee_name else "With nobody"
    where = f"in {seen.sprint.name}" if seen.sprint else "in no sprint"
    return f"{who}, {where}."


def actions(task: Task) -> list[Action]:
    return [Action("Open in Jira", task.url)] if task.url else []


def assignee_url(user: Person, task: Task) -> str:
    """To what they did, where an administrator said who it is: one query."""
    number = task.assignee_id
    return person_url(whose(user, [number]).get(number)) if number else ""


def pairs(seen: reading.Seen, assigned: str) -> list[Pair]:
    task = seen.task
    found = [
        Pair("Key", task.name, copy=task.name),
        Pair("Type", task.type),
        Pair("Assignee", task.assignee_name or "nobody", assigned),
        Pair("Reporter", task.reporter_name or "nobody"),
        _points(task),
        Pair("Sprint", seen.sprint.name, sprint_url(seen.sprint))
        if seen.sprint
        else Pair("Sprint", "none"),
    ]
    return [*found, *_more(seen)]


def _points(task: Task) -> Pair:
    if task.points is None:
        return Pair("Points", "not estimated")
    return Pair("Points", f"{task.points:g}")


def _more(seen: reading.Seen) -> list[Pair]:
    """What only some tasks have."""
    task = seen.task
    found = []
    if seen.parent:
        found.append(Pair("Part of", seen.parent.name, task_url(seen.parent)))
    if seen.epic:
        found.append(Pair("Epic", seen.epic.summary, task_url(seen.epic)))
    words = {
        "Was in": ", ".join(sprint.name for sprint in seen.past_sprints),
        "Former keys": ", ".join(seen.former_keys),
        "Priority": task.priority,
        "Labels": ", ".join(task.labels),
        "Versions": ", ".join(task.versions),
        "Due": f"{task.due_on:%-d %b %Y}" if task.due_on else "",
        "Resolved": when(task.resolved_at) if task.resolved_at else "",
        "Changed": when(task.updated_at) if task.updated_at else "",
    }
    return [*found, *(Pair(label, value) for label, value in words.items() if value)]
