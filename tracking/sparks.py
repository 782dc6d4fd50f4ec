"""A short line a run, of one series, for a column of small pictures."""

from collections.abc import Sequence
from uuid import UUID

from tracking.models import SeriesChunk, SeriesTail
from tracking.series import unpack

POINTS = 40


def sparks(runs: Sequence[UUID], name: str) -> dict[UUID, list[float]]:
    """About POINTS values of the series of each run: two queries."""
    chunks = SeriesChunk.objects.filter(run__in=runs, name=name).order_by("run", "seq")
    found: dict[UUID, list[float]] = {}
    for run, packed in chunks.values_list("run", "packed").iterator():
        values = unpack(bytes(packed)).values
        found.setdefault(run, []).extend(values[:: max(1, len(values) // POINTS)].tolist())
    tails = SeriesTail.objects.filter(run__in=runs, name=name).order_by("run", "step", "id")
    for run, value in tails.values_list("run", "value"):
        found.setdefault(run, []).append(value)
    return {run: values[:: max(1, len(values) // POINTS)] for run, values in found.items()}
