"""A short line a run, of one series, for a column of small pictures."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Max, Q, Window

from tracking.models import SeriesChunk, SeriesTail
from tracking.series import unpack

POINTS = 40
ENDS = Q(seq=0) | Q(seq=F("top"))
BETWEEN = Q(seq=F("top") / 3) | Q(seq=F("top") * 2 / 3)


def sparks(runs: Sequence[UUID], name: str) -> dict[UUID, list[float]]:
    """About POINTS values of the series of each run: two queries. Of a long
    series four chunks are read, evenly spread, its first and last among them."""
    chunks = SeriesChunk.objects.filter(run__in=runs, name=name)
    numbered = chunks.annotate(top=Window(Max("seq"), partition_by="run"))
    some = numbered.filter(ENDS | BETWEEN).order_by("run", "seq")
    found: dict[UUID, list[float]] = {}
    for run, packed in some.values_list("run", "packed").iterator():
        found.setdefault(run, []).extend(unpack(bytes(packed)).values.tolist())
    tails = SeriesTail.objects.filter(run__in=runs, name=name).order_by("run", "step", "id")
    for run, value in tails.values_list("run", "value"):
        found.setdefault(run, []).append(value)
    return {run: values[:: max(1, len(values) // POINTS)] for run, values in found.items()}
