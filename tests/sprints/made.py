"""A lab made by hand: a Jira, a tracker, tasks, runs, people. Rows as syncs leave them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User

from sources.models import Source
from sprints.models import (
    Board,
    Evidence,
    Hypothesis,
    JiraProject,
    Sprint,
    Task,
    TaskEvent,
    TaskKey,
    Verdict,
)
from tracking.mentions import mentions
from tracking.models import Mention, Metric, Run, TrackerProject

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)
DAY = timedelta(days=1)


class Lab:
    """`viewer` sees both sources, `stranger` none; `lead` may do what leads may."""

    def __init__(self) -> None:
        self.count = 0
        self.jira = self.source("jira", "jira")
        self.tracker = self.source("tracker", "neptune-archive")
        self.viewer = self.person("vera", "viewer")
        self.lead = self.person("lea", "lead")
        self.stranger = User.objects.create_user("stan")
        self.doc = self.project("DOC")
        self.folder = TrackerProject.objects.create(
            **self.mirrored(self.tracker, "tracker-project"), name="lab/forms"
        )

    def source(self, slug: str, kind: str) -> Source:
        made = Source.objects.create(slug=slug, name=slug.capitalize(), kind=kind)
        made.viewers.add(*Group.objects.filter(name__in=("viewer", "contributor", "lead")))
        return made

    def person(self, name: str, role: str) -> User:
        made = User.objects.create_user(name, first_name=name.capitalize(), last_name="Lab")
        made.groups.add(Group.objects.get(name=role))
        return made

    def mirrored(self, source: Source, kind: str, external_id: object = None) -> dict[str, Any]:
        self.count += 1
        number = str(external_id or 10_000 + self.count)
        return {
            "key": source.key(kind, number),
            "source": source,
            "external_id": number,
            "digest": b"-",
        }

    def project(self, short: str, source: Source | None = None) -> JiraProject:
        made = self.mirrored(source or self.jira, "jira-project", short)
        return JiraProject.objects.create(**made, short=short, name=short.capitalize())

    def board(self, name: str, source: Source | None = None) -> Board:
        return Board.objects.create(**self.mirrored(source or self.jira, "board"), name=name)

    def sprint(self, number: int, *, source: Source | None = None, **fields: Any) -> Sprint:
        usual = {
            "name": f"Sprint {number}",
            "number": number,
            "state": "active",
            "starts_at": MONDAY,
            "ends_at": MONDAY + 14 * DAY,
        }
        external = fields.pop("external_id", 100 + number)
        made = self.mirrored(source or self.jira, "sprint", external)
        return Sprint.objects.create(**made, **(usual | fields))

    def task(self, name: str, *, source: Source | None = None, **fields: Any) -> Task:
        """`was` are the keys that it had before, `sprint` the one it is in."""
        was, sprint = fields.pop("was", ()), fields.get("sprint")
        usual = {
            "project": self.doc,
            "type": "Task",
            "summary": f"Summary of {name}",
            "status": "To Do",
            "category": "todo",
            "created_at": MONDAY - DAY,
            "updated_at": MONDAY,
            "sprints": [sprint.pk] if sprint else [],
        }
        source = source or self.jira
        made = Task.objects.create(**self.mirrored(source, "task"), name=name, **(usual | fields))
        TaskKey.objects.create(source=source, task=made, name=name)
        for old in was:
            TaskKey.objects.create(source=source, task=made, name=old, until=MONDAY)
        return made

    def claim(self, name: str, **fields: Any) -> Task:
        """A hypothesis sub-task."""
        usual = {"type": "Hypothesis", "is_subtask": True, "is_hypothesis": True}
        return self.task(name, **(usual | fields))

    def run(
        self,
        handle: str,
        *tags: str,
        name: str = "",
        description: str = "",
        metrics: dict[str, tuple[float, float]] | None = None,
        source: Source | None = None,
        **fields: Any,
    ) -> Run:
        """Metrics as name -> (min, max)."""
        source = source or self.tracker
        self.count += 1
        usual = {
            "state": "finished",
            "started_at": MONDAY + timedelta(minutes=self.count),
            "finished_at": MONDAY + timedelta(minutes=self.count + 30),
            "seconds": 1800.0,
            "owner": "vera.lab",
        }
        made = Run.objects.create(
            **self.mirrored(source, "run", handle),
            project=self.folder,
            handle=handle,
            name=name,
            description=description,
            tags=list(tags),
            **(usual | fields),
        )
        self.mention(made, description)
        for metric, (low, high) in (metrics or {}).items():
            Metric.objects.create(
                source=source, run=made, name=metric, points=9, last=high,
                min=low, min_step=1, max=high, max_step=7, last_at=made.finished_at,
            )  # fmt: skip
        return made

    def mention(self, run: Run, description: str) -> None:
        found = mentions(tags=run.tags, name=run.name, description=description)
        rows = [(one.kind, one.value, one.place) for one in found]
        rows += [("tag", tag, "tag") for tag in run.tags]
        Mention.objects.bulk_create(
            Mention(
                source=run.source, run=run, kind=kind, value=value, place=place,
                started_at=run.started_at,
            )
            for kind, value, place in rows
        )  # fmt: skip

    def said(self, run: Run, task: Task, *, added: bool, at: datetime = MONDAY) -> Evidence:
        return Evidence.objects.create(run=run.pk, task=task, added=added, by=self.lead, at=at)

    def stated(self, task: Task, metric: str, **fields: Any) -> Hypothesis:
        return Hypothesis.objects.create(task=task, metric=metric, edited_by=self.lead, **fields)

    def verdict(self, task: Task, outcome: str, *, at: datetime = MONDAY, **fields: Any) -> Verdict:
        return Verdict.objects.create(task=task, outcome=outcome, by=self.lead, at=at, **fields)

    def event(self, task: Task, kind: str, at: datetime, **fields: Any) -> TaskEvent:
        return TaskEvent.objects.create(
            key=uuid.uuid4(), source=task.source, task=task, at=at, kind=kind, field=kind, **fields
        )
