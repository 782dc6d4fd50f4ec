"""A run's series as charts: train and validation of one thing on one chart."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import numpy as np
from django.http import QueryDict

from tracking.models import Metric
from tracking.series import Points, outline
from tracking.streams.series import Name, stored_points

WIDTH = 500  # buckets of two points: about two pixels each on a wide chart
MOST_SERIES = 60  # in one answer; a page asks for others by their names
MACHINE = "monitoring/"  # what a tracker measures of the machine by itself

# A split's name, wherever it stands in a series' name, and how it is shown.
SPLITS = {
    "train": "train",
    "training": "train",
    "valid": "validation",
    "val": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "eval": "test",
}
COLOURS = {"train": 1, "validation": 2, "test": 3}
LOWER_IS_BETTER = ("loss", "error", "err", "mae", "mse", "rmse", "perplexity", "latency")


@dataclass(frozen=True, slots=True)
class Named:
    """A series' name taken apart: valid/f1 is "f1" of the split "validation"."""

    name: str
    stem: str
    split: str


def named(name: str) -> Named:
    """The first word that is a split is one; the rest is what was measured."""
    words = name.replace("_", "/").split("/")
    for at, word in enumerate(words):
        split = SPLITS.get(word.lower())
        if split and len(words) > 1:
            return Named(name, "/".join(words[:at] + words[at + 1 :]), split)
    return Named(name, name, "")


def direction(name: str) -> Literal["min", "max"]:
    """Which end is the good one, by the usual names of losses and errors."""
    words = name.lower().replace("/", "_").split("_")
    return "min" if any(word in LOWER_IS_BETTER for word in words) else "max"


def place(metric: Metric) -> tuple[bool, str]:
    """To sort by: what was trained for before what the machine did meanwhile."""
    return metric.name.startswith(MACHINE), metric.name


def drawn(names: Sequence[str]) -> list[str]:
    """As many of these series as one answer holds, chart by whole chart."""
    kept: list[str] = []
    for several in groups(dict.fromkeys(names)).values():
        chart = {one.name for one in several}
        new = [name for name in names if name in chart]
        if kept and len(kept) + len(new) > MOST_SERIES:
            break
        kept += new
    return kept[:MOST_SERIES]


def groups(names: Iterable[str]) -> dict[str, list[Named]]:
    """Charts by stem, in the order of their first series; train first."""
    found: dict[str, list[Named]] = {}
    for name in names:
        one = named(name)
        found.setdefault(one.stem, []).append(one)
    return {stem: _told_apart(several) for stem, several in found.items()}


def _told_apart(several: list[Named]) -> list[Named]:
    """Train first. Two of one split (train/loss, training_loss) keep their whole names."""
    splits = [one.split for one in several]
    kept = [
        one if splits.count(one.split) == 1 else Named(one.name, one.stem, "") for one in several
    ]
    return sorted(kept, key=lambda one: (COLOURS.get(one.split, 9), one.name))


def charts(
    metrics: Sequence[Metric],
    *,
    labels: dict[UUID, str] | None = None,
    x: str = "step",
    start: float | None = None,
    end: float | None = None,
    width: int = WIDTH,
) -> list[dict[str, Any]]:
    """The JSON of parts/curves.html. Two queries, whatever the number of series.

    With `labels` (run -> word) several runs share a chart, a colour each.
    """
    kept = set(drawn([one.name for one in metrics]))
    wanted = [(one.run_id, one.name) for one in metrics if one.name in kept]
    if not wanted:
        return []
    asked = {"start": start, "end": end} if x != "time" else {}  # chunks are by steps
    points = stored_points(wanted, **asked)
    return [
        {
            "title": stem,
            "unit": "",
            "series": [
                _series(one, run, points, labels, x, start, end, width)
                for one in several
                for run, name in wanted
                if name == one.name
            ],
        }
        for stem, several in groups(dict.fromkeys(name for _, name in wanted)).items()
    ]


def _series(
    one: Named,
    run: UUID,
    points: dict[Name, Points],
    labels: dict[UUID, str] | None,
    x: str,
    start: float | None,
    end: float | None,
    width: int,
) -> dict[str, Any]:
    along, values = _axis(points[run, one.name], x)
    kept = _within(along, start, end)
    xs, ys = outline(along[kept], values[kept], width)
    label = " ".join(part for part in ((labels or {}).get(run, ""), one.split) if part)
    shown: dict[str, Any] = {
        "label": label or one.name,
        "x": [_whole(value) for value in xs.tolist()],
        "y": [value if math.isfinite(value) else None for value in ys.tolist()],
        "best": _best(one.name, along[kept], values[kept]),
    }
    if labels is not None:
        shown |= {"colour": 1 + list(labels).index(run) % 8, "dash": one.split == "train"}
    elif one.split:
        shown |= {"colour": COLOURS[one.split], "dash": one.split == "validation"}
    return shown


def window(asked: QueryDict) -> dict[str, Any]:
    """What part of them is asked for, as `charts` takes it: nonsense means all of it."""
    return {
        "x": "time" if asked.get("x") == "time" else "step",
        "start": _number(asked.get("from", "")),
        "end": _number(asked.get("to", "")),
    }


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _axis(points: Points, x: str) -> tuple[Any, Any]:
    """Steps, or seconds since 1970; ascending either way."""
    if x != "time":
        return points.steps, points.values
    order = np.argsort(points.times, kind="stable")
    return points.times[order] / 1000.0, points.values[order]


def _within(along: Any, start: float | None, end: float | None) -> Any:
    kept = np.ones(along.shape, dtype=bool)
    if start is not None:
        kept &= along >= start
    if end is not None:
        kept &= along <= end
    return kept


def _best(name: str, along: Any, values: Any) -> dict[str, float] | None:
    if not values.size or np.isnan(values).all():
        return None
    pick = np.nanargmin if direction(name) == "min" else np.nanargmax
    at = int(pick(values))
    if not math.isfinite(values[at]):
        return None
    return {"x": _whole(float(along[at])), "y": float(values[at])}


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value
