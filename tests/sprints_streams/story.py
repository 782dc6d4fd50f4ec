"""A practice Jira to read, and reading it page by page."""

from django.db import transaction

from sources.store import Stored

PEOPLE = [
    {
        "name": "mia",
        "displayName": "Mia Ode",
        "email": "m@x.y",
        "token": "t",
        "zone": "Asia/Kolkata",
    },
    {"name": "ben", "displayName": "Ben Ünal"},
]
ISSUES = [
    {"id": 10001, "key": "DOC-1", "type": "Epic", "summary": "Read",
     "created": "2026-02-01T08:00:00Z"},
    {
        "id": 10002,
        "key": "DOC-2",
        "type": "Task",
        "status": "In Progress",
        "summary": "Train a better model",
        "description": "A [run|https://t.example.org/r/1].",
        "assignee": "ben",
        "parent": "DOC-1",
        "sprints": [48, 49],
        "points": 5,
        "created": "2026-03-02T08:00:00Z",
        "history": [
            {"at": "2026-03-02T09:00:00Z", "by": "mia", "changes": [
                {"field": "key", "from": "OLD-4", "to": "DOC-2"},
                {"field": "status", "from": "To Do", "to": "In Progress"}]},
            {"at": "2026-03-14T17:00:00Z", "by": "mia", "changes": [
                {"field": "sprints", "from": [48], "to": [48, 49]},
                {"field": "points", "from": 3, "to": 5}]},
        ],
        "comments": [{"at": "2026-03-03T09:00:00Z", "by": "ben", "text": "f1 is *0.91* now"}],
        "worklogs": [{"at": "2026-03-04T10:00:00Z", "by": "ben", "started": "2026-03-04T08:00:00Z",
                      "seconds": 5400}],
        "links": [{"type": "Blocks", "to": "DOC-4"}],
    },
    {
        "id": 10003,
        "key": "DOC-3",
        "type": "Hypothesis",
        "summary": "Augmentation raises f1",
        "description": "Metric: valid/f1\n\nThreshold: above 0.93",
        "parent": "DOC-2",
        "created": "2026-03-05T08:00:00Z",
    },
    {"id": 10004, "key": "DOC-4", "type": "Bug", "summary": "A leak",
     "created": "2026-03-06T08:00:00Z"},
]  # fmt: skip
STORY = {
    "users": PEOPLE,
    "projects": [
        {"id": "10000", "key": "DOC", "name": "Documents", "versions": [{"name": "1.0"}]},
        {"id": "10001", "key": "NEW", "name": "New things"},
    ],
    "boards": [{"id": 7, "name": "DOC board", "project": "DOC"}],
    "sprints": [
        {"id": 48, "board": 7, "name": "Sprint 48", "state": "closed"},
        {"id": 49, "board": 7, "name": "Sprint 49", "state": "active", "goal": "f1"},
    ],
    "issues": [{"status": "To Do", "reporter": "mia"} | issue for issue in ISSUES],
}


def kept(source, pages, store):
    """What became of all pages, and the last position."""
    total, resume = Stored(), None
    for page in pages:
        with transaction.atomic():
            total += store(source, page.records)
        resume = page.resume
    return total, resume
