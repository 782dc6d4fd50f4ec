"""Syncs of long ago: each source keeps its newest ones, the others go."""

from datetime import datetime, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from sources.models import Source, Sync
from sources.webhooks.models import Hint

KEPT_FOR = timedelta(days=30)
KEPT_OF_EACH = 200  # whatever their age, and beside them the last good one


def forget(now: datetime) -> int:
    """Deletes ended syncs that are older than thirty days, but of no source its
    newest two hundred or its last good one. How many they were.

    Read hints go, too: nobody repeats a webhook after so long."""
    Hint.objects.older_than(now - KEPT_FOR).delete()
    deleted, _ = Sync.objects.filter(pk__in=_outlived(now).values("pk")).delete()
    return deleted


def _outlived(now: datetime) -> "QuerySet[Sync]":
    last_good = (
        Sync.objects.whole()
        .good()
        .filter(source=OuterRef("pk"))
        .order_by("-finished_at")
        .values("pk")[:1]
    )
    kept = Source.objects.annotate(good=Subquery(last_good)).exclude(good=None).values("good")
    place = Window(RowNumber(), partition_by=F("source"), order_by=F("started_at").desc())
    beyond = Sync.objects.annotate(place=place).filter(place__gt=KEPT_OF_EACH).values("pk")
    return (
        Sync.objects.filter(pk__in=beyond, started_at__lt=now - KEPT_FOR)
        .exclude(outcome="")
        .exclude(pk__in=kept)
    )
