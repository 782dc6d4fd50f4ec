"""The outbox: what is to be written to Jira and MLflow, and whose accounts write it."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, F, Min, Q, When
from django.db.models.functions import Cast
from django.utils import timezone

from sources import secrets
from sources.models import Person, Source, mirrored_from, visible_sources

TAGS = ("tag", "untag")  # of a run in MLflow; all others are of an issue in Jira
KINDS = ("link", "unlink", "labels", "move", "subtask", "comment", "worklog", *TAGS)
WRITTEN_TO = ("jira", "mlflow")  # kinds of source
STATES = ("pending", "sending", "parked", "done", "refused", "conflict", "dropped", "dry")
OPEN = ("pending", "sending", "parked")
SETTLE = timedelta(minutes=1)  # what was sent may still be on its way over there
NEWEST_COUNTS = ("comment", "move", *TAGS)  # an older one that is sent again would undo a newer
TOLD_AT_MOST = 60  # lines of a row's history


# What keeps the order of writes: the run of a tag, else the issue.
LANE = Case(When(kind__in=TAGS, then="subject"), default=Cast("task_id", models.TextField()))


class WriteQuerySet(models.QuerySet["Write"]):
    def visible_to(self, user: Person) -> Self:
        """Of sources that this person sees, about issues that are there and seen."""
        seen = visible_sources(user)
        return self.filter(source__in=seen, task__source__in=seen, task__removed_at=None)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> Self:
        """The first open write of each issue, and of each run, where it may be tried now.
        One whose worker stopped is free when its lease has run out; an older one that was
        sent again waits for the one on its way. The first ones are grouped, not looked for
        row by row: thousands may have been asked for at once."""
        lanes = Write.objects.open().annotate(lane=LANE).values("source", "lane")
        under_way = Count("pk", filter=Q(state="sending", lease_until__gt=now))
        first = lanes.annotate(first=Min("pk"), under_way=under_way).filter(under_way=0)
        free = Q(state__in=("pending", "parked"), not_before__lte=now)
        left = Q(state="sending", lease_until__lte=now)
        return self.filter(free | left).filter(pk__in=first.values("first")).order_by("pk")

    def newest_of(self, tasks: Iterable[uuid.UUID]) -> Self:
        """The newest write to Jira of each kind of each task."""
        held = self.filter(task__in=list(tasks)).exclude(state="dropped").exclude(kind__in=TAGS)
        return held.order_by("task", "kind", "-pk").distinct("task", "kind")


class Write(models.Model):
    """One write to Jira or MLflow, made in the transaction of its cause.

    `asked` is what is wanted, in our words; `cites` are the sources whose facts
    are in it, and only who sees all of those reads it here. `sent_at` is when a
    try may have reached the other side without its answer being kept: the next try
    looks first. `through` is the person whose own token wrote it; None: the source's
    own login, of a Jira its bot.
    """

    id = models.BigAutoField(primary_key=True)
    mark = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    source = mirrored_from()
    task = models.ForeignKey(
        "sprints.Task", models.DO_NOTHING, db_constraint=False, related_name="writes"
    )
    kind = models.CharField(max_length=10)
    subject = models.TextField(blank=True, help_text="Of a link its global id, of a tag its run.")
    asked = models.JSONField(default=dict)
    cites = ArrayField(models.UUIDField(), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, default="pending")
    not_before = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    through = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    account = models.TextField(blank=True, help_text="Who wrote it, as it is called there.")
    account_id = models.TextField(blank=True)
    result_id = models.TextField(blank=True, help_text="Jira's id of what was made.")
    result_key = models.TextField(blank=True)
    seen = models.TextField(
        blank=True,
        default="",
        help_text="How it stood there last: of a move that others were quicker with the "
        "status, of a comment a digest of its words.",
    )
    done_at = models.DateTimeField(null=True)
    told = models.JSONField(default=list, help_text="Who did what with it, and how tries went.")

    objects = WriteQuerySet.as_manager()

    class Meta:
        permissions = (("send_to_jira", "Can send what is written here to Jira"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="a_known_kind_of_write"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="a_known_state_of_a_write"),
        )
        indexes = (
            models.Index("source", "task", "id", name="writes_open", condition=Q(state__in=OPEN)),
            models.Index("task", "kind", F("id").desc(), name="writes_of_a_task"),
            models.Index("state", F("id").desc(), name="writes_by_state"),
            models.Index("source", "kind", "result_id", name="writes_by_result"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_left(self) -> bool:
        """Its worker stopped. Another takes it up, unless its source is written to no more."""
        until = self.lease_until
        return self.state == "sending" and until is not None and until <= timezone.now()

    def take_back(self) -> None:
        """From a worker that stopped, or only slept: it sends nothing more. The row is
        saved by whoever calls this."""
        self.claim = self.lease_until = None

    def tell(self, what: str, words: str = "", *, by: int | None = None) -> None:
        """A line of its history; the row is saved by whoever calls this. Of many
        tries the oldest are forgotten, what people did is not."""
        line = {"at": timezone.now().isoformat(), "by": by, "what": what, "words": words}
        self.told = [*self.told, line]
        if len(self.told) > TOLD_AT_MOST:
            oldest = next((one for one in self.told if one["by"] is None), self.told[0])
            self.told.remove(oldest)


class JiraToken(models.Model):
    """A person's own token for one Jira: what they do here is written as theirs."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jira_tokens")
    email = models.TextField(blank=True)
    sealed_secret = models.BinaryField(editable=False)
    account = models.TextField(blank=True)
    account_id = models.TextField(blank=True)
    stored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("source", "user"), name="one_jira_token_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} at {self.source_id}"

    @property
    def secret(self) -> str:
        return secrets.unseal(bytes(self.sealed_secret))

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret = secrets.seal(text)


def mode(source: Source) -> str:
    """off, dry (rows are made and never sent) or on. Off until somebody says otherwise."""
    found: Any = source.settings.get(WRITES, "off")
    return found if found in MODES else "off"


WRITES = "writes"  # among a source's settings
MODES = ("off", "dry", "on")
