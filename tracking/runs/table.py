"""The runs table as a page reads it: a constant number of queries."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sources.models import Person, visible_sources
from tracking.runs import defaults, keyset, lines
from tracking.runs import fields as known
from tracking.runs.fields import Field
from tracking.runs.finding import found
from tracking.runs.language import Misread, parse
from tracking.runs.lines import Row
from tracking.runs.tasks import ByWords, Tasks

SIZE = 100
COUNTED = 10_000  # past this a count costs more than it tells
JOINED = 2_000  # the same, where each run is looked up by its words or its metrics
READ = 500  # the same, where each run's parameters must be read to count it
MOST_COLUMNS = 40
BY_WORDS = ByWords()


@dataclass(frozen=True, slots=True)
class Table:
    """A page of runs. `total` is None past `counted`; `problem` says in words why
    a filter could not be read, and then there are no rows. `filter` is the query
    without its order, `ordered` the column of the order. `by_default`: nobody
    chose the columns, and `series` was read for that: how many of these runs have a
    picture of each."""

    query: str
    columns: list[Field] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    total: int | None = 0
    counted: int = COUNTED
    newer: str = ""
    older: str = ""
    filter: str = ""
    ordered: Field | None = None
    descending: bool = True
    problem: str = ""
    left_out: str = ""
    by_default: bool = False
    series: Mapping[str, int] | None = None


def read(
    user: Person,
    *,
    query: str = "",
    columns: Sequence[str] = (),
    place: str = "",
    size: int = SIZE,
    tasks: Tasks = BY_WORDS,
) -> Table:
    """The page at `place` of the runs that `query` asks for, with the chosen
    columns, or with those that tell these runs apart.

    `tasks` tells which runs belong to which: the floor above knows them.
    """
    sources = visible_sources(user)
    try:
        asked = parse(query)
        named = known.resolve([*asked.fields(), *columns], sources)
        chosen = _chosen(columns, named)
        order = named.get(asked.order)
        rows, column = found(user, asked, named, order, tasks)
    except Misread as problem:
        return Table(query, problem=str(problem))
    mark = _mark(order, descending=asked.descending)
    counted = _counted({named[name].kind for name in asked.fields()})
    # Only what finds them: what is shown is read of these alone.
    page = keyset.take(
        rows.values_list(*dict.fromkeys(("key", column)), named=True),
        column,
        keyset.decode(place, mark) if place else None,
        descending=asked.descending,
        size=size,
    )
    whole = not page.newer and not page.older
    runs = lines.shown([row.key for row in page.rows], chosen, whole=not chosen)
    default = None if chosen else defaults.read(runs)
    shown = _with_order(default.columns, order) if default else chosen
    return Table(
        query=query,
        columns=shown,
        rows=lines.read(runs, shown, default.parameters if default else None, tasks),
        total=len(page.rows) if whole else _count(rows, counted),
        counted=counted,
        newer=_place(page.rows[:1], column, mark, back=True) if page.newer else "",
        older=_place(page.rows[-1:], column, mark, back=False) if page.older else "",
        filter=asked.filter,
        ordered=order,
        descending=asked.descending,
        left_out=_left_out(order),
        by_default=not chosen,
        series=default.series if default else None,
    )


def _left_out(order: Field | None) -> str:
    if order is None or order.kind != "metric":
        return ""
    return f"Runs without a number for {order.name} are left out of this order."


def _mark(order: Field | None, *, descending: bool) -> str:
    """What a page's token is for: it is no good for another order."""
    column = (order.kind, order.name, order.figure) if order else ()
    return f"runs {column} {descending}"


def _chosen(columns: Sequence[str], named: dict[str, Field]) -> list[Field]:
    if len(columns) > MOST_COLUMNS:
        raise Misread(f"At most {MOST_COLUMNS} columns can be shown.")
    chosen = [named[name] for name in dict.fromkeys(columns)]
    return list({(one.kind, one.name, one.figure): one for one in chosen}.values())


def _with_order(columns: list[Field], order: Field | None) -> list[Field]:
    """What is sorted by comes first."""
    if order is None or order.kind not in {"metric", "parameter"}:
        return columns
    return [order, *(column for column in columns if not column.same_as(order))]


# What a list of runs shows no part of, and what may be large.
HEAVY = ("parameters", "properties", "gaps", "provenance", "description", "digest")


def _counted(kinds: Set[str]) -> int:
    """How far runs are counted that are found by such fields."""
    if "parameter" in kinds:
        return READ
    return JOINED if kinds - {"own"} else COUNTED


def _count(rows: Any, most: int) -> int | None:
    total = rows.order_by()[: most + 1].values("pk").count()
    return total if total <= most else None


def _place(edge: list[Any], column: str, mark: str, *, back: bool) -> str:
    if not edge:
        return ""
    return keyset.encode(keyset.Place(getattr(edge[0], column), edge[0].key, back), mark)
