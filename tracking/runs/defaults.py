"""The columns of a table for which nobody chose any: three metrics, and what differs."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count

from tracking.curves import MACHINE, direction, named
from tracking.models import Metric, Run
from tracking.runs.fields import Field

METRICS = 3
DIFFERING = 4
MOST_VALUES = 40  # of one parameter on a page; more is an identity, not a setting


def columns(keys: Sequence[UUID]) -> list[Field]:
    """Two queries over the page's own runs."""
    return [*metrics(keys), *differing(parameters(keys))]


def metrics(keys: Sequence[UUID]) -> list[Field]:
    """What at least half of these runs measured; validation before training, and
    losses last."""
    series = Metric.objects.filter(run__in=keys, points__gt=0)
    rows = series.values("name").annotate(runs=Count("id"))
    counted = {row["name"]: row["runs"] for row in rows if not row["name"].startswith(MACHINE)}
    best = sorted(
        counted,
        key=lambda name: (2 * counted[name] < len(keys), -_worth(name), -counted[name], name),
    )
    chosen: list[str] = []
    for name in best:
        if named(name).stem not in {named(one).stem for one in chosen}:
            chosen.append(name)
    return [Field(name, "metric", name, direction(name)) for name in chosen[:METRICS]]


def _worth(name: str) -> int:
    split = {"validation": 3, "test": 2, "": 1, "train": 0}[named(name).split]
    return 2 * split - (direction(name) == "min")


def parameters(keys: Sequence[UUID]) -> list[dict[str, Any]]:
    return list(Run.objects.filter(pk__in=keys).values_list("parameters", flat=True))


def differing(several: Sequence[dict[str, Any]]) -> list[Field]:
    """Parameters whose value is not the same in all runs, the most common first;
    last those that only some runs have, all with one value."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for one in several:
        for name, value in one.items():
            said[name].append(repr(value))
    values = {name: Counter(words) for name, words in said.items()}
    telling = [name for name, seen in values.items() if _tells(seen, len(several))]
    telling.sort(
        key=lambda name: (len(values[name]) == 1, -values[name].total(), len(values[name]), name)
    )
    return [Field(name, "parameter", name) for name in telling[:DIFFERING]]


def _tells(seen: Counter[str], runs: int) -> bool:
    return (len(seen) > 1 or seen.total() < runs) and len(seen) <= MOST_VALUES
