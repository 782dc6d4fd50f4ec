"""A small seed with one of everything, and callers for it."""

from typing import Any

from demo.jira import Practice, State

MIA = ("mia@example.org", "mias-token")
BEN = ("ben@example.org", "bens-token")

STORY: dict[str, Any] = {
    "asOf": "2026-03-20",
    "users": [
        {
            "name": "mia",
            "displayName": "Mia Ode",
            "email": MIA[0],
            "token": MIA[1],
            "zone": "Asia/Kolkata",
        },
        {
            "name": "ben",
            "accountId": "5f:ben",
            "displayName": "Ben Ünal",
            "email": BEN[0],
            "token": BEN[1],
            "zone": "America/St_Johns",
        },
        {"name": "zoe", "displayName": "Former user", "active": False},
    ],
    "fields": [
        {"id": "customfield_10016", "name": "Story Points", "kind": "points"},
        {"id": "customfield_10020", "name": "Sprint", "kind": "sprint"},
        {"id": "customfield_10014", "name": "Epic Link", "kind": "epic-link"},
        {"id": "customfield_10050", "name": "Metric", "kind": "text"},
        {"id": "customfield_10051", "name": "Threshold", "kind": "number"},
    ],
    "projects": [
        {
            "id": "10000",
            "key": "DOC",
            "name": "Documents",
            "lead": "mia",
            "versions": [{"name": "1.0", "released": True, "releaseDate": "2026-05-01"}],
            "oldKeys": ["PAPER"],
        },
        {"id": "10001", "key": "NEW", "name": "New things", "lead": "ben"},
        {"id": "10002", "key": "SEC", "name": "Secret", "lead": "ben", "viewers": ["ben"]},
    ],
    "boards": [
        {"id": 7, "name": "DOC board", "project": "DOC"},
        {"id": 8, "name": "NEW flow", "project": "NEW", "type": "kanban"},
    ],
    "sprints": [
        {
            "id": 48,
            "board": 7,
            "name": "Sprint 48",
            "state": "closed",
            "created": "2026-02-28T08:00:00Z",
            "start": "2026-03-01T08:00:00Z",
            "end": "2026-03-14T08:00:00Z",
            "complete": "2026-03-14T17:00:00Z",
        },
        {
            "id": 49,
            "board": 7,
            "name": "Sprint 49, the [a=b] one",
            "state": "active",
            "goal": "f1 >= 0.9, [really]",
            "start": "2026-03-15T08:00:00Z",
            "end": "2026-03-28T08:00:00Z",
        },
        {"id": 50, "board": 7, "name": "Sprint 50", "created": "2026-03-16T08:00:00Z"},
    ],
    "issues": [
        {
            "id": 10001,
            "key": "DOC-1",
            "type": "Epic",
            "status": "In Progress",
            "summary": "Read documents",
            "reporter": "mia",
            "created": "2026-02-01T08:00:00Z",
        },
        {
            "id": 10002,
            "key": "DOC-2",
            "type": "Task",
            "status": "Done",
            "summary": "Train a “better” model 🧪",
            "description": "h2. Why\nA [run|https://t.example.org/r/1] did *well*.\n\n"
            "* one\n* two\n\n{code:python}\nfit()\n{code}",
            "reporter": "mia",
            "assignee": "ben",
            "priority": "High",
            "labels": ["cnn", "data"],
            "parent": "DOC-1",
            "sprints": [48, 49],
            "points": 5,
            "versions": ["1.0"],
            "components": ["training"],
            "created": "2026-03-02T08:00:00.250Z",
            "resolved": "2026-03-18T09:30:00Z",
            "due": "2026-03-27",
            "fields": {"customfield_10050": "f1", "customfield_10051": 0.9},
            "history": [
                {
                    "at": "2026-03-02T09:00:00Z",
                    "by": "mia",
                    "changes": [
                        {"field": "key", "from": "OLD-4", "to": "DOC-2"},
                        {"field": "sprints", "to": [48]},
                        {"field": "assignee", "to": "ben"},
                    ],
                },
                {
                    "at": "2026-03-14T17:00:00Z",
                    "by": "mia",
                    "changes": [
                        {"field": "sprints", "from": [48], "to": [48, 49]},
                        {"field": "points", "from": 3, "to": 5},
                    ],
                },
                {
                    "at": "2026-03-18T09:30:00Z",
                    "by": "ben",
                    "changes": [
                        {"field": "status", "from": "In Progress", "to": "Done"},
                        {"field": "resolution", "to": "Done"},
                        {"field": "versions", "from": [], "to": ["1.0"]},
                    ],
                },
            ],
            "comments": [
                {
                    "at": f"2026-03-03T{hour:02d}:00:00Z",
                    "by": "ben",
                    "text": f"Note {hour}: https://t.example.org/r/{hour}",
                }
                for hour in range(23)
            ],
            "worklogs": [
                {
                    "at": "2026-03-04T10:00:00Z",
                    "by": "ben",
                    "started": "2026-03-04T08:00:00Z",
                    "seconds": 5400,
                    "text": "trained",
                }
            ],
            "links": [{"type": "Blocks", "to": "NEW-1"}],
            "remoteLinks": [
                {
                    "globalId": "mlflow:a:run=1",
                    "relationship": "tested by",
                    "object": {"url": "https://t.example.org/r/1", "title": "Run 1"},
                }
            ],
        },
        {
            "id": 10003,
            "key": "DOC-3",
            "type": "Hypothesis",
            "status": "To Do",
            "summary": "Augmentation raises f1",
            "reporter": "ben",
            "parent": "DOC-2",
            "labels": ["hypothesis"],
            "created": "2026-03-05T08:00:00Z",
        },
        {
            "id": 10004,
            "key": "NEW-1",
            "type": "Bug",
            "status": "To Do",
            "summary": "A leak",
            "reporter": "zoe",
            "created": "2026-03-06T08:00:00Z",
        },
        {
            "id": 10005,
            "key": "SEC-1",
            "type": "Task",
            "status": "To Do",
            "summary": "Nobody's business",
            "reporter": "ben",
            "created": "2026-03-07T08:00:00Z",
        },
    ],
}


def state() -> State:
    """The story, fresh."""
    return State.of(STORY)


def started(mode: str, told: State | None = None) -> Practice:
    """A practice Jira of the story, to be used with `with`."""
    return Practice(told or state(), mode="cloud" if mode == "cloud" else "dc")
