"""Epics, and the issues that no sprint holds."""

from collections.abc import Iterator
from datetime import timedelta

from demo.work.jira_seed.changes import Seed, iso, statuses, step
from demo.work.people import ADA, LEA, TOR
from demo.work.plan import CHAPTERS

EPICS = (
    ("DOC-2601", "Read hand-filled digits well enough to ship", LEA),
    ("DOC-2602", "Data we can trust", ADA),
    ("DOC-2603", "A reader that the service can run", TOR),
    ("OCR-1", "Whole amounts, not only digits", ADA),
)
COUNTED = (("3 09:00", "In Progress"), ("4 12:00", "Done"))


def epics() -> Iterator[Seed]:
    first = CHAPTERS[0].sprint
    for at, (key, summary, lead) in enumerate(EPICS):
        began = first.at("2 08:00")
        yield {
            "key": key,
            "type": "Epic",
            "status": "In Progress",
            "summary": summary,
            "reporter": LEA.name,
            "assignee": lead.name,
            "created": iso(first.start - timedelta(days=20, minutes=-7 * at)),
            "history": [step(began, lead, "status", "To Do", "In Progress")],
        }


def elsewhere() -> Iterator[Seed]:
    """The OCR project's own few issues, and what waits in the backlog."""
    first = CHAPTERS[0].sprint
    common = {"reporter": ADA.name, "assignee": ADA.name}
    yield common | {
        "key": "OCR-3",
        "type": "Task",
        "status": "Done",
        "summary": "Count how many boxes an amount has",
        "description": "Five on the current forms, four on the old ones.",
        "parent": "OCR-1",
        "created": iso(first.at("46/2 09:00")),
        "resolved": iso(first.at("46/4 12:00")),
        "history": list(statuses(COUNTED, CHAPTERS[2].sprint, ADA)),
    }
    yield common | {
        "key": "OCR-9",
        "type": "Story",
        "status": "To Do",
        "summary": "Use the check digit of an amount",
        "description": "The last box is a check digit: an amount that does not add up is misread.",
        "parent": "OCR-1",
        "points": 5,
        "created": iso(first.at("48/3 13:00")),
    }
    yield {
        "key": "DOC-2716",
        "type": "Story",
        "status": "To Do",
        "summary": "Letters, not only digits",
        "description": "Upper case first. Needs another data set; ask the archive.",
        "reporter": LEA.name,
        "parent": "DOC-2601",
        "points": 13,
        "created": iso(first.at("49/4 15:00")),
    }
