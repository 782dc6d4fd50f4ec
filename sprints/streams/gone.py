"""Tasks that Jira was asked for by their ids, and does not have or does not show."""

from collections.abc import Sequence

from django.utils import timezone

from sources import documents
from sources.models import Source
from sources.store import Stored
from sprints.models import Task


def hide(source: Source, ids: Sequence[str]) -> Stored:
    """Hidden, never deleted: deleted and restricted look alike, and what people
    wrote about a task stays."""
    shown = Task.objects.filter(source=source.pk, external_id__in=ids, removed_at=None)
    keys = list(shown.values_list("key", flat=True))
    hidden = Task.objects.filter(key__in=keys).update(removed_at=timezone.now())
    documents.forget(keys)
    return Stored(removed=hidden)
