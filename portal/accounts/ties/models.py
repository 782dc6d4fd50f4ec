"""Ties between people here and accounts outside, and what is kept of the erased."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.accounts.audit import tracked_as
from sources.models import Person, Source, visible_sources

KINDS = {
    "member": "Jira account",
    "owner": "owner of runs",
    "author": "author of commits",
}


def account_key(source: uuid.UUID, kind: str, number: object) -> uuid.UUID:
    """Which account, without its name: as the keys of mirrored rows are made, so that
    a Jira account's is its Member's."""
    return uuid.uuid5(source, f"{kind}:{number}")


class TieQuerySet(models.QuerySet["Tie"]):
    def visible_to(self, user: Person) -> "TieQuerySet":
        return self.filter(origin__in=visible_sources(user))

    def confirmed(self) -> "TieQuerySet":
        return self.filter(confirmed=True)


@tracked_as(
    pghistory.InsertEvent("confirmed", condition=pghistory.Q(new__confirmed=True)),
    pghistory.InsertEvent("rejected", condition=pghistory.Q(new__confirmed=False)),
    pghistory.DeleteEvent("taken back"),
    fields=["account", "kind", "origin", "user", "confirmed"],
    model_name="TieEvent",
)
class Tie(models.Model):
    """What an administrator said of an account: it is this person's, or it is not.

    A no is kept, so that it is not asked again. `words` are what the source
    calls an owner or an author; a Jira account's name is its Member's. The
    source is called `origin`: an emptied source is read again, and what people
    decided stays.
    """

    id = models.BigAutoField(primary_key=True)
    origin = models.ForeignKey(Source, models.DO_NOTHING, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=10, help_text="member, owner or author")
    account = models.UUIDField(help_text="See account_key.")
    words = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="ties")
    confirmed = models.BooleanField()
    reason = models.TextField(help_text="Why it was thought so, as it was shown.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = TieQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = (
            ("tie_account", "Can say whose an account outside is"),
            ("erase_person", "Can erase a person's name, addresses and ties"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("account",),
                condition=models.Q(confirmed=True),
                name="one_person_an_account",
            ),
            models.UniqueConstraint(fields=("user", "account"), name="one_word_on_an_account"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class ErasedAccount(models.Model):
    """An account whose person was erased: nobody is proposed for it again. It names
    neither the account nor whose it was."""

    account = models.UUIDField(primary_key=True)

    class Meta:
        default_permissions = ()


@tracked_as(pghistory.InsertEvent("erased"), model_name="ErasureEvent")
class Erasure(models.Model):
    """A person whose name, addresses and ties are gone. Their row stays, under a number."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="erasure"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"former person {self.user_id}"
