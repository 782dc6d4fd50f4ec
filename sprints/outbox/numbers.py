"""How the outbox fares, in numbers for operators: of all sources, whoever sees them."""

from datetime import datetime, timedelta

from django.db.models import Count, Min

from sprints.outbox.delivery import sendable
from sprints.outbox.models import Write

STANDING = ("pending", "sending", "parked", "refused", "conflict", "dry")  # others only grow


def standing() -> list[tuple[str, str, int]]:
    """A source's slug, a state, and how many there are."""
    held = Write.objects.filter(state__in=STANDING).order_by("source__slug", "state")
    return list(held.values_list("source__slug", "state").annotate(Count("pk")))


def due_since(now: datetime) -> dict[str, datetime]:
    """By a source's slug, since when its oldest write is due that may be tried now."""
    held = sendable().due(now).order_by().values_list("source__slug")
    return dict(held.annotate(Min("not_before")))


def under_way(now: datetime) -> int:
    """Writes that a worker is sending."""
    return Write.objects.filter(state="sending", lease_until__gt=now).count()


def were_sent(now: datetime, within: timedelta) -> bool:
    """Whether one arrived lately."""
    return Write.objects.filter(state="done", done_at__gte=now - within).exists()
