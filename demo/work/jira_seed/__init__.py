"""The plan as a practice Jira's seed (its format: demo/jira/seed/__init__.py)."""

from datetime import timedelta

from demo.work.jira_seed.changes import Seed, iso, moved_keys
from demo.work.jira_seed.claims import subtasks
from demo.work.jira_seed.others import elsewhere, epics
from demo.work.jira_seed.tasks import tasks
from demo.work.people import ADA, LEA, PEOPLE, Person
from demo.work.plan import CHAPTERS
from demo.work.verdicts import Measured
from demo.work.words import TOLD_AT, Sprint

__all__ = ["Seed", "iso", "moved_keys", "seed"]

TOKEN = "practice-{name}"  # noqa: S105 - no secret: it opens a practice server
STATUSES = [
    {"id": "10000", "name": "To Do", "category": "new"},
    {"id": "3", "name": "In Progress", "category": "indeterminate"},
    {"id": "10001", "name": "In Review", "category": "indeterminate"},
    {"id": "10003", "name": "Blocked", "category": "indeterminate"},
    {"id": "10002", "name": "Done", "category": "done"},
]
VERSIONS = (("0.1", True, "2026-10-02"), ("0.2", True, "2026-10-30"), ("0.3", True, "2026-11-13"))
BOARD = 1


def seed(measured: Measured) -> Seed:
    """The whole file, told on day 9 of sprint 49."""
    return {
        "asOf": TOLD_AT.date().isoformat(),
        "users": [user(person) for person in PEOPLE],
        "statuses": STATUSES,
        "projects": projects(),
        "boards": [
            {"id": BOARD, "name": "DOC board", "project": "DOC", "type": "scrum"},
            {"id": 2, "name": "OCR board", "project": "OCR", "type": "kanban"},
        ],
        "sprints": [sprint(chapter.sprint) for chapter in CHAPTERS],
        "issues": numbered([*epics(), *tasks(), *subtasks(measured), *elsewhere()]),
    }


def user(person: Person) -> Seed:
    return {
        "name": person.name,
        "accountId": f"712020:{person.name.replace('.', '-')}",
        "displayName": person.shown,
        "email": f"{person.name}@paper-lab.example",
        "zone": person.zone,
        "token": TOKEN.format(name=person.name),
    }


def projects() -> list[Seed]:
    versions: list[Seed] = [
        {"name": name, "released": released, "releaseDate": day} for name, released, day in VERSIONS
    ]
    doc: Seed = {"key": "DOC", "name": "Form reading", "lead": LEA.name}
    doc["versions"] = [*versions, {"name": "0.4"}]
    return [doc, {"key": "OCR", "name": "Amounts", "lead": ADA.name}]


def sprint(told: Sprint) -> Seed:
    made = {
        "id": told.number,
        "board": BOARD,
        "name": f"Sprint {told.number}",
        "goal": told.goal,
        "created": iso(told.start - timedelta(days=4)),
        "start": iso(told.start),
        "end": iso(told.end),
    }
    if told.end > TOLD_AT:
        return made | {"state": "active"}
    return made | {"state": "closed", "complete": iso(told.end - timedelta(minutes=40))}


def numbered(issues: list[Seed]) -> list[Seed]:
    """In the order they were written, with ids that rise with it."""
    ordered = sorted(issues, key=lambda issue: (issue["created"], issue["key"]))
    return [{"id": 31200 + 3 * at} | issue for at, issue in enumerate(ordered)]
