"""The columns of a table for which nobody chose any: three metrics, and what differs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db.models import Count, Q

from sources.among import among
from tracking.curves import MACHINE, direction, named
from tracking.models import Metric
from tracking.runs.fields import Field

METRICS = 3
DIFFERING = 4
MOST_VALUES = 40  # of one parameter on a page; more is an identity, not a setting
PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Defaults:
    """`parameters` are all those of these runs, by run, and `series` how many of them
    have a picture of each: they were read to choose."""

    columns: list[Field]
    parameters: dict[UUID, dict[str, Any]]
    series: dict[str, int]


def read(runs: Sequence[Any]) -> Defaults:
    """One query over the page's own runs, whose parameters are `written` in them. They are
    read here, from their text: a page has 20,000 values."""
    held = {run.key: orjson.loads(run.written) for run in runs}
    measured = series([*held])
    counted = {name: one.runs for name, one in measured.items()}
    return Defaults(
        [*metrics(counted, len(held)), *differing(list(held.values()))],
        held,
        {name: one.drawn for name, one in measured.items()},
    )


def drawn(keys: Sequence[UUID]) -> dict[str, int]:
    """How many of these runs have a picture of each series."""
    return {name: one.drawn for name, one in series(keys).items()}


class Measured(NamedTuple):
    """How many runs have a series, and how many one of more than one point."""

    runs: int
    drawn: int


def series(keys: Sequence[UUID]) -> dict[str, Measured]:
    """Those of these runs, by name: one query."""
    held = Metric.objects.filter(among("run", keys), points__gt=0).values_list("name")
    rows = held.annotate(runs=Count("id"), drawn=Count("id", filter=Q(points__gt=1)))
    return {name: Measured(runs, drawn) for name, runs, drawn in rows}


def metrics(counted: Mapping[str, int], runs: int) -> list[Field]:
    """What at least half of the runs measured; validation before training, and
    losses last."""
    best = sorted(
        (name for name in counted if not name.startswith(MACHINE)),
        key=lambda name: (2 * counted[name] < runs, -_worth(name), -counted[name], name),
    )
    chosen: list[str] = []
    for name in best:
        if named(name).stem not in {named(one).stem for one in chosen}:
            chosen.append(name)
    return [Field(name, "metric", name, direction(name)) for name in chosen[:METRICS]]


def _worth(name: str) -> int:
    split = {"validation": 3, "test": 2, "": 1, "train": 0}[named(name).split]
    return 2 * split - (direction(name) == "min")


def differing(several: Sequence[dict[str, Any]]) -> list[Field]:
    """Parameters whose value is not the same in all runs, the most common first;
    last those that only some runs have, all with one value."""
    if not several:
        return []
    names = set().union(*several)
    values = {
        name: Counter(repr(one[name]) for one in several if name in one)
        for name in names - _shared(several)
    }
    telling = [name for name, seen in values.items() if _tells(seen, len(several))]
    telling.sort(
        key=lambda name: (len(values[name]) == 1, -values[name].total(), len(values[name]), name)
    )
    return [Field(name, "parameter", name) for name in telling[:DIFFERING]]


def _shared(several: Sequence[dict[str, Any]]) -> set[str]:
    """Names of plain values that every run has, and has alike. Most are, and then
    their values need not be written out to be told apart."""
    names = set(several[0]).intersection(*several[1:])
    columns = zip(*([one[name] for name in names] for one in several), strict=True)
    return {name for name, values in zip(names, columns, strict=True) if _alike(values)}


def _alike(values: tuple[Any, ...]) -> bool:
    """True, 1 and 1.0 are equal, and not alike."""
    first = values[0]
    if type(first) not in PLAIN or values.count(first) != len(values):
        return False
    return len(set(map(type, values))) == 1


def _tells(seen: Counter[str], runs: int) -> bool:
    return (len(seen) > 1 or seen.total() < runs) and len(seen) <= MOST_VALUES
