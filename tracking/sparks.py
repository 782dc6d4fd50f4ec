"""A short line a run, of one series, for a column of small pictures."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import Case, F, Max, Q, When, Window

from sources.among import among
from tracking.models import SeriesChunk, SeriesTail
from tracking.series import sketched, thinned, unpack_values
from tracking.series.points import Floats, Integers
from tracking.series.sketch import POINTS

ENDS = Q(seq=0) | Q(seq=F("top"))
BETWEEN = Q(seq=F("top") / 3) | Q(seq=F("top") * 2 / 3)


class Part(NamedTuple):
    """Some values of a stretch of a series, and how many points it has."""

    values: Floats
    points: int


def sparks(runs: Sequence[UUID], name: str) -> dict[UUID, list[float]]:
    """Some 40 values of the series of each run: two queries. Of a long series
    four chunks are read, evenly spread, its first and last among them; and of a
    chunk its sketch, or its points where it has none."""
    chunks = SeriesChunk.objects.filter(among("run", runs), name=name)
    numbered = chunks.annotate(top=Window(Max("seq"), partition_by="run"))
    some = numbered.filter(ENDS | BETWEEN).order_by("run", "seq")
    points = Case(When(sketch=None, then="packed"))
    found: dict[UUID, list[Part]] = {}
    for run, count, sketch, packed in some.values_list("run", "count", "sketch", points):
        values = thinned(unpack_values(bytes(packed))) if sketch is None else sketched(sketch)
        found.setdefault(run, []).append(Part(values, count))
    tails = SeriesTail.objects.filter(among("run", runs), name=name)
    rows = tails.order_by("run", "step", "id").values_list("run", "value")
    for run, ends in groupby(rows, key=itemgetter(0)):
        values = np.array([value for _, value in ends])
        found.setdefault(run, []).append(Part(values, values.size))
    return {run: _joined(parts).tolist() for run, parts in found.items()}


def _joined(parts: Sequence[Part]) -> Floats:
    """As many values of each part as its points ask for, so that each is as wide as long."""
    stride = max(1, sum(one.points for one in parts) // POINTS)
    return np.concatenate(
        [one.values[_places(one.values.size, one.points, stride)] for one in parts]
    )


@lru_cache(1_000)  # most chunks are alike
def _places(values: int, points: int, stride: int) -> Integers:
    """Of those `values` of so many points that are nearest to each `stride`th point."""
    return np.arange(0, points, stride) * values // points
