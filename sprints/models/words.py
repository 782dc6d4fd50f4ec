"""What people decided about the plan. It survives every sync."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sprints.models.mirrored import Task

DIRECTIONS = ("max", "min")
VERDICTS = ("confirmed", "refuted", "inconclusive", "dropped")


class Hypothesis(models.Model):
    """What a hypothesis sub-task claims, in numbers. `task` has no constraint:
    the words stay, whatever a sync does."""

    task = models.OneToOneField(
        Task, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="hypothesis"
    )
    claim = models.TextField(blank=True, help_text="Empty: the task's summary.")
    metric = models.TextField(blank=True, help_text="valid/f1")
    direction = models.CharField(max_length=3, default="max", help_text="max or min")
    threshold = models.FloatField(null=True, blank=True)
    baseline = models.UUIDField(null=True, blank=True, help_text="A run's key.")
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(direction__in=DIRECTIONS), name="a_direction_is_max_or_min"
            ),
        )


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def latest_of(self, tasks: Iterable[UUID]) -> Self:
        """The verdict that counts of each task: one query."""
        return self.filter(task__in=list(tasks)).order_by("task", "-at", "-id").distinct("task")


class Verdict(models.Model):
    """A person's judgement. A later one counts; the earlier ones stay."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="verdicts")
    outcome = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    run = models.UUIDField(null=True, help_text="The deciding run's key.")
    figures = models.JSONField(default=dict, help_text="Metric, best, baseline, as seen then.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        indexes = (models.Index("task", F("at").desc(), name="verdicts_of_a_task"),)
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=VERDICTS), name="a_known_verdict"),
        )


class Evidence(models.Model):
    """A run tied to a task, or untied from it, by a person. The newest row of
    a pair counts, over whatever the run's tags say."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.DO_NOTHING, db_constraint=False, related_name="evidence")
    run = models.UUIDField()
    added = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (
            models.Index("task", "run", F("at").desc(), name="evidence_of_a_task"),
            models.Index("run", F("at").desc(), name="evidence_of_a_run"),
        )


class Dismissal(models.Model):
    """A run that a person took out of the inbox: it belongs to no task."""

    run = models.UUIDField(primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
