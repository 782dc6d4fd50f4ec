"""A practice Jira that is small enough to know by heart, and a client for it."""

from typing import Any

from demo.jira import Practice, State
from sources.connectors.jira.client import JiraClient
from sources.http import Limits

EMAIL, TOKEN = "mia@example.org", "mias-token"
QUICK = Limits(connect=1.0, read=0.5, total=1.0, attempts=3, backoff=0.01)

PEOPLE: list[dict[str, Any]] = [
    {
        "name": "mia",
        "accountId": "5f:mia",
        "displayName": "Mia Ode",
        "email": EMAIL,
        "token": TOKEN,
        "zone": "Asia/Kolkata",
    },
    {"name": "ben", "displayName": "Ben Ünal", "email": "b@example.org", "token": "bens-token"},
]
BOARDS = [
    {"id": 7, "name": "DOC board", "project": "DOC"},
    {"id": 8, "name": "NEW flow", "project": "NEW", "type": "kanban"},
]
SPRINTS = [
    {
        "id": number,
        "board": 7,
        "name": f"Sprint {number}, the [a=b] one",
        "state": state,
        "goal": "f1 >= 0.9, [id=3,]",
        "start": f"2026-03-{day:02d}T08:00:00Z",
        "end": f"2026-03-{day + 13:02d}T08:00:00Z",
    }
    for number, state, day in ((48, "closed", 1), (49, "active", 15))
]


def issue(number: int, **values: Any) -> dict[str, Any]:
    """Issue 10000 + number, DOC-number, a minute younger than the one before."""
    said = {
        "id": 10_000 + number,
        "key": f"DOC-{number}",
        "type": "Task",
        "status": "To Do",
        "summary": f"Task {number}",
        "reporter": "mia",
        "created": f"2026-03-02T{8 + number // 60:02d}:{number % 60:02d}:00.250Z",
    }
    return said | values


def seed(issues: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "users": PEOPLE,
        "projects": [
            {
                "id": "10000",
                "key": "DOC",
                "name": "Documents",
                "oldKeys": ["PAPER"],
                "versions": [{"name": "1.0", "released": True, "releaseDate": "2026-05-01"}],
            },
            {"id": "10001", "key": "NEW", "name": "New things"},
            {"id": "10002", "key": "SEC", "name": "Secret", "viewers": ["ben"]},
        ],
        "boards": BOARDS,
        "sprints": SPRINTS,
        "issues": issues,
    }


def jira(mode: str, issues: list[dict[str, Any]] | None = None) -> Practice:
    """A practice Jira, to be used with `with`; ten plain issues unless told."""
    told = [issue(number) for number in range(1, 11)] if issues is None else issues
    return Practice(State.of(seed(told)), mode="cloud" if mode == "cloud" else "dc")


def client(practice: Practice, **options: Any) -> JiraClient:
    """mia's client, of project DOC unless told."""
    given = {
        "email": EMAIL if practice.mode == "cloud" else "",
        "token": TOKEN,
        "projects": ["DOC"],
        "limits": QUICK,
    }
    return JiraClient(practice.url, **(given | options))
