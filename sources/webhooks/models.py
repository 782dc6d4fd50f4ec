"""The doors that webhooks knock at, and the hints that they left."""

import hashlib
import secrets as chance
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sources import secrets


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Webhook(models.Model):
    """A source's door: an address that cannot be guessed, and a secret to sign with.

    Both lie sealed, since both are needed again; the address is found by its
    digest. `signed`: what carries no signature is refused.
    """

    source = models.OneToOneField(
        "sources.Source", models.CASCADE, primary_key=True, related_name="webhook"
    )
    token_digest = models.BinaryField(unique=True, editable=False)
    sealed_token = models.BinaryField(editable=False)
    sealed_secret = models.BinaryField(editable=False)
    signed = models.BooleanField(default=True)
    opened_at = models.DateTimeField(default=timezone.now)
    accepted = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"webhook of {self.source_id}"

    @property
    def token(self) -> str:
        return secrets.unseal(bytes(self.sealed_token))

    @property
    def secret(self) -> str:
        return secrets.unseal(bytes(self.sealed_secret))

    def renew(self) -> None:
        """Another address and another secret: whoever knew the old ones is out."""
        token = chance.token_urlsafe(32)
        self.token_digest, self.sealed_token = digest_of(token), secrets.seal(token)
        self.sealed_secret = secrets.seal(chance.token_urlsafe(32))
        self.opened_at = timezone.now()


class HintQuerySet(models.QuerySet["Hint"]):
    def waiting(self) -> Self:
        return self.filter(read_at=None)

    def older_than(self, when: datetime) -> Self:
        return self.filter(read_at__lt=when)


class Hint(models.Model):
    """One delivery. Kept a while after it was read: a repeated one is known by it."""

    source = models.ForeignKey("sources.Source", models.CASCADE, related_name="hints")
    identifier = models.TextField()
    event = models.CharField(max_length=80, blank=True)
    ids = models.JSONField(default=list)
    received_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = HintQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "identifier"), name="one_hint_a_delivery"),
        )
        indexes = (
            models.Index(fields=("source", "id"), condition=Q(read_at=None), name="hints_waiting"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.identifier}"
