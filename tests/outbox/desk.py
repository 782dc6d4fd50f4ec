"""A lab whose Jira is a practice one: a task, a hypothesis below it, runs and people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from demo.jira import Practice, State
from demo.jira.things import Issue
from sources.connectors.jira import richtext
from sources.connectors.jira.client import JiraClient
from sources.models import Source
from sprints import hypotheses
from sprints.models import JiraProject, Task, Verdict
from sprints.outbox import delivery
from sprints.outbox.models import JiraToken, Write
from sprints.streams import store_issues
from sprints.streams.words import PROJECT
from tests.sprints.made import Lab
from tracking.models import Run

BOT, LEA = "bots-token", "leas-token"
PEOPLE = [
    {"name": "bot", "displayName": "Labledger bot", "email": "bot@example.org", "token": BOT},
    {"name": "lea", "displayName": "Lea Lab", "email": "lea@example.org", "token": LEA},
    {"name": "ben", "displayName": "Ben Lab", "email": "ben@example.org", "token": "bens-token"},
]
TASK, CLAIM, OTHER = 10_001, 10_002, 10_003
SEED: dict[str, Any] = {
    "users": PEOPLE,
    "projects": [{"id": "10000", "key": "DOC", "name": "Documents"}],
    "boards": [],
    "sprints": [],
    "issues": [
        {
            "id": number,
            "key": f"DOC-{number - 10_000}",
            "type": kind,
            "status": "To Do",
            "summary": f"Summary {number}",
            "reporter": "lea",
            "created": "2026-11-02T08:00:00.250Z",
            **more,
        }
        for number, kind, more in (
            (TASK, "Task", {}),
            (CLAIM, "Sub-task", {"parent": "DOC-1", "labels": ["hypothesis"]}),
            (OTHER, "Task", {}),
        )
    ],
}


@contextmanager
def running(manner: str) -> Iterator[Practice]:
    with Practice(State.of(SEED), mode="cloud" if manner == "cloud" else "dc") as practice:
        yield practice


class Desk:
    """The lab's rows say what the practice Jira holds."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.lab = Lab()
        self.jira = self.lab.jira
        self.jira.settings = {
            "address": practice.url,
            "mode": practice.mode,
            "email": "bot@example.org" if practice.mode == "cloud" else "",
            "hypothesis_types": ["Sub-task"],
            "hypothesis_labels": ["hypothesis"],
            "writes": "on",
        }
        self.jira.secret = BOT
        self.jira.save()
        JiraProject.objects.create(
            **self.lab.mirrored(self.jira, PROJECT, "10000"), short="DOC", name="Documents"
        )
        self.sync(TASK, CLAIM, OTHER)
        self.task, self.claim, self.other = (
            Task.objects.get(external_id=str(number)) for number in (TASK, CLAIM, OTHER)
        )
        self.run = self.lab.run("R-1", "DOC-2", metrics={"valid/f1": (0.1, 0.95)})
        self.lead: User = self.lab.lead
        self.ben = self.lab.person("ben", "contributor")

    def issue(self, number: int = CLAIM) -> Issue:
        return self.practice.state.need(number)

    def decide(self, outcome: str = "confirmed", reason: str = "Seen.", **more: Any) -> Verdict:
        run: Run | None = more.pop("run", self.run)
        by = more.pop("by", self.lead)
        figures = {
            "metric": "valid/f1", "direction": "max", "threshold": 0.93, "runs": 1, "best": 0.95,
            "baseline": None, "sources": [str(self.lab.tracker.pk)],
        }  # fmt: skip
        return hypotheses.decide(
            self.claim, outcome=outcome, reason=reason, run=run.pk if run else None,
            figures=figures, by=by.pk,
        )  # fmt: skip

    def deliver(self) -> int:
        return delivery.deliver_due(Source.objects.get(pk=self.jira.pk))

    def hurry(self) -> None:
        """Time passes: leases run out, and what was put off is due."""
        past = timezone.now() - timedelta(seconds=1)
        Write.objects.filter(state__in=("pending", "parked")).update(not_before=past)
        Write.objects.filter(state="sending").update(lease_until=past)

    def token_of(self, person: User, word: str, email: str) -> JiraToken:
        token = JiraToken(source=self.jira, user=person)
        token.email = email if self.practice.mode == "cloud" else ""
        token.secret, token.account = word, person.get_full_name()
        token.save()
        return token

    def write(self, kind: str, **more: Any) -> Write:
        return Write.objects.filter(kind=kind, **more).latest("pk")

    def states(self) -> list[tuple[str, str]]:
        return list(Write.objects.order_by("pk").values_list("kind", "state"))

    def sync(self, *numbers: int) -> None:
        """The issues as the connector would read them, into the tables."""

        given = self.jira.settings
        with JiraClient(
            given["address"], mode=given["mode"], email=given["email"], token=BOT, projects=["DOC"]
        ) as client:
            for page in client.issues_by_id([str(number) for number in numbers]):
                with transaction.atomic():
                    store_issues(self.jira, page.records)


def texts(bodies: Any) -> list[str]:

    return [richtext.text(one) for one in bodies]


def made_of(task: Task) -> list[str]:
    return list(task.writes.order_by("pk").values_list("kind", flat=True))
