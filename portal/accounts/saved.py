"""Saved views: questions to the runs table that a person gave a name."""

from collections.abc import Iterable
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject, Lower
from django.urls import reverse
from django.utils import timezone

from sources.models import Person

PINS = 20  # of a side bar, which is no list
SHARE = "accounts.share_savedview"
MEND = "accounts.change_savedview"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, and the team's."""
        return self.filter(Q(owner=user.pk) | Q(shared=True))

    def changeable_by(self, user: User | AnonymousUser) -> Self:
        """One's own; for who may mend others', the team's too."""
        own = Q(owner=user.pk)
        return self.filter(own | Q(shared=True) if user.has_perm(MEND) else own)

    def as_listed(self) -> Self:
        return self.select_related("owner").order_by(Lower("name"), "pk")


class SavedView(models.Model):
    """What the runs table is asked: a filter with its order, and the columns; without
    columns it chooses them itself. It holds no run: who opens it sees what they may.

    Everybody pins for themselves, also what is the team's.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    columns = ArrayField(models.TextField(), default=list, blank=True)
    shared = models.BooleanField(default=False, help_text="The team's, not only the owner's.")
    pinned_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="pinned_views"
    )
    made_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        default_permissions = ("view", "change", "delete")
        permissions = (("share_savedview", "Can keep a view for the team"),)
        constraints = (models.UniqueConstraint("owner", Lower("name"), name="one_view_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def question(self) -> str:
        """As the runs table's address tells it."""
        told = [("q", self.query), *(("col", column) for column in self.columns)]
        return urlencode([(word, value) for word, value in told if value])

    @property
    def url(self) -> str:
        return f"{reverse('runs')}?{self.question}"


def with_pins() -> models.QuerySet[User]:
    """People, each with `pins`: one query tells a person and their side bar."""
    pinned = (
        SavedView.objects.filter(Q(owner=OuterRef("pk")) | Q(shared=True))
        .filter(pinned_by=OuterRef("pk"))
        .order_by(Lower("name"), "pk")
        .values(told=JSONObject(name="name", query="query", columns="columns"))
    )
    return User.objects.annotate(pins=ArraySubquery(pinned[:PINS]))


def forget_person(person: User) -> None:
    """What only they saw goes; what the team has stays, by their number."""
    SavedView.objects.filter(owner=person, shared=False).delete()
    SavedView.pinned_by.through.objects.filter(user=person).delete()


def pinned(pins: Iterable[dict[str, object]]) -> list[SavedView]:
    """As `with_pins` tells them."""
    return [SavedView(**told) for told in pins]
