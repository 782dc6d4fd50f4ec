"""When a source's credential ends: as the other side tells, a person wrote, or we guess."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from sources.models import Source
from sources.store import Stored


def note(source: Source, moments: Sequence[datetime | None]) -> Stored:
    """Keeps what was told. What a person wrote down stays where nothing is told."""
    for moment in moments:
        if moment is not None:
            told = {"secret_expires_at": moment, "secret_end_guessed": False}
            Source.objects.filter(pk=source.pk).update(**told)
    return Stored()


def stated(source: Source) -> date | None:
    """The day that is known; None for a guess."""
    if source.secret_expires_at is None or source.secret_end_guessed:
        return None
    return timezone.localdate(source.secret_expires_at)


def state(source: Source, day: date | None) -> None:
    """A person's word on the credential that is stored: its last day, or that nobody
    knows it. A guess stays until somebody knows better. Unsaved."""
    if day == stated(source):
        return
    source.secret_expires_at = day and timezone.make_aware(datetime.combine(day, time.min))
    source.secret_end_guessed = False


def state_anew(source: Source, secret: str, day: date | None, *, lasts: timedelta | None) -> None:
    """Another credential, and its last day. The day of the one before says nothing
    of it; where nobody knows, it is guessed to last as long as it may. Unsaved."""
    before = stated(source)
    source.secret = secret
    if day is not None and day != before:
        state(source, day)
    elif lasts is not None:
        source.secret_expires_at = timezone.now() + lasts
        source.secret_end_guessed = True
