"""A short line a run, of one series, for a column of small pictures."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import F, Max, Q, Window

from sources.among import among
from tracking.models import SeriesChunk, SeriesTail
from tracking.series import unpack_values

POINTS = 40
ENDS = Q(seq=0) | Q(seq=F("top"))
BETWEEN = Q(seq=F("top") / 3) | Q(seq=F("top") * 2 / 3)


def sparks(runs: Sequence[UUID], name: str) -> dict[UUID, list[float]]:
    """About POINTS values of the series of each run: two queries. Of a long
    series four chunks are read, evenly spread, its first and last among them."""
    chunks = SeriesChunk.objects.filter(among("run", runs), name=name)
    numbered = chunks.annotate(top=Window(Max("seq"), partition_by="run"))
    some = numbered.filter(ENDS | BETWEEN).order_by("run", "seq")
    found: dict[UUID, list[Any]] = {}
    for run, packed in some.values_list("run", "packed"):
        found.setdefault(run, []).append(unpack_values(bytes(packed)))
    tails = SeriesTail.objects.filter(among("run", runs), name=name)
    rows = tails.order_by("run", "step", "id").values_list("run", "value")
    for run, ends in groupby(rows, key=itemgetter(0)):
        found.setdefault(run, []).append([value for _, value in ends])
    return {run: _thinned(np.concatenate(parts)) for run, parts in found.items()}


def _thinned(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> list[float]:
    few: list[float] = values[:: max(1, len(values) // POINTS)].tolist()
    return few
