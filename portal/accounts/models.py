"""People's settings and their API tokens. The user is Django's own."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from portal.accounts import audit  # noqa: F401 -- Django finds an app's models here
from portal.accounts.saved import SavedView  # noqa: F401 -- likewise
from portal.accounts.ties.models import (  # noqa: F401 -- likewise
    ErasedAccount,
    Erasure,
    Tie,
)

PREFIX = "ll_"
SCOPES = {
    "read": "Read what you can see: sprints, tasks, runs, search",
    "files": "Download files of runs",
    "plan:write": "Tie runs to tasks, state claims, give verdicts",
    "records": "Read records and download their bundles",
    "sync": "Start syncs",
}


class Profile(models.Model):
    """What a person chose about the pages."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="profile"
    )
    zone = models.CharField(max_length=60, default="UTC", help_text="A name such as Europe/Warsaw.")
    single_keys = models.BooleanField(default=True, help_text="Keyboard shortcuts of one letter.")

    def __str__(self) -> str:
        return str(self.user)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)

    def presented(self, text: str) -> "ApiToken | None":
        """The token whose full text this is, if it may still be used: one query."""
        found = self.usable(timezone.now()).filter(digest=digest(text))
        return found.select_related("user").first()


def digest(text: str) -> str:
    """A token is 32 random bytes, so a plain sha256 cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()


class ApiToken(models.Model):
    """A token's hash; its text is shown once, when it is made."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @classmethod
    def make(
        cls, user: User, *, name: str, scopes: list[str], days: int = 90
    ) -> tuple["ApiToken", str]:
        """A new token and its text, which is kept nowhere."""
        text = PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user,
            name=name,
            prefix=text[: len(PREFIX) + 6],
            digest=digest(text),
            scopes=scopes,
            expires_at=timezone.now() + timedelta(days=days),
        )
        return token, text

    def touch(self, now: datetime) -> None:
        """Remember the use, at most once a minute: reads should not write."""
        if self.last_used_at is None or now - self.last_used_at > timedelta(minutes=1):
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)
