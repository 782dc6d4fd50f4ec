"""When a source's credential ends, as far as the other side tells."""

from collections.abc import Sequence
from datetime import datetime

from sources.models import Source
from sources.store import Stored


def note(source: Source, moments: Sequence[datetime | None]) -> Stored:
    """Keeps what was told. What a person wrote down stays where nothing is told."""
    for moment in moments:
        if moment is not None:
            Source.objects.filter(pk=source.pk).update(secret_expires_at=moment)
    return Stored()
