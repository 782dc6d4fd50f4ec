"""The plan as Jira has it. Only streams write these rows."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from sources.models import Mirrored, MirroredQuerySet, mirrored_from


class Member(Mirrored):
    """A Jira account. Keyed by accountId (Cloud) or user key (Data Center)."""

    name = models.TextField()
    active = models.BooleanField(default=True)
    mail = models.TextField(blank=True, default="", help_text="A mark of the address, not itself.")

    objects = MirroredQuerySet["Member"].as_manager()

    def __str__(self) -> str:
        return self.name


class JiraProject(Mirrored):
    """A Jira project; its short name (DOC) can change."""

    short = models.TextField(help_text="DOC")
    name = models.TextField()

    objects = MirroredQuerySet["JiraProject"].as_manager()

    def __str__(self) -> str:
        return self.short


class Board(Mirrored):
    name = models.TextField()
    project = models.ForeignKey(
        JiraProject, models.DO_NOTHING, db_constraint=False, null=True, related_name="boards"
    )

    objects = MirroredQuerySet["Board"].as_manager()

    def __str__(self) -> str:
        return self.name


class SprintQuerySet(MirroredQuerySet["Sprint"]):
    def newest_first(self) -> Self:
        return self.order_by(F("starts_at").desc(nulls_first=True), "-number", "key")

    def active(self) -> Self:
        return self.filter(state="active")


class Sprint(Mirrored):
    """A sprint as in Jira. `number` is the last number of its name, if it has one."""

    board = models.ForeignKey(
        Board, models.DO_NOTHING, db_constraint=False, null=True, related_name="sprints"
    )
    name = models.TextField()
    number = models.PositiveIntegerField(null=True, db_index=True)
    goal = models.TextField(blank=True)
    state = models.CharField(max_length=10, help_text="future, active or closed")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    objects = SprintQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class TaskQuerySet(MirroredQuerySet["Task"]):
    def in_sprint(self, sprint: Sprint) -> Self:
        return self.filter(sprint=sprint.pk)

    def hypotheses(self) -> Self:
        return self.filter(is_hypothesis=True)

    def named(self, names: Iterable[str]) -> Self:
        """Tasks that have, or once had, one of these keys: DOC-1 moved to
        NEW-2 answers to both."""
        held = TaskKey.objects.filter(name__in=[name.upper() for name in names])
        return self.filter(pk__in=held.values("task"))


class Task(Mirrored):
    """A Jira issue. `external_id` is Jira's issue id: that is who it is; `name`
    is its present key (DOC-2698), which can change.

    `category` is todo, doing or done, whatever the team calls its statuses.
    `sprint` is the sprint it is in now, for a sub-task its parent's.
    """

    name = models.TextField(help_text="DOC-2698")
    project = models.ForeignKey(
        JiraProject, models.DO_NOTHING, db_constraint=False, related_name="tasks"
    )
    parent = models.ForeignKey(
        "self", models.DO_NOTHING, db_constraint=False, null=True, related_name="children"
    )
    epic = models.ForeignKey(
        "self", models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    sprint = models.ForeignKey(
        Sprint, models.DO_NOTHING, db_constraint=False, null=True, related_name="tasks"
    )
    sprints = ArrayField(models.UUIDField(), default=list, help_text="All it was ever in.")
    type = models.TextField(help_text="Jira's issue type: Story, Sub-task, …")
    is_subtask = models.BooleanField(default=False)
    is_hypothesis = models.BooleanField(default=False)
    summary = models.TextField()
    description = models.TextField(blank=True, help_text="Safe HTML.")
    claimed = models.JSONField(
        default=dict, help_text="Metric, direction, threshold, baseline, from the text's lines."
    )
    status = models.TextField()
    category = models.CharField(max_length=5)
    assignee = models.ForeignKey(
        Member, models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    assignee_name = models.TextField(blank=True)
    reporter_name = models.TextField(blank=True)
    points = models.FloatField(null=True)
    labels = ArrayField(models.TextField(), default=list)
    priority = models.TextField(blank=True)
    versions = ArrayField(models.TextField(), default=list)
    url = models.TextField(blank=True, help_text="In Jira.")
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index("sprint", "name", name="tasks_in_a_sprint"),
            GinIndex(fields=("sprints",), name="tasks_ever_in_a_sprint"),
            models.Index("parent", name="tasks_under_a_task"),
            models.Index(F("updated_at").desc(nulls_last=True), name="tasks_newest"),
            models.Index(
                F("updated_at").desc(), name="hypotheses_newest", condition=Q(is_hypothesis=True)
            ),
        )

    def __str__(self) -> str:
        return self.name


class TaskKey(models.Model):
    """Every key that a task has had. The present one has no `until`."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="keys")
    name = models.TextField(help_text="DOC-2698, upper case")
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("task", "name"), name="one_row_a_key_of_a_task"),
        )
        indexes = (models.Index("name", "task", name="tasks_by_key"),)

    def __str__(self) -> str:
        return self.name


class TaskEvent(models.Model):
    """One change of one field, from the changelog. Only ever added to."""

    key = models.UUIDField(primary_key=True, editable=False)
    source = mirrored_from()
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="events")
    at = models.DateTimeField()
    author_name = models.TextField(blank=True)
    kind = models.CharField(
        max_length=12, help_text="created, status, sprint, points, assignee, key, other"
    )
    field = models.TextField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    before_id = models.TextField(blank=True)
    after_id = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index("task", "at", name="events_of_a_task"),
            models.Index(F("at").desc(), name="events_newest"),
        )


class Comment(Mirrored):
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="comments")
    author_name = models.TextField(blank=True)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    html = models.TextField(help_text="Safe HTML.")
    text = models.TextField()

    objects = MirroredQuerySet["Comment"].as_manager()

    class Meta:
        indexes = (models.Index("task", "at", name="comments_of_a_task"),)


class Worklog(Mirrored):
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="worklogs")
    author_name = models.TextField(blank=True)
    started_at = models.DateTimeField()
    seconds = models.PositiveIntegerField()
    text = models.TextField(blank=True)

    objects = MirroredQuerySet["Worklog"].as_manager()

    class Meta:
        indexes = (models.Index("task", "started_at", name="worklogs_of_a_task"),)


class TaskLink(models.Model):
    """`task` `kind` `other`: DOC-1 blocks DOC-2. Kept once, by its outward side."""

    key = models.UUIDField(primary_key=True, editable=False)
    source = mirrored_from()
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="links_out")
    other = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="links_in")
    kind = models.TextField(help_text="blocks")
    inward = models.TextField(help_text="is blocked by")


class Release(Mirrored):
    """A Jira version."""

    project = models.ForeignKey(
        JiraProject, models.DO_NOTHING, db_constraint=False, related_name="releases"
    )
    name = models.TextField()
    released = models.BooleanField(default=False)
    due_on = models.DateField(null=True)

    objects = MirroredQuerySet["Release"].as_manager()

    def __str__(self) -> str:
        return self.name
