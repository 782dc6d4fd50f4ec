"""A short line a run, of one series, for a column of small pictures."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Case, F, Max, Q, When, Window

from sources.among import among
from tracking.models import SeriesChunk, SeriesTail
from tracking.series import sketched, thinned, unpack_values

ENDS = Q(seq=0) | Q(seq=F("top"))
BETWEEN = Q(seq=F("top") / 3) | Q(seq=F("top") * 2 / 3)


def sparks(runs: Sequence[UUID], name: str) -> dict[UUID, list[float]]:
    """Some 40 values of the series of each run: two queries. Of a long series
    four chunks are read, evenly spread, its first and last among them; and of a
    chunk its sketch, or its points where it has none."""
    chunks = SeriesChunk.objects.filter(among("run", runs), name=name)
    numbered = chunks.annotate(top=Window(Max("seq"), partition_by="run"))
    some = numbered.filter(ENDS | BETWEEN).order_by("run", "seq")
    points = Case(When(sketch=None, then="packed"))
    found: dict[UUID, list[Any]] = {}
    for run, sketch, packed in some.values_list("run", "sketch", points):
        part = unpack_values(bytes(packed)) if sketch is None else sketched(sketch)
        found.setdefault(run, []).append(thinned(part))
    tails = SeriesTail.objects.filter(among("run", runs), name=name)
    rows = tails.order_by("run", "step", "id").values_list("run", "value")
    for run, ends in groupby(rows, key=itemgetter(0)):
        found.setdefault(run, []).append([value for _, value in ends])
    return {run: thinned(np.concatenate(parts)).tolist() for run, parts in found.items()}
