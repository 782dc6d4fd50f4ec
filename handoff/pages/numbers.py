"""A record's metrics as a table: a row a measure, a column a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sprints import hypotheses
from tracking.curves import direction, named

type Metrics = Sequence[Mapping[str, Any]]

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` are in the order of the table's splits. `before` is the previous
    version's value for the table's `compared` split, `delta` what came on top."""

    measure: str
    better: str
    cells: Sequence[Any]
    decides: int | None
    before: Any = None
    delta: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`compared` names the previous version and its split; empty without one.
    `apart` are numbers of no split (a latency): their names and values."""

    splits: Sequence[str]
    rows: Sequence[Row]
    apart: Sequence[tuple[str, Any]] = ()
    compared: str = ""


def table(
    metrics: Metrics,
    decision: Mapping[str, Any] | None,
    before: Metrics = (),
    version: int | None = None,
) -> Table:
    """A series counts with its good end, a single number with itself."""
    splits = [name for name in SPLITS if any(_split(one) == name for one in metrics)]
    compared = _compared(splits) if version else None
    held, old = _by_place(metrics, decision), _by_place(before, decision)
    measures = dict.fromkeys(str(one["measure"]) for one in metrics if _split(one))
    rows = [_row(name, splits, held, old, compared, decision) for name in measures]
    rows.sort(key=lambda row: (row.decides is None, -_filled(row)))
    apart = [(name, value) for (name, split), value in held.items() if not split]
    told = f"v{version}, {compared}" if version and compared else ""
    return Table(splits, rows, apart, told)


def _filled(row: Row) -> int:
    """What was measured on more splits says more."""
    return sum(1 for cell in row.cells if cell is not None)


def _compared(splits: Sequence[str]) -> str | None:
    """The split that says most about the outside."""
    return next((name for name in ("test", "validation") if name in splits), None)


def _split(metric: Mapping[str, Any]) -> str:
    return str(metric.get("split") or "")


type Places = Mapping[tuple[str, str], Any]


def _by_place(metrics: Metrics, decision: Mapping[str, Any] | None) -> Places:
    return {(str(one["measure"]), _split(one)): _value(one, decision) for one in metrics}


def _value(metric: Mapping[str, Any], decision: Mapping[str, Any] | None) -> Any:
    if not metric.get("points"):
        return metric["last"]
    return metric[_way(str(metric["name"]), decision)]


def _way(name: str, decision: Mapping[str, Any] | None) -> str:
    if decision and decision["name"] == name:
        return hypotheses.good_end(name, str(decision["direction"]))
    return direction(name)


def _row(
    measure: str,
    splits: Sequence[str],
    held: Places,
    old: Places,
    compared: str | None,
    decision: Mapping[str, Any] | None,
) -> Row:
    cells = [held.get((measure, name)) for name in splits]
    before = None if compared is None else old.get((measure, compared))
    now = None if compared is None else held.get((measure, compared))
    return Row(
        measure,
        direction(measure),
        cells,
        _deciding(measure, splits, decision),
        before,
        _delta(now, before),
    )


def _deciding(
    measure: str, splits: Sequence[str], decision: Mapping[str, Any] | None
) -> int | None:
    """The column of the number that decides, in its own row."""
    if not decision:
        return None
    told = named(str(decision["name"]))
    return splits.index(told.split) if told.stem == measure and told.split in splits else None


def _delta(now: Any, before: Any) -> float | None:
    """NaN and infinities stand as words in a record: nothing is compared with them."""
    if isinstance(now, int | float) and isinstance(before, int | float):
        return float(now - before)
    return None
