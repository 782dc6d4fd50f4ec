"""Every stored credential under the newest key."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import models

from sources import secrets
from sources.models import Source
from sources.webhooks.models import Webhook


@dataclass(slots=True)
class Rotated:
    """`unreadable`: names of what holds a secret that no present key opens."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)

    def __add__(self, other: "Rotated") -> "Rotated":
        return Rotated(self.done + other.done, self.unreadable + other.unreadable)


def rotate() -> Rotated:
    """Safe beside a running portal, and to do twice. A credential that is
    entered meanwhile is newer than ours and stays."""
    told = Rotated()
    for source in Source.objects.exclude(sealed_secret=None).order_by("name"):
        told += _row(source, ("sealed_secret",), source.name)
    for webhook in Webhook.objects.select_related("source").order_by("source__name"):
        told += _row(webhook, ("sealed_token", "sealed_secret"), f"webhook of {webhook.source}")
    return told


def _row(row: models.Model, names: Sequence[str], called: str) -> Rotated:
    """A row's secrets together, if it still has them."""
    held = {name: bytes(getattr(row, name) or b"") for name in names}
    try:
        fresh = {name: secrets.rotated(sealed) for name, sealed in held.items()}
    except secrets.Unreadable:
        return Rotated(unreadable=[called])
    return Rotated(type(row)._default_manager.filter(pk=row.pk, **held).update(**fresh))
