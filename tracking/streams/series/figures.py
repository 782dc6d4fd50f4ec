"""What a series' points come to: kept beside them, so that lists never read a point."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sources.models import Source
from sources.store import Row, upsert
from tracking.models import Metric
from tracking.series import Points, summary

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIGURES = ("last", "last_step", "min", "min_step", "max", "max_step")
COMPARED = (*FIGURES, "points", "first_at", "last_at")


def figures(given: Points) -> Row:
    told = summary(given.values)
    return {
        "last": told.last,
        "last_step": float(given.steps[-1]),
        "min": told.min,
        "min_step": None if told.min_at is None else float(given.steps[told.min_at]),
        "max": told.max,
        "max_step": None if told.max_at is None else float(given.steps[told.max_at]),
        "points": told.count,
        "first_at": _time(given.times[0]),
        "last_at": _time(given.times[-1]),
    }


def of_metric(held: Metric) -> Row:
    return {name: getattr(held, name) for name in COMPARED}


def extended(old: Row, new: Row) -> Row:
    """The figures of an old series with new points after it."""
    low = new if _is_better(new["min"], old["min"], -1) else old
    high = new if _is_better(new["max"], old["max"], 1) else old
    return {
        **new,
        "min": low["min"],
        "min_step": low["min_step"],
        "max": high["max"],
        "max_step": high["max_step"],
        "points": old["points"] + new["points"],
        "first_at": old["first_at"],
    }


def _is_better(one: float | None, than: float | None, sign: int) -> bool:
    """Of equals the earlier stays; a number is better than none."""
    if one is None or than is None:
        return than is None
    return sign * one > sign * than


def rewritten(old: Row, replaced: Points, anew: Points) -> Row | None:
    """The figures once the end of a series, `replaced`, is `anew`.

    None when they cannot be told without the points before: the least (or
    greatest) of all may have been in `replaced`, and there is none as good.
    """
    new = figures(anew)
    before = old["points"] - replaced.steps.size
    if before == 0:
        return new
    edge = float(replaced.steps[0]) if replaced.steps.size else float("inf")
    if _is_lost(old, new, edge, "min", -1) or _is_lost(old, new, edge, "max", 1):
        return None
    return extended(_but_for(old, before, edge), new)


def _is_lost(old: Row, new: Row, edge: float, figure: str, sign: int) -> bool:
    if old[figure] is None or old[f"{figure}_step"] < edge:
        return False
    return _is_better(old[figure], new[figure], sign)


def _but_for(old: Row, before: int, edge: float) -> Row:
    """The figures of the points before `edge`, as far as they matter."""
    kept = {**old, "points": before}
    for figure in ("min", "max"):
        if old[figure] is not None and old[f"{figure}_step"] >= edge:
            kept |= {figure: None, f"{figure}_step": None}
    return kept


def _time(milliseconds: Any) -> datetime:
    return EPOCH + timedelta(milliseconds=int(milliseconds))


def write_figures(source: Source, series: Mapping[tuple[UUID, str], Row]) -> None:
    rows = [
        {"source_id": source.pk, "run_id": run, "name": name, **row}
        for (run, name), row in series.items()
    ]
    upsert(Metric, rows, on=("run_id", "name"), compare=COMPARED)
