"""How a seed writes times and changes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from demo.work.people import Person
from demo.work.plan import CHAPTERS
from demo.work.words import Sprint

type Seed = dict[str, Any]


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def step(at: datetime, by: Person, field: str, old: Any, new: Any) -> Seed:
    return {"at": iso(at), "by": by.name, "changes": [{"field": field, "from": old, "to": new}]}


def statuses(moves: tuple[tuple[str, str], ...], told: Sprint, by: Person) -> Iterator[Seed]:
    now = "To Do"
    for when, status in moves:
        entry = step(told.at(when), by, "status", now, status)
        if status == "Done":
            entry["changes"].append({"field": "resolution", "to": "Done"})
        yield entry
        now = status


def finished(issue: Seed) -> Seed:
    """Without what is empty; with the time of its last move to Done."""
    history = sorted(issue["history"], key=lambda entry: entry["at"])
    done = [
        entry["at"]
        for entry in history
        for change in entry["changes"]
        if change["field"] == "status" and change["to"] == "Done"
    ]
    if done:
        issue["resolved"] = done[-1]
    return {name: value for name, value in (issue | {"history": history}).items() if value}


def moved_keys() -> dict[str, str]:
    """Old key to new: the sub-tasks of a moved task get the numbers after its own."""
    found: dict[str, str] = {}
    for chapter in CHAPTERS:
        for task in chapter.tasks:
            if task.moved_to:
                project, _, number = task.moved_to.partition("-")
                olds = [task.key, *(hypothesis.key for hypothesis in task.hypotheses)]
                found |= {old: f"{project}-{int(number) + at}" for at, old in enumerate(olds)}
    return found
